"""One start at a time uses a data folder, and what is left of one that was killed is ended."""

import fcntl
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crmsolid.local.services import CannotStart, Processes, processes_in


@contextmanager
def killed(data: Path, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A start that was killed together with its guard, of which this process is left."""
    with subprocess.Popen(["true"]) as ended:
        pass
    with (data / "running.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        left = subprocess.Popen(command, pass_fds=[file.fileno()], start_new_session=True)
        print(f"{ended.pid} CRM Solid\n-{left.pid}", file=file)
    with left:
        yield left


def test_second_start_learns_who_runs(data: Path, processes: Processes) -> None:
    processes.note("CRM Solid at http://x")
    processes.start("sleep", ["sleep", "60"])
    text = f"CRM Solid at http://x (process {os.getpid()}) uses {data} already; `make stop` ends it"
    with pytest.raises(CannotStart) as refused, processes_in(data, "a second start"):
        pass
    assert str(refused.value) == text
    assert processes.running["sleep"].poll() is None


def test_start_ends_what_a_killed_one_has_left(data: Path) -> None:
    with killed(data, "sleep", "60") as left, processes_in(data, "later"):
        assert left.wait(30) == -signal.SIGINT
        assert (data / "running.lock").read_text() == f"{os.getpid()} later\n"


def test_stop_ends_what_a_killed_one_has_left(data: Path) -> None:
    with killed(data, "sleep", "60") as left, processes_in(data, "make stop", stops=True):
        assert left.wait(30) == -signal.SIGINT


def test_stop_waits_for_a_process_that_is_about_to_end(data: Path) -> None:
    with (data / "running.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        threading.Timer(1, fcntl.flock, (held, fcntl.LOCK_UN)).start()
        with processes_in(data, "make stop", stops=True):
            pass
