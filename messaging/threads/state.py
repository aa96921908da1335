"""Keeps what the inbox knows of a thread: its latest message, unread messages, whether somebody waits, what failed.

Each function runs in the transaction of the message that changes the thread, so the list never has to look at messages
to say which threads need somebody.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from contacts.models import Contact
from crmsolid.core.ids import new_id
from crmsolid.core.sql.bulk import run
from crmsolid.core.sql.prepared_cursor import statement_cursor
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.models import Membership, Role, Workspace
from messaging.models import Account, Message, Thread

# The roles of members who may look after a thread: those that may write.
ASSIGNABLE = (Role.AGENT, Role.ADMIN, Role.OWNER)

_threads, _messages, _contacts = Table(Thread).name, Table(Message).name, Table(Contact).name

_UPSERT = (
    f"INSERT INTO {_threads}"
    " (id, workspace_id, account_id, contact_id, unread_count, last_message_at, created_at, waiting_since)"
    f" VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (account_id, contact_id) DO UPDATE SET"
    f" last_message_at = greatest(excluded.last_message_at, {_threads}.last_message_at)"
)
_RETURNING = " RETURNING id"
_INCOMING = (
    f", unread_count = {_threads}.unread_count + 1, closed_at = NULL, snoozed_until = NULL,"
    f" waiting_since = coalesce({_threads}.waiting_since, excluded.waiting_since)"
)
_PLANNED_ANSWER = ", failed_at = NULL"
# What the contact wrote after the answer, which was stored late, still waits.
_ANSWER = (
    f"{_PLANNED_ANSWER}, waiting_since = CASE"
    f" WHEN {_threads}.waiting_since > excluded.last_message_at THEN {_threads}.waiting_since END"
)

# The first message of the contact after the latest answer was written. One that was accepted for a later time is an
# answer once it is sent.
_FIND_WAITING = (
    f"UPDATE {_threads} SET waiting_since = (SELECT min(m.created_at) FROM {_messages} m"
    f" WHERE m.thread_id = {_threads}.id AND m.direction = 'in' AND m.auto_reply = false"
    f" AND m.created_at >= {_threads}.created_at AND m.created_at > coalesce("
    f"(SELECT max(o.created_at) FROM {_messages} o WHERE o.thread_id = {_threads}.id AND o.direction = 'out'"
    " AND o.source IN ('direct', 'phone') AND o.auto_reply = false"
    " AND (o.status = 'sent' OR o.status <> 'canceled' AND o.eta <= o.created_at)), '-infinity'))"
    " WHERE {those} AND closed_at IS NULL"
    f" AND NOT EXISTS (SELECT 1 FROM {_contacts} c WHERE c.id = contact_id AND c.opted_out)"
)


def upsert_thread(account: Account, contact: Contact, at: datetime) -> str:
    """Create the thread of the account and the contact, or update the one there is, and return its id.

    ``at`` is the time of a message in it.
    """
    return _upsert("", account, contact, at)


def record_answer(account: Account, contact: Contact, at: datetime) -> str:
    """:func:`upsert_thread` for a message that a person wrote to the contact: nobody waits any more."""
    return _upsert(_ANSWER, account, contact, at)


def record_planned_answer(account: Account, contact: Contact, at: datetime) -> str:
    """:func:`upsert_thread` for a message that a person wrote for a later time: the contact waits until it is sent."""
    return _upsert(_PLANNED_ANSWER, account, contact, at)


def record_incoming(account: Account, contact: Contact, at: datetime, *, waits: bool) -> str:
    """:func:`upsert_thread` for a message of the contact: one more is unread, and the thread is open again.

    ``waits`` is whether it asks for an answer.
    """
    return _upsert(_INCOMING, account, contact, at, unread=1, waits=waits)


def _upsert(
    changes: str, account: Account, contact: Contact, at: datetime, *, unread: int = 0, waits: bool = False
) -> str:
    values = [new_id("thr"), account.workspace_id, account.pk, contact.pk, unread, at, at]
    with statement_cursor() as cursor:
        cursor.execute(_UPSERT + changes + _RETURNING, [*values, at if waits else None])
        return str(cursor.fetchone()[0])


def record_sent(thread_ids: Collection[str], at: datetime) -> None:
    """Messages of these threads, whose rows are locked, were sent."""
    where, params = "id = ANY(%s)", [list(thread_ids)]
    run(
        f"UPDATE {_threads} SET failed_at = NULL, last_message_at = greatest(last_message_at, %s)"
        f" WHERE {where} AND (last_message_at < %s OR failed_at IS NOT NULL)",
        [at, *params, at],
    )


def record_failed(thread_ids: Collection[str], at: datetime) -> None:
    """Messages of these threads have failed."""
    where, params = "id = ANY(%s)", [list(thread_ids)]
    run(f"UPDATE {_threads} SET failed_at = %s WHERE {where}", [at, *params])


def find_waiting(thread_ids: Collection[str]) -> None:
    """See again whether the contacts of these threads wait: answers were canceled, or planned ones were sent. Messages
    from before the thread, which were loaded from Telegram later, ask for no answer."""
    where, params = "id = ANY(%s)", [sorted(set(thread_ids))]
    run(_FIND_WAITING.format(those=where), params)


def unassign_member(member: Membership, role: Role | None) -> None:
    """Nobody looks after the threads of somebody who is no member any more or may not write: a role watcher."""
    if role in ASSIGNABLE:
        return
    workspaces = Workspace.objects.filter(Q(pk=member.workspace_id) | Q(live=member.workspace_id))
    for workspace_id in workspaces.values_list("pk", flat=True):
        Thread.objects.for_workspace(workspace_id).filter(assignee=member.user_id).update(assignee=None)
