"""What ``running.json`` says is true at every moment: ``make stop`` signals the process that it names."""

import fcntl
import json
import os
import signal
import subprocess
import threading
from argparse import Namespace
from pathlib import Path

from crmsolid.local.__main__ import stop
from crmsolid.local.lock import locked


def note(data: Path, process: int, *groups: int) -> Path:
    """What a start has left that was killed."""
    path = data / "running.json"
    path.write_text(json.dumps({"what": "CRM Solid", "process": process, "processes": groups}))
    return path


def test_start_that_waits_for_the_end_of_a_killed_one_is_noted_before(data: Path) -> None:
    path = data / "running.json"
    with (data / "processes.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        noted = []
        with subprocess.Popen(["sleep", "60"], start_new_session=True) as left:

            def start() -> None:
                with locked(data, "later"):
                    noted.append(json.loads(path.read_text()))

            note(data, 1, left.pid)
            thread = threading.Thread(target=start)
            thread.start()
            assert left.wait(30) == -signal.SIGKILL
            assert json.loads(path.read_text()) == {"what": "later", "process": os.getpid(), "processes": [left.pid]}
            fcntl.flock(held, fcntl.LOCK_UN)
            thread.join(30)
    assert noted == [{"what": "later", "process": os.getpid(), "processes": []}]
    assert path.read_text() == ""


def test_stop_waits_for_a_process_that_is_about_to_end(data: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    with note(data, ended.pid).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        threading.Timer(1, fcntl.flock, (held, fcntl.LOCK_UN)).start()
        assert stop(data, Namespace(remains=False)) == 0
