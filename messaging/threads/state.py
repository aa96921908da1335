"""Keeps what the inbox knows of a thread: its latest message, unread messages, whether somebody waits, what failed.

Each function runs in the transaction of the message that changes the thread, so the list never has to look at messages
to say which threads need somebody.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from contacts import repository
from contacts.models import Contact
from crmsolid.core.ids import new_id
from crmsolid.core.sql.bulk import fetch
from crmsolid.events.publishing import publish_all
from crmsolid.workspaces.models import Membership, Role, Workspace
from messaging import episodes
from messaging.models import Account, Direction, Message, Status, Thread
from messaging.threads import events

# The roles of members who may look after a thread: those that may write.
ASSIGNABLE = (Role.AGENT, Role.ADMIN, Role.OWNER)

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_threads = f'"{Thread._meta.db_table}"'

_UPSERT = (
    f"INSERT INTO {_threads}"
    " (id, workspace_id, account_id, contact_id, unread_count, last_message_at, created_at, waiting_since)"
    f" VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (account_id, contact_id) DO UPDATE SET"
    f" last_message_at = greatest(excluded.last_message_at, {_threads}.last_message_at)"
)
_INCOMING = (
    f", unread_count = {_threads}.unread_count + 1, closed_at = NULL, snoozed_until = NULL,"
    f" waiting_since = coalesce({_threads}.waiting_since, excluded.waiting_since),"
    f" last_in_at = greatest({_threads}.last_in_at, excluded.last_message_at)"
)
_PLANNED_ANSWER = ", failed_at = NULL"
# What the contact wrote after the answer, which was stored late, still waits.
_ANSWER = (
    f"{_PLANNED_ANSWER}, waiting_since = CASE"
    f" WHEN {_threads}.waiting_since > excluded.last_message_at THEN {_threads}.waiting_since END"
)
# As they were before this statement.
_WAITING_SINCE, _WAS_WRITTEN_IN = (
    f"(SELECT {what} FROM {_threads} WHERE account_id = %s AND contact_id = %s)"
    for what in ("waiting_since", "last_in_at IS NOT NULL")
)
_RECORD_QUESTION = (
    f"WITH thread AS ({_UPSERT}{_INCOMING}"
    f" RETURNING id, workspace_id, account_id, {_WAS_WRITTEN_IN} AS was_written_in),"
    f" begun AS ({episodes.BEGIN}) SELECT id FROM thread"
)
_RECORD_ANSWER = (
    f"WITH thread AS ({_UPSERT}{_ANSWER} RETURNING id, {_WAITING_SINCE} AS waited_since),"
    f" answered AS ({episodes.ANSWER}) SELECT id, waited_since, {episodes.OPEN_ID} FROM thread"
)


class Answered(NamedTuple):
    """What an answer found: since when the contact had waited, None if they did not, and the open episode."""

    thread_id: str
    waiting_since: datetime | None
    episode_id: int | None


def upsert_thread(account: Account, contact: Contact, at: datetime) -> tuple[str, bool]:
    """Create the thread of the account and the contact, or update the one there is, and return its id and whether it is
    closed. ``at`` is the time of a message in it."""
    [(thread_id, is_closed)] = fetch(f"{_UPSERT} RETURNING id, closed_at IS NOT NULL", _values(account, contact, at))
    return str(thread_id), bool(is_closed)


def record_answer(account: Account, contact: Contact, at: datetime, *, author_id: int | None, via: str) -> Answered:
    """:func:`upsert_thread` for a message that a person, the member ``author_id`` or whoever uses the interface
    ``via``, wrote to the contact: nobody waits any more."""
    values = [*_values(account, contact, at), account.pk, contact.pk]
    [(thread_id, waiting_since, episode_id)] = fetch(_RECORD_ANSWER, [*values, at, author_id, via, at])
    has_waited = waiting_since is not None and waiting_since <= at
    return Answered(str(thread_id), waiting_since if has_waited else None, episode_id)


def record_planned_answer(account: Account, contact: Contact, at: datetime) -> str:
    """:func:`upsert_thread` for a message that a person wrote for a later time: the contact waits until it is sent."""
    return _upsert(_PLANNED_ANSWER, account, contact, at)


def record_incoming(account: Account, contact: Contact, at: datetime, *, waits: bool) -> str:
    """:func:`upsert_thread` for a message of the contact: one more is unread, and the thread is open again.

    ``waits`` is whether it asks for an answer: then an episode begins, unless one is open. The contact is locked.
    """
    if not waits:
        return _upsert(_INCOMING, account, contact, at, unread=1)
    values = [*_values(account, contact, at, unread=1, waiting_since=at), account.pk, contact.pk, at]
    [(thread_id,)] = fetch(_RECORD_QUESTION, values)
    return str(thread_id)


def _upsert(changes: str, account: Account, contact: Contact, at: datetime, *, unread: int = 0) -> str:
    values = _values(account, contact, at, unread=unread)
    [(thread_id,)] = fetch(f"{_UPSERT}{changes} RETURNING id", values)
    return str(thread_id)


def _values(
    account: Account, contact: Contact, at: datetime, *, unread: int = 0, waiting_since: datetime | None = None
) -> list[Any]:
    return [new_id("thr"), account.workspace_id, account.pk, contact.pk, unread, at, at, waiting_since]


def record_sent(thread_ids: Collection[str], at: datetime) -> None:
    """Messages of these threads, whose rows are locked, were sent."""
    Thread.unscoped.filter(pk__in=thread_ids).update(
        failed_at=None,
        last_message_at=Greatest("last_message_at", Value(at)),
        last_out_at=Greatest("last_out_at", Value(at)),
    )


def record_failed(thread_ids: Collection[str], at: datetime) -> None:
    """Messages of these threads have failed."""
    Thread.unscoped.filter(pk__in=thread_ids).update(failed_at=at)


def find_waiting(thread_ids: Collection[str]) -> None:
    """See again whether the contacts of these threads wait: answers were canceled, or planned ones were sent.

    Somebody waits since the first message after the latest answer was written. An answer that was accepted for a later
    time is one once it is sent. Messages from before the thread, which were loaded from Telegram later, ask for none.
    """
    is_written = Q(status=Status.SENT) | ~Q(status=Status.CANCELED) & Q(eta__lte=F("created_at"))
    answers = Message.unscoped.filter(
        is_written,
        thread=OuterRef(OuterRef("pk")),
        direction=Direction.OUT,
        source__in=["direct", "phone"],
        auto_reply=False,
    )
    latest_answer = Subquery(answers.order_by("-created_at").values("created_at")[:1])
    unanswered = Message.unscoped.filter(
        thread=OuterRef("pk"),
        direction=Direction.IN,
        auto_reply=False,
        created_at__gte=OuterRef("created_at"),
        created_at__gt=Coalesce(latest_answer, Value(_LONG_AGO)),
    )
    # As when they came in: since they were written, which is long before an account that was offline has received them.
    first = Subquery(unanswered.order_by("created_at").values(at=Coalesce("sent_at", "created_at"))[:1])
    # No join: an UPDATE with one looks at ``closed_at`` in a subquery, which is not repeated after a wait for the row.
    opted_out = Exists(Contact.unscoped.filter(pk=OuterRef("contact_id"), opted_out=True))
    threads = Thread.unscoped.filter(~opted_out, pk__in=set(thread_ids), closed_at=None)
    threads.update(waiting_since=first)


def unassign_member(member: Membership, role: Role | None) -> None:
    """Nobody looks after the threads of somebody who is no member any more or may not write: a role watcher."""
    if role in ASSIGNABLE:
        return
    workspaces = Workspace.objects.filter(Q(pk=member.workspace_id) | Q(live=member.workspace_id))
    for workspace_id in workspaces.values_list("pk", flat=True):
        rows = Thread.objects.for_workspace(workspace_id).filter(assignee=member.user_id)
        threads = list(rows.select_related("contact", "account", "assignee").order_by("pk"))
        there = {contact.id for contact in repository.not_erased([thread.contact for thread in threads])}
        rows.update(assignee=None)
        publish_all(workspace_id, events.of_unassigning([each for each in threads if each.contact_id in there]))
