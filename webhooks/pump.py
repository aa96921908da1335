"""The pump: it places events, claims what is due, has it posted, and writes down what came of it.

The calling thread talks to the database, a few times a second and in bulk; the courier's thread talks to the
receivers. Neither waits for the slowest endpoint. Any number of pumps may run at once: a delivery is posted by
whoever holds its lease. A pump that dies loses nothing: the leases run out and the sweep puts the rest back.
"""

import logging
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.db import OperationalError, connection, transaction

from crmsolid.core.outbound import OutboundClient
from webhooks.courier import Courier, Outcome
from webhooks.feed import BATCH, has_unplaced, place_events
from webhooks.pace import Pace
from webhooks.queue import Claim, Target, claim, due_targets
from webhooks.settling import settle

logger = logging.getLogger("crmsolid.webhooks")

RUN_SECONDS = 30.0
# Claims in hand, in all: bounds sockets and memory. Endpoints that do not answer share half of it.
HELD_IN_ALL = 800
HELD_PROBING = HELD_IN_ALL // 2
_GATHER_SECONDS = 0.01
_SMALL_BATCH = 50
_IDLE_SECONDS = 0.05
_OLD_SECONDS = 0.5


def outbound_client() -> OutboundClient:
    """The client every delivery goes through."""
    return OutboundClient(allow_private=settings.WEBHOOK_ALLOW_PRIVATE)


class Pump:
    """One run. ``run`` answers how many deliveries it settled."""

    def __init__(self, client: Callable[[], OutboundClient] = outbound_client, *, seconds: float = RUN_SECONDS) -> None:
        self._courier = Courier(client)
        self._seconds = seconds
        self._paces: dict[str, Pace] = {}
        self._targets: dict[str, Target] = {}
        self._held: dict[str, dict[str, float]] = defaultdict(dict)
        self._settled = 0

    def run(self) -> int:
        """Ends when nothing is due, or after its time; then only what is in hand is finished, and meanwhile the
        endpoints that answer go on being served."""
        ends = time.monotonic() + self._seconds
        with self._courier:
            self._exchange([])
            while self._count():
                outcomes = self._courier.collect(_IDLE_SECONDS)
                if 0 < len(outcomes) < _SMALL_BATCH and self._count() > len(outcomes):
                    time.sleep(_GATHER_SECONDS)  # a larger batch costs hardly more
                    outcomes += self._courier.collect(0)
                self._release(outcomes)
                self._exchange(outcomes, closing=time.monotonic() > ends)
        return self._settled

    def wake(self) -> None:
        """Something new is due: look at once. From any thread."""
        self._courier.wake()

    def _count(self) -> int:
        return sum(len(held) for held in self._held.values())

    def _release(self, outcomes: Sequence[Outcome]) -> None:
        by_endpoint: dict[str, list[Outcome]] = defaultdict(list)
        for outcome in outcomes:
            del self._held[outcome.claim.endpoint_id][outcome.claim.id]
            by_endpoint[outcome.claim.endpoint_id].append(outcome)
        for endpoint_id, of_endpoint in by_endpoint.items():
            tried = [outcome for outcome in of_endpoint if outcome.tries]
            unanswered = any(outcome.tries[-1].answer.error is not None for outcome in tried)
            given_back = len(tried) < len(of_endpoint)
            self._paces[endpoint_id].note([each.seconds for each in tried], unanswered=unanswered or given_back)

    def _exchange(self, outcomes: Sequence[Outcome], *, closing: bool = False) -> None:
        """One visit to the database: settle, place, claim. A failure is tried once more; what is lost by a second
        one comes back when its lease runs out."""
        try:
            work = self._visit(outcomes, closing)
        except OperationalError as error:
            logger.warning("settling again after %s", type(error).__name__)
            connection.close_if_unusable_or_obsolete()
            work = self._visit(outcomes, closing)
        now = time.monotonic()
        for target, claims in work:
            self._held[target.id].update((each.id, now) for each in claims)
        if work:
            self._courier.submit(work)

    def _visit(self, outcomes: Sequence[Outcome], closing: bool) -> list[tuple[Target, Sequence[Claim]]]:
        if not outcomes and not has_unplaced() and not self._rooms(due_targets(), closing):
            return []
        with transaction.atomic():
            settled = settle(outcomes, self._targets) if outcomes else 0
            while place_events() == BATCH:
                pass
            targets = due_targets()
            claims = claim(self._rooms(targets, closing))
        self._settled += settled
        self._targets.update((target.id, target) for target in targets)
        return _by_target(targets, claims)

    def _rooms(self, targets: Sequence[Target], closing: bool) -> dict[str, int]:
        """How many to claim of each endpoint, within the limits of all."""
        if closing and not self._has_old():
            return {}
        free = HELD_IN_ALL - self._count()
        probing = HELD_PROBING - sum(len(held) for key, held in self._held.items() if self._paces[key].is_probing)
        rooms: dict[str, int] = {}
        for target in random.sample(targets, len(targets)):
            pace = self._paces.setdefault(target.id, Pace.of_failing() if target.failing_since else Pace())
            limit = min(free, probing) if pace.is_probing else free
            room = min(pace.window - len(self._held[target.id]), limit)
            if room <= 0 or (closing and self._is_old(target.id)):
                continue
            rooms[target.id] = room
            free -= room
            probing -= room if pace.is_probing else 0
        return rooms

    def _has_old(self) -> bool:
        return any(self._is_old(endpoint_id) for endpoint_id in self._held)

    def _is_old(self, endpoint_id: str) -> bool:
        """Whether the endpoint has kept us waiting for half a second."""
        held = self._held[endpoint_id]
        return bool(held) and time.monotonic() - next(iter(held.values())) > _OLD_SECONDS


def _by_target(targets: Sequence[Target], claims: Sequence[Claim]) -> list[tuple[Target, Sequence[Claim]]]:
    of: Mapping[str, list[Claim]] = defaultdict(list)
    for each in claims:
        of[each.endpoint_id].append(each)
    return [(target, of[target.id]) for target in targets if of[target.id]]
