"""Runs a WSGI application behind an ASGI server, on a pool of threads.

Django's own ASGI handler changes threads for each synchronous middleware and view, on new threads with new database
connections, which takes twice the CPU. Here a request changes to a thread once. It gets the thread when its whole body
has arrived and returns it when its response has been produced, so a slow client never holds one.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from wsgiref.types import WSGIApplication, WSGIEnvironment

from crmsolid.core.client_ip import address_in, wide_network_of
from crmsolid.serving.admission import NotAdmitted
from crmsolid.serving.exchange import Exchange, Reply
from crmsolid.serving.interface import BridgeLimits, Message, Receive, Scope, Send
from crmsolid.serving.pool import AroundThread, ThreadPool
from crmsolid.serving.request import BODY_TOO_LARGE, build_environ, read_body, until_disconnect
from crmsolid.serving.spool import ResponseSpool

Admission = Callable[[WSGIEnvironment, Receive], AbstractAsyncContextManager[None]]


def admit_all(environ: WSGIEnvironment, receive: Receive) -> AbstractAsyncContextManager[None]:
    """The admission of a server without expensive requests."""
    return nullcontext()


class ReaderStalled(Exception):
    """The client took too long to read a piece of a streamed response."""


class WsgiBridge:
    """An ASGI application for scopes of type http.

    The WSGI application gets a complete body with CONTENT_LENGTH as its real length. If the client sent more than the
    limit, it gets an empty body and ``environ["crmsolid.body_too_large"]``, and answers 413 itself. It does not run at
    all for a client that leaves before the end of its body. An exception of the application reaches the server: before
    the first byte as an error, after it as a response that is cut off. A request gets its thread inside the context
    ``admission(environ, receive)``, which may wait, or raise ``NotAdmitted``. Networks of clients take turns at the
    threads.
    """

    def __init__(
        self,
        wsgi_app: WSGIApplication,
        *,
        limits: BridgeLimits | None = None,
        around_thread: AroundThread = nullcontext,
        admission: Admission = admit_all,
    ) -> None:
        self._wsgi_app = wsgi_app
        self._admission = admission
        self._limits = limits or BridgeLimits()
        self._pool = ThreadPool(self._limits.threads, around_thread)

    def start(self) -> None:
        self._pool.start()

    def stop(self) -> bool:
        """False if a request was still running after ``shutdown_seconds``."""
        return self._pool.stop(self._limits.shutdown_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = build_environ(scope)
        request_body = await read_body(scope, receive, self._limits)
        if request_body is None:
            return
        environ["wsgi.input"] = request_body.file
        environ["CONTENT_LENGTH"] = str(request_body.length)
        if request_body.is_too_large:
            environ[BODY_TOO_LARGE] = True
        exchange = Exchange(self._wsgi_app, environ, asyncio.get_running_loop(), self._limits)
        try:
            reply = await self._run(exchange, environ, receive)
            if reply is None:
                return
            status, headers, body, spool = reply
            if request_body.must_close:
                headers = [*headers, (b"connection", b"close")]  # the admission may use its list again
            start = {"type": "http.response.start", "status": status, "headers": headers}
            if spool is None:
                await send(start)
                await send({"type": "http.response.body", "body": body})
            else:
                await self._send_stream(start, spool, receive, send)
        finally:
            exchange.is_abandoned = True

    async def _run(self, exchange: Exchange, environ: WSGIEnvironment, receive: Receive) -> Reply | None:
        """The response; None if the client has left before its request was admitted."""
        try:
            async with self._admission(environ, receive):
                self._pool.submit(exchange.run, wide_network_of(address_in(environ)))
                return await exchange.reply
        except NotAdmitted as not_admitted:
            environ["wsgi.input"].close()
            return not_admitted.reply

    async def _send_stream(self, start: Message, spool: ResponseSpool, receive: Receive, send: Send) -> None:
        """Whether ``send`` fails once the client has left differs between servers; ``receive`` reports it in all."""
        disconnected = asyncio.create_task(until_disconnect(receive))
        disconnected.add_done_callback(lambda _: spool.reader_left())
        try:
            await send(start)
            while chunk := await spool.next_chunk():
                try:
                    async with asyncio.timeout(self._limits.stall_seconds):
                        await send({"type": "http.response.body", "body": chunk, "more_body": True})
                except TimeoutError as error:
                    raise ReaderStalled(f"the client did not read a piece in {self._limits.stall_seconds} s") from error
            if not disconnected.done():
                await send({"type": "http.response.body", "body": b""})
        finally:
            disconnected.cancel()
            spool.close_reader()
