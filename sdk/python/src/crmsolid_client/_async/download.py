"""Answers that are files: exports and failed rows. They are passed on as they come, never held in memory as a whole."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from .._files import whole_file
from .._requests import Call
from ..errors import APIConnectionError
from .transport import AsyncTransport

READ_SECONDS = 60.0


class AsyncDownload:
    """A file of the API. Iterate over it for its bytes, or use one of its methods; each of them requests it anew.

    An export that breaks off raises APIConnectionError, it never ends as if it were complete.
    """

    def __init__(self, transport: AsyncTransport, call: Call) -> None:
        self._transport = transport
        self._call = call

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async with self._transport.opened(self._call, READ_SECONDS) as response:
            try:
                async for chunk in response.aiter_bytes():
                    yield chunk
            except httpx.RequestError as error:
                raise APIConnectionError("the download broke off before its end: start it again") from error

    async def lines(self) -> AsyncIterator[str]:
        """The lines without their ends: one JSON object each with ``format="ndjson"``."""
        rest = b""
        async for chunk in self:
            *complete, rest = (rest + chunk).split(b"\n")
            for line in complete:
                yield line.rstrip(b"\r").decode()
        if rest:
            yield rest.rstrip(b"\r").decode()

    async def read(self) -> bytes:
        """All of it at once."""
        return b"".join([chunk async for chunk in self])

    async def save(self, path: str | os.PathLike[str]) -> int:
        """Write it to a file, which is there only once it is complete. Returns its size in bytes."""
        size = 0
        with whole_file(Path(path)) as file:
            async for chunk in self:
                size += file.write(chunk)
        return size

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._call.path}>"
