"""The text that ``make run`` prints once the product answers."""

import os
import shlex
import shutil
import sys
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from crmsolid.local.demo import OWNER, PASSWORD_VARIABLE, Demo


def message(base: str, demo: Demo | None) -> str:
    """``base`` is the address without a path, ``demo`` is None in production."""
    lines = ["", f"CRM Solid is running. Panel: {base}/panel/  Docs: {base}/docs/", ""]
    if demo is None:
        lines += ["Make a workspace:", f"  {manage_command()} create_workspace SLUG --owner EMAIL"]
    elif demo.live_token:
        lines += [
            f"  login     {OWNER}",
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
            f"  login     {OWNER}  (password lost: {manage_command()} changepassword {OWNER})",
            f"  live key  {_masked(demo.live_prefixes)}",
            f"  test key  {_masked(demo.test_prefixes)}",
            "",
            "A new key (--test for a test one):",
            f"  {manage_command()} create_api_key --workspace demo --name mine --scopes all",
        ]
    kept = f"{settings.DATA_DIR}"
    if (link := settings.DATA_DIR / "postgresql").is_symlink():  # as root
        kept += f" and {link.readlink()}"
    return "\n".join([*lines, "", f"Ctrl-C ends it; all that it keeps is in {kept}", ""])


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
    if os.environ.get("DATABASE_URL"):
        variables.append('DATABASE_URL="${DATABASE_URL:?}"')
    return " ".join([*variables, shlex.quote(str(shown)), "manage.py"])
