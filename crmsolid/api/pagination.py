"""Keyset pages: the cursor says where the last page ended and binds the list, its workspace, sort and filters."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError

_TAG_BYTES = 9


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows and the cursor of the next, None at the end."""

    rows: list[Any]
    next_cursor: str | None

    def as_dict(self, data: list[Any]) -> dict[str, Any]:
        return {"data": data, "next_cursor": self.next_cursor}


def page(
    queryset: "QuerySet[Any]",
    *,
    sort: str,
    limit: int,
    cursor: str | None,
    workspace_id: int,
    filters: Mapping[str, Any],
    endless: bool = False,
    read: "Callable[[QuerySet[Any]], list[Any]]" = list,
) -> Page:
    """One page by an indexed column (``-`` for the other way), ties broken by id. ``invalid_cursor`` (400).

    ``endless`` is for a list that grows at its end: ``next_cursor`` is never None, so that a client can poll with it.
    ``read`` fetches the rows: as instances, or as ``rows.Table.read`` does.
    """
    column, descending = sort.lstrip("-"), sort.startswith("-")
    binding = _binding(queryset, workspace_id, sort, filters)
    if cursor is not None:
        queryset = queryset.filter(_beyond(column, descending, *_decode(cursor, binding)))
    sign = "-" if descending else ""
    rows = read(queryset.order_by(f"{sign}{column}", f"{sign}id")[: limit + 1])
    if not endless and len(rows) <= limit:
        return Page(rows, None)
    rows = rows[:limit]
    if not rows:
        return Page(rows, cursor or _encode(0, "", binding))
    return Page(rows, _encode(getattr(rows[-1], column), rows[-1].id, binding))


def _beyond(column: str, descending: bool, value: Any, pk: Any) -> Q:
    """Rows after (value, pk). The first condition alone lets the database start in the index."""
    if descending:
        return Q(**{f"{column}__lte": value}) & (Q(**{f"{column}__lt": value}) | Q(pk__lt=pk))
    return Q(**{f"{column}__gte": value}) & (Q(**{f"{column}__gt": value}) | Q(pk__gt=pk))


def _binding(queryset: "QuerySet[Any]", workspace_id: int, sort: str, filters: Mapping[str, Any]) -> bytes:
    """What a cursor is good for. The kind of row is part of it: other rows have other ids, of another type maybe."""
    given = {name: str(value) for name, value in filters.items() if name not in ("limit", "cursor")}
    return json.dumps([queryset.model._meta.label, workspace_id, sort, given], sort_keys=True).encode()


def _tag(payload: bytes, binding: bytes) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), b"cursor\0" + binding + b"\0" + payload, sha256).digest()[:_TAG_BYTES]


def _encode(value: Any, pk: Any, binding: bytes) -> str:
    kind, plain = ("t", value.isoformat()) if isinstance(value, datetime) else ("v", value)
    payload = strictjson.dumps([kind, plain, pk])
    return base64.urlsafe_b64encode(_tag(payload, binding) + payload).decode().rstrip("=")


def _decode(cursor: str, binding: bytes) -> tuple[Any, Any]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise DomainError("invalid_cursor") from None
    tag, payload = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(payload, binding)):
        raise DomainError("invalid_cursor")
    kind, value, pk = json.loads(payload)
    return (datetime.fromisoformat(value) if kind == "t" else value), pk
