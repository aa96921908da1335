"""What a request says beside its path: its JSON and its query parameters, read strictly."""

import re
from functools import cache
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest
from rest_framework.exceptions import ValidationError

from crmsolid.api.fields import QuerySerializer, StrictSerializer
from crmsolid.api.problems import field_errors
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError, FieldError

S = TypeVar("S", bound=StrictSerializer)
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@cache
def shared(kind: type[S]) -> S:
    """One instance of a serializer for all requests: making one copies all its fields, and validating through
    ``run_validation`` keeps nothing on it."""
    return kind()


def parse_json(raw: bytes) -> Any:
    """Strict JSON; ``malformed_json`` or, for a NUL in a string, ``validation_failed``."""
    try:
        return strictjson.loads(raw)
    except strictjson.NullCharacter as error:
        detail = "a NUL character cannot be stored; remove it"
        raise DomainError(
            "validation_failed", errors=[FieldError(error.path, "null_characters_not_allowed", detail)]
        ) from None
    except strictjson.MalformedJSON as error:
        raise DomainError("malformed_json", str(error)) from None


def read_query(request: HttpRequest, kind: type[QuerySerializer]) -> dict[str, Any]:
    """Validated query parameters. ``invalid_parameter`` names each that is unknown, repeated or wrong."""
    text = request.META.get("QUERY_STRING", "")
    if not text and kind is QuerySerializer:
        return {}
    refuse_unreadable_query(text)
    params = request.GET
    repeated = kind.repeated(params)
    if repeated:
        raise _bad_query([FieldError(name, "repeated", "give this parameter once") for name in repeated])
    if not params and kind is QuerySerializer:
        return {}
    try:
        return dict(shared(kind).run_validation(kind.read(params)))
    except ValidationError as error:
        raise _bad_query(field_errors(error.detail)) from None


def refuse_unreadable_query(text: str) -> None:
    """``bad_request`` for what is not percent-encoded UTF-8; Django would go on with replacement characters."""
    try:
        raw = text.encode("latin-1")  # PEP 3333: the bytes of the request line
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "surrogatepass")
    try:
        unquote_to_bytes(raw).decode("utf-8")
        readable = not _BROKEN_ESCAPE.search(text)
    except UnicodeDecodeError:
        readable = False
    if not readable:
        raise DomainError("bad_request", "the query string is not percent-encoded UTF-8")


def _bad_query(errors: list[FieldError]) -> DomainError:
    only_cursor = all(error.field == "cursor" and error.code != "unknown_field" for error in errors)
    return DomainError("invalid_cursor" if only_cursor else "invalid_parameter", errors=errors)
