"""The response to one request."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest

from crmsolid.serving.bridge import WsgiBridge
from tests.serving.test_request_environ import scope

Messages = list[dict[str, Any]]


class CountingResponse:
    """A response that counts the chunks taken from it and the calls of ``close``."""

    def __init__(self, chunks: Iterable[bytes], *, streaming: bool) -> None:
        self.streaming = streaming
        self.taken = 0
        self.closed = 0
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.taken += 1
            yield chunk

    def close(self) -> None:
        self.closed += 1


def messages_of(app: WSGIApplication, method: str = "GET") -> Messages:
    """The messages of one request without a body."""
    sent: Messages = []

    async def main() -> None:
        bridge = WsgiBridge(app)
        bridge.start()
        incoming = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> dict[str, Any]:
            if not incoming:
                await asyncio.Event().wait()  # the client stays until the response is through
            return incoming.pop()

        async def send(message: Any) -> None:
            sent.append(message)

        try:
            await bridge(scope(method=method), receive, send)
        finally:
            assert bridge.stop() is True

    asyncio.run(main())
    return sent


def answering(result: Any, status: str = "200 OK", headers: list[tuple[str, str]] | None = None) -> WSGIApplication:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response(status, headers or [])
        return result

    return app


def test_response_that_is_not_streamed_is_two_messages() -> None:
    app = answering([b"hello ", b"world"], "201 Created", [("Content-Type", "text/plain"), ("X-Name", "Ren\xe9")])
    assert messages_of(app) == [
        {
            "type": "http.response.start",
            "status": 201,
            "headers": [(b"content-type", b"text/plain"), (b"x-name", b"Ren\xe9"), (b"content-length", b"11")],
        },
        {"type": "http.response.body", "body": b"hello world"},
    ]


def test_repeated_response_headers_stay_apart() -> None:
    headers = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Length", "2")]
    assert messages_of(answering([b"ok"], headers=headers))[0]["headers"] == [
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
        (b"content-length", b"2"),
    ]


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_response_without_content_has_no_length(status: str) -> None:
    assert messages_of(answering([], status))[0]["headers"] == []


def test_head_has_the_length_of_the_get_response() -> None:
    result = CountingResponse([b"hello"], streaming=False)
    start, body = messages_of(answering(result), "HEAD")
    assert (start["headers"], body["body"], result.closed) == ([(b"content-length", b"5")], b"", 1)


def test_head_of_a_stream_takes_no_chunk() -> None:
    result = CountingResponse([b"hello"], streaming=True)
    start, body = messages_of(answering(result), "HEAD")
    assert (start["headers"], body["body"], result.taken, result.closed) == ([], b"", 0, 1)


def test_empty_stream_is_a_complete_response() -> None:
    result = CountingResponse([b"", b""], streaming=True)
    start, body = messages_of(answering(result))
    assert (start["headers"], body["body"], result.closed) == ([(b"content-length", b"0")], b"", 1)


class PulledChunks:
    """A body that counts the calls of ``close``."""

    def __init__(self, *chunks: bytes | Exception) -> None:
        self.closed = 0
        self._chunks = iter(chunks)

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        if isinstance(chunk, Exception):
            raise chunk
        return chunk

    def close(self) -> None:
        self.closed += 1


def with_pulled(*chunks: bytes | Exception) -> tuple[CountingResponse, PulledChunks]:
    result, pulled = CountingResponse([b"streamed"], streaming=True), PulledChunks(*chunks)
    result.pulled = pulled  # type: ignore[attr-defined]
    return result, pulled


def test_body_that_is_there_already_is_read_as_it_is_sent() -> None:
    result, pulled = with_pulled(b"one", b"two")
    start, *bodies = messages_of(answering(result, headers=[("Content-Length", "6")]))
    assert start["headers"] == [(b"content-length", b"6")]
    assert [each["body"] for each in bodies] == [b"one", b"two", b""]
    assert (result.taken, result.closed, pulled.closed) == (0, 1, 1)


def test_error_in_a_body_that_is_there_already() -> None:
    result, _ = with_pulled(OSError("before"))
    with pytest.raises(OSError, match="before"):
        messages_of(answering(result))
    assert result.closed == 1
    result, pulled = with_pulled(b"one", OSError("after"))
    with pytest.raises(OSError, match="after"):
        messages_of(answering(result))
    assert (result.closed, pulled.closed) == (1, 1)


def test_what_was_compressed_is_streamed() -> None:
    result, pulled = with_pulled(b"one")
    _, body, _ = messages_of(answering(result, headers=[("Content-Encoding", "gzip")]))
    assert (body["body"], result.taken) == (b"streamed", 1)
    assert next(pulled) == b"one"


def start_never(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    return [b"?"]


def raise_value_error(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    raise ValueError("in the view")


def raise_system_exit(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    raise SystemExit(1)


def raise_stop_iteration(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    raise StopIteration


@pytest.mark.parametrize(
    ("app", "error", "message"),
    [
        (start_never, RuntimeError, "without calling start_response"),
        (raise_value_error, ValueError, "in the view"),
        (raise_system_exit, RuntimeError, "raised SystemExit"),
        (raise_stop_iteration, RuntimeError, "raised StopIteration"),
    ],
)
def test_error_before_the_first_byte_reaches_the_server(
    app: WSGIApplication, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        messages_of(app)


def failing(after: int) -> Iterator[bytes]:
    yield from [b"x"] * after
    raise ValueError("midway")


@pytest.mark.parametrize(("streaming", "after"), [(False, 0), (False, 3), (True, 0), (True, 3)])
def test_response_that_fails_is_closed(streaming: bool, after: int) -> None:
    result = CountingResponse(failing(after), streaming=streaming)
    with pytest.raises(ValueError, match="midway"):
        messages_of(answering(result))
    assert result.closed == 1


def test_response_whose_close_fails_is_an_error() -> None:
    class Broken(CountingResponse):
        def close(self) -> None:
            raise OSError("close")

    with pytest.raises(OSError, match="close"):
        messages_of(answering(Broken([b"ok"], streaming=False)))
