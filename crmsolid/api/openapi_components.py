"""The parts of the OpenAPI document that all operations share: headers, problems, parameters, error codes."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from crmsolid.api.endpoint import Endpoint
from crmsolid.api.fields import NO_NUL, id_pattern
from crmsolid.api.preconditions import PATTERN
from crmsolid.core.errors import CODES, DomainError, FieldError
from crmsolid.core.http.problem_document import CONTENT_TYPE, document
from crmsolid.core.ids import KINDS
from crmsolid.workspaces.actor import Scope

# The prefix of the id that a path parameter takes, by the path segment before it.
ID_PREFIXES = {kind.segment: kind.prefix for kind in KINDS.values() if kind.segment}

# The components of other responses are named after the status's phrase in Python.
STATUS_NAMES = {413: "PayloadTooLarge", 422: "Unprocessable", 500: "InternalError"}

TAGS = {
    "Accounts": "The Telegram and sandbox accounts that messages are sent from.",
    "Analytics": "What came of messages, sequences and broadcasts, and how contacts move through the stages.",
    "Broadcasts": "One text to many contacts.",
    "Contacts": "The people of the workspace: their fields, tags and scores; exports, imports and erasure.",
    "Custom fields": "The fields that the workspace has defined for its contacts.",
    "Deliveries": "Events on their way to webhooks, with every attempt.",
    "Enrollments": "Contacts in sequences.",
    "Events": "The log of what has happened, in the order in which it was committed.",
    "Files": "What messages are sent with, and what people have sent.",
    "Jobs": "Long work that other calls have started.",
    "Me": "The key of the request.",
    "Members": "The people who work in the workspace.",
    "Messages": "Messages to and from contacts.",
    "Notes": "What members, keys and assistants wrote down about contacts.",
    "Proposals": "Writes that wait until a member approves them.",
    "Segments": "Saved filters of contacts.",
    "Sequences": "Messages that follow one another by a plan.",
    "Tags": "What contacts are marked with, each with the number of contacts.",
    "Templates": "Texts that are kept for messages.",
    "Threads": "Conversations of an account with a contact.",
    "Webhooks": "Where events are delivered, and what is posted there.",
}

_COUNT = {"type": "integer", "minimum": 0}

HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-Id": {
        "description": "The request's id: your own, if it was 1 to 128 of `[A-Za-z0-9._-]`, else a new one.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"},
    },
    "X-RateLimit-Limit": {"description": "Requests a minute.", "required": True, "schema": _COUNT},
    "X-RateLimit-Remaining": {"description": "Requests left in this window.", "required": True, "schema": _COUNT},
    "X-RateLimit-Reset": {
        "description": "Seconds until the window ends and Remaining is Limit again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1, "maximum": 60},
    },
    "RateLimit-Policy": {
        "description": "The IETF draft's field: `q` requests in `w` seconds.",
        "required": True,
        "schema": {"type": "string", "pattern": '^"default";q=[0-9]+;w=[0-9]+$'},
    },
    "RateLimit": {
        "description": "The IETF draft's field: `r` requests are left, for `t` seconds.",
        "required": True,
        "schema": {"type": "string", "pattern": '^"default";r=[0-9]+;t=[0-9]+$'},
    },
    "Retry-After": {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer", "minimum": 1}},
    "WWW-Authenticate": {
        "description": "`Bearer` with the reason (RFC 6750).",
        "required": True,
        "schema": {"type": "string", "pattern": "^Bearer "},
    },
    "Allow": {"description": "The methods that work here.", "required": True, "schema": {"type": "string"}},
    "ETag": {
        "description": "The version of the object as this key sees it, for If-Match and If-None-Match.",
        # Of an object, a file, a thumbnail.
        "schema": {"type": "string", "pattern": r'^"([0-9a-f]{32}(\.[0-9a-f]{32})?|[0-9a-f]{64}|[0-9A-Z]{26})"$'},
    },
    "Location": {"description": "Where the new object is.", "schema": {"type": "string", "format": "uri-reference"}},
    "Content-Disposition": {"description": "Under which name to save it.", "schema": {"type": "string"}},
    "Accept-Ranges": {
        "description": "That parts of the content can be asked for.",
        "schema": {"type": "string", "const": "bytes"},
    },
    "Content-Range": {
        "description": "Which bytes these are, and of how many.",
        "schema": {"type": "string", "pattern": r"^bytes ([0-9]+-[0-9]+|\*)/[0-9]+$"},
    },
    "Idempotency-Replayed": {
        "description": "`true` when this is the stored answer to an earlier request with the same key.",
        "schema": {"type": "string", "const": "true"},
    },
}

EVERY_RESPONSE = (
    *("X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
    *("RateLimit-Policy", "RateLimit"),
)
# Answered before the key is read, so without a rate limit.
WITHOUT_KEY = ("request_timeout", "headers_too_large")
PROBLEM_HEADERS = {401: ("WWW-Authenticate",), 405: ("Allow",), 416: ("Content-Range",), 429: ("Retry-After",)}
# A 403 for another reason than a scope has none.
INSUFFICIENT_SCOPE = {
    "description": 'With `scope_missing`: `Bearer` with `error="insufficient_scope"` and the `scope` that is needed.',
    "schema": {"type": "string", "pattern": "^Bearer "},
}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. Branch on `code`: it is stable. An error may add members, such as `required_scope`, and"
    " `accounts` (`[{id, name}]`, at most 20) for an account that is `not_found`.",
    "required": ["type", "title", "status", "detail", "code", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "An address that explains the code."},
        "title": {"type": "string", "description": "The code in words."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What is wrong with this request, and what to do."},
        "code": {"type": "string", "enum": sorted(CODES), "description": "The stable name of the error."},
        "instance": {"type": "string", "format": "uri-reference", "description": "The path that was asked."},
        "request_id": {"type": "string", "description": "The `X-Request-Id` of the request."},
        "required_scope": {
            "type": "string",
            "enum": [scope.value for scope in Scope],
            "description": "With `scope_missing`: the scope that the key lacks.",
        },
        "errors": {
            "type": "array",
            "minItems": 1,
            "description": "Each field or parameter that is wrong.",
            "items": {"$ref": "#/components/schemas/FieldProblem"},
        },
    },
}

FIELD_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What is wrong with one field or parameter.",
    "required": ["field", "code", "detail"],
    "properties": {
        "field": {"type": "string", "description": "Path of what is wrong, such as `filter.all[0].value`."},
        "code": {"type": "string", "description": "The stable name of what is wrong, such as `required`."},
        "detail": {"type": "string", "description": "What is wrong, and what to give."},
    },
}

REQUEST_ID: dict[str, Any] = {
    "name": "X-Request-Id",
    "in": "header",
    "required": False,
    "description": "Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.",
    "schema": {"type": "string"},
}

SYNCED_UNTIL: dict[str, Any] = {
    "type": "string",
    "format": "date-time",
    "description": "On the last page in ascending order of `created_at` or `updated_at`: none dated before this "
    "instant can appear any more. Give it as `updated_since` the next time.",
}

IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.",
    "schema": {"type": "string", "pattern": PATTERN},
}

IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands"
    " for any: with it, a write that creates or updates only creates.",
    "schema": {"type": "string", "pattern": PATTERN},
}


def idempotency_key(endpoint: Endpoint, method: str) -> dict[str, Any]:
    """The parameter: required on POST and PATCH but for those that change nothing, honoured on PUT and DELETE."""
    optional = f" Required unless `{endpoint.reads_if}` is true." if endpoint.reads_if else ""
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": endpoint.needs_key(method),
        "description": "1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the"
        f" same key gets the first answer back, for 24 h at least, and does nothing again.{optional}",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[!-~]([ -~]*[!-~])?$"},
    }


def path_parameter(name: str, segment: str, converter: str) -> dict[str, Any]:
    """An id in the path; ``segment`` is the path segment before it."""
    kind = next((name for name, kind in KINDS.items() if kind.segment == segment), segment.rstrip("s"))
    kind, what = kind.replace("-", " "), "id" if name.endswith("id") else name
    text = f"The {kind}." if what == kind else f"The {what} of the {kind}."
    if converter == "int":
        schema: dict[str, Any] = {"type": "integer", "format": "int64", "minimum": 0, "maximum": 2**63 - 1}
    elif segment in ID_PREFIXES:
        schema = {"type": "string", "pattern": id_pattern(ID_PREFIXES[segment])}
    else:
        schema = {"type": "string", "pattern": NO_NUL, "minLength": 1}
    return {"name": name, "in": "path", "description": text, "required": True, "schema": schema}


def header_refs(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


NOT_MODIFIED: dict[str, Any] = {
    "description": "If-None-Match names the ETag of the object: it is as you have it.",
    "headers": header_refs((*EVERY_RESPONSE, "ETag")),
}


def problem_response(status: int, codes: list[str]) -> dict[str, Any]:
    """The response of one status, with what each of its error codes means."""
    lines = [f"- `{code}`: {CODES[code].help}" for code in codes]
    usual = ("X-Request-Id",) if set(codes) <= set(WITHOUT_KEY) else EVERY_RESPONSE
    headers = header_refs((*usual, *PROBLEM_HEADERS.get(status, ())))
    if "scope_missing" in codes:
        headers["WWW-Authenticate"] = INSUFFICIENT_SCOPE
    # Beside the reference, not in `allOf`: generators that cannot narrow a schema read it as a Problem.
    schema = {
        "$ref": "#/components/schemas/Problem",
        "properties": {"status": {"const": status}, "code": {"enum": codes}},
    }
    return {
        "description": "\n".join(lines),
        "headers": headers,
        "content": {CONTENT_TYPE: {"schema": schema, "example": _example(codes[0])}},
    }


def _example(code: str) -> dict[str, Any]:
    """A problem as the product answers it."""
    wrong = [FieldError("email", "invalid", "this is not an e-mail address")] if code == "validation_failed" else []
    error = DomainError(code, errors=wrong)
    return document(error, instance="/v1/contacts", request_id="7d0c4f5a9b2e4c1d8f3a6b5c4d3e2f1a")


_ALWAYS = (
    "invalid_parameter", "bad_request", "token_missing", "token_invalid", "token_revoked", "token_expired",
    "ip_not_allowed", "plan_required", "method_not_allowed", "rate_limited", "internal_error", "service_unavailable",
    *WITHOUT_KEY,
)  # fmt: skip
_WRITES = (
    "malformed_json", "idempotency_key_invalid", "idempotency_in_progress", "erased", "payload_too_large",
    "unsupported_media_type", "validation_failed", "idempotency_key_reused", "approval_needed", "outside_limits",
    "key_budget",
)  # fmt: skip
# The names of their statuses say these.
_NAMED_BY_STATUS = ("not_found", "precondition_failed", "not_acceptable")


def response_name(status: int, codes: list[str]) -> str:
    """The name of the component: its status, whether it is of writes, and the codes that not every operation has."""
    name = STATUS_NAMES.get(status) or HTTPStatus(status).phrase.replace(" ", "")
    if status in (400, 403, 429) and not set(_WRITES).isdisjoint(codes):
        name = f"Write{name}"
    common = {*_ALWAYS, *_WRITES, *_NAMED_BY_STATUS}
    others = "Or".join(code.title().replace("_", "") for code in codes if code not in common)
    return f"{name}Or{others}" if others and not common.isdisjoint(codes) else f"{name}{others}"


def error_codes(endpoint: Endpoint, method: str, *, has_ids: bool) -> dict[int, list[str]]:
    """The error codes that an operation may answer, by status, in the order of the table of codes.

    ``has_ids``: the path names an object.
    """
    codes = {*_ALWAYS, *endpoint.error_codes}
    codes |= {"scope_missing"} if endpoint.scopes else set()
    codes |= {"not_found"} if has_ids else set()
    codes |= {"invalid_cursor"} if "cursor" in endpoint.query().fields else set()
    codes |= {"precondition_failed"} if endpoint.is_conditional(method) else set()
    codes |= {"not_acceptable"} if endpoint.negotiates else set()
    if method != "GET":
        codes |= set(_WRITES)
        codes |= {"idempotency_key_missing"} if endpoint.needs_key(method) or endpoint.reads_if else set()
    by_status: dict[int, list[str]] = {}
    for code, info in CODES.items():
        if code in codes:
            by_status.setdefault(info.status, []).append(code)
    return dict(sorted(by_status.items()))
