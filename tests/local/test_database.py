"""``make run`` creates the database that DATABASE_URL names."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from psycopg import conninfo, sql

from crmsolid.data_folder import postgresql_url
from crmsolid.local.services import CannotStart
from crmsolid.local.setup import ensure_database

NAME = f"crmsolid_run_{uuid4().hex[:8]}"


def url(**changes: str) -> str:
    return conninfo.make_conninfo(settings.DATABASE_URL, **changes)


def administrate(statement: sql.Composed) -> None:
    with psycopg.connect(url(dbname="postgres"), autocommit=True) as admin:
        admin.execute(statement)


@pytest.fixture
def missing() -> Iterator[str]:
    yield url(dbname=NAME)
    administrate(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(NAME)))


def test_missing_database_is_created_once(missing: str) -> None:
    for _ in range(2):
        ensure_database(missing)
    psycopg.connect(missing).close()


def test_user_without_the_right_to_create_it_learns_the_command(missing: str) -> None:
    role = sql.Identifier(f"{NAME}_role")
    administrate(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'secret'").format(role))
    try:
        with pytest.raises(CannotStart) as refused:
            ensure_database(url(dbname=NAME, user=f"{NAME}_role", password="secret"))
    finally:
        administrate(sql.SQL("DROP ROLE {}").format(role))
    assert str(refused.value) == (
        f"there is no database '{NAME}' and {NAME}_role may not create it; "
        f"run `createdb -O {NAME}_role {NAME}` as a user who may"
    )


@pytest.mark.parametrize("address", ["postgres://crm:secret@127.0.0.1:1/crm", postgresql_url(Path("/nowhere"))])
def test_unreachable_server_is_reported_without_the_password(address: str) -> None:
    with pytest.raises(
        CannotStart, match=r"^PostgreSQL refuses: .*; is it running, is DATABASE_URL right\?$"
    ) as refused:
        ensure_database(address)
    assert "secret" not in str(refused.value)
