"""How many threads of a process one customer may hold with requests that may be slow.

Which requests may be slow is declared beside them, and who sends one is known only once it runs on a thread. One that
finds no slot gives its thread back and waits on the event loop; it then runs once more from its beginning. So nothing
of it may have had an effect before it asks for its slot.
"""

import threading
from collections import Counter
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

# In the environ of a request that can wait: its ``Turn``. No header has this name.
TURN = "crmsolid.turn"
AT_ONCE = 2
# Of one customer, in a process. What waits takes no thread, but memory.
MAX_WAITING = 8
MAX_WAIT_SECONDS = 5.0


class TryAgain(BaseException):
    """Ends an attempt whose request has to wait for a slot. It is no ``Exception``, so that nothing on its way to the
    bridge makes a response of it."""


class NoSlot(Exception):
    """The customer has all its slots under way, and as many requests waiting as may wait, or this one has waited."""


@dataclass(eq=False, slots=True)
class ThreadGroup:
    """The threads of one bridge. At most ``most`` of them run what may be slow, whoever asks, so one is left."""

    most: int
    running: int = 0


@dataclass(eq=False, slots=True)
class Slot:
    customer: object
    group: ThreadGroup | None
    is_released: bool = False


@dataclass(eq=False, slots=True)
class Turn:
    """What one request keeps between its attempts. ``wake`` is called on any thread once ``slot`` is given to it;
    ``held`` is the slot that it runs in; ``kept`` is for the application, which must not count a request twice."""

    group: ThreadGroup
    wake: Callable[[], object]
    slot: Slot | None = None
    held: Slot | None = None
    customer: object = None
    has_waited: bool = False
    has_ended: bool = False
    kept: dict[str, Any] = field(default_factory=dict)


class SlowRequests:
    """The slots of one process. Its methods may be called on any thread, and take no longer than the few requests that
    wait are looked at."""

    def __init__(self, at_once: int = AT_ONCE, max_waiting: int = MAX_WAITING) -> None:
        self.at_once, self._max_waiting = at_once, max_waiting
        self._lock = threading.Lock()
        self._running: Counter[object] = Counter()
        self._waiting: list[Turn] = []  # in the order of their arrival

    def enter(self, customer: object, turn: Turn | None = None) -> Slot:
        """A slot, which the caller releases; that of a request with a turn is released by :meth:`complete`.
        ``TryAgain`` if the request has a turn and may wait for a slot, else ``NoSlot``."""
        with self._lock:
            if turn is None:
                if not self._has_room(customer, None):
                    raise NoSlot
                return self._take(customer, None)
            if turn.held is not None:  # one page may show another
                return turn.held
            slot, turn.slot = turn.slot, None
            if slot is not None and slot.customer != customer:
                self._free(slot)  # the key has got another workspace meanwhile
                slot = None
            if slot is None and self._has_room(customer, turn.group):
                slot = self._take(customer, turn.group)
            if slot is not None:
                turn.held = slot
                return slot
            waiting = sum(each.customer == customer for each in self._waiting)
            if turn.has_ended or turn.has_waited or waiting >= self._max_waiting:
                raise NoSlot
            turn.customer, turn.has_waited = customer, True
            self._waiting.append(turn)
        raise TryAgain

    def complete(self, turn: Turn) -> None:
        """The response of the request is produced, whatever has become of it."""
        if turn.held is not None:
            self.release(turn.held)

    def release(self, slot: Slot) -> None:
        """Free a slot; what waits gets it, first the customer with the fewest under way. The second call does
        nothing."""
        with self._lock:
            self._free(slot)

    def end(self, turn: Turn) -> None:
        """The request does not wait any more: a slot that it was given and has not used is free again."""
        with self._lock:
            turn.has_ended = True  # an attempt may still run, if nobody waits for its end
            if turn in self._waiting:
                self._waiting.remove(turn)
            slot, turn.slot = turn.slot, None
            if slot is not None:
                self._free(slot)

    def stop_waiting(self, turn: Turn) -> None:
        """The request has waited long enough. It keeps a slot that it was given meanwhile."""
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)

    def under_way(self, customer: object) -> int:
        """How many slots the customer has."""
        with self._lock:
            return self._running[customer]

    def waiting(self) -> int:
        """How many requests wait, of all customers."""
        with self._lock:
            return len(self._waiting)

    def _has_room(self, customer: object, group: ThreadGroup | None) -> bool:
        return self._running[customer] < self.at_once and (group is None or group.running < group.most)

    def _take(self, customer: object, group: ThreadGroup | None) -> Slot:
        self._running[customer] += 1
        if group is not None:
            group.running += 1
        return Slot(customer, group)

    def _free(self, slot: Slot) -> None:
        if slot.is_released:
            return
        slot.is_released = True
        if slot.group is not None:
            slot.group.running -= 1
        self._running[slot.customer] -= 1
        if not self._running[slot.customer]:
            del self._running[slot.customer]
        while able := [turn for turn in self._waiting if self._has_room(turn.customer, turn.group)]:
            turn = min(able, key=lambda each: self._running[each.customer])
            self._waiting.remove(turn)
            turn.slot = self._take(turn.customer, turn.group)
            turn.wake()


slow_requests = SlowRequests()


def turn_of(environ: MutableMapping[str, Any]) -> Turn | None:
    """The turn of a request that the bridge runs; None for one that cannot wait, on another server."""
    turn: Turn | None = environ.get(TURN)
    return turn
