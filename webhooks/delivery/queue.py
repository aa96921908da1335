"""The queue of deliveries: what is due, and taking it under a lease. Rows only; nothing here touches the network."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection

from crmsolid.core import clock
from crmsolid.core.sql.bulk import fetch, ids_clause, row_lock, rows_parameter, rows_source, run
from crmsolid.core.sql.table import Table, datetime_param
from webhooks.models import Endpoint
from webhooks.secrets import Keyring

# Longer than a claimed delivery can take: STALE_SECONDS of waiting for a place, two posts of 22.5 s at most (the
# second one with the other secret), and the settling.
LEASE = timedelta(seconds=90)

_endpoints = Table(Endpoint)

# Jumps from endpoint to endpoint through the index of what is queued: its cost follows the number of endpoints
# with a queue, not the length of any queue.
_LANES = """
    WITH RECURSIVE lane(endpoint_id) AS (
        SELECT min(endpoint_id) FROM webhooks_delivery WHERE next_attempt_at IS NOT NULL
        UNION ALL
        SELECT (
            SELECT min(endpoint_id) FROM webhooks_delivery
            WHERE next_attempt_at IS NOT NULL AND endpoint_id > lane.endpoint_id
        ) FROM lane WHERE lane.endpoint_id IS NOT NULL
    )
    SELECT lane.endpoint_id, (
        SELECT min(next_attempt_at) FROM webhooks_delivery
        WHERE endpoint_id = lane.endpoint_id AND next_attempt_at IS NOT NULL
    ) FROM lane JOIN webhooks_endpoint e ON e.id = lane.endpoint_id WHERE e.enabled
"""


@dataclass(slots=True)
class Target:
    """An enabled endpoint with something due, as its row was at the last look."""

    id: str
    workspace_id: int
    url: str
    keys: Keyring
    failing_since: datetime | None

    @classmethod
    def of(cls, row: Endpoint) -> "Target":
        return cls(row.id, row.workspace_id, row.url, Keyring.of(row), row.failing_since)


@dataclass(slots=True)
class Claim:
    """A delivery in our hands: ours to settle as long as its row carries ``lease``."""

    id: str
    workspace_id: int
    endpoint_id: str
    event_id: str
    attempts: int
    failures: int
    body: bytes = field(repr=False)
    lease: str


class Hand:
    """Where a pump takes deliveries at the moment they are made: born leased, they need no claim, and so no second
    version of their row. ``room`` tells how many more of each of these endpoints the pump can take beside the claims
    taken so far; what an endpoint it mentions has too many of is counted in ``left``."""

    def __init__(self, room: Callable[[Sequence[Target], Sequence[Claim]], dict[str, int]]) -> None:
        self.lease, self.until = uuid4().hex, clock.now() + LEASE
        self.targets: dict[str, Target] = {}
        self.claims: list[Claim] = []
        self.left = 0
        self._room = room
        self._rooms: dict[str, int] = {}

    def open(self, targets: Sequence[Target]) -> None:
        """Ask how much there is to take of these endpoints now."""
        self.targets.update((target.id, target) for target in targets)
        self._rooms = self._room(targets, self.claims)

    def take(self, delivery_id: str, workspace_id: int, endpoint_id: str, event_id: str, body: bytes) -> bool:
        """Whether this new delivery is ours from its birth."""
        room = self._rooms.get(endpoint_id)
        if not room:
            self.left += room is not None
            return False
        self._rooms[endpoint_id] = room - 1
        self.claims.append(Claim(delivery_id, workspace_id, endpoint_id, event_id, 0, 0, body, self.lease))
        return True


def due_targets() -> list[Target]:
    """Every enabled endpoint with a delivery that is due now."""
    now = clock.now()
    return _load([endpoint for endpoint, due_at in _lanes() if due_at <= now])


def next_due() -> datetime | None:
    """When the next delivery is due, in the past if one is; None if nothing is queued."""
    return min((due_at for _, due_at in _lanes()), default=None)


def _lanes() -> list[tuple[str, datetime]]:
    return [(endpoint, _as_moment(due_at)) for endpoint, due_at in fetch(_LANES) if due_at is not None]


def _as_moment(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(f"{value}+00:00")


def _load(ids: Sequence[str]) -> list[Target]:
    if not ids:
        return []
    where, params = ids_clause("id", ids)
    return [Target.of(row) for row in _endpoints.select(f"enabled AND {where}", params)]


def claim(rooms: Mapping[str, int]) -> list[Claim]:
    """Take up to ``rooms[endpoint id]`` due deliveries of each endpoint, the longest due first; in the caller's
    transaction.

    What another pump is taking at this moment is passed over, not waited for.
    """
    wanted = {endpoint: room for endpoint, room in rooms.items() if room > 0}
    if not wanted:
        return []
    lease, now = uuid4().hex, clock.now()
    rows = _pick_together(wanted, now) if connection.vendor == "postgresql" else _pick_in_turn(wanted, now)
    claims = [Claim(*row[:6], bytes(row[6]), lease) for row in rows]
    if claims:
        _take([claim.id for claim in claims], lease, now + LEASE)
    return claims


_PICKED = "d.id, d.workspace_id, d.endpoint_id, d.event_id, d.attempts, d.failures, e.body"


def _pick_together(wanted: Mapping[str, int], now: datetime) -> list[tuple[str, int, str, str, int, int, bytes]]:
    source = rows_source({"endpoint": "text", "room": "int"}, "lane")
    statement = (
        f"SELECT {_PICKED} FROM {source} CROSS JOIN LATERAL ("
        " SELECT * FROM webhooks_delivery WHERE endpoint_id = lane.endpoint AND next_attempt_at <= %s"
        f" ORDER BY next_attempt_at LIMIT lane.room{row_lock(skip_locked=True)}"
        ") d JOIN events_event e ON e.id = d.event_id"
    )
    return fetch(statement, [rows_parameter(list(wanted.items())), now])


def _pick_in_turn(wanted: Mapping[str, int], now: datetime) -> list[tuple[str, int, str, str, int, int, bytes]]:
    statement = (
        f"SELECT {_PICKED} FROM webhooks_delivery d JOIN events_event e ON e.id = d.event_id"
        " WHERE d.endpoint_id = %s AND d.next_attempt_at <= %s ORDER BY d.next_attempt_at LIMIT %s"
    )
    return [row for endpoint, room in wanted.items() for row in fetch(statement, [endpoint, datetime_param(now), room])]


def _take(ids: Sequence[str], lease: str, until: datetime) -> None:
    where, params = ids_clause("id", ids)
    run(
        "UPDATE webhooks_delivery SET status = 'sending', next_attempt_at = NULL, lease = %s, lease_until = %s"
        f" WHERE {where}",
        [lease, datetime_param(until), *params],
    )
