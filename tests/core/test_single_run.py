"""One run at a time: calls during a run are merged into one more, and nobody waits."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from crmsolid.core import doorbell
from crmsolid.core.single_run import SingleRun


class Work:
    """A function that runs until it is let go; returns 1, or raises ``error``."""

    def __init__(self) -> None:
        self.began, self.go_on = threading.Semaphore(0), threading.Semaphore(0)
        self.threads: list[int] = []
        self.error: Exception | None = None

    def __call__(self) -> int:
        self.threads.append(threading.get_ident())
        self.began.release()
        assert self.go_on.acquire(timeout=20)
        if self.error is not None:
            raise self.error
        return 1

    def wait_for_begin(self) -> None:
        assert self.began.acquire(timeout=20)


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    recorded: list[str] = []
    monkeypatch.setattr(doorbell, "ring", recorded.append)
    return recorded


@pytest.fixture
def in_thread() -> Iterator[Callable[[SingleRun], "Future[int]"]]:
    with ThreadPoolExecutor() as executor:
        yield lambda run: executor.submit(run)


InThread = Callable[[SingleRun], "Future[int]"]


def test_returns_what_the_function_returns() -> None:
    assert SingleRun(lambda: 3, task="work")() == 3
    assert SingleRun(lambda: None, task="work")() == 0


def test_calls_during_a_run_return_at_once_and_make_it_repeat_once_in_the_same_thread(
    work: Work, in_thread: InThread, rings: list[str]
) -> None:
    run = SingleRun(work, task="work", repeat_seconds=1000)
    running = in_thread(run)
    work.wait_for_begin()
    assert [run(), run(), run()] == [0, 0, 0]
    assert len(work.threads) == 1
    work.go_on.release(10)
    assert running.result(20) == 2
    assert len(work.threads) == 2
    assert len(set(work.threads)) == 1
    assert rings == []


def test_runs_again_after_it_has_ended(work: Work) -> None:
    run = SingleRun(work, task="work")
    work.go_on.release(2)
    assert [run(), run()] == [1, 1]


def test_run_whose_time_is_over_asks_for_another_one_instead_of_repeating(
    work: Work, in_thread: InThread, rings: list[str]
) -> None:
    run = SingleRun(work, task="work", repeat_seconds=0)
    running = in_thread(run)
    work.wait_for_begin()
    assert [run(), run()] == [0, 0]
    assert rings == []
    work.go_on.release()
    assert running.result(20) == 1
    assert rings == ["work"]
    work.go_on.release()
    assert run() == 1
    assert rings == ["work"]


def test_run_that_nobody_asked_for_again_rings_for_nothing(work: Work, rings: list[str]) -> None:
    work.go_on.release()
    assert SingleRun(work, task="work", repeat_seconds=0)() == 1
    assert rings == []


def test_run_that_fails_ends_and_asks_for_the_one_that_was_wanted(
    work: Work, in_thread: InThread, rings: list[str]
) -> None:
    run = SingleRun(work, task="work", repeat_seconds=1000)
    work.error = OSError("no database")
    running = in_thread(run)
    work.wait_for_begin()
    assert run() == 0
    work.go_on.release()
    with pytest.raises(OSError, match="no database"):
        running.result(20)
    assert rings == ["work"]
    work.error = None
    work.go_on.release()
    assert run() == 1
    assert rings == ["work"]


def test_call_during_a_run_wakes_it_before_it_ends(work: Work, in_thread: InThread) -> None:
    woken: list[int] = []
    run = SingleRun(work, task="work", wake=lambda: woken.append(threading.get_ident()))
    running = in_thread(run)
    work.wait_for_begin()
    assert woken == []
    assert run() == 0
    assert woken == [threading.get_ident()]
    work.go_on.release(2)
    assert running.result(20) == 2


def test_ring_during_a_run_in_this_process_repeats_it_without_the_broker(
    work: Work, in_thread: InThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(doorbell.Doorbell, "ring", lambda self, name, **options: sent.append(name))
    run = SingleRun(work, task="ringing", repeat_seconds=1000)
    running = in_thread(run)
    work.wait_for_begin()
    doorbell.ring("ringing")
    assert sent == []
    doorbell.ring("ringing", after=1)
    doorbell.ring("ringing", queue="another")
    work.go_on.release(2)
    assert running.result(20) == 2
    doorbell.ring("ringing")
    assert sent == ["ringing"] * 3
