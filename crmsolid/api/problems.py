"""RFC 9457 problem documents: the shape of every error under /v1."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponse, UnreadablePostError
from rest_framework import exceptions as drf

from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError, FieldError

CONTENT_TYPE = "application/problem+json"
# An error response must not be larger than the request it refuses.
MAX_FIELD_ERRORS = 100
MAX_FIELD_LENGTH = 200


def document(error: DomainError, *, instance: str, request_id: str) -> dict[str, Any]:
    """The members of RFC 9457, then ``code``, ``request_id``, ``errors`` and the error's extra members."""
    body: dict[str, Any] = {
        "type": f"/docs/errors/{error.code}",
        "title": error.info.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "instance": instance,
        "request_id": request_id,
    }
    if error.errors:
        body["errors"] = [_field_error(item) for item in error.errors[:MAX_FIELD_ERRORS]]
    return {**body, **error.extra}


def _field_error(item: FieldError) -> dict[str, str]:
    return {"field": item.field[:MAX_FIELD_LENGTH], "code": item.code, "detail": item.detail}


def response(error: DomainError, *, instance: str, request_id: str) -> HttpResponse:
    """The document as an HTTP response, with the headers of the error."""
    body = strictjson.dumps(document(error, instance=instance, request_id=request_id))
    answer = HttpResponse(body, status=error.status, content_type=CONTENT_TYPE)
    if error.status == 401:
        answer["WWW-Authenticate"] = _challenge(error.code)
    for name, value in error.headers.items():
        answer[name] = value
    return answer


def _challenge(code: str) -> str:
    """The WWW-Authenticate header (RFC 6750, 3.1): a request without a token gets no error attribute."""
    return 'Bearer realm="crmsolid"' + ("" if code == "token_missing" else ', error="invalid_token"')


def from_exception(error: Exception) -> DomainError | None:
    """The DomainError for an exception of Django or DRF; None for anything unexpected."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, drf.ValidationError):
        return DomainError("validation_failed", errors=field_errors(error.detail))
    if isinstance(error, drf.MethodNotAllowed):
        return DomainError("method_not_allowed", str(error.detail))
    if isinstance(error, RequestDataTooBig):
        return DomainError("payload_too_large")
    for kinds, code in _CODES:
        if isinstance(error, kinds):
            return DomainError(code)
    return None


_CODES: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((Http404, drf.NotFound), "not_found"),
    ((drf.NotAcceptable,), "not_acceptable"),
    ((drf.UnsupportedMediaType,), "unsupported_media_type"),
    ((drf.NotAuthenticated,), "token_missing"),
    ((drf.AuthenticationFailed,), "token_invalid"),
    ((drf.ParseError,), "malformed_json"),
    ((drf.Throttled,), "rate_limited"),
    ((PermissionDenied, drf.PermissionDenied), "forbidden"),
    ((UnreadablePostError, SuspiciousOperation), "bad_request"),
)


def field_errors(detail: Any, path: str = "") -> list[FieldError]:
    """DRF's nested details as a flat list; paths are dotted, list positions are numbers."""
    if isinstance(detail, dict):
        return [found for name, value in detail.items() for found in field_errors(value, _join(path, str(name)))]
    if isinstance(detail, list):
        found: list[FieldError] = []
        for position, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            found += field_errors(value, _join(path, str(position)) if nested else path)
        return found
    return [FieldError(path or "body", getattr(detail, "code", "invalid") or "invalid", str(detail))]


def _join(path: str, name: str) -> str:
    if name == "non_field_errors":
        return path
    return f"{path}.{name}" if path else name
