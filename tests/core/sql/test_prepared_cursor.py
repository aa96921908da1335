"""The hot statements' cursor on PostgreSQL: what it prepares, converts and raises. Contacts serve as the rows."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from contacts.models import Contact
from contacts.repository import contacts
from crmsolid.core.sql import prepared_cursor
from crmsolid.core.sql.prepared_cursor import PreparedCursor, statement_cursor
from crmsolid.core.sql.table import among_ids
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has Django's cursor")


def ask(sql: str, *params: Any) -> Any:
    with statement_cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


@on_postgresql_only
def test_values_go_and_come_as_psycopg_has_them() -> None:
    now = datetime(2026, 6, 4, 9, 0, 0, 1, tzinfo=UTC)
    given = (1, 2**40, "é%", None, True, now)
    assert ask("SELECT %s::int, %s::bigint, %s::text, %s::text, %s::boolean, %s::timestamptz", *given) == given
    assert ask("SELECT %s::bytea", b"\0\xff") == (b"\0\xff",)
    assert ask("SELECT 'a' LIKE '%%' AND %s", True) == (True,)
    assert ask("SELECT 1 WHERE %s", False) is None


@on_postgresql_only
def test_a_statement_is_prepared_once_for_each_set_of_types(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setattr(prepared_cursor, "MAX_PREPARED", 2)
    for value in (1, 2, 70_000, "x", 3):
        assert ask("SELECT %s::text", value) == (str(value),)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements ORDER BY name")
        assert cursor.fetchall() == [("crmsolid_3",), ("crmsolid_4",)]
    connection.close()


@on_postgresql_only
def test_it_begins_with_the_first_statement_of_a_transaction(cast: Cast) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        contacts.insert([Contact(workspace_id=cast.workspace.pk, username="sarah")])
        raise RuntimeError
    assert not Contact.unscoped.filter(username="sarah").exists()


def test_a_broken_rule_is_djangos_integrity_error(cast: Cast) -> None:
    row = Contact(workspace_id=cast.workspace.pk, username="sarah", username_key="sarah")
    contacts.insert([row])
    again = Contact(workspace_id=cast.workspace.pk, username="sarah", username_key="sarah")
    with pytest.raises(IntegrityError):
        contacts.insert([again])
    assert Contact.unscoped.filter(username_key="sarah").count() == 1


@on_postgresql_only
def test_a_lost_connection_is_djangos_operational_error() -> None:
    with statement_cursor() as cursor:
        assert isinstance(cursor, PreparedCursor)
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    with pytest.raises(OperationalError):
        ask("SELECT 1")
    connection.close()
    assert ask("SELECT 1") == (1,)


def test_ids_are_found_among_many(cast: Cast) -> None:
    rows = [Contact(workspace_id=cast.workspace.pk, username=name) for name in ("anna", "bert", "carl")]
    contacts.insert(rows)
    where, params = among_ids("id", [rows[0].id, rows[2].id])
    assert {row.username for row in contacts.select(where, params)} == {"anna", "carl"}


def test_a_query_of_another_kind_is_left_to_django(cast: Cast) -> None:
    contacts.insert([Contact(workspace_id=cast.workspace.pk, username=name) for name in ("anna", "bert", "carl")])
    here = Contact.objects.for_workspace(cast.workspace).order_by("-username")
    assert [row.username for row in contacts.read(here[:2])] == ["carl", "bert"]
    assert [row.username for row in contacts.read(here[1:2])] == ["bert"]
    assert [row.username for row in contacts.read(here.distinct())] == ["carl", "bert", "anna"]
    assert [row.username for row in contacts.read(here.order_by("workspace__slug", "username"))] == [
        "anna",
        "bert",
        "carl",
    ]
    assert contacts.read(here.none()) == []
