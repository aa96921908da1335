import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from queue import SimpleQueue

import pytest

from crmsolid.serving.pool import ThreadPool

colour: ContextVar[str] = ContextVar("colour", default="none")
TIMEOUT = 10.0


class Preparation:
    """An ``around_thread`` that sets a context variable and records the threads that entered and left."""

    def __init__(self, fail_from: int = 99) -> None:
        self.entered: list[int] = []
        self.left: list[int] = []
        self._fail_from = fail_from
        self._lock = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            if len(self.entered) >= self._fail_from:
                raise RuntimeError("no more threads")
            self.entered.append(threading.get_ident())
        colour.set("prepared")
        yield
        self.left.append(threading.get_ident())


def test_each_thread_is_prepared_once_and_left_once() -> None:
    preparation = Preparation()
    pool = ThreadPool(3, preparation)
    pool.start()
    done: SimpleQueue[int] = SimpleQueue()
    for _ in range(30):
        pool.submit(lambda: done.put(threading.get_ident()))
    workers = {done.get(timeout=TIMEOUT) for _ in range(30)}
    assert pool.stop(TIMEOUT) is True
    assert len(set(preparation.entered)) == 3
    assert workers <= set(preparation.entered)
    assert sorted(preparation.left) == sorted(preparation.entered)


def test_job_sees_the_context_of_its_thread_and_not_of_other_jobs() -> None:
    pool = ThreadPool(1, Preparation())
    pool.start()
    seen: SimpleQueue[str] = SimpleQueue()

    def job() -> None:
        seen.put(colour.get())
        colour.set("leaked")

    pool.submit(job)
    pool.submit(job)
    assert [seen.get(timeout=TIMEOUT), seen.get(timeout=TIMEOUT)] == ["prepared", "prepared"]
    assert pool.stop(TIMEOUT)


def test_clients_take_turns_and_keep_the_order_of_their_own_jobs() -> None:
    pool = ThreadPool(1, Preparation())
    pool.start()
    release, running = threading.Event(), threading.Event()
    done: SimpleQueue[str] = SimpleQueue()

    def occupy() -> None:
        running.set()
        release.wait(TIMEOUT)

    pool.submit(occupy)  # until all others wait
    assert running.wait(TIMEOUT)
    for number in range(100):
        pool.submit(partial(done.put, f"many {number}"), "many")
    for number in range(2):
        pool.submit(partial(done.put, f"few {number}"), "few")
    release.set()
    order = [done.get(timeout=TIMEOUT) for _ in range(102)]
    assert order[:5] == ["many 0", "few 0", "many 1", "few 1", "many 2"]
    assert order[5:] == [f"many {number}" for number in range(3, 100)]
    assert pool.stop(TIMEOUT)


def test_jobs_that_wait_at_the_stop_are_run() -> None:
    pool = ThreadPool(1, Preparation())
    pool.start()
    done: SimpleQueue[int] = SimpleQueue()
    for number in range(10):
        pool.submit(partial(done.put, number), str(number))
    assert pool.stop(TIMEOUT) is True
    assert done.qsize() == 10


def test_thread_survives_a_job_that_raises(caplog: pytest.LogCaptureFixture) -> None:
    pool = ThreadPool(1, Preparation())
    pool.start()
    idents: SimpleQueue[int] = SimpleQueue()

    def broken() -> None:
        idents.put(threading.get_ident())
        raise SystemExit(3)

    pool.submit(broken)
    pool.submit(lambda: idents.put(threading.get_ident()))
    assert idents.get(timeout=TIMEOUT) == idents.get(timeout=TIMEOUT)
    assert pool.stop(TIMEOUT)
    assert [record.message for record in caplog.records] == ["a job failed outside of its own error handling"]


def test_start_raises_the_error_of_the_preparation_and_leaves_no_thread() -> None:
    preparation = Preparation(fail_from=2)
    before = set(threading.enumerate())
    with pytest.raises(RuntimeError, match="no more threads"):
        ThreadPool(4, preparation).start()
    for thread in set(threading.enumerate()) - before:
        thread.join(TIMEOUT)
    assert set(threading.enumerate()) == before
    assert len(preparation.left) == 2


def test_stop_gives_up_on_a_hanging_job() -> None:
    pool = ThreadPool(2, Preparation())
    pool.start()
    release, running = threading.Event(), threading.Event()

    def hang() -> None:
        running.set()
        release.wait(TIMEOUT)

    pool.submit(hang)
    assert running.wait(TIMEOUT)
    assert pool.stop(0.05) is False
    release.set()
