"""Reading events in the order of their positions; see :mod:`crmsolid.events.positions`."""

from collections.abc import Sequence
from dataclasses import dataclass

from crmsolid.events.models import Event, Feed

BATCH = 500


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


def read(*, after: int, types: Sequence[str], workspace_id: int | None = None, limit: int = BATCH) -> list[Entry]:
    """Events of these types with a position beyond ``after``, in order; of all workspaces unless ``workspace_id`` is
    given. Events that were emptied with their contact are left out."""
    rows = Event.unscoped.filter(position__gt=after, type__in=types).exclude(body=b"")
    if workspace_id is not None:
        rows = rows.filter(workspace_id=workspace_id)
    values = rows.order_by("position").values_list("position", "workspace_id", "type", "body")[:limit]
    return [Entry(int(position or 0), workspace, type, bytes(body)) for position, workspace, type, body in values]
