"""The limit of open streams holds over two web processes."""

import http.client
from concurrent.futures import ThreadPoolExecutor

from tests.system.stack import Stack
from tests.waiting import wait_until

STREAMS_PER_KEY = 5


def _open(stack: Stack, token: str) -> tuple[int, http.client.HTTPConnection]:
    """The status of a stream that is left open, and its connection."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
    connection.request("GET", "/v1/messages/stream", headers={"Authorization": f"Bearer {token}"})
    return connection.getresponse().status, connection


def test_a_key_has_five_streams_over_both_processes(stack: Stack) -> None:
    token = stack.seeded["fast"][0]
    with ThreadPoolExecutor(20) as pool:
        opened = list(pool.map(lambda _: _open(stack, token), range(20)))
    assert sorted(status for status, _ in opened) == [200] * STREAMS_PER_KEY + [429] * (20 - STREAMS_PER_KEY)
    for _, connection in opened:
        connection.close()

    def opens() -> bool:
        status, connection = _open(stack, token)
        connection.close()
        return status == 200

    wait_until(opens, "a closed stream is free again")
