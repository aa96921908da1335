"""The order of events, and reading them in it.

Events get their positions after their commit, from one writer at a time. A transaction that commits late gets a
later position, so a reader who remembers the last position it saw misses nothing and sees nothing twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from webhooks.models import Event, Feed

BATCH = 500

_place_listeners: list[Callable[[Sequence[Event]], None]] = []


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as the stream shows it."""

    position: int
    workspace_id: int
    type: str
    body: bytes


def on_placed(listener: Callable[[Sequence[Event]], None]) -> None:
    """Run with each batch in the transaction that gives its positions: deliveries are made here, never twice."""
    if listener not in _place_listeners:
        _place_listeners.append(listener)


def place_events() -> int:
    """Give the next positions to what has been committed since; answers how many events got theirs."""
    if not Event.unscoped.filter(position__isnull=True).exists():
        return 0
    with transaction.atomic():
        feed = _lock()
        if feed is None:
            return 0  # somebody else is at it
        batch = list(Event.unscoped.filter(position__isnull=True).order_by("created_at", "id")[:BATCH])
        for event in batch:
            feed.last_position += 1
            event.position = feed.last_position
        Event.unscoped.bulk_update(batch, ["position"])
        feed.save(update_fields=["last_position"])
        for listener in _place_listeners:
            listener(batch)
    return len(batch)


def _lock() -> Feed | None:
    Feed.objects.bulk_create([Feed(id=1)], ignore_conflicts=True)
    rows = Feed.objects.filter(id=1)
    if connection.vendor == "postgresql":
        return rows.select_for_update(skip_locked=True).first()
    return rows.first()


def last_position() -> int:
    """The position of the newest placed event; 0 before the first."""
    return Feed.objects.filter(id=1).values_list("last_position", flat=True).first() or 0


def read(*, after: int, types: Sequence[str], workspace_id: int | None = None, limit: int = BATCH) -> list[Entry]:
    """Placed events beyond ``after``, in order. Emptied ones (their person was erased) are left out."""
    rows = Event.unscoped.filter(position__gt=after, type__in=types).exclude(body=b"")
    if workspace_id is not None:
        rows = rows.filter(workspace_id=workspace_id)
    found = rows.order_by("position").values_list("position", "workspace_id", "type", "body")[:limit]
    return [Entry(position, workspace, type, bytes(body)) for position, workspace, type, body in found]
