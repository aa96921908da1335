import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from crmsolid.run.supervisor import ManagedProcess, Supervisor, metrics_folder
from tests.waiting import wait_until

TIMEOUT = 20.0
APPEND_LINE_AND_SLEEP = "import sys, time; open(sys.argv[1], 'a').write('started\\n'); time.sleep(600)"


def python(code: str, *arguments: str) -> ManagedProcess:
    return ManagedProcess("python", [sys.executable, "-c", code, *arguments])


def when(condition: Callable[[], bool], do: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        wait_until(condition)
        do()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_signal_ends_every_process(tmp_path: Path) -> None:
    processes = [python(APPEND_LINE_AND_SLEEP, str(tmp_path / name)) for name in ("one", "two")]

    def both_started() -> bool:
        return all((tmp_path / name).exists() for name in ("one", "two"))

    when(both_started, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert Supervisor(processes).run() == 0
    ended = [managed.process.returncode for managed in processes if managed.process is not None]
    assert ended == [-signal.SIGTERM, -signal.SIGTERM]


def test_process_that_dies_is_started_again(tmp_path: Path) -> None:
    dead: list[int] = []
    log = tmp_path / "log"
    managed = python(APPEND_LINE_AND_SLEEP, str(log))

    def starts() -> int:
        return log.read_text().count("started") if log.exists() else 0

    def kill_then_end() -> None:
        assert managed.process is not None
        first = managed.process.pid
        managed.process.send_signal(signal.SIGKILL)
        wait_until(lambda: starts() == 2)
        assert dead == [first]
        os.kill(os.getpid(), signal.SIGINT)

    helper = when(lambda: starts() == 1, kill_then_end)
    assert Supervisor([managed], on_death=dead.append).run() == 0
    helper.join(TIMEOUT)
    assert starts() == 2


def test_refusal_to_start_ends_the_others_and_is_not_repeated(tmp_path: Path) -> None:
    log = tmp_path / "log"
    other = python("import time; time.sleep(600)")
    refusing = python("import sys; open(sys.argv[1], 'a').write('started\\n'); sys.exit(3)", str(log))
    assert Supervisor([other, refusing]).run() == 3
    assert log.read_text() == "started\n"
    assert other.process is not None and other.process.returncode == -signal.SIGTERM


def test_process_ends_when_its_supervisor_is_killed() -> None:
    child_code = (
        "import time; from crmsolid.run.supervisor import end_with_supervisor; end_with_supervisor();"
        "print('up', flush=True); time.sleep(600)"
    )
    supervisor_code = (
        "import os, subprocess, sys; os.environ['CRMSOLID_SUPERVISOR_PID'] = str(os.getpid());"
        f"child = subprocess.Popen([sys.executable, '-c', {child_code!r}]); print(child.pid, flush=True); child.wait()"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", supervisor_code], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    assert int(supervisor.stdout.readline()) > 0
    assert supervisor.stdout.readline() == "up\n"
    supervisor.kill()
    supervisor.wait()
    assert supervisor.stdout.read() == ""  # the pipe ends when its last writer, the child, ends
    supervisor.stdout.close()


def test_metrics_folder_of_a_killed_supervisor_is_removed_by_the_next_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = (
        "import time; from crmsolid.run.supervisor import metrics_folder\n"
        "with metrics_folder() as folder: print(folder, flush=True); time.sleep(600)"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        of_the_other = Path(supervisor.stdout.readline().strip())
        with metrics_folder() as own:
            assert sorted(tmp_path.iterdir()) == sorted([of_the_other, Path(own)])
        assert list(tmp_path.iterdir()) == [of_the_other]
        supervisor.kill()
        supervisor.wait()
    (of_the_other / "counter_1.db").write_text("")
    with metrics_folder() as own:
        assert list(tmp_path.iterdir()) == [Path(own)]
    assert list(tmp_path.iterdir()) == []
