"""From events to deliveries: made in the transaction that places the events, so never twice and never forgotten."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from crmsolid.core.ids import new_id
from crmsolid.core.sql.bulk import ids_clause, rows_parameter, rows_source, run
from crmsolid.core.sql.table import Table, datetime_param
from crmsolid.events.feed import Placed
from crmsolid.events.models import Event
from webhooks.delivery.queue import Hand, Target
from webhooks.models import Endpoint

_endpoints = Table(Endpoint)

_COLUMNS = {"delivery_id": "text", "for_event": "text", "to_endpoint": "text", "leased": "bool"}

# What the event's row says is read there, where the transaction has just been.
_INSERT = """
    INSERT INTO webhooks_delivery (
        id, workspace_id, event_id, endpoint_id, event_type, created_at, reason, attempts, failures,
        status, next_attempt_at, lease, lease_until
    )
    SELECT
        delivery_id, e.workspace_id, e.id, to_endpoint, e.type, e.created_at, '', 0, 0,
        CASE WHEN leased THEN 'sending' ELSE 'pending' END, CASE WHEN leased THEN NULL ELSE e.created_at END,
        CASE WHEN leased THEN %s ELSE '' END, CASE WHEN leased THEN {moment} END
    FROM {source} JOIN events_event e ON e.id = for_event
"""


def make_deliveries(batch: Sequence[Placed], hand: Hand | None = None) -> None:
    """A delivery for each event and enabled endpoint of its workspace that asked for its type: pending, or already
    taken by ``hand``.

    An event that was emptied meanwhile (its person was erased) goes nowhere.
    """
    subscribers = _subscribers({event.workspace_id for event in batch})
    if not subscribers:
        return
    if hand is not None:
        hand.open([Target.of(endpoint) for of_workspace in subscribers.values() for endpoint in of_workspace])
    insert(
        (
            (event, endpoint)
            for event in batch
            if event.body
            for endpoint in subscribers[event.workspace_id]
            if event.type in endpoint.events
        ),
        hand,
    )


def insert(pairs: Iterable[tuple[Placed | Event, Endpoint]], hand: Hand | None = None) -> list[str]:
    """Write the deliveries of these pairs, due at once unless ``hand`` takes them; answers their ids."""
    rows = [_row(event, endpoint, hand) for event, endpoint in pairs]
    if not rows:
        return []
    statement = _INSERT.format(source=rows_source(_COLUMNS), moment=_MOMENTS[connection.vendor])
    lease, until = ("", None) if hand is None else (hand.lease, datetime_param(hand.until))
    run(statement, [lease, until, rows_parameter(rows)])
    return [str(row[0]) for row in rows]


# A NULL in a CASE is text to PostgreSQL unless it is told otherwise.
_MOMENTS = {"postgresql": "%s::timestamptz", "sqlite": "%s"}


def _row(event: Placed | Event, endpoint: Endpoint, hand: Hand | None) -> Sequence[Any]:
    """The values of _COLUMNS."""
    identity = new_id("dlv")
    leased = hand is not None and hand.take(identity, event.workspace_id, endpoint.id, event.id, bytes(event.body))
    return identity, event.id, endpoint.id, leased


def _subscribers(workspaces: set[int]) -> dict[int, list[Endpoint]]:
    found: dict[int, list[Endpoint]] = defaultdict(list)
    where, params = ids_clause("workspace_id", list(workspaces))
    for endpoint in _endpoints.select(f"enabled AND {where}", params):
        found[endpoint.workspace_id].append(endpoint)
    return found
