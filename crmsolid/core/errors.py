"""Every error code of the product, with its status, title and advice, and the exception that carries one.

A service raises :class:`DomainError`; each interface renders it in its own way (problem+json, an MCP error result, a
message in the panel, a CommandError). The pages under ``/docs/errors/`` and the OpenAPI document are made from the same
table, so a code cannot exist without its explanation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError

from crmsolid.core import strictjson

# Django's errors for a database that cannot be reached, has ended the session, or has given up a statement.
DATABASE_UNAVAILABLE = (OperationalError, InterfaceError)


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """HTTP status, title and, for the documentation, what the code means and what to do."""

    status: int
    title: str
    help: str


@dataclass(frozen=True, slots=True)
class FieldError:
    """One invalid field of a request: its dotted path, a stable code, a sentence for people."""

    field: str
    code: str
    detail: str


CODES: dict[str, CodeInfo] = {
    "malformed_json": CodeInfo(
        400,
        "Malformed JSON",
        "Send one JSON object in UTF-8: no duplicate names, no NaN, "
        f"at most {strictjson.MAX_VALUES:,} values and {strictjson.MAX_NAMES} names in an object.",
    ),
    "idempotency_key_missing": CodeInfo(
        400, "Idempotency-Key missing", "Send an Idempotency-Key header, a new UUID for each logical operation."
    ),
    "idempotency_key_invalid": CodeInfo(
        400, "Idempotency-Key invalid", "An Idempotency-Key is 1 to 255 printable ASCII characters, sent once."
    ),
    "invalid_parameter": CodeInfo(
        400, "Invalid query parameter", "Correct or remove the query parameters that `errors` names."
    ),
    "invalid_cursor": CodeInfo(
        400, "Invalid cursor", "A cursor belongs to the list, sort and filters it came from. Start again without it."
    ),
    "bad_request": CodeInfo(400, "Bad request", "The request line or a header cannot be understood."),
    "token_missing": CodeInfo(401, "API key missing", "Send `Authorization: Bearer cs_live_...`."),
    "token_invalid": CodeInfo(401, "API key invalid", "The token is mistyped, truncated or unknown. Copy it again."),
    "token_revoked": CodeInfo(401, "API key revoked", "This key was revoked. Use its replacement or make a new key."),
    "token_expired": CodeInfo(401, "API key expired", "This key has expired. Make a new key in Settings > API Keys."),
    "scope_missing": CodeInfo(
        403, "Scope missing", "The key lacks `required_scope`. Make a key that has it; scopes of a key never change."
    ),
    "ip_not_allowed": CodeInfo(403, "Address not allowed", "The key may be used only from its allowed networks."),
    "origin_not_allowed": CodeInfo(
        403,
        "Origin not allowed",
        "Host or Origin is that of another site. Set ALLOWED_HOSTS and CSRF_TRUSTED_ORIGINS.",
    ),
    "plan_required": CodeInfo(403, "Plan required", "The trial has ended. An owner can choose a plan in the panel."),
    "forbidden": CodeInfo(403, "Forbidden", "Your role in this workspace does not allow it. Ask an admin or owner."),
    "not_found": CodeInfo(404, "Not found", "There is nothing at this address, or not in the key's workspace."),
    "method_not_allowed": CodeInfo(405, "Method not allowed", "The `Allow` header lists the methods that work here."),
    "not_acceptable": CodeInfo(406, "Not acceptable", "Answers are JSON. Send `Accept: application/json`."),
    "request_timeout": CodeInfo(408, "Request timeout", "Send headers within 10 s, the body within 120 s after them."),
    "idempotency_in_progress": CodeInfo(
        409, "Request in progress", "A request with this Idempotency-Key is still running. Retry in a moment."
    ),
    "audience_changed": CodeInfo(
        409,
        "Audience changed",
        "The audience is another one than in the preview: `previewed` people then, `eligible` now. Look at the preview "
        "again and start with its `audience_hash`.",
    ),
    "contact_conflict": CodeInfo(
        409, "Contact conflict", "Username, email or Telegram id belong to different contacts. Nothing was changed."
    ),
    "contact_opted_out": CodeInfo(409, "Contact opted out", "This person asked for no more messages."),
    "already_enrolled": CodeInfo(
        409, "Already enrolled", "The contact is in this sequence already. Stop that enrollment first to begin again."
    ),
    "sequence_not_active": CodeInfo(409, "Sequence not active", "Start the sequence before enrolling contacts."),
    "invalid_state": CodeInfo(409, "Invalid state", "The object is not in a state that allows this."),
    "erased": CodeInfo(410, "Erased", "The person this answer was about has been erased."),
    "precondition_failed": CodeInfo(
        412, "Precondition failed", "The object changed since you read it. Read it again, then retry."
    ),
    "payload_too_large": CodeInfo(
        413, "Payload too large", "A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB."
    ),
    "unsupported_media_type": CodeInfo(
        415,
        "Unsupported media type",
        "Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.",
    ),
    "validation_failed": CodeInfo(422, "Validation failed", "Correct the fields that `errors` names, then retry."),
    "idempotency_key_reused": CodeInfo(
        422, "Idempotency-Key reused", "This Idempotency-Key was used for another request. Use a new key."
    ),
    "rate_limited": CodeInfo(429, "Rate limited", "Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace."),
    "headers_too_large": CodeInfo(
        431, "Headers too large", "Send at most 64 KiB of request line and headers, and at most 100 headers."
    ),
    "account_daily_limit": CodeInfo(
        429,
        "Daily limit of the account",
        "The account has no send left in 24 hours. Wait `Retry-After` seconds, give a later `send_at`, or use another "
        "account.",
    ),
    "internal_error": CodeInfo(500, "Internal error", "Retry with the same Idempotency-Key; it cannot double."),
    "service_unavailable": CodeInfo(503, "Service unavailable", "Retry in a moment with the same Idempotency-Key."),
}


class DomainError(Exception):
    """A refusal; nothing was changed. ``code`` is one of :data:`CODES`. ``extra`` is added to the response."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        self.info = CODES[code]
        self.status = self.info.status
        self.code = code
        self.detail = detail or self.info.help
        self.errors = tuple(errors)
        self.headers = headers or {}
        self.extra = extra
        super().__init__(f"{code}: {self.detail}")


def invalid(field: str, code: str, detail: str) -> DomainError:
    """The error for one invalid field."""
    return DomainError("validation_failed", detail, errors=[FieldError(field, code, detail)])


def not_found(what: str) -> DomainError:
    """The error for what does not exist and, in the same words, for what belongs to another workspace."""
    return DomainError("not_found", f"no such {what} in this workspace")
