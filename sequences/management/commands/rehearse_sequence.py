"""``manage.py rehearse_sequence --workspace SLUG [--test] --sequence NAME [--contact ID] [--json]``"""

from typing import Any

from django.core.management.base import CommandParser

from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.services import find_workspace
from sequences.models import Sequence
from sequences.running.rehearsal import rehearse_sequence


class Command(ServiceCommand):
    help = "Print what a sequence would send to a contact, and when, as a timeline. Nothing is sent or changed."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--test", action="store_true", help="a sequence and a contact of the test twin")
        parser.add_argument("--sequence", required=True, metavar="NAME")
        parser.add_argument("--contact", metavar="ID", help="left out: a made-up contact with a value for everything")

    def run(self, **options: Any) -> list[dict[str, Any]]:
        workspace, name = find_workspace(options["workspace"], test=options["test"]), options["sequence"]
        sequence = Sequence.objects.for_workspace(workspace).filter(name=name).first()
        if sequence is None:
            raise DomainError("not_found", f"there is no sequence {name!r} in this workspace")
        actor = Actor.command(workspace, "rehearse_sequence")
        timeline = rehearse_sequence(actor, sequence.pk, contact_id=options["contact"])
        return [
            {
                "at": rfc3339(entry.at),
                "event": entry.event,
                "step": entry.step,
                "reason": entry.reason,
                "until": rfc3339(entry.until),
                "text": entry.text,
            }
            for entry in timeline
        ]

    def render(self, result: Any) -> None:
        """A line for each entry: when, what, the step, why, until when, the text."""
        for entry in result:
            until = f"until {entry['until']}" if entry["until"] else ""
            parts = (entry["at"], f"{entry['event']:<10}", entry["step"], entry["reason"], until, entry["text"])
            self.stdout.write("  ".join(part for part in parts if part).rstrip())
