"""Django itself behind the root application."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.serving.live_server import TIMEOUT, listening_socket

SITE = Path(__file__).with_name("django_site.py")
ROOT = SITE.parent.parent.parent


class Site:
    def __init__(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.port = port
        self.process = process

    def request(self, method: str, path: str, body: Any = None) -> http.client.HTTPResponse:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        client.request(method, path, body, {"Connection": "close"})
        return client.getresponse()

    def json(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        return dict(json.load(self.request(method, path, body)))


@pytest.fixture
def site() -> Iterator[Site]:
    listener = listening_socket()
    process = subprocess.Popen(
        [sys.executable, str(SITE), str(listener.fileno())],
        pass_fds=[listener.fileno()],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    port = listener.getsockname()[1]
    listener.close()
    try:
        yield Site(port, process)
    finally:
        process.kill()
        process.wait()


def test_rest_runs_on_a_thread_and_mcp_on_asgi(site: Site) -> None:
    rest, mcp = site.json("GET", "/v1/echo"), site.json("GET", "/mcp")
    assert (rest["handler"], mcp["handler"]) == ("WSGIRequest", "ASGIRequest")
    assert rest["thread"].startswith("wsgi-")
    assert rest["client"] == "127.0.0.1"


def test_chunked_post_reaches_django_complete(site: Site) -> None:
    assert site.json("POST", "/v1/echo", iter([b"x" * 30_000, b"y" * 30_000]))["body"] == 60_000


def test_django_refuses_a_body_over_the_limit(site: Site) -> None:
    response = site.request("POST", "/v1/echo", b"x" * 100_001)
    assert (response.status, json.load(response)["body"]) == (413, 0)


def test_path_with_non_ascii_characters(site: Site) -> None:
    answers = site.json("GET", "/v1/echo/caf%C3%A9%20%2520")
    assert (answers["name"], answers["path"]) == ("caf\xe9 %20", "/v1/echo/caf\xe9 %20")


def test_threads_keep_their_connections_and_caches(site: Site) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: site.json("GET", "/v1/echo"), range(80)))
    threads = {answer["thread"] for answer in answers}
    counts = site.json("GET", "/counters")
    assert threads <= {"wsgi-0", "wsgi-1", "wsgi-2", "wsgi-3"}
    assert (counts["caches"], counts["connections"]) == (4, len(threads))


def test_view_that_raises_gets_the_500_page_of_django(site: Site) -> None:
    response = site.request("GET", "/broken")
    assert (response.status, response.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert site.request("GET", "/v1/echo").status == 200


def test_export_that_fails_midway_is_incomplete(site: Site) -> None:
    response = site.request("GET", "/export")
    with pytest.raises(http.client.IncompleteRead) as caught:
        response.read()
    assert (response.status, caught.value.partial) == (200, b"row\n")


def test_file_is_served_complete(site: Site) -> None:
    response = site.request("GET", "/file")
    assert response.headers["Content-Length"] == str(SITE.stat().st_size)
    assert response.read() == SITE.read_bytes()


def test_head_has_a_length_and_no_body(site: Site) -> None:
    response = site.request("HEAD", "/v1/echo")
    assert (response.status, response.read()) == (200, b"")
    assert int(response.headers["Content-Length"]) > 100


def test_sigterm_ends_the_process_although_a_view_hangs(site: Site) -> None:
    assert site.request("GET", "/v1/echo").status == 200
    client = http.client.HTTPConnection("127.0.0.1", site.port, timeout=TIMEOUT)
    client.request("GET", "/hang")
    assert site.request("GET", "/v1/echo").status == 200
    started = time.monotonic()
    site.process.send_signal(signal.SIGTERM)
    site.process.wait(TIMEOUT)
    assert time.monotonic() - started < 5.0
    client.close()


def test_sigterm_ends_an_idle_server_at_once(site: Site) -> None:
    assert site.request("GET", "/v1/echo").status == 200
    started = time.monotonic()
    site.process.send_signal(signal.SIGTERM)
    site.process.wait(TIMEOUT)
    assert time.monotonic() - started < 1.5
