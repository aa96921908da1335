"""``python -m crmsolid.local.setup ADDRESS``: creates the database and the tables and, outside production, the demo
workspace. Prints the startup message. A process of its own, so that the one which goes on running needs no Django.
"""

import os
import sys

import django
import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from psycopg import conninfo, sql

from crmsolid.core.postgresql.timeouts import CONNECT_SECONDS


class DatabaseUnavailable(Exception):
    """The message says why and what to do. It holds no password."""


def main(base: str) -> int:
    """``base`` is the address of the product without a path. Returns the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    try:
        django.setup()
        from crmsolid.checks import print_warnings, refuse_unsafe_start
        from crmsolid.local.demo import ensure_demo
        from crmsolid.local.message import message

        refuse_unsafe_start()
        print_warnings()
        ensure_database(settings.DATABASE_URL)
        call_command("migrate", verbosity=0, interactive=False)
        print(message(base, None if settings.PRODUCTION else ensure_demo()))
        return 0
    except (DatabaseUnavailable, ImproperlyConfigured, OSError, django.db.Error) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1


def ensure_database(url: str) -> bool:
    """Whether the database of this address was missing and has been created. Raises DatabaseUnavailable."""
    try:
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
        return False
    except psycopg.OperationalError as error:
        refusal = _first_line(error)
    # Whether the server has no such database the text of the error cannot tell: it may be in any language.
    name, user = (conninfo.conninfo_to_dict(url).get(part) for part in ("dbname", "user"))
    server_url = conninfo.make_conninfo(url, dbname="postgres", connect_timeout=CONNECT_SECONDS)
    try:
        with psycopg.connect(server_url, autocommit=True) as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(str(name))))
        return True
    except psycopg.errors.DuplicateDatabase:
        raise DatabaseUnavailable(f"the database {name!r} refuses: {refusal}") from None
    except psycopg.errors.InsufficientPrivilege:
        remedy = f"run `createdb -O {user} {name}` as a user who may"
        text = f"there is no database {name!r} and {user} may not create it; {remedy}"
        raise DatabaseUnavailable(text) from None
    except psycopg.Error:
        text = f"PostgreSQL refuses: {refusal}; is it running, is DATABASE_URL right?"
        raise DatabaseUnavailable(text) from None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
