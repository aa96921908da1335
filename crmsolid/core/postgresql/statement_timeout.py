"""A limit of time for reads that a caller can make as costly as they like, far below that of the session."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction

_QUERY_CANCELED = "57014"
_SET = (
    "SELECT current_setting('statement_timeout'), current_setting('max_parallel_workers_per_gather'),"
    " set_config('statement_timeout', %s, true), set_config('max_parallel_workers_per_gather', '0', true)"
)
_SET_BACK = "SELECT set_config('statement_timeout', %s, true), set_config('max_parallel_workers_per_gather', %s, true)"


class StatementTimeout(OperationalError):
    """A statement took longer than :func:`statement_timeout` allows. Nothing of the block remains; the transaction
    around it stays usable."""


@contextmanager
def statement_timeout(seconds: float) -> Iterator[None]:
    """Let no statement of the block take longer than so many seconds, nor more than one core.

    Each statement has the whole time. The block runs in a transaction, or in a savepoint of the one that is open; an
    error takes back what it wrote. Raises :class:`StatementTimeout`.
    """
    is_nested = connections[DEFAULT_DB_ALIAS].in_atomic_block
    try:
        with transaction.atomic():
            before = _configure(_SET, [str(max(1, round(seconds * 1000)))])  # 0 would mean no limit
            yield
            if is_nested:  # otherwise the settings end with the transaction; after an error the savepoint undoes them
                _configure(_SET_BACK, before[:2])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == _QUERY_CANCELED:
            raise StatementTimeout from error
        raise


def _configure(sql: str, params: list[str]) -> list[str]:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchone())
