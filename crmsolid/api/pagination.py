"""Keyset pages: the cursor says where the last page ended and is bound to the list, its workspace, sort and filters.

A page in ascending order of a time needs care. ``created_at`` and ``updated_at`` are set within a
transaction, so a row can become visible after a younger one, and a cursor that has moved past the younger row would
skip it. Therefore the cursor of such a list never moves past the *commit horizon*, a time before which no row can
appear any more. Rows beyond the horizon are returned all the same; the cursor remembers which, and the next page starts
at the horizon and leaves them out. Descending pages and the last page (it has every committed row) do without.

The last page of a list that ascends by ``created_at`` or ``updated_at`` says ``synced_until``: no row dated before it
can appear any more, so who comes back with it as ``updated_since`` misses none. It is the start of the oldest
transaction in progress before the first page was read, less ``SYNC_MARGIN``; the cursors carry it on. That is right
because

- a row is dated within its transaction, or a moment before the first statement of it, by the database's clock. If it is
  not visible yet, its transaction was in progress when the horizon was read, or began later. The horizon is read before
  the rows, by a statement of its own, and ``pg_stat_activity`` has a transaction until its rows are visible.
- a row that was visible before the first page is on a page, or was changed meanwhile, and so dated later.
- an open transaction holds the instant back for as long as it is open, and never makes it wrong. One that has written
  nothing yet counts as a minute old at most, or a backup would hold it back for hours; nobody dates a row a minute
  before writing it.
- the product prepares no transactions (two-phase commit), which ``pg_stat_activity`` would not have.
- a replica does not have its primary's transactions. If a page is read there, there is no ``synced_until``, and the
  client keeps the instant of last time.
- ``SYNC_MARGIN`` is more than the processes' clocks differ from the database's, and leaves room for that clock to be
  set back, or forward between two readings of a process. After a larger step clients have to read the whole list anew.

There is none where rows enter the list by the time alone (``narrow``). An endpoint with such a list shows it
(``ListOf.synced``), unless its rows may be dated long before they are written, as messages are by Telegram.
"""

import base64
import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from crmsolid.core import clock, strictjson
from crmsolid.core.errors import DomainError

# How much earlier than its transaction a row may be dated: the time is read a moment before the transaction's first
# statement arrives, on a machine whose clock may differ.
CLOCK_MARGIN = timedelta(seconds=1)
# How many rows beyond the horizon a cursor can remember. Beyond that many, a page has to wait for the horizon.
MAX_REMEMBERED = 300
# The same as CLOCK_MARGIN for ``synced_until``, which is used long after the page: until then the database's clock may
# have been set back. A larger margin costs nothing but rows that a client reads again.
SYNC_MARGIN = timedelta(seconds=10)
SYNCED_COLUMNS = ("created_at", "updated_at")
EMPTY_PAGE_SECONDS = 0.1

_TAG_BYTES = 9
_ROW_HASH_BYTES = 6

# All processes use one database role, so each sees the transactions of the others. A transaction that has written
# nothing for a minute is a reader, such as a backup. Without the first statement, a transaction would see the view as
# it was when it first read it. The time is read before the view, or a transaction could begin in between.
_HORIZON = """
SELECT pg_stat_clear_snapshot(), clock_timestamp(), pg_is_in_recovery();
SELECT min(xact_start) FILTER (WHERE backend_xid IS NOT NULL OR xact_start > minute_ago),
  min(CASE WHEN backend_xid IS NOT NULL THEN xact_start ELSE greatest(xact_start, minute_ago) END)
FROM pg_stat_activity, (SELECT clock_timestamp() - interval '1 minute' AS minute_ago) AS clock
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
  AND xact_start IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows and the cursor of the next, None at the end. ``synced_until`` is as the module says."""

    rows: list[Any]
    next_cursor: str | None
    synced_until: datetime | None = None

    def as_dict(self, data: list[Any], *, synced: bool = False) -> dict[str, Any]:
        shown = {"synced_until": clock.rfc3339(self.synced_until)} if synced and self.synced_until is not None else {}
        return {"data": data, "next_cursor": self.next_cursor, **shown}


@dataclass(frozen=True, slots=True)
class _Horizon:
    """Before ``of_pages`` no row can appear any more while a client follows its cursor, before ``of_syncs`` (None on a
    replica) none until the client comes back."""

    of_pages: datetime
    of_syncs: datetime | None


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Everything up to the row ``(value, pk)`` has been returned, and the rows with these hashes beyond it. Without a
    ``pk`` the position is just before all rows of this value. ``as_of`` is the time of the first page, where the rows
    of the list depend on it. ``synced_until`` is what the last page will say."""

    value: Any
    pk: Any
    returned: frozenset[bytes] = frozenset()
    as_of: datetime | None = None
    synced_until: datetime | None = None


def page(
    queryset: "QuerySet[Any]",
    *,
    sort: str,
    limit: int,
    cursor: str | None,
    workspace_id: int,
    filters: Mapping[str, Any],
    endless: bool = False,
    start: Any = None,
    read: "Callable[[QuerySet[Any]], list[Any]]" = list,
    narrow: "Callable[[QuerySet[Any], datetime], QuerySet[Any]] | None" = None,
    may_skip: bool = False,
) -> Page:
    """One page by an indexed column (``-`` for descending), ties broken by id. ``invalid_cursor`` (400).

    ``endless`` is for a list that grows at its end: ``next_cursor`` is never None, so that a client can poll with it.
    ``start`` is the value of the column at which the first page begins. ``read`` fetches the rows: as instances, or as
    ``Table.read`` does. ``narrow`` limits the list by what depends on the time, such as "in the last 7 days". It gets
    the time of the first page, which the cursors carry on, so all pages are of one list. ``may_skip``: a list that
    somebody looks at, and nobody copies, does without the horizon.
    """
    column, descending = sort.lstrip("-"), sort.startswith("-")
    binding = _binding(queryset, workspace_id, sort, filters)
    first = None if start is None else _Cursor(start, None)
    position = first if cursor is None else _decode(cursor, binding)
    as_of = None
    if narrow is not None:
        as_of = _time_of_first_page(position)
        queryset = narrow(queryset, as_of)
    # Before the rows are read: a transaction that commits in between is older than the horizon.
    horizon = None if may_skip else _horizon_of(queryset, column, descending)
    synced_until = None if narrow is not None else _synced_until(horizon, column, None if cursor is None else position)
    returned = position.returned if position is not None else frozenset()
    rows = read(_from_position(queryset, column, descending, position)[: limit + 1 + len(returned)])
    new = [row for row in rows if _row_hash(row, column) not in returned] if returned else rows
    if not endless and len(new) <= limit:
        return Page(new, None, synced_until)
    new = new[:limit]
    if not new:
        return Page([], _encode(position or _Cursor(0, None, as_of=as_of), binding))
    shown, next_position = new, _Cursor(getattr(new[-1], column), new[-1].id)
    if horizon is not None:
        shown, next_position = _up_to_horizon(rows, new, column, position, horizon.of_pages)
    if not shown:
        time.sleep(EMPTY_PAGE_SECONDS)  # or a client that follows the cursor would ask again at once
    return Page(shown, _encode(replace(next_position, as_of=as_of, synced_until=synced_until), binding))


def cursor_of_value(value: str, *, of: str, workspace_id: int) -> str:
    """The cursor of a list that is no queryset, and whose next page begins with this value. ``of`` names the list."""
    return _encode(_Cursor(value, None), _binding_of_values(of, workspace_id))


def value_of_cursor(cursor: str, *, of: str, workspace_id: int) -> str:
    """The value of a cursor by :func:`cursor_of_value`. ``invalid_cursor`` (400)."""
    return str(_decode(cursor, _binding_of_values(of, workspace_id)).value)


def _binding_of_values(of: str, workspace_id: int) -> bytes:
    return json.dumps(["values", of, workspace_id]).encode()


def _binding(queryset: "QuerySet[Any]", workspace_id: int, sort: str, filters: Mapping[str, Any]) -> bytes:
    """What a cursor is valid for. The model is part of it: ids of another model may have another type."""
    plain = {name: str(value) for name, value in filters.items() if name not in ("limit", "cursor")}
    return json.dumps([queryset.model._meta.label, workspace_id, sort, plain], sort_keys=True).encode()


def _time_of_first_page(position: _Cursor | None) -> datetime:
    as_of = clock.now() if position is None else position.as_of
    if as_of is None:
        raise DomainError("invalid_cursor")
    return as_of


def _from_position(
    queryset: "QuerySet[Any]", column: str, descending: bool, position: _Cursor | None
) -> "QuerySet[Any]":
    """The rows from there on, in their order."""
    sign = "-" if descending else ""
    ordered = queryset.order_by(f"{sign}{column}", f"{sign}id")
    if position is None:
        return ordered
    if position.pk is None:
        return ordered.filter(**{f"{column}__{'lt' if descending else 'gt'}e": position.value})
    # A comparison of rows lets the database start in the index right behind the row, however many rows have the same
    # value as it.
    behind = TupleLessThan if descending else TupleGreaterThan
    return ordered.filter(behind(Tuple(F(column), F("pk")), (position.value, position.pk)))


def _horizon_of(queryset: "QuerySet[Any]", column: str, descending: bool) -> _Horizon | None:
    """None for a list that does not ascend by a time, which does without."""
    is_time = isinstance(queryset.model._meta.get_field(column), models.DateTimeField)
    return _read_horizon() if is_time and not descending else None


def _synced_until(horizon: _Horizon | None, column: str, earlier: _Cursor | None) -> datetime | None:
    """``earlier`` is the cursor of the pages before, None on the first."""
    if horizon is None or horizon.of_syncs is None or column not in SYNCED_COLUMNS:
        return None
    if earlier is None:
        return horizon.of_syncs
    return min(earlier.synced_until, horizon.of_syncs) if earlier.synced_until is not None else None


def _read_horizon() -> _Horizon:
    """By the start of the oldest transaction in progress, or by now: later, if the clock was set back meanwhile."""
    with connection.cursor() as database:
        database.execute(_HORIZON)
        _, now, is_replica = database.fetchone()
        database.nextset()
        oldest, oldest_of_syncs = (min(now, start or now) for start in database.fetchone())
    return _Horizon(oldest - CLOCK_MARGIN, None if is_replica else oldest_of_syncs - SYNC_MARGIN)


def _up_to_horizon(
    rows: Sequence[Any], new: Sequence[Any], column: str, position: _Cursor | None, horizon: datetime
) -> tuple[list[Any], _Cursor]:
    """The rows to return and the position after them. ``rows`` are all that were read, ``new`` those to be returned."""
    returned = frozenset() if position is None else position.returned
    if position is not None:
        horizon = max(horizon, position.value)  # they differ if the clock was set back
    shown = [row for row in new if getattr(row, column) < horizon]
    if len(shown) == len(new):
        value, pk = getattr(new[-1], column), new[-1].id
        passed = rows[: rows.index(new[-1]) + 1]
    else:
        value, pk = horizon, None
        passed = [row for row in rows if getattr(row, column) < horizon]
    returned -= {_row_hash(row, column) for row in passed}
    beyond = new[len(shown) :][: max(0, MAX_REMEMBERED - len(returned))]
    returned |= {_row_hash(row, column) for row in beyond}
    return [*shown, *beyond], _Cursor(value, pk, returned)


def _row_hash(row: Any, column: str) -> bytes:
    """Identifies a row and its time in this order: a row whose ``updated_at`` changes has to be returned again."""
    return sha256(f"{row.id} {getattr(row, column).isoformat()}".encode()).digest()[:_ROW_HASH_BYTES]


def _tag(payload: bytes, binding: bytes) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), b"cursor\0" + binding + b"\0" + payload, sha256).digest()[:_TAG_BYTES]


def _encode(position: _Cursor, binding: bytes) -> str:
    is_time = isinstance(position.value, datetime)
    payload = ["t", position.value.isoformat(), position.pk] if is_time else ["v", position.value, position.pk]
    more = [base64.b64encode(b"".join(sorted(position.returned))).decode()]
    more += [each.isoformat() if each is not None else "" for each in (position.as_of, position.synced_until)]
    while more and not more[-1]:
        more.pop()
    raw = strictjson.dumps(payload + more)
    return base64.urlsafe_b64encode(_tag(raw, binding) + raw).decode().rstrip("=")


def _decode(cursor: str, binding: bytes) -> _Cursor:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise DomainError("invalid_cursor") from None
    tag, payload = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(payload, binding)):
        raise DomainError("invalid_cursor")
    kind, value, pk, *more = json.loads(payload)
    remembered, *times = [*more, "", "", ""][:3]
    hashes = base64.b64decode(remembered)
    returned = [hashes[start : start + _ROW_HASH_BYTES] for start in range(0, len(hashes), _ROW_HASH_BYTES)]
    as_of, synced_until = (datetime.fromisoformat(each) if each else None for each in times)
    position = datetime.fromisoformat(value) if kind == "t" else value
    return _Cursor(position, pk, frozenset(returned), as_of, synced_until)
