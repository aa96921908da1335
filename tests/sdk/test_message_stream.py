"""How the stream of messages begins, goes on and ends, without a network."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace

import httpx
import pytest

from crmsolid_client import AsyncCrmSolid, CrmSolid, errors
from tests.waiting import wait_until


def event(number: int) -> bytes:
    body = f'{{"event": "ping", "id": "evt_{number}", "created_at": "2026-06-04T09:00:00Z", "data": {{}}}}'
    return f"id: {number}\ndata: {body}\n\n".encode()


class Cut(httpx.SyncByteStream):
    """An answer that begins and breaks off."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts
        raise httpx.ReadError("reset")


@dataclass
class Server:
    """Gives an answer to each connection, and keeps the positions that were asked for."""

    answers: Sequence[httpx.SyncByteStream | httpx.Response | Exception]
    positions: list[str | None] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.positions.append(request.headers.get("last-event-id"))
        answer = self.answers[len(self.positions) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, stream=answer)


def connect(server: Server) -> CrmSolid:
    return CrmSolid("cs_live_a4f9_key", "http://127.0.0.1:9", http_transport=httpx.MockTransport(server))


@pytest.mark.parametrize("first", [Cut(), Cut(b": ping\n\n"), Cut(b"id: 5")], ids=["nothing", "ping", "half"])
def test_block_of_a_stream_begins_once_its_position_is_known(first: Cut) -> None:
    server = Server([first, Cut(b"id: 7\n\n"), Cut(event(8))])
    with connect(server) as crm, crm.messages.stream() as stream:
        assert (stream.last_event_id, server.positions) == ("7", [None, None])
        assert next(stream).id == "evt_8"  # the connection was lost before it
    assert server.positions == [None, None, "7"]


def test_stream_that_goes_on_from_a_position_is_connected_in_its_block() -> None:
    server = Server([Cut(b"id: 7\n\n" + event(8))])
    with connect(server) as crm, crm.messages.stream(last_event_id="7") as stream:
        assert server.positions == ["7"]
        assert next(stream).id == "evt_8"
        assert stream.last_event_id == "8"


def test_first_event_may_come_with_the_first_part_of_the_stream() -> None:
    server = Server([Cut(event(8)), Cut(event(9))])
    with connect(server) as crm, crm.messages.stream() as stream:
        assert [next(stream).id, next(stream).id] == ["evt_8", "evt_9"]
    assert server.positions == [None, "8"]


def test_stream_that_cannot_begin_raises() -> None:
    server = Server([Cut(), httpx.UnsupportedProtocol("no")])
    with connect(server) as crm, pytest.raises(errors.APIConnectionError), crm.messages.stream():
        pass
    assert len(server.positions) == 2


def test_stream_goes_on_after_any_outage_and_a_refused_key_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmsolid_client._retry.random", SimpleNamespace(random=lambda: -0.9999))  # hardly a pause
    outage: list[httpx.Response | Exception | Cut] = [httpx.ConnectError("refused"), httpx.Response(503), Cut()]
    server = Server([Cut(b"id: 7\n\n"), *outage * 5, httpx.Response(400), Cut(event(8)), httpx.Response(401)])
    with connect(server) as crm, crm.messages.stream() as stream:
        assert next(stream).id == "evt_8"
        with pytest.raises(errors.UnauthorizedError):
            next(stream)
    assert server.positions == [None, *["7"] * 17, "8"]


def test_event_of_the_stream_that_cannot_be_read_is_passed_by() -> None:
    server = Server([Cut(b'id: 7\ndata: {"event": "later.made", "data": 5}\n\n' + event(8))])
    with connect(server) as crm, crm.messages.stream() as stream:
        with pytest.raises(errors.UnreadableEvent) as unreadable:
            next(stream)
        assert (unreadable.value.type, unreadable.value.raw) == ("later.made", '{"event": "later.made", "data": 5}')
        assert stream.last_event_id == "7"
        assert next(stream).id == "evt_8"


def later(request: httpx.Request) -> httpx.Response:
    return httpx.Response(503, headers={"Retry-After": "80"})


def test_stream_that_is_closed_while_it_waits_to_try_again_ends_at_once() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return later(request)

    transport = httpx.MockTransport(answer)
    with (
        CrmSolid("cs_live_a4f9_key", "http://127.0.0.1:9", http_transport=transport) as crm,
        ThreadPoolExecutor(1) as thread,
    ):
        stream = crm.messages.stream()
        reading = thread.submit(list, stream)
        wait_until(lambda: seen, "the first attempt")
        stream.close()
        assert reading.result(60) == []
    assert len(seen) == 1


def test_stream_that_is_closed_after_a_cut_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmsolid_client._retry.random", SimpleNamespace(random=lambda: 1000.0))  # 250 s
    server = Server([Cut(), Cut()])
    with connect(server) as crm, ThreadPoolExecutor(1) as thread:
        stream = crm.messages.stream()
        reading = thread.submit(list, stream)
        wait_until(lambda: server.positions, "the first connection")
        stream.close()
        assert reading.result(60) == []


async def test_asynchronous_stream_that_is_closed_while_it_waits_to_try_again_ends_at_once() -> None:
    begun = asyncio.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        begun.set()
        return later(request)

    transport = httpx.MockTransport(answer)
    async with AsyncCrmSolid("cs_live_a4f9_key", "http://127.0.0.1:9", http_transport=transport) as crm:
        stream = crm.messages.stream()
        reading = asyncio.create_task(anext(stream, None))
        await begun.wait()
        await stream.aclose()
        assert await asyncio.wait_for(reading, 60) is None
