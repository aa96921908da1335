"""``manage.py create_api_key --workspace SLUG --name NAME --scopes a,b [--test] [--expires-in 90d]
[--rate-limit 600] [--json]``"""

from typing import Any

from django.core.management.base import CommandParser

from apikeys.management.commands import describe
from apikeys.services import create_key, parse_duration
from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor, parse_scopes
from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.services import find_workspace


class Command(ServiceCommand):
    help = "Make an API key. Its token is printed this once and never again."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--name", required=True)
        parser.add_argument("--scopes", required=True, metavar="a,b", help="comma-separated; all for every scope")
        parser.add_argument("--test", action="store_true", help="a cs_test_ key, for the workspace's test twin")
        parser.add_argument("--expires-in", metavar="DURATION", help="90d, 24h or 30m; left out: it never expires")
        parser.add_argument("--rate-limit", type=int, metavar="N", help="requests a minute; left out: 600")

    def run(self, **options: Any) -> dict[str, Any]:
        workspace = find_workspace(options["workspace"], test=options["test"])
        expires_in = options["expires_in"]
        issued = create_key(
            Actor.command(workspace, "create_api_key"),
            name=options["name"],
            scopes=parse_scopes(options["scopes"]),
            expires_at=clock.now() + parse_duration(expires_in, "expires_in") if expires_in is not None else None,
            rate_limit=options["rate_limit"],
        )
        return describe(issued.key, token=issued.token)
