"""The inbox: its list by view with filters and search, its counts, and one thread."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from django.db import connection
from django.db.models import QuerySet

from contacts.models import Contact, ContactTag, search_has
from contacts.normalization import fold
from crmsolid.api.pagination import Page, page
from crmsolid.core import clock
from crmsolid.core.ids import is_id
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Workspace
from messaging import querysets
from messaging.models import Thread
from messaging.querysets import MAX_COUNT

# So many contacts that a filter finds are looked up one by one; of more, a page of the list soon finds enough.
FEW_CONTACTS = 200

View = Literal["open", "unread", "waiting", "failed", "mine", "unassigned", "snoozed", "closed", "all"]
VIEWS: tuple[str, ...] = get_args(View)
COUNTED_VIEWS: tuple[View, ...] = ("open", "unread", "waiting", "failed", "mine", "unassigned", "snoozed")
# What has an index of its own.
SORTS = {"waiting": "waiting_since", "snoozed": "active_at", "unread": "-last_message_at", "all": "-last_message_at"}
# Those who wait for us come first, the longest wait first, then the others.
GROUPED: tuple[View, ...] = ("open", "mine", "unassigned")
# A cursor in the second group begins so; what follows may be empty, for its beginning.
SECOND_GROUP = "~"


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """``view``: which threads. ``open`` are those that are neither closed nor snoozed, and all other views but
    ``snoozed``, ``closed`` and ``all`` are a part of them: with unread messages; whose contact waits for an answer;
    whose latest message failed; assigned to the actor; to nobody. ``failed`` has closed ones too: closing clears the
    failures there were, so it is a later one. ``tag`` and ``search`` are of the contact."""

    view: View = "open"
    account_id: int | None = None
    tag: str = ""
    search: str = ""


def list_inbox(actor: Actor, wanted: InboxFilter, *, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of threads, each with contact, account, assignee, ``last_message`` and ``planned_at``: those who wait
    for us first, the longest wait first, then the others, the latest activity first. Of those that are snoozed the one
    that wakes first; ``unread``, ``closed`` and ``all`` are by the latest activity alone.

    Errors: ``scope_missing``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)
    rows = _in_view(actor, wanted.view).select_related("contact", "account", "assignee")
    if wanted.account_id is not None:
        rows = rows.filter(account_id=wanted.account_id)
    if wanted.tag:
        tagged = ContactTag.objects.for_workspace(actor.workspace).filter(name=wanted.tag)
        rows = _of_contacts(rows, tagged, "contact_id")
    if wanted.search:
        conditions = map(search_has, fold(wanted.search).split())
        rows = _of_contacts(rows, Contact.objects.for_workspace(actor.workspace).filter(*conditions), "pk")

    def read(rows: "QuerySet[Any]", sort: str, limit: int, cursor: str | None) -> Page:
        return page(
            rows,
            sort=sort,
            limit=limit,
            cursor=cursor,
            workspace_id=actor.workspace.pk,
            filters=asdict(wanted),
            narrow=lambda rows, now: _asleep_or_awake(rows, wanted.view, now),
            may_skip=True,
        )

    if wanted.view in GROUPED:
        threads = _grouped(rows, read, limit, cursor)
    else:
        threads = read(rows, _sort_of(wanted.view), limit, cursor)
    newest = querysets.newest_messages(actor.workspace, threads.rows)
    planned = querysets.planned_answers(actor.workspace, threads.rows)
    for thread in threads.rows:
        thread.last_message, thread.planned_at = newest.get(thread.pk), planned.get(thread.pk)
    return threads


def _grouped(rows: "QuerySet[Any]", read: Callable[..., Page], limit: int, cursor: str | None) -> Page:
    """A page of those who wait for us, and of the others once these are at an end."""
    first = Page([], None)
    if cursor is None or not cursor.startswith(SECOND_GROUP):
        first = read(rows.filter(waiting_since__isnull=False), "waiting_since", limit, cursor)
        if first.next_cursor is not None:
            return first
        cursor = SECOND_GROUP
    room = limit - len(first.rows)
    others = rows.filter(waiting_since=None)
    second = read(others, "-active_at", room or 1, cursor.removeprefix(SECOND_GROUP) or None)
    if not room:
        return Page(first.rows, SECOND_GROUP if second.rows else None)
    next_cursor = None if second.next_cursor is None else SECOND_GROUP + second.next_cursor
    return Page([*first.rows, *second.rows], next_cursor)


def count_views(actor: Actor) -> dict[str, int]:
    """How many threads each of ``COUNTED_VIEWS`` has; more than ``MAX_COUNT`` are ``MAX_COUNT + 1``, because no more
    are looked at. One statement. Errors: ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    counts, now = [], clock.now()
    params: list[Any] = []
    for view in COUNTED_VIEWS:
        rows = _asleep_or_awake(_in_view(actor, view), view, now).order_by(_sort_of(view)).values("pk")
        statement, its_params = rows[: MAX_COUNT + 1].query.sql_with_params()
        counts.append(f"(SELECT count(*) FROM ({statement}) AS counted)")
        params += its_params
    # Not prepared: PostgreSQL finds a partial index only if it sees the values of its condition.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", params)
        return dict(zip(COUNTED_VIEWS, cursor.fetchone(), strict=True))


def _in_view(actor: Actor, view: View) -> "QuerySet[Any]":
    """The threads of the view, whether they sleep or not."""
    rows: QuerySet[Any] = Thread.objects.for_workspace(actor.workspace)
    match view:
        case "unread":
            rows = rows.filter(unread_count__gt=0)
        case "waiting":
            rows = rows.filter(waiting_since__isnull=False)
        case "failed":
            rows = rows.filter(failed_at__isnull=False)
        case "mine":
            rows = rows.filter(assignee_id=_user_id(actor) or 0)
        case "unassigned":
            rows = rows.filter(assignee=None)
    return rows if view in ("failed", "all") else rows.filter(closed_at__isnull=view != "closed")


def _asleep_or_awake(rows: "QuerySet[Any]", view: View, now: datetime) -> "QuerySet[Any]":
    """Those that are snoozed, for their view; for the others those that are not."""
    if view in ("closed", "all"):
        return rows
    return rows.filter(active_at__gt=now) if view == "snoozed" else rows.filter(active_at__lte=now)


def _sort_of(view: View) -> str:
    return SORTS.get(view, "-active_at")


def _user_id(actor: Actor) -> int | None:
    return int(actor.subject.id) if actor.subject.kind == "user" else None


def _of_contacts(rows: "QuerySet[Any]", found: "QuerySet[Any]", column: str) -> "QuerySet[Any]":
    """The threads with the contacts in ``column`` of ``found``."""
    few = list(found.order_by().values_list(column, flat=True)[: FEW_CONTACTS + 1])
    return rows.filter(contact_id__in=few if len(few) <= FEW_CONTACTS else found.order_by().values(column))


def next_waiting(actor: Actor, thread_id: str, *, after: datetime | None) -> Thread | None:
    """Whose contact has waited longest of those who wait since later than ``after``, else of all; ``thread_id`` is left
    out, and so is what is snoozed or closed. None if nobody waits. Errors: ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    rows = querysets.waiting_threads(actor.workspace).exclude(pk=thread_id)
    later = None if after is None else rows.filter(waiting_since__gt=after).first()
    found: Thread | None = later or rows.first()
    return found


def get_thread(actor: Actor, thread_id: str) -> Thread:
    """One thread with contact, account and assignee. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.READ_MESSAGES)
    return find_thread(actor.workspace, thread_id)


def is_conversation_with(workspace: Workspace, contact_id: str, thread_id: str) -> bool:
    """Whether this is the id of a thread of the contact."""
    rows = Thread.objects.for_workspace(workspace).filter(contact=contact_id)
    return bool(is_id("thr", thread_id) and rows.filter(pk=thread_id).exists())


def find_thread(workspace: Workspace, thread_id: str) -> Thread:
    """As :func:`get_thread`, for a service that asks for another scope."""
    rows = Thread.objects.for_workspace(workspace).select_related("contact", "account", "assignee")
    thread: Thread = rows.get_or_not_found(thread_id)
    return thread
