"""One run of a task at a time in each process.

All runs of a task do the same, namely what is due. A second run beside the first would only occupy a worker thread.
"""

import threading
import time
from collections.abc import Callable

from crmsolid.core import doorbell

REPEAT_SECONDS = 5.0


class SingleRun:
    """Call it to run ``function``, which returns how much it did, or None.

    A call during a run returns 0 at once and makes the run repeat ``function`` afterwards, once for all such calls. A
    run that began more than ``repeat_seconds`` ago, or fails, rings the doorbell for ``task`` instead of repeating, so
    that a worker which is told to end need not wait for it.

    ``wake`` is called by each call during a run, for a function that can look for more work while it runs. It may be
    called just before the function begins and just after it ends.
    """

    def __init__(
        self,
        function: Callable[[], int | None],
        *,
        task: str,
        wake: Callable[[], None] | None = None,
        repeat_seconds: float = REPEAT_SECONDS,
    ) -> None:
        self._function = function
        self._task = task
        self._wake = wake
        self._repeat_seconds = repeat_seconds
        self._lock = threading.Lock()
        self._running = False
        self._asked_again = False
        doorbell.register_run(task, self._ask_again)

    def __call__(self) -> int:
        """Returns the sum of what the function returned; 0 if it was running already. Raises what it raises."""
        if not self._begin():
            return 0
        total, repeat_until = 0, time.monotonic() + self._repeat_seconds
        while True:
            may_repeat = False
            try:
                total += self._function() or 0
                may_repeat = time.monotonic() < repeat_until
            finally:
                repeats = self._end_or_repeat(may_repeat)
            if not repeats:
                return total

    def _begin(self) -> bool:
        """Whether the caller may run the function; otherwise the run in progress has been asked to repeat it."""
        with self._lock:
            if not self._running:
                self._running = True
                return True
            self._asked_again = True
        self._notify()
        return False

    def _ask_again(self) -> bool:
        """Ask the run in progress to repeat; False if there is none."""
        with self._lock:
            if not self._running:
                return False
            self._asked_again = True
        self._notify()
        return True

    def _notify(self) -> None:
        if self._wake is not None:
            self._wake()

    def _end_or_repeat(self, may_repeat: bool) -> bool:
        """Whether to repeat; otherwise the run has ended, and another one is asked for if one is wanted."""
        with self._lock:
            asked_again, self._asked_again = self._asked_again, False
            self._running = asked_again and may_repeat
        if asked_again and not may_repeat:
            doorbell.ring(self._task)
        return asked_again and may_repeat
