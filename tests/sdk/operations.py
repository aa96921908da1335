"""The operations of docs/openapi.json, for tests that compare what a client has sent."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Operation:
    """``line`` matches the first line of a request for it, such as ``GET /v1/contacts/42``."""

    id: str
    line: re.Pattern[str]


def operations() -> list[Operation]:
    """Literal paths first: /v1/contacts/export is not a contact."""
    document = json.loads((Path(settings.BASE_DIR) / "docs" / "openapi.json").read_text())
    paths = sorted(document["paths"].items(), key=lambda item: item[0].replace("{", "~"))
    return [
        Operation(
            description["operationId"],
            re.compile(f"{method.upper()} " + re.sub(r"\\{\w+\\}", "[^/?]+", re.escape(path)) + r"(\?|$)"),
        )
        for path, methods in paths
        for method, description in methods.items()
    ]


def not_called(lines: list[str]) -> list[str]:
    """The ids of the operations that none of these requests was for."""
    every = operations()
    called = {next((each.id for each in every if each.line.match(line)), None) for line in lines}
    return [each.id for each in every if each.id not in called]
