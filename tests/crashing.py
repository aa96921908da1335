"""Worker processes of the product that stop at a chosen point, where a test kills or freezes them.

A module of workers calls ``stop_here`` or ``then_stop`` at its points, which print ``reached``. Its ``main(point)``
runs in a fork of a process that has loaded the product once: loading takes longer than most of these workers live.
"""

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
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
RUNS = "runs"


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
    worker = start_worker(module, point)
    worker.ask_for_end(TIMEOUT_SECONDS)
    printed = _forking_process().read()
    assert printed == "reached", printed
    worker.send_signal(signal.SIGKILL)
    assert worker.read_end() == -signal.SIGKILL


def run_worker(module: str, point: str) -> None:
    """Run a worker on the test's database to its end."""
    assert start_worker(module, point).wait() == 0


def start_worker(
    module: str,
    *arguments: str,
    settings: Mapping[str, Any] | None = None,
    log: Path | None = None,
    seconds: int = TIMEOUT_SECONDS,
) -> "Worker":
    """Run ``main(*arguments)`` of the module, on the test's database and with these Django settings, for ``seconds`` at
    most. What it prints goes to ``log``."""
    start = [module, arguments, dict(os.environ), dict(settings or {}), None if log is None else str(log), seconds]
    process = _forking_process()
    process.ask("start", *start)
    return Worker(process, int(process.read()))


class Worker:
    """A forked process. Its parent is the forking process, which is asked how it ended."""

    def __init__(self, forking: "ForkingProcess", pid: int) -> None:
        self._forking, self.pid = forking, pid
        self.status: int | None = None  # negative: the signal that ended it

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, seconds: float = TIMEOUT_SECONDS) -> int:
        """Its exit status."""
        self.ask_for_end(seconds)
        return self.read_end()

    def wait_until_stopped(self) -> None:
        """Until a signal has stopped it."""
        self.ask_for_end(TIMEOUT_SECONDS)
        status = int(self._forking.read())
        assert os.WIFSTOPPED(status), status

    def ask_for_end(self, seconds: float) -> None:
        self._forking.ask("wait", self.pid, seconds)

    def read_end(self) -> int:
        answer = self._forking.read()
        assert answer != RUNS, "it still runs"
        self.status = os.waitstatus_to_exitcode(int(answer))
        return self.status


class ForkingProcess:
    """Starts workers, and waits for one at a time. Workers without a log print to the same pipe as it does."""

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

    def ask(self, command: str, *arguments: Any) -> None:
        assert self._process.stdin is not None
        print(json.dumps([command, *arguments]), file=self._process.stdin, flush=True)

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


def serve() -> None:
    """Fork workers and wait for them, as the lines of the standard input say."""
    django.setup()
    from crmsolid.celery import app

    app.loader.import_default_modules()  # the tasks, and what they import
    gc.freeze()  # so that forks share the memory
    while line := sys.stdin.readline():
        command, *arguments = json.loads(line)
        if command == "wait":
            print(_wait(*arguments), flush=True)
            continue
        import_module(arguments[0])  # what it imports in turn takes most of the time of some workers
        if not os.fork():
            _run(*arguments)
            return


def _wait(pid: int, seconds: float) -> int | str:
    """How the process ended or was stopped."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WUNTRACED | os.WNOHANG)
        if ended:
            return status
        time.sleep(0.005)
    return RUNS


def _run(
    module: str, arguments: list[str], environment: dict[str, str], own: dict[str, Any], log: str | None, seconds: int
) -> None:
    signal.alarm(seconds)
    environment.pop("DATABASE_URL", None)
    os.environ.update(environment)
    for name, value in own.items():
        setattr(settings, name, value)
    print(os.getpid(), flush=True)
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    if log is not None:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(output, sys.stdout.fileno())
        os.dup2(output, sys.stderr.fileno())
    import_module(module).main(*arguments)


if __name__ == "__main__":
    serve()
