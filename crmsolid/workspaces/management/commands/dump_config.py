"""``manage.py dump_config --workspace SLUG [--test] [--json]``"""

import json
from typing import Any

from django.core.management.base import CommandParser

from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.configuration import dump_configuration
from crmsolid.workspaces.services import find_workspace


class Command(ServiceCommand):
    help = "Print a workspace's configuration as a JSON document, which apply_config takes."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--test", action="store_true", help="the configuration of the test twin")

    def run(self, **options: Any) -> dict[str, list[Any]]:
        workspace = find_workspace(options["workspace"], test=options["test"])
        return dump_configuration(Actor.command(workspace, "dump_config"))

    def render(self, result: Any) -> None:
        """JSON here too, but indented, so that version control shows the lines that changed."""
        self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))
