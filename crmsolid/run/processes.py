"""The processes of the product: what each is called and how it is started."""

import os
import socket
import sys
import tempfile

from prometheus_client.multiprocess import mark_process_dead

from crmsolid.run.parent_watch import SUPERVISOR
from crmsolid.run.supervisor import Part, Supervisor

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def web_parts(sock: socket.socket, processes: int) -> list[Part]:
    """Web processes that accept from one socket: while one restarts, the port stays open."""
    descriptor = sock.fileno()
    command = [sys.executable, "-m", "crmsolid.run", "web", "--fd", str(descriptor)]
    return [Part(f"web {number}", command, [descriptor]) for number in range(1, processes + 1)]


def work_parts() -> list[Part]:
    return [Part(role, [sys.executable, "-m", "crmsolid.run", role]) for role in ("worker", "scheduler")]


def supervise(parts: list[Part]) -> int:
    """Run them with a folder in which they share their metrics; answers the exit status."""
    os.environ[SUPERVISOR] = str(os.getpid())
    with tempfile.TemporaryDirectory(prefix="crmsolid-metrics-") as folder:
        os.environ[METRICS_FOLDER] = folder
        return Supervisor(parts, on_death=_forget_metrics).run()


def _forget_metrics(pid: int) -> None:
    mark_process_dead(pid)  # type: ignore[no-untyped-call]
