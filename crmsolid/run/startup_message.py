"""The text that ``make run`` prints once the product answers."""

import http.client
import json
import os
import shlex
import shutil
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from crmsolid.run.demo import PASSWORD_VARIABLE, Demo

READY_TIMEOUT_SECONDS = 30.0
_POLL_SECONDS = 0.1


def print_when_ready(port: int, text: str) -> None:
    """From a thread: poll /readyz until it answers that all is ready, then print ``text``.

    After ``READY_TIMEOUT_SECONDS`` the text is printed anyway, with the parts that are missing.
    """

    def wait_and_print() -> None:
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        while (missing := _missing(port)) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        note = (
            f"\nNot ready yet, missing: {', '.join(missing)}. See http://127.0.0.1:{port}/readyz\n" if missing else ""
        )
        print(text + note, flush=True)

    threading.Thread(target=wait_and_print, name="startup-message", daemon=True).start()


def _missing(port: int) -> list[str]:
    """The parts that /readyz names as missing; empty when all is ready."""
    allowed = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"] or ["127.0.0.1"]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": allowed[0]})
        return list(json.loads(connection.getresponse().read())["missing"])
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return ["web"]
    finally:
        connection.close()


def compose(base: str, demo: Demo | None) -> str:
    """The text; ``base`` is the address without a path, ``demo`` is None in production."""
    lines = ["", f"CRM Solid is running. Panel: {base}/panel/  Docs: {base}/docs/", ""]
    if demo is None:
        lines += ["Make a workspace:", f"  {manage_command()} create_workspace SLUG --owner EMAIL"]
    elif demo.is_new:
        lines += [
            f"  login     {demo.owner}",
            f"  password  {demo.password or f'as set in {PASSWORD_VARIABLE}'}",
            f"  live key  {demo.live_token}",
            f"  test key  {demo.test_token}",
            "",
            "Password and keys are shown this once. Send a first message:",
            "",
            first_request(base, demo.live_token, demo.account_id),
        ]
    else:
        lines += [
            f"  login     {demo.owner}  (password lost: {manage_command()} changepassword {demo.owner})",
            f"  live key  {_masked(demo.live_prefixes)}",
            f"  test key  {_masked(demo.test_prefixes)}",
            "",
            "A new key (--test for a test one):",
            f"  {manage_command()} create_api_key --workspace demo --name mine --scopes all",
        ]
    return "\n".join([*lines, "", f"Ctrl-C ends it; all that it keeps is in {settings.DATA_DIR}", ""])


def _masked(prefixes: list[str]) -> str:
    return ", ".join(f"{prefix}_…" for prefix in prefixes) or "none"


def first_request(base: str, token: str, account_id: int) -> str:
    """The first request of the API guide. Without ``uuidgen`` on this machine, with a key that is written out."""
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


def manage_command() -> str:
    """How to call manage.py from this folder, with the data folder and the database of this start.

    DATABASE_URL may hold a password, so it is passed on as the shell's own variable. In a shell without that variable
    the command fails, instead of running on another database.
    """
    python = Path(sys.executable)
    shown = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
    data = os.environ.get("CRMSOLID_DATA")
    variables = [f"CRMSOLID_DATA={shlex.quote(data)}"] if data else []
    if settings.DATABASE_URL:
        variables.append('DATABASE_URL="${DATABASE_URL:?}"')
    return " ".join([*variables, shlex.quote(str(shown)), "manage.py"])
