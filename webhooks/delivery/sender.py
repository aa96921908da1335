"""The posting side of the pump: one event loop in a thread of its own, a lane for each endpoint.

A lane runs a few posts at once and holds a few more claims ready. A lane that stops moving gives back what it has
not started, so neither places nor memory stay with an endpoint that hangs. The database is not touched here.
"""

import asyncio
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crmsolid.core import clock
from crmsolid.core.http.outbound import OutboundClient, OutboundError, OutboundResponse
from webhooks.delivery.queue import Claim, Target
from webhooks.delivery.schedule import Verdict, verdict
from webhooks.delivery.signing import signature_headers
from webhooks.delivery.window import POSTS_PER_ENDPOINT
from webhooks.models import Verified

# A claim that has waited this long for its turn goes back to the queue, unstarted.
STALE_SECONDS = 5.0
STALL_SECONDS = 1.0
_REFUSED_SIGNATURE = (401, 403)


@dataclass(frozen=True, slots=True)
class Try:
    """One post: when, to whom, signed how, and what came of it."""

    at: datetime
    url: str
    headers: dict[str, str]
    signed_with: str
    answer: OutboundResponse


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claim. No tries: it goes back to the queue as it was."""

    claim: Claim
    tries: Sequence[Try]

    @property
    def seconds(self) -> float:
        return sum(each.answer.duration_ms for each in self.tries) / 1000


@dataclass(slots=True)
class _Lane:
    target: Target
    waiting: deque[tuple[Claim, float]] = field(default_factory=deque)
    running: int = 0
    moved_at: float = 0.0


class Courier:
    """Posts claims and collects outcomes. Used by one thread, as a context; the loop is its own."""

    def __init__(self, client: Callable[[], OutboundClient]) -> None:
        self._client_factory = client
        self._client: OutboundClient | None = None
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []
        self._ready = threading.Condition()
        self._woken = False
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop
        self._stop = asyncio.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks-courier", daemon=True)

    def __enter__(self) -> "Courier":
        self._loop = _new_event_loop()
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *error: object) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def submit(self, work: Sequence[tuple[Target, Sequence[Claim]]]) -> None:
        """Post these claims as their lanes find places."""
        self._loop.call_soon_threadsafe(self._accept, work)

    def collect(self, timeout: float) -> list[Outcome]:
        """The outcomes since the last call; waits up to ``timeout`` seconds for the first, or for :meth:`wake`."""
        with self._ready:
            if not self._outcomes and not self._woken and self._failure is None:
                self._ready.wait(timeout)
            if self._failure is not None:
                raise RuntimeError("the courier's loop has ended") from self._failure
            found, self._outcomes, self._woken = self._outcomes, [], False
            return found

    def wake(self) -> None:
        """End a wait in :meth:`collect`."""
        with self._ready:
            self._woken = True
            self._ready.notify()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            with self._ready:
                self._failure = error
                self._ready.notify()
        finally:
            self._started.set()
            self._loop.close()

    async def _serve(self) -> None:
        async with self._client_factory() as client:
            self._client = client
            self._started.set()
            while not self._stop.is_set():
                await self._tick()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tick(self) -> None:
        try:
            async with asyncio.timeout(STALL_SECONDS / 2):
                await self._stop.wait()
        except TimeoutError:
            self._give_back_stalled()

    def _give_back_stalled(self) -> None:
        now = time.monotonic()
        for endpoint, lane in list(self._lanes.items()):
            if lane.waiting and now - lane.moved_at > STALL_SECONDS:
                self._finish([Outcome(claim, ()) for claim, _ in lane.waiting])
                lane.waiting.clear()
            if not lane.running:
                del self._lanes[endpoint]

    def _accept(self, work: Sequence[tuple[Target, Sequence[Claim]]]) -> None:
        now = time.monotonic()
        for target, claims in work:
            lane = self._lanes.get(target.id)
            if lane is None:
                lane = self._lanes[target.id] = _Lane(target)
            if not lane.running:
                lane.moved_at = now  # it stood still for want of work
            lane.target = target
            lane.waiting.extend((claim, now) for claim in claims)
            self._fill(lane)

    def _fill(self, lane: _Lane) -> None:
        for _ in range(min(len(lane.waiting), POSTS_PER_ENDPOINT - lane.running)):
            lane.running += 1
            task = self._loop.create_task(self._work(lane))
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            with self._ready:
                self._failure = task.exception()
                self._ready.notify()

    async def _work(self, lane: _Lane) -> None:
        """One of a lane's places: it posts one claim after the other until none waits."""
        try:
            while lane.waiting:
                claim, since = lane.waiting.popleft()
                stale = time.monotonic() - since > STALE_SECONDS
                outcome = Outcome(claim, ()) if stale or not claim.body else await self._deliver(lane.target, claim)
                lane.moved_at = time.monotonic()
                self._finish([outcome])
        finally:
            lane.running -= 1

    def _finish(self, outcomes: Sequence[Outcome]) -> None:
        with self._ready:
            first = not self._outcomes
            self._outcomes.extend(outcomes)
            if first:
                self._ready.notify()

    async def _deliver(self, target: Target, claim: Claim) -> Outcome:
        """One attempt; during an overlap a refused signature is tried again at once with the other secret."""
        keys = target.keys.in_force(clock.now())
        if not keys:
            return Outcome(claim, ())
        tries = [await self._post(target, claim, keys)]
        if len(keys) == 2 and _signature_refused(tries[0].answer):
            keys = [keys[1], keys[0]]
            tries.append(await self._post(target, claim, keys))
        if len(keys) == 2 and verdict(tries[-1].answer.status, tries[-1].answer.error) is Verdict.SUCCEEDED:
            target.keys.verified_with = tries[-1].signed_with
        return Outcome(claim, [each for each in tries if each.answer.error is not OutboundError.BUSY])

    async def _post(self, target: Target, claim: Claim, keys: "Sequence[tuple[Verified, str]]") -> Try:
        assert self._client is not None
        at = clock.now()
        signatures = signature_headers(
            [secret for _, secret in keys],
            event_id=claim.event_id,
            timestamp=int(at.timestamp()),
            body=claim.body,
        )
        headers = {"Content-Type": "application/json", **signatures}
        tenant = str(target.workspace_id)
        answer = await self._client.post(target.url, headers=headers, body=claim.body, tenant=tenant)
        return Try(at, target.url, headers, keys[0][0].value, answer)


def _new_event_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


def _signature_refused(answer: OutboundResponse) -> bool:
    return answer.error is None and answer.status in _REFUSED_SIGNATURE
