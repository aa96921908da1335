"""uvicorn's HTTP/1.1 protocol with bounds on what a client may send before any application runs, with problem documents
for what is refused there, and without chunks for clients of HTTP/1.0.

A request that is refused here has no key yet, so the answer carries no rate limit and closes the connection.
"""

import asyncio
import re
import socket
import struct
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from crmsolid.core.errors import DomainError
from crmsolid.serving.connections import Awaited, ConnectionLimits, ConnectionTable
from crmsolid.serving.interface import AsgiApplication, Message, Receive, Scope, Send
from crmsolid.serving.request import refusal
from crmsolid.serving.shutdown import shutdown

KNOWN_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
# The event loop hands over up to 256 KiB at once. The bounds are checked after each piece of this size.
PIECE_BYTES = 16 * 1024
# A whole request line, however unknown its method.
REQUEST_LINE = re.compile(rb"(?:\r?\n)*[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^\s]+ HTTP/1\.[01]\r?\n")
# How long a client may take to accept the answer to a refused request.
CLOSE_SECONDS = 1.0


def build_protocol(limits: ConnectionLimits) -> "type[ProblemProtocol]":
    """The protocol class for one server."""
    return type("ServerProtocol", (ProblemProtocol,), {"table": ConnectionTable(limits)})


class ProblemProtocol(HttpToolsProtocol):
    """An unknown method in a request line of HTTP/1.0 or HTTP/1.1 and a transfer coding other than ``chunked`` are
    ``not_implemented`` (501), anything else that is no request of these versions is ``bad_request``.

    Request line and headers over ``max_head_bytes`` or ``max_header_lines`` are ``headers_too_large`` (431). Trailers
    count as headers, but are ignored. A request of HTTP/1.1 has one Host header, one of HTTP/1.0 at most one. The
    framing of a chunked body may take as many bytes as its content besides. A request that follows one whose answer is
    not complete is not answered when it is refused: the connection closes after the earlier answers.

    The answer to a client of HTTP/1.0 has no chunks: it ends with the connection if its length is not known.
    """

    table: ConnectionTable

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._has_begun = False  # bytes of the next request have arrived
        self._in_body = False
        self._is_refused = False  # what arrives from now on is discarded
        # The bytes of the request besides its content, less its content.
        self._excess_bytes = 0
        self._header_lines = 0
        self._head_bytes = 0
        self._abort_timer: asyncio.TimerHandle | None = None
        self._running: RequestResponseCycle | None = None
        self._path: bytes | None = None  # of the request whose headers have arrived
        self.table.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.table.remove(self)
        if self._abort_timer is not None:  # it would keep what was received in memory
            self._abort_timer.cancel()
        if self._running is not None and not self._running.response_complete:
            # uvicorn tells the newest request only, and not the one before it that is being answered.
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server shuts down: what has no end by itself has to end, and all other answers are completed."""
        shutdown().begin()
        super().shutdown()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        if cycle.scope["http_version"] != "1.1":
            app = _without_chunks(cycle, app)
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if not self._has_begun:
            self._has_begun = True
            # The time for the headers of the first request counts from the connection.
            self.table.update(self, restart=self.cycle is not None)
        view = memoryview(data)
        for start in range(0, len(view), PIECE_BYTES):
            if self._is_refused or self.transport.is_closing():
                return
            self._parse(view[start : start + PIECE_BYTES])

    def _parse(self, piece: memoryview) -> None:
        self._excess_bytes += len(piece)
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            # There is no other protocol here. The request is answered, but what follows it need not be HTTP.
            self._close_after_answers()
        except httptools.HttpParserError as error:
            if not self._is_refused:
                self._refuse(_describe(error, piece))
        else:
            if self._excess_bytes > self.table.limits.max_head_bytes:
                self._refuse(self._too_many_bytes())

    def _too_many_bytes(self) -> DomainError:
        if self._in_body:
            return DomainError("bad_request", "the chunked body has more framing than content")
        limit = self.table.limits.max_head_bytes
        return DomainError("headers_too_large", f"request line and headers may have at most {limit} bytes")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._has_begun = True
        self._header_lines = self._head_bytes = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Also called for each trailer."""
        self._header_lines += 1
        if self._header_lines > self.table.limits.max_header_lines:
            limit = self.table.limits.max_header_lines
            raise DomainError("headers_too_large", f"a request may have at most {limit} header lines")
        if not self._in_body:
            self._head_bytes += len(name) + len(value) + 4  # ": " and the end of the line
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= self.table.limits.max_pipelined:
            raise DomainError("bad_request", "too many requests wait on this connection")
        if len(self.url) + self._head_bytes > self.table.limits.max_head_bytes:
            raise self._too_many_bytes()  # in the piece in which they also end
        target = httptools.parse_url(self.url)
        if not target.path:  # http://host?query: uvicorn needs a path
            self.url = b"/?" + target.query if target.query else b"/"
        self._path = target.path or b"/"
        self._check_framing()
        super().on_headers_complete()
        self._in_body = True
        self.table.update(self)

    def _check_framing(self) -> None:
        """Refuse what a proxy before this server might read in another way than the server does."""
        version = self.parser.get_http_version()
        if version not in ("1.0", "1.1"):
            raise DomainError("bad_request", "the server understands HTTP/1.1 and HTTP/1.0")
        is_old = version != "1.1"
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and not is_old):  # RFC 9112, 3.2
            raise DomainError("bad_request", "a request of HTTP/1.1 has one Host header")
        codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
        if codings and is_old:  # RFC 9112, 6.1
            raise DomainError("bad_request", "a request of HTTP/1.0 has no Transfer-Encoding")
        if codings not in ([], [b"chunked"]):
            raise DomainError("not_implemented", "the only transfer coding here is chunked")
        lengths = [value for name, value in self.headers if name == b"content-length"]
        if self.parser.should_upgrade() and (codings or any(value.strip(b" \t0") for value in lengths)):
            # The parser takes the body for bytes of the other protocol.
            raise DomainError("bad_request", "a request with a body cannot ask for another protocol (Upgrade)")

    def on_body(self, body: bytes) -> None:
        self._excess_bytes -= 2 * len(body)
        self.table.receive_body(self, len(body))
        if not self.cycle.response_complete:  # otherwise it is discarded
            self.table.hold_body(self, len(body))
            if self._is_refused:  # by the table, which has sent the answer: parse no more, or the request would run
                raise DomainError("service_unavailable")
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_body = self._has_begun = False
        self._path = None
        self._excess_bytes = 0
        self.table.update(self)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:  # of the last request of this connection: no body is kept any more
            self.table.release_body(self)
        self.table.update(self)

    def awaited(self) -> Awaited | None:
        if self._is_answering():
            return None
        if self._in_body:
            return Awaited.BODY
        return None if self.unsent_bytes() else Awaited.REQUEST

    def _is_answering(self) -> bool:
        """Whether a complete request has not been answered yet."""
        has_cycle = self.cycle is not None and not self.cycle.response_complete
        return bool(self.pipeline) or (has_cycle and not self._in_body)

    def _refuse(self, error: DomainError) -> None:
        """Earlier answers are completed; the error is sent only if all of them have been read."""
        if self._is_answering():
            self._close_after_answers()
        elif self.unsent_bytes():
            self._is_refused = True
            self.transport.close()
        else:
            self.end(error)

    def _close_after_answers(self) -> None:
        self._is_refused = True
        if self._in_body:  # an incomplete request, which waits for an earlier answer, must not run
            self.pipeline.popleft()
            assert self._running is not None
            self.cycle = self.pipeline[0][0] if self.pipeline else self._running
            self._in_body = False
        self.cycle.keep_alive = False

    def end(self, error: DomainError) -> None:
        """Close the connection; with this answer if the client has begun a request and got none yet."""
        self._is_refused = True
        self.table.remove(self)
        has_answer = self._in_body and self.cycle.response_started
        if not self._has_begun or has_answer or self.unsent_bytes():
            return self.abort()
        status, headers, body = refusal(error) if self._path is None else refusal(error, self._path, self.headers)
        if self._path is not None and self.parser.get_method() == b"HEAD":
            body = b""
        headers = [*self.server_state.default_headers, *headers, (b"connection", b"close")]
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
        lines += [name + b": " + value for name, value in headers]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self.transport.close()
        self._abort_timer = self.loop.call_later(CLOSE_SECONDS, self.abort)

    def abort(self) -> None:
        self.transport.abort()

    def unsent_bytes(self) -> int:
        return self.transport.get_write_buffer_size()

    def may_send(self) -> bool:
        return not (self.flow.read_paused or self.cycle.waiting_for_100_continue)


def _describe(error: httptools.HttpParserError, piece: memoryview) -> DomainError:
    if isinstance(error, httptools.HttpParserCallbackError) and isinstance(error.__context__, DomainError):
        return error.__context__
    # The parser takes for a method whatever comes first, for example a TLS handshake.
    if isinstance(error, httptools.HttpParserInvalidMethodError) and REQUEST_LINE.match(piece):
        return DomainError("not_implemented", f"there is no such method; use {KNOWN_METHODS}")
    return DomainError("bad_request", "the request is not valid HTTP/1.1")


def _without_chunks(cycle: RequestResponseCycle, app: AsgiApplication) -> AsgiApplication:
    """The application, whose responses without a length end with the connection: HTTP/1.0 has no chunks.

    It sets two attributes of uvicorn's cycle (0.54) that decide between chunks and a length. A response that fails on
    its way resets the connection, whose end would otherwise look like the end of the response.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        ends_with_connection = False

        async def send_whole(message: Message) -> None:
            nonlocal ends_with_connection
            if message["type"] == "http.response.start":
                ends_with_connection = all(name.lower() != b"content-length" for name, _ in message["headers"])
                if ends_with_connection:
                    cycle.chunked_encoding = False
            elif ends_with_connection:
                cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        try:
            await app(scope, receive, send_whole)
        finally:
            is_open = not (cycle.disconnected or cycle.transport.is_closing())
            if ends_with_connection and not cycle.response_complete and is_open:
                _reset(cycle.transport)

    return answer


def _reset(transport: asyncio.Transport) -> None:
    with suppress(OSError):  # the client has left
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
