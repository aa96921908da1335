"""The web server: one process, or several that accept from one socket."""

import fcntl
import logging
import multiprocessing
import os
import resource
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import uvicorn
from django.conf import settings
from django.utils.log import configure_logging
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from crmsolid.serving.connections import ConnectionLimits
from crmsolid.serving.http_protocol import build_protocol

logger = logging.getLogger(__name__)

APPLICATION = (
    "crmsolid.asgi:started_application"  # by name, because it is above this package, and loaded in each process
)
GRACE_SECONDS = 5  # for requests in progress; open streams end at once
# A process that does not answer the supervisor for so long is killed and replaced, and one that replaces another has so
# long to start. uvicorn's 5 s are too short for a start on a busy machine.
HEALTH_SECONDS = 30
# The supervisor waits so long for one answer before it looks at signals and at the other processes again.
ANSWER_SECONDS = 0.5
# From SIGTERM on; a process that has not ended by then is killed. Less than what starts the web allows, 20 s and more.
END_SECONDS = 12
# Kept for what is no connection of a client: the database, Redis, files and sockets of webhooks.
RESERVED_DESCRIPTORS = 1200
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
METRICS_PREFIX = "crmsolid-metrics-"
_LOCK = "lock"


def allowed_connections(wanted: int) -> int:
    """How many connections the limit on file descriptors allows: ``wanted`` if ``RESERVED_DESCRIPTORS`` remain, else
    fewer, but half of the descriptors at least. Raises the soft limit as far as that needs and the hard limit allows.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVED_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return wanted
    return min(wanted, max(soft - RESERVED_DESCRIPTORS, soft // 2))


class ServerConfig(uvicorn.Config):
    """The configuration of the server, which a process of its own can be given: all that cannot be pickled is made in
    :meth:`load`, which is called in the process that serves."""

    def __init__(self, workers: int = 1) -> None:
        super().__init__(
            APPLICATION,
            factory=True,
            workers=workers,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # uvicorn would believe any local client; ``TRUSTED_PROXIES`` decides instead
            log_config=None,
            lifespan="on",
            ws="none",
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_worker_healthcheck=HEALTH_SECONDS,
        )

    def load(self) -> None:
        supervisor = multiprocessing.parent_process()
        if supervisor is not None:
            _end_with(supervisor)
        super().load()
        limits = ConnectionLimits(max_connections=allowed_connections(settings.MAX_CONNECTIONS))
        self.http_protocol_class = build_protocol(limits)


def _end_with(supervisor: BaseProcess) -> None:
    """End this process as by SIGTERM once its supervisor is gone: it cannot end its processes if it is killed."""

    def wait() -> None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="supervisor-watch", daemon=True).start()


def serve(sock: socket.socket) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit status. Requests in progress get ``GRACE_SECONDS`` to end."""
    if settings.WEB_PROCESSES == 1:
        server = uvicorn.Server(ServerConfig())
        # uvicorn raises the signal again once it has shut down: as this exception, and not as the death of the process.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[sock])
        return 0 if server.started else os.EX_SOFTWARE
    return _supervise(sock, settings.WEB_PROCESSES)


class Supervisor(Multiprocess):
    """uvicorn's supervisor, which a process that hangs does not keep from ending the others, and which outlives a
    machine that has no memory, process or descriptor left for a while."""

    def __init__(self, config: ServerConfig, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._answered: dict[int | None, float] = {}  # by process id: when it did last

    def run(self) -> None:
        try:
            super().run()
        except BaseException:
            # Else Python would wait at exit for processes that nobody has told to end.
            self.terminate_all()
            self.join_all()
            raise

    def keep_subprocess_alive(self) -> None:
        """Replace each process that has ended, or has not answered for ``HEALTH_SECONDS``. One that refuses to start
        ends all."""
        for index, process in enumerate(self.processes):
            if self.signal_queue or self.should_exit.is_set():
                return
            if self._is_well(process):
                continue
            process.kill()
            process.join()
            if process.exitcode == STARTUP_FAILURE:
                self.should_exit.set()
                return
            if successor := self._started():
                self._answered.pop(process.pid, None)
                self.processes[index] = successor

    def _started(self) -> Process | None:
        """A new process; None for lack of memory, processes or descriptors."""
        try:
            process = Process(self.config, self.sockets)
            process.start()
            return process
        except OSError as error:
            logger.error("a web process cannot be started", extra={"error": str(error)})
            return None

    def _is_well(self, process: Process) -> bool:
        if process.exitcode is not None:
            return False
        with suppress(OSError, EOFError):
            while process.parent_conn.poll():  # late answers to former questions
                process.parent_conn.recv()
        now = time.monotonic()
        if process.is_alive(ANSWER_SECONDS):
            self._answered[process.pid] = now
        return now - self._answered.setdefault(process.pid, now) < HEALTH_SECONDS

    def restart_all(self) -> None:
        """As uvicorn's, without its endless wait for the old process. The next signal ends it early."""
        for index, process in enumerate(self.processes):
            if self.signal_queue or self.should_exit.is_set():
                return
            successor = self._started()
            if successor is None or not self._becomes_ready(successor):
                logger.error("no new web process is ready: the restart is given up")
                return
            self.processes[index] = successor
            self._answered.pop(process.pid, None)
            process.terminate()
            _end(process, time.monotonic() + END_SECONDS)

    def _becomes_ready(self, successor: Process) -> bool:
        """Whether it does in time, and before the next signal. Else it is ended."""
        deadline = time.monotonic() + HEALTH_SECONDS
        while not successor.wait_until_ready(1):
            if successor.exitcode is not None or self.signal_queue or time.monotonic() > deadline:
                successor.kill()
                successor.join()
                return False
        return True

    def join_all(self) -> None:
        deadline = time.monotonic() + END_SECONDS
        for process in self.processes:
            _end(process, deadline)


def _end(process: Process, deadline: float) -> None:
    """Wait for a process that was told to end, and kill it at the deadline of the monotonic clock."""
    process.process.join(max(0, deadline - time.monotonic()))
    process.kill()
    process.join()


def _supervise(sock: socket.socket, processes: int) -> int:
    """Run several processes. One that dies is started again; one that refuses to start ends the others. This process
    does not load the product, and keeps the port open whatever happens to the others."""
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    with nullcontext() if METRICS_FOLDER in os.environ else metrics_folder() as folder:
        if folder is not None:
            os.environ[METRICS_FOLDER] = folder
        supervisor = Supervisor(ServerConfig(processes), [sock])
        supervisor.run()
    refused = any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes)
    return STARTUP_FAILURE if refused else 0


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
