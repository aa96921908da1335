"""``manage.py replay_erasures [--ledger FILE ...] --since TIME [--json]``"""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from contacts.erasing import ledger, replaying
from crmsolid.api.fields import parse_timestamp
from crmsolid.workspaces.commands import ServiceCommand

# An erasure that was under way when the backup began is in the ledger by its own beginning, and not in the backup.
# Looking further back than needed does no harm.
LOOK_BACK = timedelta(hours=1)
NO_LEDGER = (
    "there is no {}, so only erasures that this database knows are repeated; unless nobody was erased since the "
    "backup, copy erasures.jsonl of the data folder that the backup is from there, and run this again"
)


class Command(ServiceCommand):
    help = "Erase the contacts again that were erased since the backup which this database was restored from."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--since", required=True, metavar="TIME", help="when the backup began, such as 2026-06-04T09:00:00Z"
        )
        parser.add_argument(
            "--ledger", action="append", metavar="FILE", help="erasures.jsonl of each host; by default this host's"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if self.unreadable:  # after the counts of what was repeated
            lines = ", ".join(self.unreadable)
            raise CommandError(f"these lines are no erasures, all others were repeated: {lines}")

    def run(self, **options: Any) -> dict[str, Any]:
        since = parse_timestamp(options["since"])
        if since is None:
            raise CommandError(f"{options['since']!r} is no time; give one such as 2026-06-04T09:00:00Z")
        files = [Path(name) for name in options["ledger"] or [ledger.path()]]
        if not options["ledger"] and not files[0].exists():  # nothing has been erased on this host, or it is a new one
            self.stderr.write(NO_LEDGER.format(files.pop()))
        try:
            result = replaying.replay(files, since - LOOK_BACK)
        except OSError as error:
            raise CommandError(f"cannot read {error.filename}: {error.strerror}; nothing was erased") from None
        self.unreadable = result.unreadable
        return asdict(result)
