"""The pages whose commands the tests run, and their fenced code blocks."""

import re
from dataclasses import dataclass
from pathlib import Path

from crmsolid.docs.markdown import FEWEST_TABS, TABS
from crmsolid.docs.pages import files

ROOT = Path(__file__).resolve().parents[2]
RUN = ("sh", "python")  # the languages of blocks that are run
ANSWERS = ("json", "text")  # the languages of blocks that show what a command printed

# Blocks that are not run: page, the beginning of the block, and why.
NOT_RUN = [
    ("docs/guide/getting-started.md", "CRMSOLID_WEBHOOK_ALLOW_PRIVATE=true make run", "the product runs already"),
    ("README.md", "make run ", "the product runs already"),
    ("README.md", "make stop ", "tests/local runs all of them"),
    ("README.md", "export CRMSOLID_KEY=cs_live_…", "the test sets both"),
    ("README.md", "claude mcp add ", "Claude Code is not installed; tests/mcp/clients has other clients"),
    ("docs/guide/mcp.md", "claude mcp add ", "Claude Code is not installed; tests/mcp/clients has other clients"),
    ("docs/guide/mcp.md", "npx -y @modelcontextprotocol/inspector", "tests/mcp/clients/test_inspector.py runs it"),
    ("docs/guide/command-line.md", ".venv/bin/pip install ", "tests/sdk/test_package.py builds and installs it"),
    ("docs/guide/command-line.md", "export CRMSOLID_KEY=", "the test sets both"),
    ("docs/guide/command-line.md", "crmsolid login", "it writes to the home folder; tests/sdk/cli runs it"),
    ("docs/guide/command-line.md", "mkdir -p ~/.local", "it writes to the home folder; tests/sdk/cli runs the script"),
    ("docs/guide/dotnet.md", "dotnet pack ", "tests/sdk/dotnet packs it, and runs the rest"),
    ("docs/guide/python.md", ".venv/bin/pip install ", "tests/sdk/test_package.py builds and installs it"),
    ("docs/guide/typescript.md", "npm install ", "tests/sdk/typescript packs it, and runs the rest"),
    ("docs/guide/telegram.md", ".venv/bin/python manage.py telegram_login", "it asks for a code from a phone"),
]

# Pages whose JSON answers have other numbers when other pages have run before, and why.
NUMBERS_VARY = {"docs/guide/analytics.md": "it counts what the whole workspace has sent and received"}


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. ``line`` is that of its first line in the page; ``answer`` is the block below it that shows what
    it prints, if there is one before the next heading."""

    page: str
    line: int
    language: str
    text: str
    answer: "Block | None" = None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[str]:
    """The pages whose blocks are run, in the order in which they are read, as paths from the root of the repository."""
    guide = [entry for entry in files() if entry.startswith("docs/guide/") and (ROOT / entry).exists()]
    return ["README.md", *guide]


def blocks_to_run(page: str) -> list[Block]:
    """The blocks of a page that the test runs, in their order."""
    skipped = {block: why for block, why in _skipped(page)}
    return [block for block in _blocks(page) if block.language in RUN and block not in skipped]


def stale_entries() -> list[tuple[str, str, str]]:
    """The entries of :data:`NOT_RUN` that match no block."""
    matched = {why for page in pages() for _, why in _skipped(page)}
    return [entry for entry in NOT_RUN if entry not in matched]


def _skipped(page: str) -> list[tuple[Block, tuple[str, str, str]]]:
    return [
        (block, entry)
        for block in _blocks(page)
        for entry in NOT_RUN
        if block.language in RUN and entry[0] == page and block.text.startswith(entry[1])
    ]


def _blocks(page: str) -> list[Block]:
    return parse(page, (ROOT / page).read_text())


def parse(page: str, text: str) -> list[Block]:
    """All fenced blocks of a page, each command with its answer."""
    found: list[Block] = []
    waits = False  # whether the last block is a command whose answer may follow
    # A fence, or a heading outside of fences.
    for match in re.finditer(r"^```(\w*)[^\n]*\n(.*?)^```$|^#+ [^\n]*$", text, re.M | re.S):
        if match[2] is None:
            waits = False
            continue
        line = text.count("\n", 0, match.start()) + 2
        block = Block(page, line, match[1], match[2])
        if waits and block.language in ANSWERS:
            # Below an example in several languages, the answer is that of the first one.
            size = 1
            while is_tab(text, found[-size]):
                size += 1
            number = len(found) - (size if size >= FEWEST_TABS else 1)
            command = found[number]
            found[number] = Block(page, command.line, command.language, command.text, block)
        found.append(block)
        waits = block.language in RUN or is_tab(text, block)
    return found


def is_tab(text: str, block: Block) -> bool:
    """Whether the block is another language of the example right above it in the text of its page."""
    before = text.split("\n")[: block.line - 2]
    while before and not before[-1]:
        before.pop()
    if block.language not in TABS or not before or before[-1] != "```":
        return False
    opening = next(line for line in reversed(before[:-1]) if line.startswith("```"))
    return opening.removeprefix("```").split(" ")[0] in TABS
