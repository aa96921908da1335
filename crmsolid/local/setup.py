"""``python -m crmsolid.local.setup ADDRESS``: creates the database and the tables and, outside production, the demo
workspace. Prints the startup message. A process of its own, so that the one which goes on running needs no Django.
"""

import os
import secrets
import shlex
import sys
from pathlib import Path
from uuid import uuid4

import django
import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import transaction
from psycopg import conninfo, sql

from crmsolid.core.postgresql.timeouts import CONNECT_SECONDS
from crmsolid.local.services import CannotStart

OWNER = "owner@example.com"
ACCOUNT_ID = 7421  # the account in the requests of the API guide
PASSWORD_VARIABLE = "CRMSOLID_DEMO_PASSWORD"
FIRST = """\
  login     {owner}
  password  {password}
  live key  {live}
  test key  {test}

Password and keys are shown this once. Send a first message, which however often it is pasted is sent once:

curl -X POST {base}/v1/messages/send \\
  -H "Authorization: Bearer {live}" \\
  -H "Idempotency-Key: {key}" \\
  -H "Content-Type: application/json" \\
  -d '{{
    "account_id": {account},
    "to": "@sarah_miller",
    "text": "Hey Sarah, your invite is ready - check your inbox."
  }}'"""
LATER = """\
  login     {owner}

A password that was lost, and a new key (--test for a test one):
  {manage} changepassword {owner}
  {manage} create_api_key --workspace demo --name mine --scopes all"""


def main(base: str) -> int:
    """``base`` is the address of the product without a path. Returns the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    try:
        django.setup()
        from crmsolid.checks import print_warnings, refuse_unsafe_start

        refuse_unsafe_start()
        print_warnings()
        ensure_database(settings.DATABASE_URL)
        call_command("migrate", verbosity=0, interactive=False)
        print(message(base))
        return 0
    except (CannotStart, ImproperlyConfigured, OSError, django.db.Error) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1


def ensure_database(url: str) -> None:
    """Create the database of this address if it is missing. Raises CannotStart, whose text holds no password."""
    try:
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
        return
    except psycopg.OperationalError as error:
        refusal = str(error).strip().partition("\n")[0]
    # Whether the server has no such database the text of the error cannot tell: it may be in any language.
    name, user = (conninfo.conninfo_to_dict(url).get(part) for part in ("dbname", "user"))
    server = conninfo.make_conninfo(url, dbname="postgres", connect_timeout=CONNECT_SECONDS)
    try:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(str(name))))
    except psycopg.errors.InsufficientPrivilege:
        remedy = f"run `createdb -O {user} {name}` as a user who may"
        raise CannotStart(f"there is no database {name!r} and {user} may not create it; {remedy}") from None
    except psycopg.Error:
        raise CannotStart(f"PostgreSQL refuses: {refusal}; is it running, is DATABASE_URL right?") from None


def message(base: str) -> str:
    """It names manage.py with the data folder and the database of this start."""
    python = Path(sys.executable)
    python = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
    manage = f"{shlex.quote(str(python))} manage.py"
    if os.environ.get("DATABASE_URL"):  # it may hold a password; in a shell without it the command fails
        manage = f'DATABASE_URL="${{DATABASE_URL:?}}" {manage}'
    if data := os.environ.get("CRMSOLID_DATA"):
        manage = f"CRMSOLID_DATA={shlex.quote(data)} {manage}"
    text = f"Make a workspace:\n  {manage} create_workspace SLUG --owner EMAIL"
    if not settings.PRODUCTION:
        text = ensure_demo(base) or LATER.format(owner=OWNER, manage=manage)
    link = settings.DATA_DIR / "postgresql"
    kept = f"{settings.DATA_DIR} and {link.readlink()}" if link.is_symlink() else settings.DATA_DIR  # as root
    address = f"CRM Solid is running. Panel: {base}/panel/  Docs: {base}/docs/"
    return f"\n{address}\n\n{text}\n\nCtrl-C ends it; all that it keeps is in {kept}\n"


def ensure_demo(base: str) -> str:
    """Create the workspace, its owner, a sandbox account, a live and a test key, unless the workspace exists. Returns
    what the message says of them."""
    from django.contrib.auth.hashers import make_password

    from crmsolid.workspaces.models import Mode, Workspace

    if Workspace.objects.filter(slug="demo", mode=Mode.LIVE).exists():
        return ""
    chosen, generated = os.environ.get(PASSWORD_VARIABLE), secrets.token_urlsafe(12)
    shown = f"as set in {PASSWORD_VARIABLE}" if chosen else generated
    # Before the transaction: on a busy machine this takes as long as a transaction may stand still.
    return _create_demo(base, shown, make_password(chosen or generated))


@transaction.atomic
def _create_demo(base: str, shown: str, password_hash: str) -> str:
    from apikeys.services import create_key
    from crmsolid.core.errors import DomainError
    from crmsolid.workspaces.actor import ALL_SCOPES, Actor
    from crmsolid.workspaces.models import Plan, User
    from crmsolid.workspaces.services import create_workspace
    from messaging.accounts import create_sandbox_account

    owner = User.objects.filter(email=OWNER).first()
    if owner is None:
        owner = User.objects.create(email=OWNER, password=password_hash, name="Demo Owner")
    else:
        shown = "as before"
    workspace = create_workspace(slug="demo", name="Demo", owner=owner, plan=Plan.BUSINESS)
    actor = Actor.command(workspace, "run")
    try:
        account = create_sandbox_account(actor, name="Sandbox", account_id=ACCOUNT_ID)
    except DomainError:  # another workspace of this database has the number; nothing was written
        account = create_sandbox_account(actor, name="Sandbox")
    live, test = (
        create_key(Actor.command(each, "run"), name="first key", scopes=ALL_SCOPES, created_by=owner).token
        for each in (workspace, workspace.twin)
    )
    return FIRST.format(owner=OWNER, password=shown, live=live, test=test, base=base, key=uuid4(), account=account.pk)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
