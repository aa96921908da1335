"""What a pump has in hand, by endpoint, and how much more it may take: within each endpoint's pace and the limits of
all. Numbers only; neither the database nor the network is touched here."""

import random
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from webhooks.delivery.queue import Claim, Target
from webhooks.delivery.sender import Outcome
from webhooks.delivery.window import POSTS_PER_ENDPOINT, Pace

# Claims in hand, in all: bounds memory, and keeps the courier busy while a visit to the database lasts.
HELD_IN_ALL = 2000
# Those that a place of their endpoint is for: bounds sockets. Endpoints that do not answer share half of it.
PLACES_IN_ALL = 800
PLACES_PROBING = PLACES_IN_ALL // 2
_OLD_SECONDS = 0.5


@dataclass(slots=True)
class _Free:
    """What is left of the limits of all."""

    claims: int
    places: int
    probing: int

    def take(self, wanted: int, *, beside: int, probing: bool) -> int:
        """How many of the ``wanted`` claims of an endpoint that has some ``beside`` there is room for; now taken."""
        to_fill = max(0, POSTS_PER_ENDPOINT - beside)
        room = min(wanted, self.claims, self.probing if probing else wanted)
        room = max(0, min(room, self.places) if to_fill > self.places else room)
        self.claims -= room
        self.places -= min(room, to_fill)
        self.probing -= room if probing else 0
        return room


class Holding:
    """The claims in hand and the pace of each endpoint."""

    def __init__(self) -> None:
        self._paces: dict[str, Pace] = {}
        self._held: dict[str, dict[str, float]] = defaultdict(dict)
        self._closed_at: float | None = None

    def __len__(self) -> int:
        return sum(len(held) for held in self._held.values())

    def close(self) -> None:
        """The pump's time is over: what is in hand is finished, see :meth:`rooms`."""
        if self._closed_at is None:
            self._closed_at = time.monotonic()

    def add(self, endpoint_id: str, claims: Sequence[Claim]) -> None:
        now = time.monotonic()
        self._held[endpoint_id].update((each.id, now) for each in claims)

    def release(self, outcomes: Sequence[Outcome]) -> None:
        """These are settled; what they were like decides how many their endpoints get next."""
        by_endpoint: dict[str, list[Outcome]] = defaultdict(list)
        for outcome in outcomes:
            del self._held[outcome.claim.endpoint_id][outcome.claim.id]
            by_endpoint[outcome.claim.endpoint_id].append(outcome)
        for endpoint_id, of_endpoint in by_endpoint.items():
            tried = [outcome for outcome in of_endpoint if outcome.tries]
            unanswered = any(outcome.tries[-1].answer.error is not None for outcome in tried)
            given_back = len(tried) < len(of_endpoint)
            self._paces[endpoint_id].note([each.seconds for each in tried], unanswered=unanswered or given_back)

    def rooms(
        self, targets: Sequence[Target], planned: Mapping[str, int], *, without: Collection[str] = ()
    ) -> dict[str, int]:
        """How many to take of each endpoint, beside the ``planned`` ones that are as good as in hand; 0 for one that
        answers but has its hands full.

        Once closed: none, unless a claim of before keeps us waiting; then those that answer go on being served.
        """
        closing = self._closed_at is not None
        if closing and not self._has_earlier():
            return {}
        free = self._free(planned)
        rooms: dict[str, int] = {}
        for target in random.sample(targets, len(targets)):
            pace = self._paces.setdefault(target.id, Pace.of_failing() if target.failing_since else Pace())
            if target.id in without or (closing and (pace.is_probing or self._is_old(target.id))):
                continue
            beside = len(self._held[target.id]) + planned.get(target.id, 0)
            room = free.take(pace.window - beside, beside=beside, probing=pace.is_probing)
            if room or not pace.is_probing:
                rooms[target.id] = room
        return rooms

    def free(self, planned: Mapping[str, int], *, without: Collection[str] = ()) -> int:
        """How many more of all endpoints seen so far could be taken, not counting those that do not answer."""
        of_each = (
            pace.window - len(self._held[endpoint_id]) - planned.get(endpoint_id, 0)
            for endpoint_id, pace in self._paces.items()
            if not pace.is_probing and endpoint_id not in without
        )
        return min(sum(max(0, room) for room in of_each), HELD_IN_ALL - len(self) - sum(planned.values()))

    def _free(self, planned: Mapping[str, int]) -> _Free:
        free = _Free(HELD_IN_ALL, PLACES_IN_ALL, PLACES_PROBING)
        for endpoint_id in {*self._held, *planned}:
            count = len(self._held[endpoint_id]) + planned.get(endpoint_id, 0)
            free.claims -= count
            free.places -= min(count, POSTS_PER_ENDPOINT)
            free.probing -= count if self._paces[endpoint_id].is_probing else 0
        return free

    def _has_earlier(self) -> bool:
        """Whether a claim of before the closing is in hand. One taken since does not count: two endpoints that keep us
        waiting would keep each other going for ever."""
        oldest = (next(iter(held.values())) for held in self._held.values() if held)
        return self._closed_at is not None and any(taken_at <= self._closed_at for taken_at in oldest)

    def _is_old(self, endpoint_id: str) -> bool:
        """Whether the endpoint has kept us waiting for half a second."""
        held = self._held[endpoint_id]
        return bool(held) and time.monotonic() - next(iter(held.values())) > _OLD_SECONDS
