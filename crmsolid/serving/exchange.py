"""One request and its response on the thread that runs the WSGI application.

Of PEP 3333 only what Django uses is supported: ``start_response`` is called once, before the application returns, and
its result ``write`` is not called.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from wsgiref.types import WSGIApplication, WSGIEnvironment

from crmsolid.serving.interface import BridgeLimits, EncodedHeaders
from crmsolid.serving.pulled import Chunks, PulledBody
from crmsolid.serving.slow_requests import TryAgain, slow_requests, turn_of
from crmsolid.serving.spool import ResponseSpool


class Reply(NamedTuple):
    """The response as the event loop gets it: complete in ``body``, or with what its body is read from."""

    status: int
    headers: EncodedHeaders
    body: bytes
    spool: ResponseSpool | PulledBody | None


class Exchange:
    """Runs on any thread, and sets the result of ``reply`` on the event loop: None if the request has to wait for its
    turn. It may run once more then, after ``again``.

    The loop sets ``is_abandoned`` once nobody waits for the response. A request that has not begun is then skipped, and
    a streamed response stops at its next chunk. ``close`` of the response is called in every case.
    """

    def __init__(
        self, app: WSGIApplication, environ: WSGIEnvironment, loop: asyncio.AbstractEventLoop, limits: BridgeLimits
    ) -> None:
        self._app = app
        self._environ = environ
        self._loop = loop
        self._limits = limits
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._spool: ResponseSpool | None = None
        self._pulled: Reply | None = None
        self.is_abandoned = False
        self.reply: asyncio.Future[Reply | None] = loop.create_future()

    def again(self) -> None:
        """Prepare another run: the application reads the body from its beginning."""
        self._environ["wsgi.input"].seek(0)
        self.reply = self._loop.create_future()

    def run(self) -> None:
        has_to_wait = False
        try:
            if not self.is_abandoned:
                self._respond()
        except TryAgain:
            has_to_wait = True
            self._loop.call_soon_threadsafe(self._settle, None)
        except BaseException as error:
            failure = error
            # A future refuses StopIteration. SystemExit would end this thread, or the server from the event loop.
            if not isinstance(failure, Exception) or isinstance(failure, StopIteration):
                failure = RuntimeError(f"the WSGI application raised {type(error).__name__}")
                failure.__cause__ = error
            if self._spool is not None:
                self._spool.finish(failure)
            else:
                self._loop.call_soon_threadsafe(self._settle, failure)
        finally:
            if not has_to_wait:
                self._environ["wsgi.input"].close()
                if (turn := turn_of(self._environ)) is not None:
                    slow_requests.complete(turn)

    def _respond(self) -> None:
        is_head = self._environ["REQUEST_METHOD"] == "HEAD"
        body: bytes | None = None
        # A copy, because Django adds to it, and the request may run once more.
        result: Any = self._app({**self._environ}, self._start_response)
        try:
            if not self._status:
                raise RuntimeError("the WSGI application returned without calling start_response")
            status = int(self._status[:3])
            headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self._headers]
            # Whether it is not streamed. Django's responses say so; other applications return a list then.
            if getattr(result, "streaming", None) is False or type(result) in (list, tuple):
                body = b"".join(result)
            elif not is_head:
                body = b""
                # What Django has compressed is another content.
                is_changed = any(name == b"content-encoding" for name, _ in headers)
                pulled: Chunks | None = None if is_changed else getattr(result, "pulled", None)
                if pulled is not None and (first := next(pulled, b"")):
                    self._pulled = Reply(status, headers, b"", PulledBody(first, pulled))
                elif pulled is None:
                    self._stream(result, status, headers)
        finally:
            if hasattr(result, "close"):
                result.close()
        # Last, so that the loop does not wake up while this thread still has work to do under the interpreter lock.
        if self._pulled is not None:
            self._loop.call_soon_threadsafe(self._settle, self._pulled)
            return
        if self._spool is not None:
            self._spool.finish()
            return
        # RFC 9110 8.6: no Content-Length in a response that can have no content. The length of a stream is unknown.
        has_length = any(name == b"content-length" for name, _ in headers)
        if body is not None and not has_length and status >= 200 and status not in (204, 304):
            headers.append((b"content-length", str(len(body)).encode("ascii")))
        reply = Reply(status, headers, b"" if is_head or body is None else body, None)
        self._loop.call_soon_threadsafe(self._settle, reply)

    def _stream(self, chunks: Iterable[bytes], status: int, headers: EncodedHeaders) -> None:
        for chunk in chunks:
            if self.is_abandoned:
                return
            if not chunk:
                continue
            if self._spool is None:  # the first byte starts the response, so an error before is a clean 500
                self._spool = ResponseSpool(self._loop, self._limits)
                self._loop.call_soon_threadsafe(self._settle, Reply(status, headers, b"", self._spool))
            self._spool.write(chunk)

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        self._status, self._headers = status, headers
        return _refuse_write

    def _settle(self, outcome: Reply | Exception | None) -> None:
        """On the event loop."""
        if self.reply.done():
            if isinstance(outcome, Reply) and outcome.spool is not None:
                outcome.spool.close_reader()
        elif isinstance(outcome, Exception):
            self.reply.set_exception(outcome)
        else:
            self.reply.set_result(outcome)


def _refuse_write(data: bytes) -> object:
    raise NotImplementedError("write() of PEP 3333 is not supported")
