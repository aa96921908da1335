"""How the hot statements reach the database: prepared, and by as little code as there can be between it and them.

On PostgreSQL they go straight to libpq, with psycopg's own conversion of values. Whoever counts or wraps queries
through Django (tests, debugging) gets Django's cursor and sees them all, as does SQLite.
"""

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache, lru_cache
from typing import Any, NoReturn

import psycopg
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.datetime import TimestamptzLoader

# How long a request waits for a row, a unique key or an advisory lock that another transaction holds.
LOCK_TIMEOUT_MS = 2000
MAX_PREPARED = 200


@cache
def on_postgresql() -> bool:
    """Whether this process works on PostgreSQL; else it is SQLite."""
    return connections[DEFAULT_DB_ALIAS].vendor == "postgresql"


def statement_cursor() -> AbstractContextManager[Any]:
    """A cursor for hot statements: ``execute``, ``fetchone``, ``fetchall``, ``rowcount``."""
    here = connections[DEFAULT_DB_ALIAS]  # looked up once: behind Django's proxy each attribute is a look-up more
    if not on_postgresql() or here.queries_logged or here.execute_wrappers:
        return here.cursor()
    if here.connection is None:
        here.ensure_connection()
    raw: Any = here.connection
    own: PreparedCursor | None = getattr(raw, "crmsolid_cursor", None)
    if own is None:
        own = raw.crmsolid_cursor = PreparedCursor(here, raw)
    return own


class PreparedCursor:
    """The cursor of one PostgreSQL connection. Each statement is prepared once for each set of parameter types."""

    rowcount = 0

    def __init__(self, here: Any, raw: Any) -> None:
        self._here, self._raw, self._pgconn = here, raw, raw.pgconn
        cursor = psycopg.Cursor(raw)
        # psycopg's own loader: Django's does the same (the connection's zone is UTC), but in Python.
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        self._values = Transformer(cursor)
        self._prepared: OrderedDict[tuple[bytes, tuple[int, ...]], bytes] = OrderedDict()
        self._made = 0
        self._result: Any = None

    def __enter__(self) -> "PreparedCursor":
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._result = None
        if kind is not None:
            self._here.wrap_database_errors.__exit__(kind, error, trace)

    def execute(self, sql: str, params: Sequence[Any]) -> None:
        """As the DB-API has it, with ``%s``. psycopg's errors, which leaving the cursor turns into Django's."""
        self.execute_numbered(numbered(sql), params)

    def execute_numbered(self, sql: bytes, params: Sequence[Any]) -> None:
        """As :meth:`execute`, with ``$1`` in place of ``%s``."""
        pgconn, values = self._pgconn, self._values
        if not self._raw.autocommit and pgconn.transaction_status == pq.TransactionStatus.IDLE:
            self._checked(pgconn.exec_(b"BEGIN"))
        given = values.dump_sequence(params, _automatic(len(params)))
        types = values.types or ()
        name = self._prepared.get((sql, types)) or self._prepare(sql, types)
        self._result = self._checked(pgconn.exec_prepared(name, given, values.formats))
        self.rowcount = self._result.command_tuples or 0

    def begin_and_lock(self, number: int) -> None:
        """BEGIN, the lock timeout and an advisory lock in one round trip."""
        begin = b"BEGIN; " if self._pgconn.transaction_status == pq.TransactionStatus.IDLE else b""
        command = b"%bSET LOCAL lock_timeout = %d; SELECT pg_advisory_xact_lock(%d)" % (begin, LOCK_TIMEOUT_MS, number)
        self._checked(self._pgconn.exec_(command))

    def fetchone(self) -> Any:
        found = self.fetchall()
        return found[0] if found else None

    def fetchall(self) -> list[Any]:
        self._values.set_pgresult(self._result)
        return self._values.load_rows(0, self._result.ntuples, tuple)

    def _prepare(self, sql: bytes, types: tuple[int, ...]) -> bytes:
        self._made += 1
        name = b"crmsolid_%d" % self._made
        self._checked(self._pgconn.prepare(name, sql, types))
        if len(self._prepared) >= MAX_PREPARED:
            self._checked(self._pgconn.exec_(b"DEALLOCATE " + self._prepared.popitem(last=False)[1]))
        self._prepared[sql, types] = name
        return name

    def _checked(self, result: Any) -> Any:
        if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            return result
        raise _error(self._pgconn, result)


def _error(pgconn: Any, result: Any) -> psycopg.Error:
    """psycopg's error for a result; one of a lost connection has no code to tell it by."""
    if pgconn.status == pq.ConnStatus.BAD:
        return psycopg.OperationalError(result.get_error_message() or "the connection is lost")
    return errors.error_from_result(result)


@lru_cache(maxsize=64)
def _automatic(count: int) -> list[PyFormat]:
    return [PyFormat.AUTO] * count


@lru_cache(maxsize=1000)
def numbered(sql: str) -> bytes:
    """``%s`` as ``$1``, ``$2`` and so on."""
    pieces = sql.split("%s")
    text = pieces[0] + "".join(f"${place}{piece}" for place, piece in enumerate(pieces[1:], 1))
    return text.replace("%%", "%").encode()


class LockTimeout(Exception):
    """Another transaction held a lock or a unique key for longer than ``LOCK_TIMEOUT_MS``; nothing was written."""


def acquire_lock(number: int) -> None:
    """Begin the transaction and take the advisory lock of this number until its end; raises :class:`LockTimeout`.

    Also sets the transaction's lock timeout, all in one round trip. On SQLite there is nothing to do: an immediate
    transaction has already waited for the only writer.
    """
    if not on_postgresql():
        return
    connection = connections[DEFAULT_DB_ALIAS]
    with statement_cursor() as cursor:
        try:
            if isinstance(cursor, PreparedCursor):
                with connection.wrap_database_errors:
                    cursor.begin_and_lock(number)
            else:
                cursor.execute(
                    "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(%s)",
                    [f"{LOCK_TIMEOUT_MS}", number],
                )
        except OperationalError as error:
            raise_translated(error)


def raise_translated(error: OperationalError) -> NoReturn:
    """Raise the error again, as :class:`LockTimeout` if it is one."""
    if getattr(error.__cause__, "sqlstate", None) == "55P03":
        raise LockTimeout from error
    raise error
