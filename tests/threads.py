"""Running code in threads, each with a database connection of its own."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar

from django.db import connection, connections

T = TypeVar("T")


@contextlib.contextmanager
def in_background(call: Callable[[], T], *, seconds: float = 20.0) -> Iterator["Future[T]"]:
    """Run ``call`` in a thread while the block runs. The end of the block waits for it, at most ``seconds``, and raises
    what it raised."""

    def run() -> T:
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as executor:
        future = executor.submit(run)
        yield future
        future.result(seconds)


def run_together(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Run each call in a thread, all at the same moment. Returns their results in order, or raises the first error."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        try:
            connection.ensure_connection()  # connecting takes longer than most calls, which would run one by one
            barrier.wait(20)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as executor:
        return list(executor.map(run, calls))


def run_together_catching(calls: Sequence[Callable[[], T]]) -> "list[T | Exception]":
    """As :func:`run_together`, but an exception of a call stands in the place of its result."""

    def caught(call: Callable[[], T]) -> T | Exception:
        try:
            return call()
        except Exception as error:
            return error

    return run_together([partial(caught, call) for call in calls])
