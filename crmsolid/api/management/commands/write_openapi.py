"""``manage.py write_openapi``: write docs/openapi.json and, made from it, docs/postman.json, or check both."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crmsolid.api.openapi import document, postman


def committed(name: str = "openapi.json") -> Path:
    """Where a document is kept under version control."""
    return Path(settings.BASE_DIR) / "docs" / name


class Command(BaseCommand):
    help = "Write docs/openapi.json from the routes and what their views declare, and docs/postman.json from that."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        built = document.build()
        texts = {
            committed(): document.to_text(built),
            committed("postman.json"): document.to_text(postman.collection(built)),
        }
        for target, text in texts.items():
            if options["check"]:
                if not target.exists() or target.read_text(encoding="utf-8") != text:
                    raise CommandError(f"{target} is out of date; run manage.py write_openapi")
                continue
            target.parent.mkdir(exist_ok=True)
            target.write_text(text, encoding="utf-8")
            self.stdout.write(f"wrote {target}")
