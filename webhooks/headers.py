"""The headers that an endpoint wants to be sent beside ours. Their values are secrets: encrypted in its row, and
decrypted only to be sent."""

import json
from collections.abc import Mapping
from functools import lru_cache

from cryptography.fernet import InvalidToken

from crmsolid.api.fields import matches
from crmsolid.core import crypto
from crmsolid.core.errors import invalid
from webhooks.models import Endpoint
from webhooks.patterns import HEADER_NAME_PATTERN, HEADER_VALUE_PATTERN, MAX_HEADER_VALUE, RESERVED_HEADER_PATTERN

MAX_HEADERS = 10


def headers_of(endpoint: Endpoint) -> dict[str, str]:
    """The headers by name, in the order in which they were given. ``InvalidToken`` if no key decrypts them."""
    if not endpoint.headers:
        return {}
    return dict(_read(bytes(endpoint.headers), crypto.place(endpoint, "headers")))


def names_of(endpoint: Endpoint) -> list[str]:
    """The names alone, for answers; none if no key decrypts them."""
    try:
        return list(headers_of(endpoint))
    except InvalidToken:
        return []


@lru_cache(maxsize=1024)
def _read(stored: bytes, place: str) -> Mapping[str, str]:
    headers: dict[str, str] = json.loads(crypto.unseal(stored, place))
    return headers


def change_headers(endpoint: Endpoint, changes: Mapping[str, str | None] | None) -> None:
    """Set these headers of the endpoint, whose others stay; None as a value removes one, None in place of all of them
    removes all. The case of a name does not count. ``validation_failed``, whose text has no value in it."""
    try:
        headers = {} if changes is None else headers_of(endpoint)
    except InvalidToken:
        headers = {}  # nobody can read the old ones any more
    seen: set[str] = set()
    for name, value in (changes or {}).items():
        _check_name(name)
        if name.lower() in seen:
            raise invalid("headers", "duplicate", f"{name} is given twice")
        seen.add(name.lower())
        headers = {each: kept for each, kept in headers.items() if each.lower() != name.lower()}
        if value is not None:
            _check_value(name, value)
            headers[name] = value
    if len(headers) > MAX_HEADERS:
        raise invalid("headers", "too_many", f"an endpoint has at most {MAX_HEADERS} headers")
    plain = json.dumps(headers).encode()
    endpoint.headers = crypto.encrypt(endpoint, "headers", plain) if headers else None


def _check_name(name: str) -> None:
    if not matches(HEADER_NAME_PATTERN, name):
        detail = "the name of a header has 1 to 100 letters, digits and characters of !#$%&'*+-.^_`|~"
        raise invalid("headers", "name_invalid", detail)
    if matches(RESERVED_HEADER_PATTERN, name):
        raise invalid("headers", "reserved", f"{name} is set by the product itself or by its connection")


def _check_value(name: str, value: str) -> None:
    if not 1 <= len(value) <= MAX_HEADER_VALUE:
        raise invalid("headers", "length", f"the value of {name} has 1 to {MAX_HEADER_VALUE:,} characters")
    if not matches(HEADER_VALUE_PATTERN, value):
        detail = f"the value of {name} has printable ASCII characters only, and no space at its beginning or end"
        raise invalid("headers", "value_invalid", detail)
