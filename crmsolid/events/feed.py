"""Reading events in the order of their positions; see :mod:`crmsolid.events.positions`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, Min

from crmsolid.core.ids import first_id
from crmsolid.events.models import Event, Feed
from crmsolid.workspaces.models import Workspace

BATCH = 500
# An event gets its id a moment before its time, maybe on a machine whose clock differs.
_ID_MARGIN = timedelta(seconds=1)
# Long before this product; ids cannot be older than 1970.
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
# How long after it was made an event may be committed. Nothing enforces it: a transaction may have any number of
# statements. They are limited to 30 s each, and 5 s between them, so this is far more than any transaction takes.
_LONGEST_TRANSACTION = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the feed. ``body`` is the JSON text that deliveries of it carry."""

    position: int
    workspace_id: int
    type: str
    body: bytes


def last_position() -> int:
    """The last position that was assigned; 0 before the first."""
    return Feed.objects.filter(id=1).values_list("last_position", flat=True).first() or 0


def first_position_since(since: datetime) -> int:
    """Where to begin to read every event made at ``since`` or later, whatever its workspace; beyond the last position
    if there is none yet. Every event that has no position when this is called is read too, whenever it was made.

    Positions follow the commits, so the first event made since then need not have the smallest position of them: one
    made after it may have been committed before. All that were made within ``_LONGEST_TRANSACTION`` of it are looked
    at. One made even later is passed over if it got its position before them, which takes a transaction that publishes
    an event and commits later than that. Ids sort by time, so both queries are ranges of the primary key.
    """
    since = max(since, _FIRST)
    beyond = last_position() + 1  # read first: what gets its position meanwhile is read too
    made_since = Event.unscoped.filter(pk__gte=first_id("evt", since - _ID_MARGIN), created_at__gte=since)
    positioned = made_since.filter(position__isnull=False)
    first = positioned.order_by("pk").values_list("created_at", flat=True).first()
    if first is None:
        return beyond
    near = positioned.filter(pk__lt=first_id("evt", first + _LONGEST_TRANSACTION))
    # The sum keeps PostgreSQL from looking for the minimum by walking the index of all positions.
    smallest: int | None = near.aggregate(smallest=Min(F("position") + 0))["smallest"]
    return beyond if smallest is None else min(beyond, smallest)


def read(*, after: int, types: Sequence[str], workspace_id: int | None = None, limit: int = BATCH) -> list[Entry]:
    """Events of these types with a position beyond ``after``, in order; of all workspaces unless ``workspace_id`` is
    given. Events that were emptied with their contact are left out."""
    rows = Event.unscoped.filter(position__gt=after, type__in=types).exclude(body=b"")
    if workspace_id is not None:
        rows = rows.filter(workspace_id=workspace_id)
    values = rows.order_by("position").values_list("position", "workspace_id", "type", "body")[:limit]
    return [Entry(int(position or 0), workspace, type, bytes(body)) for position, workspace, type, body in values]


def seen(workspace: Workspace, entries: Sequence[Entry]) -> list[Entry]:
    """Those of these entries of the workspace that a narrowed key or assistant sees, whose workspace it is."""
    rows = Event.objects.for_workspace(workspace).filter(position__in=[entry.position for entry in entries])
    positions = set(rows.values_list("position", flat=True))
    return [entry for entry in entries if entry.position in positions]
