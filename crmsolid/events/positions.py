"""Events get their positions after their commit, from one writer at a time.

A transaction that commits late therefore gets a later position, so a reader who remembers the last position it saw
misses nothing and sees nothing twice. Positions have no gaps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.core.sql.bulk import fetch, run
from crmsolid.events.models import Event, Feed

BATCH = 500


@dataclass(frozen=True, slots=True)
class PositionedEvent:
    """An event that has just got its position. ``erased``: its body was emptied before, with its contact."""

    id: str
    workspace_id: int
    type: str
    position: int
    erased: bool
    account_id: int | None


# Called with each batch, in the transaction that assigns its positions, so each listener sees every event once.
listeners: ExtensionPoint[Callable[[Sequence[PositionedEvent]], None]] = ExtensionPoint("listeners of events")


def has_unpositioned() -> bool:
    """Whether committed events wait for their positions."""
    return Event.unscoped.filter(position__isnull=True).exists()


def assign_positions() -> int:
    """Give the next positions to committed events that have none, the oldest first and at most ``BATCH`` of them.

    Returns how many got one; 0 also while another transaction is assigning positions.
    """
    if not has_unpositioned():
        return 0
    with transaction.atomic():
        last_position = _lock_feed()
        if last_position is None:
            return 0
        # One statement for the whole batch. An event that an erasure is emptying right now is skipped and comes later:
        # the erasure may be waiting for deliveries that this transaction has locked.
        rows = fetch(
            "UPDATE events_event SET position = %s + numbered.number FROM ("
            " SELECT id AS event_id, row_number() OVER (ORDER BY created_at, id) AS number FROM ("
            "  SELECT id, created_at FROM events_event WHERE position IS NULL ORDER BY created_at, id"
            "  LIMIT %s FOR NO KEY UPDATE SKIP LOCKED"
            " ) AS oldest"
            ") AS numbered WHERE id = numbered.event_id RETURNING id, workspace_id, type, position, length(body) = 0,"
            " account_id",
            [last_position, BATCH],
        )
        batch = sorted((PositionedEvent(*row) for row in rows), key=lambda event: event.position)
        if batch:
            run("UPDATE events_feed SET last_position = %s WHERE id = 1", [last_position + len(batch)])
            for listener in listeners.values():
                listener(batch)
        return len(batch)


def _lock_feed() -> int | None:
    """Lock the feed's row and return the last position; None if another transaction holds the lock."""
    statement = "SELECT last_position FROM events_feed WHERE id = 1 FOR NO KEY UPDATE SKIP LOCKED"
    rows = fetch(statement)
    if not rows and not Feed.objects.filter(id=1).exists():
        Feed.objects.bulk_create([Feed(id=1)], ignore_conflicts=True)
        rows = fetch(statement)
    return int(rows[0][0]) if rows else None
