"""``manage.py find_person IDENTITY [--workspace SLUG] [--json]``"""

import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from contacts.erasing.finding import find
from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.services import find_workspace


class Command(ServiceCommand):
    help = "List every row and file with a person's identity. Exits with 0 if there is nothing, else with 1."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "identity", help="a username, t.me link, e-mail address, phone number or Telegram id; or any other text"
        )
        parser.add_argument(
            "--workspace", metavar="SLUG", help="only its tables, its test twin's and those of no workspace"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not self.is_clean:
            sys.exit(1)

    def run(self, **options: Any) -> dict[str, Any]:
        workspace = find_workspace(options["workspace"]) if options["workspace"] else None
        try:
            search = find(options["identity"], workspace)
        except OSError as error:
            raise CommandError(f"cannot read {error.filename}: {error.strerror}") from None
        self.is_clean = not (search.found or search.files or search.unreadable)
        return asdict(search)

    def render(self, result: Any) -> None:
        for hit in result["found"]:
            more = ", …" if hit["rows"] > len(hit["ids"]) else ""
            self.stdout.write(f"{hit['table']}.{hit['column']}: {hit['rows']} rows ({', '.join(hit['ids'])}{more})")
        for path in result["files"]:
            self.stdout.write(f"file {path}")
        for column in result["unreadable"]:
            self.stdout.write(f"{column}: no key decrypts some of its values; give the older FIELD_ENCRYPTION_KEYS too")
        if self.is_clean:
            self.stdout.write("nothing found")
        self.stdout.write(f"searched {result['tables']} tables, {result['rows']:,} rows")
