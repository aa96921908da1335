"""The whole product in one process: web in the main thread, a Celery worker and Celery beat in threads beside it."""

import contextlib
import logging
import os
import signal
import socket
import threading
import time
from typing import Any

from celery.worker import state
from kombu.exceptions import OperationalError

from crmsolid.celery import app
from crmsolid.run.background import build_beat_service, build_worker
from crmsolid.run.web import serve

logger = logging.getLogger("crmsolid.run")

FINISH_SECONDS = 15
HEARTBEAT = "crmsolid.heartbeat"
_RESTART_SECONDS = 1.0
# The worker's loop waits up to 2 s for a message before it checks whether to stop, and receives once more after that.
# Sending it a task ends the wait.
_WAKE_UPS = 3
_WAKE_UP_SECONDS = 0.1


def run(sock: socket.socket) -> None:
    """Serve until Ctrl-C or SIGTERM. Tasks in progress get ``FINISH_SECONDS``; what is unfinished stays in its rows."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    worker, beat = WorkerThread(), BeatThread()
    worker.start()
    beat.start()
    try:
        serve(sock)
    except KeyboardInterrupt:  # before the server had installed its signal handlers, or after it removed them
        pass
    finally:
        beat.stop()
        finished = worker.stop(FINISH_SECONDS)
    if not finished:
        logger.warning("a task is still running after %s s: leaving it, the next start resumes it", FINISH_SECONDS)
        os._exit(0)  # Python would wait for the task's thread


class RestartedThread(threading.Thread):
    """A daemon thread that calls ``serve`` again whenever it ends, until ``stopping`` is set."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.stopping = threading.Event()

    def serve(self) -> None:
        raise NotImplementedError

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self.serve()
            except Exception:
                logger.exception("the embedded %s failed", self.name)
            if not self.stopping.wait(_RESTART_SECONDS):
                logger.error("the embedded %s ended by itself; starting it again", self.name)


class WorkerThread(RestartedThread):
    """The Celery worker inside the web process."""

    def __init__(self) -> None:
        super().__init__("worker")

    def serve(self) -> None:
        build_worker().start()

    def stop(self, seconds: float) -> bool:
        """Take no more work and finish what runs; False if that takes longer than ``seconds``."""
        self.stopping.set()
        state.should_stop = 0  # the worker's loop checks this and ends with that exit status
        deadline = time.monotonic() + seconds
        for _ in range(_WAKE_UPS):
            with contextlib.suppress(OperationalError):  # without a broker, the loop finds out by itself
                app.send_task(HEARTBEAT, retry=False)
            self.join(_WAKE_UP_SECONDS)
        self.join(max(0.0, deadline - time.monotonic()))
        return not self.is_alive()


class BeatThread(RestartedThread):
    """Celery beat inside the web process."""

    def __init__(self) -> None:
        super().__init__("scheduler")
        self._service: Any = None

    def serve(self) -> None:
        self._service = build_beat_service()
        if not self.stopping.is_set():
            self._service.start()

    def stop(self) -> None:
        """End it within a second, without waiting for that."""
        self.stopping.set()
        if self._service is not None:
            self._service.stop()
