"""Headers, bodies and connections that are meant to exhaust the server, without any key."""

import contextlib
import os
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crmsolid.serving.interface import MAX_BODY_BYTES, MEBIBYTE
from tests.attacks.product import (
    HEALTHY_MEDIAN_SECONDS,
    HealthyClient,
    Product,
    running_product,
)
from tests.waiting import wait_until

ATTACK_SECONDS = 0.75  # for dozens of attacks; a single one sends enough to be seen where nothing bounds it
MAX_CONNECTIONS = 100
HALF_OPEN = b"GET /v1/me HTTP/1.1\r\nHost: localhost\r\nX-Half: "
CHUNKED = b"POST /v1/contacts HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for temporary files of the product."""
    return tmp_path_factory.mktemp("spool")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, spool: Path) -> Iterator[Product]:
    more = {"TMPDIR": str(spool), "CRMSOLID_MAX_CONNECTIONS": str(MAX_CONNECTIONS)}
    with running_product(tmp_path_factory.mktemp("product"), more, worker=False) as running:
        yield running


@contextlib.contextmanager
def connections(product: Product, count: int, sent: bytes = b"") -> Iterator[list[socket.socket]]:
    """Open connections that have sent these bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.ExitStack() as stack:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count + 500), hard))
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        opened = []
        for _ in range(count):
            opened.append(stack.enter_context(socket.create_connection(("127.0.0.1", product.port), timeout=30)))
            with contextlib.suppress(ConnectionError):
                opened[-1].sendall(sent)
        yield opened


def answer(connection: socket.socket) -> bytes:
    """All that the server sends until it closes the connection."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            received += piece
    return received


def send_until_closed(connection: socket.socket, block: bytes, limit: int) -> int:
    """Send the block again and again. Returns how many bytes were sent until the server closed the connection, or
    ``limit`` if it did not."""
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < limit:
            sent += connection.send(block)
    return sent


def is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
        return True
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def spooled_bytes(product: Product, spool: Path) -> int:
    """The bytes of temporary files, deleted ones that are open included; not those of the metrics."""
    total = sum(file.stat().st_size for file in spool.rglob("*") if file.is_file() and file.suffix != ".db")
    for pid in product.pids():
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                target = os.readlink(descriptor)
                if target.startswith(str(spool)) and target.endswith("(deleted)"):
                    total += descriptor.stat().st_size
    return total


@contextlib.contextmanager
def repeated(attack: Callable[[], None], threads: int) -> Iterator[None]:
    """Run the attack in threads, again and again, until the end of the block."""
    ended = threading.Event()

    def repeat() -> None:
        while not ended.is_set():
            with contextlib.suppress(OSError):
                attack()

    attackers = [threading.Thread(target=repeat, daemon=True) for _ in range(threads)]
    for attacker in attackers:
        attacker.start()
    try:
        yield
    finally:
        ended.set()
        for attacker in attackers:
            attacker.join(60)


@pytest.mark.parametrize(
    ("start", "block", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\n", b"a:\r\n" * 16_384, b"431"),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ", b"x" * 65_536, b"431"),
        (b"GET /", b"x" * 65_536, b"431"),
        (CHUNKED, b"1\r\nx\r\n" * 16_384, b"400"),
        (CHUNKED + b"1;", b"x" * 65_536, b"400"),
        (CHUNKED + b"0\r\n", b"a:\r\n" * 16_384, b"431"),
        (CHUNKED + b"0\r\nX-Long: ", b"x" * 65_536, b"400"),
    ],
    ids=["lines", "line", "target", "tiny chunks", "chunk extension", "trailers", "trailer"],
)
def test_endless_headers_and_framing(product: Product, start: bytes, block: bytes, status: bytes) -> None:
    with connections(product, 1, start + block * 2) as (connection,):
        assert answer(connection).split(b" ", 2)[1] == status
    memory, sent = product.memory(), []

    def attack() -> None:
        with connections(product, 1, start) as (connection,):
            sent.append(send_until_closed(connection, block, 64 * MEBIBYTE))

    with HealthyClient(product, "/healthz") as healthy, repeated(attack, 4):
        time.sleep(ATTACK_SECONDS)
        grown = product.memory() - memory
    print(f"median {healthy.median:.4f} s, {len(sent)} requests, +{grown >> 20} MiB")
    assert set(healthy.statuses) == {200}
    assert healthy.median < HEALTHY_MEDIAN_SECONDS
    # What the kernel of either side buffers is sent too.
    assert 0 < max(sent) < 32 * MEBIBYTE
    assert grown < 64 * MEBIBYTE


def test_half_open_requests_beyond_the_bound_close_each_other(product: Product) -> None:
    count = 3 * MAX_CONNECTIONS
    with HealthyClient(product) as healthy, connections(product, count, HALF_OPEN) as opened:
        assert product.call("GET", "/healthz").status == 200
        wait_until(lambda: sum(map(is_closed, opened)) >= count * 2 // 3, "the oldest are closed")
        time.sleep(ATTACK_SECONDS)
    assert set(healthy.statuses) == {200}
    assert healthy.median < HEALTHY_MEDIAN_SECONDS


def test_slow_headers_are_cut_off(product: Product) -> None:
    began = time.monotonic()
    with connections(product, 2, HALF_OPEN) as slow:
        received = b""
        slow[0].settimeout(0.2)
        while not received and time.monotonic() - began < 60:
            slow[0].send(b"x")
            with contextlib.suppress(TimeoutError):
                received = slow[0].recv(65536)
        assert received.startswith(b"HTTP/1.1 408 ")
        assert answer(slow[1]).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began >= 9.9


@pytest.mark.parametrize("path", ["/v1/contacts", "/v1/messages/stream", "/panel/login/"])
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_large_bodies_are_not_written_to_disk(product: Product, spool: Path, path: str, framing: str) -> None:
    memory = product.memory()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\n".encode()
    if framing == "length":
        start, block = head + b"Content-Length: %d\r\n\r\n" % (60 * MEBIBYTE + 1), b"x" * MEBIBYTE
    else:
        start, block = head + b"Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + b"x" * MEBIBYTE + b"\r\n"
    with HealthyClient(product) as healthy, connections(product, 10, start) as opened:
        sent = [send_until_closed(connection, block, 60 * MEBIBYTE) for connection in opened]
        assert spooled_bytes(product, spool) == 0
        assert product.memory() - memory < 128 * MEBIBYTE
    assert max(sent) < 60 * MEBIBYTE
    assert set(healthy.statuses) == {200}


def test_incomplete_bodies_take_bounded_memory(product: Product, spool: Path) -> None:
    """Each is one byte short of the limit: more than 190 MiB in each process, without a bound."""
    memory = product.memory()
    start = b"POST /v1/contacts HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % MAX_BODY_BYTES
    with HealthyClient(product) as healthy, connections(product, 96, start) as opened:
        for connection in opened:
            with contextlib.suppress(ConnectionError):
                connection.sendall(b"x" * (MAX_BODY_BYTES - 1))
        wait_until(lambda: sum(map(is_closed, opened)) >= len(opened) // 4, "some bodies are refused")
        assert product.call("POST", "/v1/contacts", body=b"{}").status == 422
        # The bound, and what growing buffers leave free.
        assert product.memory() - memory < 160 * MEBIBYTE
        assert spooled_bytes(product, spool) == 0
    assert set(healthy.statuses) == {200}
    assert healthy.median < HEALTHY_MEDIAN_SECONDS


def test_bodies_that_streams_keep_refuse_no_other_request(product: Product) -> None:
    """A GET may have 64 KiB of a body at most, however long its stream stays open."""
    post = b'{"username": "@sarah_miller"}'
    authorized = b"Host: localhost\r\nAuthorization: Bearer %s\r\n" % product.token.encode()
    large = b"GET /v1/messages/stream HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n"
    with HealthyClient(product) as healthy, connections(product, 40, large % (authorized, MAX_BODY_BYTES)) as opened:
        for connection in opened:
            with contextlib.suppress(ConnectionError):
                connection.sendall(b"x" * MAX_BODY_BYTES)
        # 503 for the largest, if more arrive at once than are answered.
        assert {answer(connection)[:13] for connection in opened} <= {b"HTTP/1.1 413 ", b"HTTP/1.1 503 "}
        assert {product.call("POST", "/v1/contacts", body=post).status for _ in range(10)} <= {200, 201}
    assert set(healthy.statuses) == {200}


def test_pipelined_requests_end_the_connection(product: Product) -> None:
    with HealthyClient(product) as healthy, connections(product, 4) as opened:
        for connection in opened:
            send_until_closed(connection, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 10_000, 8 * MEBIBYTE)
        assert max(answer(connection).count(b"HTTP/1.1 200 ") for connection in opened) <= 17
    assert set(healthy.statuses) == {200}
    assert healthy.median < HEALTHY_MEDIAN_SECONDS


def test_half_open_requests_do_not_take_all_descriptors(tmp_path: Path) -> None:
    """With 1,024 of them, 1,100 half-open requests stop neither the API nor the worker that sends messages."""
    with (
        running_product(tmp_path, prefix=("prlimit", "--nofile=1024:1024")) as product,
        connections(product, 1100, HALF_OPEN),
    ):
        assert product.call("GET", "/healthz").status == 200
        assert product.call("GET", "/v1/contacts").status == 200
        sent = b'{"account_id": 7421, "to": "@sarah_miller", "text": "Hello"}'
        message = product.call("POST", "/v1/messages/send", body=sent)
        assert message.status == 200, message.body
        path = f"/v1/messages/{message.json()['id']}"
        wait_until(lambda: product.call("GET", path).json()["status"] == "sent", "the message is sent")
