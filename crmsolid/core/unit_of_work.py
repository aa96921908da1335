"""Units of work: the outermost service call owns the transaction, the ones it makes join it.

Django's ``atomic`` opens a savepoint at each level, two statements that nobody needs when the whole is undone
together. A refusal raised inside a unit undoes all of it; whoever wants to survive one opens an ``atomic`` of
their own around the call.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from crmsolid.core.sql import deferred_inserts, flushing

T = TypeVar("T")

_local = threading.local()


@contextmanager
def unit_of_work() -> Iterator[None]:
    """The current unit, or a new one in a transaction. Also a decorator."""
    if _is_open():
        yield
        return
    with transaction.atomic():
        _local.open = True
        try:
            yield
        finally:
            _local.open = False


def run_in_unit_of_work(work: Callable[[], T]) -> T:
    """``work()`` in the current unit or in a new one that gathers its inserts (see ``gathering``).

    ``work`` must stand being run twice: once more, from its start, when it guessed and the guess was wrong. What the
    first run did is undone by then.
    """
    if _is_open():
        return work()
    try:
        return _gathered(work, may_guess=True)
    except deferred_inserts.WrongGuess:
        return _gathered(work, may_guess=False)


def _is_open() -> bool:
    return getattr(_local, "open", False) and connections[DEFAULT_DB_ALIAS].in_atomic_block


def _gathered(work: Callable[[], T], *, may_guess: bool) -> T:
    here = connections[DEFAULT_DB_ALIAS]
    with transaction.atomic():
        _local.open = True
        unit = deferred_inserts.Unit(here, may_guess, len(here.savepoint_ids))
        deferred_inserts.begin(unit)
        try:
            answer = work()
            flushing.flush(unit)
            return answer
        finally:
            deferred_inserts.end()
            _local.open = False
