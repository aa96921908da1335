"""Redis, and servers that behave badly in Redis's place."""

import contextlib
import os
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator

import pytest
import redis

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")


def require_redis() -> str:
    """The address of a Redis that answers; the test is skipped, and says so, where there is none."""
    with contextlib.closing(redis.Redis.from_url(REDIS_URL)) as client:
        try:
            client.ping()
        except redis.RedisError:
            pytest.skip("no Redis at REDIS_URL")
    return REDIS_URL


def empty_redis() -> None:
    """Empty the tests' own database; see tests/plugins/isolation.py. Nothing to do where no Redis is set."""
    if "REDIS_URL" in os.environ:
        with contextlib.closing(redis.Redis.from_url(REDIS_URL)) as client:
            client.flushdb()


def fresh_prefix() -> str:
    return f"test:{uuid.uuid4().hex}:"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def silent_server() -> Iterator[tuple[str, list[socket.socket]]]:
    """Accepts every connection and never answers; yields its URL and the connections it took."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    taken.append(server.accept()[0])

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"redis://127.0.0.1:{server.getsockname()[1]}", taken
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            for connection in taken:
                connection.close()


@contextlib.contextmanager
def own_redis(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis of the test's own, which it may stop; nothing is kept."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        try:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        except FileNotFoundError:
            pytest.skip("redis-server is not installed")
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
