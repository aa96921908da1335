"""Decides for one call whether and when it is tried again, and for a stream when it comes back. It does no input or
output itself, so that the synchronous and the asynchronous transport share it.

A call is repeated after a lost connection, ``409 idempotency_in_progress``, ``429 rate_limited``, 408, 500, 502, 503
and 504. Repeating a write is safe because all its attempts have the same Idempotency-Key.
"""

from __future__ import annotations

import json
import logging
import random
import socket
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from ._config import Config
from ._pacing import RateLimit
from .errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    CrmSolidError,
    FieldError,
    Problem,
    WaitTimeoutError,
    error_of,
)

logger = logging.getLogger("crmsolid_client")

FIRST_DELAY = 0.5
LONGEST_DELAY = 8.0
LONGEST_STREAM_DELAY = 30.0
LONGEST_RATE_LIMIT = 60.0
SHORTEST_ATTEMPT = 0.1  # seconds that must be left for another attempt
RETRIES_OF_THE_HOPELESS = 2  # of a host that is not known, or has no valid certificate
REPEATED_CODES = frozenset({"idempotency_in_progress", "rate_limited"})
NEVER_REPEATED_CODES = frozenset({"account_daily_limit", "key_budget"})
REPEATED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
# What ends a stream: time does not change it.
FINAL_STATUSES = frozenset({401, 403, 404, 410})
FINAL_CODES = frozenset({"invalid_cursor", "invalid_parameter"})
_KNOWN = frozenset({"type", "instance", "title", "status", "detail", "code", "errors", "request_id", "required_scope"})
# The connection was never made, so no request was sent.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_OWN_MISTAKES = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


class Attempts:
    """The attempts of one call. They end with ``retry_for`` or ``max_retries``, whichever is first; what is waited for
    the rate limit, up to a minute each time, is not counted."""

    def __init__(self, rate_limit: RateLimit, config: Config, idempotency_key: str | None, label: str) -> None:
        self._rate_limit = rate_limit
        self._config = config
        self._ends_at = time.monotonic() + config.retry_seconds
        self._idempotency_key = idempotency_key
        self._label = label
        self._made = 0
        self._may_have_happened = False

    def pause(self) -> float:
        """Seconds to wait before the next attempt; call again then. 0: send it now."""
        wait = self._rate_limit.reserve()
        if wait >= SHORTEST_ATTEMPT:
            logger.debug("the rate limit is used up; waiting %.1f s for the next window", wait)
        self._ends_at += wait
        return wait

    def seconds(self) -> float:
        """How long the present attempt may take: the timeout, or what is left of the time of the call."""
        if not self._config.is_retrying:
            return self._config.timeout
        return min(self._config.timeout, max(self._left(), SHORTEST_ATTEMPT))

    def after_error(self, error: httpx.RequestError) -> float:
        """Seconds to wait after a failed connection. Raises APIConnectionError if the call is not to be tried again."""
        self._made += 1
        self._may_have_happened = self._may_have_happened or not isinstance(error, _NOT_SENT)
        delay = self._backoff()
        most = RETRIES_OF_THE_HOPELESS if _is_hopeless(error) else self._config.max_retries
        if isinstance(error, _OWN_MISTAKES) or self._made > most or not self._has_time(delay):
            raise self._connection_error(error) from error
        self._log(type(error).__name__, delay)
        return delay

    def after_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> float:
        """Seconds to wait after an error answer. Raises APIError if the call is not to be tried again."""
        self._made += 1
        error = error_of(read_problem(status, headers, body, self._idempotency_key))
        is_repeated = error.code in REPEATED_CODES or (
            status in REPEATED_STATUSES and error.code not in NEVER_REPEATED_CODES
        )
        if not is_repeated or not self._config.is_retrying or self._made > self._config.max_retries:
            raise error
        # What stands before the API may answer although the work goes on behind it.
        self._may_have_happened = self._may_have_happened or error.code != "rate_limited"
        delay = self._backoff()
        if error.retry_after is not None:
            delay = max(delay, error.retry_after + random.random() * 0.25)
        if error.code == "rate_limited" and (error.retry_after or 0.0) <= LONGEST_RATE_LIMIT:
            self._ends_at += delay
        elif not self._has_time(delay):
            raise error
        # Other threads of the client wait too, unless it was another limit, such as that of open streams.
        if error.code == "rate_limited" and headers.get("x-ratelimit-remaining", "0") == "0":
            self._rate_limit.exhausted(delay)
        self._log(f"{status} {error.code}".strip(), delay)
        return delay

    def until_ready(self, headers: Mapping[str, str]) -> float:
        """Seconds to wait before what the server is still getting (202) is asked for again. Raises WaitTimeoutError if
        that is too long."""
        self._made += 1
        delay = max(self._backoff(), _retry_after(headers) or 0.0)
        if not self._has_time(delay):
            raise WaitTimeoutError("the file is still being fetched from Telegram: ask for it again later")
        return delay

    def _left(self) -> float:
        return self._ends_at - time.monotonic()

    def _has_time(self, delay: float) -> bool:
        return self._config.is_retrying and self._left() >= delay + SHORTEST_ATTEMPT

    def _log(self, reason: str, delay: float) -> None:
        logger.info("%s: %s; attempt %s follows in %.1f s", self._label, reason, self._made + 1, delay)

    def _connection_error(self, error: httpx.RequestError) -> APIConnectionError:
        times = "attempt" if self._made == 1 else "attempts"
        server = self._config.base_url
        message = f"no answer from {server} after {self._made} {times}: {error or type(error).__name__}"
        kind = APITimeoutError if isinstance(error, httpx.TimeoutException) else APIConnectionError
        return kind(message, self._idempotency_key, self._may_have_happened)

    def _backoff(self) -> float:
        return backoff(self._made - 1, LONGEST_DELAY)


class Outage:
    """Decides for a stream, or for whoever follows the log, how long to pause after a failure. It goes on for ever,
    unless it is told to ``give_up_after`` so many seconds without an answer."""

    def __init__(self, give_up_after: float | None) -> None:
        if give_up_after is not None and not give_up_after >= 0:
            raise ValueError("give_up_after is a number of seconds, None to go on for ever")
        self._give_up_after = give_up_after
        self._failures = 0
        self._began_at: float | None = None

    def is_over(self) -> None:
        """The server has answered."""
        self._failures = 0
        self._began_at = None

    def pause(self, error: CrmSolidError) -> float:
        """Seconds to wait before it is tried again. Raises the error if that is of no use: after a refusal that cannot
        pass."""
        if isinstance(error.__cause__, _OWN_MISTAKES):
            raise error
        retry_after = 0.0
        if isinstance(error, APIError):
            if error.status in FINAL_STATUSES or error.code in FINAL_CODES:
                raise error
            retry_after = min(error.retry_after or 0.0, LONGEST_RATE_LIMIT)
        now = time.monotonic()
        self._began_at = now if self._began_at is None else self._began_at
        delay = max(backoff(self._failures, LONGEST_STREAM_DELAY), retry_after)
        if self._give_up_after is not None and now + delay > self._began_at + self._give_up_after:
            raise error
        self._failures += 1
        logger.warning("the connection is lost (%s); it is made again in %.1f s", error, delay)
        return delay


def backoff(failures: int, longest: float) -> float:
    """Doubles from attempt to attempt; a random part of it, so that clients do not come back all at once."""
    return float(min(longest, FIRST_DELAY * 2.0 ** min(failures, 10)) * (0.5 + random.random() / 2))


def read_problem(status: int, headers: Mapping[str, str], body: bytes, idempotency_key: str | None) -> Problem:
    """What an error answer says. Whatever stands in front of the product may answer something that is no problem."""
    told = _object(body)
    errors = told.get("errors")
    detail = told.get("detail") or _detail_of(headers)
    return Problem(
        status=status,
        code=str(told.get("code") or ""),
        title=str(told.get("title") or ""),
        detail=str(detail),
        errors=tuple(_field_error(one) for one in errors if isinstance(one, dict)) if isinstance(errors, list) else (),
        request_id=str(told.get("request_id") or headers.get("x-request-id") or ""),
        retry_after=_retry_after(headers),
        required_scope=None if told.get("required_scope") is None else str(told["required_scope"]),
        idempotency_key=idempotency_key,
        extra={name: value for name, value in told.items() if name not in _KNOWN},
        headers=headers,
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _field_error(told: dict[str, Any]) -> FieldError:
    return FieldError(str(told.get("field", "")), str(told.get("code", "")), str(told.get("detail", "")))


def _detail_of(headers: Mapping[str, str]) -> str:
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


def _is_hopeless(error: BaseException | None) -> bool:
    """Whether nobody knows the host, or its certificate is not valid."""
    while error is not None:
        if isinstance(error, (ssl.SSLCertVerificationError, socket.gaierror)):
            return True
        error = error.__cause__ or error.__context__
    return False
