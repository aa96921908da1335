"""The backend: Django's ``DatabaseWrapper`` with a circuit breaker and without dead connections."""

import time
from contextlib import nullcontext, suppress
from functools import cache, cached_property
from types import TracebackType
from typing import Any

import psycopg
from django.db import transaction
from django.db.backends.postgresql import base
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.utils import DatabaseErrorWrapper, OperationalError
from psycopg import pq

from crmsolid.core import clock
from crmsolid.core.circuit_breaker import CircuitBreaker
from crmsolid.core.postgresql.timeouts import CONNECT_SECONDS

# An attempt to connect that fails sooner had an answer, such as a wrong password, and keeps nobody waiting.
SLOW_SECONDS = 1.0
# For how long nobody tries to connect after a slow failure.
OPEN_SECONDS = 1.0
# For how long a statement of a migration waits for the lock of a table. Every request to the table waits behind it, and
# requests allow 2 s. It tries again, so that they get their turn in between.
MIGRATION_LOCK_TIMEOUT = "1s"
MIGRATION_LOCK_SECONDS = 60.0
MIGRATION_PAUSE_SECONDS = 1.0
# Statements that nobody waits for while they wait. They wait for transactions of any length, such as that of pg_dump:
# one that gave up would leave an invalid index.
HARMLESS = ("CONCURRENTLY", "VALIDATE CONSTRAINT")


@cache
def _breaker(host: str, port: str) -> CircuitBreaker:
    """The breaker of a server. A probe may take as long as an attempt to connect; until then no other thread probes."""
    return CircuitBreaker(OPEN_SECONDS, probe_seconds=CONNECT_SECONDS + 1)


class ErrorWrapper(DatabaseErrorWrapper):
    """Makes two errors of psycopg an ``OperationalError``, because they concern every other statement too: the end of a
    session that was idle in a transaction, and a server that accepts no writes."""

    def __init__(self, connection: "DatabaseWrapper") -> None:
        super().__init__(connection)
        self._connection = connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, psycopg.errors.IdleInTransactionSessionTimeout | psycopg.errors.ReadOnlySqlTransaction):
            self._connection.errors_occurred = True
            self._connection.is_read_only = isinstance(error, psycopg.errors.ReadOnlySqlTransaction)
            raise OperationalError(*error.args).with_traceback(trace) from error
        super().__exit__(kind, error, trace)


class SchemaEditor(DatabaseSchemaEditor):
    """Lets a migration take as long as it needs, except to get a lock: whoever waits for one holds up others."""

    _holds_locks = False

    def __enter__(self) -> "SchemaEditor":
        with self.connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        if error is None:
            with self.connection.cursor() as cursor:
                cursor.execute("RESET statement_timeout; RESET idle_in_transaction_session_timeout")

    def execute(self, sql: Any, params: Any = ()) -> None:
        """Tries again for ``MIGRATION_LOCK_SECONDS`` if another transaction has a lock on the table, unless the
        transaction of this migration has locks already, which others wait for."""
        if self.collect_sql:
            super().execute(sql, params)
            return
        if not self._holds_locks and any(text in str(sql) for text in HARMLESS):
            self._execute_with_lock_timeout("0", sql, params)
            return
        deadline = time.monotonic() + MIGRATION_LOCK_SECONDS
        while True:
            try:
                self._execute_with_lock_timeout(MIGRATION_LOCK_TIMEOUT, sql, params)
                break
            except OperationalError as error:
                is_locked = isinstance(error.__cause__, psycopg.errors.LockNotAvailable)
                if not is_locked or self._holds_locks or time.monotonic() > deadline:
                    raise
            time.sleep(MIGRATION_PAUSE_SECONDS)
        is_of_new_table = str(sql).lstrip().startswith("CREATE TABLE")  # which nobody else sees yet
        self._holds_locks = self.connection.in_atomic_block and (self._holds_locks or not is_of_new_table)

    def _execute_with_lock_timeout(self, lock_timeout: str, sql: Any, params: Any) -> None:
        """Raises ``OperationalError`` after that time; the transaction stays usable."""
        is_atomic = self.connection.in_atomic_block
        savepoint: Any = transaction.atomic(using=self.connection.alias) if is_atomic else nullcontext()
        with savepoint:
            with self.connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{lock_timeout}'")
            try:
                super().execute(sql, params)
            finally:
                if not is_atomic:
                    self._reset_lock_timeout()
            if is_atomic:  # after an error, the savepoint takes the setting back
                self._reset_lock_timeout()

    def _reset_lock_timeout(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


class DatabaseWrapper(base.DatabaseWrapper):
    """Raises ``OperationalError`` at once, instead of trying to connect, for a second after an attempt has failed that
    took long. One attempt at a time then finds out whether the server answers again."""

    SchemaEditorClass = SchemaEditor
    # Whether a write was refused in this session. Another one may reach the server that has taken over, or a database
    # whose setting has changed.
    is_read_only = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        breaker = _breaker(str(conn_params.get("host", "")), str(conn_params.get("port", "")))
        if not breaker.allows():
            raise psycopg.OperationalError("not connecting: the server did not answer the last attempt")
        started = time.monotonic()
        try:
            connection = super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            was_slow = time.monotonic() - started >= SLOW_SECONDS
            (breaker.failed if was_slow else breaker.succeeded)()
            raise
        breaker.succeeded()
        self.is_read_only = False
        _read_clock_if_due(connection.pgconn)
        return connection

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        return ErrorWrapper(self)

    def close_if_unusable_or_obsolete(self) -> None:
        """Called by Django before and after each request, and by Celery for each task. Also closes a connection that
        the server has ended since it was last used, so that whoever uses it next does not get an error, and one in
        which the server has refused a write."""
        is_idle = self.connection is not None and not self.in_atomic_block
        if is_idle and (self.is_read_only or _has_ended(self.connection.pgconn)):
            self.close()
        super().close_if_unusable_or_obsolete()
        if self.connection is not None and not self.in_atomic_block:
            _read_clock_if_due(self.connection.pgconn)


def _read_clock_if_due(pgconn: Any) -> None:
    """Outside a transaction. Whoever uses a connection next that is lost gets the error."""
    if clock.database.is_due():
        with suppress(psycopg.OperationalError):
            clock.database.read(lambda: _unix_time(pgconn))


def _unix_time(pgconn: Any) -> float:
    """The time by the clock of the server. Raises psycopg's ``OperationalError``."""
    result = pgconn.exec_(b"SELECT extract(epoch FROM clock_timestamp())")
    if result.status != pq.ExecStatus.TUPLES_OK:
        raise psycopg.OperationalError("the clock of the server could not be read")
    return float(result.get_value(0, 0))


def _has_ended(pgconn: Any) -> bool:
    """Reads what has arrived on the socket, without waiting: it costs two system calls and no round trip."""
    try:
        pgconn.consume_input()  # the server's last message
        pgconn.consume_input()  # the end of the stream after it
    except psycopg.OperationalError:
        return True
    return False
