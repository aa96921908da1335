"""The product on a machine whose clock jumps, for the processes of one part only. It needs libfaketime."""

import shutil
import time
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.forks import LoadedProcess
from tests.system.stack import ROOT, Stack
from tests.waiting import wait_until

JUMPING_WORKER = "jumping worker"


def library() -> Path:
    """Skips the test where libfaketime is not installed."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if shutil.which("faketime") is None or not found:
        pytest.skip("libfaketime is not installed")
    return found[0]


class JumpingStack(Stack):
    """The web and the worker named ``JUMPING_WORKER`` read the offset of their clock from a file. All other clocks stay
    right, as on another machine."""

    def __init__(self, server: str, name: str, more: Mapping[str, str] | None = None) -> None:
        found = library()
        super().__init__(server, name, more)
        self._offset = self.folder / "offset"
        self.jump(0)
        variables = {
            "LD_PRELOAD": found,
            "FAKETIME_TIMESTAMP_FILE": self._offset,
            "FAKETIME_CACHE_DURATION": 1,  # seconds
            "FAKETIME_DONT_FAKE_MONOTONIC": 1,
            "NO_FAKE_STAT": 1,
        }
        own = {variable: str(value) for variable, value in variables.items()}
        self._jumping = LoadedProcess(self.environment() | own, self.folder / "jumping.log")
        self._loaded[self._offset] = self._jumping  # closed with the others

    def _start(self, name: str, *command: str, tree: Path = ROOT) -> None:
        if name in ("web", JUMPING_WORKER):
            self._processes[name] = self._jumping.start(command[1:], self.folder / f"{name}.log")
        else:
            super()._start(name, *command, tree=tree)

    def jump(self, seconds: int) -> None:
        """Set the clocks that jump to so many seconds after the right time."""
        new = self._offset.with_suffix(".new")
        new.write_text(f"{seconds:+}\n")
        new.replace(self._offset)

    def wait_for_jump(self, seconds: int) -> None:
        """Until the web answers with such a time. Each part reads its file in the same way."""

        def has_jumped() -> bool:
            date: datetime = parsedate_to_datetime(self.call("GET", "/healthz", "").headers["date"])
            return abs(date.timestamp() - time.time() - seconds) < 5

        wait_until(has_jumped, f"the clock of the web is {seconds:+} s ahead", seconds=60)
