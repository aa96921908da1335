"""Ends a wait before its time, for a thread or for a task."""

from __future__ import annotations

import asyncio
import threading


class Stopped(Exception):
    """The wait was ended. It never reaches a caller of the client."""


class Stop:
    """Another thread may set it."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        self._event.set()

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    def sleep(self, seconds: float) -> None:
        """Wait for so long. Raises Stopped once it is set."""
        if self._event.wait(seconds):
            raise Stopped


class AsyncStop:
    """Another task of the same event loop may set it."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        self._event.set()

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    async def sleep(self, seconds: float) -> None:
        """Wait for so long. Raises Stopped once it is set."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return
        raise Stopped
