"""Keyset pages: the cursor says where the last page ended and is bound to the list, its workspace, sort and filters.

A page in ascending order of a time needs care. ``created_at`` and ``updated_at`` are set within a
transaction, so a row can become visible after a younger one, and a cursor that has moved past the younger row would
skip it. Therefore the cursor of such a list never moves past the *commit horizon*, a time before which no row can
appear any more. Rows beyond the horizon are returned all the same; the cursor remembers which, and the next page starts
at the horizon and leaves them out. Descending pages and the last page (it has every committed row) do without.
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
EMPTY_PAGE_SECONDS = 0.1

_TAG_BYTES = 9
_ROW_HASH_BYTES = 6

# All processes use one database role, so each sees the transactions of the others. A transaction that has written
# nothing for a minute is a reader, such as a backup. Without the first statement, a transaction would see the view as
# it was when it first read it.
_HORIZON = """
SELECT pg_stat_clear_snapshot();
SELECT coalesce(min(xact_start), clock_timestamp()) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
  AND (backend_xid IS NOT NULL OR xact_start > clock_timestamp() - interval '1 minute')
"""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows and the cursor of the next, None at the end."""

    rows: list[Any]
    next_cursor: str | None

    def as_dict(self, data: list[Any]) -> dict[str, Any]:
        return {"data": data, "next_cursor": self.next_cursor}


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Everything up to the row ``(value, pk)`` has been returned, and the rows with these hashes beyond it. Without a
    ``pk`` the position is just before all rows of this value. ``as_of`` is the time of the first page, where the rows
    of the list depend on it."""

    value: Any
    pk: Any
    returned: frozenset[bytes] = frozenset()
    as_of: datetime | None = None


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
) -> Page:
    """One page by an indexed column (``-`` for descending), ties broken by id. ``invalid_cursor`` (400).

    ``endless`` is for a list that grows at its end: ``next_cursor`` is never None, so that a client can poll with it.
    ``start`` is the value of the column at which the first page begins. ``read`` fetches the rows: as instances, or as
    ``Table.read`` does. ``narrow`` limits the list by what depends on the time, such as "in the last 7 days". It gets
    the time of the first page, which the cursors carry on, so all pages are of one list.
    """
    column, descending = sort.lstrip("-"), sort.startswith("-")
    plain = {name: str(value) for name, value in filters.items() if name not in ("limit", "cursor")}
    # What the cursor is valid for. The model is part of it: ids of another model may have another type.
    binding = json.dumps([queryset.model._meta.label, workspace_id, sort, plain], sort_keys=True).encode()
    position = None if cursor is None else _decode(cursor, binding)
    if position is None and start is not None:
        position = _Cursor(start, None)
    as_of = None
    if narrow is not None:
        as_of = clock.now() if position is None else position.as_of
        if as_of is None:
            raise DomainError("invalid_cursor")
        queryset = narrow(queryset, as_of)
    is_time = isinstance(queryset.model._meta.get_field(column), models.DateTimeField)
    # Before the rows are read: a transaction that commits in between is older than the horizon.
    horizon = _commit_horizon() if is_time and not descending else None
    returned = position.returned if position is not None else frozenset()
    if position is not None:
        if position.pk is None:
            queryset = queryset.filter(**{f"{column}__{'lt' if descending else 'gt'}e": position.value})
        else:
            # A comparison of rows lets the database start in the index right behind the row, however many rows have the
            # same value as it.
            behind = TupleLessThan if descending else TupleGreaterThan
            queryset = queryset.filter(behind(Tuple(F(column), F("pk")), (position.value, position.pk)))
    sign = "-" if descending else ""
    rows = read(queryset.order_by(f"{sign}{column}", f"{sign}id")[: limit + 1 + len(returned)])
    new = [row for row in rows if _row_hash(row, column) not in returned] if returned else rows
    if not endless and len(new) <= limit:
        return Page(new, None)
    new = new[:limit]
    if not new:
        return Page([], _encode(position or _Cursor(0, None, as_of=as_of), binding))
    if horizon is None:
        return Page(new, _encode(_Cursor(getattr(new[-1], column), new[-1].id, as_of=as_of), binding))
    shown, next_position = _up_to_horizon(rows, new, column, position, horizon)
    if not shown:
        time.sleep(EMPTY_PAGE_SECONDS)  # or a client that follows the cursor would ask again at once
    return Page(shown, _encode(replace(next_position, as_of=as_of), binding))


def _commit_horizon() -> datetime:
    """No row dated before this can become visible any more: the oldest transaction in progress began later."""
    with connection.cursor() as database:
        database.execute(_HORIZON)
        database.nextset()
        oldest: datetime = database.fetchone()[0]
    return oldest - CLOCK_MARGIN


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
    if position.returned or position.as_of is not None:
        payload.append(base64.b64encode(b"".join(sorted(position.returned))).decode())
    if position.as_of is not None:
        payload.append(position.as_of.isoformat())
    raw = strictjson.dumps(payload)
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
    hashes = base64.b64decode(more[0]) if more else b""
    returned = [hashes[start : start + _ROW_HASH_BYTES] for start in range(0, len(hashes), _ROW_HASH_BYTES)]
    as_of = datetime.fromisoformat(more[1]) if len(more) > 1 else None
    return _Cursor(datetime.fromisoformat(value) if kind == "t" else value, pk, frozenset(returned), as_of)
