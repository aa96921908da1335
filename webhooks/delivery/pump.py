"""The pump: it makes deliveries of new events, claims what is due, has it posted and settles the results.

The calling thread talks to the database, a few times a second and in bulk; the sender's thread talks to the receivers.
Neither waits for the slowest endpoint. Each process runs one pump at a time. The pumps of several processes share the
work: each skips what another one has locked, and a delivery is posted by the holder of its lease. If a pump dies or
is frozen, the sweep of any process puts its deliveries back when the leases end.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

from django.conf import settings
from django.db import OperationalError, connection, transaction

from crmsolid.core import clock, doorbell
from crmsolid.core.http.outbound import OutboundClient
from crmsolid.core.single_run import SingleRun
from crmsolid.events import positions
from webhooks.delivery.in_flight import InFlight
from webhooks.delivery.queue import LEASE, PUMP_TASK, Claim, EndpointSnapshot, claim, due_endpoints, next_due, renew
from webhooks.delivery.sender import DeliveryResult, Sender
from webhooks.delivery.settlement import settle

logger = logging.getLogger("crmsolid.webhooks")

RUN_SECONDS = 30.0
_IDLE_SECONDS = 0.05
# How long a pump waits for another event when all is delivered. A new pump has to connect to each endpoint again.
LINGER_SECONDS = 1.0
# A batch smaller than this waits a moment for more results: a larger one costs hardly more.
_SMALL_BATCH = 200
_GATHER_SECONDS = 0.02

_running: "Pump | None" = None


class Pump:
    """One run, of about ``seconds``. It ends ``linger`` seconds after the last result, unless it is woken for more.
    ``client`` makes the HTTP client, on the sender's event loop."""

    def __init__(
        self,
        client: Callable[[], OutboundClient] | None = None,
        *,
        seconds: float = RUN_SECONDS,
        linger: float = 0.0,
    ) -> None:
        self._sender = Sender(client or partial(OutboundClient, allow_private=settings.WEBHOOK_ALLOW_PRIVATE))
        self._seconds = seconds
        self._linger = linger
        self._endpoints: dict[str, EndpointSnapshot] = {}
        self._in_flight = InFlight()
        self._renew_at = clock.now()
        self._more_events = False
        self._unsure = False

    def run(self) -> int:
        """Deliver until nothing is due or the time is over, then finish what is in flight; returns how many deliveries
        were settled. While the last posts are unanswered, endpoints that answer go on being served."""
        ends_at = time.monotonic() + self._seconds
        with self._sender:
            settled, linger_until = self.step([]), 0.0
            while (busy := len(self._in_flight) > 0) or time.monotonic() < (ends_at if self._unsure else linger_until):
                wait = _IDLE_SECONDS if busy or self._unsure else linger_until - time.monotonic()
                results = self._sender.collect(0.0 if self._more_events else wait)
                if results:
                    linger_until = min(time.monotonic() + self._linger, ends_at)
                if 0 < len(results) < _SMALL_BATCH and len(self._in_flight) > len(results):
                    time.sleep(_GATHER_SECONDS)
                    results += self._sender.collect(0)
                self._in_flight.release(results)
                if time.monotonic() > ends_at:
                    self._in_flight.close()
                settled += self.step(results)
        return settled

    def wake(self) -> None:
        """Look at once for what is due. Can be called from any thread."""
        self._sender.wake()

    def step(self, results: Sequence[DeliveryResult]) -> int:
        """Settle these results, then queue new events and submit what is due; returns how many were settled.

        A database failure is tried once more. What a second one loses comes back when its lease runs out.
        """
        try:
            settled, claims = self._visit_database(results)
        except OperationalError as error:
            logger.warning("settling again after %s", type(error).__name__)
            connection.close_if_unusable_or_obsolete()
            settled, claims = self._visit_database(results)
        if claims:
            self._in_flight.add(claims)
            by_endpoint: dict[str, list[Claim]] = defaultdict(list)
            for each in claims:
                by_endpoint[each.endpoint_id].append(each)
            self._sender.submit([(self._endpoints[endpoint_id], group) for endpoint_id, group in by_endpoint.items()])
        return settled

    def _visit_database(self, results: Sequence[DeliveryResult]) -> tuple[int, list[Claim]]:
        self._renew_leases()
        if not results and not positions.has_unpositioned() and not self._in_flight.capacity(due_endpoints()):
            self._more_events = self._unsure = False
            return 0, []
        with transaction.atomic():
            settled = settle(results, self._endpoints) if results else 0
            positioned = positions.assign_positions()
            endpoints = due_endpoints()
            claims = claim(self._in_flight.capacity(endpoints))
        # A full batch means that more events may wait; the next visit comes without delay then.
        self._more_events = positioned == positions.BATCH
        # Another transaction may have locked some of what is due. The pump looks again until it finds nothing, because
        # the other process may be killed or frozen.
        self._unsure = True
        self._endpoints.update((endpoint.id, endpoint) for endpoint in endpoints)
        return settled, claims

    def _renew_leases(self) -> None:
        if clock.now() >= self._renew_at:
            if leases := self._in_flight.leases():
                renew(leases)
            self._renew_at = clock.now() + LEASE / 3


def _run_pump() -> int:
    global _running
    _running = Pump(linger=LINGER_SECONDS)
    try:
        settled = _running.run()
    finally:
        _running = None
    wake_if_due()
    return settled


def _wake_running_pump() -> None:
    running = _running
    if running is not None:
        running.wake()


# Deliver what is due; returns how many deliveries were settled. If a pump runs in this process, wake it and return 0.
run_pump = SingleRun(_run_pump, task=PUMP_TASK, wake=_wake_running_pump)


def wake_if_due() -> None:
    """Wake the pump now if something is due, or when it becomes due if that is before the next sweep."""
    if positions.has_unpositioned():
        doorbell.ring(PUMP_TASK)
        return
    due_at = next_due()
    if due_at is not None:
        wait = (due_at - clock.now()).total_seconds()
        if wait <= settings.SWEEP_SECONDS:
            doorbell.ring(PUMP_TASK, after=wait)
