"""Streamed responses over real connections: slow readers, errors midway, clients that leave, a server that stops."""

import hashlib
import http.client
import os
import threading
import time
from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from crmsolid.serving.bridge import ReaderStalled
from crmsolid.serving.interface import MEBIBYTE, BridgeLimits
from crmsolid.serving.spool import StreamTooLarge
from tests.serving.live_server import TIMEOUT, LiveServer, read_all, read_response, serve_wsgi

REQUEST = b"GET /export HTTP/1.1\r\nHost: test\r\n\r\n"


class Export:
    """Streams what `rows` yields under /export, answers `ok` elsewhere, and counts the streams that were closed."""

    def __init__(self, rows: Iterable[bytes] | None = None) -> None:
        self.closed = 0
        self.changed = threading.Condition()
        self._rows = rows

    def rows(self) -> Iterator[bytes]:
        yield from self._rows or ()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/csv")])
        return self._counted() if environ["PATH_INFO"] == "/export" else [b"ok"]

    def _counted(self) -> Iterator[bytes]:
        try:
            yield from self.rows()
        finally:
            with self.changed:
                self.closed += 1
                self.changed.notify_all()

    def wait_closed(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.closed >= count, TIMEOUT), f"{self.closed} closed"


class EndlessExport(Export):
    """Yields rows until it is closed, slowly enough not to fill the disk."""

    def rows(self) -> Iterator[bytes]:
        pause = threading.Event()
        while True:
            yield b"row\n"
            pause.wait(0.001)


def test_stalled_readers_block_no_other_request() -> None:
    content = os.urandom(4 * MEBIBYTE)
    export = Export([content[start : start + 8192] for start in range(0, len(content), 8192)])
    with serve_wsgi(export) as live:
        readers = [live.connect(receive_buffer=4096) for _ in range(24)]
        for reader in readers:
            reader.sendall(REQUEST)
        export.wait_closed(24)
        assert live.counter.ended == 0
        assert live.request("GET", "/other")[2] == b"ok"
        for reader in readers[:2]:
            body = read_response(reader).read()
            assert hashlib.sha256(body).digest() == hashlib.sha256(content).digest()
        for reader in readers:
            reader.close()
        live.counter.wait_ended(25)
        assert live.counter.failures == []


def test_rows_arrive_while_more_are_produced() -> None:
    go_on = threading.Event()

    def rows() -> Iterator[bytes]:
        yield b"first\n"
        assert go_on.wait(TIMEOUT)
        yield b"second\n"

    with serve_wsgi(Export(rows())) as live, live.connect() as client:
        client.sendall(REQUEST)
        response = read_response(client)
        assert response.readline() == b"first\n"
        go_on.set()
        assert response.read() == b"second\n"


def midway(rows: int) -> Iterator[bytes]:
    for number in range(rows):
        yield b"row %d\n" % number
    raise ValueError("the database went away")


def test_error_midway_aborts_the_body() -> None:
    export = Export(midway(3))
    with serve_wsgi(export) as live, live.connect() as client:
        client.sendall(REQUEST)
        response = read_response(client)
        with pytest.raises(http.client.IncompleteRead) as caught:
            response.read()
        live.counter.wait_ended(1)
        assert [str(error) for error in live.counter.failures] == ["the database went away"]
    assert (response.status, caught.value.partial, export.closed) == (200, b"row 0\nrow 1\nrow 2\n", 1)


def test_aborted_body_has_no_last_chunk() -> None:
    with serve_wsgi(Export(midway(1))) as live, live.connect() as client:
        client.sendall(REQUEST)
        assert read_all(client).endswith(b"\r\n\r\n6\r\nrow 0\n\r\n")


def test_error_before_the_first_row_is_a_clean_500() -> None:
    export = Export(midway(0))
    with serve_wsgi(export) as live:
        status, headers, body = live.request("GET", "/export")
    assert (status, body, export.closed) == (500, b"Internal Server Error", 1)
    assert "transfer-encoding" not in headers


def test_stream_ends_when_the_client_leaves() -> None:
    export = EndlessExport()
    with serve_wsgi(export) as live:
        with live.connect() as client:
            client.sendall(REQUEST)
            assert read_response(client).readline() == b"row\n"
        export.wait_closed(1)
        live.counter.wait_ended(1)
        assert live.counter.failures == []


def large() -> Iterator[bytes]:
    for _ in range(1024):
        yield bytes(65536)


def test_stream_over_its_disk_limit_is_aborted() -> None:
    export = Export(large())
    limits = BridgeLimits(memory_bytes=65536, max_stream_bytes=MEBIBYTE)
    with serve_wsgi(export, limits=limits) as live:
        with live.connect(receive_buffer=4096) as client:
            client.sendall(REQUEST)
            export.wait_closed(1)
            response = read_response(client)
            with pytest.raises(http.client.IncompleteRead):
                response.read()
        live.counter.wait_ended(1)
        assert [type(error) for error in live.counter.failures] == [StreamTooLarge]


def test_stream_is_aborted_when_the_client_reads_nothing() -> None:
    with (
        serve_wsgi(Export(large()), BridgeLimits(stall_seconds=0.2)) as live,
        live.connect(receive_buffer=4096) as client,
    ):
        client.sendall(REQUEST)
        live.counter.wait_ended(1)
        assert [type(error) for error in live.counter.failures] == [ReaderStalled]
        client.close()


def open_streams(live: LiveServer, count: int) -> list[http.client.HTTPResponse]:
    responses = []
    for _ in range(count):
        client = live.connect()
        client.sendall(REQUEST)
        responses.append(read_response(client))
        assert responses[-1].readline() == b"row\n"
        client.close()  # the response keeps the connection open
    return responses


def test_the_server_stops_within_seconds_with_streams_open() -> None:
    export = EndlessExport()
    with serve_wsgi(export, timeout_graceful_shutdown=1) as live:
        streams = open_streams(live, 3)
        started = time.monotonic()
        live.stop()
        assert 1.0 <= time.monotonic() - started < 4.0
    assert export.closed == 3
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("wsgi-")]
    for stream in streams:
        with pytest.raises(http.client.IncompleteRead):
            stream.read()
