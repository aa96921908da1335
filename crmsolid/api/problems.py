"""Errors as answers: problem documents under /v1, JSON-RPC errors with one as ``data`` at /mcp."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponse, UnreadablePostError
from rest_framework.exceptions import ValidationError

from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError, FieldError, unavailable
from crmsolid.core.http.problem_document import CONTENT_TYPE, document
from crmsolid.core.strictjson import join_path

logger = logging.getLogger("crmsolid.api")

# JSON-RPC 2.0, 5.1. All other codes are ours to choose, and clients read ``data``.
JSON_RPC_CODES = {"malformed_json": -32700, "bad_request": -32600, "payload_too_large": -32600}
SERVER_ERROR = -32000
# Of Django's exceptions, the first that fits.
EXPECTED: tuple[tuple[type[Exception], str], ...] = (
    (Http404, "not_found"),
    (PermissionDenied, "forbidden"),
    (RequestDataTooBig, "payload_too_large"),
    (UnreadablePostError, "bad_request"),
    (SuspiciousOperation, "bad_request"),
)


def response(error: DomainError, *, instance: str, request_id: str) -> HttpResponse:
    """The document as an HTTP response, with the headers of the error."""
    body = strictjson.dumps(document(error, instance=instance, request_id=request_id))
    headers = error.headers
    if error.status == 401 or error.code == "scope_missing":
        headers = {"WWW-Authenticate": challenge(error), **headers}
    return HttpResponse(body, status=error.status, content_type=CONTENT_TYPE, headers=headers)


def challenge(error: DomainError) -> str:
    """The value of WWW-Authenticate. RFC 6750, 3.1: a request without a token gets no error attribute, one whose token
    lacks a scope is told which."""
    if error.code == "scope_missing":
        return f'Bearer realm="crmsolid", error="insufficient_scope", scope="{error.extra["required_scope"]}"'
    reason = "" if error.code == "token_missing" else ', error="invalid_token"'
    return f'Bearer realm="crmsolid"{reason}'


def json_rpc_response(error: DomainError, *, instance: str, request_id: str, rpc_id: Any) -> HttpResponse:
    """A JSON-RPC error whose ``data`` is the document, with the headers of the error."""
    problem = document(error, instance=instance, request_id=request_id)
    code = JSON_RPC_CODES.get(error.code, SERVER_ERROR)
    message = {"code": code, "message": f"{error.code}: {problem['detail']}", "data": problem}
    body = strictjson.dumps({"jsonrpc": "2.0", "id": rpc_id, "error": message})
    return HttpResponse(body, status=error.status, content_type="application/json", headers=error.headers)


def expected_or_logged(error: Exception, request_id: str) -> DomainError:
    """The DomainError for what was raised. What nobody expects is logged in full and shown as an internal error."""
    expected = from_exception(error)
    if expected is not None:
        return expected
    outage = unavailable(error)
    message = "unhandled error" if outage is None else "database unavailable"
    logger.error(message, extra={"request_id": request_id}, exc_info=error)
    return outage or DomainError("internal_error")


def from_exception(error: Exception) -> DomainError | None:
    """The DomainError for an exception of Django, or of DRF's serializers; None for anything unexpected."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, ValidationError):
        return DomainError("validation_failed", errors=field_errors(error.detail))
    return next((DomainError(code) for kind, code in EXPECTED if isinstance(error, kind)), None)


def field_errors(detail: Any, path: str = "") -> list[FieldError]:
    """DRF's nested details as a flat list. Paths are written as ``FieldError`` describes them."""
    if not isinstance(detail, dict | list):
        return [FieldError(path or "body", getattr(detail, "code", "invalid") or "invalid", str(detail))]
    errors: list[FieldError] = []
    for name, value in detail.items() if isinstance(detail, dict) else enumerate(detail):
        # The messages of one field are a list too; only the positions of nested details belong to the path.
        in_path = name != "non_field_errors" and (isinstance(detail, dict) or isinstance(value, dict | list))
        errors += field_errors(value, join_path(path, name) if in_path else path)
    return errors
