"""The C# in the guide and in the README of the .NET client: it compiles without warnings, and the programs run."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from tests.sdk.dotnet.conftest import SDK, Build
from tests.sdk.dotnet.toolchain import Assembly, DotNet
from tests.sdk.live import Live

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="runs once, with SQLite")

ROOT = Path(settings.BASE_DIR)


@dataclass(frozen=True)
class Block:
    """``place`` is the page and the line. A program has statements of its own; another block is part of one."""

    place: str
    source: Path
    assembly: Path
    is_program: bool


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> list[Block]:
    folder = tmp_path_factory.mktemp("guide")
    found: list[Block] = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), SDK / "README.md"]:
        text = page.read_text()
        for match in re.finditer(r"^```csharp\n(.*?)^```$", text, re.M | re.S):
            name = f"Block{len(found)}"
            source = folder / f"{name}.cs"
            source.write_text(match[1])
            place = f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
            found.append(Block(place, source, folder / f"{name}.dll", "new CrmSolidClient()" in match[1]))
    return found


@pytest.fixture(scope="module")
def diagnostics(blocks: list[Block], build: Build, dotnet: DotNet) -> dict[str, list[str]]:
    references = [str(build.library)]
    return dotnet.compile(
        *(Assembly(str(each.assembly), [str(each.source)], references, each.is_program) for each in blocks)
    )


def test_blocks_compile_without_warnings(blocks: list[Block], diagnostics: dict[str, list[str]]) -> None:
    assert len(blocks) > 5
    assert {each.place: diagnostics[str(each.assembly)] for each in blocks if str(each.assembly) in diagnostics} == {}


def test_programs_run(
    blocks: list[Block], diagnostics: dict[str, list[str]], build: Build, dotnet: DotNet, live: Live
) -> None:
    (blocks[0].assembly.parent / build.library.name).symlink_to(build.library)  # .NET looks beside the program
    for block in blocks:
        if block.is_program:
            result = dotnet.run(block.assembly, environment=live.environment())
            assert (result.returncode, result.stderr) == (0, ""), (block.place, result.stderr)
            assert result.stdout, f"{block.place} prints nothing"
