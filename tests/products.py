"""The product in processes of its own, with a database, a Redis and a data folder for itself.

Each process takes seconds to start: a test that needs no worker starts the web alone.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from tests.migrated import create_migrated_database
from tests.servers import clean_environment, drop_database, free_port, is_listening, own_redis
from tests.system.stack import COMMANDS, ROOT
from tests.waiting import wait_until

START_SECONDS = 180


@contextlib.contextmanager
def installation(folder: Path, more: Mapping[str, str] | None = None) -> Iterator[dict[str, str]]:
    """The environment of a product whose data is in ``folder``, with the settings ``more``. No process runs yet, and
    the database has no rows."""
    server, name = os.environ["DATABASE_URL"].rsplit("/", 1)[0], f"crmsolid_product_{uuid4().hex[:8]}"
    port = free_port()
    environment = {
        **clean_environment(),
        "DJANGO_SETTINGS_MODULE": "crmsolid.settings",
        "DATABASE_URL": create_migrated_database(server, name),
        "REDIS_URL": f"redis://127.0.0.1:{port}",
        "CRMSOLID_DATA": str(folder / "data"),
        "CRMSOLID_WEB_PROCESSES": "1",
        "CRMSOLID_WEBHOOK_ALLOW_PRIVATE": "true",
        "PYTHONUNBUFFERED": "1",
        **(more or {}),
    }
    try:
        with own_redis(port):
            yield environment
    finally:
        drop_database(server, name)


@contextlib.contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], log: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """A process whose output goes to ``log``. It is killed at the end, which takes no time."""
    with (
        log.open("ab") as output,
        subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=output) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def running_web(
    environment: Mapping[str, str], log: Path, *, prefix: Sequence[str] = (), port: int = 0
) -> "Iterator[tuple[subprocess.Popen[bytes], int]]":
    """The web and its port, a free one unless one is given. ``prefix`` precedes the command, as to limit it."""
    port = port or free_port()
    with running([*prefix, sys.executable, *COMMANDS["web"], "--port", str(port)], environment, log) as process:
        wait_until(lambda: is_listening(port) or process.poll() is not None, "the web listens", seconds=START_SECONDS)
        assert process.poll() is None, log.read_text()
        yield process, port


def running_worker(
    environment: Mapping[str, str], log: Path, *, prefix: Sequence[str] = ()
) -> "contextlib.AbstractContextManager[subprocess.Popen[bytes]]":
    """The worker with its scheduler. It may not have begun to work yet."""
    return running([*prefix, sys.executable, *COMMANDS["worker"], "--beat"], environment, log)


def run_python(environment: Mapping[str, str], *arguments: str) -> str:
    """Run ``python`` with these arguments for the installation, and return its standard output."""
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=START_SECONDS
    ).stdout
