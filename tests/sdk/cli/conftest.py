"""Runs the command line in this process, which is quicker than to start one for each command."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crmsolid_client.cli.app import run
from tests.sdk.live import Live

SOURCE = Path(__file__).resolve().parents[3] / "sdk/python/src"


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code and what it printed."""

    code: int
    output: str
    errors: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        assert self.output, self.errors
        return json.loads(self.output)

    @property
    def lines(self) -> list[Any]:
        """The JSON objects on standard output, one a line. A text in them may have other line ends."""
        return [json.loads(line) for line in self.output.split("\n") if line]


Crmsolid = Callable[..., Ended]


def run_here(*arguments: str, input: str = "") -> Ended:
    """Run a command with this process's environment. Standard streams are no terminals."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
    output, errors = streams
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(input.encode()), encoding="utf-8")
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            code = run(list(arguments))
    finally:
        sys.stdin = before
    texts = [bytes(stream.buffer.getvalue()).decode() for stream in streams]
    return Ended(code, *texts)


def process_environment(live: Live | None = None) -> dict[str, str]:
    """For a command in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CRMSOLID_", "PYTEST", "COV"))}
    kept |= {"PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1"}
    return kept if live is None else {**kept, "CRMSOLID_URL": live.url, "CRMSOLID_KEY": live.key}


@contextlib.contextmanager
def start(live: Live, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Start a command that goes on until it is stopped, or the block ends."""
    # A process that a shell started in the background ignores Ctrl-C, and so would those that it starts.
    command = ["env", "--default-signal=INT", sys.executable, "-m", "crmsolid_client.cli", *arguments]
    with subprocess.Popen(
        command, env=process_environment(live), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def crmsolid(live: Live, monkeypatch: pytest.MonkeyPatch) -> Crmsolid:
    """The command line with the key of every scope, at the running product."""
    monkeypatch.setenv("CRMSOLID_URL", live.url)
    monkeypatch.setenv("CRMSOLID_KEY", live.key)
    monkeypatch.delenv("CRMSOLID_WEBHOOK_SECRET", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return run_here
