"""The pump: it places events, claims what is due, has it posted, and writes down what came of it.

The calling thread talks to the database, a few times a second and in bulk; the courier's thread talks to the
receivers. Neither waits for the slowest endpoint. Any number of pumps may run at once: a delivery is posted by
whoever holds its lease. A pump that dies loses nothing: the leases run out and the sweep puts the rest back.
"""

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from django.conf import settings
from django.db import OperationalError, connection, transaction

from crmsolid.core.http.outbound import OutboundClient
from crmsolid.events import feed
from webhooks.delivery.in_flight import Holding
from webhooks.delivery.queue import Claim, Hand, Target, claim, due_targets
from webhooks.delivery.sender import Courier, Outcome
from webhooks.delivery.settlement import settle

logger = logging.getLogger("crmsolid.webhooks")

RUN_SECONDS = 30.0
_GATHER_SECONDS = 0.02
_SMALL_BATCH = 200
_IDLE_SECONDS = 0.05
_FEWEST_PLACED = 100


def outbound_client() -> OutboundClient:
    """The client every delivery goes through."""
    return OutboundClient(allow_private=settings.WEBHOOK_ALLOW_PRIVATE)


class Pump:
    """One run. ``run`` answers how many deliveries it settled."""

    def __init__(self, client: Callable[[], OutboundClient] = outbound_client, *, seconds: float = RUN_SECONDS) -> None:
        self._courier = Courier(client)
        self._seconds = seconds
        self._targets: dict[str, Target] = {}
        self._holding = Holding()
        self._settled = 0

    def run(self) -> int:
        """Ends when nothing is due, or after its time; then only what is in hand is finished, and for as long as that
        takes the endpoints that answer go on being served."""
        ends = time.monotonic() + self._seconds
        with self._courier:
            self._exchange([])
            while len(self._holding):
                outcomes = self._courier.collect(_IDLE_SECONDS)
                if 0 < len(outcomes) < _SMALL_BATCH and len(self._holding) > len(outcomes):
                    time.sleep(_GATHER_SECONDS)  # a larger batch costs hardly more
                    outcomes += self._courier.collect(0)
                self._holding.release(outcomes)
                if time.monotonic() > ends:
                    self._holding.close()
                self._exchange(outcomes)
        return self._settled

    def wake(self) -> None:
        """Something new is due: look at once. From any thread."""
        self._courier.wake()

    def _exchange(self, outcomes: Sequence[Outcome]) -> None:
        """One visit to the database: settle, claim, place. A failure is tried once more; what is lost by a second
        one comes back when its lease runs out."""
        try:
            work = self._visit(outcomes)
        except OperationalError as error:
            logger.warning("settling again after %s", type(error).__name__)
            connection.close_if_unusable_or_obsolete()
            work = self._visit(outcomes)
        for target, claims in work:
            self._holding.add(target.id, claims)
        if work:
            self._courier.submit(work)

    def _visit(self, outcomes: Sequence[Outcome]) -> list[tuple[Target, Sequence[Claim]]]:
        if not outcomes and not feed.has_unplaced():
            rooms = self._holding.rooms(due_targets(), {})
            if not any(rooms.values()):
                return []
        with transaction.atomic():
            settled = settle(outcomes, self._targets) if outcomes else 0
            targets = due_targets()
            rooms = self._holding.rooms(targets, {})
            claims = claim(rooms)
            got = _count(claims)
            hand = self._place(got, {each.id for each in targets if got[each.id] == rooms.get(each.id, 0)})
        self._settled += settled
        self._targets.update((target.id, target) for target in targets)
        self._targets.update(hand.targets)
        return self._by_target([*claims, *hand.claims])

    def _place(self, claimed: Counter[str], queued: set[str]) -> Hand:
        """Place what is committed, and take what is made of it; but of an endpoint with something ``queued`` its
        oldest comes first.

        While most of a batch is for endpoints that answer, the next one waits until they have room again. Otherwise
        it is placed on: whoever is behind a long queue must not wait for it.
        """

        def rooms(targets: Sequence[Target], taken: Sequence[Claim]) -> dict[str, int]:
            # Not a word of ``hand`` here: in a circle with it, its claims would wait for the garbage collector.
            return self._holding.rooms(targets, claimed + _count(taken), without=queued)

        hand = Hand(rooms)
        limit = min(max(_FEWEST_PLACED, self._holding.free(claimed, without=queued)), feed.BATCH)
        while True:
            before = len(hand.claims) + hand.left
            placed = feed.place_within(limit=limit, hand=hand)
            if placed < limit or (len(hand.claims) + hand.left - before) * 2 >= placed:
                return hand
            limit = feed.BATCH

    def _by_target(self, claims: Iterable[Claim]) -> list[tuple[Target, Sequence[Claim]]]:
        of: dict[str, list[Claim]] = defaultdict(list)
        for each in claims:
            of[each.endpoint_id].append(each)
        return [(self._targets[endpoint_id], of_endpoint) for endpoint_id, of_endpoint in of.items()]


def _count(claims: Iterable[Claim]) -> Counter[str]:
    return Counter(each.endpoint_id for each in claims)
