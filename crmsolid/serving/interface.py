"""What all modules of the bridge share: the types of ASGI 3 and the limits of a request and a response."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApplication = Callable[[Scope, Receive, Send], Awaitable[None]]
EncodedHeaders = list[tuple[bytes, bytes]]


class Background(Protocol):
    """What works beside the requests of a server."""

    def start(self) -> None: ...

    def stop(self) -> bool:
        """False if it did not end in time."""


MEBIBYTE = 1024 * 1024
# The largest body of any request, because bodies are kept in memory before anything is known about the client. The API
# takes 1 MiB; the forms of the panel, in which everything is percent-encoded, need more.
MAX_BODY_BYTES = 2 * MEBIBYTE
# Almost every request is smaller. All connections may have such bodies at once, and streams as long as they are open.
SMALL_BODY_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeLimits:
    """Sizes are in bytes, times in seconds.

    A body of up to ``max_body_bytes`` reaches the application, from memory. Of a larger one, ``drain_bytes`` more are
    read and discarded, so that the client gets to read the refusal; a still larger one is cut off by closing the
    connection. A response takes up to ``memory_bytes`` of memory; the rest of it goes to a temporary file.
    A streamed response is aborted when ``max_stream_bytes`` of it wait on disk for the client, or when the client
    takes more than ``stall_seconds`` to read a piece of it (64 KiB).
    """

    threads: int = 4
    max_body_bytes: int = MAX_BODY_BYTES
    drain_bytes: int = 16 * MEBIBYTE
    memory_bytes: int = MEBIBYTE
    max_stream_bytes: int = 512 * MEBIBYTE
    stall_seconds: float = 120.0
    shutdown_seconds: float = 2.0
