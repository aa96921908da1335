"""Injected faults: the next n requests of a name are refused, lose their connection, or hang."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from .errors import AnswerLost, RpcFailure


class When(StrEnum):
    """Before the request takes effect, or after it."""

    BEFORE = "before"
    AFTER = "after"


class AbortableConnection(Protocol):
    """The client's connection, as far as a fault uses it."""

    def abort(self) -> None: ...


@dataclass(slots=True)
class Fault:
    """Applies to the next `times` requests of this name after the first `skip`, by one user (a phone number) or by any.

    With `error` the request is refused; with `aborts_connection` the connection is closed without an answer; with
    `is_ignored` there is no answer and the connection stays. Otherwise the request hangs for `seconds` or until
    `resume` is set; other requests of the connection are answered meanwhile.
    """

    request: str
    times: int = 1
    when: When = When.BEFORE
    phone: str | None = None
    error: RpcFailure | None = None
    aborts_connection: bool = False
    is_ignored: bool = False
    seconds: float = 0
    skip: int = 0
    resume: asyncio.Event = field(default_factory=asyncio.Event)

    async def apply(self, connection: AbortableConnection) -> None:
        """Raises AnswerLost or RpcFailure instead of letting the request continue."""
        if self.seconds:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.resume.wait(), self.seconds)
        if self.aborts_connection:
            connection.abort()
        if self.aborts_connection or self.is_ignored:
            raise AnswerLost(self.request)
        if self.error is not None:
            raise self.error


class Faults:
    """The faults that are still to happen, oldest first."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self._resume = asyncio.Event()

    def add(self, fault: Fault) -> None:
        if fault.times < 1:
            raise ValueError("a fault happens at least once")
        fault.resume = self._resume
        self._pending.append(fault)

    def resume_hanging(self) -> None:
        self._resume.set()
        self._resume = asyncio.Event()

    def clear(self, phone: str | None = None) -> None:
        self._pending = [fault for fault in self._pending if phone is not None and fault.phone != phone]

    def remaining(self) -> int:
        """How many requests are still to fail."""
        return sum(fault.times for fault in self._pending)

    def take(self, request: str, when: When, phone: str) -> Fault | None:
        """The oldest fault that applies to this request, counted down by one."""
        for fault in self._pending:
            if fault.request == request and fault.when is when and fault.phone in (None, phone):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if not fault.times:
                    self._pending.remove(fault)
                return fault
        return None
