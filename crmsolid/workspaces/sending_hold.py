"""The hold on sending: while it is in force, no message of any workspace goes out.

The operator's command sets it, and so does the product when it finds that the database was restored from a backup
(:mod:`crmsolid.events.watermark`): what waits in a backup may have been sent since. Only the operator ends it. Messages
are accepted meanwhile; webhooks and e-mails go out as always.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Exists, Model, Q, QuerySet, Subquery

from crmsolid.core import clock
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import HoldReason, Installation, Workspace, new_key

# The two numbers of the advisory lock that a claim shares and that the beginning of a hold takes alone.
_LOCK = (0x43524D53, 1)
MAX_NOTE = 200

M = TypeVar("M", bound=Model)
ActorIn = Callable[[Workspace], Actor]


@dataclass(frozen=True, slots=True)
class Hold:
    """Since when sending is held, and why; ``note`` is what the operator, or the product, says about it."""

    since: datetime
    reason: HoldReason
    note: str


def current() -> Hold | None:
    """The hold that is in force; None if there is none."""
    row = _held().values_list("held_since", "held_reason", "held_note").first()
    return None if row is None else _as_hold(*row)


def _as_hold(since: datetime | None, reason: str, note: str) -> Hold:
    assert since is not None
    return Hold(since, HoldReason(reason), note)


def is_held() -> bool:
    """Whether sending is held; one query."""
    return _held().exists()


def is_in_force() -> Exists:
    """The same as an expression of a query."""
    return Exists(_held())


def where_not_held() -> Q:
    """The opposite as a condition of a query about anything."""
    return Q(~is_in_force())


def annotate(rows: "QuerySet[M]") -> "QuerySet[M]":
    """These rows with the hold, for :func:`annotated`: a page that reads them anyway needs no other query."""
    columns = {f"_{name}": Subquery(_held().values(name)[:1]) for name in ("held_since", "held_reason", "held_note")}
    return rows.annotate(**columns)


def annotated(row: Any) -> Hold | None:
    """The hold that :func:`annotate` has read with the row."""
    return None if row._held_since is None else _as_hold(row._held_since, row._held_reason, row._held_note)


def _held() -> "QuerySet[Installation]":
    return Installation.objects.filter(held_since__isnull=False)


def refuses_claims() -> bool:
    """Whether sending is held, asked in the transaction of a claim: until that ends, no hold can begin.

    So once :func:`hold` has returned, nobody takes a lease any more.
    """
    # A statement of its own: the next one sees what whoever had the lock has committed.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", _LOCK)
    return is_held()


def installation() -> Installation:
    """The row of this database, made at its first use."""
    row = Installation.objects.first()
    if row is None:
        Installation.objects.bulk_create([Installation()], ignore_conflicts=True)
        row = Installation.objects.get()
    return row


@transaction.atomic
def hold(reason: HoldReason, note: str, actor_in: ActorIn, *, generation: str | None = None) -> bool:
    """Hold sending; False if it is held already. Messages that are being sent at this moment are sent.

    With a ``generation`` it is held only if that is still the one of the database. ``actor_in`` makes the actor of the
    audit log in each workspace.
    """
    free = Installation.objects.filter(pk=installation().pk, held_since=None)
    if generation is not None:
        free = free.filter(generation=generation)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _LOCK)  # waits for the claims that have begun
    if not free.update(held_since=clock.now(), held_reason=reason, held_note=note[:MAX_NOTE]):
        return False
    _audit(actor_in, "sending.held", reason=reason.value)
    return True


@transaction.atomic
def release(actor_in: ActorIn, *, mode: str) -> bool:
    """End the hold; False if there is none. The database begins a new generation: what the data folders know of the
    time before the backup counts no longer. ``mode`` is what became of the messages, for the audit log."""
    values = {"held_since": None, "held_reason": "", "held_note": "", "generation": new_key()}
    if not _held().update(**values):
        return False
    _audit(actor_in, "sending.released", mode=mode)
    return True


def _audit(actor_in: ActorIn, action: str, **data: str) -> None:
    """An entry in each live workspace, with which its members see it."""
    workspaces = Workspace.objects.filter(live=None).order_by("pk")
    audit.record_all((actor_in(workspace) for workspace in workspaces.iterator()), action, **data)
