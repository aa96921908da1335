"""``manage.py telegram_login --workspace SLUG (--phone PHONE | --qr) [--json]`` connects a Telegram account."""

import getpass
import io
import sys
from typing import Any

import segno
from django.core.management.base import CommandParser

from crmsolid.core.errors import invalid
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.services import find_workspace
from messaging.models import Account, LoginAttempt
from messaging.telegram import services
from messaging.telegram.qr_login import QrCode


class Command(ServiceCommand):
    help = (
        "Connect a Telegram account. Asks for the code Telegram sends, or shows a QR code to scan, and asks for the"
        " password if there is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--phone", help="with the country code, like +15550001")
        how.add_argument("--qr", action="store_true", help="draw a QR code in the terminal; needs no login code")
        parser.add_argument(
            "--test", action="store_true", help="the test workspace, which has sandbox accounts only and refuses"
        )

    def run(self, **options: Any) -> dict[str, Any]:
        workspace = find_workspace(options["workspace"], test=options["test"])
        actor = Actor.command(workspace, "telegram_login")
        if options["qr"]:
            result = services.log_in_by_qr_code(actor, show=self._draw, ask_password=lambda: self._ask("Password"))
        else:
            result = self._by_phone(actor, options["phone"])
        shown = {"id": result.pk, "name": result.name, "kind": result.kind, "state": result.state}
        return {**shown, "workspace": workspace.slug}

    def _by_phone(self, actor: Actor, phone: str) -> Account:
        attempt = services.begin_login(actor, phone=phone)
        result = services.submit_code(actor, attempt_id=attempt.id, code=self._ask("Code"))
        if isinstance(result, LoginAttempt):
            return services.submit_password(actor, attempt_id=attempt.id, password=self._ask("Password"))
        return result

    async def _draw(self, code: QrCode | None) -> None:
        """To standard error, so that ``--json`` prints JSON alone."""
        if code is None:
            return
        drawing = io.StringIO()
        segno.make(code.address, error="m", micro=False).terminal(out=drawing, compact=True)
        steps = f"In Telegram: Settings > Devices > Link Desktop Device. A new code comes in {code.seconds:.0f} s."
        text = f"{drawing.getvalue()}{steps}"
        self.stderr.write(text, style_func=str)  # not in the colour of errors, which scanners may not read

    def _ask(self, what: str) -> str:
        """Read one line of standard input, without echo on a terminal. The prompt goes to standard error."""
        if sys.stdin.isatty():
            return getpass.getpass(f"{what}: ")
        self.stderr.write(f"{what}: ", ending="\n")
        line = sys.stdin.readline().rstrip("\n")
        if not line:
            raise invalid(what.lower(), "missing", f"no {what.lower()} on standard input")
        return line
