"""RFC 9457 problem documents: the shape of every error that the product answers a request with."""

import os
import re
from typing import Any
from urllib.parse import quote

from crmsolid.core.errors import DomainError, FieldError

CONTENT_TYPE = "application/problem+json"
# An error response must not be larger than the request it refuses.
MAX_FIELD_ERRORS = 100
MAX_FIELD_LENGTH = 200
# A detail may quote what was sent, or list the names that are known.
MAX_DETAIL_LENGTH = 1000

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}\Z")


def request_id_from(sent: str) -> str:
    """The id of a request: the client's own X-Request-Id if it can be used as one, else a new one."""
    return sent if _REQUEST_ID.match(sent) else os.urandom(16).hex()


def instance_of(path: bytes) -> str:
    """A decoded path as a URI reference (RFC 3986), for the member ``instance``."""
    return quote(path, safe="/:@!$&'()*+,;=~-._")


def document(error: DomainError, *, instance: str, request_id: str) -> dict[str, Any]:
    """The members of RFC 9457, then ``code``, ``request_id``, ``errors`` and the error's extra members.

    A detail that is that of one of the ``errors`` stands there alone, and that of the code in its place.
    """
    is_in_errors = any(item.detail == error.detail for item in error.errors)
    body: dict[str, Any] = {
        "type": f"/docs/errors/{error.code}",
        "title": error.info.title,
        "status": error.status,
        "detail": error.info.help if is_in_errors else _detail(error),
        "code": error.code,
        "instance": instance,
        "request_id": request_id,
    }
    if error.errors:
        body["errors"] = [
            {
                "field": _cut(item.field, MAX_FIELD_LENGTH),
                "code": item.code,
                "detail": _detail(item),
            }
            for item in error.errors[:MAX_FIELD_ERRORS]
        ]
    if len(error.errors) > MAX_FIELD_ERRORS:
        body["detail"] += f" The first {MAX_FIELD_ERRORS} of {len(error.errors)} errors are listed."
    return {**body, **error.extra}


def _detail(error: DomainError | FieldError) -> str:
    return _cut("; ".join(filter(None, (error.detail, error.hint))), MAX_DETAIL_LENGTH)


def _cut(text: str, length: int) -> str:
    """At most so many characters, with an ellipsis where some are missing."""
    return text if len(text) <= length else text[: length - 1] + "…"
