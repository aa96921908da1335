"""Worker processes that stop at a chosen point, where a test kills them.

A module of workers calls ``stop_here`` or ``then_stop`` at its points, which print ``reached``. Its ``main(point)``
runs in a fork of a process that has loaded the product once: loading takes longer than most of these workers live.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_SECONDS = 60


def stop_here(*_: Any, **__: Any) -> Any:
    print("reached", flush=True)
    while True:
        signal.pause()


def then_stop(function: Callable[..., Any]) -> Callable[..., Any]:
    """Call the function, then stop."""

    def wrapped(*args: Any, **options: Any) -> Any:
        function(*args, **options)
        return stop_here()

    return wrapped


def kill_worker_at(module: str, point: str) -> None:
    """Run a worker on the test's database up to the point and kill it there."""
    worker = _forking_process().start(module, point)
    printed = _forking_process().read()
    assert printed == "reached", printed
    os.kill(worker, signal.SIGKILL)
    assert _forking_process().read() == f"ended {-signal.SIGKILL}"


def run_worker(module: str, point: str) -> None:
    """Run a worker on the test's database to its end."""
    _forking_process().start(module, point)
    assert _forking_process().read() == "ended 0"


class ForkingProcess:
    """Starts one worker at a time. Workers print to the same pipe as it does."""

    def __init__(self) -> None:
        database = urlsplit(settings.DATABASE_URL)._replace(path="/" + str(connection.settings_dict["NAME"])).geturl()
        environment = {**os.environ, "DATABASE_URL": database, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crashing"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, module: str, point: str) -> int:
        """Returns the worker's process id."""
        assert self._process.stdin is not None
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        print(json.dumps([module, point, environment]), file=self._process.stdin, flush=True)
        return int(self.read())

    def read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(TIMEOUT_SECONDS)
        self._process.stdout.close()


@cache
def _forking_process() -> ForkingProcess:
    process = ForkingProcess()
    atexit.register(process.close)
    return process


def fork_workers() -> None:
    """Fork a worker for each line of the standard input, one after the other, and print how it ended."""
    django.setup()
    while line := sys.stdin.readline():
        module, point, environment = json.loads(line)
        worker = os.fork()
        if not worker:
            signal.alarm(TIMEOUT_SECONDS)
            os.environ.update(environment)
            print(os.getpid(), flush=True)
            import_module(module).main(point)
            return
        status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
        print("ended", status, flush=True)


if __name__ == "__main__":
    fork_workers()
