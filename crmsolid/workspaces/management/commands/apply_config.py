"""``manage.py apply_config --workspace SLUG [--test] [--dry-run] [--json] FILE``"""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from crmsolid.core import strictjson
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.configuration import apply_configuration
from crmsolid.workspaces.services import find_workspace

# A workspace's custom fields alone can have 20,000 choices.
MAX_VALUES = 1_000_000


class Command(ServiceCommand):
    help = "Create and update what a document as that of dump_config contains: all of it or, after an error, nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--test", action="store_true", help="change the test twin")
        parser.add_argument("--dry-run", action="store_true", help="only print what would change")
        parser.add_argument("file", metavar="FILE", help="the document; - reads standard input")

    def run(self, **options: Any) -> list[dict[str, Any]]:
        workspace = find_workspace(options["workspace"], test=options["test"])
        document, actor = _read(options["file"]), Actor.command(workspace, "apply_config")
        self.dry_run = options["dry_run"]
        return [asdict(change) for change in apply_configuration(actor, document, dry_run=self.dry_run)]

    def render(self, result: Any) -> None:
        """A line for each change, and the number of objects that stay as they are."""
        verb = "would be " if self.dry_run else ""
        changes = [change for change in result if change["action"] != "unchanged"]
        for change in changes:
            self.stdout.write(f"{verb}{change['action']}: {change['section']} {change['name']}")
        self.stdout.write(f"unchanged: {len(result) - len(changes)}")


def _read(file: str) -> object:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return strictjson.loads(raw, max_values=MAX_VALUES)
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror}") from None
    except strictjson.NullCharacter as error:
        raise CommandError(f"{error.path}: {error.detail}") from None
    except strictjson.MalformedJSON as error:
        raise CommandError(f"{file} is not strict JSON: {error.detail}") from None
