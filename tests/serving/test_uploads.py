"""Large bodies: who may send them, where they are kept meanwhile, and how many arrive at once."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from crmsolid.serving.interface import BridgeLimits
from crmsolid.serving.uploads import Uploads
from tests.serving.live_server import LiveServer, read_response, serve_wsgi
from tests.waiting import wait_until

KIBIBYTE = 1024
LIMITS = BridgeLimits(max_body_bytes=16 * KIBIBYTE, drain_bytes=64 * KIBIBYTE)
LARGE = 256 * KIBIBYTE


@dataclass
class Receiver:
    """A WSGI application that records what reaches it."""

    flags: list[str] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        flags = [name for name in ("crmsolid.body_too_large", "crmsolid.uploads_busy") if environ.get(name)]
        self.flags.append(flags[0] if flags else f"{len(body)} {environ['CONTENT_LENGTH']}")
        start_response("413 Content Too Large" if flags else "200 OK", [("Content-Type", "text/plain")])
        return [hashlib.sha256(body).hexdigest().encode()]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@contextmanager
def serving(receiver: Receiver, *, at_once: int = 2) -> Iterator[LiveServer]:
    def name_of(environ: WSGIEnvironment) -> str | None:
        receiver.asked.append(environ.get("HTTP_X_CALLER"))
        return receiver.asked[-1]

    uploads = Uploads({"/upload": LARGE}, name_of, at_once=at_once, at_once_by_caller=1)
    with serve_wsgi(receiver, LIMITS, uploads=uploads) as server:
        yield server


@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_large_body_of_a_caller_who_may_send_it_arrives_complete(receiver: Receiver, is_chunked: bool) -> None:
    body = os.urandom(LARGE)
    with serving(receiver) as live:
        sent = iter([body[:70_000], body[70_000:]]) if is_chunked else body
        status, _, answer = live.request("POST", "/upload", sent, {"X-Caller": "a"})
    assert (status, answer.decode(), receiver.flags) == (200, hashlib.sha256(body).hexdigest(), [f"{LARGE} {LARGE}"])


def test_small_bodies_stay_in_memory_and_large_ones_do_not(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))  # a temporary file is an error
    with serving(receiver) as live:
        assert live.request("POST", "/upload", b"x" * LIMITS.max_body_bytes, {"X-Caller": "a"})[0] == 200
        assert live.request("POST", "/upload", b"x" * LARGE, {"X-Caller": "a"})[0] == 413
    assert receiver.flags == ["16384 16384", "crmsolid.uploads_busy"]


@pytest.mark.parametrize(
    ("path", "method", "headers", "size"),
    [
        ("/upload", "POST", {}, 20 * KIBIBYTE),
        ("/other", "POST", {"X-Caller": "a"}, 20 * KIBIBYTE),
        ("/upload", "PUT", {"X-Caller": "a"}, 20 * KIBIBYTE),
        ("/upload", "POST", {"X-Caller": "a"}, LARGE + 1),
    ],
)
def test_everybody_else_has_the_limit_of_ordinary_bodies(
    receiver: Receiver, path: str, method: str, headers: dict[str, str], size: int
) -> None:
    with serving(receiver) as live:
        assert live.request(method, path, b"x" * size, headers)[0] == 413
    assert receiver.flags == ["crmsolid.body_too_large"]


def head(caller: str) -> bytes:
    return f"POST /upload HTTP/1.1\r\nHost: test\r\nX-Caller: {caller}\r\nContent-Length: {LARGE}\r\n\r\n".encode()


def test_few_uploads_arrive_at_once_and_fewer_of_one_caller(receiver: Receiver) -> None:
    with serving(receiver) as live, live.connect() as slow_a, live.connect() as slow_b:
        slow_a.sendall(head("a") + b"x" * 20_000)
        wait_until(lambda: receiver.asked == ["a"])
        assert live.request("POST", "/upload", b"x" * LARGE, {"X-Caller": "a"})[0] == 413
        assert live.request("POST", "/upload", b"x" * LARGE, {"X-Caller": "c"})[0] == 200
        slow_b.sendall(head("b") + b"x" * 20_000)
        wait_until(lambda: receiver.asked[-1] == "b")
        assert live.request("POST", "/upload", b"x" * LARGE, {"X-Caller": "c"})[0] == 413
        assert live.request("POST", "/upload", b"small", {"X-Caller": "c"})[0] == 200
        slow_a.sendall(b"x" * (LARGE - 20_000))
        assert read_response(slow_a).status == 200
        assert live.request("POST", "/upload", b"x" * LARGE, {"X-Caller": "c"})[0] == 200
    busy, whole = "crmsolid.uploads_busy", f"{LARGE} {LARGE}"
    assert receiver.flags == [busy, whole, busy, "5 5", whole, whole]


def test_a_client_that_leaves_frees_its_slot_and_runs_nothing(receiver: Receiver) -> None:
    with serving(receiver, at_once=1) as live:
        with live.connect() as client:
            client.sendall(head("a") + b"x" * 20_000)
            wait_until(lambda: receiver.asked == ["a"])
        live.counter.wait_ended(1)
        assert receiver.flags == []
        assert live.request("POST", "/upload", b"x" * LARGE, {"X-Caller": "b"})[0] == 200
