"""Creates the PostgreSQL database that ``DATABASE_URL`` names, if it does not exist yet."""

from typing import Any

import psycopg
from psycopg import sql

from crmsolid.core.postgresql.timeouts import CONNECT_SECONDS


class DatabaseUnavailable(Exception):
    """The message says why and what to do. It holds no password."""


def ensure_database(settings: dict[str, Any]) -> bool:
    """True if the database had to be created. ``settings`` are Django's for it. SQLite needs nothing."""
    if "postgresql" not in settings["ENGINE"]:
        return False
    name = str(settings["NAME"])
    try:
        _connect(settings, name).close()
        return False
    except psycopg.OperationalError as error:
        refusal = (str(error).strip().splitlines() or [type(error).__name__])[0]
    # Whether the server has no such database the text of the error cannot tell: it may be in any language.
    try:
        server = _connect(settings, "postgres")
        exists = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
    except psycopg.OperationalError:
        where = f"{settings.get('HOST') or 'localhost'}:{settings.get('PORT') or 5432}"
        text = f"PostgreSQL at {where} refuses: {refusal}; is it running, is DATABASE_URL right?"
        raise DatabaseUnavailable(text) from None
    with server:
        if exists:
            raise DatabaseUnavailable(f"the database {name!r} refuses: {refusal}")
        try:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.errors.DuplicateDatabase:
            pass  # another process has created it meanwhile
        except psycopg.errors.InsufficientPrivilege:
            user = settings.get("USER") or "this user"
            remedy = f"run `createdb -O {user} {name}` as a user who may"
            text = f"there is no database {name!r} and {user} may not create it; {remedy}"
            raise DatabaseUnavailable(text) from None
    return True


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
