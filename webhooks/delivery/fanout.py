"""Fan-out: a delivery for each event and each endpoint that subscribes to its type.

It runs in the transaction that assigns the events' positions, so no delivery is made twice or forgotten.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from crmsolid.core.ids import new_id
from crmsolid.core.sql.bulk import ids_clause, rows_parameter, rows_source, run
from crmsolid.core.sql.table import Table
from crmsolid.events.positions import PositionedEvent
from webhooks.models import Endpoint

_endpoints = Table(Endpoint)
_COLUMNS = {"delivery_id": "text", "for_event": "text", "to_endpoint": "text"}


def make_deliveries(events: Sequence[PositionedEvent]) -> None:
    """Queue these events for the enabled endpoints of their workspaces. An erased event goes to none."""
    subscribers: dict[int, list[Endpoint]] = defaultdict(list)
    where, params = ids_clause("workspace_id", list({event.workspace_id for event in events}))
    for endpoint in _endpoints.select(f"enabled AND {where}", params):
        subscribers[endpoint.workspace_id].append(endpoint)
    queue_deliveries(
        (event.id, endpoint.id)
        for event in events
        if not event.erased
        for endpoint in subscribers[event.workspace_id]
        if event.type in endpoint.events
    )


def queue_deliveries(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Write a delivery for each pair of event id and endpoint id, due at once; returns the deliveries' ids."""
    rows = [(new_id("dlv"), event_id, endpoint_id) for event_id, endpoint_id in pairs]
    if rows:
        # The rest is read from the events' rows, which this transaction has just written.
        run(
            "INSERT INTO webhooks_delivery (id, workspace_id, event_id, endpoint_id, event_type, status, reason,"
            " attempts, failures, next_attempt_at, lease, created_at)"
            " SELECT delivery_id, e.workspace_id, e.id, to_endpoint, e.type, 'pending', '', 0, 0, e.created_at, '',"
            f" e.created_at FROM {rows_source(_COLUMNS)} JOIN events_event e ON e.id = for_event",
            [rows_parameter(rows)],
        )
    return [delivery_id for delivery_id, _, _ in rows]
