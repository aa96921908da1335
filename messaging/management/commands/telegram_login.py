"""``manage.py telegram_login --workspace SLUG --phone PHONE [--json]`` connects a Telegram account."""

import getpass
import sys
from typing import Any

from django.core.management.base import CommandParser

from crmsolid.core.errors import invalid
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.services import find_workspace
from messaging.models import LoginAttempt
from messaging.telegram import services


class Command(ServiceCommand):
    help = "Connect a Telegram account. Asks for the code Telegram sends, and for the password if there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--phone", required=True, help="with the country code, like +15550001")
        parser.add_argument(
            "--test", action="store_true", help="the test workspace, which has sandbox accounts only and refuses"
        )

    def run(self, **options: Any) -> dict[str, Any]:
        workspace = find_workspace(options["workspace"], test=options["test"])
        actor = Actor.command(workspace, "telegram_login")
        attempt = services.begin_login(actor, phone=options["phone"])
        result = services.submit_code(actor, attempt_id=attempt.id, code=self._ask("Code"))
        if isinstance(result, LoginAttempt):
            result = services.submit_password(actor, attempt_id=attempt.id, password=self._ask("Password"))
        shown = {"id": result.pk, "name": result.name, "kind": result.kind, "state": result.state}
        return {**shown, "workspace": workspace.slug}

    def _ask(self, what: str) -> str:
        """Read one line of standard input, without echo on a terminal. The prompt goes to standard error."""
        if sys.stdin.isatty():
            return getpass.getpass(f"{what}: ")
        self.stderr.write(f"{what}: ", ending="\n")
        line = sys.stdin.readline().rstrip("\n")
        if not line:
            raise invalid(what.lower(), "missing", f"no {what.lower()} on standard input")
        return line
