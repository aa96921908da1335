"""The inbox: its list by view with filters and search, its counts, and one thread."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum

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
    """One page of threads, each with contact, account, assignee, ``last_message``, ``planned_at``, ``others`` and
    ``is_unread``: those who wait for us first, the longest wait first, then the others, the latest activity first. Of
    those that are snoozed the one that wakes first; ``unread``, ``closed`` and ``all`` are by the latest activity.

    A person has one row, however many accounts they talk with: that of their first thread in the view. ``others`` is
    how many more of their threads the view has, ``is_unread`` whether one of all these has unread messages.

    Errors: ``scope_missing``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)

    def read(part: _Part, limit: int, cursor: str | None) -> Page:
        return page(
            part.rows,
            sort=part.sort,
            limit=limit,
            cursor=cursor,
            workspace_id=actor.workspace.pk,
            filters=asdict(wanted),
            narrow=lambda rows, now: part.at(now, rows),
            may_skip=True,
        )

    parts = _parts(actor, wanted)
    threads = _in_two_groups(parts, read, limit, cursor) if len(parts) > 1 else read(parts[0], limit, cursor)
    newest = querysets.newest_messages(actor.workspace, threads.rows)
    planned = querysets.planned_answers(actor.workspace, threads.rows)
    for thread in threads.rows:
        thread.last_message, thread.planned_at = newest.get(thread.pk), planned.get(thread.pk)
        thread.is_unread = thread.unread_count > 0
    if wanted.account_id is None:
        _count_others(actor, wanted.view, threads.rows)
    return threads


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the list: its rows, and their order. ``among`` are the threads of which a person's first one is a row,
    None for all."""

    view: View
    rows: "QuerySet[Any]"
    sort: str
    among: Q | None

    def at(self, now: datetime, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Those of the rows that the view has at that time, one a person."""
        at_time = _asleep_or_awake(self.view, now)
        rows = rows.filter(at_time)
        return rows if self.among is None else _first_of_contact(rows, self.among & at_time, self.view)


def _parts(actor: Actor, wanted: InboxFilter) -> list[_Part]:
    """What the list is made of: all of its threads, or those who wait for us and the others."""
    view, in_view = wanted.view, _in_view(actor, wanted.view)
    rows: QuerySet[Any] = Thread.objects.for_workspace(actor.workspace).filter(in_view)
    rows = rows.select_related("contact", "account", "assignee")
    # A person has one thread with an account. The other filters are of the person, so all of their threads match.
    among = in_view if wanted.account_id is None else None
    if wanted.account_id is not None:
        rows = rows.filter(account_id=wanted.account_id)
    if wanted.tag:
        tagged = ContactTag.objects.for_workspace(actor.workspace).filter(name=wanted.tag)
        rows = _of_contacts(rows, tagged, "contact_id")
    if wanted.search:
        conditions = map(search_has, fold(wanted.search).split())
        rows = _of_contacts(rows, Contact.objects.for_workspace(actor.workspace).filter(*conditions), "pk")
    if view not in GROUPED:
        return [_Part(view, rows, _sort_of(view), among)]
    return [
        _Part(view, rows.filter(waiting_since__isnull=False), "waiting_since", among),
        _Part(view, rows.filter(waiting_since=None), "-active_at", among),
    ]


def _first_of_contact(rows: "QuerySet[Any]", among: Q, view: View) -> "QuerySet[Any]":
    """Those of the rows that come first of their contact's in the view."""
    sort = _sort_of(view)
    order: list[Any] = [sort, _id_as(sort)]
    if view in GROUPED:
        order = [F("waiting_since").asc(nulls_last=True), *order]
    return querysets.first_of_contact(rows, among, *order)


def _in_two_groups(parts: list[_Part], read: Callable[..., Page], limit: int, cursor: str | None) -> Page:
    """A page of those who wait for us, and of the others once these are at an end."""
    waiting, others = parts
    first = Page([], None)
    if cursor is None or not cursor.startswith(SECOND_GROUP):
        first = read(waiting, limit, cursor)
        if first.next_cursor is not None:
            return first
        cursor = SECOND_GROUP
    room = limit - len(first.rows)
    second = read(others, room or 1, cursor.removeprefix(SECOND_GROUP) or None)
    if not room:
        return Page(first.rows, SECOND_GROUP if second.rows else None)
    next_cursor = None if second.next_cursor is None else SECOND_GROUP + second.next_cursor
    # Of one that was answered between the two statements, the later one tells.
    later = {row.pk for row in second.rows}
    return Page([*(row for row in first.rows if row.pk not in later), *second.rows], next_cursor)


def _count_others(actor: Actor, view: View, threads: list[Thread]) -> None:
    """Set ``others`` and ``is_unread`` of these first threads of their contacts."""
    rows = Thread.objects.for_workspace(actor.workspace).filter(_in_view(actor, view))
    rows = rows.filter(_asleep_or_awake(view, clock.now()), contact_id__in=[thread.contact_id for thread in threads])
    counted = rows.order_by().values("contact_id").annotate(number=Count("pk"), unread=Sum("unread_count"))
    found = {row["contact_id"]: row for row in counted}
    for thread in threads:
        if thread.contact_id in found:
            thread.others = max(0, found[thread.contact_id]["number"] - 1)
            thread.is_unread = found[thread.contact_id]["unread"] > 0


def count_views(actor: Actor) -> dict[str, int]:
    """How many persons each of ``COUNTED_VIEWS`` has, as the list has rows; more than ``MAX_COUNT`` are ``MAX_COUNT +
    1``, because no more are looked at. One statement. Errors: ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    counts, now = [], clock.now()
    params: list[Any] = []
    for view in COUNTED_VIEWS:
        condition = _in_view(actor, view) & _asleep_or_awake(view, now)
        rows = Thread.objects.for_workspace(actor.workspace).filter(condition).order_by(_sort_of(view)).values("pk")
        rows = _first_of_contact(rows, condition, view)
        statement, its_params = rows[: MAX_COUNT + 1].query.sql_with_params()
        counts.append(f"(SELECT count(*) FROM ({statement}) AS counted)")
        params += its_params
    # Not prepared: PostgreSQL finds a partial index only if it sees the values of its condition.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", params)
        return dict(zip(COUNTED_VIEWS, cursor.fetchone(), strict=True))


def _in_view(actor: Actor, view: View) -> Q:
    """The threads of the view, whether they sleep or not."""
    its_own = {
        "unread": Q(unread_count__gt=0),
        "waiting": Q(waiting_since__isnull=False),
        "failed": Q(failed_at__isnull=False),
        "mine": Q(assignee_id=_user_id(actor) or 0),
        "unassigned": Q(assignee=None),
    }.get(view, Q())
    return its_own if view in ("failed", "all") else its_own & Q(closed_at__isnull=view != "closed")


def _asleep_or_awake(view: View, now: datetime) -> Q:
    """Those that are snoozed, for their view; for the others those that are not."""
    if view in ("closed", "all"):
        return Q()
    return Q(active_at__gt=now) if view == "snoozed" else Q(active_at__lte=now)


def _sort_of(view: View) -> str:
    return SORTS.get(view, "-active_at")


def _id_as(sort: str) -> str:
    """The id in the same direction."""
    return "-id" if sort.startswith("-") else "id"


def _user_id(actor: Actor) -> int | None:
    return int(actor.subject.id) if actor.subject.kind == "user" else None


def _of_contacts(rows: "QuerySet[Any]", found: "QuerySet[Any]", column: str) -> "QuerySet[Any]":
    """The threads with the contacts in ``column`` of ``found``."""
    few = list(found.order_by().values_list(column, flat=True)[: FEW_CONTACTS + 1])
    return rows.filter(contact_id__in=few if len(few) <= FEW_CONTACTS else found.order_by().values(column))


def next_in_list(
    actor: Actor, wanted: InboxFilter, thread: Thread | None, *, waited: datetime | None = None
) -> Thread | None:
    """The row of the list that follows this thread, which may have left it meanwhile: its columns say where it stood.
    ``waited`` is since when its contact waited before they were answered, if they did.

    Behind the last one the list begins again, so among those who wait for us it is the next longest wait, else the
    longest. None if the list has no other row. Errors: ``scope_missing``.
    """
    actor.require(Scope.READ_MESSAGES)
    parts, now = _parts(actor, wanted), clock.now()
    since = waited or (thread.waiting_since if thread else None)
    its_part = parts[-1] if since is None else parts[0]
    column = its_part.sort.lstrip("-")
    place = since if column == "waiting_since" else getattr(thread, column, None)
    behind = Q() if place is None or thread is None else querysets.behind(its_part.sort, place, thread.pk)
    for part, where in ((its_part, behind), *((part, Q()) for part in parts)):
        rows = part.rows.filter(where).exclude(pk=thread.pk if thread else "")
        found: Thread | None = part.at(now, rows).order_by(part.sort, _id_as(part.sort)).first()
        if found is not None:
            return found
    return None


def threads_of_contact(actor: Actor, contact_id: str) -> list[Thread]:
    """All threads of the contact with their accounts, by the account's name. Errors: ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    rows = Thread.objects.for_workspace(actor.workspace).filter(contact_id=contact_id)
    return list(rows.select_related("account").order_by("account__name", "account_id"))


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
