"""A fixed number of threads that run WSGI requests, and their preparation for Django."""

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import Context
from queue import SimpleQueue

from django.conf import settings
from django.core.cache import caches
from django.db import connections

logger = logging.getLogger(__name__)

Job = Callable[[], None]
AroundThread = Callable[[], AbstractContextManager[object]]


class FairQueue:
    """The jobs that wait for a thread. Clients take turns (fair queueing), so one with hundreds of requests at once
    delays the next request of another client by one of its own. A client's jobs keep their order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, deque[Job]] = OrderedDict()  # by client; the first one's turn is next
        self._arrivals: SimpleQueue[bool] = SimpleQueue()  # True for each job, False for each end

    def put(self, client: str, job: Job) -> None:
        with self._lock:
            self._waiting.setdefault(client, deque()).append(job)
        self._arrivals.put(True)

    def put_end(self) -> None:
        """One ``get`` returns None, after as many jobs as there are now."""
        self._arrivals.put(False)

    def get(self) -> Job | None:
        """Wait for a job."""
        if not self._arrivals.get():
            return None
        with self._lock:
            client, jobs = self._waiting.popitem(last=False)
            job = jobs.popleft()
            if jobs:
                self._waiting[client] = jobs
        return job


class ThreadPool:
    """Its threads live as long as the pool, so what Django keeps per thread (database connections) is reused.

    ``around_thread`` is entered once in each thread, before its first job, and exited after its last. Each job runs in
    a copy of the context that this produced: jobs see its context variables, but not those of other jobs.
    """

    def __init__(self, size: int, around_thread: AroundThread) -> None:
        self._size = size
        self._around_thread = around_thread
        self._jobs = FairQueue()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads. Raises what ``around_thread`` raises: a server that cannot work should not start."""
        ready: SimpleQueue[BaseException | None] = SimpleQueue()
        # Daemon threads, because a view that hangs must not keep a stopped process alive.
        threads = [
            threading.Thread(target=self._run, args=(ready,), name=f"wsgi-{number}", daemon=True)
            for number in range(self._size)
        ]
        for thread in threads:
            thread.start()
        failures = [failure for failure in [ready.get() for _ in threads] if failure is not None]
        if failures:
            self._end_threads(self._size - len(failures))
            raise failures[0]
        self._threads = threads

    def submit(self, job: Job, client: str = "") -> None:
        """Run the job on one of the threads. ``client``: whose turn it takes."""
        if not self._threads:
            raise RuntimeError("the thread pool is not running: the server has to run the lifespan protocol")
        self._jobs.put(client, job)

    def stop(self, seconds: float) -> bool:
        """Wait up to ``seconds`` for running jobs. False if some were still running then."""
        threads, self._threads = self._threads, []
        self._end_threads(len(threads))
        deadline = time.monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _end_threads(self, count: int) -> None:
        for _ in range(count):
            self._jobs.put_end()

    def _run(self, ready: "SimpleQueue[BaseException | None]") -> None:
        context = Context()
        try:
            guard = self._around_thread()
            context.run(guard.__enter__)
        except BaseException as failure:
            ready.put(failure)
            return
        ready.put(None)
        while (job := self._jobs.get()) is not None:
            try:
                context.copy().run(job)
            except BaseException:
                # The thread must survive: the loss of one would go unnoticed until the last is gone.
                logger.exception("a job failed outside of its own error handling")
            del job  # otherwise the objects of a request stay in memory until the next one
        context.run(guard.__exit__, None, None, None)


@contextmanager
def django_thread() -> Iterator[None]:
    """The ``around_thread`` for Django: requests on a thread share its caches; it closes its connections.

    Django keeps caches per context, and each request runs in a context of its own. Caches that exist before the first
    request are in all of them.
    """
    for alias in settings.CACHES:
        caches[alias]
    try:
        yield
    finally:
        connections.close_all()
