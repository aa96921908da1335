"""A load that reads with a key of few requests a minute, and more often than it may."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.system.load import Kind, Load, Request
from tests.system.seen import Seen
from tests.system.stack import Stack

LIMIT, WINDOW_SECONDS = 6, 60
# Answers tell the end of their window in whole seconds, and may come late from a process that was frozen.
TOLERANCE_SECONDS = 10.0


@dataclass(slots=True)
class Window:
    """A window of the rate limit: when it ends, by the first answer in it, and how many requests it has let through."""

    ends_at: float
    allowed: int = 0


class ReadsBeyondTheLimit(Kind):
    """One read a second with a key of 6 requests a minute.

    ``redis_away`` is when Redis was away or emptied (start and end): then the count begins again, or is that of each
    process, so the windows at that time are not judged.
    """

    name = "rate limit"
    pause_seconds = 1.0

    def __init__(self, stack: Stack, load: Load) -> None:
        super().__init__(stack, load)
        self.redis_away: list[tuple[float, float]] = []
        self._windows: list[Window] = []

    async def act(self, number: int) -> None:
        request = Request("GET", "/v1/me", "", b"", token=self.stack.seeded["slow"])
        await self.load.call(request)
        self.requests.append(request)
        if request.status not in (200, 429):
            self.load.wrong.append(f"{request.path}: {request.status} {request.answer!r}")
            return
        ends_at = time.monotonic() + int(request.headers["X-RateLimit-Reset"])
        if not self._windows or abs(self._windows[-1].ends_at - ends_at) > TOLERANCE_SECONDS:
            self._windows.append(Window(ends_at))
        self._windows[-1].allowed += request.status == 200

    def audit(self, seen: Seen) -> int:
        """Returns how many windows were judged."""
        judged = [window for window in self._windows if not self._is_near(window, self.redis_away)]
        assert max((window.allowed for window in judged), default=0) <= LIMIT, judged
        assert {request.status for request in self.requests} == {200, 429}
        return len(judged)

    @staticmethod
    def _is_near(window: Window, times: Sequence[tuple[float, float]]) -> bool:
        starts_at, ends_at = window.ends_at - WINDOW_SECONDS - TOLERANCE_SECONDS, window.ends_at + TOLERANCE_SECONDS
        return any(began < ends_at and ended > starts_at for began, ended in times)
