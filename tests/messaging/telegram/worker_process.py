"""Celery workers as processes of their own, which tests kill, suspend and stop."""

import signal
import sys
from collections.abc import Iterable
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from celery.__main__ import main as celery
from django.conf import settings

from crmsolid.core import clock
from messaging.models import AccountLease, LoginAttempt, Message, MessageChange
from messaging.telegram import account_worker
from tests.crashing import start_worker
from tests.forks import COMMANDS
from tests.telegram_server import TelegramServer

LEASE_SECONDS, SEND_LEASE_SECONDS, SEND_SECONDS = 3.0, 6.0, 4.0
TICK_SECONDS = 0.25

for module in COMMANDS:  # once, in the process that is forked
    import_module(module)


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

    @property
    def was_killed(self) -> bool:
        return self._process.status == -signal.SIGKILL


def end_leases_of_killed(workers: Iterable[WorkerProcess]) -> None:
    """If one of the workers was killed, let all leases have ended, as if that was a minute ago. Tests in which a worker
    is suspended, or killed beside another one that runs, wait for the end of the leases."""
    if not any(worker.was_killed for worker in workers):
        return
    ended = clock.now() - timedelta(minutes=1)
    AccountLease.unscoped.filter(lease_until__gt=ended).update(lease_until=ended)
    Message.unscoped.filter(lease_until__gt=ended).update(lease_until=ended)
    MessageChange.unscoped.filter(lease_until__gt=ended).update(lease_until=ended)
    LoginAttempt.unscoped.filter(step_lease_until__gt=ended).update(step_lease_until=ended)


def main(name: str, ticks: str) -> None:
    """The process. With ``rare`` as ``ticks`` it looks for work by itself once an hour."""
    account_worker.TICK_SECONDS = 3600.0 if ticks == "rare" else TICK_SECONDS
    sys.argv = ["celery", "-A", "crmsolid", "worker", "-Q", "crmsolid.messaging.dispatch,telegram"]
    sys.argv += ["-n", f"{name}@tests", "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "INFO"]
    sys.exit(celery())
