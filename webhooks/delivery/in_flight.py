"""Which claims a pump holds, and how many more it may claim: limited by each endpoint's window, which grows while the
endpoint answers fast, and by the pump's totals."""

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from webhooks.delivery.queue import Claim, EndpointSnapshot
from webhooks.delivery.sender import POSTS_PER_ENDPOINT, DeliveryResult

# Claims held at once: bounds memory, and is enough to keep the sender busy during a visit to the database.
MAX_CLAIMS = 2000
# Connections used at once. Endpoints that do not answer share half of them.
MAX_CONNECTIONS = 800
MAX_PROBES = MAX_CONNECTIONS // 2

FIRST_WINDOW = 5
LARGEST_WINDOW = 250
SLOW_WINDOW = POSTS_PER_ENDPOINT
PROBING_WINDOW = 2
_FAST_SECONDS = 0.5
# A full window should be posted within this time: half of what makes a claim stale (sender.STALE_SECONDS).
_WINDOW_SECONDS = 2.5
# An endpoint that has not answered for so long gets no more claims once the pump is closing.
_UNANSWERED_SECONDS = 0.5


@dataclass(slots=True)
class Window:
    """How many claims may be held for one endpoint: few at first, more while it answers fast, two while it does not
    answer at all. An endpoint that hangs therefore takes next to nothing away from the others."""

    size: int = FIRST_WINDOW

    @property
    def is_probing(self) -> bool:
        return self.size <= PROBING_WINDOW

    def record(self, durations: Sequence[float], *, unanswered: bool) -> None:
        """Adjust to the latest posts. ``durations`` are in seconds."""
        if unanswered:
            self.size = PROBING_WINDOW
        elif durations and max(durations) <= _FAST_SECONDS:
            posted_in_time = int(POSTS_PER_ENDPOINT * _WINDOW_SECONDS / max(*durations, 0.001))
            self.size = min(self.size * 4, LARGEST_WINDOW, posted_in_time)
        elif durations:
            self.size = min(self.size + FIRST_WINDOW, SLOW_WINDOW)


class InFlight:
    """The claims held and the window of each endpoint."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}
        # By endpoint, then by delivery and lease: a delivery can be claimed again while its lost claim is in flight.
        self._claimed_at: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)
        self._closed_at: float | None = None

    def __len__(self) -> int:
        return sum(len(claims) for claims in self._claimed_at.values())

    def leases(self) -> set[str]:
        """The leases of the claims held."""
        return {lease for claims in self._claimed_at.values() for _, lease in claims}

    def close(self) -> None:
        """The pump's time is over: it finishes what it holds, see :meth:`capacity`."""
        if self._closed_at is None:
            self._closed_at = time.monotonic()

    def add(self, claims: Sequence[Claim]) -> None:
        """Hold these claims, of endpoints that :meth:`capacity` was asked about."""
        for claim in claims:
            self._claimed_at[claim.endpoint_id][claim.id, claim.lease] = claim.claimed_at

    def release(self, results: Sequence[DeliveryResult]) -> None:
        """Let go of these claims; their results adjust the windows of their endpoints."""
        by_endpoint: dict[str, list[DeliveryResult]] = defaultdict(list)
        for result in results:
            del self._claimed_at[result.claim.endpoint_id][result.claim.id, result.claim.lease]
            by_endpoint[result.claim.endpoint_id].append(result)
        for endpoint_id, endpoint_results in by_endpoint.items():
            posted = [result for result in endpoint_results if result.attempts]
            # A claim that comes back unposted waited behind posts that did not end.
            unanswered = len(posted) < len(endpoint_results) or any(
                result.attempts[-1].response.error is not None for result in posted
            )
            seconds = [sum(each.response.duration_ms for each in result.attempts) / 1000 for result in posted]
            self._windows[endpoint_id].record(seconds, unanswered=unanswered)

    def capacity(self, endpoints: Sequence[EndpointSnapshot]) -> dict[str, int]:
        """How many more deliveries to claim of each of these endpoints; those with no capacity are left out.

        Once closed there is none, unless a claim from before is still unanswered: until then, endpoints that answer
        go on being served.
        """
        closing = self._closed_at is not None
        if closing and not self._holds_claim_from_before_closing():
            return {}
        claims, connections, probes = self._unused()
        capacity: dict[str, int] = {}
        now = time.monotonic()
        for endpoint in random.sample(endpoints, len(endpoints)):
            first = Window(PROBING_WINDOW if endpoint.failing_since else FIRST_WINDOW)
            window = self._windows.setdefault(endpoint.id, first)
            claimed_at = self._claimed_at[endpoint.id]
            held, oldest = len(claimed_at), next(iter(claimed_at.values()), now)
            if closing and (window.is_probing or now - oldest > _UNANSWERED_SECONDS):
                continue
            unused_connections = max(0, POSTS_PER_ENDPOINT - held)
            count = min(window.size - held, claims, probes if window.is_probing else claims)
            if unused_connections > connections:
                count = min(count, connections)
            if count > 0:
                capacity[endpoint.id] = count
                claims -= count
                connections -= min(count, unused_connections)
                probes -= count if window.is_probing else 0
        return capacity

    def _unused(self) -> tuple[int, int, int]:
        """How many more claims, connections and probes the pump may have."""
        claims, connections, probes = MAX_CLAIMS, MAX_CONNECTIONS, MAX_PROBES
        for endpoint_id, claimed_at in self._claimed_at.items():
            claims -= len(claimed_at)
            connections -= min(len(claimed_at), POSTS_PER_ENDPOINT)
            if claimed_at and self._windows[endpoint_id].is_probing:
                probes -= len(claimed_at)
        return claims, connections, probes

    def _holds_claim_from_before_closing(self) -> bool:
        """A claim made since then does not count: two endpoints that keep the pump waiting would keep each other
        going for ever."""
        oldest = (next(iter(claimed_at.values())) for claimed_at in self._claimed_at.values() if claimed_at)
        return self._closed_at is not None and any(claimed_at <= self._closed_at for claimed_at in oldest)
