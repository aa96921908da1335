"""The recipients of a broadcast as CSV."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from contacts.export import cell
from contacts.models import name_of
from crmsolid.core.clock import rfc3339
from messaging.broadcasts.models import Recipient
from messaging.broadcasts.querysets import status_of

COLUMNS = (
    *("contact_id", "name", "username", "email", "status", "reason"),
    *("settled_at", "replied_at", "opted_out_at", "message_id"),
)
CHUNK = 1000


def recipients_csv(rows: Any, *, with_names: bool) -> Iterator[bytes]:
    """A header, then one line a recipient; a chunk is one query. Without names, and for who was erased, their cells are
    empty."""
    yield _lines([COLUMNS])
    last = 0
    while chunk := list(rows.filter(pk__gt=last).select_related("contact", "message").order_by("pk")[:CHUNK]):
        yield _lines([_row(each, with_names) for each in chunk])
        last = chunk[-1].pk


def _row(recipient: Recipient, with_names: bool) -> tuple[Any, ...]:
    who = recipient.contact
    names = (name_of(who), who.username, who.email) if who and with_names else (None,) * 3
    return (
        recipient.contact_id,
        *names,
        status_of(recipient),
        recipient.reason,
        rfc3339(recipient.settled_at),
        rfc3339(recipient.replied_at),
        rfc3339(recipient.opted_out_at),
        recipient.message_id,
    )


def _lines(rows: list[tuple[Any, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode()
