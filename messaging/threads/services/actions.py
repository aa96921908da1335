"""What members do with threads: close, reopen, snooze, assign, show as unread; and what they did.

Each service writes the audit log, and changes nothing if the thread is as asked for already."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import AuditEntry, Membership, User, Workspace
from messaging import episodes, notices
from messaging.alerts import recording
from messaging.models import Thread
from messaging.querysets import waiting_threads
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
    thread = find_thread(actor.workspace, thread_id)
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
        if "assignee" in changes and thread.assignee_id is not None:
            recording.assigned(thread, thread.assignee_id, actor)
        return thread
    thread = find_thread(actor.workspace, thread_id)
    if takes_back is not None:
        raise DomainError("invalid_state", "it was opened or put away again meanwhile, and stays so")
    if seen is not None and thread.last_message_at > seen:
        raise DomainError("invalid_state", "something was written meanwhile; read it first")
    return thread


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
    # What somebody else takes at this moment is passed over, and what they have taken does not match any more.
    free = waiting_threads(actor.workspace).filter(assignee=None).select_for_update(skip_locked=True)
    thread_id = free.values_list("pk", flat=True).first()
    if thread_id is None:
        return None
    return _change(actor, thread_id, Q(assignee=None), {"assignee": user_id}, "assigned", user=user_id)


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
            member.user.name or member.user.email,
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
        raise invalid(field, "invalid_choice", "choose a member who may write messages")


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
