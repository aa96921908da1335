"""What is read and kept of an answer, however a receiver answers."""

import asyncio
import gzip
import tracemalloc

import pytest

from crmsolid.core.http import outbound
from crmsolid.core.http.outbound import OutboundError

from .clients import development, send
from .receivers import Visit, answering, receiver

pytestmark = pytest.mark.asyncio


async def test_of_a_gigabyte_only_the_start_is_read() -> None:
    size, written = 1 << 30, 0

    async def gigabyte(visit: Visit) -> None:
        nonlocal written
        await visit.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        while written < size:
            await visit.say(b"\0\xff\xf0a" * 16384)
            written += 65536

    tracemalloc.start()
    async with receiver(gigabyte) as server, development() as client:
        answer = await send(client, server.url)
        await asyncio.wait_for(server.hung_up.wait(), 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (answer.status, answer.error, answer.truncated) == (200, None, True)
    assert answer.body == "\ufffd\ufffd\ufffda" * (outbound.KEPT_BYTES // 4)
    assert written < 16 << 20  # what the buffers of the loopback took
    assert peak < 4 << 20
    assert server.connections == 1


async def test_a_gzip_bomb_is_not_opened() -> None:
    bomb = gzip.compress(b"\0" * (64 << 20))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    said = head + bomb
    tracemalloc.start()
    async with receiver(answering(said)) as server, development() as client:
        answer = await send(client, server.url)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (answer.status, answer.error, answer.truncated) == (200, None, True)
    assert answer.body.encode("utf-8", "replace")[:4] == "\x1f\ufffd".encode()
    assert "\0" not in answer.body
    assert peak < 4 << 20


@pytest.mark.parametrize(("size", "truncated"), [(4096, False), (4097, True), (16384, True), (16385, True)])
async def test_what_is_kept_of_an_answer(size: int, truncated: bool) -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"a" * size
    async with receiver(answering(said)) as server, development() as client:
        answer = await send(client, server.url)
    assert (answer.status, answer.error, answer.truncated) == (200, None, truncated)
    assert answer.body == "a" * 4096


async def test_a_character_split_by_the_cut_is_left_out() -> None:
    text = ("a" + "я" * 3000).encode()
    said = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text
    async with receiver(answering(said)) as server, development() as client:
        answer = await send(client, server.url)
    assert answer.body == "a" + "я" * 2047


async def test_headers_are_safe_to_store() -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Type: \xff\xfe" + b"t" * 500 + b"\r\nContent-Length: 0\r\n\r\n"
    async with receiver(answering(said)) as server, development() as client:
        answer = await send(client, server.url)
    assert answer.headers == {"Content-Type": "\ufffd\ufffd" + "t" * 198}


@pytest.mark.parametrize(
    ("said", "status", "error"),
    [
        (b"", None, OutboundError.CONNECTION_LOST),
        (b"HTTP/1.1 200 OK\r\nContent-Le", None, OutboundError.CONNECTION_LOST),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", 200, OutboundError.CONNECTION_LOST),
        (b"SSH-2.0-OpenSSH_9.6\r\n", None, OutboundError.ANSWER_INVALID),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", None, OutboundError.ANSWER_INVALID),
        (b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 2000 + b"\r\n", None, OutboundError.ANSWER_INVALID),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, None),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, None),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200, None),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", None, OutboundError.ANSWER_INVALID),
    ],
)
async def test_odd_answers(said: bytes, status: int | None, error: OutboundError | None) -> None:
    async def say_and_leave(visit: Visit) -> None:
        await visit.say(said)
        visit.writer.close()
        raise ConnectionResetError

    async with receiver(say_and_leave) as server, development() as client:
        answer = await send(client, server.url)
    assert (answer.status, answer.error) == (status, error)
