"""The client as a courier: bytes, deadline, limits, connections."""

import asyncio
import contextlib
import gzip
import socket
import ssl
import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import ResolveResult

from crmsolid.core import outbound
from crmsolid.core.outbound import OutboundClient, OutboundError
from crmsolid.core.resolver import ThreadedResolver
from webhooks.holding import PLACES_PROBING

from .clients import BODY, OK, PUBLIC, Names, development, send
from .receivers import Visit, answering, authority, dripping, hanging, receiver

pytestmark = pytest.mark.asyncio

SLACK_MS = 4000  # before this a short deadline has ended it; the machine may be busy, what is ended goes on for ever


class Unresolvable(Names):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def test_sends_the_frozen_bytes_and_reports_the_answer() -> None:
    head = b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Type: text/plain\r\nX-Other: 1\r\nContent-Length: 5\r\n"
    async with receiver(answering(head + b"\r\nlater")) as server, development() as client:
        answer = await client.post(server.url, headers={"X-Signature": "sha256=ab", "accept-encoding": "br"}, body=BODY)
    assert (answer.status, answer.error, answer.body, answer.truncated) == (503, None, "later", False)
    assert answer.headers == {"Content-Type": "text/plain", "Retry-After": "7"}
    visit = server.visits[0]
    lines = visit.head.lower().split(b"\r\n")
    assert lines[0] == b"post /hook http/1.1"
    assert visit.body == BODY
    assert b"x-signature: sha256=ab" in lines
    assert b"user-agent: crmsolid-webhooks/1" in lines
    assert [line for line in lines if line.startswith(b"accept-encoding")] == [b"accept-encoding: identity"]


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"HTTP/1.1 200 ", id="within the status line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Drip: ", id="within a header"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ", id="after a provisional answer"),
    ],
)
async def test_headers_that_drip_end_at_the_deadline(start: bytes) -> None:
    async with receiver(dripping(start, every=0.05)) as server, development(deadline=0.5) as client:
        answer = await send(client, server.url)
        await asyncio.wait_for(server.hung_up.wait(), 20)
    assert (answer.status, answer.error, answer.body) == (None, OutboundError.TIMEOUT, "")
    assert 500 <= answer.duration_ms < SLACK_MS


async def test_a_body_that_drips_ends_at_the_deadline_and_keeps_what_came() -> None:
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nstart "
    async with receiver(dripping(start, every=0.05)) as server, development(deadline=0.5) as client:
        answer = await send(client, server.url)
        await asyncio.wait_for(server.hung_up.wait(), 20)
    assert (answer.status, answer.error) == (200, OutboundError.TIMEOUT)
    assert answer.body.startswith("start x")
    assert 500 <= answer.duration_ms < SLACK_MS


async def test_the_deadline_is_ten_seconds_unless_told() -> None:
    assert outbound.DEADLINE_SECONDS == 10
    assert OutboundClient()._deadline == 10


async def test_a_receiver_that_hangs_delays_no_other() -> None:
    async with receiver(hanging) as dead, receiver(answering(OK)) as alive, development(deadline=1.0) as client:
        stuck = [asyncio.create_task(send(client, dead.url)) for _ in range(20)]
        quick = await asyncio.gather(*[send(client, alive.url) for _ in range(20)])
        assert not any(task.done() for task in stuck)
        ended = await asyncio.gather(*stuck)
    assert {answer.status for answer in quick} == {200}
    assert {(answer.status, answer.error) for answer in ended} == {(None, OutboundError.TIMEOUT)}
    assert max(answer.duration_ms for answer in ended) < SLACK_MS


async def test_a_name_server_that_hangs_ends_at_the_deadline() -> None:
    class Silent(Names):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            await asyncio.Event().wait()
            raise AssertionError

    async with OutboundClient(deadline=0.3, resolver=Silent([])) as client:
        answer = await send(client, "https://hook.example.com/")
    assert (answer.status, answer.error) == (None, OutboundError.TIMEOUT)
    assert 300 <= answer.duration_ms < SLACK_MS


async def test_a_receiver_that_never_reads_ends_at_the_deadline() -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        async with development(deadline=0.4) as client:
            answer = await send(client, f"http://127.0.0.1:{listener.getsockname()[1]}/", b"x" * 900_000)
    assert (answer.status, answer.error) == (None, OutboundError.TIMEOUT)


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


async def test_a_connection_is_reused() -> None:
    async with receiver(answering(OK)) as server, development() as client:
        answers = [await send(client, server.url) for _ in range(5)]
    assert [answer.body for answer in answers] == ["ok"] * 5
    assert (len(server.visits), server.connections) == (5, 1)


@pytest.mark.parametrize("tls", [False, True])
async def test_a_kept_connection_that_ends_is_replaced_at_once(tmp_path: Path, tls: bool) -> None:
    """Each connection serves one request and ends at the second without a word, as at the end of a keep-alive."""
    authorities = authority(tmp_path, "hook.example.com")

    async def once(visit: Visit) -> None:
        if sum(each.writer is visit.writer for each in server.visits) > 1:
            raise ConnectionResetError
        await visit.say(OK)

    async with receiver(once, tls=authorities.server if tls else None) as server:
        client = OutboundClient(allow_private=True, resolver=Names(["127.0.0.1"]), ssl_context=authorities.client)
        url = f"{'https' if tls else 'http'}://hook.example.com:{server.port}/"
        async with client:
            answers = [await send(client, url) for _ in range(3)]
    assert [(answer.status, answer.error) for answer in answers] == [(200, None)] * 3
    assert {visit.body for visit in server.visits} == {BODY}
    assert (server.connections, len(server.visits)) == (3, 4)


async def test_a_new_connection_that_ends_is_not_tried_again() -> None:
    async def leave(visit: Visit) -> None:
        raise ConnectionResetError

    async with receiver(leave) as server, development() as client:
        answer = await send(client, server.url)
    assert (answer.status, answer.error) == (None, OutboundError.CONNECTION_LOST)
    assert len(server.visits) == 1


async def test_a_second_connection_has_what_is_left_of_the_deadline() -> None:
    async def slow(visit: Visit) -> None:
        if len(server.visits) == 1:
            await visit.say(OK)
            return
        if len(server.visits) == 2:
            await asyncio.sleep(1.5)
            raise ConnectionResetError
        await hanging(visit)

    async with receiver(slow) as server, development(deadline=2.0) as client:
        assert (await send(client, server.url)).status == 200
        answer = await send(client, server.url)
    assert (answer.status, answer.error, len(server.visits)) == (None, OutboundError.TIMEOUT, 3)
    assert 2000 <= answer.duration_ms < 3400  # with a deadline of its own it would take 3.5 s


async def test_a_name_that_is_not_found_is_asked_for_once() -> None:
    names = Unresolvable([])
    async with OutboundClient(resolver=names) as client:
        answer = await send(client, "https://hook.example.com/")
    assert (answer.error, names.asked) == (OutboundError.DNS_FAILED, ["hook.example.com"])


async def test_no_cookie_goes_from_one_request_to_the_next() -> None:
    said = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: 0\r\n\r\n"
    async with receiver(answering(said)) as server, development() as client:
        # A name: cookie jars leave IP addresses out.
        url = f"http://localhost:{server.port}/"
        assert [(await send(client, url)).status for _ in range(2)] == [200, 200]
    assert b"cookie" not in server.visits[1].head.lower()


async def test_an_unknown_name() -> None:
    async with OutboundClient(resolver=Unresolvable([])) as client:
        answer = await send(client, "https://hook.example.com/")
    assert (answer.status, answer.error) == (None, OutboundError.DNS_FAILED)


async def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        async with development() as client:
            answer = await send(client, f"http://127.0.0.1:{unused.getsockname()[1]}/")
    assert (answer.status, answer.error) == (None, OutboundError.CONNECTION_FAILED)


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


async def test_a_host_has_a_limited_number_of_places() -> None:
    running = most = 0
    release = asyncio.Event()

    async def count(visit: Visit) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await release.wait()
        running -= 1
        await visit.say(OK)

    async with receiver(count) as server, development(per_host=3) as client:
        tasks = [asyncio.create_task(send(client, server.url)) for _ in range(9)]
        while running < 3:
            await asyncio.sleep(0.01)
        release.set()
        answers = await asyncio.gather(*tasks)
    assert {answer.status for answer in answers} == {200}
    assert (most, server.connections) == (3, 3)


async def test_no_place_in_time_is_busy_and_unsent() -> None:
    async with receiver(hanging) as server, development(deadline=1.0, per_host=1) as client:
        started = time.monotonic()
        answers = await asyncio.gather(*[send(client, server.url) for _ in range(3)])
        elapsed = time.monotonic() - started
    errors = sorted(str(answer.error) for answer in answers)
    assert errors.count("busy") >= 1 and set(errors) == {"busy", "timeout"}
    assert len(server.visits) == errors.count("timeout")
    assert elapsed < 2.9  # one after the other would be 3
    assert len(client._places) == 0


async def test_who_came_with_those_that_hang_gets_the_places_they_leave() -> None:
    async with receiver(hanging) as server, development(deadline=2.0, per_host=5) as client:
        answers = await asyncio.gather(*[send(client, server.url) for _ in range(10)])
    assert [str(answer.error) for answer in answers] == ["timeout"] * 10
    assert len(server.visits) == 10


async def test_cancelling_a_call_gives_its_place_back() -> None:
    async with receiver(hanging) as server, development(deadline=30, per_host=1) as client:
        task = asyncio.create_task(send(client, server.url))
        while not server.visits:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.hung_up.wait(), 20)
        assert len(client._places) == 0


async def test_headers_that_hold_a_line_break_are_an_error_of_ours() -> None:
    async with receiver(answering(OK)) as server, development() as client:
        with pytest.raises(ValueError, match="header injection"):
            await client.post(server.url, headers={"X-Signature": "a\r\nX-Evil: 1"}, body=b"")
    assert server.visits == []


async def test_the_own_resolver_finds_names_and_refuses_broken_ones() -> None:
    async with contextlib.AsyncExitStack() as stack:
        resolver = ThreadedResolver()
        stack.push_async_callback(resolver.close)
        found = await resolver.resolve("localhost", 8080)
        assert {entry["port"] for entry in found} == {8080}
        assert "127.0.0.1" in {entry["host"] for entry in found}
        with pytest.raises(socket.gaierror):
            await resolver.resolve("a" * 70 + ".example.com", 443)


async def test_names_that_hang_leave_threads_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as a pump has in hand for endpoints that do not answer."""
    go_on = threading.Event()

    def look_up(host: str, *_: object, **__: object) -> list[Any]:
        if host.startswith("dead"):
            assert go_on.wait(20)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, 443))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    resolver = ThreadedResolver()
    dead = [asyncio.create_task(resolver.resolve(f"dead{number}.example.com", 443)) for number in range(PLACES_PROBING)]
    try:
        [found] = await asyncio.wait_for(resolver.resolve("alive.example.com", 443), 10)
        assert found["host"] == PUBLIC
        assert not any(task.done() for task in dead)
    finally:
        go_on.set()
        await asyncio.gather(*dead)
        await resolver.close()


async def test_the_client_must_be_entered() -> None:
    with pytest.raises(RuntimeError, match="outside of its context"):
        await OutboundClient(allow_private=True).post("http://127.0.0.1:9/", headers={}, body=b"")


async def test_certificates_are_verified_by_the_system_unless_told() -> None:
    async with OutboundClient(resolver=Names([PUBLIC])) as client:
        assert client._session is not None
        connector = client._session.connector
        assert isinstance(connector, aiohttp.TCPConnector)
        assert connector._ssl is True
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED
