"""What the bridge may hold at once."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeLimits:
    """Sizes are bytes, times are seconds.

    A body of up to `max_body_bytes` reaches the application; of a larger one, `drain_bytes` more are read and thrown
    away so that the client gets to see the refusal, and past that the connection closes with it.
    A request or response body holds `memory_bytes` of memory and goes to a temporary file beyond.
    A streamed response aborts when `max_stream_bytes` of it wait on disk for the client, or when the client takes
    nothing for `stall_seconds`.
    """

    threads: int = 4
    max_body_bytes: int = 64 * MEBIBYTE
    drain_bytes: int = 16 * MEBIBYTE
    memory_bytes: int = MEBIBYTE
    max_stream_bytes: int = 512 * MEBIBYTE
    stall_seconds: float = 120.0
    shutdown_seconds: float = 2.0
