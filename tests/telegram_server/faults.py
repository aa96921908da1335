"""Faults on request: the next n requests of a kind are refused, cut off or kept waiting."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from .errors import AnswerLost, RpcFailure


class Moment(StrEnum):
    """Before the request takes effect, or after."""

    BEFORE = "before"
    AFTER = "after"


class Line(Protocol):
    """The client's connection, as far as a fault touches it."""

    def cut(self) -> None: ...


@dataclass(slots=True)
class Fault:
    """Strikes the next `times` requests of that name, of one account (a phone number) or of any.

    With `error` the request is refused; with `is_cut` the connection is closed without an answer; else it
    waits `seconds` or until it may `go_on`, while other requests of the same connection are answered.
    """

    request: str
    times: int = 1
    moment: Moment = Moment.BEFORE
    phone: str | None = None
    error: RpcFailure | None = None
    is_cut: bool = False
    seconds: float = 0
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def strike(self, line: Line) -> None:
        if self.seconds:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.go_on.wait(), self.seconds)
        if self.is_cut:
            line.cut()
            raise AnswerLost(self.request)
        if self.error is not None:
            raise self.error


class Faults:
    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._go_on = asyncio.Event()

    def add(self, fault: Fault) -> None:
        if fault.times < 1:
            raise ValueError("a fault strikes at least once")
        fault.go_on = self._go_on
        self._waiting.append(fault)

    def resume_hanging(self) -> None:
        self._go_on.set()
        self._go_on = asyncio.Event()

    def clear(self) -> None:
        self._waiting.clear()

    def left(self) -> int:
        """How many strikes are still to come."""
        return sum(fault.times for fault in self._waiting)

    def take(self, request: str, moment: Moment, phone: str) -> Fault | None:
        """Use up one strike of the oldest fault that fits."""
        for fault in self._waiting:
            if fault.request == request and fault.moment is moment and fault.phone in (None, phone):
                fault.times -= 1
                if not fault.times:
                    self._waiting.remove(fault)
                return fault
        return None
