"""A cursor for the few statements that every request runs. docs/sql.md says when to use it.

Each statement is prepared once a connection and then sent directly to libpq, with psycopg's conversion of values. Code
that counts or wraps queries through Django (tests, debugging) gets Django's cursor, so that it sees every statement.
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


class LockTimeout(OperationalError):
    """Another transaction held a lock or a unique key for longer than ``LOCK_TIMEOUT_MS``. Nothing was written."""


@cache
def on_postgresql() -> bool:
    return True


def statement_cursor() -> AbstractContextManager[Any]:
    """A context manager for a cursor with ``execute``, ``fetchone``, ``fetchall`` and ``rowcount``.

    Only one of them may be open on a thread at a time. Raises Django's database errors.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.queries_logged or connection.execute_wrappers:
        return connection.cursor()
    if connection.connection is None:
        connection.ensure_connection()
    raw: Any = connection.connection
    cursor: PreparedCursor | None = getattr(raw, "crmsolid_cursor", None)
    if cursor is None:
        cursor = raw.crmsolid_cursor = PreparedCursor(connection, raw)
    return cursor


class PreparedCursor:
    """The cursor of one connection. It prepares each statement once for each set of parameter types."""

    rowcount = 0

    def __init__(self, connection: Any, raw: Any) -> None:
        """``connection`` is Django's, ``raw`` the psycopg connection inside it."""
        self._connection, self._raw, self._pgconn = connection, raw, raw.pgconn
        cursor = psycopg.Cursor(raw)
        # psycopg's loader, written in C. Django's in Python has the same result, as the connection's time zone is UTC.
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        self._values = Transformer(cursor)
        self._prepared: OrderedDict[tuple[bytes, tuple[int, ...]], bytes] = OrderedDict()
        self._prepared_count = 0
        self._result: Any = None

    def __enter__(self) -> "PreparedCursor":
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._result = None
        if kind is not None:
            self._connection.wrap_database_errors.__exit__(kind, error, trace)

    def execute(self, sql: str, params: Sequence[Any]) -> None:
        """As in the DB-API, with ``%s``. Raises psycopg's errors, which become Django's when the context ends."""
        pgconn, values = self._pgconn, self._values
        if not self._raw.autocommit and pgconn.transaction_status == pq.TransactionStatus.IDLE:
            self._checked(pgconn.exec_(b"BEGIN"))
        dumped = values.dump_sequence(params, [PyFormat.AUTO] * len(params))
        statement, types = _numbered(sql), values.types or ()
        name = self._prepared.get((statement, types)) or self._prepare(statement, types)
        self._result = self._checked(pgconn.exec_prepared(name, dumped, values.formats))
        self.rowcount = self._result.command_tuples or 0

    def begin_and_lock(self, number: int) -> None:
        """BEGIN, the lock timeout and an advisory lock in one round trip."""
        begin = b"BEGIN; " if self._pgconn.transaction_status == pq.TransactionStatus.IDLE else b""
        command = b"%bSET LOCAL lock_timeout = %d; SELECT pg_advisory_xact_lock(%d)" % (begin, LOCK_TIMEOUT_MS, number)
        self._checked(self._pgconn.exec_(command))

    def fetchone(self) -> Any:
        """The first row, or None. Unlike in the DB-API, a second call returns the same row."""
        rows = self.fetchall()
        return rows[0] if rows else None

    def fetchall(self) -> list[Any]:
        """All rows of the last statement."""
        self._values.set_pgresult(self._result)
        return self._values.load_rows(0, self._result.ntuples, tuple)

    def _prepare(self, sql: bytes, types: tuple[int, ...]) -> bytes:
        self._prepared_count += 1
        name = b"crmsolid_%d" % self._prepared_count
        self._checked(self._pgconn.prepare(name, sql, types))
        if len(self._prepared) >= MAX_PREPARED:
            self._checked(self._pgconn.exec_(b"DEALLOCATE " + self._prepared.popitem(last=False)[1]))
        self._prepared[sql, types] = name
        return name

    def _checked(self, result: Any) -> Any:
        if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            return result
        if self._pgconn.status == pq.ConnStatus.BAD:  # the result of a lost connection has no error code
            raise psycopg.OperationalError(result.get_error_message() or "the connection is lost")
        raise errors.error_from_result(result)


@lru_cache(maxsize=1000)
def _numbered(sql: str) -> bytes:
    """The statement with ``$1``, ``$2`` and so on in place of ``%s``, and ``%`` in place of ``%%``."""
    pieces = sql.split("%s")
    text = pieces[0] + "".join(f"${number}{piece}" for number, piece in enumerate(pieces[1:], 1))
    return text.replace("%%", "%").encode()


def acquire_lock(number: int) -> None:
    """Begin the transaction and hold the advisory lock of this number until it ends. Raises :class:`LockTimeout`.

    Also sets the lock timeout of the transaction; all of it is one round trip.
    """
    try:
        with statement_cursor() as cursor:
            if isinstance(cursor, PreparedCursor):
                cursor.begin_and_lock(number)
            else:
                sql = "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(%s)"
                cursor.execute(sql, [f"{LOCK_TIMEOUT_MS}", number])
    except OperationalError as error:
        raise_translated(error)


def raise_translated(error: OperationalError) -> NoReturn:
    """Raise the error again; as :class:`LockTimeout` if the lock timeout caused it."""
    if is_lock_timeout(error):
        raise LockTimeout from error
    raise error


def is_lock_timeout(error: OperationalError) -> bool:
    """Whether a statement has given up waiting for a lock."""
    return getattr(error.__cause__, "sqlstate", None) == "55P03"
