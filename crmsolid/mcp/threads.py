"""The threads on which the requests of /mcp reach the database.

Under Django's ASGI handler each request would get a thread of its own, and with it a new database connection. These
threads live as long as the process and keep their connections. Clients take turns at them, and slow tools run side by
side.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from functools import lru_cache
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

from crmsolid.serving.pool import ThreadPool, django_thread

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 8


@lru_cache(maxsize=1)
def thread_pool() -> ThreadPool:
    """The process's own, started at the first call."""
    pool = ThreadPool(THREADS, django_thread)
    pool.start()
    return pool


async def in_thread(client: str, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a function that uses the database. ``client``: whose turn it takes. It runs to its end in any case."""
    future: Future[R] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        close_old_connections()
        try:
            future.set_result(function(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        finally:
            close_old_connections()

    thread_pool().submit(run, client)
    return await asyncio.wrap_future(future)
