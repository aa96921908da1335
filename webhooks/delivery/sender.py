"""The posting side of the pump: one event loop in its own thread, with a queue and up to 20 tasks for each endpoint.

If an endpoint makes no progress, the claims that have not been started are given back, so neither connections nor
memory stay with an endpoint that hangs. The database is not used here.
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
from webhooks.delivery.queue import Claim, EndpointSnapshot
from webhooks.delivery.schedule import Verdict, verdict
from webhooks.delivery.signing import signature_headers
from webhooks.models import SigningSecret

POSTS_PER_ENDPOINT = 20
# A claim that has waited this long to be posted goes back to the queue. Much less than a lease: a process that was
# frozen and has lost its leases does not post what it had not begun.
STALE_SECONDS = 5.0
# An endpoint with no post finished for this long gives back what it has not started.
STALL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """One post: when, to which address, with which headers (without the endpoint's own, whose values are secret) and
    signing secret, and what came back."""

    at: datetime
    url: str
    headers: dict[str, str]
    signed_with: str
    response: OutboundResponse

    @property
    def verdict(self) -> Verdict:
        return verdict(self.response.status, self.response.error)


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What became of a claim. Without attempts it goes back to the queue as it was."""

    claim: Claim
    attempts: Sequence[AttemptResult]


@dataclass(slots=True)
class _EndpointQueue:
    endpoint: EndpointSnapshot
    waiting: deque[Claim] = field(default_factory=deque)
    workers: int = 0
    progress_at: float = 0.0


class Sender:
    """Posts claims and collects results. A context manager, used by one thread; the event loop, on which ``client``
    makes the HTTP client, has its own."""

    def __init__(self, client: Callable[[], OutboundClient]) -> None:
        self._client_factory = client
        self._client: OutboundClient
        self._queues: dict[str, _EndpointQueue] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._results: list[DeliveryResult] = []
        self._changed = threading.Condition()
        self._woken = False
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop
        self._stop = asyncio.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks-sender", daemon=True)

    def __enter__(self) -> "Sender":
        if sys.platform == "win32":
            self._loop = asyncio.new_event_loop()
        else:
            import uvloop

            self._loop = uvloop.new_event_loop()
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *error: object) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def submit(self, work: Sequence[tuple[EndpointSnapshot, Sequence[Claim]]]) -> None:
        """Post these claims as soon as their endpoints have workers free."""
        self._loop.call_soon_threadsafe(self._accept, work)

    def collect(self, timeout: float) -> list[DeliveryResult]:
        """The results since the last call; waits up to ``timeout`` seconds for the first, or for :meth:`wake`.

        ``RuntimeError`` if the event loop has failed.
        """
        with self._changed:
            if not self._results and not self._woken and self._failure is None:
                self._changed.wait(timeout)
            if self._failure is not None:
                raise RuntimeError("the sender's event loop has failed") from self._failure
            results, self._results, self._woken = self._results, [], False
            return results

    def wake(self) -> None:
        """End a wait in :meth:`collect`. Can be called from any thread."""
        with self._changed:
            self._woken = True
            self._changed.notify()

    # --- On the event loop's thread ---------------------------------------------------------------------------
    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            self._fail(error)
        finally:
            self._started.set()
            self._loop.close()

    def _fail(self, error: BaseException) -> None:
        with self._changed:
            self._failure = error
            self._changed.notify()

    async def _serve(self) -> None:
        async with self._client_factory() as client:
            self._client = client
            self._started.set()
            while not self._stop.is_set():
                try:
                    async with asyncio.timeout(STALL_SECONDS / 2):
                        await self._stop.wait()
                except TimeoutError:
                    self._give_back_stalled()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _give_back_stalled(self) -> None:
        now = time.monotonic()
        for endpoint_id, queue in list(self._queues.items()):
            if queue.waiting and now - queue.progress_at > STALL_SECONDS:
                self._add_results([DeliveryResult(claim, ()) for claim in queue.waiting])
                queue.waiting.clear()
            if not queue.workers:
                del self._queues[endpoint_id]

    def _accept(self, work: Sequence[tuple[EndpointSnapshot, Sequence[Claim]]]) -> None:
        now = time.monotonic()
        for endpoint, claims in work:
            queue = self._queues.setdefault(endpoint.id, _EndpointQueue(endpoint))
            if not queue.workers:
                queue.progress_at = now  # it was idle, not stalled
            queue.endpoint = endpoint
            queue.waiting.extend(claims)
            for _ in range(min(len(queue.waiting), POSTS_PER_ENDPOINT - queue.workers)):
                queue.workers += 1
                task = self._loop.create_task(self._work(queue))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _work(self, queue: _EndpointQueue) -> None:
        """One worker of an endpoint: it posts one claim after the other until none waits."""
        try:
            while queue.waiting:
                claim = queue.waiting.popleft()
                if claim.body and time.monotonic() - claim.claimed_at <= STALE_SECONDS:
                    result = await self._deliver(queue.endpoint, claim)
                else:
                    result = DeliveryResult(claim, ())
                queue.progress_at = time.monotonic()
                self._add_results([result])
        except Exception as error:
            self._fail(error)
        finally:
            queue.workers -= 1

    def _add_results(self, results: Sequence[DeliveryResult]) -> None:
        with self._changed:
            was_empty = not self._results
            self._results.extend(results)
            if was_empty:
                self._changed.notify()

    async def _deliver(self, endpoint: EndpointSnapshot, claim: Claim) -> DeliveryResult:
        """Post a claim. While two secrets are in force, a refused signature (401 or 403) is tried again at once with
        the other secret."""
        secrets = endpoint.secrets.in_force(clock.now())
        if not secrets or endpoint.secrets.headers is None:
            return DeliveryResult(claim, ())
        attempts = [await self._post(endpoint, claim, secrets)]
        if len(secrets) == 2:
            first = attempts[0].response
            if first.error is None and first.status in (401, 403):
                secrets = [secrets[1], secrets[0]]
                attempts.append(await self._post(endpoint, claim, secrets))
            if attempts[-1].verdict is Verdict.SUCCEEDED:
                endpoint.secrets.verified_with = attempts[-1].signed_with
        # After a wait for a busy host nothing was sent, so it is no attempt.
        return DeliveryResult(claim, [each for each in attempts if each.response.error is not OutboundError.BUSY])

    async def _post(
        self, endpoint: EndpointSnapshot, claim: Claim, secrets: "Sequence[tuple[SigningSecret, str]]"
    ) -> AttemptResult:
        at = clock.now()
        signing_secrets, timestamp = [secret for _, secret in secrets], int(at.timestamp())
        headers = {
            "Content-Type": "application/json",
            **signature_headers(signing_secrets, event_id=claim.event_id, timestamp=timestamp, body=claim.body),
        }
        if claim.request_id:
            headers["X-Request-Id"] = claim.request_id
        # Requests to one host are limited by workspace, so that no customer waits for another one's endpoints.
        tenant = str(endpoint.workspace_id)
        sent = {**(endpoint.secrets.headers or {}), **headers}
        response = await self._client.post(endpoint.url, headers=sent, body=claim.body, tenant=tenant)
        return AttemptResult(at, endpoint.url, headers, secrets[0][0].value, response)
