"""Units of work: the outermost service call owns the transaction, the ones it makes join it.

Django's ``atomic`` opens a savepoint at each level, two statements that nobody needs when the whole is undone
together. A refusal raised inside a unit undoes all of it; whoever wants to survive one opens an ``atomic`` of
their own around the call.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

_local = threading.local()


@contextmanager
def unit_of_work() -> Iterator[None]:
    """The current unit, or a new one in a transaction. Also a decorator."""
    if getattr(_local, "open", False) and transaction.get_connection().in_atomic_block:
        yield
        return
    with transaction.atomic():
        _local.open = True
        try:
            yield
        finally:
            _local.open = False
