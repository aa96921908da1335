"""``manage.py revoke_api_key PREFIX_OR_ID [--json]``"""

from typing import Any

from django.core.management.base import CommandParser

from apikeys.management.commands import describe
from apikeys.services import find_key, revoke_key
from crmsolid.core.clock import rfc3339
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.commands import ServiceCommand


class Command(ServiceCommand):
    help = "Revoke an API key: it is refused from the next request on."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("key", metavar="PREFIX_OR_ID")

    def run(self, **options: Any) -> dict[str, Any]:
        key = find_key(options["key"])
        key = revoke_key(Actor.command(key.workspace, "revoke_api_key"), key.id)
        return {**describe(key), "state": key.state, "revoked_at": rfc3339(key.revoked_at)}
