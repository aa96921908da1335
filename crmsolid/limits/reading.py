"""What a holder was given to read: whose untrusted text, and when. Kept with the answer that shows it, for 30 minutes
and the newest 1,000 contacts; beyond that everything counts as read.

A holder that reads on about the same people is recorded every 10 seconds, not with each answer: a commit for each read
would cost an assistant a fifth of its requests a second. Text counts so much longer, never shorter.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from crmsolid.core import clock
from crmsolid.core.sql.prepared_cursor import statement_cursor
from crmsolid.core.sql.table import Table
from crmsolid.limits.models import GivenText
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.limits import Approval

RECORDED_EVERY = timedelta(seconds=10)
REMEMBERED = timedelta(minutes=30) + RECORDED_EVERY
MAX_CONTACTS = 1_000
# In the place of a contact: text of somebody that is not known, or of too many.
SOMEBODY = ""

_given = Table(GivenText)
_GIVEN_AGAIN = (
    "(workspace_id, holder, contact_id) DO UPDATE SET given_at = GREATEST(limits_giventext.given_at, EXCLUDED.given_at)"
)
# In one order, so that two answers about the same people never wait for each other.
_RECORD = f"""
INSERT INTO limits_giventext (workspace_id, holder, contact_id, given_at)
SELECT %s, %s, given.contact_id, %s FROM jsonb_array_elements_text(%s::jsonb) AS given (contact_id)
WHERE NOT EXISTS (
    SELECT FROM limits_giventext AS recent
    WHERE recent.workspace_id = %s AND recent.holder = %s AND recent.contact_id = given.contact_id
    AND recent.given_at > %s
)
ORDER BY given.contact_id
ON CONFLICT {_GIVEN_AGAIN}
"""


@dataclass(frozen=True, slots=True)
class Read:
    """Whose text was given (``SOMEBODY`` for text of nobody in particular), and when the last time."""

    contact_id: str
    at: datetime


def matters_to(actor: Actor) -> bool:
    """Whether the writes of the actor depend on what it was given to read."""
    return actor.limits.approval is Approval.UNTRUSTED


def record(actor: Actor, contact_ids: Iterable[str], *, ahead: timedelta = timedelta()) -> None:
    """Record that the actor's answer has untrusted text about these contacts (``SOMEBODY`` for one that is not known).
    To be called before the answer leaves; ``ahead``: it goes on for so long. Nothing is recorded for those whose writes
    do not depend on it."""
    found = set(contact_ids)
    if not found or not matters_to(actor):
        return
    if len(found) > MAX_CONTACTS:
        found = {SOMEBODY}
    given_at, holder = clock.now() + ahead, (actor.workspace.pk, actor.limits.holder)
    with statement_cursor() as cursor:
        recently = (*holder, given_at - RECORDED_EVERY)
        cursor.execute(_RECORD, (*holder, given_at, json.dumps(list(found)), *recently))


def reads_of(actor: Actor) -> list[Read]:
    """Whose text the actor was given and still counts, the latest first; of more than ``MAX_CONTACTS`` it is
    somebody's."""
    rows = _rows(actor).filter(given_at__gt=clock.now() - REMEMBERED).order_by("-given_at", "contact_id")
    found: list[Any] = list(rows.values_list("contact_id", "given_at")[: MAX_CONTACTS + 1])
    reads = [Read(*row) for row in found]
    return reads if len(reads) <= MAX_CONTACTS else [Read(SOMEBODY, reads[0].at), *reads[:MAX_CONTACTS]]


def record_address_change(actor: Actor, contact_id: str) -> None:
    """Record that the actor changed how messages reach the contact."""
    if actor.limits.approval is Approval.NONE:
        return
    row = GivenText(
        workspace=actor.workspace,
        holder=actor.limits.holder,
        contact_id=contact_id,
        address_changed_at=clock.now(),
    )
    GivenText.objects.for_workspace(actor.workspace).bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["workspace", "holder", "contact_id"],
        update_fields=["address_changed_at"],
    )


def changed_address(actor: Actor, contact_id: str) -> bool:
    """Whether the actor changed within the last 30 minutes how messages reach the contact."""
    since = clock.now() - REMEMBERED
    return bool(_rows(actor).filter(contact_id=contact_id, address_changed_at__gt=since).exists())


def erase(workspace_id: int, contact_id: str) -> None:
    """Forget whose text it was that holders were given, not that they were given it: an assistant that has erased the
    contact, or asked for that, has still read what the contact wrote."""
    rows = GivenText.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
    given = list(rows.filter(given_at__isnull=False).order_by("holder").values("workspace_id", "holder", "given_at"))
    _given.insert_many([{**row, "contact_id": SOMEBODY} for row in given], _GIVEN_AGAIN)
    rows.delete()


def _rows(actor: Actor) -> QuerySet[GivenText]:
    rows: QuerySet[GivenText] = GivenText.objects.for_workspace(actor.workspace)
    return rows.filter(holder=actor.limits.holder)


def past_retention() -> QuerySet[GivenText]:
    """What no longer counts."""
    oldest = clock.now() - REMEMBERED
    old = Q(given_at__lt=oldest) | Q(given_at__isnull=True)
    return GivenText.unscoped.filter(old).exclude(address_changed_at__gte=oldest).order_by("pk")
