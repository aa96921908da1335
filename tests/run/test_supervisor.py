import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from crmsolid.run.supervisor import Part, Supervisor

PATIENCE = 20.0
ONE_MORE_LINE = "import sys, time; open(sys.argv[1], 'a').write('started\\n'); time.sleep(600)"


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def part(code: str, *arguments: str) -> Part:
    return Part("part", [sys.executable, "-c", code, *arguments])


def when(condition: Callable[[], bool], do: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        wait_for(condition)
        do()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_a_signal_ends_every_part(tmp_path: Path) -> None:
    parts = [part(ONE_MORE_LINE, str(tmp_path / name)) for name in ("one", "two")]

    def both() -> bool:
        return all((tmp_path / name).exists() for name in ("one", "two"))

    when(both, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert Supervisor(parts).run() == 0
    ended = [part.process.returncode for part in parts if part.process is not None]
    assert ended == [-signal.SIGTERM, -signal.SIGTERM]


def test_a_part_that_dies_is_started_again(tmp_path: Path) -> None:
    told: list[int] = []
    mark = tmp_path / "mark"
    one = part(ONE_MORE_LINE, str(mark))

    def lines() -> int:
        return mark.read_text().count("started") if mark.exists() else 0

    def kill_then_end() -> None:
        assert one.process is not None
        first = one.process.pid
        one.process.send_signal(signal.SIGKILL)
        wait_for(lambda: lines() == 2)
        assert told == [first]
        os.kill(os.getpid(), signal.SIGINT)

    helper = when(lambda: lines() == 1, kill_then_end)
    assert Supervisor([one], on_death=told.append).run() == 0
    helper.join(PATIENCE)
    assert lines() == 2


def test_a_refusal_to_start_ends_the_others_and_is_not_repeated(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    other = part("import time; time.sleep(600)")
    refusing = part("import sys; open(sys.argv[1], 'a').write('started\\n'); sys.exit(3)", str(mark))
    assert Supervisor([other, refusing]).run() == 3
    assert mark.read_text() == "started\n"
    assert other.process is not None and other.process.returncode == -signal.SIGTERM


def test_a_part_ends_when_its_supervisor_was_killed() -> None:
    watch = (
        "import time; from crmsolid.run.parent_watch import end_with_supervisor; end_with_supervisor();"
        "print('up', flush=True); time.sleep(600)"
    )
    start = (
        "import os, subprocess, sys; os.environ['CRMSOLID_SUPERVISOR_PID'] = str(os.getpid());"
        f"child = subprocess.Popen([sys.executable, '-c', {watch!r}]); print(child.pid, flush=True); child.wait()"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    child = int(supervisor.stdout.readline())
    assert supervisor.stdout.readline() == "up\n"
    supervisor.kill()
    supervisor.wait()
    assert supervisor.stdout.read() == ""  # the pipe ends with its last writer: the child
    supervisor.stdout.close()
    assert child > 0
