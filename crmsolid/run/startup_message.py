"""What `make run` says once the product answers."""

import http.client
import json
import os
import shlex
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from crmsolid.run.demo import PASSWORD_VARIABLE, Demo

PATIENCE_SECONDS = 30.0
_ASK_EVERY_SECONDS = 0.1


def greet_when_ready(port: int, text: str, write: Callable[[str], None]) -> threading.Thread:
    """Ask /readyz until it is ready, then write; after ``PATIENCE_SECONDS`` write anyway, with what is missing."""
    thread = threading.Thread(target=_greet, args=(port, text, write), name="greeting", daemon=True)
    thread.start()
    return thread


def _greet(port: int, text: str, write: Callable[[str], None]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (missing := _missing(port)) and time.monotonic() < deadline:
        time.sleep(_ASK_EVERY_SECONDS)
    if missing:
        text += f"\nNot ready yet, missing: {', '.join(missing)}. http://127.0.0.1:{port}/readyz says more.\n"
    write(text)


def _missing(port: int) -> list[str]:
    """Empty when ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": _host()})
        return list(json.loads(connection.getresponse().read())["missing"])
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return ["web"]
    finally:
        connection.close()


def _host() -> str:
    """A name that ``ALLOWED_HOSTS`` lets in."""
    named = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"]
    return named[0] if named else "127.0.0.1"


def compose(base: str, demo: Demo | None) -> str:
    """The text of the greeting; ``base`` is the address without a path. No demo in production."""
    lines = ["", f"CRM Solid is running. Panel: {base}/panel/", ""]
    if demo is None:
        lines += ["Make a workspace:", f"  {command()} create_workspace SLUG --owner EMAIL"]
    elif demo.is_new:
        lines += _first_start(base, demo)
    else:
        lines += _later_start(demo)
    return "\n".join([*lines, "", f"Ctrl-C ends it; all that it keeps is in {settings.DATA_DIR}", ""])


def _first_start(base: str, demo: Demo) -> list[str]:
    password = demo.password or f"as set in {PASSWORD_VARIABLE}"
    return [
        f"  login     {demo.owner}",
        f"  password  {password}",
        f"  live key  {demo.live_token}",
        f"  test key  {demo.test_token}",
        "",
        "Password and keys are shown this once. Send a first message:",
        "",
        first_request(base, demo.live_token, demo.account_id),
    ]


def _later_start(demo: Demo) -> list[str]:
    return [
        f"  login     {demo.owner}  (password lost: {command()} changepassword {demo.owner})",
        f"  live key  {_shown(demo.live_prefixes)}",
        f"  test key  {_shown(demo.test_prefixes)}",
        "",
        "A new key (--test for a test one):",
        f"  {command()} create_api_key --workspace demo --name mine --scopes all",
    ]


def _shown(prefixes: list[str]) -> str:
    return ", ".join(f"{prefix}_…" for prefix in prefixes) or "none"


def first_request(base: str, token: str, account_id: int) -> str:
    """The guide's first request. Without `uuidgen` on the machine the idempotency key is written out."""
    key = "$(uuidgen)" if shutil.which("uuidgen") else str(uuid4())
    return f"""curl -X POST {base}/v1/messages/send \\
  -H "Authorization: Bearer {token}" \\
  -H "Idempotency-Key: {key}" \\
  -H "Content-Type: application/json" \\
  -d '{{
    "account_id": {account_id},
    "to": "@sarah_miller",
    "text": "Hey Sarah, your invite is ready - check your inbox."
  }}'"""


def command() -> str:
    """How to run manage.py from this folder, with the data folder and the database that this start was given.

    The database's address may hold a password, so it is the shell's own variable that is shown; a shell without it
    says so, where an empty one would take the command to another database.
    """
    python = Path(sys.executable)
    shown = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
    data = os.environ.get("CRMSOLID_DATA")
    given = [f"CRMSOLID_DATA={shlex.quote(data)}"] if data else []
    if settings.DATABASE_URL:
        given.append('DATABASE_URL="${DATABASE_URL:?}"')
    return " ".join([*given, shlex.quote(str(shown)), "manage.py"])
