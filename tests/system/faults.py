"""Faults that are injected into a running stack: processes are killed or frozen, Redis and PostgreSQL lose what they
have. Each fault ends by itself, and whatever was killed is started again, as by the supervisor of a host."""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import redis

from tests.plugins import services
from tests.system.stack import Stack

WORKERS = ("worker-1", "worker-2")
KILLS = ("kill_web_process", "kill_web", "kill_worker", "kill_scheduler")
ALL_KINDS = (
    *KILLS,
    "kill_web_supervisor",
    "freeze_web_process",
    "freeze_web",
    "freeze_worker",
    "freeze_worker_past_leases",
    "freeze_scheduler",
    "kill_redis",
    "freeze_redis",
    "flush_redis",
    "end_one_session",
    "end_all_sessions",
    # That of the run, if it has one of its own: other tests use another one meanwhile.
    *(["kill_postgres"] if services.started else []),
)
FREEZE_SECONDS = (1.0, 6.0)
# Longer than the leases of messages in the tests, and than those of Telegram accounts with the 10 s by which clocks may
# differ.
PAST_LEASES_SECONDS = (14.0, 16.0)
GONE_SECONDS = (0.2, 5.0)


class Faults:
    """Injects one fault at a time, of these ``kinds``. ``chance`` decides which one, on what, and for how long.

    ``kind`` is that of the last one. ``ended_at`` is when it ended, on the monotonic clock: when the process was killed
    (starting it again is part of the recovery), when the frozen one went on, or when the server was there again.
    """

    def __init__(self, stack: Stack, chance: random.Random, kinds: Sequence[str] = ALL_KINDS) -> None:
        self.ended_at, self.kind = 0.0, ""
        self._stack, self._random, self._kinds = stack, chance, kinds
        self._left: list[str] = []

    def inject(self) -> str:
        """Inject the next fault; returns what it was. All kinds come in turn, in a random order."""
        if not self._left:
            self._left = self._random.sample(self._kinds, len(self._kinds))
        self.kind = self._left.pop()
        inject: Callable[[], str] = getattr(self, f"_{self.kind}")
        self.ended_at = 0.0
        what = inject()
        self.ended_at = self.ended_at or time.monotonic()
        return what

    def _kill_web_process(self) -> str:
        pid = self._random.choice(self._stack.children("web"))
        os.kill(pid, signal.SIGKILL)
        return "one web process killed"

    def _kill_web(self) -> str:
        return self._kill("web", self._stack.start_web)

    def _kill_worker(self) -> str:
        name = self._random.choice(WORKERS)
        return self._kill(name, lambda: self._stack.start_worker(name))

    def _kill_web_supervisor(self) -> str:
        """The host starts it again as soon as its processes have left the port."""
        killed_at = time.monotonic()
        self._stack.kill_web_supervisor()
        self.ended_at = killed_at
        self._stack.start_web()
        return "the supervisor of the web killed"

    def _kill_scheduler(self) -> str:
        return self._kill("scheduler", self._stack.start_scheduler)

    def _kill(self, name: str, start: Callable[[], None]) -> str:
        self._stack.kill(name)
        self.ended_at = time.monotonic()
        start()
        return f"{name} killed"

    def _freeze_web_process(self) -> str:
        pid = self._random.choice(self._stack.children("web"))
        os.kill(pid, signal.SIGSTOP)
        seconds = self._pause(FREEZE_SECONDS)
        os.kill(pid, signal.SIGCONT)
        return f"one web process frozen for {seconds:.1f} s"

    def _freeze_web(self) -> str:
        pids = self._stack.children("web")
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        seconds = self._pause(FREEZE_SECONDS)
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        return f"web frozen for {seconds:.1f} s"

    def _freeze_worker(self) -> str:
        return self._freeze(self._random.choice(WORKERS))

    def _freeze_worker_past_leases(self) -> str:
        return self._freeze(self._random.choice(WORKERS), PAST_LEASES_SECONDS)

    def _freeze_scheduler(self) -> str:
        return self._freeze("scheduler")

    def _freeze_redis(self) -> str:
        return self._freeze("redis")

    def _freeze(self, name: str, between: tuple[float, float] = FREEZE_SECONDS) -> str:
        with frozen(self._stack, name):
            seconds = self._pause(between)
        return f"{name} frozen for {seconds:.1f} s"

    def _kill_redis(self) -> str:
        self._stack.kill("redis")
        seconds = self._pause(GONE_SECONDS)
        self._stack.start_redis()
        return f"redis gone for {seconds:.1f} s"

    def _flush_redis(self) -> str:
        with contextlib.closing(redis.Redis(port=self._stack.redis_port)) as client:
            client.flushall()
        return "redis flushed"

    def _end_one_session(self) -> str:
        self._stack.query(f"SELECT pg_terminate_backend(pid) FROM ({SESSIONS} ORDER BY random() LIMIT 1) AS one")
        return "one database session ended"

    def _end_all_sessions(self) -> str:
        ended = self._stack.query(f"SELECT pg_terminate_backend(pid) FROM ({SESSIONS}) AS everyone")
        return f"all {len(ended)} database sessions ended"

    def _kill_postgres(self) -> str:
        """It comes back after recovery from its log."""
        services.kill_postgresql()
        return "PostgreSQL killed and started again"

    def _pause(self, seconds: tuple[float, float]) -> float:
        chosen = self._random.uniform(*seconds)
        time.sleep(chosen)
        return chosen


SESSIONS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@contextlib.contextmanager
def frozen(stack: Stack, name: str) -> Iterator[None]:
    stack.signal(name, signal.SIGSTOP)
    try:
        yield
    finally:
        stack.signal(name, signal.SIGCONT)


class Monitor:
    """Reads the length of all queues of signals and /readyz several times a second, in a thread."""

    def __init__(self, stack: Stack) -> None:
        self.most_signals = 0
        self.ready: Counter[int] = Counter()  # how often /readyz answered with which status; 0 without an answer
        self._stack, self._stopping = stack, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Monitor":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        port = self._stack.redis_port
        with contextlib.closing(redis.Redis(port=port, socket_timeout=0.5, socket_connect_timeout=0.5)) as client:
            while not self._stopping.wait(0.2):
                with contextlib.suppress(redis.RedisError):  # it may be frozen or gone
                    lengths = [client.llen(name) for name in client.scan_iter("crmsolid*", _type="list")]
                    self.most_signals = max(self.most_signals, sum(map(int, lengths)))
                self.ready[self._stack.readiness()] += 1
