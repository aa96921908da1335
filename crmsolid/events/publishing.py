"""``publish``: an event row in the transaction of what caused it.

No commit, no event; a commit, always an event. The body is frozen here: whatever is delivered later, however
often, is these bytes. Delivery, order and subscriptions are decided after the commit, never by the caller.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from crmsolid.core import clock, doorbell, strictjson
from crmsolid.core.ids import new_id
from crmsolid.core.sql.bulk import moment_writer, rows_parameter, rows_source, run
from crmsolid.core.sql.table import Table
from crmsolid.events.catalogue import EventType
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace

PUMP_TASK = "webhooks.pump"

events = Table(Event)

_MANY = 10
_COLUMNS = {
    "id": "text",
    "workspace_id": "int",
    "type": "text",
    "body": "text",
    "contact_id": "text",
    "request_id": "text",
    "created_at": "time",
}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What happened: its type, its ``data``, and the contact it is about (for erasure), if any."""

    type: EventType
    data: Mapping[str, Any]
    contact_id: str = ""


def publish(who: Actor | Workspace | int, type: EventType, data: Mapping[str, Any], *, contact_id: str = "") -> str:
    """Write one event; answers its id (``evt_…``). Must run inside the causing transaction."""
    return publish_all(who, [Occurrence(type, data, contact_id)])[0]


def publish_all(who: Actor | Workspace | int, occurrences: Sequence[Occurrence]) -> list[str]:
    """Write several events of one cause in one statement, in their order."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("publish() belongs into the transaction of what caused the event")
    workspace_id = _workspace_id(who)
    rows = [_values(workspace_id, occurrence) for occurrence in occurrences]
    if len(rows) < _MANY:
        events.insert_later(rows)
    else:
        _insert_many(rows)
    ring_on_commit()
    return [row["id"] for row in rows]


def _insert_many(rows: Sequence[dict[str, Any]]) -> None:
    """As one JSON parameter: psycopg would take a text of hundreds of placeholders apart each time."""
    text = moment_writer()
    values = [
        (
            row["id"],
            row["workspace_id"],
            row["type"],
            row["body"].decode(),
            row["contact_id"],
            "",
            text(row["created_at"]),
        )
        for row in rows
    ]
    body = "convert_to(r.body, 'UTF8')" if connection.vendor == "postgresql" else "CAST(r.body AS BLOB)"
    run(
        "INSERT INTO events_event (id, workspace_id, type, body, contact_id, request_id, created_at)"
        f" SELECT id, workspace_id, type, {body}, contact_id, request_id, created_at FROM {rows_source(_COLUMNS)}",
        [rows_parameter(values)],
    )


def ring_on_commit() -> None:
    """Ring for the pump once the transaction has committed; once a transaction, however much it publishes."""
    waiting = transaction.get_connection().run_on_commit
    if not any(entry[1] is _ring for entry in waiting):
        transaction.on_commit(_ring)


def _ring() -> None:
    doorbell.ring(PUMP_TASK)


def _workspace_id(who: Actor | Workspace | int) -> int:
    if isinstance(who, int):
        return who
    return int((who.workspace if isinstance(who, Actor) else who).pk)


def new_event(workspace_id: int, occurrence: Occurrence) -> Event:
    """The event, its bytes frozen; not written yet."""
    return Event(**_values(workspace_id, occurrence))


def _values(workspace_id: int, occurrence: Occurrence) -> dict[str, Any]:
    identity, now = new_id("evt"), clock.now()
    body = {
        "event": occurrence.type.name,
        "id": identity,
        "created_at": clock.rfc3339(now),
        "data": occurrence.data,
    }
    return {
        "id": identity,
        "workspace_id": workspace_id,
        "type": occurrence.type.name,
        "body": strictjson.dumps(body),
        "contact_id": occurrence.contact_id,
        "created_at": now,
    }
