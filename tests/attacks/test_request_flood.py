"""Hundreds of clients of one network ask for a page without a pause; a client of another one is answered as usual."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from tests.attacks.product import HealthyClient, Product, running_product
from tests.waiting import wait_until

CONNECTIONS = 600
# Each is answered in about 5 ms. One after the other, a request behind 600 of them waits for seconds.
REQUEST = b"GET /panel/login/ HTTP/1.1\r\nHost: crm.example.com\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n"
FLOOD_SECONDS = 6.0


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Behind one proxy, so that the attack has an address of its own."""
    with running_product(tmp_path_factory.mktemp("product"), {"TRUSTED_PROXIES": "1"}, worker=False) as running:
        yield running


class Flood:
    """Keeps 600 connections busy from a thread. ``answers`` counts the responses."""

    def __init__(self, port: int) -> None:
        self.answers = 0
        self._port = port
        self._busy = threading.Event()

    def __enter__(self) -> "Flood":
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._busy.wait(60), "no connection was answered"
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(60)
        self._loop.close()

    def _run(self) -> None:
        self._task = self._loop.create_task(self._ask_all())
        self._loop.run_until_complete(asyncio.wait([self._task]))

    async def _ask_all(self) -> None:
        await asyncio.gather(*(self._ask() for _ in range(CONNECTIONS)))

    async def _ask(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            while True:
                writer.write(REQUEST)
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200 "), head
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                await reader.readexactly(int(length.partition(b":")[2]))
                self.answers += 1
                self._busy.set()
        finally:
            writer.transport.abort()


def test_requests_of_one_network_delay_no_other_one(product: Product) -> None:
    quiet = HealthyClient(product).during(2)
    with Flood(product.port) as flood:
        before = flood.answers
        healthy = HealthyClient(product).during(FLOOD_SECONDS)
        in_line = CONNECTIONS * FLOOD_SECONDS / max(1, flood.answers - before)  # the wait behind one request of each
        # However slow the machine is: each connection has its answer, and has asked again.
        wait_until(lambda: flood.answers > CONNECTIONS, "every connection was answered", seconds=120)
    figures = (
        f"quiet {quiet.median:.3f} s, flood {healthy.median:.3f} s of {in_line:.3f}, slowest {healthy.slowest:.3f} s"
    )
    print(figures, flood.answers)
    assert set(healthy.statuses) == {200}
    assert healthy.median < in_line / 2, figures
