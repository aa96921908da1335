"""Ends what would stay open for as long as a client likes, when the server begins to shut down."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache


class Shutdown:
    """Of the server on one event loop, which calls all methods."""

    def __init__(self) -> None:
        self._has_begun = False
        self._ends: set[Callable[[], None]] = set()

    def begin(self) -> None:
        """Called for each open connection."""
        self._has_begun = True
        for end in self._ends:
            end()

    @contextmanager
    def ends(self, end: Callable[[], None]) -> Iterator[None]:
        """Call ``end`` when the shutdown begins, within the block; at once if it has begun. It may be called again."""
        self._ends.add(end)
        try:
            if self._has_begun:
                end()
            yield
        finally:
            self._ends.discard(end)


@lru_cache(maxsize=8)
def _shutdown_of(loop: asyncio.AbstractEventLoop) -> Shutdown:
    return Shutdown()


def shutdown() -> Shutdown:
    """That of the running event loop."""
    return _shutdown_of(asyncio.get_running_loop())
