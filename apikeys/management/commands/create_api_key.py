"""``manage.py create_api_key --workspace SLUG --name NAME --scopes a,b [--test] [--expires-in 90d]
[--rate-limit 600] [--account-ids 1,2] [--segment-id ID] [--daily-sends N] [--daily-changes N] [--approval untrusted]
[--json]``"""

from typing import Any

from django.core.management.base import CommandParser

from apikeys.management.commands import describe
from apikeys.services import create_key, parse_duration
from crmsolid.core import clock
from crmsolid.limits.choosing import parse_account_ids
from crmsolid.workspaces.actor import Actor, parse_scopes
from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.limits import Approval
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
        parser.add_argument("--account-ids", default="", metavar="1,2", help="left out: all accounts")
        parser.add_argument("--segment-id", default="", metavar="ID", help="left out: all contacts")
        parser.add_argument("--daily-sends", type=int, metavar="N", help="messages in 24 hours; left out: any number")
        parser.add_argument("--daily-changes", type=int, metavar="N", help="changes in 24 hours; left out: any number")
        parser.add_argument("--approval", default=Approval.NONE, help="which writes wait: none, untrusted or all")

    def run(self, **options: Any) -> dict[str, Any]:
        workspace = find_workspace(options["workspace"], test=options["test"])
        expires_in = options["expires_in"]
        issued = create_key(
            Actor.command(workspace, "create_api_key"),
            name=options["name"],
            scopes=parse_scopes(options["scopes"]),
            expires_at=clock.now() + parse_duration(expires_in, "expires_in") if expires_in is not None else None,
            rate_limit=options["rate_limit"],
            account_ids=parse_account_ids(options["account_ids"]),
            segment_id=options["segment_id"],
            daily_sends=options["daily_sends"],
            daily_changes=options["daily_changes"],
            approval=options["approval"],
        )
        return describe(issued.key, token=issued.token)
