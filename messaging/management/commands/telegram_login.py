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
        result: Account | LoginAttempt
        if options["qr"]:
            result = services.log_in_by_qr_code(actor, show=self._draw, ask_password=self._ask_password)
        else:
            result = services.begin_login(actor, phone=options["phone"])
        while isinstance(result, LoginAttempt):
            result = self._step(actor, result.id)
        shown = {"id": result.pk, "name": result.name, "kind": result.kind, "state": result.state}
        return {**shown, "workspace": workspace.slug}

    def _step(self, actor: Actor, attempt_id: str) -> Account | LoginAttempt:
        """Ask for what Telegram asks for. An empty line asks for another code, if Telegram has another way."""
        login = services.login_in_progress(actor, attempt_id=attempt_id)
        if login.needs_password:
            password = self._ask_password(login.hint)
            return services.submit_password(actor, attempt_id=attempt_id, password=password)
        self.stderr.write(f"{login.code.sent} {login.code.url}".strip())
        if login.code.resend:
            wait = login.code.seconds_until_resend
            when = f", possible in {wait} seconds" if wait else ""
            self.stderr.write(f"{login.code.resend}: send an empty line{when}.")
        code = self._ask("code", "Code", may_be_empty=bool(login.code.resend))
        if code:
            return services.submit_code(actor, attempt_id=attempt_id, code=code)
        return services.resend_code(actor, attempt_id=attempt_id)

    async def _draw(self, code: QrCode | None) -> None:
        """To standard error, so that ``--json`` prints JSON alone."""
        if code is None:
            return
        drawing = io.StringIO()
        segno.make(code.address, error="m", micro=False).terminal(out=drawing, compact=True)
        steps = f"In Telegram: Settings > Devices > Link Desktop Device. A new code comes in {code.seconds:.0f} s."
        text = f"{drawing.getvalue()}{steps}"
        self.stderr.write(text, style_func=str)  # not in the colour of errors, which scanners may not read

    def _ask_password(self, hint: str) -> str:
        return self._ask("password", f"Password (hint: {hint})" if hint else "Password")

    def _ask(self, field: str, question: str, *, may_be_empty: bool = False) -> str:
        """Read one line of standard input, without echo on a terminal. The prompt goes to standard error."""
        if sys.stdin.isatty():
            return getpass.getpass(f"{question}: ")
        self.stderr.write(f"{question}: ", ending="\n")
        line = sys.stdin.readline()
        if not line.rstrip("\n") and not (line and may_be_empty):
            raise invalid(field, "missing", f"no {field} on standard input")
        return line.rstrip("\n")
