import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from queue import SimpleQueue

import pytest

from crmsolid.serving.pool import ThreadPool

colour: ContextVar[str] = ContextVar("colour", default="none")
PATIENCE = 10.0


class Room:
    """An `around_thread` that sets a context variable and counts who came and went."""

    def __init__(self, fail_from: int = 99) -> None:
        self.entered: list[int] = []
        self.left: list[int] = []
        self._fail_from = fail_from
        self._lock = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            if len(self.entered) >= self._fail_from:
                raise RuntimeError("no room")
            self.entered.append(threading.get_ident())
        colour.set("room")
        yield
        self.left.append(threading.get_ident())


def test_each_thread_is_prepared_once_and_left_once() -> None:
    room = Room()
    pool = ThreadPool(3, room)
    done: SimpleQueue[int] = SimpleQueue()
    for _ in range(30):
        pool.submit(lambda: done.put(threading.get_ident()))
    workers = {done.get(timeout=PATIENCE) for _ in range(30)}
    assert pool.stop(PATIENCE) is True
    assert len(set(room.entered)) == 3
    assert workers <= set(room.entered)
    assert sorted(room.left) == sorted(room.entered)


def test_a_job_sees_the_threads_context_and_none_of_another_jobs() -> None:
    pool = ThreadPool(1, Room())
    seen: SimpleQueue[str] = SimpleQueue()

    def job() -> None:
        seen.put(colour.get())
        colour.set("leaked")

    pool.submit(job)
    pool.submit(job)
    assert [seen.get(timeout=PATIENCE), seen.get(timeout=PATIENCE)] == ["room", "room"]
    assert pool.stop(PATIENCE)


def test_a_thread_outlives_a_job_that_raises(caplog: pytest.LogCaptureFixture) -> None:
    pool = ThreadPool(1, Room())
    idents: SimpleQueue[int] = SimpleQueue()

    def broken() -> None:
        idents.put(threading.get_ident())
        raise SystemExit(3)

    pool.submit(broken)
    pool.submit(lambda: idents.put(threading.get_ident()))
    assert idents.get(timeout=PATIENCE) == idents.get(timeout=PATIENCE)
    assert pool.stop(PATIENCE)
    assert [record.message for record in caplog.records] == ["a job failed outside of its own error handling"]


def test_start_raises_what_the_preparation_raised_and_leaves_no_thread() -> None:
    room = Room(fail_from=2)
    before = set(threading.enumerate())
    with pytest.raises(RuntimeError, match="no room"):
        ThreadPool(4, room).start()
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE)
    assert set(threading.enumerate()) == before
    assert len(room.left) == 2


def test_stop_gives_up_on_a_job_that_hangs() -> None:
    pool = ThreadPool(2, Room())
    release, running = threading.Event(), threading.Event()

    def hang() -> None:
        running.set()
        release.wait(PATIENCE)

    pool.submit(hang)
    assert running.wait(PATIENCE)
    assert pool.stop(0.05) is False
    release.set()
