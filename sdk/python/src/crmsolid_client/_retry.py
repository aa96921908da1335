"""Decides for one call whether and when it is tried again. It does no input or output itself, so that the
synchronous and the asynchronous transport share it.

A call is repeated after a lost connection, ``409 idempotency_in_progress``, ``429 rate_limited``, 408 and 5xx.
Repeating a write is safe because all its attempts have the same Idempotency-Key.
"""

from __future__ import annotations

import json
import logging
import random
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from ._pacing import RateLimit
from .errors import APIConnectionError, APITimeoutError, FieldError, Problem, WaitTimeoutError, error_of

logger = logging.getLogger("crmsolid_client")

FIRST_DELAY = 0.5
LONGEST_DELAY = 8.0
REPEATED_CODES = frozenset({"idempotency_in_progress", "rate_limited"})
NEVER_REPEATED_CODES = frozenset({"account_daily_limit"})
REPEATED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
_KNOWN = frozenset({"type", "instance", "title", "status", "detail", "code", "errors", "request_id", "required_scope"})
# The connection was never made, so no request was sent.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_OWN_MISTAKES = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


class Attempts:
    """The attempts of one call. ``seconds`` is how long it may take in all, with the waiting in between. ``server`` is
    the address that an error names."""

    def __init__(self, rate_limit: RateLimit, seconds: float, idempotency_key: str | None, server: str) -> None:
        self._rate_limit = rate_limit
        self._ends_at = time.monotonic() + seconds
        self._idempotency_key = idempotency_key
        self._server = server
        self._made = 0
        self._may_have_happened = False

    def pause(self) -> float:
        """Seconds to wait before the next attempt; call again then. 0: send it now."""
        wait = self._rate_limit.reserve(self._ends_at - time.monotonic())
        if wait > 0:
            logger.debug("the rate limit is used up; waiting %.1f s for the next window", wait)
        return wait

    def after_error(self, error: httpx.RequestError) -> float:
        """Seconds to wait after a failed connection. Raises APIConnectionError if the call is not to be tried again."""
        self._made += 1
        self._may_have_happened = self._may_have_happened or not isinstance(error, _NOT_SENT)
        delay = self._backoff()
        if self._ends_at - time.monotonic() < delay or isinstance(error, _OWN_MISTAKES) or _is_bad_certificate(error):
            raise self.connection_error(error) from error
        logger.debug("no answer (%s); attempt %s follows in %.1f s", type(error).__name__, self._made + 1, delay)
        return delay

    def after_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> float:
        """Seconds to wait after an error answer. Raises APIError if the call is not to be tried again."""
        self._made += 1
        error = error_of(read_problem(status, headers, body, self._idempotency_key))
        is_repeated = error.code in REPEATED_CODES or (
            status in REPEATED_STATUSES and error.code not in NEVER_REPEATED_CODES
        )
        if not is_repeated:
            raise error
        delay = self._backoff()
        if error.retry_after is not None:
            delay = max(error.retry_after, 0.0) + random.random() * 0.25
        if self._ends_at - time.monotonic() < delay:
            raise error
        # Other threads of the client wait too, unless it was another limit, such as that of open streams.
        if error.code == "rate_limited" and headers.get("x-ratelimit-remaining", "0") == "0":
            self._rate_limit.exhausted(delay)
        logger.debug("%s %s; attempt %s follows in %.1f s", status, error.code, self._made + 1, delay)
        return delay

    def until_ready(self, headers: Mapping[str, str]) -> float:
        """Seconds to wait before what the server is still getting (202) is asked for again. Raises WaitTimeoutError if
        that is too long."""
        self._made += 1
        delay = max(self._backoff(), _retry_after(headers) or 0.0)
        if self._ends_at - time.monotonic() < delay:
            raise WaitTimeoutError("the file is still being fetched from Telegram: ask for it again later")
        return delay

    def connection_error(self, error: httpx.RequestError) -> APIConnectionError:
        times = "attempt" if self._made == 1 else "attempts"
        message = f"no answer from {self._server} after {self._made} {times}: {error or type(error).__name__}"
        kind = APITimeoutError if isinstance(error, httpx.TimeoutException) else APIConnectionError
        return kind(message, self._idempotency_key, self._may_have_happened)

    def _backoff(self) -> float:
        """Doubles from attempt to attempt; a random part of it, so that clients do not come back all at once."""
        longest = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(self._made - 1, 10))
        return longest * (0.5 + random.random() / 2)


def read_problem(status: int, headers: Mapping[str, str], body: bytes, idempotency_key: str | None) -> Problem:
    """What an error answer says. Whatever stands in front of the product may answer something that is no problem."""
    told = _object(body)
    errors = told.get("errors")
    detail = told.get("detail") or _detail_of(status, headers)
    return Problem(
        status=status,
        code=str(told.get("code") or ""),
        title=str(told.get("title") or ""),
        detail=str(detail),
        errors=tuple(_field_error(one) for one in errors if isinstance(one, dict)) if isinstance(errors, list) else (),
        request_id=str(told.get("request_id") or headers.get("x-request-id") or ""),
        retry_after=_retry_after(headers),
        required_scope=told.get("required_scope"),
        idempotency_key=idempotency_key,
        extra={name: value for name, value in told.items() if name not in _KNOWN},
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _field_error(told: dict[str, Any]) -> FieldError:
    return FieldError(str(told.get("field", "")), str(told.get("code", "")), str(told.get("detail", "")))


def _detail_of(status: int, headers: Mapping[str, str]) -> str:
    if 300 <= status < 400:
        return "the server redirects, which is not followed with an API key: correct base_url"
    return f"the server answered {headers.get('content-type') or 'nothing'} instead of a problem"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds. A proxy in front of the product may give a date."""
    value = headers.get("retry-after", "")
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _is_bad_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
