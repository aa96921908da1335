"""Celery workers as processes of their own, which tests kill, suspend and stop."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.telegram_server import TelegramServer

# A worker that looks for work by itself once an hour.
RARE_TICKS = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
import django
django.setup()
from messaging.telegram import account_worker
account_worker.TICK_SECONDS = 3600.0
from celery.__main__ import main
sys.exit(main())
"""
LEASE_SECONDS, SEND_LEASE_SECONDS, SEND_SECONDS = 3.0, 6.0, 4.0


class WorkerProcess:
    """A worker that holds accounts and also sends for others."""

    def __init__(self, name: str, server: TelegramServer, folder: Path, *, ticks: bool = True) -> None:
        """Without ``ticks`` it does after its start only what doorbells tell it, and its leases last as long."""
        self.name = name
        self._log = (folder / f"{name}.log").open("wb")
        queues = "crmsolid.messaging.dispatch,telegram"
        program = ["-m", "celery"] if ticks else ["-c", RARE_TICKS]
        command = [sys.executable, *program, "-A", "crmsolid", "worker", "-Q", queues]
        command += ["-n", f"{name}@tests", "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "INFO"]
        settings = environment(server, folder)
        if not ticks:
            settings["CRMSOLID_TELEGRAM_LEASE_SECONDS"] = "3600"
        self.process = subprocess.Popen(command, env=settings, stdout=self._log, stderr=subprocess.STDOUT)

    def kill(self) -> None:
        """As if the machine had lost its power."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def suspend(self) -> None:
        """As if the machine had stopped: the process neither works nor ends."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def terminate(self) -> int:
        """Stop it as a deployment does; returns the exit status."""
        self.process.terminate()
        return self.process.wait(30)

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        self._log.close()


def environment(server: TelegramServer, folder: Path) -> dict[str, str]:
    key = folder / "server.pub"
    key.write_text(server.key.public_pem)
    return os.environ | {
        "DATABASE_URL": f"{settings.DATABASE_URL.rpartition('/')[0]}/{connection.settings_dict['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
        "TELEGRAM_TEST_DC": server.endpoint(),
        "TELEGRAM_TEST_RSA_KEY": str(key),
        "CRMSOLID_TELEGRAM_LEASE_SECONDS": str(LEASE_SECONDS),
        "CRMSOLID_SEND_LEASE_SECONDS": str(SEND_LEASE_SECONDS),
        "CRMSOLID_TELEGRAM_SEND_SECONDS": str(SEND_SECONDS),
        "CRMSOLID_TELEGRAM_GAP_SECONDS": "0",
    }
