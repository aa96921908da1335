"""How much of a receiver's bytes the outbound client works on: a budget for each exchange and one for TLS.

A deadline alone does not bound work. Bytes arrive faster than they are parsed, and while they are parsed, nothing else
runs on the event loop, not even the deadline.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import StreamReader
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.http_exceptions import HttpProcessingError

# What is parsed of one exchange: headers, interim responses, body and its framing. 16 KiB of a body are read; no usual
# server sends as much again in headers and framing. Parsing this much takes milliseconds, whatever it consists of.
EXCHANGE_BYTES = 32 * 1024
# What TLS may use for itself in the handshake, and again after our request: usual chains of certificates are
# smaller than 16 KiB. The most costly message for its size is a key update, of 27 bytes and 10 to 20 microseconds, so
# the worst exchange costs about 30 ms.
TLS_OVERHEAD_BYTES = 32 * 1024
# The receive buffer of a socket bounds what one turn of the event loop reads of one connection (libuv and asyncio
# would read 256 KiB), and what the kernel keeps of an answer that nobody reads.
RECEIVE_BUFFER_BYTES = 8 * 1024


@dataclass(slots=True)
class ReadBudget:
    """How many bytes of its exchange may still be parsed, and whether the receiver sent more."""

    left: int = EXCHANGE_BYTES
    is_overdrawn: bool = False


class BoundedResponseHandler(ResponseHandler):
    """aiohttp's protocol for one connection, which gives its parser no more bytes than the budget of the exchange.

    Before the final headers a receiver that sends more gets its answer refused as invalid; after them the body ends
    there. Bytes that arrive while no request is outstanding end the connection: they answer nothing (RFC 9112, 9.2).
    ``budget`` returns the budget of the exchange in whose task it is called.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, budget: Callable[[], ReadBudget]) -> None:
        super().__init__(loop)
        self._budget_of_task = budget
        self._budget = ReadBudget(left=0)
        self._body: StreamReader | None = None  # of the final response

    def set_response_params(self, **params: Any) -> None:
        """aiohttp calls this in the task of the exchange, before it writes the request."""
        self._budget, self._body = self._budget_of_task(), None
        super().set_response_params(**params)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """The base class calls this for each response that it has parsed the headers of."""
        message, body = data
        if message.code >= 200:
            self._body = body
            body.on_eof(self._end_exchange)
        super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        """``data`` is empty when the base class resumes its parser."""
        budget = self._budget
        allowed = data[: budget.left]
        budget.left -= len(allowed)
        budget.is_overdrawn |= len(data) > len(allowed)
        if allowed or not data:
            super().data_received(allowed)
        if budget.is_overdrawn and not self._reading_paused:  # paused: the parser has kept a part for later
            self._stop()

    def close(self) -> None:
        """Close at once: the polite end of TLS would wait up to 30 s for an answer of the other side."""
        self.abort()

    def _end_exchange(self) -> None:
        self._budget = ReadBudget(left=0)

    def _stop(self) -> None:
        body = self._body
        self.force_close()
        self.abort()
        if body is None:
            self.set_exception(HttpProcessingError(message="too many bytes before the final headers"))
        elif not body.is_eof():
            body.feed_eof()


class BoundedSSLObject(ssl.SSLObject):
    """TLS of one connection, which fails with an ``SSLError`` when the other side sends too much that is no data.

    Session tickets, key updates, alerts and requests to renegotiate are consumed inside of OpenSSL, without end.
    """

    incoming: ssl.MemoryBIO
    overhead = 0

    def do_handshake(self) -> None:
        pending = self.incoming.pending
        try:
            super().do_handshake()
        finally:
            self._charge(pending - self.incoming.pending)

    def read(self, *args: Any) -> Any:
        pending, received = self.incoming.pending, 0
        try:
            data_or_size: Any = super().read(*args)
            received = data_or_size if isinstance(data_or_size, int) else len(data_or_size)
            return data_or_size
        finally:
            self._charge(pending - self.incoming.pending - received)

    def write(self, data: Any) -> int:
        self.overhead = 0
        return super().write(data)

    def _charge(self, size: int) -> None:
        self.overhead += size
        if self.overhead > TLS_OVERHEAD_BYTES:
            raise ssl.SSLError("too many bytes of TLS that are no data")


class BoundedSSLContext(ssl.SSLContext):
    sslobject_class = BoundedSSLObject

    def wrap_bio(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        tls = super().wrap_bio(incoming, outgoing, *args, **kwargs)
        assert isinstance(tls, BoundedSSLObject)
        tls.incoming = incoming
        return tls


@cache
def tls_context(authority: Path | None = None) -> ssl.SSLContext:
    """A context that verifies certificates and names, by the system's authorities or by the given file alone."""
    context = BoundedSSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Since Python 3.13 the default context verifies more strictly than one that is made from its class.
    context.verify_flags = ssl.create_default_context(cafile=authority).verify_flags
    if authority is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # Debian's Python leaves this to the system's configuration
    # Python's defaults without finite field Diffie-Hellman, where a server can choose a group that costs a second.
    context.set_ciphers("@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM")
    # Any number of handshakes in one connection, for each message of a few bytes.
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(("http/1.1",))
    return context
