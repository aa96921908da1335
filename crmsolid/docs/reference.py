"""The operations of the REST API as the documentation names them, and what the pages of the error codes show of each:
an example problem document, the operations that answer it, the guide."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings

from crmsolid.api import openapi
from crmsolid.api.openapi_components import ID_PREFIXES
from crmsolid.core.errors import CODES, CodeInfo, DomainError, FieldError
from crmsolid.core.http.problem_document import CONTENT_TYPE, document
from crmsolid.docs.pages import ROOT, Page, documentation

METHODS = ("get", "post", "put", "patch", "delete")
MAX_EXCEPTIONS = 6
ULID = "01M8G4CXAACHKKMDJ7HSGPBW6C"

# The detail and the further members of the examples, where the service gives more than the table of codes has.
EXAMPLES: dict[str, dict[str, Any]] = {
    "malformed_json": {"detail": "Expecting ',' delimiter (line 1, column 21)"},
    "idempotency_key_invalid": {"detail": "the Idempotency-Key is empty; send a new UUID for each operation"},
    "invalid_parameter": {
        "errors": [FieldError("limit", "max_value", "Ensure this value is less than or equal to 100.")]
    },
    "scope_missing": {
        "detail": "this needs the scope write:messages, which the key does not have",
        "required_scope": "write:messages",
    },
    "ip_not_allowed": {"detail": "this key may not be used from 203.0.113.7; its networks are set in the panel"},
    "not_found": {
        "detail": "no such account in this workspace; it has these: 9305 (Sandbox)",
        "accounts": [{"id": 9305, "name": "Sandbox"}],
    },
    "method_not_allowed": {"detail": "PUT does not work here; use GET, HEAD"},
    "not_acceptable": {"detail": "this endpoint answers application/json"},
    "request_timeout": {"detail": "the headers did not arrive in time"},
    "bad_request": {"detail": "the query string is not percent-encoded UTF-8"},
    "audience_changed": {
        "detail": "nothing was sent: in the preview it was for 120, and now it is for 124",
        "previewed": 120,
        "eligible": 124,
        "changed": ["audience"],
    },
    "contact_conflict": {"contacts": [f"con_{ULID}", "con_01M8G4D2S8ZK5V0Q7N3T6R9WXE"]},
    "validation_failed": {"errors": [FieldError("text", "required", "one of these is needed: text, attachments")]},
    "rate_limited": {"detail": "600 requests a minute are used up; retry in 23 s"},
    "headers_too_large": {"detail": "request line and headers may have at most 65536 bytes"},
    "not_implemented": {"detail": "there is no such method; use GET, HEAD, POST, PUT, PATCH, DELETE"},
    "account_daily_limit": {
        "detail": "account 7421 may send 50 messages in 24 hours; the next slot is in 5400 s, "
        "at 2026-06-01T10:30:00.000000Z"
    },
    "invalid_state": {"detail": "the message is sent; only a queued one can be canceled"},
    "sequence_not_active": {"detail": "the sequence is paused; start or resume it first"},
}
# The path of the example, where not that of the first operation that answers the code.
PATHS = {
    "not_found": "/v1/accounts/{account_id}",
    "validation_failed": "/v1/messages/send",
    "scope_missing": "/v1/messages/send",
    "invalid_state": "/v1/messages/{message_id}/cancel",
    "erased": "/v1/messages/send",
    "origin_not_allowed": "/mcp",
}
# The guide that explains the subject of a code, by how the code begins.
GUIDES = {
    "idempotency_": "idempotency",
    "token_": "keys",
    "scope_": "keys",
    "ip_": "keys",
    "rate_": "rate-limits",
    "account_": "messages",
    "contact_": "contacts",
    "audience_": "messages",
    "already_enrolled": "sequences",
    "sequence_": "sequences",
    "origin_": "mcp",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """``codes`` are the error codes that it may answer."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    codes: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def address(self) -> str:
        """Its place in the API reference, as Swagger UI links to it (``deepLinking``)."""
        return f"/swagger#/{quote(self.tag)}/{self.id}"


def operations() -> tuple[Operation, ...]:
    """All operations, in the order of the document."""
    return _operations(settings.ROOT_URLCONF)


@lru_cache(maxsize=1)
def _operations(urlconf: str) -> tuple[Operation, ...]:
    parsed = json.loads(openapi.compact(urlconf))
    shared = parsed["components"].get("responses", {})
    return tuple(
        Operation(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            tag=operation["tags"][0],
            summary=operation.get("summary", ""),
            description=operation.get("description", ""),
            codes=frozenset(code for each in operation["responses"].values() for code in _codes(each, shared)),
        )
        for path, item in parsed["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    )


def _codes(response: dict[str, Any], shared: dict[str, Any]) -> list[str]:
    """The error codes of one response; none if it is a success."""
    if "$ref" in response:
        response = shared[response["$ref"].rpartition("/")[2]]
    schema = response.get("content", {}).get(CONTENT_TYPE, {}).get("schema", {})
    codes: list[str] = schema.get("properties", {}).get("code", {}).get("enum", [])
    return codes


def example(code: str) -> str:
    """A problem document with this code, as the API writes it, indented."""
    fields = dict(EXAMPLES.get(code, {}))
    error = DomainError(code, fields.pop("detail", ""), errors=fields.pop("errors", ()), **fields)
    answering = answered_by(code)
    path = PATHS.get(code) or (answering[0].path if answering else "/v1/me")
    body = document(error, instance=_with_ids(path), request_id="6f1c0e9a4b7d4c2e8a53d1f07b9e2c64")
    return json.dumps(body, indent=2)


def answered_by(code: str) -> list[Operation]:
    return [operation for operation in operations() if code in operation.codes]


def answered_by_words(code: str) -> str:
    """Who answers the code, where that takes fewer words than a list of the operations; else an empty text."""
    found, every = set(answered_by(code)), set(operations())
    if not found:
        return "It is answered before a request reaches an operation, or by a page of the panel or `/mcp`."
    if found == {operation for operation in every if operation.method != "GET"}:
        return "Any operation that writes may answer it: every POST, PUT, PATCH and DELETE."
    others = sorted(f"`{operation.name}`" for operation in every - found)
    if len(others) > MAX_EXCEPTIONS:
        return ""
    return f"Any operation may answer it, except {', '.join(others)}." if others else "Any operation may answer it."


def guide(code: str) -> Page | None:
    """The page of the guide about the subject of a code, else the one about errors."""
    name = next((name for start, name in GUIDES.items() if code.startswith(start)), "errors")
    return documentation().page(f"{ROOT}guide/{name}")


def by_status() -> list[tuple[str, CodeInfo]]:
    """All codes, ordered by status."""
    return sorted(CODES.items(), key=lambda each: each[1].status)


def _with_ids(path: str) -> str:
    """The path with an id in place of each parameter."""

    def with_id(found: re.Match[str]) -> str:
        prefix = ID_PREFIXES.get(found[1])
        return f"/{found[1]}/{prefix}_{ULID}" if prefix else f"/{found[1]}/7421"

    return re.sub(r"/([\w-]+)/{\w+}", with_id, path)
