"""A fixed number of threads that run WSGI requests."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import Context
from queue import SimpleQueue

logger = logging.getLogger(__name__)

Job = Callable[[], None]
AroundThread = Callable[[], AbstractContextManager[object]]


class ThreadPool:
    """Threads live as long as the pool, so what Django keeps per thread (database connections) is reused.

    `around_thread` is entered once in each thread, before its first job, and left after its last. Each job runs in a
    copy of the context this leaves behind: it sees those context variables, and no job sees another's.
    """

    def __init__(self, size: int, around_thread: AroundThread) -> None:
        self._size = size
        self._around_thread = around_thread
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._start_lock = threading.Lock()

    def start(self) -> None:
        """Raises what `around_thread` raises: a server that cannot work should not start."""
        with self._start_lock:
            if self._threads:
                return
            ready: SimpleQueue[BaseException | None] = SimpleQueue()
            # Daemons, because a view that hangs must not keep a stopped process alive.
            threads = [
                threading.Thread(target=self._live, args=(ready,), name=f"wsgi-{number}", daemon=True)
                for number in range(self._size)
            ]
            for thread in threads:
                thread.start()
            failures = [failure for failure in [ready.get() for _ in threads] if failure is not None]
            if failures:
                self._dismiss(self._size - len(failures))
                raise failures[0]
            self._threads = threads

    def submit(self, job: Job) -> None:
        """Threads start with the first job unless `start` was called: a server may fork after it loads the app."""
        if not self._threads:
            self.start()
        self._jobs.put(job)

    def stop(self, seconds: float) -> bool:
        """Let running jobs end. False if some were still running after that time."""
        threads, self._threads = self._threads, []
        self._dismiss(len(threads))
        deadline = time.monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _dismiss(self, count: int) -> None:
        for _ in range(count):
            self._jobs.put(None)

    def _live(self, ready: "SimpleQueue[BaseException | None]") -> None:
        context = Context()
        try:
            guard = self._around_thread()
            context.run(guard.__enter__)
        except BaseException as failure:
            ready.put(failure)
            return
        ready.put(None)
        try:
            self._work(context)
        finally:
            context.run(guard.__exit__, None, None, None)

    def _work(self, context: Context) -> None:
        get = self._jobs.get
        copy = context.copy
        while (job := get()) is not None:
            try:
                copy().run(job)
            except BaseException:
                # One thread fewer would go unnoticed until the last one is gone.
                logger.exception("a job failed outside of its own error handling")
            del job  # or the last request's objects live until the next one
