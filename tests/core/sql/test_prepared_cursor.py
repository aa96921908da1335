"""The cursor for hot statements: what it prepares, converts and raises. Contacts serve as the rows."""

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from contacts.models import Contact
from contacts.repository import contacts
from crmsolid.core.sql import prepared_cursor
from crmsolid.core.sql.bulk import fetch, rows_parameter, rows_source
from crmsolid.core.sql.prepared_cursor import PreparedCursor, statement_cursor
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db(transaction=True)


def fetch_one(sql: str, *params: Any) -> Any:
    with statement_cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


def test_values_are_converted_as_by_psycopg() -> None:
    now = datetime(2026, 6, 4, 9, 0, 0, 1, tzinfo=UTC)
    values = (1, 2**40, "é%", None, True, now)
    assert fetch_one("SELECT %s::int, %s::bigint, %s::text, %s::text, %s::boolean, %s::timestamptz", *values) == values
    assert fetch_one("SELECT %s::bytea", b"\0\xff") == (b"\0\xff",)
    assert fetch_one("SELECT 'a' LIKE '%%' AND %s", True) == (True,)
    assert fetch_one("SELECT 1 WHERE %s", False) is None


def test_statement_is_prepared_once_for_each_set_of_types(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setattr(prepared_cursor, "MAX_PREPARED", 2)
    for value in (1, 2, 70_000, "x", 3):
        assert fetch_one("SELECT %s::text", value) == (str(value),)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements ORDER BY name")
        assert cursor.fetchall() == [("crmsolid_3",), ("crmsolid_4",)]
    connection.close()


def test_first_statement_begins_the_transaction(tenants: Tenants) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        contacts.insert([Contact(workspace_id=tenants.workspace.pk, username="sarah")])
        raise RuntimeError
    assert not Contact.unscoped.filter(username="sarah").exists()


def test_violated_constraint_raises_integrity_error(tenants: Tenants) -> None:
    row = Contact(workspace_id=tenants.workspace.pk, username="sarah", username_key="sarah")
    contacts.insert([row])
    again = Contact(workspace_id=tenants.workspace.pk, username="sarah", username_key="sarah")
    with pytest.raises(IntegrityError):
        contacts.insert([again])
    assert Contact.unscoped.filter(username_key="sarah").count() == 1


def test_lost_connection_raises_operational_error() -> None:
    with statement_cursor() as cursor:
        assert isinstance(cursor, PreparedCursor)
    with closing(connection.copy()) as another, another.cursor() as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    with pytest.raises(OperationalError):
        fetch_one("SELECT 1")
    connection.close()
    assert fetch_one("SELECT 1") == (1,)


def test_rows_of_one_parameter_have_the_types_of_their_columns() -> None:
    at = datetime(2026, 6, 4, 9, 0, 0, 1, tzinfo=UTC)
    columns = {"name": "text", "number": "int", "at": "time", "data": "json", "flag": "bool"}
    rows = [('é"', 2**40, at, {"a": [1]}, True), (None, None, None, None, None)]
    found = fetch(f"SELECT name, number, at, data->'a'->>0, flag FROM {rows_source(columns)}", [rows_parameter(rows)])
    assert found == [('é"', 2**40, at, "1", True), (None,) * 5]
    with pytest.raises(TypeError, match="type bytes"):
        rows_parameter([(b"text",)])


def test_read_returns_the_rows_of_any_queryset_in_order(tenants: Tenants) -> None:
    contacts.insert([Contact(workspace_id=tenants.workspace.pk, username=name) for name in ("anna", "bert", "carl")])
    queryset = Contact.objects.for_workspace(tenants.workspace).order_by("-username")
    assert [row.username for row in contacts.read(queryset[:2])] == ["carl", "bert"]
    assert [row.username for row in contacts.read(queryset[1:2])] == ["bert"]
    assert [row.username for row in contacts.read(queryset.distinct())] == ["carl", "bert", "anna"]
    assert [row.username for row in contacts.read(queryset.order_by("workspace__slug", "username"))] == [
        "anna",
        "bert",
        "carl",
    ]
    assert contacts.read(queryset.none()) == []
