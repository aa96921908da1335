"""The base class of the product's management commands."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from crmsolid.core.errors import DomainError


class ServiceCommand(BaseCommand):
    """Runs one service. With ``--json`` it prints one JSON object or array on stdout and nothing else."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = self.run(**options)
        except DomainError as error:
            raise CommandError(_explain(error)) from None
        except DatabaseError:
            if _migrations_are_missing():
                raise CommandError("the database is not that of this version; run `manage.py migrate` first") from None
            raise
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self.render(result)

    def run(self, **options: Any) -> Any:
        """Do the work and return what ``--json`` prints."""
        raise NotImplementedError  # pragma: no cover - each command has its own

    def render(self, result: Any) -> None:
        """Print the result for a person: ``name: value`` lines, with an empty line between rows."""
        rows = result if isinstance(result, list) else [result]
        for number, row in enumerate(rows):
            if number:
                self.stdout.write("")
            for name, value in row.items():
                text = ", ".join(value) if isinstance(value, list) else value
                self.stdout.write(f"{name}: {'' if text is None else text}")


def _explain(error: DomainError) -> str:
    """The error in a line, or a line for each wrong part if the error has no words of its own."""
    if error.errors and error.detail == error.info.help:
        return "\n".join(f"{part.field}: {part.detail} [{part.code}]" for part in error.errors)
    return f"{error.detail} [{error.code}]"


def _migrations_are_missing() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:  # the caller raises its own, which says more
        return False
