"""Creates the PostgreSQL database that ``DATABASE_URL`` names, if it does not exist yet."""

from typing import Any

import psycopg
from psycopg import sql

CONNECT_SECONDS = 5


class DatabaseUnavailable(Exception):
    """The message says why and what to do. It holds no password."""


def ensure_database(settings: dict[str, Any]) -> bool:
    """True if the database had to be created. ``settings`` are Django's for it. SQLite needs nothing."""
    if "postgresql" not in settings["ENGINE"]:
        return False
    name = str(settings["NAME"])
    try:
        _connect(settings, name).close()
    except psycopg.OperationalError as error:
        if not _is_missing(settings, name, error):
            raise DatabaseUnavailable(f"the database {name!r} refuses: {_first_line(error)}") from None
        _create(settings, name)
        return True
    return False


def _connect(settings: dict[str, Any], name: str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        dbname=name,
        user=settings.get("USER") or None,
        password=settings.get("PASSWORD") or None,
        host=settings.get("HOST") or None,
        port=settings.get("PORT") or None,
        connect_timeout=CONNECT_SECONDS,
        autocommit=True,
    )


def _is_missing(settings: dict[str, Any], name: str, first: psycopg.OperationalError) -> bool:
    """Whether the server has no such database. The text of the first error cannot tell: it may be in any language."""
    try:
        with _connect(settings, "postgres") as connection:
            row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    except psycopg.OperationalError:
        where = f"{settings.get('HOST') or 'localhost'}:{settings.get('PORT') or 5432}"
        text = f"PostgreSQL at {where} refuses: {_first_line(first)}; is it running, is DATABASE_URL right?"
        raise DatabaseUnavailable(text) from None
    return row is None


def _create(settings: dict[str, Any], name: str) -> None:
    try:
        with _connect(settings, "postgres") as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.errors.DuplicateDatabase:
        return  # another process has created it meanwhile
    except psycopg.errors.InsufficientPrivilege:
        user = settings.get("USER") or "this user"
        remedy = f"run `createdb -O {user} {name}` as a user who may"
        text = f"there is no database {name!r} and {user} may not create it; {remedy}"
        raise DatabaseUnavailable(text) from None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
