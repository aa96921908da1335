"""The whole product in one process: web in the main thread, worker and scheduler beside it."""

import logging
import os
import signal
import socket

from crmsolid.celery import app
from crmsolid.run.ticker import Ticker
from crmsolid.run.web import serve
from crmsolid.run.worker import WorkerThread

logger = logging.getLogger("crmsolid.run")

FINISH_SECONDS = 15


def run(sock: socket.socket) -> None:
    """Until Ctrl-C or SIGTERM. Work in progress is finished, up to ``FINISH_SECONDS``; the rest is in the rows."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    worker, ticker = WorkerThread(), Ticker(app.conf.beat_schedule, app.send_task)
    worker.start()
    ticker.start()
    try:
        serve(sock)
    except KeyboardInterrupt:  # before the server had taken over the signals, or after
        pass
    finally:
        ticker.stop()
        finished = worker.stop(FINISH_SECONDS)
    if not finished:
        logger.warning("a task still runs after %s s: leaving it, the next start takes its rows up", FINISH_SECONDS)
        os._exit(0)  # Python would wait for the task's thread
