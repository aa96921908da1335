"""Requests that may be slow wait for their turn without a thread, and one thread is left to all others."""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from crmsolid.serving import bridge
from crmsolid.serving.interface import BridgeLimits
from crmsolid.serving.slow_requests import NoSlot, SlowRequests, ThreadGroup, Turn, slow_requests, turn_of
from tests.serving.live_server import TIMEOUT, LiveServer, serve_wsgi
from tests.waiting import wait_until


def test_a_customer_has_two_slots_and_frees_them_once() -> None:
    slots = SlowRequests()
    first = slots.enter("a")
    slots.enter("a")
    with pytest.raises(NoSlot):
        slots.enter("a")
    slots.enter("b")
    slots.release(first)
    slots.release(first)
    slots.enter("a")
    with pytest.raises(NoSlot):
        slots.enter("a")


def test_one_thread_of_a_group_is_left() -> None:
    slots, group = SlowRequests(), ThreadGroup(3)
    for customer in "abc":
        slots.enter(customer, Turn(group, lambda: None, has_waited=True))
    with pytest.raises(NoSlot):
        slots.enter("d", Turn(group, lambda: None, has_waited=True))
    slots.enter("d", Turn(ThreadGroup(3), lambda: None))


def test_a_request_has_one_slot_however_often_it_asks() -> None:
    slots, turn = SlowRequests(), Turn(ThreadGroup(3), lambda: None)
    assert slots.enter("a", turn) is slots.enter("a", turn)
    assert slots.under_way("a") == 1
    slots.complete(turn)
    assert slots.under_way("a") == 0


@dataclass
class Slow:
    """A WSGI application whose requests at /slow hold a slot of their customer until they are let go."""

    begun: list[str] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    let_go: dict[str, threading.Event] = field(default_factory=dict)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body, name = environ["wsgi.input"].read(), environ["QUERY_STRING"]
        self.attempts.append(name)
        if environ["PATH_INFO"] == "/slow":
            try:
                slot = slow_requests.enter(name[0], turn_of(environ))
            except NoSlot:
                start_response("429 Too Many Requests", [])
                return []
            self.begun.append(name)
            assert self.let_go[name].wait(TIMEOUT)
            slow_requests.release(slot)
        start_response("200 OK", [])
        return [body]


class Asker:
    """Sends requests at the same time."""

    def __init__(self, live: LiveServer, slow: Slow) -> None:
        self._live, self._slow = live, slow
        self._executor = ThreadPoolExecutor(20)

    def ask(self, name: str) -> "Future[Any]":
        """Send a request of the customer that the first letter names, and wait until it has run or waits."""
        before = len(self._slow.attempts)
        self._slow.let_go.setdefault(name, threading.Event())
        answer = self._executor.submit(self._live.request, "POST", f"/slow?{name}", b"body of " + name.encode())
        wait_until(lambda: len(self._slow.attempts) > before)
        return answer


@pytest.fixture
def slow() -> Iterator[Slow]:
    application = Slow()
    yield application
    for event in application.let_go.values():
        event.set()


@pytest.fixture
def live(slow: Slow) -> Iterator[LiveServer]:
    with serve_wsgi(slow, BridgeLimits(threads=4)) as server:
        yield server
        for event in slow.let_go.values():
            event.set()


def test_a_third_request_waits_without_a_thread_and_runs_from_its_beginning(live: LiveServer, slow: Slow) -> None:
    asker = Asker(live, slow)
    answers = {name: asker.ask(name) for name in ("a1", "a2", "a3", "a4", "b1")}
    assert slow.begun == ["a1", "a2", "b1"]
    assert live.request("GET", "/quick")[0] == 200  # on the thread that is left
    slow.let_go["a2"].set()
    wait_until(lambda: slow.begun == ["a1", "a2", "b1", "a3"])
    for event in slow.let_go.values():
        event.set()
    for name, answer in answers.items():
        status, _, body = answer.result(TIMEOUT)
        assert (status, body) == (200, f"body of {name}".encode())
    assert slow.attempts.count("a3") == 2


def test_who_has_fewest_under_way_comes_first(live: LiveServer, slow: Slow) -> None:
    asker = Asker(live, slow)
    for name in ("a1", "a2", "b1", "b2", "c1"):
        asker.ask(name)
    assert slow.begun == ["a1", "a2", "b1"]
    slow.let_go["a1"].set()
    wait_until(lambda: len(slow.begun) == 4)
    assert slow.begun[3] == "c1"


def test_a_request_that_has_waited_too_long_is_refused(
    live: LiveServer, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge, "MAX_WAIT_SECONDS", 0.05)
    asker = Asker(live, slow)
    _, _, late = (asker.ask(name) for name in ("a1", "a2", "a3"))
    assert late.result(TIMEOUT)[0] == 429
    assert slow.begun == ["a1", "a2"]


def test_ninth_request_that_would_wait_is_refused_at_once(live: LiveServer, slow: Slow) -> None:
    asker = Asker(live, slow)
    answers = [asker.ask(f"a{number:02}") for number in range(11)]
    assert answers[10].result(TIMEOUT)[0] == 429
    assert [answer.done() for answer in answers[:10]] == [False] * 10


def test_a_client_that_leaves_while_it_waits_takes_no_slot(live: LiveServer, slow: Slow) -> None:
    asker = Asker(live, slow)
    first = [asker.ask(name) for name in ("a1", "a2")]
    slow.let_go["a3"] = threading.Event()
    with live.connect() as client:
        client.sendall(b"GET /slow?a3 HTTP/1.1\r\nHost: test\r\n\r\n")
        wait_until(lambda: "a3" in slow.attempts)
    live.counter.wait_ended(1)
    for event in slow.let_go.values():
        event.set()
    assert [answer.result(TIMEOUT)[0] for answer in first] == [200, 200]
    assert slow.begun == ["a1", "a2"]
    again = [asker.ask(name) for name in ("a4", "a5")]
    wait_until(lambda: slow.begun == ["a1", "a2", "a4", "a5"])
    assert not any(answer.done() for answer in again)
