"""The PostgreSQL backend: its timeouts, its circuit breaker, and sessions that the server has ended."""

import select
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import OperationalError, close_old_connections, connection, transaction

from crmsolid.core import clock
from crmsolid.core.errors import NOT_WRITABLE, is_outage, unavailable
from crmsolid.core.postgresql import base
from crmsolid.core.postgresql.base import DatabaseWrapper
from crmsolid.core.postgresql.timeouts import with_timeouts
from crmsolid.core.sql.prepared_cursor import statement_cursor
from crmsolid.env import env_database
from tests.conftest import PATIENCE
from tests.servers import free_port, silent_server
from tests.waiting import wait_until

Cursor = Callable[[], AbstractContextManager[Any]]
CURSORS = pytest.mark.parametrize("cursor", [connection.cursor, statement_cursor], ids=["django", "prepared"])


@pytest.fixture
def session(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A new session for the test, with the timeouts of the product, and another one for the tests after it."""
    options = connection.settings_dict["OPTIONS"]
    monkeypatch.setitem(options, "options", options.get("options", "").removesuffix(PATIENCE))
    connection.close()
    yield
    connection.close()


def run(cursor: Cursor, sql: str) -> Any:
    with cursor() as open_cursor:
        open_cursor.execute(sql, [])
        return open_cursor.fetchone()


@contextmanager
def administrator() -> Iterator[psycopg.Connection[Any]]:
    server = connection.settings_dict
    with psycopg.connect(
        dbname=server["NAME"],
        host=server["HOST"],
        port=server["PORT"],
        user=server["USER"],
        password=server["PASSWORD"],
        autocommit=True,
    ) as other:
        yield other


def end_session() -> None:
    """End the session of this thread from outside, and wait until that has arrived."""
    info = connection.connection.info
    with administrator() as other:
        other.execute("SELECT pg_terminate_backend(%s)", [info.backend_pid])
    end_of_stream = select.poll()
    end_of_stream.register(connection.connection.fileno(), select.POLLRDHUP)
    assert end_of_stream.poll(20_000)


def test_session_has_its_timeouts(session: None) -> None:
    is_tcp = not str(connection.settings_dict["HOST"]).startswith("/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name ~ '^tcp_|^lock_|^statement_|^idle_in'")
        assert dict(cursor.fetchall()) == {
            "idle_in_transaction_session_timeout": "5000",
            "lock_timeout": "10000",
            "statement_timeout": "30000",
            "tcp_keepalives_count": "3" if is_tcp else "0",
            "tcp_keepalives_idle": "10" if is_tcp else "0",
            "tcp_keepalives_interval": "5" if is_tcp else "0",
            "tcp_user_timeout": "15000" if is_tcp else "0",
        }
    parameters = connection.connection.info.get_parameters()
    assert {name: parameters[name] for name in parameters if "keepalive" in name or "timeout" in name} == {
        "connect_timeout": "3",
        "keepalives": "1",
        "keepalives_idle": "3",
        "keepalives_interval": "1",
        "keepalives_count": "3",
        "tcp_user_timeout": "4000",
    }


def test_options_of_the_database_url_override_the_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    query = "sslmode=require&connect_timeout=9&options=-c%20statement_timeout%3D60s"
    monkeypatch.setenv("DATABASE_URL", f"postgres://crm:secret@db/crm?{query}")
    options = with_timeouts(env_database("DATABASE_URL")["OPTIONS"])
    assert (options["sslmode"], options["connect_timeout"], options["keepalives_idle"]) == ("require", 9, 3)
    assert options["options"].startswith("-c lock_timeout=10s -c statement_timeout=30s ")
    assert options["options"].endswith(" -c statement_timeout=60s")  # the last one counts


@pytest.mark.parametrize("atomic", [True, False])
def test_migration_is_not_cut_off(session: None, atomic: bool) -> None:
    names = ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")

    def timeouts() -> list[str]:
        return [run(connection.cursor, f"SHOW {name}")[0] for name in names]

    with connection.schema_editor(atomic=atomic):
        assert timeouts() == ["0", "0", "10s"]
    assert timeouts() == ["30s", "5s", "10s"]


@pytest.fixture
def made_up_tables(session: None) -> Iterator[None]:
    run_alone("CREATE TABLE made_up (a integer); CREATE TABLE made_up_too (a integer)")
    yield
    run_alone("DROP TABLE made_up, made_up_too")


def run_alone(sql: str) -> None:
    with administrator() as other:
        other.execute(sql)


def columns(table: str) -> list[str]:
    with administrator() as other:
        rows = other.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
        return sorted(row[0] for row in rows.fetchall())


@pytest.mark.parametrize("atomic", [True, False])
def test_migration_lets_others_use_the_table_while_it_waits_for_its_lock(
    made_up_tables: None, monkeypatch: pytest.MonkeyPatch, atomic: bool
) -> None:
    with administrator() as reader, connection.schema_editor(atomic=atomic) as editor:
        reader.execute("BEGIN; LOCK TABLE made_up IN ACCESS SHARE MODE")

        def pause(seconds: float) -> None:
            run_alone("SET lock_timeout = 1; SELECT a FROM made_up")
            reader.execute("ROLLBACK")

        monkeypatch.setattr(time, "sleep", pause)
        editor.execute("ALTER TABLE made_up ADD COLUMN b integer")
        assert run(connection.cursor, "SHOW lock_timeout") == ("10s",)
    assert columns("made_up") == ["a", "b"]


def test_index_is_built_after_a_transaction_that_lasts_longer_than_the_lock_timeout(made_up_tables: None) -> None:
    run(connection.cursor, "SELECT set_config('lock_timeout', '50ms', false)")
    with administrator() as reader, ThreadPoolExecutor(1) as pool:
        reader.execute("BEGIN; LOCK TABLE made_up IN ROW EXCLUSIVE MODE")

        def end_when_waited_for() -> None:
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%made_up_index%'"
                " AND datname = current_database() AND clock_timestamp() - query_start > interval '500 ms'"
            )
            try:
                with administrator() as watcher:
                    wait_until(lambda: watcher.execute(waiting).fetchone() == (1,), "the index waits")
            finally:
                reader.execute("ROLLBACK")

        ended = pool.submit(end_when_waited_for)
        with connection.schema_editor(atomic=False) as editor:
            editor.execute("CREATE INDEX CONCURRENTLY made_up_index ON made_up (a)")
        ended.result()
    assert run(connection.cursor, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'made_up_index'::regclass") == (
        True,
    )
    assert run(connection.cursor, "SHOW lock_timeout") == ("10s",)


def test_foreign_key_of_a_new_table_is_tried_again(made_up_tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run_alone("ALTER TABLE made_up ADD PRIMARY KEY (a)")
    with administrator() as writer:
        writer.execute("BEGIN; LOCK TABLE made_up IN ROW EXCLUSIVE MODE")
        monkeypatch.setattr(time, "sleep", lambda seconds: writer.execute("ROLLBACK"))
        with connection.schema_editor(atomic=True) as editor:
            editor.execute("CREATE TABLE made_up_new (b integer)")
            editor.execute("ALTER TABLE made_up_new ADD FOREIGN KEY (b) REFERENCES made_up (a)")
    assert columns("made_up_new") == ["b"]
    run_alone("DROP TABLE made_up_new")


def test_migration_does_not_wait_long_with_locks_that_others_wait_for(made_up_tables: None) -> None:
    with administrator() as reader:
        reader.execute("BEGIN; LOCK TABLE made_up IN ACCESS SHARE MODE")
        with pytest.raises(OperationalError), connection.schema_editor(atomic=True) as editor:
            editor.execute("ALTER TABLE made_up_too ADD COLUMN b integer")
            editor.execute("ALTER TABLE made_up ADD COLUMN b integer")
    assert (columns("made_up"), columns("made_up_too")) == (["a"], ["a"])


@CURSORS
def test_session_that_was_idle_in_a_transaction_ends_with_operational_error(session: None, cursor: Cursor) -> None:
    with connection.cursor() as settings:
        settings.execute("SET idle_in_transaction_session_timeout = 1")
    with administrator() as other, pytest.raises(OperationalError), transaction.atomic():
        [pid] = run(cursor, "SELECT pg_backend_pid()")
        alive = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
        wait_until(lambda: other.execute(alive, [pid]).fetchone() == (0,), "the session ended")
        run(cursor, "SELECT 1")
    close_old_connections()
    assert run(cursor, "SELECT 1") == (1,)


@CURSORS
def test_refused_write_raises_operational_error_and_the_session_is_replaced(session: None, cursor: Cursor) -> None:
    [pid] = run(cursor, "SELECT pg_backend_pid()")
    with connection.cursor() as settings:
        settings.execute("SET default_transaction_read_only = on")
    with pytest.raises(OperationalError) as refused, transaction.atomic():
        run(cursor, "CREATE TABLE refused ()")
    error = unavailable(refused.value)
    assert error is not None and (error.status, error.detail) == (503, NOT_WRITABLE)
    close_old_connections()  # Django's receiver of request_started
    assert run(cursor, "SELECT pg_backend_pid()") != (pid,)
    assert run(cursor, "SHOW transaction_read_only") == ("off",)


@CURSORS
def test_full_disk_of_the_database_is_said_and_is_an_outage(session: None, cursor: Cursor) -> None:
    with pytest.raises(OperationalError) as refused:
        run(cursor, "DO $$ BEGIN RAISE SQLSTATE '53100'; END $$")  # disk_full
    error = unavailable(refused.value)
    assert error is not None and (error.status, error.detail) == (503, NOT_WRITABLE)
    assert is_outage(refused.value)


def test_time_is_that_of_the_database_on_a_machine_whose_clock_is_wrong(
    session: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ahead() -> float:
        return time.time() + 7200

    monkeypatch.setattr(clock, "database", clock.DatabaseClock(ahead, time.monotonic))
    assert clock.now() - datetime.now(UTC) > timedelta(hours=1)
    run(connection.cursor, "SELECT 1")  # connects
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_clock_of_the_database_is_read_before_a_request_in_a_session_that_stays(
    session: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(connection.cursor, "SELECT 1")
    monkeypatch.setattr(clock, "database", clock.DatabaseClock(lambda: time.time() - 7200, time.monotonic))
    close_old_connections()  # Django's receiver of request_started
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


@CURSORS
@pytest.mark.parametrize("name", ["statement_timeout", "lock_timeout"])
def test_statement_that_takes_too_long_raises_operational_error(session: None, cursor: Cursor, name: str) -> None:
    with administrator() as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(1)")
        with pytest.raises(OperationalError), transaction.atomic():
            with connection.cursor() as settings:
                settings.execute(f"SET LOCAL {name} = 1")
            run(cursor, "SELECT pg_advisory_xact_lock(1)")
    close_old_connections()
    assert run(cursor, "SELECT 1") == (1,)


@CURSORS
def test_session_that_the_server_has_ended_is_replaced_before_the_next_request(session: None, cursor: Cursor) -> None:
    [pid] = run(cursor, "SELECT pg_backend_pid()")
    end_session()
    close_old_connections()  # Django's receiver of request_started
    assert run(cursor, "SELECT pg_backend_pid()") != (pid,)


def test_session_that_is_alive_is_kept(session: None) -> None:
    [pid] = run(connection.cursor, "SELECT pg_backend_pid()")
    close_old_connections()
    assert run(connection.cursor, "SELECT pg_backend_pid()") == (pid,)


@pytest.fixture
def long_open_breaker(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test does not depend on how fast it runs."""
    monkeypatch.setattr(base, "OPEN_SECONDS", 60.0)


def connect(port: int) -> None:
    parameters = {"HOST": "127.0.0.1", "PORT": str(port), "NAME": "crm", "USER": "crm", "PASSWORD": "secret"}
    options = {**with_timeouts({}), "sslmode": "disable", "connect_timeout": 2}
    DatabaseWrapper({**connection.settings_dict, **parameters, "OPTIONS": options}).ensure_connection()


def test_only_the_first_attempt_waits_for_a_silent_server(long_open_breaker: None) -> None:
    with silent_server() as (url, accepted):
        port = urlsplit(url).port
        assert port is not None
        with pytest.raises(OperationalError, match="timeout expired"):
            connect(port)
        for _ in range(5):
            with pytest.raises(OperationalError, match="not connecting: the server did not answer the last attempt"):
                connect(port)
        assert len(accepted) == 1


def test_refusal_is_not_repeated_by_the_circuit_breaker(long_open_breaker: None) -> None:
    port = free_port()
    for _ in range(3):
        with pytest.raises(OperationalError, match="Connection refused"):
            connect(port)
