"""What a request says beside its path, read strictly: its body as JSON, and its query parameters."""

import re
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest
from rest_framework.exceptions import ValidationError

from crmsolid.api.fields import QuerySerializer, StrictSerializer
from crmsolid.api.problems import field_errors
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError, FieldError, invalid

MAX_BODY_BYTES = 1_048_576

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@cache
def _shared(serializer: type[StrictSerializer]) -> StrictSerializer:
    """One instance for all requests: creating one copies all its fields, and validation keeps no state on it."""
    return serializer()


def read_body(request: HttpRequest) -> bytes:
    """The body as sent, at most 1 MiB (``payload_too_large``)."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise DomainError("bad_request", "Content-Length is not a number")
    if request.META.get("crmsolid.body_too_large") or len(length) > 18 or int(length) > MAX_BODY_BYTES:
        raise DomainError("payload_too_large")
    body = request.body
    if len(body) > MAX_BODY_BYTES:
        raise DomainError("payload_too_large")
    return body


def parse_body(request: HttpRequest, serializer: type[StrictSerializer] | None) -> dict[str, Any]:
    """The validated JSON object of the body; an empty body is allowed where nothing in it is required."""
    body = read_body(request)
    if not body and (serializer is None or not serializer.body_required):
        return {}
    media_type, _, parameters = request.META.get("CONTENT_TYPE", "").lower().partition(";")
    charset_allowed = parameters.strip() in ("", "charset=utf-8", 'charset="utf-8"')
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if media_type.strip() != "application/json" or not charset_allowed or encoding not in ("", "identity"):
        raise DomainError("unsupported_media_type")
    try:
        data = strictjson.loads(body)
    except strictjson.NullCharacter as error:
        problem = FieldError(error.path, "null_characters_not_allowed", "a NUL character cannot be stored; remove it")
        raise DomainError("validation_failed", errors=[problem]) from None
    except strictjson.MalformedJSON as error:
        raise DomainError("malformed_json", str(error)) from None
    return dict(_shared(serializer or StrictSerializer).run_validation(data))


def sent_object(request: HttpRequest) -> dict[str, Any]:
    """The body of a request, which :func:`parse_body` has accepted, as it was sent."""
    body = read_body(request)
    sent: Any = strictjson.loads(body) if body else {}
    return dict(sent)


def parse_object(data: object, serializer: type[StrictSerializer]) -> dict[str, Any]:
    """The validated values of an object in a configuration. ``validation_failed`` names each part that is wrong; the
    path of the object itself is empty."""
    if not isinstance(data, dict):
        raise invalid("", "not_a_dict", "give an object")
    try:
        return dict(_shared(serializer).run_validation(data))
    except ValidationError as error:
        raise DomainError("validation_failed", errors=field_errors(error.detail)) from None


def parse_query(request: HttpRequest, serializer: type[QuerySerializer]) -> dict[str, Any]:
    """Validated query parameters. ``invalid_parameter`` names each that is unknown, repeated or wrong."""
    text = request.META.get("QUERY_STRING", "")
    if not text and serializer is QuerySerializer:
        return {}
    _refuse_undecodable(text)
    params = request.GET
    repeated = [name for name in params if name not in serializer.repeatable and len(params.getlist(name)) > 1]
    if repeated:
        raise _query_error([FieldError(name, "repeated", "give this parameter once") for name in repeated])
    try:
        return dict(_shared(serializer).run_validation(serializer.read(params)))
    except ValidationError as error:
        raise _query_error(field_errors(error.detail)) from None


def _refuse_undecodable(text: str) -> None:
    """``bad_request`` for what is not percent-encoded UTF-8; Django would go on with replacement characters."""
    try:
        raw = text.encode("latin-1")  # PEP 3333: the bytes of the request line
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "surrogatepass")
    try:
        unquote_to_bytes(raw).decode("utf-8")
        decodable = not _BROKEN_ESCAPE.search(text)
    except UnicodeDecodeError:
        decodable = False
    if not decodable:
        raise DomainError("bad_request", "the query string is not percent-encoded UTF-8")


def _query_error(errors: list[FieldError]) -> DomainError:
    only_cursor = all(error.field == "cursor" and error.code != "unknown_field" for error in errors)
    return DomainError("invalid_cursor" if only_cursor else "invalid_parameter", errors=errors)
