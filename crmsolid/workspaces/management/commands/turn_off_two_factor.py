"""``manage.py turn_off_two_factor EMAIL [--json]``"""

from typing import Any

from django.core.management.base import CommandParser

from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.two_factor import turn_off_by_command


class Command(ServiceCommand):
    help = (
        "Turn two-factor authentication off for somebody who has lost their codes, and end all their sessions. "
        "They are told by e-mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", metavar="EMAIL")

    def run(self, **options: Any) -> dict[str, Any]:
        return {"email": turn_off_by_command(options["email"]).email, "two_factor": "off"}
