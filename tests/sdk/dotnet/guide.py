"""The C# that the documentation shows."""

import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "sdk" / "dotnet" / "README.md"]


@dataclass(frozen=True, slots=True)
class Block:
    """``place`` is the page and the line. A program has statements of its own; another block is part of one."""

    place: str
    source: Path
    assembly: Path
    is_program: bool


def blocks(folder: Path) -> list[Block]:
    """Write each block to a file of its own in ``folder``."""
    found: list[Block] = []
    for page in sorted(PAGES):
        text = page.read_text()
        for match in re.finditer(r"^```csharp\n(.*?)^```$", text, re.M | re.S):
            source = folder / f"Block{len(found)}.cs"
            source.write_text(match[1])
            place = f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
            found.append(Block(place, source, source.with_suffix(".dll"), "new CrmSolidClient()" in match[1]))
    return found
