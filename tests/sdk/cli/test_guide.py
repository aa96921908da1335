"""docs/guide/command-line.md lists every command and every exit code."""

import re
from pathlib import Path

from crmsolid_client.cli import errors
from crmsolid_client.cli.app import EXIT_CODES
from tests.sdk.cli.test_commands import commands

GUIDE = (Path(__file__).resolve().parents[3] / "docs/guide/command-line.md").read_text()


def test_the_guide_lists_every_command() -> None:
    rows = re.findall(r"^\| `crmsolid (\w+)` \|(.*)\|$", GUIDE, re.M)
    listed = {f"{name} {command}".strip() for name, text in rows for command in re.findall(r"`([\w-]+)`", text) or [""]}
    assert listed == {name for name, _ in commands()}


def test_the_guide_and_the_help_list_every_exit_code() -> None:
    ended = {errors.INTERRUPTED, errors.PIPE_CLOSED}
    used = {0, errors.FAILED, errors.WRONG_USAGE, errors.NO_KEY, errors.WAITS, *ended}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", GUIDE, re.M)} == used
    assert {int(code) for code in re.findall(r"^  (\d+)  ", EXIT_CODES, re.M)} == used
