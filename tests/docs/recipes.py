"""The recipes of docs/development.md: their blocks of code, and how each is carried out on a copy of the repository."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "development.md"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. ``line`` is that of its first line in the page."""

    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"docs/development.md:{self.line}"


def parse(text: str) -> list[Block]:
    """All blocks of a page, those of lists too."""
    fences = [token for token in MarkdownIt("js-default").parse(text) if token.type == "fence"]
    return [Block(token.map[0] + 2, token.info, token.content) for token in fences if token.map]


def copy_of_repository(folder: Path) -> Path:
    """All files that Git knows or would add, as they are now, and the virtual environment."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60).stdout
    for name in listed.split("\0"):
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    # The compiled modules, too, which need not be compiled again; one may just be written by another process.
    for package in [path.parent for path in folder.rglob("__init__.py")]:
        compiled = ROOT / package.relative_to(folder) / "__pycache__"
        if compiled.is_dir():
            shutil.copytree(compiled, package / "__pycache__", ignore=shutil.ignore_patterns("*.pyc.*"))
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def carry_out(block: Block, folder: Path, environment: Mapping[str, str]) -> None:
    """Do in ``folder`` what the block says. ``AssertionError`` if that is impossible."""
    match block.language:
        case "python":
            _add_python(block, folder)
        case "diff":
            _change(block, folder)
        case "sh":
            ended = run(["bash", "-euo", "pipefail", "-c", block.text], folder, environment)
            assert ended.returncode == 0, f"{block}: {ended.stdout}{ended.stderr}"
        case _:
            raise AssertionError(f"{block}: a block is marked python, diff or sh")


def run(
    command: list[str], folder: Path, environment: Mapping[str, str], timeout: float = 600
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=folder, env=dict(environment), capture_output=True, text=True, timeout=timeout)


def _add_python(block: Block, folder: Path) -> None:
    """The imports go above those of the file, the rest to its end."""
    first, _, code = block.text.partition("\n")
    assert re.fullmatch(r"# [\w/.]+\.py", first), f"{block}: a block of Python begins with the name of its file"
    file = folder / first.removeprefix("# ")
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code)
        return
    old = file.read_text()
    if block_imports := _imports_of(code):
        at = re.search(r"^(from|import) ", old, re.M)
        assert at is not None, f"{block}: {file.name} has no imports above which these could go"
        old = f"{old[: at.start()]}{block_imports}{old[at.start() :]}"
    file.write_text(f"{old.rstrip()}\n\n\n{code.removeprefix(block_imports).lstrip()}")


def _imports_of(code: str) -> str:
    """The lines in front that import something, and the empty ones between them."""
    found = re.match(r"((from|import) .*\n+)*", code)
    return found[0] if found else ""


def _change(block: Block, folder: Path) -> None:
    """Each part of the diff fits the file exactly once, or twice below ``@@ twice``."""
    first, _, text = block.text.partition("\n")
    assert re.fullmatch(r"\+\+\+ [\w/.]+", first), f"{block}: a diff begins with the name of its file"
    file = folder / first.removeprefix("+++ ")
    content = file.read_text() if file.exists() else ""
    for times, part in _parts(text):
        lines = part.splitlines()
        assert all(line[:1] in ("", " ", "+", "-") for line in lines), f"{block}: a line is neither kept nor changed"
        before = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
        after = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
        found = content.count(before) if before else int(not content)
        assert found == times, f"{block}: found {found} times in {first[4:]}:\n{before}"
        content = content.replace(before, after) if before else after
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def _parts(text: str) -> list[tuple[int, str]]:
    """How often each part of a diff is to be found, and the part."""
    pieces = re.split(r"^@@( twice)?\n", text, flags=re.M)
    parts = [
        (1, pieces[0]),
        *((2 if twice else 1, part) for twice, part in zip(pieces[1::2], pieces[2::2], strict=True)),
    ]
    return [(times, part) for times, part in parts if part]
