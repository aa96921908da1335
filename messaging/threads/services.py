"""What members do with the threads of the inbox. Each service checks the authority of its actor, writes the audit log,
and changes nothing if the thread is as asked for already."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.models import Contact, ContactTag, search_has
from contacts.normalization import fold
from crmsolid.api.pagination import Page, page
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import AuditEntry, Membership, User, Workspace
from messaging import account_workers, querysets, services
from messaging.broadcasts.message_source import SOURCE as BROADCAST
from messaging.formatting.entities import Formatted, from_json
from messaging.formatting.source import with_unix_lines
from messaging.models import (
    AccountKind,
    AccountState,
    Direction,
    Format,
    HistoryRequest,
    HistoryState,
    Message,
    Status,
    Thread,
    account_state,
)
from messaging.querysets import MAX_COUNT
from messaging.sending import attaching, message_text, quoting
from messaging.threads.state import ASSIGNABLE, find_waiting

# Whoever looks after a thread.
ANYBODY = -1
MAX_SNOOZE = timedelta(days=366)
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


def get_thread(actor: Actor, thread_id: str) -> Thread:
    """One thread with contact, account and assignee. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.READ_MESSAGES)
    return find_thread(actor.workspace, thread_id)


def find_thread(workspace: Workspace, thread_id: str) -> Thread:
    """As :func:`get_thread`, for a service that asks for another scope."""
    rows = Thread.objects.for_workspace(workspace).select_related("contact", "account", "assignee")
    thread: Thread = rows.get_or_not_found(thread_id)
    return thread


def _change(
    actor: Actor,
    thread_id: str,
    which: Q,
    changes: dict[str, Any],
    verb: str,
    *,
    seen: datetime | None = None,
    takes_back: datetime | None = None,
    **data: Any,
) -> Thread:
    """Write those columns and the audit log if the thread matches ``which``, in one statement: of two members who do
    the same at once only one has done it. With ``seen``, ``invalid_state`` if a message is newer than that; with
    ``takes_back``, if the thread is not closed at, or snoozed until, that time any more."""
    actor.require(Scope.WRITE_MESSAGES)
    thread = find_thread(actor.workspace, thread_id)
    if seen is not None:
        which &= Q(last_message_at__lte=seen)
    if takes_back is not None:
        which &= Q(closed_at=takes_back) | Q(snoozed_until=takes_back)
    if Thread.objects.for_workspace(actor.workspace).filter(which, pk=thread_id).update(**changes):
        audit.record(actor, f"thread.{verb}", thread_id, **data)
        if takes_back is not None:  # closing it has ended the wait
            find_waiting([thread_id])
        return find_thread(actor.workspace, thread_id)
    thread = find_thread(actor.workspace, thread_id)
    if takes_back is not None:
        raise DomainError("invalid_state", "it was opened or put away again meanwhile, and stays so")
    if seen is not None and thread.last_message_at > seen:
        raise DomainError("invalid_state", "something was written meanwhile; read it first")
    return thread


@unit_of_work()
def close_thread(
    actor: Actor, thread_id: str, *, seen: datetime | None = None, takes_back: datetime | None = None
) -> Thread:
    """Nothing remains to be done: the thread leaves the open ones until the contact writes again.

    ``seen`` is the time of the latest message that the member has seen: what came later is not put away unread. To take
    back that the thread was closed or snoozed, ``takes_back`` is when it was closed or until when it was snoozed: what
    somebody else has done since stays. The contact then waits again if nobody has answered. Errors: ``scope_missing``,
    ``not_found``; ``invalid_state`` for a newer message, and if there is something else to take back by now.
    """
    nothing_left = {"unread_count": 0, "waiting_since": None, "failed_at": None, "snoozed_until": None}
    changes = {"closed_at": clock.now(), **nothing_left}
    return _change(actor, thread_id, Q(closed_at=None), changes, "closed", seen=seen, takes_back=takes_back)


@unit_of_work()
def reopen_thread(actor: Actor, thread_id: str, *, takes_back: datetime | None = None) -> Thread:
    """Put a closed or snoozed thread back among the open ones. ``takes_back`` and errors: as for
    :func:`close_thread`."""
    which = Q(closed_at__isnull=False) | Q(snoozed_until__isnull=False)
    changes = {"closed_at": None, "snoozed_until": None}
    return _change(actor, thread_id, which, changes, "reopened", takes_back=takes_back)


@unit_of_work()
def snooze_thread(
    actor: Actor,
    thread_id: str,
    *,
    until: datetime,
    seen: datetime | None = None,
    takes_back: datetime | None = None,
) -> Thread:
    """Take the thread out of the open ones until that time, or until the contact writes again. ``seen`` and
    ``takes_back``: as for :func:`close_thread`.

    Errors: as for :func:`close_thread`; ``validation_failed`` for a time that has passed or is over a year away.
    """
    now = clock.now()
    if not now < until <= now + MAX_SNOOZE:
        raise invalid("until", "out_of_range", "choose a time from now on, at most 366 days away")
    which = Q(snoozed_until=None) | ~Q(snoozed_until=until) | Q(closed_at__isnull=False)
    changes = {"snoozed_until": until, "closed_at": None}
    return _change(actor, thread_id, which, changes, "snoozed", seen=seen, takes_back=takes_back, until=rfc3339(until))


@unit_of_work()
def assign_thread(actor: Actor, thread_id: str, *, user_id: int | None, replaces: int | None = ANYBODY) -> Thread:
    """Make this member, who may write messages, the one who looks after the thread; None: nobody. ``replaces`` is who
    did so when the member chose, None for nobody.

    Errors: ``scope_missing``, ``not_found``; ``validation_failed`` for somebody who is no such member;
    ``invalid_state`` if the thread has another assignee than ``replaces`` by now.
    """
    actor.require(Scope.WRITE_MESSAGES)
    which = Q() if replaces == ANYBODY else Q(assignee=replaces)
    if user_id is None:
        thread = _change(actor, thread_id, which & Q(assignee__isnull=False), {"assignee": None}, "unassigned")
    else:
        # Locked: whoever removes the member waits, and then finds the thread.
        member = assignable_members(actor).filter(user_id=user_id).select_for_update(of=("self",)).first()
        if member is None:
            raise invalid("assignee", "invalid_choice", "choose a member who may write messages")
        which &= Q(assignee=None) | ~Q(assignee=user_id)
        thread = _change(actor, thread_id, which, {"assignee": user_id}, "assigned", user=user_id)
    if thread.assignee_id != user_id:
        now = f"{thread.assignee} looks after it" if thread.assignee else "nobody looks after it"
        raise DomainError("invalid_state", f"somebody else has assigned it meanwhile: {now} now; choose again")
    return thread


@dataclass(frozen=True, slots=True)
class Deed:
    """What a member did with a thread, in words."""

    key: str
    at: datetime
    text: str
    icon: str


DEEDS = {
    "thread.closed": ("{who} closed this", "archive"),
    "thread.reopened": ("{who} opened this again", "rotate-ccw"),
    "thread.snoozed": ("{who} snoozed this", "alarm-clock"),
    "thread.assigned": ("{who} assigned this to {whom}", "user-check"),
    "thread.unassigned": ("{who} took this from whoever looked after it", "user"),
}
MAX_DEEDS = 100


def list_deeds(actor: Actor, thread_id: str, *, since: datetime | None, until: datetime | None) -> list[Deed]:
    """What members did with the thread between these times, the oldest first, at most the latest ``MAX_DEEDS``. It is
    read from the audit log. Errors: ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    rows = audit.entries_about(actor.workspace, thread_id, kind="thread").filter(action__in=DEEDS)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lte=until)
    entries = list(rows[:MAX_DEEDS])
    users = {str(entry.data["user"]) for entry in entries if "user" in entry.data}
    users |= {entry.subject_id for entry in entries if entry.subject_kind == "user"}
    names = dict(User.objects.filter(pk__in=users).values_list("pk", "name")) if users else {}

    def deed(entry: AuditEntry) -> Deed:
        text, icon = DEEDS[entry.action]
        subject = int(entry.subject_id) if entry.subject_kind == "user" else 0
        whom = entry.data.get("user")
        who = names.get(subject) or entry.subject_label
        text = text.format(who=who, whom="themselves" if whom == subject else names.get(whom) or "a member")
        return Deed(f"e-{entry.pk}", entry.at, text, icon)

    return [deed(entry) for entry in reversed(entries)]


def next_waiting(actor: Actor, thread_id: str, *, after: datetime | None) -> Thread | None:
    """Whose contact has waited longest of those who wait since later than ``after``, else of all; ``thread_id`` is left
    out, and so is what is snoozed or closed. None if nobody waits. Errors: ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    rows = querysets.waiting_threads(actor.workspace).exclude(pk=thread_id)
    later = None if after is None else rows.filter(waiting_since__gt=after).first()
    found: Thread | None = later or rows.first()
    return found


def assignable_members(actor: Actor) -> "QuerySet[Membership]":
    """The members who may look after a thread. Errors: ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    members: QuerySet[Membership] = Membership.objects.for_workspace(actor.workspace.owner_workspace)
    return members.filter(role__in=ASSIGNABLE)


@unit_of_work()
def mark_thread_unread(actor: Actor, thread_id: str) -> Thread:
    """Show the thread as unread. Errors: ``scope_missing``, ``not_found``."""
    return _change(actor, thread_id, Q(unread_count=0), {"unread_count": 1}, "unread")


# --- Messages of a thread ---------------------------------------------------------------------------------------------
class WrittenBefore(DomainError):
    """``stored`` has the id of the message that was to be sent, and other content, another account or recipient."""

    def __init__(self, stored: Message) -> None:
        super().__init__("invalid_state", "it was sent before, with another text or to somebody else")
        self.stored = stored


def reply(actor: Actor, thread_id: str, **message: Any) -> Message:
    """Send a message to the thread's contact from its account; ``message`` as for :func:`begin`, also the errors."""
    actor.require(Scope.WRITE_MESSAGES)
    thread = find_thread(actor.workspace, thread_id)
    return begin(actor, account_id=thread.account_id, contact_id=thread.contact_id, **message)


def begin(actor: Actor, *, text: str, format: str = Format.PLAIN, message_id: str = "", **message: Any) -> Message:
    """:func:`messaging.services.send_message` with an entry in the audit log, for what a member writes.

    Of calls with the same ``message_id``, also at the same time, one sends the message and all return it. Runs in no
    unit of work of its caller. Errors: as ``send_message``; :class:`WrittenBefore`.
    """
    actor.require(Scope.WRITE_MESSAGES)
    try:
        return _begin(actor, text=text, format=format, message_id=message_id, **message)
    except (DomainError, IntegrityError):
        rows = Message.objects.for_workspace(actor.workspace).filter(pk=message_id, direction=Direction.OUT)
        stored: Message | None = rows.select_related("contact").first()
        if stored is None:
            raise
    if not (
        _has_text(stored, text, format)
        and _has_files(stored, message.get("attachments", ()))
        and _quotes(stored, message.get("reply_to", ""), message.get("quote", ""))
        and stored.account_id == message["account_id"]
        and _is_to(stored, message.get("to"), message.get("contact_id"))
    ):
        raise WrittenBefore(stored)
    return stored


def _is_to(message: Message, to: str | None, contact_id: str | None) -> bool:
    if to is None:
        return bool(message.contact_id == contact_id)
    return bool(message.recipient == str(services.parse_recipient(to)))


def _has_text(message: Message, text: str, format: str) -> bool:
    """Whether the message was made of this text, as far as that can be told once its variables are filled in."""
    if message.format != format:
        return False
    if not message.rendered:
        return bool(message.text == with_unix_lines(text))
    try:
        rendered = message_text.render_for(message.contact, text, format, caption=message.kind != "text")
    except ValueError:
        return False
    return rendered == Formatted(message.text, from_json(message.entities))


def _has_files(message: Message, file_ids: Sequence[str]) -> bool:
    stored = message.attachments.order_by("position").values_list("file_id", flat=True)
    return list(stored) == list(file_ids)


def _quotes(message: Message, reply_to: str, quote: str) -> bool:
    return (message.reply_to_id or "", message.quote) == (reply_to, with_unix_lines(quote))


@unit_of_work()
def _begin(actor: Actor, **message: Any) -> Message:
    sent = services.send_message(actor, **message)
    audit.record(actor, "message.accepted", sent.pk, thread=sent.thread_id)
    return sent


def preview_text(actor: Actor, contact_id: str, *, text: str, format: str = Format.PLAIN) -> Formatted:
    """The text as this contact would get it.

    Errors: ``scope_missing``, ``not_found``; ``validation_failed``, also for a variable without value and fallback.
    """
    actor.require(Scope.READ_CONTACTS)
    contact = Contact.objects.for_workspace(actor.workspace).get_or_not_found(contact_id)
    return message_text.preview_for(actor.workspace, contact, text, format)


@unit_of_work()
def retry_message(actor: Actor, message_id: str) -> Message:
    """Send a new message in place of one that has failed and certainly did not arrive. Returns the new one.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) for any other message; as
    :func:`messaging.services.send_message`.
    """
    actor.require(Scope.WRITE_MESSAGES)
    account_id = services.get_message(actor, message_id).account_id
    services.lock_account(actor, account_id)  # two who retry the same message do it one after the other
    failed = services.get_message(actor, message_id)
    if failed.status != Status.FAILED:
        raise DomainError("invalid_state", f"the message is {failed.status}; only a failed one can be sent again")
    if failed.source == BROADCAST:
        raise DomainError("invalid_state", "it belongs to a broadcast; send it again on the page of the broadcast")
    if not find_retryable(actor.workspace, [failed]):
        raise DomainError("invalid_state", "it was sent again already, or may have arrived after all")
    attachments, send_as = attaching.as_before(failed)
    reply_to, quote = quoting.as_before(failed)
    again = services.queue_message(
        actor,
        account_id=account_id,
        contact_id=failed.contact_id,
        text=failed.text,
        format=failed.format,
        entities=failed.entities,
        link_preview=failed.link_preview,
        rendered=failed.rendered,
        attachments=attachments,
        send_as=send_as,
        reply_to=reply_to,
        quote=quote,
        retry_of_id=failed.pk,
    )
    audit.record(actor, "message.retried", failed.pk, message=again.pk)
    return again


def find_retryable(workspace: Workspace, messages: Iterable[Message]) -> set[str]:
    """The ids of those of these messages that have failed, certainly did not arrive, and were not sent again yet."""
    failed = [each.pk for each in messages if each.status == Status.FAILED and each.source != BROADCAST]
    if not failed:
        return set()
    rows = Message.objects.for_workspace(workspace)
    retried = rows.filter(retry_of=OuterRef("pk"))
    unsent = rows.filter(querysets.surely_unsent(), ~Exists(retried), pk__in=failed)
    return set(unsent.values_list("pk", flat=True))


# --- Older messages at Telegram ---------------------------------------------------------------------------------------
@unit_of_work()
def load_history(actor: Actor, thread_id: str) -> HistoryRequest:
    """Ask the worker that holds the account for the messages at Telegram before the oldest one of the thread.

    Nothing more is asked for while a request is open, and after all was loaded. Errors: ``scope_missing``,
    ``not_found``; ``invalid_state`` (409) for an account that is not connected to Telegram, and for a thread that has
    no message from there.
    """
    actor.require(Scope.WRITE_MESSAGES)
    # An erasure deletes requests before threads, under this lock: no request may come in between.
    people = Contact.objects.for_workspace(actor.workspace).filter(threads=thread_id)
    if people.select_for_update(no_key=True, of=("self",)).first() is None:
        raise not_found("thread")
    thread = find_thread(actor.workspace, thread_id)
    if thread.account.kind != AccountKind.TELEGRAM:
        raise DomainError("invalid_state", "only conversations of Telegram accounts have older messages")
    if account_state(thread.account) in (AccountState.NEEDS_LOGIN, AccountState.BANNED):
        raise DomainError("invalid_state", f"{thread.account} is not connected to Telegram; log it in, then try again")
    messages = Message.objects.for_workspace(actor.workspace).filter(thread=thread)
    if not messages.filter(telegram_message_id__isnull=False).exists():
        raise DomainError("invalid_state", "no message of this conversation has been at Telegram yet")
    rows = HistoryRequest.objects.for_workspace(actor.workspace).filter(thread=thread)
    now = clock.now()
    again = rows.exclude(state=HistoryState.ASKED).filter(is_complete=False)
    asked = again.update(state=HistoryState.ASKED, reason="", requested_at=now, not_before=now)
    if not asked:
        _, asked = rows.get_or_create(thread=thread, defaults={"workspace": actor.workspace, "account": thread.account})
    if asked:
        audit.record(actor, "thread.history_requested", thread_id)
        transaction.on_commit(lambda: account_workers.wake(AccountKind.TELEGRAM, [thread.account_id]))
    request: HistoryRequest = rows.get()
    return request


def find_history_request(actor: Actor, thread_id: str) -> HistoryRequest | None:
    """The latest request for older messages of the thread, if there is one. Errors: ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    rows = HistoryRequest.objects.for_workspace(actor.workspace).filter(thread=thread_id)
    request: HistoryRequest | None = rows.first()
    return request
