"""One request and its response on the thread that runs the WSGI application."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from types import TracebackType
from typing import Any, NamedTuple, TypeAlias
from wsgiref.types import WSGIApplication, WSGIEnvironment

from crmsolid.serving.interface import BridgeLimits, EncodedHeaders
from crmsolid.serving.spool import ResponseSpool

ExceptionInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


class Reply(NamedTuple):
    """The response as the event loop gets it: complete in ``body``, or with a spool that its body is read from."""

    status: int
    headers: EncodedHeaders
    body: bytes
    spool: ResponseSpool | None


class Exchange:
    """Runs once, on any thread, and sets the result of ``reply`` on the event loop.

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
        self._written = b""
        self._spool: ResponseSpool | None = None
        self.is_abandoned = False
        self.reply: asyncio.Future[Reply] = loop.create_future()

    def run(self) -> None:
        try:
            if not self.is_abandoned:
                self._respond()
        except BaseException as error:
            # SystemExit would end the thread here, and the server if it reached the event loop.
            self._fail(error)
        finally:
            self._environ["wsgi.input"].close()

    def _respond(self) -> None:
        body: bytes | None
        result = self._app(self._environ, self._start_response)
        try:
            if _is_complete(result):
                body = self._written + b"".join(result)
            elif self._environ["REQUEST_METHOD"] == "HEAD":
                self._take_first_chunk(result)
                body = None
            else:
                body = self._stream(result)
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
        # Last, so that the loop does not wake up while this thread still has work to do under the interpreter lock.
        if self._spool is None:
            self._settle(self._complete_reply(body))
        else:
            self._spool.finish()

    def _take_first_chunk(self, result: Iterable[bytes]) -> None:
        """Take the first chunk, unused: a generator calls start_response only then."""
        if not self._status:
            next(iter(result), None)

    def _stream(self, result: Iterable[bytes]) -> bytes:
        """Pass the chunks to the spool and return the body that did not go through it, which is empty.

        The response starts with its first byte, as PEP 3333 requires, so an error before that is still a clean 500.
        """
        for chunk in self._with_written(iter(result)):
            if self.is_abandoned:
                break
            if chunk:
                self._open_spool().write(chunk)
        return b""

    def _with_written(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The chunks, preceded by what the application passed to ``write`` of PEP 3333 by then."""
        for chunk in chunks:
            yield self._take_written() + chunk
        yield self._take_written()

    def _take_written(self) -> bytes:
        written, self._written = self._written, b""
        return written

    def _open_spool(self) -> ResponseSpool:
        if self._spool is None:
            status, headers, _ = self._encoded_start()
            self._spool = ResponseSpool(self._loop, self._limits)
            self._settle(Reply(status, headers, b"", self._spool))
        return self._spool

    def _complete_reply(self, body: bytes | None) -> Reply:
        """``body`` is None if its length is unknown, as for HEAD on a response that GET would stream."""
        status, headers, has_length = self._encoded_start()
        # RFC 9110 8.6: no Content-Length in a response that can have no content.
        if body is not None and not has_length and status >= 200 and status not in (204, 304):
            headers.append((b"content-length", str(len(body)).encode("ascii")))
        if body is None or self._environ["REQUEST_METHOD"] == "HEAD":
            body = b""
        return Reply(status, headers, body, None)

    def _encoded_start(self) -> tuple[int, EncodedHeaders, bool]:
        if not self._status:
            raise RuntimeError("the WSGI application returned without calling start_response")
        headers = [(_encoded_name(name), value.encode("latin-1")) for name, value in self._headers]
        return int(self._status[:3]), headers, any(name == b"content-length" for name, _ in headers)

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExceptionInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """PEP 3333: a second call needs ``exc_info``, which is raised if the response has been started already."""
        if exc_info is not None and exc_info[1] is not None and self._spool is not None:
            raise exc_info[1].with_traceback(exc_info[2])
        if exc_info is None and self._status:
            raise RuntimeError("the WSGI application called start_response twice")
        self._status = status
        self._headers = headers
        return self._write

    def _write(self, data: bytes) -> None:
        self._written += data

    def _fail(self, error: BaseException) -> None:
        failure = error if isinstance(error, Exception) and not isinstance(error, StopIteration) else _wrapped(error)
        if self._spool is not None:
            self._spool.fail(failure)
        else:
            self._loop.call_soon_threadsafe(_fail_reply, self.reply, failure)

    def _settle(self, reply: Reply) -> None:
        self._loop.call_soon_threadsafe(_settle_reply, self.reply, reply)


def _settle_reply(future: "asyncio.Future[Reply]", reply: Reply) -> None:
    if not future.done():
        future.set_result(reply)
    elif reply.spool is not None:
        reply.spool.close_reader()


def _fail_reply(future: "asyncio.Future[Reply]", failure: Exception) -> None:
    if not future.done():
        future.set_exception(failure)


def _wrapped(error: BaseException) -> RuntimeError:
    """A future refuses StopIteration, and SystemExit would end the event loop."""
    wrapped = RuntimeError(f"the WSGI application raised {type(error).__name__}")
    wrapped.__cause__ = error
    return wrapped


def _is_complete(result: Any) -> bool:
    """Whether the response is not streamed. Django's responses say so; other applications return a list then."""
    return getattr(result, "streaming", None) is False or type(result) in (list, tuple)


@lru_cache(maxsize=256)
def _encoded_name(name: str) -> bytes:
    return name.lower().encode("latin-1")
