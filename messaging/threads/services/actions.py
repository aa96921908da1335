"""What members do with threads: close, reopen, snooze, assign, show as unread; and what they did.

Each service writes the audit log, and changes nothing if the thread is as asked for already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from contacts import stages
from contacts.models import AssistantChange, Stage, StageChange
from contacts.repository import not_being_erased, not_erased
from contacts.undoing import recording as undoing
from contacts.undoing.recording import Change
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.core.ids import hint_of
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.events.publishing import publish_all
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import AuditEntry, Membership, User, Workspace
from messaging import episodes, notices, review
from messaging.alerts import recording
from messaging.models import Thread
from messaging.querysets import waiting_threads
from messaging.threads import events
from messaging.threads.services.reading import find_thread
from messaging.threads.state import ASSIGNABLE, find_waiting

# Whoever looks after a thread.
ANYBODY = -1
MAX_SNOOZE = timedelta(days=366)


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
    before = lock_thread(actor.workspace, thread_id)
    if seen is not None:
        which &= Q(last_message_at__lte=seen)
    if takes_back is not None:
        which &= Q(closed_at=takes_back) | Q(snoozed_until=takes_back)
    if Thread.objects.for_workspace(actor.workspace).filter(which, pk=thread_id).update(**changes):
        audit.record(actor, f"thread.{verb}", thread_id, **data)
        if "closed_at" in changes:
            _record_closing(actor, thread_id, changes["closed_at"])
        notices.tell_changed(actor.workspace.pk, thread_id, notices.READ if verb == "unread" else notices.CHANGED)
        if takes_back is not None:  # closing it has ended the wait
            find_waiting([thread_id])
        thread = find_thread(actor.workspace, thread_id)
        publish_all(actor, events.of_change(before, thread))
        if "assignee" in changes and undoing.is_recorded(actor):
            undone = Change(thread.contact_id, undoing.ASSIGNEE, before.assignee_id, thread.assignee_id, thread.pk)
            undoing.record(actor, [undone])
        if "assignee" in changes and thread.assignee_id is not None:
            recording.assigned(thread, thread.assignee_id, actor)
        return thread
    thread = find_thread(actor.workspace, thread_id)
    if takes_back is not None:
        raise DomainError("invalid_state", "it was opened or put away again meanwhile, and stays so")
    if seen is not None and thread.last_message_at > seen:
        raise DomainError("invalid_state", "something was written meanwhile; read it first")
    return thread


def lock_thread(workspace: Workspace, thread_id: str) -> Thread:
    """The thread with contact, account and assignee, locked after its contact, who cannot be erased before the
    transaction ends; ``not_found``."""
    rows = Thread.objects.for_workspace(workspace).select_related("contact", "account", "assignee")
    thread: Thread = rows.get_or_not_found(thread_id)
    if not not_erased([thread.contact]):
        raise not_found("thread")
    locked: Thread = rows.select_for_update(no_key=True, of=("self",)).get_or_not_found(thread_id)
    return locked


def _record_closing(actor: Actor, thread_id: str, at: datetime | None) -> None:
    """The thread was closed at that time; None: it was put back among the open ones."""
    if at is None:
        episodes.reopened(find_thread(actor.workspace, thread_id))
    else:
        episodes.closed(thread_id, at, int(actor.subject.id) if actor.subject.kind == "user" else None)


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
    check_end_of_snooze(until, clock.now())
    which = Q(snoozed_until=None) | ~Q(snoozed_until=until) | Q(closed_at__isnull=False)
    changes = {"snoozed_until": until, "closed_at": None}
    return _change(actor, thread_id, which, changes, "snoozed", seen=seen, takes_back=takes_back, until=rfc3339(until))


def check_end_of_snooze(until: datetime, now: datetime, *, field: str = "until") -> None:
    """``validation_failed`` for ``field`` unless a thread can be snoozed until then."""
    if not now < until <= now + MAX_SNOOZE:
        raise invalid(field, "out_of_range", "choose a time from now on, at most 366 days away")


@unit_of_work()
def mark_thread_unread(actor: Actor, thread_id: str) -> Thread:
    """Show the thread as unread. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.WRITE_MESSAGES)
    review.check_thread(actor, lock_thread(actor.workspace, thread_id))
    return _change(actor, thread_id, Q(unread_count=0), {"unread_count": 1}, "unread")


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
        lock_assignable(actor, user_id)
        which &= Q(assignee=None) | ~Q(assignee=user_id)
        thread = _change(actor, thread_id, which, {"assignee": user_id}, "assigned", user=user_id)
    if thread.assignee_id != user_id:
        now = f"{thread.assignee} looks after it" if thread.assignee else "nobody looks after it"
        raise DomainError("invalid_state", f"somebody else has assigned it meanwhile: {now} now; choose again")
    return thread


@unit_of_work()
def take_next(actor: Actor) -> Thread | None:
    """Assign to the actor the conversation whose contact has waited longest of those that nobody looks after, without
    what is snoozed or closed. None if there is none. Of members who do so at the same time each gets another one.

    Errors: ``scope_missing``; ``invalid_state`` for who is no member, is off duty, or has as many open conversations as
    their capacity.
    """
    actor.require(Scope.WRITE_MESSAGES)
    user_id = int(actor.subject.id) if actor.subject.kind == "user" else 0
    # Locked: two calls of the same member count one after the other.
    own = assignable_members(actor).filter(user_id=user_id).select_for_update(of=("self",)).first()
    if own is None:
        raise DomainError("invalid_state", "only a member can take a conversation; assign it to one")
    if not own.on_duty:
        raise DomainError("invalid_state", "you are off duty; go on duty first")
    if own.capacity is not None and (load := count_load(actor.workspace, [user_id])[user_id]) >= own.capacity:
        text = f"you have {load} open conversations, and your capacity is {own.capacity}; close, snooze or pass on one"
        raise DomainError("invalid_state", f"{text} first")
    # What somebody else takes at this moment is passed over, and what they have taken does not match any more. If all
    # are locked, it may be for something else, such as a message that comes in: then it waits for that.
    free = waiting_threads(actor.workspace).filter(assignee=None)
    while True:
        rows = free.values_list("pk", "contact_id").select_for_update(no_key=True)
        found = rows.select_for_update(skip_locked=True, no_key=True).first() or rows.first()
        if found is None:
            return None
        thread_id, contact_id = found
        # Whoever erases a contact waits for the thread, so they must not be waited for.
        if not_being_erased([contact_id]):
            break
        free = free.exclude(contact=contact_id)
    return _change(actor, thread_id, Q(assignee=None), {"assignee": user_id}, "assigned", user=user_id)


def undo_assignment(actor: Actor, change: AssistantChange) -> bool:
    """Give a conversation back to whoever looked after it before an assistant assigned it; False if somebody has
    assigned it since. Errors: as :func:`assign_thread`."""
    try:
        assign_thread(actor, change.thread_id, user_id=change.old, replaces=change.new)
    except DomainError as error:
        if error.code != "invalid_state":
            raise
        return False
    return True


def count_load(workspace: Workspace, user_ids: Collection[int]) -> dict[int, int]:
    """How many open conversations each of these users looks after, without those that are snoozed. One query."""
    rows = Thread.objects.for_workspace(workspace).filter(
        assignee__in=user_ids, closed_at=None, active_at__lte=clock.now()
    )
    counted = dict(rows.order_by().values_list("assignee").annotate(Count("pk")))
    return {user_id: counted.get(user_id, 0) for user_id in user_ids}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member to whom a conversation can be assigned. ``load`` is known of those who have a capacity."""

    user_id: int
    name: str
    on_duty: bool
    capacity: int | None
    load: int

    @property
    def state(self) -> str:
        """What speaks against it, or how much room there is; empty for neither."""
        room = f"{self.load} of {self.capacity}" if self.capacity is not None else ""
        return ", ".join(filter(None, ("" if self.on_duty else "off duty", room)))


def list_candidates(actor: Actor) -> list[Candidate]:
    """:func:`assignable_members` by name, with what the queue knows of them. Two queries. Errors: ``scope_missing``."""
    members = list(assignable_members(actor).select_related("user").order_by("user__name", "user__email"))
    loads = count_load(actor.workspace, [member.user_id for member in members if member.capacity is not None])
    return [
        Candidate(
            member.user_id,
            member.user.shown_name,
            member.on_duty,
            member.capacity,
            loads.get(member.user_id, 0),
        )
        for member in members
    ]


def assignable_members(actor: Actor) -> "QuerySet[Membership]":
    """The members who may look after a thread. Errors: ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    return _assignable(actor)


def _assignable(actor: Actor) -> "QuerySet[Membership]":
    members: QuerySet[Membership] = Membership.objects.for_workspace(actor.workspace.owner_workspace)
    return members.filter(role__in=ASSIGNABLE)


def lock_assignable(actor: Actor, user_id: int, *, field: str = "assignee") -> None:
    """Lock the member, so that whoever removes them waits, and then finds the thread. ``validation_failed`` for
    ``field`` if nobody of this id may look after a thread."""
    if _assignable(actor).filter(user_id=user_id).select_for_update(of=("self",)).first() is None:
        raise invalid(field, "invalid_choice", "choose a member who may write messages", hint=hint_of("member"))


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did with a thread, in words."""

    key: str
    at: datetime
    text: str
    icon: str


DEEDS = {
    "thread.closed": ("{who} closed this", "archive"),
    "thread.reopened": ("{who} opened this again", "rotate-ccw"),
    "thread.snoozed": ("{who} snoozed this{until}", "alarm-clock"),
    "thread.assigned": ("{who} assigned this to {whom}", "user-check"),
    "thread.unassigned": ("{who} took this from whoever looked after it", "user"),
}
MAX_DEEDS = 100
# Who has changed a stage, by its cause, if nothing says who it was. What messages have changed, they tell themselves.
_CHANGERS = {
    "panel": "A member",
    "rest": "An API client",
    "mcp": "An assistant",
    "import": "An import",
    "bulk": "A change of many contacts",
    "command": "A command",
    stages.OPT_OUT: "An opt-out word",
}
# The stage and what the audit log says of it are written in one transaction.
_SAME_CHANGE = timedelta(seconds=5)


def list_deeds(actor: Actor, thread_id: str, *, since: datetime | None, until: datetime | None) -> list[Deed]:
    """What members, keys and assistants did with the thread between these times, and to which stages the contact came,
    the oldest first, at most the latest ``MAX_DEEDS`` of each. It is read from the audit log and the contact's stages.
    Errors: ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    during = Q()
    if since is not None:
        during &= Q(at__gte=since)
    if until is not None:
        during &= Q(at__lte=until)
    rows = audit.entries_about(actor.workspace, thread_id, kind="thread").filter(during, action__in=DEEDS)
    entries = list(rows[:MAX_DEEDS])
    changes = _stage_changes(actor, thread_id, during)
    changers = _stage_entries(actor, changes)
    users = {int(each.data["user"]) for each in entries if "user" in each.data}
    users |= {int(each.subject_id) for each in [*entries, *changers] if each.subject_kind == "user"}
    names = {each.pk: each.shown_name for each in User.objects.filter(pk__in=users)} if users else {}
    deeds = [_deed(entry, names) for entry in entries]
    deeds += [_stage_deed(change, changers, names) for change in changes]
    return sorted(deeds, key=lambda each: each.at)


def _deed(entry: AuditEntry, names: Mapping[int, str]) -> Deed:
    text, icon = DEEDS[entry.action]
    whom = entry.data.get("user")
    is_own = entry.subject_kind == "user" and entry.subject_id == str(whom)
    end = parse_datetime(str(entry.data.get("until", "")))
    until = f" until {timezone.localtime(end):%-d %b %Y %H:%M}" if end else ""
    other = "themselves" if is_own else names.get(whom or 0) or "a member"
    return Deed(f"e-{entry.pk}", entry.at, text.format(who=_name_of(entry, names), whom=other, until=until), icon)


def _name_of(entry: AuditEntry, names: Mapping[int, str]) -> str:
    """The member by name, a key or an assistant as they were called then, with what they are."""
    if entry.subject_kind == "user":
        return names.get(int(entry.subject_id)) or entry.subject_label.partition("@")[0]
    label = entry.subject_label.partition(" <")[0]
    what = "assistant" if entry.surface == "mcp" else "API" if entry.subject_kind == "key" else ""
    return f"{label} ({what})" if what else label


def _stage_changes(actor: Actor, thread_id: str, during: Q) -> list[StageChange]:
    rows = StageChange.objects.for_workspace(actor.workspace).filter(during, contact__threads=thread_id)
    return list(rows.filter(cause__in=_CHANGERS).exclude(from_stage="").order_by("-pk")[:MAX_DEEDS])


def _stage_entries(actor: Actor, changes: Sequence[StageChange]) -> list[AuditEntry]:
    """What the audit log says of who has changed these stages, which are of one contact."""
    if not changes:
        return []
    contact_id = str(changes[0].contact_id)
    rows = audit.entries_about(actor.workspace, contact_id, kind="contact").filter(action="contact.changed")
    since, until = changes[-1].at - _SAME_CHANGE, changes[0].at + _SAME_CHANGE
    return list(rows.filter(at__gte=since, at__lte=until, data__fields__contains="stage"))


def _stage_deed(change: StageChange, changers: Sequence[AuditEntry], names: Mapping[int, str]) -> Deed:
    after = [each for each in changers if timedelta(0) <= each.at - change.at <= _SAME_CHANGE]
    who = _name_of(after[-1], names) if after and change.cause == "panel" else _CHANGERS[change.cause]
    before = Stage(change.from_stage).label
    text = f"{who} changed the stage from {before} to {change.get_stage_display()}"
    return Deed(f"s-{change.pk}", change.at, text, "list")
