from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from crmsolid.run.database import DatabaseUnavailable, ensure_database

pytestmark = pytest.mark.usefixtures("services")

NAME = f"crmsolid_run_{uuid4().hex[:8]}"
postgresql = pytest.mark.skipif("postgres" not in settings.DATABASE_URL, reason="DATABASE_URL names no PostgreSQL")


def administrate(statement: sql.Composed) -> None:
    server = connection.settings_dict
    with psycopg.connect(
        dbname="postgres",
        host=server["HOST"],
        port=server["PORT"],
        user=server["USER"],
        password=server["PASSWORD"],
        autocommit=True,
    ) as admin:
        admin.execute(statement)


@pytest.fixture
def missing() -> Iterator[dict[str, Any]]:
    yield {**connection.settings_dict, "NAME": NAME}
    administrate(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(NAME)))


def test_sqlite_needs_no_creation() -> None:
    assert ensure_database({"ENGINE": "django.db.backends.sqlite3", "NAME": "/nowhere/at/all"}) is False


@postgresql
def test_missing_database_is_created_once(missing: dict[str, Any]) -> None:
    assert ensure_database(missing) is True
    assert ensure_database(missing) is False


@postgresql
def test_user_without_the_right_to_create_it_learns_the_command(missing: dict[str, Any]) -> None:
    role = sql.Identifier(f"{NAME}_role")
    administrate(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'secret'").format(role))
    try:
        with pytest.raises(DatabaseUnavailable) as refused:
            ensure_database({**missing, "USER": f"{NAME}_role", "PASSWORD": "secret"})
    finally:
        administrate(sql.SQL("DROP ROLE {}").format(role))
    assert str(refused.value) == (
        f"there is no database '{NAME}' and {NAME}_role may not create it; "
        f"run `createdb -O {NAME}_role {NAME}` as a user who may"
    )


def test_unreachable_server_is_reported_without_the_password() -> None:
    unreachable = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "crm",
        "USER": "crm",
        "PASSWORD": "secret",
        "HOST": "127.0.0.1",
        "PORT": 1,
    }
    with pytest.raises(DatabaseUnavailable, match=r"PostgreSQL at 127\.0\.0\.1:1 refuses") as refused:
        ensure_database(unreachable)
    assert "secret" not in str(refused.value)
