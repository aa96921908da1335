"""Streams over two web processes: the limit of open ones, and their end."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor

from tests.system.stack import Stack
from tests.waiting import wait_until

STREAMS_PER_KEY = 5


def _open(stack: Stack, token: str) -> tuple[http.client.HTTPResponse, http.client.HTTPConnection]:
    """A stream that is left open, and its connection."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
    connection.request("GET", "/v1/messages/stream", headers={"Authorization": f"Bearer {token}"})
    return connection.getresponse(), connection


def test_a_key_has_five_streams_over_both_processes(stack: Stack) -> None:
    token = stack.seeded["fast"][0]
    with ThreadPoolExecutor(20) as pool:
        opened = list(pool.map(lambda _: _open(stack, token), range(20)))
    assert sorted(stream.status for stream, _ in opened) == [200] * STREAMS_PER_KEY + [429] * (20 - STREAMS_PER_KEY)
    for _, connection in opened:
        connection.close()

    def opens() -> bool:
        stream, connection = _open(stack, token)
        connection.close()
        return stream.status == 200

    wait_until(opens, "a closed stream is free again")


def test_streams_end_with_the_web(stack: Stack) -> None:
    opened = [_open(stack, token) for token in stack.seeded["tokens"] for _ in range(STREAMS_PER_KEY)]
    for stream, _ in opened:
        assert stream.readline() == b": connected\n"
    assert stack.end("web", 60) == 0
    for stream, connection in opened:
        assert stream.read().endswith(b"\n\n")  # it would raise if the last chunk were missing
        connection.close()
    lines = [json.loads(line) for line in stack.log("web").splitlines()]
    assert [line for line in lines if line["level"] not in ("info", "warning")] == []
