"""``publish`` writes an event in the transaction of whatever caused it (a transactional outbox).

If the transaction rolls back there is no event; if it commits there always is one. The body is serialized here, once,
so every delivery, retry and replay carries the same bytes. Positions and deliveries are made after the commit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from crmsolid.core import clock, doorbell, strictjson
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.core.ids import new_id
from crmsolid.core.sql.table import Table
from crmsolid.events.catalogue import EventType
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.authors import NOBODY, Author, author_of
from crmsolid.workspaces.models import Workspace

_events = Table(Event)

# More events than these are written at once, in a statement that is the same for any number of them.
MAX_DEFERRED = 100

# Celery tasks to wake after each commit that published events.
tasks_to_wake: ExtensionPoint[str] = ExtensionPoint("tasks to wake after an event")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to publish: its type and ``data``; the contact (for erasure) and the account (for endpoints that take
    the events of some alone) it is about, and the ``X-Request-Id`` of the call that caused it, if any; its workspace if
    :func:`publish_all` is not told one for all events; who caused it, if that is not the actor who publishes."""

    type: EventType
    data: Mapping[str, Any]
    contact_id: str = ""
    request_id: str = ""
    workspace_id: int | None = None
    account_id: int | None = None
    by: Author | None = None


def publish(
    who: Actor | Workspace | int,
    type: EventType,
    data: Mapping[str, Any],
    *,
    contact_id: str = "",
    request_id: str = "",
    account_id: int | None = None,
    by: Author | None = None,
) -> str:
    """Write one event and return its id (``evt_…``). Must run inside the causing transaction (``RuntimeError``).

    ``who`` gives the workspace (an int is its primary key); an actor also gives the request id unless ``request_id``
    is passed, and the ``actor`` of the event unless ``by`` is.
    """
    event = NewEvent(type, data, contact_id, request_id, account_id=account_id, by=by)
    return publish_all(who, [event])[0]


def publish_all(who: Actor | Workspace | int | None, new_events: Sequence[NewEvent]) -> list[str]:
    """Write several events, in their order, in one statement; return their ids. Otherwise as :func:`publish`.

    Without ``who`` each event names its own workspace.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("publish() must run inside the transaction of what caused the event")
    rows = [_row(who, new_event) for new_event in new_events]
    if len(rows) > MAX_DEFERRED:
        _events.insert_many(rows)
    else:
        _events.insert_later(rows)
    # Once per transaction, however many events it publishes.
    if not any(entry[1] is _wake for entry in connection.run_on_commit):
        transaction.on_commit(_wake)
    return [row["id"] for row in rows]


def _wake() -> None:
    for task_name in tasks_to_wake.values():
        doorbell.ring(task_name)


def _row(who: Actor | Workspace | int | None, new_event: NewEvent) -> dict[str, Any]:
    event_id, now = new_id("evt"), clock.now()
    workspace_id = new_event.workspace_id
    if who is not None:
        workspace_id = who if isinstance(who, int) else (who.workspace if isinstance(who, Actor) else who).pk
    if workspace_id is None:
        raise TypeError("an event without a workspace")
    by = new_event.by or (author_of(who) if isinstance(who, Actor) else NOBODY)
    body = {
        "event": new_event.type.name,
        "id": event_id,
        "created_at": clock.rfc3339(now),
        "actor": by.as_json(),
        "data": new_event.data,
    }
    return {
        "id": event_id,
        "workspace_id": int(workspace_id),
        "type": new_event.type.name,
        "body": strictjson.dumps(body),
        "contact_id": new_event.contact_id,
        "account_id": new_event.account_id,
        "request_id": new_event.request_id or (who.request_id if isinstance(who, Actor) else ""),
        "created_at": now,
    }
