"""Worker processes that stop at a chosen point, where a test kills them.

A module of workers calls ``stop_here`` or ``then_stop`` at its points, which print ``reached``.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_SECONDS = 60


def stop_here(*_: Any, **__: Any) -> Any:
    print("reached", flush=True)
    while True:
        signal.pause()


def then_stop(function: Callable[..., Any]) -> Callable[..., Any]:
    """Call the function, then stop."""

    def wrapped(*args: Any, **options: Any) -> Any:
        function(*args, **options)
        return stop_here()

    return wrapped


def start_worker(module: str, point: str) -> "subprocess.Popen[str]":
    """``python -m module point`` on the test's database."""
    database = urlsplit(settings.DATABASE_URL)._replace(path="/" + str(connection.settings_dict["NAME"])).geturl()
    environment = {**os.environ, "DATABASE_URL": database, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", module, point]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def kill_worker_at(module: str, point: str) -> None:
    """Run a worker up to the point and kill it there."""
    with start_worker(module, point) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "reached\n"
        finally:
            process.kill()
        assert process.wait(TIMEOUT_SECONDS) == -9


def run_worker(module: str, point: str) -> None:
    """Run a worker to its end."""
    with start_worker(module, point) as process:
        assert process.wait(TIMEOUT_SECONDS) == 0
