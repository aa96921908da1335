"""Two generators make types of the OpenAPI document that say what there is, and refuse what the API refuses."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from crmsolid.api.management.commands.write_openapi import committed
from tests.npm import installed_packages

GENERATORS = Path(__file__).parent / "generators"
CHECKS = "checks.ts"
OPTIONS = (
    "--default-non-nullable",
    "false",
    "--root-types",
    "--root-types-no-schema-prefix",
    "--root-types-keep-casing",
)
COMMANDS = {
    "openapi-ts": (
        "--input",
        str(committed()),
        "--output",
        "generated",
        "--plugins",
        "@hey-api/typescript",
        "--silent",
    ),
    "openapi-typescript": (str(committed()), "--output", "types.ts", *OPTIONS),
}
# The objects of which nobody knows the members: the JSON Schema of an event; arguments and result of the call of a
# proposal, also in the export of a person.
OPEN_OBJECTS = 4


@pytest.fixture(scope="module", params=COMMANDS)
def generated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``types.ts``, which the generator has made of the committed document, and the compiler."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "node_modules").symlink_to(installed_packages(GENERATORS) / "node_modules")
    run(folder, request.param, *COMMANDS[request.param])
    if (folder / "generated").exists():
        shutil.copy(folder / "generated" / "types.gen.ts", folder / "types.ts")
    shutil.copy(GENERATORS / CHECKS, folder)
    return folder


def run(folder: Path, command: str, *arguments: str) -> None:
    result = subprocess.run(
        [str(folder / "node_modules" / ".bin" / command), *arguments],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "CI": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_types_refuse_what_the_api_refuses_and_events_are_told_apart(generated: Path) -> None:
    run(
        generated,
        "tsc",
        "--noEmit",
        "--strict",
        "--target",
        "es2022",
        "--moduleResolution",
        "bundler",
        "--module",
        "esnext",
        CHECKS,
    )


def test_no_name_is_numbered_and_no_known_object_is_open(generated: Path) -> None:
    text = (generated / "types.ts").read_text()
    assert re.findall(r"^export (?:type|interface) (\w+[0-9])\b", text, re.MULTILINE) == []
    assert len(re.findall(r"\[key: string\]: unknown|Record<string, unknown>", text)) == OPEN_OBJECTS
