"""Bounds on the open connections of one server: how many there are, how long each may keep the server waiting, and how
much memory the bodies of their requests take."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from crmsolid.core.errors import DomainError
from crmsolid.serving.interface import MAX_BODY_BYTES, MEBIBYTE, SMALL_BODY_BYTES

logger = logging.getLogger(__name__)

# The age from which a connection without a request is closed before an incomplete body is, and a response that is not
# being read before the newest connection: over a slow network a client needs about this long to send or read something.
YOUNG_SECONDS = 1.0
WARNING_INTERVAL_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Times are in seconds, counted from when the server began to wait; they are checked every ``check_seconds``."""

    max_connections: int
    # A proxy or a browser sends at most 8 to 16 KiB. An attacker with every connection takes 64 MiB.
    max_head_bytes: int = 64 * 1024
    # As many as Apache and gunicorn allow. Every line costs CPU time.
    max_header_lines: int = 100
    # Requests of one connection that wait for the answer to an earlier one. Each takes a few KiB of memory.
    max_pipelined: int = 16
    # Bodies that are incomplete or whose requests are not answered yet, together: 32 of the largest.
    max_body_bytes: int = 64 * MEBIBYTE
    head_seconds: float = 10.0
    # 1 MiB arrives in time from 9 KiB/s on. For each ``large_body_rate`` bytes that have arrived it has a second more,
    # so a file of any size arrives in time at that rate.
    body_seconds: float = 120.0
    large_body_rate: int = 64 * 1024
    # Bytes a second of a body over each ``rate_seconds``. The slowest mobile networks bring twice as much, and may lose
    # the connection for half of the time.
    least_rate: int = 1024
    rate_seconds: float = 20.0
    # A client that has read nothing of a response for so long is gone, or holds the connection on purpose.
    unread_seconds: float = 60.0
    check_seconds: float = 1.0


class Awaited(Enum):
    """What a client has to send next."""

    REQUEST = auto()
    """A request line and headers: the connection is idle or they are incomplete."""

    BODY = auto()


class Connection(Protocol):
    def awaited(self) -> Awaited | None:
        """What the client has to send next; None while a request is being answered and the answer being read."""

    def end(self, error: DomainError) -> None:
        """Close the connection, if possible after an answer with this error."""

    def abort(self) -> None:
        """Close the connection without an answer, even if not all of a response has been sent."""

    def unsent_bytes(self) -> int:
        """The bytes of responses that the client's system has not accepted yet."""

    def may_send(self) -> bool:
        """Whether the client can send more of a body; not while the application has enough to read, or has not yet
        asked for it (``Expect: 100-continue``)."""


@dataclass(slots=True)
class _State:
    body_bytes: int = 0
    received_bytes: int = 0  # of the body that arrives
    # Of the body that arrives, since when and how much.
    rate_since: float = 0.0
    rate_bytes: int = 0
    unsent_bytes: int = 0
    unread_since: float | None = None


class ConnectionTable:
    """Every open connection of one server. All methods are called on its event loop and take constant time, except
    when a connection has to be closed for another."""

    def __init__(self, limits: ConnectionLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._states: dict[Connection, _State] = {}
        # When the wait began. Dictionaries keep their order, so the first connection has waited longest.
        self._since: dict[Awaited, dict[Connection, float]] = {awaited: {} for awaited in Awaited}
        self._body_bytes = 0
        self._closed_for_others = 0
        self._next_warning = 0.0
        self._check_is_scheduled = False

    def add(self, connection: Connection) -> None:
        """A new connection, which may be closed at once if all others are being answered."""
        self._states[connection] = _State()
        self.update(connection)
        if len(self._states) > self.limits.max_connections:
            self._close_for_others(self._next_to_close())
        self._schedule_check()

    def remove(self, connection: Connection) -> None:
        """Does nothing for a connection that was removed before."""
        if connection in self._states:
            self.release_body(connection)
            for since in self._since.values():
                since.pop(connection, None)
            del self._states[connection]

    def update(self, connection: Connection, *, restart: bool = False) -> None:
        """Note what the connection waits for. ``restart`` begins the wait again if that has not changed."""
        if connection not in self._states:
            return
        awaited = connection.awaited()
        for other, since in self._since.items():
            if other is not awaited or restart:
                since.pop(connection, None)
        if awaited is not None and connection not in self._since[awaited]:
            now = self._since[awaited][connection] = self._clock()
            state = self._states[connection]
            state.rate_since, state.rate_bytes, state.received_bytes = now, 0, 0

    def receive_body(self, connection: Connection, size: int) -> None:
        """Count bytes of a body for its rate, whether they are kept or not."""
        if connection in self._states:
            state = self._states[connection]
            state.rate_bytes += size
            state.received_bytes += size

    def hold_body(self, connection: Connection, size: int) -> None:
        """Count bytes of a body that are kept in memory. Over the limit, the largest incomplete body is refused, which
        frees most; a body of up to ``SMALL_BODY_BYTES`` never is, so ordinary requests go on during an attack."""
        if connection not in self._states:
            return
        state = self._states[connection]
        size = min(size, MAX_BODY_BYTES - state.body_bytes)  # of a larger body nothing is kept
        state.body_bytes += size
        self._body_bytes += size
        while self._body_bytes > self.limits.max_body_bytes:
            largest = max(self._since[Awaited.BODY], key=self._body_size, default=None)
            if largest is None or self._body_size(largest) <= SMALL_BODY_BYTES:
                return
            self._close_for_others(largest)

    def _body_size(self, connection: Connection) -> int:
        return self._states[connection].body_bytes

    def release_body(self, connection: Connection) -> None:
        if connection in self._states:
            state = self._states[connection]
            self._body_bytes -= state.body_bytes
            state.body_bytes = 0

    def check(self) -> None:
        """Close the connections that have kept the server waiting too long."""
        now = self._clock()
        for connection, state in list(self._states.items()):
            self.update(connection)  # nothing else tells that a response has been read to its end
            unsent, before = connection.unsent_bytes(), state.unsent_bytes
            state.unsent_bytes = unsent
            if unsent == 0:
                state.unread_since = None
            elif state.unread_since is None or unsent < before:
                state.unread_since = now
            elif now - state.unread_since > self.limits.unread_seconds:
                connection.abort()
        self._end_late_heads(now - self.limits.head_seconds)
        self._end_late_bodies(now)
        self._end_slow_bodies(now)
        if self._closed_for_others and now >= self._next_warning:
            logger.warning("closed %s connections in favor of others, see docs/serving.md", self._closed_for_others)
            self._closed_for_others, self._next_warning = 0, now + WARNING_INTERVAL_SECONDS

    def _next_to_close(self) -> Connection:
        """The connection that has kept the server waiting longest: for a request, then for a body, then for reading
        its response. One whose request is being answered is closed only if it does not read the answer."""
        requests, bodies = self._since[Awaited.REQUEST], self._since[Awaited.BODY]
        oldest, since = next(iter(requests.items()))  # there is one: the new connection
        began_before = self._clock() - YOUNG_SECONDS
        if since < began_before:
            return oldest
        if bodies:
            return next(iter(bodies))
        unread = {each: state.unread_since for each, state in self._states.items() if state.unread_since is not None}
        stalled = min(unread, key=unread.__getitem__, default=None)
        return stalled if stalled is not None and unread[stalled] < began_before else oldest

    def _close_for_others(self, connection: Connection) -> None:
        self._closed_for_others += 1
        connection.end(DomainError("service_unavailable", "the server has too many open requests; retry in a moment"))

    def _schedule_check(self) -> None:
        if self._states and not self._check_is_scheduled:
            self._check_is_scheduled = True
            asyncio.get_running_loop().call_later(self.limits.check_seconds, self._check_again)

    def _check_again(self) -> None:
        self._check_is_scheduled = False
        self.check()
        self._schedule_check()

    def _end_late_heads(self, began_before: float) -> None:
        since = self._since[Awaited.REQUEST]
        while since and (oldest := next(iter(since))) and since[oldest] <= began_before:
            oldest.end(DomainError("request_timeout", "the headers did not arrive in time"))

    def _end_late_bodies(self, now: float) -> None:
        for connection, since in list(self._since[Awaited.BODY].items()):
            waited = now - since
            if waited < self.limits.body_seconds:
                return
            more = self._states[connection].received_bytes // self.limits.large_body_rate
            if waited >= self.limits.body_seconds + more:
                connection.end(DomainError("request_timeout", "the body did not arrive in time"))

    def _end_slow_bodies(self, now: float) -> None:
        least, seconds = self.limits.least_rate, self.limits.rate_seconds
        for connection in list(self._since[Awaited.BODY]):
            state = self._states[connection]
            if connection.may_send() and now - state.rate_since < seconds:
                continue
            if connection.may_send() and state.rate_bytes < least * seconds:
                connection.end(DomainError("request_timeout", f"less than {least} bytes a second of the body arrived"))
            else:
                state.rate_since, state.rate_bytes = now, 0
