"""Database work off the event loop: a few threads with connections of their own, all closed at the end."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connections

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4


class DatabaseThreads:
    """Accounts share them: a batch of updates takes milliseconds, a connection costs the database megabytes."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="telegram-db")

    async def run(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """The function's answer, or what it raised."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: self._call(lambda: function(*args, **named)))

    def _call(self, function: Callable[[], T]) -> T:
        close_old_connections()  # a broken one is replaced
        try:
            return function()
        finally:
            close_old_connections()

    def close(self) -> None:
        """Wait for what runs, and close each thread's connections."""
        together = threading.Barrier(self._threads)

        def close_here() -> None:
            together.wait()  # so that no thread takes two of these
            connections.close_all()

        for _ in range(self._threads):
            self._pool.submit(close_here)
        self._pool.shutdown(wait=True)
