"""Answers that are files: exports, failed rows, and the files of messages. They are passed on as they come, never held
in memory as a whole."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from .._files import whole_file
from .._requests import Call
from .._retry import Attempts
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


class AsyncFileDownload(AsyncDownload):
    """A file of a message. A connection that breaks off is made again and goes on with the next byte, for as long as
    more of the file comes: APIConnectionError once nothing has come for ``retry_for`` seconds, or if the file is no
    longer the same. A file that only Telegram has is waited for as long: then WaitTimeoutError."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        call = self._call.with_header("Accept-Encoding", "identity")  # so that positions are those of the file
        attempts, position, etag = self._transport.attempts(call), 0, ""
        while True:
            async with self._transport.opened(_from(call, position, etag), READ_SECONDS) as response:
                if response.status_code == 202:
                    delay = attempts.until_ready(response.headers)
                else:
                    etag = _go_on(response, position, etag)
                    try:
                        async for chunk in response.aiter_bytes():
                            position += len(chunk)
                            attempts = self._transport.attempts(call)
                            yield chunk
                        return
                    except httpx.RequestError as error:
                        delay = _pause(attempts, error, etag)
            await asyncio.sleep(delay)


def _pause(attempts: Attempts, error: httpx.RequestError, etag: str) -> float:
    """Seconds to wait before the rest is asked for. Without an ETag nobody can tell whether it is of the same file."""
    try:
        if etag:
            return attempts.after_error(error)
    except APIConnectionError:
        pass
    raise APIConnectionError("the download broke off before its end: start it again") from error


def _from(call: Call, position: int, etag: str) -> Call:
    """The rest of the file from this byte on, or all of it if it is no longer the one with this ETag."""
    if position == 0:
        return call
    return call.with_header("Range", f"bytes={position}-").with_header("If-Range", etag)


def _go_on(response: httpx.Response, position: int, etag: str) -> str:
    """The ETag of the file; APIConnectionError if the answer does not begin with the byte at ``position``."""
    begins_at = f"bytes {position}-"
    if position and not (
        response.status_code == 206 and response.headers.get("content-range", "").startswith(begins_at)
    ):
        raise APIConnectionError("the download broke off, and the file is no longer the same: start it again")
    return response.headers.get("etag") or etag
