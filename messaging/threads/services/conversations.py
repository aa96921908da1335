"""What the API does with threads: list them by state, assignee, wait and search; read one; change several things of one
at once."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, prefetch_related_objects

from contacts.models import Contact, search_has
from contacts.normalization import fold
from crmsolid.api.pagination import Page, page
from crmsolid.api.preconditions import Check, unconditional
from crmsolid.core import clock
from crmsolid.core.errors import invalid
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Workspace
from messaging import review, services
from messaging.models import Message, Thread, ThreadState
from messaging.searching import search_messages
from messaging.threads.events import load
from messaging.threads.services import actions
from messaging.threads.services.actions import ANYBODY
from messaging.threads.services.reading import FEW_CONTACTS

NOBODY = "none"
# A search finds the threads of so many of the newest messages that have its words.
SEARCHED_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class ThreadFilter:
    """Which threads; what is None does not matter. ``assignee`` is the id of a user, as text, or ``NOBODY``.
    ``waiting``: whether the contact waits for an answer. ``waiting_hours``: has waited for so many hours at least.
    ``unread``: whether there are unread messages. ``search``: part of the contact's name, username or e-mail address,
    or the beginnings of words of a message."""

    state: str | None = None
    assignee: str | None = None
    waiting: bool | None = None
    waiting_hours: int | None = None
    unread: bool | None = None
    account_id: int | None = None
    contact_id: str | None = None
    search: str = ""


def list_threads(
    actor: Actor,
    wanted: ThreadFilter = ThreadFilter(),
    *,
    sort: str = "-last_message_at",
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """One page of threads, each with account, contact, assignee, ``last_message`` and ``planned_at``. By
    ``waiting_since`` these are the threads whose contacts wait, the longest wait first; by ``-last_message_at`` the
    thread with the latest message is first.

    Errors: ``scope_missing``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)
    rows: QuerySet[Any] = Thread.objects.for_workspace(actor.workspace)
    rows = rows.filter(_matching(wanted))
    if sort == "waiting_since":
        rows = rows.filter(_waits())
    if wanted.search:
        rows = rows.filter(_found(actor, wanted.search))
    threads = page(
        rows,
        sort=sort,
        limit=limit,
        cursor=cursor,
        workspace_id=actor.workspace.pk,
        filters=asdict(wanted),
        narrow=lambda rows, now: rows.filter(_at(wanted, now)),
        may_skip=True,
    )
    # Not by joins: where the cursor lets the database expect few rows, it would join all that fit before it sorts them.
    prefetch_related_objects(threads.rows, "contact", "account", "assignee")
    load(threads.rows)
    return threads


def _waits() -> Q:
    """The condition of the index thread_waiting_since."""
    return Q(waiting_since__isnull=False, closed_at=None)


def _matching(wanted: ThreadFilter) -> Q:
    """The conditions that do not depend on the time."""
    where = Q()
    if wanted.assignee is not None:
        where &= Q(assignee=None if wanted.assignee == NOBODY else int(wanted.assignee))
    if wanted.waiting is not None:
        where &= _waits() if wanted.waiting else ~_waits()
    if wanted.waiting_hours is not None:
        where &= _waits()
    if wanted.unread is not None:
        where &= Q(unread_count__gt=0) if wanted.unread else Q(unread_count=0)
    given = {"account_id": wanted.account_id, "contact_id": wanted.contact_id}
    return where & Q(**{name: value for name, value in given.items() if value is not None})


def _at(wanted: ThreadFilter, now: datetime) -> Q:
    """The conditions that depend on the time."""
    where = Q()
    match wanted.state:
        case ThreadState.CLOSED:
            where = Q(closed_at__isnull=False)
        case ThreadState.SNOOZED:  # active_at is never before the end of the snooze, and has the index
            where = Q(closed_at=None, snoozed_until__gt=now, active_at__gt=now)
        case ThreadState.OPEN:
            where = Q(closed_at=None) & (Q(snoozed_until=None) | Q(snoozed_until__lte=now))
    if wanted.waiting_hours is not None:
        where &= Q(waiting_since__lte=now - timedelta(hours=wanted.waiting_hours))
    return where


def _found(actor: Actor, text: str) -> Q:
    """The threads with the contacts and the messages that a search finds."""
    people = Contact.objects.for_workspace(actor.workspace).filter(*map(search_has, fold(text).split()))
    people = people.order_by()
    few = list(people.values_list("pk", flat=True)[: FEW_CONTACTS + 1])
    messages = search_messages(actor, text, limit=SEARCHED_MESSAGES).messages
    of_contacts = Q(contact_id__in=few if len(few) <= FEW_CONTACTS else people.values("pk"))
    return of_contacts | Q(pk__in={message.thread_id for message in messages})


@dataclass(frozen=True, slots=True)
class ReadThread:
    """A thread and its latest messages, newest first; None if nobody asked for them."""

    thread: Thread
    messages: list[Message] | None


def read_thread(actor: Actor, thread_id: str, *, messages: int = 0) -> ReadThread:
    """One thread as :func:`list_threads` has it, with so many of its latest messages.

    Errors: ``scope_missing``, ``not_found``.
    """
    actor.require(Scope.READ_MESSAGES)
    thread = _find(actor.workspace, thread_id)
    if not messages:
        return ReadThread(thread, None)
    return ReadThread(thread, services.list_thread_messages(actor, thread_id, limit=messages).rows)


def _find(workspace: Workspace, thread_id: str, *, lock: bool = False) -> Thread:
    if lock:
        actions.lock_thread(workspace, thread_id)
    rows = Thread.objects.for_workspace(workspace).select_related("contact", "account", "assignee")
    thread: Thread = rows.get_or_not_found(thread_id)
    load([thread])
    return thread


@unit_of_work()
def change_thread(
    actor: Actor,
    thread_id: str,
    *,
    state: str | None = None,
    snoozed_until: datetime | None = None,
    assignee_id: int | None = ANYBODY,
    check: Check = unconditional,
) -> Thread:
    """Close, reopen, snooze, and assign the thread, in one transaction: ``state`` None and ``assignee_id`` ``ANYBODY``
    leave what there is, ``assignee_id`` None takes it from whoever looks after it. ``snoozed`` needs ``snoozed_until``.

    Errors: ``scope_missing``, ``not_found``, ``validation_failed`` (snoozed_until, assignee_id), whatever ``check``
    raises.
    """
    actor.require(Scope.WRITE_MESSAGES)
    _check_snooze(state, snoozed_until)
    if assignee_id not in (ANYBODY, None):
        # Before the thread, as whoever removes a member does.
        actions.lock_assignable(actor, assignee_id, field="assignee_id")
    thread = _find(actor.workspace, thread_id, lock=True)
    check(thread)
    review.check_thread(actor, thread)
    if state == ThreadState.CLOSED:
        actions.close_thread(actor, thread_id)
    elif state == ThreadState.SNOOZED and snoozed_until is not None:
        actions.snooze_thread(actor, thread_id, until=snoozed_until)
    elif state == ThreadState.OPEN and thread.state != ThreadState.OPEN:
        actions.reopen_thread(actor, thread_id)
    if assignee_id != ANYBODY:
        actions.assign_thread(actor, thread_id, user_id=assignee_id)
    return _find(actor.workspace, thread_id)


def _check_snooze(state: str | None, until: datetime | None) -> None:
    if state == ThreadState.SNOOZED:
        if until is None:
            raise invalid("snoozed_until", "required", "say until when it is snoozed")
        actions.check_end_of_snooze(until, clock.now(), field="snoozed_until")
    elif until is not None:
        raise invalid("snoozed_until", "not_snoozed", "only a thread of the state `snoozed` has it")
