"""Large bodies: who may send them, where they are kept meanwhile, and how many arrive at once."""

import hashlib
import os
import socket
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from crmsolid.serving import uploads
from crmsolid.serving.interface import BridgeLimits
from crmsolid.serving.uploads import Uploads
from tests.serving.live_server import LiveServer, read_response, serve_wsgi
from tests.waiting import wait_until

KIBIBYTE = 1024
LIMITS = BridgeLimits(max_body_bytes=16 * KIBIBYTE, drain_bytes=64 * KIBIBYTE)
LARGE = 256 * KIBIBYTE
FLAGS = ("crmsolid.body_too_large", "crmsolid.uploads_busy", "crmsolid.upload_too_slow")


@dataclass
class Receiver:
    """A WSGI application that records what reaches it."""

    flags: list[str] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        flags = [name for name in FLAGS if environ.get(name)]
        self.flags.append(flags[0] if flags else f"{len(body)} {environ['CONTENT_LENGTH']}")
        start_response("413 Content Too Large" if flags else "200 OK", [("Content-Type", "text/plain")])
        return [hashlib.sha256(body).hexdigest().encode()]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@contextmanager
def serving(receiver: Receiver, *, at_once: int = 4) -> Iterator[LiveServer]:
    def name_of(environ: WSGIEnvironment) -> str | None:
        receiver.asked.append(environ.get("HTTP_X_CALLER"))
        return receiver.asked[-1]

    accepted = Uploads({"/upload": LARGE}, name_of, at_once=at_once)
    with serve_wsgi(receiver, LIMITS, uploads=accepted) as server:
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


@contextmanager
def slow_upload(live: LiveServer, receiver: Receiver, caller: str, size: int = 20_000) -> Iterator[socket.socket]:
    """An upload that stops after so many bytes."""
    asked = len(receiver.asked)
    with live.connect() as client:
        client.sendall(head(caller) + b"x" * size)
        wait_until(lambda: len(receiver.asked) > asked)
        yield client


def finish(client: socket.socket, sent: int = 20_000) -> int:
    client.sendall(b"x" * (LARGE - sent))
    return read_response(client).status


BUSY, SLOW, WHOLE = "crmsolid.uploads_busy", "crmsolid.upload_too_slow", f"{LARGE} {LARGE}"


def test_who_has_an_upload_under_way_leaves_the_last_slot_to_others(receiver: Receiver) -> None:
    with serving(receiver, at_once=4) as live, ExitStack() as arriving:
        first = [arriving.enter_context(slow_upload(live, receiver, caller)) for caller in ("a", "a", "b")]
        for caller in ("a", "b"):
            assert live.request("POST", "/upload", b"x" * LARGE, {"X-Caller": caller})[0] == 413
        assert live.request("POST", "/upload", b"x" * LARGE, {"X-Caller": "c"})[0] == 200
        assert live.request("POST", "/upload", b"small", {"X-Caller": "a"})[0] == 200
        assert [finish(client) for client in first] == [200] * 3
        assert live.request("POST", "/upload", b"x" * LARGE, {"X-Caller": "a"})[0] == 200
    assert receiver.flags == [BUSY, BUSY, WHOLE, "5 5", WHOLE, WHOLE, WHOLE, WHOLE]


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The rate of each caller's uploads, in place of what has arrived in the last seconds, which are short."""
    rates: dict[str, int] = {}
    monkeypatch.setattr(uploads, "MARK_SECONDS", 0.02)
    monkeypatch.setattr(uploads.UploadSlot, "rate", lambda slot, marks: rates.get(str(slot.caller), 0))
    return rates


def test_slowest_upload_of_who_has_most_makes_room_for_a_newcomer(receiver: Receiver, rates: dict[str, int]) -> None:
    rates |= {"a": uploads.SLOW_RATE - 1, "b": uploads.LEAST_RATE, "c": uploads.LEAST_RATE}
    with serving(receiver, at_once=4) as live, ExitStack() as arriving:
        of_a = [arriving.enter_context(slow_upload(live, receiver, "a")) for _ in range(2)]
        others = [arriving.enter_context(slow_upload(live, receiver, caller)) for caller in ("b", "c")]
        assert live.request("POST", "/upload", b"x" * LARGE, {"X-Caller": "d"})[0] == 200
        assert read_response(of_a[0]).status == 413
        assert [finish(client) for client in (of_a[1], *others)] == [200] * 3
    assert sorted(receiver.flags) == sorted([BUSY, WHOLE, WHOLE, WHOLE, WHOLE])


def test_slow_uploads_of_many_callers_keep_no_newcomer_out(receiver: Receiver, rates: dict[str, int]) -> None:
    rates |= dict.fromkeys("abcd", uploads.LEAST_RATE)
    with serving(receiver, at_once=4) as live, ExitStack() as arriving:
        for caller in "aabbccdd":
            arriving.enter_context(slow_upload(live, receiver, caller))
        for caller in "efgh":
            assert live.request("POST", "/upload", b"x" * LARGE, {"X-Caller": caller})[0] == 200


def test_newcomer_waits_for_a_slot_and_ends_no_upload_that_is_not_slow(
    receiver: Receiver, rates: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rates |= dict.fromkeys("abcd", uploads.SLOW_RATE)
    with serving(receiver, at_once=4) as live, ExitStack() as arriving:
        first, *others = [arriving.enter_context(slow_upload(live, receiver, caller)) for caller in "abcd"]
        waiting = arriving.enter_context(slow_upload(live, receiver, "e"))
        assert finish(first) == 200
        assert finish(waiting) == 200
        arriving.enter_context(slow_upload(live, receiver, "a"))
        monkeypatch.setattr(uploads, "WAIT_SECONDS", 0.05)
        assert live.request("POST", "/upload", b"x" * LARGE, {"X-Caller": "e"})[0] == 413
        assert [finish(client) for client in others] == [200] * 3
    assert receiver.flags == [WHOLE, WHOLE, BUSY, WHOLE, WHOLE, WHOLE]


def test_upload_below_the_least_rate_is_ended_and_a_slow_but_honest_one_is_not(
    receiver: Receiver, rates: dict[str, int]
) -> None:
    rates |= {"a": uploads.LEAST_RATE - 1, "b": uploads.LEAST_RATE}
    with serving(receiver) as live, slow_upload(live, receiver, "b") as honest:
        with slow_upload(live, receiver, "a") as slow:
            assert read_response(slow).status == 413
            assert slow.recv(1) == b""  # closed
        assert finish(honest) == 200
    assert receiver.flags == [SLOW, WHOLE]


def test_a_client_that_leaves_frees_its_slot_and_runs_nothing(receiver: Receiver) -> None:
    with serving(receiver, at_once=1) as live:
        with live.connect() as client:
            client.sendall(head("a") + b"x" * 20_000)
            wait_until(lambda: receiver.asked == ["a"])
        live.counter.wait_ended(1)
        assert receiver.flags == []
        assert live.request("POST", "/upload", b"x" * LARGE, {"X-Caller": "b"})[0] == 200
