"""Expensive requests run one after the other and hold no thread while they wait."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from wsgiref.types import WSGIEnvironment

import pytest

from crmsolid.serving.admission import AdmissionQueue, NotAdmitted
from crmsolid.serving.exchange import Reply
from crmsolid.serving.interface import BridgeLimits, Message
from crmsolid.serving.root import RootApplication
from tests.serving.live_server import TIMEOUT, LiveServer, read_response, serve

REFUSAL = Reply(503, [(b"content-length", b"4")], b"busy", None)


def queue(*, max_waiting: int = 10, max_seconds: float = TIMEOUT) -> AdmissionQueue:
    """Requests with a ``rank`` in their environ are expensive."""
    return AdmissionQueue(
        lambda environ: environ.get("rank"), REFUSAL, at_once=1, max_waiting=max_waiting, max_seconds=max_seconds
    )


class Requests:
    """Sends requests through a queue. Each notes its name when it begins, and runs until ``finish``."""

    def __init__(self, admission: AdmissionQueue) -> None:
        self.admission = admission
        self.begun: list[str] = []
        self.watched: list[str] = []  # whose connection is watched for the client leaving
        self.may_finish: dict[str, asyncio.Event] = {}
        self.has_left: dict[str, asyncio.Event] = {}

    async def send(self, name: str, rank: int | None) -> "asyncio.Task[None]":
        """Returns when the request has begun, or waits, or was refused."""
        self.may_finish[name] = asyncio.Event()
        self.has_left[name] = asyncio.Event()
        task = asyncio.create_task(self._run(name, rank))
        await settle()
        return task

    async def finish(self, name: str) -> None:
        self.may_finish[name].set()
        await settle()

    async def leave(self, name: str) -> None:
        self.has_left[name].set()
        await settle()

    async def _run(self, name: str, rank: int | None) -> None:
        async def receive() -> Message:
            self.watched.append(name)
            await self.has_left[name].wait()
            return {"type": "http.disconnect"}

        async with self.admission.admit({"rank": rank}, receive):
            self.begun.append(name)
            await self.may_finish[name].wait()


async def settle() -> None:
    """Let every task go on until it waits for something that only the test causes."""
    for _ in range(10):
        await asyncio.sleep(0)


def run(story: Callable[[Requests], Awaitable[None]], **limits: Any) -> None:
    asyncio.run(asyncio.wait_for(story(Requests(queue(**limits))), TIMEOUT))


def test_one_request_runs_at_a_time_and_the_lowest_rank_is_next() -> None:
    async def story(requests: Requests) -> None:
        for name, rank in (("first", 5), ("third", 2), ("second", 1), ("fourth", 2)):
            await requests.send(name, rank)
        for count, name in enumerate(("first", "second", "third", "fourth"), start=1):
            assert len(requests.begun) == count
            await requests.finish(name)
        assert requests.begun == ["first", "second", "third", "fourth"]
        await requests.send("after all", 9)
        assert requests.begun[-1] == "after all"

    run(story)


def test_other_requests_do_not_wait() -> None:
    async def story(requests: Requests) -> None:
        await requests.send("expensive", 0)
        await requests.send("waiting", 0)
        await requests.send("cheap", None)
        assert requests.begun == ["expensive", "cheap"]

    run(story)


def test_full_queue_refuses_the_request_that_would_be_last() -> None:
    async def story(requests: Requests) -> None:
        await requests.send("running", 0)
        await requests.send("better", 1)
        refused = [await requests.send("worse", 2), await requests.send("worst", 3)]
        await requests.send("best", 0)
        for task in refused:
            with pytest.raises(NotAdmitted) as refused_with:
                await task
            assert refused_with.value.reply == REFUSAL
        for name in ("running", "best", "better"):
            await requests.finish(name)
        assert requests.begun == ["running", "best", "better"]

    run(story, max_waiting=2)


def test_request_that_has_waited_for_too_long_is_refused_and_its_place_is_free() -> None:
    async def story(requests: Requests) -> None:
        await requests.send("running", 0)
        refused = await requests.send("refused", 0)
        with pytest.raises(NotAdmitted):
            await refused
        await requests.finish("running")
        await requests.send("next", 0)
        assert requests.begun == ["running", "next"]

    run(story, max_seconds=0.05)


@pytest.mark.parametrize("is_admitted", [False, True], ids=["while it waits", "in the moment of its admission"])
def test_request_that_is_cancelled_lets_the_next_one_run(is_admitted: bool) -> None:
    async def story(requests: Requests) -> None:
        running = await requests.send("running", 0)
        cancelled = await requests.send("cancelled", 0)
        await requests.send("next", 1)
        if is_admitted:
            running.add_done_callback(lambda _: cancelled.cancel())
            running.cancel()
        else:
            cancelled.cancel()
        await settle()
        await requests.finish("running")
        assert requests.begun == ["running", "next"]

    run(story)


def test_request_whose_client_leaves_while_it_waits_does_not_run_and_its_place_is_free() -> None:
    async def story(requests: Requests) -> None:
        await requests.send("running", 0)
        left = await requests.send("left", 1)
        await requests.leave("left")
        await requests.send("next", 2)
        with pytest.raises(NotAdmitted) as not_admitted:
            await left
        assert not_admitted.value.reply is None
        await requests.finish("running")
        assert requests.begun == ["running", "next"]

    run(story, max_waiting=1)


def test_request_whose_client_leaves_in_the_moment_of_its_admission_lets_the_next_one_run() -> None:
    async def story(requests: Requests) -> None:
        await requests.send("running", 0)
        await requests.send("left", 1)
        await requests.send("next", 2)
        requests.has_left["left"].set()
        await requests.finish("running")
        assert requests.begun == ["running", "next"]

    run(story)


@pytest.mark.parametrize("rank", [None, 0], ids=["not expensive", "nothing else runs"])
def test_connection_of_a_request_that_is_admitted_at_once_is_not_watched(rank: int | None) -> None:
    async def story(requests: Requests) -> None:
        await requests.send("first", rank)
        assert (requests.begun, requests.watched) == (["first"], [])

    run(story)


class Application:
    """Answers; /expensive only when ``may_end`` is set."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.begun: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: Any) -> Iterable[bytes]:
        self.begun.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/expensive":
            assert self.may_end.wait(TIMEOUT)
        start_response("200 OK", [])
        return [b"done"]


def test_requests_that_wait_hold_no_thread_and_a_refused_one_does_not_run() -> None:
    def rank(environ: WSGIEnvironment) -> int | None:
        return 0 if environ["PATH_INFO"] == "/expensive" else None

    app = Application()
    admission = AdmissionQueue(rank, REFUSAL, at_once=1, max_waiting=5, max_seconds=TIMEOUT)
    answers: list[int] = []
    with serve(RootApplication({}, app, admission=admission.admit), lifespan="on") as live:
        threads = [threading.Thread(target=lambda: answers.append(ask(live))) for _ in range(6)]
        for thread in threads:
            thread.start()
        live.counter.wait_begun(6)
        assert live.request("GET", "/cheap")[2] == b"done"
        assert live.request("POST", "/expensive", b"a body")[::2] == (503, b"busy")
        assert sorted(app.begun) == ["/cheap", "/expensive"]
        app.may_end.set()
        for thread in threads:
            thread.join(TIMEOUT)
    assert answers == [200] * 6


def test_sockets_that_close_while_they_wait_are_not_served() -> None:
    app = Application()
    admission = AdmissionQueue(lambda environ: 0, REFUSAL, at_once=1, max_waiting=5, max_seconds=TIMEOUT)
    with serve(RootApplication({}, app, admission=admission.admit), lifespan="on") as live:
        running = threading.Thread(target=ask, args=[live])
        running.start()
        live.counter.wait_begun(1)
        for count in range(2, 5):
            with live.connect() as client:
                client.sendall(b"POST /left HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab")
                live.counter.wait_begun(count)
        live.counter.wait_ended(3)
        app.may_end.set()
        assert live.request("GET", "/after")[2] == b"done"
        running.join(TIMEOUT)
    assert (app.begun, live.counter.failures) == (["/expensive", "/after"], [])


def test_a_refusal_is_sent_unchanged_after_one_that_closed_its_connection() -> None:
    """A body that was not read to its end makes the bridge close the connection, and only that one."""

    def refuse(environ: WSGIEnvironment) -> int | None:
        raise NotAdmitted(REFUSAL)

    admission = AdmissionQueue(refuse, REFUSAL, at_once=1, max_waiting=5, max_seconds=TIMEOUT)
    limits = BridgeLimits(max_body_bytes=10, drain_bytes=10)
    with serve(RootApplication({}, Application(), limits=limits, admission=admission.admit), lifespan="on") as live:
        with live.connect() as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n")
            assert read_response(client).headers["Connection"] == "close"
        status, headers, _ = live.request("GET", "/")
    assert (status, "connection" in headers) == (503, False)


def ask(live: LiveServer) -> int:
    return live.request("GET", "/expensive")[0]
