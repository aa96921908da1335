"""``manage.py create_sandbox_account --workspace SLUG --name NAME [--test] [--daily-limit N] [--json]``"""

from typing import Any

from django.core.management.base import CommandParser

from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.services import find_workspace
from messaging.accounts import create_sandbox_account


class Command(ServiceCommand):
    help = "Make an account that sends and receives without Telegram."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--name", required=True)
        parser.add_argument("--test", action="store_true", help="in the test twin")
        parser.add_argument("--daily-limit", type=int, metavar="N", help="sends in any 24 hours; left out: the default")

    def run(self, **options: Any) -> dict[str, Any]:
        workspace = find_workspace(options["workspace"], test=options["test"])
        actor = Actor.command(workspace, "create_sandbox_account")
        account = create_sandbox_account(actor, name=options["name"], daily_limit=options["daily_limit"])
        return {name: getattr(account, name) for name in ("id", "name", "kind", "state", "daily_limit")}
