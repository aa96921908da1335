"""The whole product in one process: web in the main thread, a Celery worker and Celery beat in threads beside it."""

import contextlib
import logging
import os
import signal
import socket
import threading
import time

from celery.worker import state
from kombu.exceptions import OperationalError

from crmsolid.celery import app
from crmsolid.run.background import build_beat_thread, build_worker
from crmsolid.run.web import serve

logger = logging.getLogger("crmsolid.run")

WORKER_THREADS = 4
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
    worker, beat = WorkerThread(), build_beat_thread()
    worker.start()
    beat.start()
    try:
        serve(sock)
    except KeyboardInterrupt:  # before the server had installed its signal handlers, or after it removed them
        pass
    finally:
        beat.service.stop()
        finished = worker.stop(FINISH_SECONDS)
    if not finished:
        logger.warning("a task is still running after %s s: leaving it, the next start resumes it", FINISH_SECONDS)
        os._exit(0)  # Python would wait for the task's thread


class WorkerThread(threading.Thread):
    """The Celery worker inside the web process. A worker that ended by itself is started again."""

    def __init__(self) -> None:
        super().__init__(name="worker", daemon=True)
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            build_worker(WORKER_THREADS).start()
            if not self._stopping.wait(_RESTART_SECONDS):
                logger.error("the embedded worker ended by itself; starting it again")

    def stop(self, seconds: float) -> bool:
        """Take no more work and finish what runs; False if that takes longer than ``seconds``."""
        self._stopping.set()
        state.should_stop = 0  # the worker's loop checks this and ends with that exit status
        deadline = time.monotonic() + seconds
        for _ in range(_WAKE_UPS):
            with contextlib.suppress(OperationalError):  # without a broker, the loop finds out by itself
                app.send_task(HEARTBEAT, retry=False)
            self.join(_WAKE_UP_SECONDS)
        self.join(max(0.0, deadline - time.monotonic()))
        return not self.is_alive()
