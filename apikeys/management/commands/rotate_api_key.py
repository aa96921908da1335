"""``manage.py rotate_api_key PREFIX_OR_ID [--overlap 24h] [--json]``"""

from typing import Any

from django.core.management.base import CommandParser

from apikeys.management.commands import describe
from apikeys.services import find_key, parse_duration, rotate_key
from crmsolid.core.clock import rfc3339
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.commands import ServiceCommand


class Command(ServiceCommand):
    help = "Replace an API key by a new one with the same name, scopes and limits; both work during the overlap."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("key", metavar="PREFIX_OR_ID")
        parser.add_argument("--overlap", default="24h", metavar="DURATION", help="90d, 24h, 30m, or 0: it ends now")

    def run(self, **options: Any) -> dict[str, Any]:
        overlap = parse_duration(options["overlap"], "overlap")
        old = find_key(options["key"])
        issued = rotate_key(Actor.command(old.workspace, "rotate_api_key"), old.id, overlap=overlap)
        old.refresh_from_db()
        replaced = {"id": old.id, "prefix": old.prefix, "works_until": rfc3339(old.revoked_at)}
        return {**describe(issued.key, token=issued.token), "replaces": replaced}

    def render(self, result: Any) -> None:
        old = result["replaces"]
        replaces = f"{old['id']} ({old['prefix']}), which works until {old['works_until']}"
        super().render({**result, "replaces": replaces})
