"""The TypeScript that the documentation shows."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.sdk.typescript.toolchain import ROOT

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "sdk" / "typescript" / "README.md"]
BLOCK = re.compile(r"^```ts\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Program:
    """``place`` is the page and the line, ``prints`` what the page says that it prints."""

    place: str
    name: str
    prints: str | None


def write_programs(folder: Path) -> list[Program]:
    """Write each block of TypeScript to a file of its own in ``folder``."""
    found: list[Program] = []
    for page in sorted(PAGES):
        text = page.read_text()
        for match in BLOCK.finditer(text):
            name = f"block{len(found)}"
            (folder / f"{name}.ts").write_text(match[1])
            line = text.count("\n", 0, match.start()) + 1
            found.append(Program(f"{page.relative_to(ROOT)}:{line}", name, match[2]))
    return found
