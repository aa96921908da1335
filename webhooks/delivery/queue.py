"""The queue of deliveries: filling it, finding which endpoints have something due, and claiming it under a lease."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.core.sql.bulk import fetch, rows_parameter, rows_source, run
from crmsolid.core.sql.table import Table
from crmsolid.events.catalogue import subscriptions_to
from crmsolid.events.positions import PositionedEvent
from webhooks.models import Endpoint
from webhooks.secrets import EndpointSecrets

PUMP_TASK = "webhooks.pump"  # the Celery task that works off the queue
# How long a delivery of a killed or frozen pump waits for another one. A post can take longer, so a pump renews the
# leases of the claims that it holds.
LEASE = timedelta(seconds=30)

_endpoints = Table(Endpoint)

# A loose index scan: it jumps from endpoint to endpoint through the index of queued deliveries, so its cost follows
# the number of endpoints with a queue and not the length of any queue.
_NEXT_DUE_BY_ENDPOINT = """
    WITH RECURSIVE queued(endpoint_id) AS (
        SELECT min(endpoint_id) FROM webhooks_delivery WHERE next_attempt_at IS NOT NULL
        UNION ALL
        SELECT (
            SELECT min(endpoint_id) FROM webhooks_delivery
            WHERE next_attempt_at IS NOT NULL AND endpoint_id > queued.endpoint_id
        ) FROM queued WHERE queued.endpoint_id IS NOT NULL
    )
    SELECT queued.endpoint_id, (
        SELECT min(next_attempt_at) FROM webhooks_delivery
        WHERE endpoint_id = queued.endpoint_id AND next_attempt_at IS NOT NULL
    ) FROM queued JOIN webhooks_endpoint e ON e.id = queued.endpoint_id WHERE e.enabled
"""


@dataclass(slots=True)
class EndpointSnapshot:
    """An enabled endpoint with something due, as its row was when the pump last read it."""

    id: str
    workspace_id: int
    url: str
    secrets: EndpointSecrets
    failing_since: datetime | None


@dataclass(slots=True)
class Claim:
    """A delivery that this pump may post, and settle as long as the delivery's row carries ``lease``. The body is empty
    if the event was erased. ``claimed_at`` is a time of ``time.monotonic``, not later than the claim."""

    id: str
    workspace_id: int
    endpoint_id: str
    event_id: str
    attempts: int
    failures: int
    request_id: str
    body: bytes = field(repr=False)
    lease: str
    claimed_at: float


def make_deliveries(events: Sequence[PositionedEvent]) -> None:
    """Queue these events for the enabled endpoints that subscribe to their types, and to the accounts that they are
    about, if they are about any. An erased event goes to none.

    It runs in the transaction that assigns the events' positions, so no delivery is made twice or forgotten.
    """
    subscribers: dict[int, list[Endpoint]] = defaultdict(list)
    workspaces = list({event.workspace_id for event in events})
    # Without the secrets and the headers, which may be long.
    rows = Endpoint.unscoped.filter(enabled=True, workspace__in=workspaces)
    for endpoint in rows.only("workspace_id", "events", "account_ids"):
        subscribers[endpoint.workspace_id].append(endpoint)
    queue_deliveries(
        (event.id, endpoint.id)
        for event in events
        if not event.erased
        for endpoint in subscribers[event.workspace_id]
        if _wants(endpoint, event)
    )


def _wants(endpoint: Endpoint, event: PositionedEvent) -> bool:
    if subscriptions_to(event.type).isdisjoint(endpoint.events):
        return False
    return not endpoint.account_ids or event.account_id is None or event.account_id in endpoint.account_ids


def queue_deliveries(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Write a delivery for each pair of event id and endpoint id, due at once; returns the deliveries' ids."""
    rows = [(new_id("dlv"), event_id, endpoint_id) for event_id, endpoint_id in pairs]
    if rows:
        columns = {"delivery_id": "text", "for_event": "text", "to_endpoint": "text"}
        # The rest is read from the events' rows, so these must be in the database, not deferred.
        run(
            "INSERT INTO webhooks_delivery (id, workspace_id, event_id, endpoint_id, event_type, status, reason,"
            " attempts, failures, next_attempt_at, lease, created_at)"
            " SELECT delivery_id, e.workspace_id, e.id, to_endpoint, e.type, 'pending', '', 0, 0, e.created_at, '',"
            f" e.created_at FROM {rows_source(columns)} JOIN events_event e ON e.id = for_event",
            [rows_parameter(rows)],
        )
    return [delivery_id for delivery_id, _, _ in rows]


def due_endpoints() -> list[EndpointSnapshot]:
    """Every enabled endpoint with a delivery that is due now."""
    now = clock.now()
    ids = [endpoint_id for endpoint_id, due_at in _next_due_by_endpoint() if due_at <= now]
    if not ids:
        return []
    return [
        EndpointSnapshot(row.id, row.workspace_id, row.url, EndpointSecrets.of(row), row.failing_since)
        for row in _endpoints.select("enabled AND id = ANY(%s)", [ids])
    ]


def next_due() -> datetime | None:
    """When the next delivery is due, in the past if one is; None if nothing is queued."""
    return min((due_at for _, due_at in _next_due_by_endpoint()), default=None)


def _next_due_by_endpoint() -> list[tuple[str, datetime]]:
    return [(endpoint_id, due_at) for endpoint_id, due_at in fetch(_NEXT_DUE_BY_ENDPOINT) if due_at is not None]


def claim(capacity: Mapping[str, int]) -> list[Claim]:
    """Claim up to ``capacity[endpoint id]`` due deliveries of each endpoint, the longest due first; in the caller's
    transaction. Deliveries that another transaction has locked are skipped."""
    if not capacity:
        return []
    lease, now, claimed_at = uuid4().hex, clock.now(), time.monotonic()
    rows = fetch(
        "SELECT d.id, d.workspace_id, d.endpoint_id, d.event_id, d.attempts, d.failures, e.request_id, e.body"
        f" FROM {rows_source({'endpoint_id': 'text', 'count': 'int'}, 'wanted')} CROSS JOIN LATERAL ("
        "  SELECT * FROM webhooks_delivery WHERE endpoint_id = wanted.endpoint_id AND next_attempt_at <= %s"
        "  ORDER BY next_attempt_at LIMIT wanted.count FOR NO KEY UPDATE SKIP LOCKED"
        " ) d JOIN events_event e ON e.id = d.event_id",
        [rows_parameter(list(capacity.items())), now],
    )
    if rows:
        run(
            "UPDATE webhooks_delivery SET status = 'sending', next_attempt_at = NULL, lease = %s, lease_until = %s"
            " WHERE id = ANY(%s)",
            [lease, now + LEASE, [row[0] for row in rows]],
        )
    return [Claim(*(*row[:7], bytes(row[7]), lease, claimed_at)) for row in rows]


def renew(leases: Collection[str]) -> None:
    """Prolong those of these leases that have run for a third of their time, as long as nobody has taken the deliveries
    away. A delivery that another transaction has locked is skipped; the next call finds it again."""
    now = clock.now()
    run(
        "UPDATE webhooks_delivery SET lease_until = %s WHERE id IN ("
        " SELECT id FROM webhooks_delivery WHERE lease_until < %s AND lease = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED)",
        [now + LEASE, now + LEASE * 2 / 3, list(leases)],
    )
