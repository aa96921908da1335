"""The product on a machine whose clock jumps, for the processes of one part only. It needs libfaketime."""

import shutil
import time
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.system.stack import ROOT, Stack
from tests.waiting import wait_until

WITHOUT_CLOCK = ("redis",)


def library() -> Path:
    """Skips the test where libfaketime is not installed."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if shutil.which("faketime") is None or not found:
        pytest.skip("libfaketime is not installed")
    return found[0]


class JumpingStack(Stack):
    """Each part reads the offset of its clock, in seconds, from a file. Steady clocks stay right, as on a machine whose
    clock somebody sets."""

    def __init__(self, server: str, name: str, more: Mapping[str, str] | None = None) -> None:
        self._library = library()
        super().__init__(server, name, more)

    def _start(self, name: str, *command: str, tree: Path = ROOT) -> None:
        if name in WITHOUT_CLOCK:
            super()._start(name, *command, tree=tree)
            return
        self.jump(0, name)
        variables = {
            "LD_PRELOAD": self._library,
            "FAKETIME_TIMESTAMP_FILE": self._offset_file(name),
            "FAKETIME_CACHE_DURATION": 1,  # seconds
            "FAKETIME_DONT_FAKE_MONOTONIC": 1,
            "NO_FAKE_STAT": 1,
        }
        setting = (f"{variable}={value}" for variable, value in variables.items())
        super()._start(name, "env", *setting, *command, tree=tree)

    def _offset_file(self, name: str) -> Path:
        return self.folder / f"{name}.offset"

    def jump(self, seconds: int, *names: str) -> None:
        """Set the clocks of these parts to so many seconds after the right time."""
        for name in names:
            new = self._offset_file(name).with_suffix(".new")
            new.write_text(f"{seconds:+}\n")
            new.replace(self._offset_file(name))

    def wait_for_jump(self, seconds: int) -> None:
        """Until the web answers with such a time. Each part reads its file in the same way."""

        def has_jumped() -> bool:
            date: datetime = parsedate_to_datetime(self.call("GET", "/healthz", "").headers["date"])
            return abs(date.timestamp() - time.time() - seconds) < 5

        wait_until(has_jumped, f"the clock of the web is {seconds:+} s ahead", seconds=60)
