"""The separate processes of one host, which live and end together. One that dies is started again."""

import fcntl
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from crmsolid.checks import EXIT_UNSAFE

logger = logging.getLogger("crmsolid.run")

SUPERVISOR_PID = "CRMSOLID_SUPERVISOR_PID"
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
METRICS_PREFIX = "crmsolid-metrics-"
POLL_SECONDS = 0.2
PARENT_POLL_SECONDS = 1.0
FINISH_SECONDS = 20
HEALTHY_SECONDS = 10.0  # a process that ran this long is restarted without a pause
MAX_PAUSE_SECONDS = 10.0
_LOCK = "lock"


@dataclass
class ManagedProcess:
    """One process: its name in the log, its command line and the file descriptors it inherits."""

    name: str
    command: Sequence[str]
    descriptors: Sequence[int] = ()
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = 0


def web_processes(sock: socket.socket, count: int) -> list[ManagedProcess]:
    """Web processes that accept from one socket, so that the port stays open while one of them restarts."""
    descriptor = sock.fileno()
    command = [sys.executable, "-m", "crmsolid.run", "web", "--fd", str(descriptor)]
    return [ManagedProcess(f"web {number}", command, [descriptor]) for number in range(1, count + 1)]


def worker_and_scheduler() -> list[ManagedProcess]:
    return [ManagedProcess(role, [sys.executable, "-m", "crmsolid.run", role]) for role in ("worker", "scheduler")]


def supervise(processes: list[ManagedProcess]) -> int:
    """Run the processes until a signal; returns the exit status. They share a folder for their metrics."""
    from prometheus_client.multiprocess import mark_process_dead  # slow to import, and every role imports this module

    os.environ[SUPERVISOR_PID] = str(os.getpid())
    with metrics_folder() as folder:
        os.environ[METRICS_FOLDER] = folder
        return Supervisor(processes, on_death=mark_process_dead).run()


@contextmanager
def metrics_folder() -> Iterator[str]:
    """A temporary folder, removed at the end. Removes those of supervisors that were killed, too.

    A supervisor holds a lock on a file in its folder, which ends with the process.
    """
    for lock in Path(tempfile.gettempdir()).glob(f"{METRICS_PREFIX}*/{_LOCK}"):
        with suppress(OSError), lock.open() as file:  # in use, of another user, or just removed by another start
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent)
    with tempfile.TemporaryDirectory(prefix=METRICS_PREFIX) as folder, Path(folder, "new").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        Path(folder, "new").rename(Path(folder, _LOCK))  # from here on others find it, locked
        yield folder


def end_with_supervisor() -> None:
    """In a supervised process: watch the supervisor from a thread, and end as by SIGTERM once it is gone.

    The supervisor ends its processes itself, unless it is killed. Does nothing in a process without a supervisor.
    """
    supervisor = os.environ.get(SUPERVISOR_PID)
    if not supervisor:
        return

    def watch() -> None:
        while os.getppid() == int(supervisor):
            time.sleep(PARENT_POLL_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


@dataclass
class Supervisor:
    """``on_death`` gets the process id of each process that ended without being told to."""

    processes: list[ManagedProcess]
    on_death: Callable[[int], None] = lambda pid: None
    _stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> int:
        """Run until SIGINT, SIGTERM or SIGHUP; returns the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stopping.set())
        status = 0
        try:
            while not status and not self._stopping.wait(POLL_SECONDS):
                status = self._restart_dead()
        finally:
            self._end_all()
        return status

    def _restart_dead(self) -> int:
        """Start what is not running; returns a status other than 0 if a process refuses to start at all."""
        for managed in self.processes:
            process = managed.process
            if process is not None and process.poll() is not None:
                lived = time.monotonic() - managed.started_at
                managed.failures = 0 if lived >= HEALTHY_SECONDS else managed.failures + 1
                pause = min(MAX_PAUSE_SECONDS, 0.5 * 2**managed.failures) if managed.failures else 0.0
                managed.process, managed.start_at = None, time.monotonic() + pause
                logger.error("%s ended with status %s; starting it again", managed.name, process.returncode)
                self.on_death(process.pid)
                if process.returncode == EXIT_UNSAFE:  # it has printed why; another start would change nothing
                    return EXIT_UNSAFE
            if managed.process is None and time.monotonic() >= managed.start_at:
                # A session of its own keeps the terminal's Ctrl-C away: it reaches the supervisor alone, which then
                # ends each process once.
                managed.process = subprocess.Popen(
                    managed.command, pass_fds=tuple(managed.descriptors), start_new_session=True
                )
                managed.started_at = time.monotonic()
        return 0

    def _end_all(self) -> None:
        running = [(managed.name, managed.process) for managed in self.processes if managed.process is not None]
        for _, process in running:
            process.terminate()
        deadline = time.monotonic() + FINISH_SECONDS
        for name, process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning(
                    "%s is still working after %s s: killing it; its rows are resumed later", name, FINISH_SECONDS
                )
                process.kill()
                process.wait()
