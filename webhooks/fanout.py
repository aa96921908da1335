"""From events to deliveries: made in the transaction that places the events, so never twice and never forgotten."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from crmsolid.core.ids import new_id
from webhooks.bulk import moment_text, rows_parameter, rows_source
from webhooks.models import Endpoint, Event

_COLUMNS = {
    "id": "text",
    "workspace_id": "int",
    "event_id": "text",
    "endpoint_id": "text",
    "event_type": "text",
    "created_at": "time",
}


def make_deliveries(batch: Sequence[Event]) -> None:
    """A pending delivery for each event and enabled endpoint of its workspace that asked for its type.

    An event that was emptied meanwhile (its person was erased) goes nowhere.
    """
    subscribers = _subscribers({event.workspace_id for event in batch})
    if not subscribers:
        return
    insert(
        (event, endpoint)
        for event in batch
        if len(event.body)
        for endpoint in subscribers[event.workspace_id]
        if event.type in endpoint.events
    )


def insert(pairs: Iterable[tuple[Event, Endpoint]]) -> list[str]:
    """Write the deliveries of these pairs, due at once; answers their ids."""
    rows = [_row(event, endpoint) for event, endpoint in pairs]
    if not rows:
        return []
    names = ", ".join(_COLUMNS)
    statement = (
        f"INSERT INTO webhooks_delivery ({names}, next_attempt_at, status, reason, attempts, failures, lease)"
        f" SELECT {names}, created_at, 'pending', '', 0, 0, '' FROM {rows_source(_COLUMNS)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [rows_parameter(rows)])
    return [str(row["id"]) for row in rows]


def _row(event: Event, endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": new_id("dlv"),
        "workspace_id": event.workspace_id,
        "event_id": event.id,
        "endpoint_id": endpoint.id,
        "event_type": event.type,
        "created_at": moment_text(event.created_at),
    }


def _subscribers(workspaces: set[int]) -> dict[int, list[Endpoint]]:
    found: dict[int, list[Endpoint]] = defaultdict(list)
    for endpoint in Endpoint.unscoped.filter(workspace_id__in=workspaces, enabled=True).only(
        "id", "workspace_id", "events"
    ):
        found[endpoint.workspace_id].append(endpoint)
    return found
