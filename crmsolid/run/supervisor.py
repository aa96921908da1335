"""Several processes that live and end together; one that dies is started again."""

import logging
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from crmsolid.checks import EXIT_UNSAFE

logger = logging.getLogger("crmsolid.run")

POLL_SECONDS = 0.2
FINISH_SECONDS = 20
HEALTHY_SECONDS = 10.0  # who lived this long is started again at once
MAX_PAUSE_SECONDS = 10.0


@dataclass
class Part:
    """One process: its name in the log, its command line, the file descriptors it inherits."""

    name: str
    command: Sequence[str]
    descriptors: Sequence[int] = ()
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = 0


def _nothing(pid: int) -> None:
    pass


@dataclass
class Supervisor:
    """``on_death`` is told the process id of each process that ended before its time."""

    parts: list[Part]
    on_death: Callable[[int], None] = _nothing
    _stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> int:
        """Until SIGINT, SIGTERM or SIGHUP; answers the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        status = 0
        try:
            while not status and not self._stopping.wait(POLL_SECONDS):
                status = self._look_after()
        finally:
            self._end_all()
        return status

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _look_after(self) -> int:
        for part in self.parts:
            if part.process is not None and part.process.poll() is not None:
                code = part.process.returncode
                self._note_death(part, part.process)
                if code == EXIT_UNSAFE:  # it said why; it would say so for ever
                    return code
            if part.process is None and time.monotonic() >= part.start_at:
                self._start(part)
        return 0

    def _start(self, part: Part) -> None:
        # A session of its own: the terminal's Ctrl-C reaches this process alone, which then ends each part once.
        part.process = subprocess.Popen(part.command, pass_fds=tuple(part.descriptors), start_new_session=True)
        part.started_at = time.monotonic()

    def _note_death(self, part: Part, process: "subprocess.Popen[bytes]") -> None:
        lived = time.monotonic() - part.started_at
        part.failures = 0 if lived >= HEALTHY_SECONDS else part.failures + 1
        pause = min(MAX_PAUSE_SECONDS, 0.5 * 2**part.failures) if part.failures else 0.0
        part.process, part.start_at = None, time.monotonic() + pause
        logger.error("%s ended with status %s; starting it again", part.name, process.returncode)
        self.on_death(process.pid)

    def _end_all(self) -> None:
        running = [part for part in self.parts if part.process is not None]
        for part in running:
            assert part.process is not None
            part.process.terminate()
        deadline = time.monotonic() + FINISH_SECONDS
        for part in running:
            assert part.process is not None
            try:
                part.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning(
                    "%s still works after %s s: ending it; its rows are taken up later", part.name, FINISH_SECONDS
                )
                part.process.kill()
                part.process.wait()
