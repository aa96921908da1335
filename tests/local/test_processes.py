"""One start at a time uses a data folder, and what is left of one that was killed is ended."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crmsolid.local import __main__ as main
from crmsolid.local import services
from crmsolid.local.services import SIGNALS, CannotStart, Processes, processes_in
from tests.local.conftest import groups
from tests.waiting import wait_until


@pytest.fixture
def other() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that nobody is to end."""
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def killed(data: Path, number: int, *command: str, is_noted: bool = True) -> Iterator["subprocess.Popen[bytes]"]:
    """A start that was killed together with its guard, of which this process is left. Its own number is that of another
    process now."""
    with (data / "processes.lock").open("w") as inherited:
        fcntl.flock(inherited, fcntl.LOCK_EX)
        left = subprocess.Popen(command, pass_fds=[inherited.fileno()], start_new_session=True, stdout=subprocess.PIPE)
    (data / "running.lock").write_text(f"{number} CRM Solid\n" + f"-{left.pid}\n" * is_noted)
    with left:
        try:
            yield left
        finally:
            left.kill()


def test_second_start_learns_who_runs(data: Path, processes: Processes) -> None:
    processes.note("CRM Solid at http://x")
    processes.start("sleep", ["sleep", "60"])
    text = f"CRM Solid at http://x (process {os.getpid()}) uses {data} already; `make stop` ends it"
    with pytest.raises(CannotStart) as refused, processes_in(data, "a second start"):
        pass
    assert str(refused.value) == text
    assert processes.running["sleep"].poll() is None


def test_process_inherits_the_lock_but_not_the_file_with_the_groups(processes: Processes) -> None:
    script = "import os, sys; os.fstat(int(sys.argv[1]))"
    for file, status in ((processes.inherited, 0), (processes.file, 1)):
        command = [sys.executable, "-I", "-c", script, str(file.fileno())]
        assert processes.start("python", command, stderr=subprocess.DEVNULL).wait() == status


def test_start_ends_what_a_killed_one_has_left_and_nothing_else(data: Path, other: "subprocess.Popen[bytes]") -> None:
    # As if, while it ends, another start was made.
    script = f"trap 'echo -{other.pid} >> {data}/running.lock' INT; echo; while :; do sleep 0.1; done"
    with killed(data, other.pid, "sh", "-c", script) as left:
        assert left.stdout and left.stdout.read(1)
        with processes_in(data, "later"):
            assert left.wait(30) == -signal.SIGKILL
            assert (data / "running.lock").read_text().split() == [str(os.getpid()), "later"]
    assert other.poll() is None


def test_stop_ends_what_a_killed_one_has_left(data: Path, other: "subprocess.Popen[bytes]") -> None:
    with killed(data, other.pid, "sleep", "60") as left, processes_in(data, "make stop", stops=True):
        assert left.wait(30) in (-signal.SIGINT, -signal.SIGKILL)  # it ignores SIGINT if pytest was started with &
    assert other.poll() is None


def test_what_does_not_end_is_told(
    data: Path, other: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "FINISH_SECONDS", 0)
    left = killed(data, other.pid, "sleep", "60", is_noted=False)
    with left, pytest.raises(CannotStart) as refused, processes_in(data, "later"):
        pass
    text = f"what a killed start has left in {data} has not ended yet; wait and try again"
    assert str(refused.value) == f"{text}, or end what `fuser {data}/processes.lock` shows"


def test_stop_waits_for_a_process_that_is_about_to_end(data: Path) -> None:
    with (data / "running.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        threading.Timer(1, fcntl.flock, (held, fcntl.LOCK_UN)).start()
        with processes_in(data, "make stop", stops=True):
            pass


def test_stop_kills_what_does_not_end_in_time(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (data / "running.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        script = "trap '' TERM; echo; exec sleep 60"
        start = subprocess.Popen(["sh", "-c", script], pass_fds=[file.fileno()], stdout=subprocess.PIPE)
        print(start.pid, "CRM Solid", file=file)
    with start:
        assert start.stdout and start.stdout.read(1)
        monkeypatch.setattr(services, "FINISH_SECONDS", 0.05)
        with processes_in(data, "make stop", stops=True):
            assert start.wait(30) == -signal.SIGKILL


def test_signal_while_a_process_is_started_leaves_none(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def start(*arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        signal.raise_signal(signal.SIGINT)
        started.append(real(*arguments, **options))
        signal.raise_signal(signal.SIGINT)
        return started[0]

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # it is ignored if pytest was started with &
    try:
        with pytest.raises(KeyboardInterrupt), processes_in(data, "a test") as begun, monkeypatch.context() as patch:
            patch.setattr(subprocess, "Popen", start)
            begun.start("sleep", ["sleep", "60"])
    finally:
        signal.signal(signal.SIGINT, before)
    assert started[0].poll() == -signal.SIGTERM  # which it does not ignore
    assert groups(data) == [started[0].pid]


def test_signal_does_not_cut_the_end_short_nor_hide_a_failure(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = "trap 'kill -INT $PPID; sleep 0.1; touch ended; exit' TERM; touch began; while :; do sleep 0.1; done"

    def start_valkey(processes: Processes, data: Path) -> None:
        processes.start("sh", ["sh", "-c", script], cwd=data)
        wait_until((data / "began").exists, "it waits for its end")
        processes.start("valkey", ["sh", "-c", "exit 7"]).wait()

    monkeypatch.setattr(services, "start_valkey", start_valkey)
    monkeypatch.setenv("DATABASE_URL", "any")
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        assert main.run(data, "127.0.0.1", 0) == 7
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert (data / "ended").exists()
    text = f"valkey has ended with status 7 ({data}/valkey/log may say why); ending the rest\n"
    assert capsys.readouterr().err == text
