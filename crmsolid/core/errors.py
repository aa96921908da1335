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
from crmsolid.core.ids import hint_of

# Django's errors for a database that cannot be reached, has ended the session, or has given up a statement.
DATABASE_UNAVAILABLE = (OperationalError, InterfaceError)
# SQLSTATE: disk_full, read_only_sql_transaction.
_NOT_WRITABLE_STATES = ("53100", "25006")
# SQLSTATE of a database that cannot be reached or written: connection exceptions, insufficient resources, a server that
# shuts down, starts or ends a session, read_only_sql_transaction.
_OUTAGE_STATES = ("08", "53", "57P0", "25006")
NOT_WRITABLE = (
    "Nothing was changed: the database accepts no writes at the moment, while reading works. "
    "Retry in a moment with the same Idempotency-Key."
)


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """HTTP status, title, the advice of the answer itself, and for the page of the code what it means and, where the
    answer has no room for it, what to do. In the texts, code stands between backticks."""

    status: int
    title: str
    help: str
    meaning: str
    advice: str = ""

    @property
    def what_to_do(self) -> str:
        return self.advice or self.help


@dataclass(frozen=True, slots=True)
class FieldError:
    """One invalid field of a request: its path, such as ``all[0].value``, a stable code, a sentence for people, and
    ``hint``, which an answer of the API or of a tool adds to it."""

    field: str
    code: str
    detail: str
    hint: str = ""


CODES: dict[str, CodeInfo] = {
    "malformed_json": CodeInfo(
        400,
        "Malformed JSON",
        "Send one JSON object in UTF-8: no duplicate names, no NaN, "
        f"at most {strictjson.MAX_VALUES:,} values and {strictjson.MAX_NAMES} names in an object.",
        "The body is not one JSON object, or is written in a way that parsers read differently.",
    ),
    "idempotency_key_missing": CodeInfo(
        400,
        "Idempotency-Key missing",
        "Send an Idempotency-Key header, a new UUID for each logical operation.",
        "A POST or PATCH came without an Idempotency-Key, so a retry of it could not be told from a second request.",
    ),
    "idempotency_key_invalid": CodeInfo(
        400,
        "Idempotency-Key invalid",
        "An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.",
        "The Idempotency-Key header is empty, too long, has other characters, or was sent more than once.",
    ),
    "invalid_parameter": CodeInfo(
        400,
        "Invalid query parameter",
        "Correct or remove the query parameters that `errors` names.",
        "A parameter of the query is unknown, was given twice, or has a value that it does not take. `errors` "
        "names each one.",
    ),
    "invalid_cursor": CodeInfo(
        400,
        "Invalid cursor",
        "A cursor belongs to the list, sort and filters it came from. Start again without it.",
        "The cursor was changed on its way, or was made for another list, another sort or other filters.",
    ),
    "bad_request": CodeInfo(
        400,
        "Bad request",
        "The request line or a header cannot be understood.",
        "The request breaks a rule of HTTP, for example with two Content-Length headers or an If-Match without quotes. "
        "Nothing was done.",
        advice="Send requests with an HTTP library, and look at the request line and the headers that it sends.",
    ),
    "token_missing": CodeInfo(
        401,
        "API key missing",
        "Send `Authorization: Bearer cs_live_...`.",
        "The request has no Authorization header, or one that is not of the form `Bearer <key>`.",
    ),
    "token_invalid": CodeInfo(
        401,
        "API key invalid",
        "The token is mistyped, truncated or unknown. Copy it again.",
        "No key has this token. It was mistyped or cut off, or it belongs to another installation.",
    ),
    "token_revoked": CodeInfo(
        401,
        "API key revoked",
        "This key was revoked. Use its replacement or make a new key.",
        "The key existed, and somebody has revoked it. A revoked key never works again.",
    ),
    "token_expired": CodeInfo(
        401,
        "API key expired",
        "This key has expired. Make a new key in Settings > API Keys.",
        "The key or the access token has reached its expiry date.",
    ),
    "scope_missing": CodeInfo(
        403,
        "Scope missing",
        "The key lacks `required_scope`. Make a key that has it; scopes of a key never change.",
        "The key is valid, but it was made without the scope that this operation needs.",
    ),
    "ip_not_allowed": CodeInfo(
        403,
        "Address not allowed",
        "The key may be used only from its allowed networks.",
        "The key is limited to certain networks, and the request came from an address outside of them.",
        advice="Send the request from one of the key's networks, or make a key that allows your network.",
    ),
    "origin_not_allowed": CodeInfo(
        403,
        "Origin not allowed",
        "Host or Origin is that of another site. Set ALLOWED_HOSTS and CSRF_TRUSTED_ORIGINS.",
        "A web page of another site called `/mcp`, or the request names a host that this installation does not serve.",
    ),
    "plan_required": CodeInfo(
        403,
        "Plan required",
        "The trial has ended. An owner can choose a plan in the panel.",
        "The workspace has no plan that allows calls. Nothing was deleted; all data is still there.",
    ),
    "forbidden": CodeInfo(
        403,
        "Forbidden",
        "Your role in this workspace does not allow it. Ask an admin or owner.",
        "You are signed in, but your role in the workspace is too low for this.",
    ),
    "approval_needed": CodeInfo(
        403,
        "Approval needed",
        "A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.",
        "The writes of this key or assistant wait for an approval, and this one cannot wait: it has a file, or an "
        "If-Match. Nothing was done.",
    ),
    "outside_limits": CodeInfo(
        403,
        "Outside of the key's limits",
        "The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. "
        "Use a key without that limit.",
        "The key or assistant is narrowed to a segment or to some accounts. This call would reach beyond them, or is "
        "not available to such keys. Nothing was done.",
    ),
    "not_found": CodeInfo(
        404,
        "Not found",
        "Nothing in the key's workspace has this address or id.",
        "The path is unknown, or the object does not exist in the workspace of the key. A test key sees only test "
        "data. What belongs to another workspace is answered in the same words. For an account, `accounts` has id and "
        "name of the first 10 that the workspace has, if the key may read messages.",
        advice="Check the path and the id, and that the key is of the workspace where the object was made.",
    ),
    "method_not_allowed": CodeInfo(
        405,
        "Method not allowed",
        "The `Allow` header lists the methods that work here.",
        "The path exists, but not with this HTTP method.",
    ),
    "not_acceptable": CodeInfo(
        406,
        "Not acceptable",
        "Answers are JSON. Send `Accept: application/json`.",
        "The Accept header excludes every format in which this operation answers.",
    ),
    "request_timeout": CodeInfo(
        408,
        "Request timeout",
        "Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.",
        "The client sent its headers or its body too slowly, and the server has closed the connection.",
    ),
    "idempotency_in_progress": CodeInfo(
        409,
        "Request in progress",
        "A request with this Idempotency-Key is still running. Retry in a moment.",
        "The first request with this Idempotency-Key has not been answered yet. The second one has done nothing.",
    ),
    "audience_changed": CodeInfo(
        409,
        "Audience changed",
        "`changed` says what is not as in the preview, such as `audience` (`previewed` people then, `eligible` now) or "
        "`text`. Look at the preview again and start with its `audience_hash`.",
        "Between the preview of the broadcast and its start, its people, text, accounts, pace or time have changed. "
        "Nothing was sent.",
    ),
    "contact_conflict": CodeInfo(
        409,
        "Contact conflict",
        "Username, email or Telegram id belong to different contacts. Nothing was changed.",
        "The identities in the request belong to two or more contacts that exist already, and contacts are never "
        "merged silently. `contacts` lists their ids if the key may read contacts.",
        advice="Look at these contacts, decide which one is meant, and send only what identifies it.",
    ),
    "contact_opted_out": CodeInfo(
        409,
        "Contact opted out",
        "This person asked for no more messages.",
        "The person has opted out. Nothing was sent, and nothing will be while the opt-out stands.",
        advice="Do not write to this person. If they want messages again, update the contact with `opted_out` false.",
    ),
    "already_enrolled": CodeInfo(
        409,
        "Already enrolled",
        "The contact is in this sequence already. Stop that enrollment first to begin again.",
        "A contact can be in a sequence once at a time, and has an enrollment in this one that has not ended.",
    ),
    "sequence_not_active": CodeInfo(
        409,
        "Sequence not active",
        "Start the sequence before enrolling contacts.",
        "The sequence is a draft or paused, so nobody can be enrolled in it.",
    ),
    "invalid_state": CodeInfo(
        409,
        "Invalid state",
        "The object is not in a state that allows this.",
        "The object exists, but its status does not allow the operation: for example, a message that was sent "
        "cannot be canceled. `detail` says which status it has.",
        advice="Read the object again: its status says what can be done with it now.",
    ),
    "erased": CodeInfo(
        410,
        "Erased",
        "The person this answer was about has been erased.",
        "The Idempotency-Key was used before, and the stored answer was deleted together with the contact it was "
        "about.",
        advice="Use a new Idempotency-Key if the operation is still wanted.",
    ),
    "file_gone": CodeInfo(
        410,
        "File gone",
        "Nobody has the content of this file any more. Ask for it to be sent again.",
        "The file is known and its content is not kept any more: it has reached the end of its time here, Telegram has "
        "deleted it, or it destroyed itself after it was seen.",
        advice="Ask the person to send the file again, or upload it again. Fetching it again does not help.",
    ),
    "precondition_failed": CodeInfo(
        412,
        "Precondition failed",
        "The object changed since you read it. Read it again, then retry.",
        "The object is no longer the version that the If-Match header names: somebody else has changed it. Or it is "
        "a version that If-None-Match lists. With `If-None-Match: *`: there is such an object already. Nothing was "
        "changed.",
    ),
    "file_too_large": CodeInfo(
        409,
        "File too large to fetch",
        "This installation does not fetch files of this size from Telegram. Open it on the account's phone.",
        "Telegram has the file, and it is larger than what this installation fetches; `size` says how large.",
    ),
    "file_quota_exceeded": CodeInfo(
        409,
        "Quota of files exceeded",
        "The files of this workspace take all the space it has. Delete contacts or templates that have files, or ask "
        "whoever runs the server for more.",
        "With this file the workspace would keep more bytes than it may. `quota`, `used` and `size` are in bytes. "
        "Nothing was kept.",
    ),
    "payload_too_large": CodeInfo(
        413,
        "Payload too large",
        "A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.",
        "The body is larger than the operation accepts. It was refused without being read to its end.",
    ),
    "unsupported_media_type": CodeInfo(
        415,
        "Unsupported media type",
        "Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.",
        "The Content-Type is missing or is not one that the operation accepts, or the body is compressed.",
    ),
    "range_not_satisfiable": CodeInfo(
        416,
        "Range not satisfiable",
        "The file ends before this range. Its size is in Content-Range.",
        "The Range header asks for bytes beyond the end of the file.",
        advice="Ask for a range within the size that Content-Range names, or for the whole file without Range.",
    ),
    "validation_failed": CodeInfo(
        422,
        "Validation failed",
        "Correct the fields that `errors` names, then retry.",
        "The body is valid JSON, but a field is unknown, missing or has a value that it does not take. `errors` "
        "names each one.",
    ),
    "filter_too_costly": CodeInfo(
        422,
        "Filter too costly",
        "Finding the contacts that meet this filter takes too long. Use fewer comparisons, or make a segment of it, "
        "tag the contacts in it by a job, and filter by that tag.",
        "The filter was tried for two to three seconds, or has so many comparisons for so many contacts that it was "
        "not tried. Nothing was changed. An index finds tags and custom fields that a filter asks for by `is` or "
        "`in`; most other comparisons look at every contact.",
    ),
    "idempotency_key_reused": CodeInfo(
        422,
        "Idempotency-Key reused",
        "This Idempotency-Key was used for another request. Use a new key.",
        "The same Idempotency-Key came before with another path or another body. The new request has done nothing.",
    ),
    "rate_limited": CodeInfo(
        429,
        "Rate limited",
        "Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.",
        "The requests of a minute are used up: those of the key, or without a valid key those of your address. "
        "Some operations have a limit of their own, which `detail` names.",
    ),
    "key_budget": CodeInfo(
        429,
        "Daily budget used up",
        "Wait `Retry-After` seconds, or ask an admin for a larger budget.",
        "The key or assistant has a budget of messages or changes in 24 hours, and this call needs more than is left. "
        "Nothing was done.",
    ),
    "headers_too_large": CodeInfo(
        431,
        "Headers too large",
        "Send at most 64 KiB of request line and headers, and at most 100 headers.",
        "The request line and the headers together are larger than the server reads, or there are too many headers.",
    ),
    "account_daily_limit": CodeInfo(
        429,
        "Daily limit of the account",
        "The account has no send left in 24 hours. Wait `Retry-After` seconds, give a later `send_at`, or use another "
        "account.",
        "The Telegram account has sent, or has planned, as many messages as it may in any 24 hours. The limit "
        "protects the account from being banned.",
    ),
    "internal_error": CodeInfo(
        500,
        "Internal error",
        "Retry with the same Idempotency-Key; it cannot double.",
        "Something failed that should not have. The server has logged it under the `request_id`, and nothing was "
        "changed.",
    ),
    "not_implemented": CodeInfo(
        501,
        "Not implemented",
        "Use a method of HTTP, and no transfer coding but `chunked`.",
        "The server does not know the method of the request, or its Transfer-Encoding has a coding other than "
        "`chunked`. No operation has seen the request.",
        advice="Send requests with an HTTP library, and compress nothing on the way.",
    ),
    "service_unavailable": CodeInfo(
        503,
        "Service unavailable",
        "Retry in a moment with the same Idempotency-Key.",
        "The database cannot be reached or cannot be written at the moment, or the server is too busy to take the "
        "request. `detail` says so if reading still works.",
    ),
    "storage_full": CodeInfo(
        507,
        "Storage full",
        "The server has no space left for files. Nothing was kept. Retry later with the same Idempotency-Key.",
        "The disk of the server, or the bucket that it keeps files in, takes no more.",
        advice="Whoever runs the server has to make space; the same request can be sent again then.",
    ),
}


class DomainError(Exception):
    """A refusal; nothing was changed. ``code`` is one of :data:`CODES`. ``extra`` is added to the response, ``hint`` to
    the detail in an answer of the API or of a tool, whose names it uses."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        hint: str = "",
        **extra: Any,
    ) -> None:
        self.info = CODES[code]
        self.status = self.info.status
        self.code = code
        self.detail = detail or self.info.help
        self.errors = tuple(errors)
        self.headers = headers or {}
        self.hint = hint
        self.extra = extra
        super().__init__(f"{code}: {self.detail}")


def unavailable(error: Exception) -> DomainError | None:
    """The ``service_unavailable`` for an error of ``DATABASE_UNAVAILABLE``; None for any other."""
    if not isinstance(error, DATABASE_UNAVAILABLE):
        return None
    is_not_writable = getattr(error.__cause__, "sqlstate", None) in _NOT_WRITABLE_STATES
    return DomainError("service_unavailable", NOT_WRITABLE if is_not_writable else "")


def is_outage(error: BaseException | None) -> bool:
    """Whether the database cannot be reached or written. It is false for an error of one statement, such as a deadlock,
    a timeout or a missing column."""
    if not isinstance(error, OperationalError):
        return False
    cause: Any = error.__cause__
    if hasattr(cause, "sqlstate"):  # none if the server did not answer
        return cause.sqlstate is None or cause.sqlstate.startswith(_OUTAGE_STATES)
    return False


def invalid(field: str, code: str, detail: str, *, hint: str = "") -> DomainError:
    """The error for one invalid field."""
    return DomainError("validation_failed", detail, errors=[FieldError(field, code, detail, hint)], hint=hint)


def not_found(what: str, which: object = "") -> DomainError:
    """The error for what does not exist and, in the same words, for what belongs to another workspace. ``which`` is the
    id, where the caller gave several."""
    named = f"{what} ({which})" if which else what
    return DomainError("not_found", f"no such {named} in this workspace", hint=hint_of(what))
