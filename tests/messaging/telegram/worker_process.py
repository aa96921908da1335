"""Celery workers as processes of their own, which tests kill, suspend and stop."""

import signal
import sys
from pathlib import Path

from celery.__main__ import main as celery
from django.conf import settings

from messaging.telegram import account_worker
from tests.crashing import start_worker
from tests.telegram_server import TelegramServer

LEASE_SECONDS, SEND_LEASE_SECONDS, SEND_SECONDS = 3.0, 6.0, 4.0


class WorkerProcess:
    """A worker that holds accounts and also sends for others."""

    def __init__(self, name: str, server: TelegramServer, folder: Path, *, ticks: bool = True) -> None:
        """Without ``ticks`` it does after its start only what doorbells tell it, and its leases last as long."""
        self.name = name
        key = folder / "server.pub"
        key.write_text(server.key.public_pem)
        self._process = start_worker(
            __name__,
            name,
            "" if ticks else "rare",
            settings={
                "FIELD_ENCRYPTION_KEYS": settings.FIELD_ENCRYPTION_KEYS,
                "STORAGES": settings.STORAGES,
                "TELEGRAM_TEST_DC": server.endpoint(),
                "TELEGRAM_TEST_RSA_KEY": str(key),
                "TELEGRAM_LEASE_SECONDS": LEASE_SECONDS if ticks else 3600.0,
                "SEND_LEASE_SECONDS": SEND_LEASE_SECONDS,
                "TELEGRAM_SEND_SECONDS": SEND_SECONDS,
                "TELEGRAM_GAP_SECONDS": 0.0,
            },
            log=folder / f"{name}.log",
            seconds=600,
        )

    def kill(self) -> None:
        """As if the machine had lost its power."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def suspend(self) -> None:
        """As if the machine had stopped: the process neither works nor ends."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def terminate(self) -> int:
        """Stop it as a deployment does; returns the exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30)

    def close(self) -> None:
        if self._process.status is None:
            self.kill()


def main(name: str, ticks: str) -> None:
    """The process. With ``rare`` as ``ticks`` it looks for work by itself once an hour."""
    if ticks == "rare":
        account_worker.TICK_SECONDS = 3600.0
    sys.argv = ["celery", "-A", "crmsolid", "worker", "-Q", "crmsolid.messaging.dispatch,telegram"]
    sys.argv += ["-n", f"{name}@tests", "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "INFO"]
    sys.exit(celery())
