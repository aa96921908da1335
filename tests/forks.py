"""Programs of the product that are forked from a process which has loaded it, with settings of its own: loading takes
longer than most of what tests let a program do.

``python -m celery …``, ``python manage.py …`` and ``python -c …`` run as in a new process, with the same arguments,
environment, signals and exit status. The web forks its processes in the same way, which it starts anew otherwise.

Such a web differs from that of an operator in two things. Its processes do not add up their metrics: how they count is
decided at the import, before the supervisor names a folder for that. And each process inherits what the supervisor has
open, also the pipes by whose end the older processes notice that the supervisor is gone: they notice it only once the
younger ones have ended. tests/serving/test_server.py starts the web as an operator does.
"""

import contextlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[1]
# Besides what the web and the tasks load: what the commands of Celery do.
COMMANDS = ("celery.bin.celery", "celery.apps.beat", "celery.apps.worker", "celery.concurrency.thread")


class Fork:
    """A forked program, with the methods of :class:`subprocess.Popen`. It leads a group of processes."""

    def __init__(self, loaded: "LoadedProcess", pid: int) -> None:
        self._loaded, self.pid = loaded, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = -signal.SIGKILL if self._loaded.is_closed else self._loaded.ask("poll", self.pid)
        return self.returncode

    def wait(self, timeout: float) -> int:
        wait_until(lambda: self.poll() is not None, f"process {self.pid} has ended", seconds=timeout)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class LoadedProcess:
    """Forks programs, all in this environment. What it prints itself goes to ``log``; ``tree`` is the folder with the
    product."""

    def __init__(self, environment: Mapping[str, str], log: Path, tree: Path = ROOT) -> None:
        self._asking = threading.Lock()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forks"],
                env={**environment, "PYTHONPATH": os.pathsep.join(map(str, (tree, ROOT)))},
                cwd=tree,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # Ctrl-C is for the tests, which then end what they have started
            )

    def start(self, arguments: Sequence[str], log: Path) -> Fork:
        """``arguments`` are those of ``python``. What the program prints is appended to ``log``."""
        return self._start(arguments, log, log)

    def run(self, *arguments: str, seconds: float = 120) -> str:
        """Run a program to its end; returns its standard output. Raises CalledProcessError if it fails."""
        with tempfile.TemporaryDirectory() as folder:
            output, errors = Path(folder, "output"), Path(folder, "errors")
            fork = self._start(arguments, output, errors)
            try:
                status = fork.wait(seconds)
            except BaseException:
                fork.kill()
                raise
            if status:
                raise subprocess.CalledProcessError(status, arguments, output.read_text(), errors.read_text())
            return output.read_text()

    def _start(self, arguments: Sequence[str], output: Path, errors: Path) -> Fork:
        return Fork(self, self.ask("start", list(arguments), str(output), str(errors)))

    def ask(self, *question: Any) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        with self._asking:
            try:
                print(json.dumps(question), file=self._process.stdin, flush=True)
                answer = self._process.stdout.readline()
                assert answer, "the process that forks has ended; its log says why"
            except BaseException:  # Ctrl-C, too: the next question would get the answer to this one
                self._end()
                raise
        return json.loads(answer)

    @property
    def is_closed(self) -> bool:
        return self._process.stdin is None or self._process.stdin.closed

    def _end(self) -> None:
        """Let it end, and its forks before."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def close(self) -> None:
        """End the forks that have not been waited for, too."""
        with self._process:
            self._end()
            self._process.wait()


def serve() -> None:
    """Load the product, and answer the questions on the standard input. A fork returns once its program has ended. What
    runs when the input ends is killed."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever is printed is no answer
    _load()
    forks: set[int] = set()
    while line := sys.stdin.readline():
        command, *arguments = json.loads(line)
        if command == "poll":
            answer = _poll(*arguments)
            if answer is not None:
                forks.discard(*arguments)
        elif not (answer := os.fork()):
            answers.close()
            _become(*arguments)
            return
        else:
            forks.add(answer)
            os.setpgid(answer, answer)  # here, too: from now on its group gets signals
        print(json.dumps(answer), file=answers, flush=True)
    for pid in forks:
        os.killpg(pid, signal.SIGKILL)
    os._exit(0)  # which takes no time


def _load() -> None:
    import multiprocessing

    import uvicorn._subprocess

    import_module("crmsolid.asgi")  # which sets up Django, and leaves what is loaded to no garbage collection
    from django.conf import settings
    from django.db import connections

    from crmsolid.celery import app

    app.loader.import_default_modules()
    for name in COMMANDS:
        import_module(name)
    connections.close_all()
    # The real hasher takes about a second for each password, and no test is about its strength.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    assert isinstance(uvicorn._subprocess.spawn, multiprocessing.context.SpawnContext)  # a private name
    uvicorn._subprocess.spawn = multiprocessing.get_context("fork")  # type: ignore[assignment]


def _poll(pid: int) -> int | None:
    """The exit status of a fork that has ended."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _become(arguments: list[str], output: str, errors: str) -> None:
    os.setpgid(0, 0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    for name, stream in ((output, sys.stdout), (errors, sys.stderr)):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666), stream.fileno())
    _run(*arguments)


def _run(first: str, *others: str) -> None:
    if first == "-m":
        sys.argv = list(others)
        runpy.run_module(others[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.argv = [first, *others[1:]]
        exec(compile(others[0], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = [first, *others]
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    serve()
