"""Reads Server-Sent Events from the bytes of a stream, and ends a stream that another thread reads."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass

import httpx


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of the stream. ``data`` is empty for a frame that only tells its id."""

    id: str
    data: str


class FrameReader:
    """Splits by the line ends of the standard alone: a text may have other characters that Python takes for some."""

    def __init__(self) -> None:
        self._rest = b""
        self._id = ""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> list[Frame]:
        """The frames that are complete with this part of the stream."""
        text = (self._rest + chunk).replace(b"\r\n", b"\n")
        *lines, self._rest = text.split(b"\n")
        return [frame for line in lines if (frame := self._line(line.decode())) is not None]

    def _line(self, line: str) -> Frame | None:
        if not line:
            frame = Frame(self._id, "\n".join(self._data)) if self._id or self._data else None
            self._id, self._data = "", []
            return frame
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            self._id = value
        elif name == "data":
            self._data.append(value)
        return None


def shut_down(response: httpx.Response) -> None:
    """End the connection, so that whoever waits for a part of the answer stops waiting."""
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream is not None else None
    if connection is not None:
        with contextlib.suppress(OSError):  # it is closed already
            connection.shutdown(socket.SHUT_RDWR)
