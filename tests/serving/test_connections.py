"""How long a connection may keep the server waiting, and which is closed when there are too many."""

import contextlib
import json
import select
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from crmsolid.core.errors import DomainError
from crmsolid.serving.connections import Awaited, ConnectionLimits, ConnectionTable
from crmsolid.serving.http_protocol import ProblemProtocol, build_protocol
from crmsolid.serving.interface import MEBIBYTE, SMALL_BODY_BYTES, Receive, Scope, Send
from crmsolid.serving.root import RootApplication
from tests.serving.live_server import LiveServer, read_all, read_response, serve
from tests.serving.test_exchange import answering
from tests.waiting import wait_until

HALF_HEAD = b"GET / HTTP/1.1\r\nHost: t\r\nX-Half: "
HALF_BODY = b"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nhello"


async def hold_open(scope: Scope, receive: Receive, send: Send) -> None:
    """Send as many bytes as the path says, and end the response when the client leaves."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * int(scope["path"].rpartition("/")[2]), "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass


@contextmanager
def served(**limits: Any) -> Iterator[LiveServer]:
    """Nothing is checked for its time unless ``check_seconds`` is given."""
    protocol = build_protocol(ConnectionLimits(**{"max_connections": 100, "check_seconds": 600.0} | limits))
    root = RootApplication({"/stream": hold_open}, answering([b"answer"]))
    with serve(root, http=protocol, ws="none", timeout_keep_alive=600) as live:
        yield live


def problem(answer: bytes) -> tuple[bytes, str]:
    """The status and the code of the problem document."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split()[1], json.loads(body)["code"]


def connect(live: LiveServer, sent: bytes = b"") -> socket.socket:
    client = live.connect()
    client.sendall(sent)
    return client


def read_all_until_reset(client: socket.socket) -> bytes:
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := client.recv(1 << 20):
            received += piece
    return received


def get(client: socket.socket, path: str = "/") -> int:
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
    response = read_response(client)
    response.read()
    return response.status


# Time, over real connections


@pytest.mark.parametrize(
    "sent",
    [HALF_HEAD, b"\r\n", b"GET / HTTP/1.1\r\nHost: test\r\n\r\n" + HALF_HEAD],
    ids=["half", "empty line", "second"],
)
def test_headers_that_are_not_complete_in_time_are_a_request_timeout(sent: bytes) -> None:
    with served(head_seconds=0.3, check_seconds=0.05) as live, connect(live, sent) as client:
        answer = read_all(client)
    assert problem(b"HTTP/1.1 408" + answer.rpartition(b"HTTP/1.1 408")[2]) == (b"408", "request_timeout")


def test_a_connection_that_sends_nothing_is_closed_without_an_answer() -> None:
    with served(head_seconds=0.3, check_seconds=0.05) as live, connect(live) as client:
        assert read_all(client) == b""


def test_headers_that_keep_arriving_slowly_are_a_request_timeout() -> None:
    with served(head_seconds=0.3, check_seconds=0.05) as live, connect(live, HALF_HEAD) as client:
        client.settimeout(0.05)
        answer = b""
        for _ in range(200):
            client.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                answer = client.recv(65536)
            if answer:
                break
    assert problem(answer) == (b"408", "request_timeout")


@pytest.mark.parametrize("path", ["/v1/contacts", "/stream/0"])
def test_a_body_that_is_not_complete_in_time_is_a_request_timeout(path: str) -> None:
    sent = HALF_BODY.replace(b"/ ", f"{path} ".encode())
    with served(body_seconds=0.3, check_seconds=0.05) as live, connect(live, sent) as client:
        assert problem(read_all(client)) == (b"408", "request_timeout")
        live.counter.wait_ended(1)
        assert live.counter.failures == []


@pytest.mark.parametrize("framing", [b"Content-Length: 9999", b"Transfer-Encoding: chunked"])
def test_a_body_that_keeps_dripping_is_a_request_timeout(framing: bytes) -> None:
    head, piece = b"POST / HTTP/1.1\r\nHost: t\r\n%s\r\n\r\n" % framing, b"1\r\nx\r\n"
    with served(rate_seconds=0.3, check_seconds=0.05) as live, connect(live, head) as client:
        client.settimeout(0.05)
        answer = b""
        for _ in range(200):
            client.sendall(piece)
            with contextlib.suppress(TimeoutError):
                answer = client.recv(65536)
            if answer:
                break
    assert problem(answer) == (b"408", "request_timeout")


def test_a_body_of_the_least_rate_goes_on_when_a_slower_one_is_ended() -> None:
    arrived: Counter[str] = Counter()

    async def count(scope: Scope, receive: Receive, send: Send) -> None:
        while (message := await receive()).get("more_body"):
            arrived[scope["path"]] += len(message["body"])
        if message["type"] == "http.request":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body"})

    clock = Clock()
    table = ConnectionTable(ConnectionLimits(max_connections=100, check_seconds=0.02), clock)
    head = b"POST /%s HTTP/1.1\r\nHost: t\r\n%s\r\n\r\n"
    with (
        serve(count, http=type("Protocol", (ProblemProtocol,), {"table": table}), lifespan="off") as live,
        connect(live, head % (b"length", b"Content-Length: 40961")) as length,
        connect(live, head % (b"chunked", b"Transfer-Encoding: chunked")) as chunked,
    ):
        for window in (1, 2):
            with connect(live, head % (b"slow%d" % window, b"Content-Length: 20480") + b"x" * 20_479) as slow:
                length.sendall(b"x" * 20_480)
                chunked.sendall(b"5000\r\n" + b"x" * 20_480 + b"\r\n")
                expected = {"/length": window * 20_480, "/chunked": window * 20_480, f"/slow{window}": 20_479}
                wait_until(lambda: expected.items() <= arrived.items(), "the server has it")  # noqa: B023
                clock.now += 20
                assert problem(read_all(slow)) == (b"408", "request_timeout")
        length.sendall(b"x")
        chunked.sendall(b"0\r\n\r\n")
        assert (read_response(length).status, read_response(chunked).status) == (200, 200)


def test_a_request_that_is_being_answered_has_no_time_limit() -> None:
    times = {"head_seconds": 0.1, "body_seconds": 0.1, "unread_seconds": 0.1, "check_seconds": 0.05}
    with served(**times) as live, connect(live, b"GET /stream/1 HTTP/1.1\r\nHost: t\r\n\r\n") as client:
        assert read_response(client).read(1) == b"x"
        for _ in range(3):
            with connect(live) as other:
                assert read_all(other) == b""  # after all of these times
        assert live.counter.ended == 0


@pytest.mark.parametrize("path", ["/stream/20000000", "/"])
def test_a_client_that_does_not_read_its_response_is_cut_off(path: str) -> None:
    root = RootApplication({"/stream": hold_open}, answering([b"x" * 20_000_000]))
    protocol = build_protocol(ConnectionLimits(max_connections=100, unread_seconds=0.3, check_seconds=0.05))
    with serve(root, http=protocol, ws="none") as live, live.connect(receive_buffer=4096) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: t\r\n\r\n".encode())
        live.counter.wait_begun(1)
        wait_until(lambda: not live.server.server_state.connections, "the connection is closed")
        assert len(read_all_until_reset(client)) < 20_000_000


# Number and memory


def test_a_new_connection_replaces_the_one_that_has_waited_longest() -> None:
    with served(max_connections=3) as live:
        half, idle, last = connect(live, HALF_HEAD), connect(live), connect(live)
        assert get(last) == 200  # by now, the server has received what the others sent
        with connect(live) as fourth, half:
            assert get(fourth) == 200
            assert problem(read_all(half)) == (b"503", "service_unavailable")
            with connect(live) as fifth, idle:
                assert get(fifth) == 200
                assert read_all(idle) == b""
                assert (get(fourth), get(last)) == (200, 200)
        last.close()


def test_open_streams_are_not_replaced() -> None:
    with served(max_connections=2) as live:
        streams = [connect(live, b"GET /stream/1 HTTP/1.1\r\nHost: t\r\n\r\n") for _ in range(2)]
        assert [read_response(stream).read(1) for stream in streams] == [b"x", b"x"]
        with connect(live) as refused:
            assert read_all_until_reset(refused) == b""
        streams.pop().close()
        live.counter.wait_ended(1)
        with connect(live) as client:
            assert get(client) == 200
        streams.pop().close()


def test_a_stream_ends_with_its_connection_also_if_another_request_follows_it() -> None:
    with served() as live:
        client = connect(live, b"GET /stream/1 HTTP/1.1\r\nHost: t\r\n\r\nGET / HTTP/1.1\r\nHost: t\r\n\r\n")
        assert read_response(client).read(1) == b"x"
        client.close()
        live.counter.wait_ended(1)


def test_the_largest_incomplete_body_is_refused_when_memory_is_short() -> None:
    head = b"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n"
    with served(max_body_bytes=MEBIBYTE) as live:
        small = connect(live, head % 100_001 + b"x" * 100_000)
        large = connect(live, head % MEBIBYTE + b"x" * 900_000)
        live.counter.wait_begun(2)
        other = connect(live, head % 200_000 + b"x" * 200_000)
        assert read_response(other).status == 200
        assert problem(read_all(large)) == (b"503", "service_unavailable")
        small.sendall(b"x")
        assert read_response(small).status == 200
        for _ in range(20):  # what was answered no longer counts
            assert get(small) == 200
            other.sendall(head % 200_000 + b"x" * 200_000)
            assert read_response(other).status == 200
        for client in (small, large, other):
            client.close()


def test_a_request_that_is_refused_for_its_body_does_not_run() -> None:
    """Head and body arrive in one piece, so that the whole request is there when it is refused."""
    ran: list[str] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        ran.append(environ["CONTENT_LENGTH"])
        start_response("200 OK", [])
        return [b"answer"]

    protocol = build_protocol(ConnectionLimits(max_connections=100, check_seconds=600.0, max_body_bytes=70_000))
    with serve(RootApplication({}, app), http=protocol, ws="none", timeout_keep_alive=600) as live:
        for _ in range(5):
            with connect(
                live, b"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 70001\r\n\r\n" + b"x" * 70_001
            ) as client:
                assert problem(read_all(client)) == (b"503", "service_unavailable")
        with connect(live) as client:
            assert get(client) == 200
    assert ran == ["0"]


def test_small_bodies_are_accepted_when_complete_ones_have_taken_all_memory() -> None:
    post = b"POST %s HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n"
    with served(max_body_bytes=MEBIBYTE) as live, contextlib.ExitStack() as opened:
        for _ in range(2):
            held = opened.enter_context(connect(live, post % (b"/stream/1", MEBIBYTE // 2) + b"x" * (MEBIBYTE // 2)))
            assert read_response(held).read(1) == b"x"
        with connect(live, post % (b"/", SMALL_BODY_BYTES) + b"x" * SMALL_BODY_BYTES) as client:
            assert read_response(client).status == 200
        with connect(live, post % (b"/", 2 * SMALL_BODY_BYTES) + b"x" * (SMALL_BODY_BYTES + 1)) as client:
            assert problem(read_all(client)) == (b"503", "service_unavailable")


def test_a_get_has_a_small_body_at_most() -> None:
    head = b"GET /stream/1 HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n"
    with served() as live:
        with connect(live, head % SMALL_BODY_BYTES + b"x" * SMALL_BODY_BYTES) as client:
            assert read_response(client).status == 200
        with connect(live, head % (SMALL_BODY_BYTES + 1) + b"x" * (SMALL_BODY_BYTES + 1)) as client:
            assert read_response(client).status == 413


def test_the_body_of_a_pipelined_request_counts_after_the_answer_to_an_earlier_one() -> None:
    """Each has 400,000 bytes in memory, and there is room for two."""
    sent = (
        b"GET / HTTP/1.1\r\nHost: test\r\n\r\nPOST / HTTP/1.1\r\nHost: t\r\nContent-Length: 600000\r\n\r\n"
        + b"x" * 400_000
    )
    with served(max_body_bytes=MEBIBYTE) as live, contextlib.ExitStack() as opened:
        clients = [opened.enter_context(connect(live, sent)) for _ in range(4)]
        for client in clients:
            response = read_response(client)
            assert (response.status, response.read()) == (200, b"answer")
        wait_until(lambda: len(select.select(clients, [], [], 0)[0]) == 2, "two are refused")


# Which connection, by a clock that the test sets


@dataclass(eq=False)
class FakeConnection:
    state: Awaited | None = None
    unsent: int = 0
    is_paused: bool = False
    ended: list[str] = field(default_factory=list)
    table: ConnectionTable | None = None

    def awaited(self) -> Awaited | None:
        return self.state

    def end(self, error: DomainError) -> None:
        self.ended.append(error.code)
        assert self.table is not None
        self.table.remove(self)

    def abort(self) -> None:
        self.end(DomainError("internal_error", "aborted"))

    def unsent_bytes(self) -> int:
        return self.unsent

    def may_send(self) -> bool:
        return not self.is_paused


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Bench:
    """A table with a clock. ``add`` opens a connection that waits for a request, and then for ``state``."""

    def __init__(self, **limits: Any) -> None:
        self.clock = Clock()
        self.table = ConnectionTable(
            ConnectionLimits(**{"max_connections": 2, "check_seconds": 600.0} | limits), self.clock
        )

    def add(self, state: Awaited | None = Awaited.REQUEST, unsent: int = 0) -> FakeConnection:
        connection = FakeConnection(Awaited.REQUEST, table=self.table)
        self.table.add(connection)
        connection.state, connection.unsent = state, unsent
        self.table.update(connection)
        return connection


async def test_an_incomplete_body_is_closed_before_a_young_connection_without_a_request() -> None:
    bench = Bench()
    body, young = bench.add(Awaited.BODY), bench.add()
    bench.clock.now = 1.0
    newest = bench.add()
    assert [each.ended for each in (body, young, newest)] == [["service_unavailable"], [], []]


async def test_an_older_connection_without_a_request_is_closed_before_an_incomplete_body() -> None:
    bench = Bench()
    body, idle = bench.add(Awaited.BODY), bench.add()
    bench.clock.now = 1.1
    newest = bench.add()
    assert [each.ended for each in (body, idle, newest)] == [[], ["service_unavailable"], []]


async def test_a_client_that_reads_nothing_is_closed_before_the_new_connection() -> None:
    bench = Bench()
    stream, stalled = bench.add(None), bench.add(None, unsent=1)
    bench.table.check()
    bench.clock.now = 1.1
    newest = bench.add()
    assert [each.ended for each in (stream, stalled, newest)] == [[], ["service_unavailable"], []]


async def test_a_client_that_has_just_read_is_not_closed_for_the_new_connection() -> None:
    bench = Bench()
    stream, reading = bench.add(None), bench.add(None, unsent=1)
    bench.table.check()
    bench.clock.now = 1.0
    newest = bench.add()
    assert [each.ended for each in (stream, reading, newest)] == [[], [], ["service_unavailable"]]


async def test_the_new_connection_is_closed_when_all_others_are_being_answered() -> None:
    bench = Bench()
    streams = [bench.add(None), bench.add(None)]
    newest = bench.add()
    assert [each.ended for each in (*streams, newest)] == [[], [], ["service_unavailable"]]


async def test_a_client_that_reads_slowly_is_not_cut_off() -> None:
    bench = Bench(unread_seconds=60.0)
    slow, stalled = bench.add(None, unsent=100), bench.add(None, unsent=100)
    for second in range(0, 122, 50):
        bench.clock.now = float(second)
        slow.unsent -= 1
        bench.table.check()
    assert (slow.ended, stalled.ended) == ([], ["internal_error"])


async def test_a_body_of_less_than_the_least_rate_is_ended_and_one_of_more_is_not() -> None:
    """A byte in ten seconds, 2 KiB/s that come and go, and a body of which the application reads nothing more."""
    bench = Bench(max_connections=3)
    dripping, slow, paused = bench.add(Awaited.BODY), bench.add(Awaited.BODY), bench.add(Awaited.BODY)
    paused.is_paused = True
    for second in range(1, 101):
        bench.clock.now = float(second)
        bench.table.receive_body(dripping, 1 if second % 10 == 0 else 0)
        bench.table.receive_body(slow, 4096 if second % 20 >= 10 else 0)
        bench.table.check()
        assert dripping.ended == ([] if second < 20 else ["request_timeout"])
    assert (slow.ended, paused.ended) == ([], [])
    paused.is_paused = False
    bench.clock.now = 119.0
    bench.table.check()
    assert paused.ended == []
    bench.clock.now = 120.0
    bench.table.check()
    assert paused.ended == ["request_timeout"]


async def test_each_body_of_a_connection_has_its_time_to_begin() -> None:
    bench = Bench()
    connection = bench.add(Awaited.BODY)
    bench.clock.now = 19.0
    for state in (Awaited.REQUEST, Awaited.BODY):
        connection.state = state
        bench.table.update(connection)
    bench.clock.now = 38.0
    bench.table.check()
    assert connection.ended == []


async def test_times_end_a_wait_for_headers_and_for_a_body() -> None:
    bench = Bench(head_seconds=10.0, body_seconds=120.0, least_rate=0)
    head, body = bench.add(), bench.add(Awaited.BODY)
    bench.clock.now = 9.9
    bench.table.check()
    assert (head.ended, body.ended) == ([], [])
    bench.clock.now = 10.0
    bench.table.check()
    assert (head.ended, body.ended) == (["request_timeout"], [])
    bench.clock.now = 120.0
    bench.table.check()
    assert body.ended == ["request_timeout"]


async def test_a_large_body_has_a_second_more_for_each_64_kib() -> None:
    bench = Bench(body_seconds=120.0, least_rate=0)
    body = bench.add(Awaited.BODY)
    bench.table.receive_body(body, 10 * 64 * 1024 + 5)
    bench.clock.now = 129.9
    bench.table.check()
    assert body.ended == []
    bench.clock.now = 130.0
    bench.table.check()
    assert body.ended == ["request_timeout"]
