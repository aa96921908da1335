"""The WSGI application behind an ASGI server: one hop to a thread and one back.

Django's own ASGI handler hops once per synchronous middleware and view, on new threads with new database connections,
and costs twice the CPU. Here a request takes a thread only when its whole body has arrived, and gives it back when its
response is produced, whether or not the client has taken it: slow clients hold no thread.
"""

import asyncio
from contextlib import nullcontext
from wsgiref.types import WSGIApplication

from crmsolid.serving.body import read_upload
from crmsolid.serving.environ import build_environ
from crmsolid.serving.exchange import Exchange
from crmsolid.serving.limits import BridgeLimits
from crmsolid.serving.pool import AroundThread, ThreadPool
from crmsolid.serving.spool import ResponseSpool
from crmsolid.serving.types import Message, Receive, Scope, Send

BODY_TOO_LARGE = "crmsolid.body_too_large"


class ReaderStalled(Exception):
    """The client took nothing of a streamed response for too long."""


class WsgiBridge:
    """An ASGI application for scopes of type http.

    The WSGI application runs with a body that is all there, CONTENT_LENGTH its real length; or, when the client sent
    more than the limit, with an empty one and `environ["crmsolid.body_too_large"]` true, to answer 413 itself.
    It does not run at all for a client that leaves before the body's end. What it raises reaches the server: as an
    error before the first byte, as a response without a proper end after it.
    """

    def __init__(
        self,
        wsgi_app: WSGIApplication,
        *,
        limits: BridgeLimits | None = None,
        around_thread: AroundThread = nullcontext,
    ) -> None:
        self._wsgi_app = wsgi_app
        self._limits = limits or BridgeLimits()
        self._pool = ThreadPool(self._limits.threads, around_thread)

    def start(self) -> None:
        self._pool.start()

    def stop(self) -> bool:
        """False if a request was still running after `shutdown_seconds`."""
        return self._pool.stop(self._limits.shutdown_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = build_environ(scope)
        upload = await read_upload(environ, receive, self._limits)
        if upload is None:
            return
        environ["wsgi.input"] = upload.file
        environ["CONTENT_LENGTH"] = str(upload.length)
        if upload.is_too_large:
            environ[BODY_TOO_LARGE] = True
        exchange = Exchange(self._wsgi_app, environ, asyncio.get_running_loop(), self._limits)
        try:
            self._pool.submit(exchange.run)
            status, headers, body, spool = await exchange.reply
            if upload.must_close:
                headers.append((b"connection", b"close"))
            start = {"type": "http.response.start", "status": status, "headers": headers}
            if spool is None:
                await send(start)
                await send({"type": "http.response.body", "body": body})
            else:
                await self._send_stream(start, spool, receive, send)
        finally:
            exchange.is_abandoned = True

    async def _send_stream(self, start: Message, spool: ResponseSpool, receive: Receive, send: Send) -> None:
        """Servers differ in whether `send` says that the client is gone; `receive` does in all of them."""
        departure = asyncio.create_task(_until_disconnect(receive))
        departure.add_done_callback(lambda _: spool.leave())
        try:
            await send(start)
            while chunk := await spool.next_chunk():
                await self._send_chunk(chunk, send)
            if not departure.done():
                await send({"type": "http.response.body", "body": b""})
        finally:
            departure.cancel()
            spool.close_reader()

    async def _send_chunk(self, chunk: bytes, send: Send) -> None:
        try:
            async with asyncio.timeout(self._limits.stall_seconds):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except TimeoutError as error:
            raise ReaderStalled(f"the client took nothing for {self._limits.stall_seconds} s") from error


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
