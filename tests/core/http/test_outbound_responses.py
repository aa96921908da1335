"""What is read and kept of a response, whatever a receiver sends."""

import asyncio
import gzip
import tracemalloc

import pytest

from crmsolid.core.http import outbound
from crmsolid.core.http.outbound import OutboundError

from .clients import local_client, send
from .receivers import Request, answering, receiver

pytestmark = pytest.mark.asyncio


async def test_only_the_start_of_a_gigabyte_is_read() -> None:
    size, written = 1 << 30, 0

    async def gigabyte(request: Request) -> None:
        nonlocal written
        await request.reply(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        while written < size:
            await request.reply(b"\0\xff\xf0a" * 16384)
            written += 65536

    tracemalloc.start()
    async with receiver(gigabyte) as server, local_client() as client:
        response = await send(client, server.url)
        await asyncio.wait_for(server.client_left.wait(), 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (response.status, response.error, response.truncated) == (200, None, True)
    assert response.body == "\ufffd\ufffd\ufffda" * (outbound.KEPT_BYTES // 4)
    assert written < 16 << 20  # what the buffers of the loopback took
    assert peak < 4 << 20
    assert server.connections == 1


async def test_gzip_bomb_is_not_decompressed() -> None:
    bomb = gzip.compress(b"\0" * (64 << 20))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    raw = head + bomb
    tracemalloc.start()
    async with receiver(answering(raw)) as server, local_client() as client:
        response = await send(client, server.url)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (response.status, response.error, response.truncated) == (200, None, True)
    assert response.body.encode("utf-8", "replace")[:4] == "\x1f\ufffd".encode()
    assert "\0" not in response.body
    assert peak < 4 << 20


@pytest.mark.parametrize(("size", "truncated"), [(4096, False), (4097, True), (16384, True), (16385, True)])
async def test_first_4096_bytes_of_a_body_are_kept(size: int, truncated: bool) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"a" * size
    async with receiver(answering(raw)) as server, local_client() as client:
        response = await send(client, server.url)
    assert (response.status, response.error, response.truncated) == (200, None, truncated)
    assert response.body == "a" * 4096


async def test_character_split_by_the_cut_is_left_out() -> None:
    text = ("a" + "я" * 3000).encode()
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text
    async with receiver(answering(raw)) as server, local_client() as client:
        response = await send(client, server.url)
    assert response.body == "a" + "я" * 2047


async def test_kept_headers_are_short_valid_text() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: \xff\xfe" + b"t" * 500 + b"\r\nContent-Length: 0\r\n\r\n"
    async with receiver(answering(raw)) as server, local_client() as client:
        response = await send(client, server.url)
    assert response.headers == {"Content-Type": "\ufffd\ufffd" + "t" * 198}


@pytest.mark.parametrize(
    ("raw", "status", "error"),
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
async def test_unusual_responses(raw: bytes, status: int | None, error: OutboundError | None) -> None:
    async def reply_and_leave(request: Request) -> None:
        await request.reply(raw)
        request.writer.close()
        raise ConnectionResetError

    async with receiver(reply_and_leave) as server, local_client() as client:
        response = await send(client, server.url)
    assert (response.status, response.error) == (status, error)
