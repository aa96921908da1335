"""The exceptions of the client. All are :class:`CrmSolidError`.

An error answer of the API is an :class:`APIError`: one class for each ``code`` that the API documents, below one
for the status where several codes share it. A code that this version does not know raises the class of the status.
No exception holds an API key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from . import models

__all__ = [
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AccountDailyLimitError",
    "AlreadyEnrolledError",
    "ApprovalNeededError",
    "ApprovalPendingError",
    "AudienceChangedError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "ContactConflictError",
    "ContactOptedOutError",
    "CrmSolidError",
    "ErasedError",
    "FieldError",
    "FileGoneError",
    "FileQuotaExceededError",
    "FileTooLargeError",
    "FilterTooCostlyError",
    "ForbiddenError",
    "GoneError",
    "HeadersTooLargeError",
    "IdempotencyInProgressError",
    "IdempotencyKeyInvalidError",
    "IdempotencyKeyMissingError",
    "IdempotencyKeyReusedError",
    "InternalError",
    "InvalidCursorError",
    "InvalidParameterError",
    "InvalidStateError",
    "IpNotAllowedError",
    "KeyBudgetError",
    "MalformedJsonError",
    "MethodNotAllowedError",
    "NotAcceptableError",
    "NotFoundError",
    "NotImplementedByServerError",
    "OriginNotAllowedError",
    "OutsideLimitsError",
    "PayloadTooLargeError",
    "PlanRequiredError",
    "PreconditionFailedError",
    "Problem",
    "RangeNotSatisfiableError",
    "RateLimitedError",
    "RequestTimeoutError",
    "ScopeMissingError",
    "SequenceNotActiveError",
    "ServerError",
    "ServiceUnavailableError",
    "StorageFullError",
    "TokenExpiredError",
    "TokenInvalidError",
    "TokenMissingError",
    "TokenRevokedError",
    "TooManyRequestsError",
    "UnauthorizedError",
    "UnexpectedAnswerError",
    "UnprocessableError",
    "UnreadableEvent",
    "UnsupportedMediaTypeError",
    "ValidationFailedError",
    "WaitTimeoutError",
    "WebhookVerificationError",
    "idempotency_key_of",
]


@dataclass(frozen=True, slots=True)
class FieldError:
    """One invalid field of a request: its path, such as `all[0].value`, a stable code, a sentence for people."""

    field: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error answer says. ``extra`` holds its members that have no attribute here. ``retry_after`` is in
    seconds. ``idempotency_key`` is the key that the request was sent with: repeat the call with it, and nothing can
    happen twice. ``headers`` are those of the answer."""

    status: int
    code: str
    title: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    request_id: str = ""
    retry_after: float | None = None
    required_scope: str | None = None
    idempotency_key: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)


class CrmSolidError(Exception):
    """The base of every exception of this package."""


class ConfigurationError(CrmSolidError):
    """The client cannot be made: no key, or an address that it refuses."""


class UnexpectedAnswerError(CrmSolidError):
    """The server answered with success, but not as the API documents it, or with a redirect, which is not followed.
    ``request_id`` names the answer, ``status`` is its own. A write may have been done; ``idempotency_key`` is its
    key."""

    def __init__(self, message: str, request_id: str = "", idempotency_key: str | None = None, status: int = 0) -> None:
        super().__init__(message, request_id, idempotency_key, status)
        self.request_id = request_id
        self.idempotency_key = idempotency_key
        self.status = status

    def __str__(self) -> str:
        return f"{self.args[0]} (request {self.request_id})" if self.request_id else str(self.args[0])


class ApprovalPendingError(CrmSolidError):
    """The write waits until a member approves it in the panel, and nothing was done yet. ``proposal`` says why and
    until when; ``crm.proposals.get(error.proposal.id)`` tells what became of it, and ``crm.proposals.wait`` waits for
    that. Do not send it another way. Repeated with ``idempotency_key``, the call is answered with the same
    proposal."""

    status = 202

    def __init__(self, proposal: models.Proposal, request_id: str = "", idempotency_key: str | None = None) -> None:
        super().__init__(proposal, request_id, idempotency_key)
        self.proposal = proposal
        self.request_id = request_id
        self.idempotency_key = idempotency_key

    def __str__(self) -> str:
        request = f" (request {self.request_id})" if self.request_id else ""
        return f"this waits for an approval as {self.proposal.id}, and nothing was done yet{request}"


class UnreadableEvent(CrmSolidError):
    """An event that this version of the client cannot read. ``raw`` is its JSON as it came, ``id`` and ``type`` are
    what could be read of it, else "". A stream or a list has moved past it, and may be iterated over further. As the
    receiver of a webhook keep ``raw`` and answer 200: it is signed, and a refusal would only disable the endpoint."""

    def __init__(self, message: str, raw: str) -> None:
        super().__init__(message, raw)
        self.raw = raw
        self.id = self._text("id")
        self.type = self._text("event")

    def _text(self, member: str) -> str:
        try:
            value = json.loads(self.raw).get(member)
        except (ValueError, AttributeError, RecursionError):
            return ""
        return value if isinstance(value, str) else ""

    def __str__(self) -> str:
        return f"the event {self.id or 'without an id'} ({self.type or 'no type'}) cannot be read: {self.args[0]}"


class WaitTimeoutError(CrmSolidError):
    """A job had not ended, or a file had not been fetched, when the time to wait for it was over. It goes on."""


class WebhookVerificationError(CrmSolidError):
    """A webhook is not signed with the secret, or is too old. Answer 401 and do nothing with it."""


class APIConnectionError(CrmSolidError):
    """No answer came, after all retries.

    ``may_have_happened`` is true if a request was sent, and not refused for the rate limit: a write may have been done
    although its answer was lost. Repeat the call with ``idempotency_key=error.idempotency_key``: the API then answers
    as it did the first time and does nothing twice. It is None for a call that only reads.
    """

    def __init__(self, message: str, idempotency_key: str | None = None, may_have_happened: bool = False) -> None:
        super().__init__(message, idempotency_key, may_have_happened)
        self.idempotency_key = idempotency_key
        self.may_have_happened = may_have_happened

    def __str__(self) -> str:
        message = str(self.args[0])
        if self.idempotency_key is None:
            return message
        done = "It may have been done" if self.may_have_happened else "It was not done"
        return f"{message}. {done}; repeat the call with idempotency_key={self.idempotency_key!r}, which is safe."


class APITimeoutError(APIConnectionError):
    """No answer came in time. See :class:`APIConnectionError`."""


class APIError(CrmSolidError):
    """An error answer of the API. Its attributes are those of :class:`Problem`."""

    code_of_class: ClassVar[str] = ""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem
        self.status = problem.status
        self.code = problem.code
        self.title = problem.title
        self.detail = problem.detail
        self.errors = problem.errors
        self.request_id = problem.request_id
        self.retry_after = problem.retry_after
        self.required_scope = problem.required_scope
        self.idempotency_key = problem.idempotency_key
        self.extra = problem.extra
        self.headers = problem.headers

    def __str__(self) -> str:
        fields = "".join(f"; {error.field}: {error.detail}" for error in self.errors)
        request = f" (request {self.request_id})" if self.request_id else ""
        return f"{self.status} {self.code or 'error'}: {self.detail}{fields}{request}"


class BadRequestError(APIError):
    """400: the request cannot be understood."""

    code_of_class = "bad_request"


class MalformedJsonError(BadRequestError):
    code_of_class = "malformed_json"


class IdempotencyKeyMissingError(BadRequestError):
    code_of_class = "idempotency_key_missing"


class IdempotencyKeyInvalidError(BadRequestError):
    code_of_class = "idempotency_key_invalid"


class InvalidParameterError(BadRequestError):
    code_of_class = "invalid_parameter"


class InvalidCursorError(BadRequestError):
    """The cursor belongs to a list with another sort or other filters. Start again without it."""

    code_of_class = "invalid_cursor"


class UnauthorizedError(APIError):
    """401: the key is not accepted."""


class TokenMissingError(UnauthorizedError):
    code_of_class = "token_missing"


class TokenInvalidError(UnauthorizedError):
    code_of_class = "token_invalid"


class TokenRevokedError(UnauthorizedError):
    code_of_class = "token_revoked"


class TokenExpiredError(UnauthorizedError):
    code_of_class = "token_expired"


class ForbiddenError(APIError):
    """403: the key is accepted, but not for this."""

    code_of_class = "forbidden"


class ScopeMissingError(ForbiddenError):
    """The key lacks ``required_scope``."""

    code_of_class = "scope_missing"


class IpNotAllowedError(ForbiddenError):
    code_of_class = "ip_not_allowed"


class OriginNotAllowedError(ForbiddenError):
    code_of_class = "origin_not_allowed"


class ApprovalNeededError(ForbiddenError):
    """The write needs an approval, and cannot wait for one: it has a file, or a condition such as ``if_match``."""

    code_of_class = "approval_needed"


class OutsideLimitsError(ForbiddenError):
    """The key is narrowed to a segment or to some accounts, and this is outside of them."""

    code_of_class = "outside_limits"


class PlanRequiredError(ForbiddenError):
    """The trial of the workspace has ended."""

    code_of_class = "plan_required"


class NotFoundError(APIError):
    """404: nothing in the key's workspace has this address or id."""

    code_of_class = "not_found"


class MethodNotAllowedError(APIError):
    code_of_class = "method_not_allowed"


class NotAcceptableError(APIError):
    code_of_class = "not_acceptable"


class RequestTimeoutError(APIError):
    """408: the request reached the server too slowly."""

    code_of_class = "request_timeout"


class ConflictError(APIError):
    """409: the state of an object does not allow this."""


class IdempotencyInProgressError(ConflictError):
    """A request with this idempotency key still runs. The client repeats it; this is raised once it has given up."""

    code_of_class = "idempotency_in_progress"


class AudienceChangedError(ConflictError):
    """``extra`` has ``changed``, a list of what is not as in the preview (``audience``, ``text``, …), and the numbers
    ``previewed`` and ``eligible``. Look at the preview again and start with its ``audience_hash``."""

    code_of_class = "audience_changed"


class ContactConflictError(ConflictError):
    code_of_class = "contact_conflict"


class ContactOptedOutError(ConflictError):
    """This person asked for no more messages."""

    code_of_class = "contact_opted_out"


class AlreadyEnrolledError(ConflictError):
    code_of_class = "already_enrolled"


class SequenceNotActiveError(ConflictError):
    code_of_class = "sequence_not_active"


class InvalidStateError(ConflictError):
    code_of_class = "invalid_state"


class FileTooLargeError(ConflictError):
    """The installation does not fetch files of this size from Telegram."""

    code_of_class = "file_too_large"


class FileQuotaExceededError(ConflictError):
    """The files of the workspace take all the space it has; ``problem.extra`` has ``quota``, ``used`` and ``size``."""

    code_of_class = "file_quota_exceeded"


class GoneError(APIError):
    """410."""


class FileGoneError(GoneError):
    """Nobody has the content of the file any more."""

    code_of_class = "file_gone"


class ErasedError(GoneError):
    """410: the person this answer was about has been erased."""

    code_of_class = "erased"


class PreconditionFailedError(APIError):
    """412: the object changed since it was read, so read it again, then repeat the change; or it exists although
    ``if_none_match`` excludes it."""

    code_of_class = "precondition_failed"


class PayloadTooLargeError(APIError):
    code_of_class = "payload_too_large"


class UnsupportedMediaTypeError(APIError):
    code_of_class = "unsupported_media_type"


class RangeNotSatisfiableError(APIError):
    """416: the file ends before the range that was asked for."""

    code_of_class = "range_not_satisfiable"


class UnprocessableError(APIError):
    """422: the request is understood, but refused as it is."""


class ValidationFailedError(UnprocessableError):
    """``errors`` names the fields."""

    code_of_class = "validation_failed"


class FilterTooCostlyError(UnprocessableError):
    """Finding the contacts that meet the filter takes too long. Use fewer comparisons, or filter by a tag."""

    code_of_class = "filter_too_costly"


class IdempotencyKeyReusedError(UnprocessableError):
    """The idempotency key was used for another request. Use a new one."""

    code_of_class = "idempotency_key_reused"


class HeadersTooLargeError(APIError):
    code_of_class = "headers_too_large"


class TooManyRequestsError(APIError):
    """429: a limit was reached. ``retry_after`` says for how many seconds."""


class RateLimitedError(TooManyRequestsError):
    """The key has no request left. The client waits by itself; this is raised if that takes longer than it may."""

    code_of_class = "rate_limited"


class AccountDailyLimitError(TooManyRequestsError):
    """The account has sent what it may in 24 hours. Raised at once, never waited for. ``retry_after`` is the time until
    its first free slot. Give a later ``send_at``, or use another account."""

    code_of_class = "account_daily_limit"


class KeyBudgetError(TooManyRequestsError):
    """The key has used its budget of messages or changes in 24 hours. Raised at once, never waited for. ``retry_after``
    says when it has enough again."""

    code_of_class = "key_budget"


class ServerError(APIError):
    """5xx: the server failed. The client repeats the request; this is raised once it has given up."""


class InternalError(ServerError):
    code_of_class = "internal_error"


class StorageFullError(ServerError):
    """507: the server has no space left for files. Nothing was kept."""

    code_of_class = "storage_full"


class NotImplementedByServerError(ServerError):
    """501: something between the client and the server changed the request. Never repeated."""

    code_of_class = "not_implemented"


class ServiceUnavailableError(ServerError):
    code_of_class = "service_unavailable"


_BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    405: MethodNotAllowedError,
    406: NotAcceptableError,
    408: RequestTimeoutError,
    409: ConflictError,
    410: GoneError,
    412: PreconditionFailedError,
    413: PayloadTooLargeError,
    415: UnsupportedMediaTypeError,
    416: RangeNotSatisfiableError,
    422: UnprocessableError,
    429: TooManyRequestsError,
    431: HeadersTooLargeError,
}


def _classes_below(base: type[APIError]) -> list[type[APIError]]:
    return [found for child in base.__subclasses__() for found in (child, *_classes_below(child))]


BY_CODE: dict[str, type[APIError]] = {
    found.code_of_class: found for found in _classes_below(APIError) if found.code_of_class
}


def error_of(problem: Problem) -> APIError:
    """The exception for an error answer: of the class of its code, if that is one of the status, else of the status."""
    of_status = ServerError if problem.status >= 500 else _BY_STATUS.get(problem.status, APIError)
    of_code = BY_CODE.get(problem.code, of_status)
    return (of_code if issubclass(of_code, of_status) else of_status)(problem)


def idempotency_key_of(error: BaseException) -> str | None:
    """The Idempotency-Key of the write that this exception ended, also where the exception is no error of this package,
    such as ``asyncio.CancelledError``, or comes from one, as a ``TimeoutError`` does. Repeat the call with it: nothing
    happens twice. None if there is none."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        if isinstance(key := getattr(one, "idempotency_key", None), str):
            return key
        one = one.__cause__ or one.__context__
    return None
