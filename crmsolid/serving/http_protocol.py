"""uvicorn's HTTP/1.1 protocol with bounds on what a client may send before any application runs, and with problem
documents for what is refused there.

A request that is refused here has no key yet, so the answer carries no rate limit and closes the connection.
"""

import asyncio
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from crmsolid.core.errors import DomainError
from crmsolid.serving.connections import Awaited, ConnectionLimits, ConnectionTable
from crmsolid.serving.request import refusal
from crmsolid.serving.shutdown import shutdown

ALLOWED_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
# The event loop hands over up to 256 KiB at once. The bounds are checked after each piece of this size.
PIECE_BYTES = 16 * 1024
# How long a client may take to accept the answer to a refused request.
CLOSE_SECONDS = 1.0


def build_protocol(limits: ConnectionLimits) -> "type[ProblemProtocol]":
    """The protocol class for one server."""
    return type("ServerProtocol", (ProblemProtocol,), {"table": ConnectionTable(limits)})


class ProblemProtocol(HttpToolsProtocol):
    """A method that HTTP does not know is ``method_not_allowed`` (405), any other malformed request ``bad_request``.

    Request line and headers over ``max_head_bytes`` or ``max_header_lines`` are ``headers_too_large`` (431). Trailers
    count as headers, but are ignored. A request of HTTP/1.1 has one Host header, one of HTTP/1.0 at most one. The
    framing of a chunked body may take as many bytes as its content besides. A request that follows one whose answer is
    not complete is not answered when it is refused: the connection closes after the earlier answers.
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
                self._refuse(_describe(error))
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
        hosts = sum(name == b"host" for name, _ in self.headers)
        # RFC 9112, 3.2. A proxy before this server might go by another one of two than the server does.
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() != "1.0"):
            raise DomainError("bad_request", "a request of HTTP/1.1 has one Host header")
        super().on_headers_complete()
        self._in_body = True
        self.table.update(self)

    def on_body(self, body: bytes) -> None:
        self._excess_bytes -= 2 * len(body)
        if not self.cycle.response_complete:  # otherwise it is discarded
            self.table.hold_body(self, len(body))
            if self._is_refused:  # by the table, which has sent the answer: parse no more, or the request would run
                raise DomainError("service_unavailable")
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_body = self._has_begun = False
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
        self.cycle.keep_alive = False

    def end(self, error: DomainError) -> None:
        """Close the connection; with this answer if the client has begun a request and got none yet."""
        self._is_refused = True
        self.table.remove(self)
        has_answer = self._in_body and self.cycle.response_started
        if not self._has_begun or has_answer or self.unsent_bytes():
            return self.abort()
        status, headers, body = refusal(error)
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
        lines += [name + b": " + value for name, value in [*headers, (b"connection", b"close")]]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self.transport.close()
        self._abort_timer = self.loop.call_later(CLOSE_SECONDS, self.abort)

    def abort(self) -> None:
        self.transport.abort()

    def unsent_bytes(self) -> int:
        return self.transport.get_write_buffer_size()


def _describe(error: httptools.HttpParserError) -> DomainError:
    if isinstance(error, httptools.HttpParserCallbackError) and isinstance(error.__context__, DomainError):
        return error.__context__
    if isinstance(error, httptools.HttpParserInvalidMethodError):
        detail = f"there is no such method; use {ALLOWED_METHODS}"
        return DomainError("method_not_allowed", detail, headers={"Allow": ALLOWED_METHODS})
    return DomainError("bad_request", "the request is not valid HTTP/1.1")
