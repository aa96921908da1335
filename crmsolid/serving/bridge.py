"""Runs a WSGI application behind an ASGI server, on a pool of threads.

Django's own ASGI handler changes threads for each synchronous middleware and view, on new threads with new database
connections, which takes twice the CPU. Here a request changes to a thread once. It gets the thread when its whole body
has arrived and returns it when its response has been produced, so a slow client never holds one.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from typing import Any, TypeVar
from wsgiref.types import WSGIApplication, WSGIEnvironment

from crmsolid.core.client_ip import address_in, wide_network_of
from crmsolid.serving.admission import NotAdmitted
from crmsolid.serving.exchange import Exchange, Reply
from crmsolid.serving.interface import BridgeLimits, Message, Receive, Scope, Send
from crmsolid.serving.pool import AroundThread, ThreadPool
from crmsolid.serving.pulled import PulledBody
from crmsolid.serving.request import (
    BODY_TOO_LARGE,
    UPLOAD_TOO_SLOW,
    UPLOADS_BUSY,
    Body,
    build_environ,
    read_body,
    refused_body,
    until_disconnect,
)
from crmsolid.serving.slow_requests import MAX_WAIT_SECONDS, TURN, ThreadGroup, Turn, slow_requests
from crmsolid.serving.spool import ResponseSpool
from crmsolid.serving.uploads import Ended, Uploads, UploadSlot

T = TypeVar("T")

# What the environ says of an upload whose body was not kept.
REFUSED = {None: BODY_TOO_LARGE, Ended.BUSY: UPLOADS_BUSY, Ended.TOO_SLOW: UPLOAD_TOO_SLOW}

logger = logging.getLogger(__name__)

Admission = Callable[[WSGIEnvironment, Receive], AbstractAsyncContextManager[None]]


def admit_all(environ: WSGIEnvironment, receive: Receive) -> AbstractAsyncContextManager[None]:
    """The admission of a server without expensive requests."""
    return nullcontext()


def _settle(set_outcome: Callable[[Any], None], future: "asyncio.Future[Any]", outcome: Any) -> None:
    """Set the outcome of a future, unless nobody waits for it any more."""
    if not future.done():
        set_outcome(outcome)


class ReaderStalled(Exception):
    """The client took too long to read a piece of a streamed response."""


class WsgiBridge:
    """An ASGI application for scopes of type http.

    The WSGI application gets a complete body with CONTENT_LENGTH as its real length. If the client sent more than the
    limit, it gets an empty body and ``environ["crmsolid.body_too_large"]``, and answers 413 itself. ``uploads`` says
    who may send more than the limit; ``environ["crmsolid.uploads_busy"]`` then means that others are doing so, and
    ``environ["crmsolid.upload_too_slow"]`` that the body came too slowly. It does not run at all for a client that
    leaves before the end of its body. An exception of the application reaches the server: before the first byte as an
    error, after it as a response that is cut off. A request gets its thread inside the context ``admission(environ,
    receive)``, which may wait, or raise ``NotAdmitted``. Networks of clients take turns at the threads. A request that
    waits for its turn at what may be slow (``slow_requests``) has no thread meanwhile, and one thread at least never
    runs what may be slow.
    """

    def __init__(
        self,
        wsgi_app: WSGIApplication,
        *,
        limits: BridgeLimits | None = None,
        around_thread: AroundThread = nullcontext,
        admission: Admission = admit_all,
        uploads: Uploads | None = None,
    ) -> None:
        self._wsgi_app = wsgi_app
        self._uploads = uploads or Uploads({}, lambda environ: None)
        self._admission = admission
        self._limits = limits or BridgeLimits()
        self._pool = ThreadPool(self._limits.threads, around_thread)
        self._group = ThreadGroup(max(1, self._limits.threads - 1))

    def start(self) -> None:
        self._pool.start()

    def stop(self) -> bool:
        """False if a request was still running after ``shutdown_seconds``."""
        return self._pool.stop(self._limits.shutdown_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = build_environ(scope)
        async with self._uploads.slot(environ) as slot:
            await self._answer(scope, environ, slot, receive, send)

    async def _answer(
        self, scope: Scope, environ: WSGIEnvironment, slot: UploadSlot | None, receive: Receive, send: Send
    ) -> None:
        if slot is None:
            request_body = await read_body(scope, receive, self._limits)
        else:
            request_body = await self._read_upload(scope, environ, slot, receive)
        if request_body is None:
            return
        environ["wsgi.input"] = request_body.file
        environ["CONTENT_LENGTH"] = str(request_body.length)
        if request_body.is_too_large:
            environ[BODY_TOO_LARGE if slot is None else REFUSED[slot.ended]] = True
        exchange = Exchange(self._wsgi_app, environ, asyncio.get_running_loop(), self._limits)
        try:
            async with self._uploads.turn(slot):
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

    async def _read_upload(
        self, scope: Scope, environ: WSGIEnvironment, slot: UploadSlot, receive: Receive
    ) -> Body | None:
        """The body, which may be a large one; ``slot.ended`` says why one was refused that is not too large."""
        allowance = partial(self._allow_upload, slot, environ)
        try:
            body = await slot.read(receive, lambda counted: read_body(scope, counted, self._limits, allowance))
        except OSError:
            logger.exception("a large body could not be kept")  # most likely the disk is full
            slot.ended = Ended.BUSY
            return refused_body(must_close=True)
        return refused_body(must_close=True) if body is None and slot.ended is not None else body

    async def _allow_upload(self, slot: UploadSlot, environ: WSGIEnvironment) -> int:
        """How many bytes the request may have: asked on a thread, before more of it is received."""
        caller = await self._call(partial(self._uploads.authorize, environ), environ)
        await self._uploads.take(slot, environ, caller)
        return slot.max_bytes

    async def _call(self, function: Callable[[], T], environ: WSGIEnvironment) -> T:
        """Call a function on one of the threads."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()

        def run() -> None:
            try:
                value = function()
            except Exception as error:
                loop.call_soon_threadsafe(_settle, result.set_exception, result, error)
            else:
                loop.call_soon_threadsafe(_settle, result.set_result, result, value)

        self._pool.submit(run, wide_network_of(address_in(environ)))
        return await result

    async def _run(self, exchange: Exchange, environ: WSGIEnvironment, receive: Receive) -> Reply | None:
        """The response; None if the client has left before its request was admitted or had its turn."""
        loop, may_run = asyncio.get_running_loop(), asyncio.Event()
        turn = environ[TURN] = Turn(self._group, partial(loop.call_soon_threadsafe, may_run.set))
        try:
            async with self._admission(environ, receive):
                reply = await self._run_on_thread(exchange, environ)
                if reply is None:
                    await self._wait_for_turn(turn, may_run, receive)
                    exchange.again()
                    reply = await self._run_on_thread(exchange, environ)
                return reply
        except NotAdmitted as not_admitted:
            environ["wsgi.input"].close()
            return not_admitted.reply
        finally:
            slow_requests.end(turn)

    async def _run_on_thread(self, exchange: Exchange, environ: WSGIEnvironment) -> Reply | None:
        self._pool.submit(exchange.run, wide_network_of(address_in(environ)))
        return await exchange.reply

    async def _wait_for_turn(self, turn: Turn, may_run: asyncio.Event, receive: Receive) -> None:
        """Return when the request has its turn, or has waited for too long. Raises ``NotAdmitted`` if its client has
        left."""
        awaited = [asyncio.create_task(may_run.wait()), asyncio.create_task(until_disconnect(receive))]
        try:
            await asyncio.wait(awaited, timeout=MAX_WAIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if awaited[1].done():
                raise NotAdmitted(None)
        finally:
            for task in awaited:
                task.cancel()
            slow_requests.stop_waiting(turn)

    async def _send_stream(
        self, start: Message, spool: ResponseSpool | PulledBody, receive: Receive, send: Send
    ) -> None:
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
