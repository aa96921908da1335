"""The order of events, and reading them in it.

Events get their positions after their commit, from one writer at a time. A transaction that commits late gets a
later position, so a reader who remembers the last position it saw misses nothing and sees nothing twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from crmsolid.core.sql.bulk import fetch, row_lock, run
from crmsolid.events.models import Event, Feed

BATCH = 500


@dataclass(frozen=True, slots=True)
class Placed:
    """An event that has just got its position. An empty body: its person was erased meanwhile."""

    id: str
    workspace_id: int
    type: str
    body: bytes
    position: int


Listener = Callable[[Sequence[Placed], Any], None]

_place_listeners: list[Listener] = []


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as the stream shows it."""

    position: int
    workspace_id: int
    type: str
    body: bytes


def on_placed(listener: Listener) -> None:
    """Run with each batch in the transaction that gives its positions: deliveries are made here, never twice."""
    if listener not in _place_listeners:
        _place_listeners.append(listener)


def has_unplaced() -> bool:
    """Whether committed events wait for their positions."""
    return Event.unscoped.filter(position__isnull=True).exists()


def place_events(*, hand: Any = None) -> int:
    """Give the next positions to what has been committed since, to BATCH events at most; answers how many got theirs.
    ``hand``: where a pump takes deliveries at their birth."""
    if not has_unplaced():
        return 0
    with transaction.atomic():
        return place_within(limit=BATCH, hand=hand)


def place_within(*, limit: int, hand: Any) -> int:
    """As :func:`place_events`, to ``limit`` events at most and in the caller's transaction."""
    last = _lock()
    if last is None:
        return 0  # somebody else is at it
    batch = _place_batch(last, limit)
    if batch:
        run("UPDATE events_feed SET last_position = %s WHERE id = 1", [last + len(batch)])
        for listener in _place_listeners:
            listener(batch, hand)
    return len(batch)


def _place_batch(last_position: int, limit: int) -> list[Placed]:
    """The oldest unplaced events, by one statement instead of one expression a row; in their new order.

    One that an erasure is emptying at this moment comes later: whoever places may hold deliveries that the erasure
    waits for.
    """
    rows = fetch(
        "UPDATE events_event SET position = %s + r.place FROM ("
        " SELECT id AS placed_id, row_number() OVER (ORDER BY created_at, id) AS place FROM ("
        "  SELECT id, created_at FROM events_event WHERE position IS NULL ORDER BY created_at, id"
        f"  LIMIT %s{row_lock(skip_locked=True)}"
        " ) AS oldest"
        ") AS r WHERE id = r.placed_id RETURNING id, workspace_id, type, body, position",
        [last_position, limit],
    )
    placed = [Placed(row[0], row[1], row[2], bytes(row[3]), row[4]) for row in rows]
    return sorted(placed, key=lambda event: event.position)


def _lock() -> int | None:
    """The last position, its row locked; None if somebody else has it."""
    statement = f"SELECT last_position FROM events_feed WHERE id = 1{row_lock(skip_locked=True)}"
    found = fetch(statement)
    if not found and not Feed.objects.filter(id=1).exists():
        Feed.objects.bulk_create([Feed(id=1)], ignore_conflicts=True)
        found = fetch(statement)
    return int(found[0][0]) if found else None


def last_position() -> int:
    """The position of the newest placed event; 0 before the first."""
    return Feed.objects.filter(id=1).values_list("last_position", flat=True).first() or 0


def read(*, after: int, types: Sequence[str], workspace_id: int | None = None, limit: int = BATCH) -> list[Entry]:
    """Placed events beyond ``after``, in order. Emptied ones (their person was erased) are left out."""
    rows = Event.unscoped.filter(position__gt=after, type__in=types).exclude(body=b"")
    if workspace_id is not None:
        rows = rows.filter(workspace_id=workspace_id)
    found = rows.order_by("position").values_list("position", "workspace_id", "type", "body")[:limit]
    return [Entry(int(position or 0), workspace, type, bytes(body)) for position, workspace, type, body in found]
