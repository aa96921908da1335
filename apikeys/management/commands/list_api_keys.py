"""``manage.py list_api_keys [--workspace SLUG] [--test] [--json]``"""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from apikeys.management.commands import describe
from apikeys.services import list_keys
from crmsolid.core.clock import rfc3339
from crmsolid.limits.choosing import ChosenLimits
from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.services import find_workspace


class Command(ServiceCommand):
    help = "List API keys, live and test, newest first. Tokens are not kept, so none can be shown."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--workspace", metavar="SLUG", help="of this workspace and its test twin only")
        parser.add_argument("--test", action="store_true", help="test keys only")

    def run(self, **options: Any) -> list[dict[str, Any]]:
        live = find_workspace(options["workspace"]) if options["workspace"] else None
        return [
            {
                **describe(key),
                "state": key.state,
                "rate_limit": key.rate_limit,
                "allowed_networks": key.allowed_networks,
                **asdict(ChosenLimits.of(key)),
                "created_at": rfc3339(key.created_at),
                "revoked_at": rfc3339(key.revoked_at),
                "last_used_at": rfc3339(key.last_used_at),
                "last_used_ip": key.last_used_ip,
            }
            for key in list_keys(live, test_only=options["test"])
        ]
