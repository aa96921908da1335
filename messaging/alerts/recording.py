"""Records of what members are to be told, in the transaction of what happens.

Messages are recorded where events get their positions, so each is recorded once and before any page hears of it. A
member has one unseen alert of the messages of a conversation (``alert_unseen_once``), whatever comes in; they are told
of it again after ``AGAIN_AFTER``.
"""

import json
import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from contacts.models import ContactNote
from crmsolid.core import clock, doorbell
from crmsolid.core.batches import go_on_after_error
from crmsolid.core.ids import new_id
from crmsolid.events.models import Event
from crmsolid.events.positions import PositionedEvent
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, OutgoingEmail, Role, User, Workspace
from messaging import notices
from messaging.alerts import wishes
from messaging.models import Alert, AlertKind, AlertSettings, Message, OptOutWord, Thread
from messaging.representations import MESSAGE_RECEIVED
from messaging.texts import normal_form

logger = logging.getLogger("crmsolid.alerts")

TASK = "messaging.alerts"
EMAIL = "alerts"  # the template
AGAIN_AFTER = timedelta(minutes=5)
# Nobody is told of older messages, such as those that were given their positions late.
RECENT = timedelta(hours=24)
# Whoever has the conversation open sees the message within this time, and is not told elsewhere.
PUSH_AFTER_SECONDS = 5.0
KEPT, SEEN_KEPT = timedelta(days=30), timedelta(days=1)


# --- Messages ---------------------------------------------------------------------------------------------------------
def record_received(batch: Sequence[PositionedEvent]) -> None:
    """Record alerts of the messages that were received: a listener of events. Its errors disturb nothing else."""
    event_ids = [event.id for event in batch if event.type == MESSAGE_RECEIVED.name and not event.erased]
    if not event_ids:
        return
    with go_on_after_error(logger, "alerts of new messages were not recorded"), transaction.atomic():
        bodies = Event.unscoped.filter(pk__in=event_ids).exclude(body=b"").values_list("body", flat=True)
        message_ids = {json.loads(bytes(body))["data"]["message"]["id"] for body in bodies}
        left = message_ids - _record(message_ids, skip_locked=True)
        if left:  # their threads are locked, maybe by an erasure that waits for the events of this transaction
            transaction.on_commit(partial(_record_alone, left), robust=True)


def _record_alone(message_ids: Collection[str]) -> None:
    with transaction.atomic():
        _record(message_ids, skip_locked=False)


def _record(message_ids: Collection[str], *, skip_locked: bool) -> set[str]:
    """Record alerts of these messages; returns which were looked at. Their threads are locked against deletion."""
    messages = Message.unscoped.filter(pk__in=message_ids).select_related("thread", "contact", "workspace")
    found = list(messages.order_by("created_at", "pk"))
    locked = _lock({each.thread_id for each in found}, skip_locked=skip_locked)
    found = [each for each in found if each.thread_id in locked]
    _tell_of_messages(_worth_telling(found))
    return {each.pk for each in found}


def _lock(thread_ids: Collection[str], *, skip_locked: bool) -> set[str]:
    """Lock these threads as a foreign key does, which Django cannot say: only who deletes them waits."""
    statement = f'SELECT id FROM "{Thread._meta.db_table}" WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE'
    with connection.cursor() as cursor:
        cursor.execute(statement + (" SKIP LOCKED" if skip_locked else ""), [sorted(thread_ids)])
        return {thread_id for (thread_id,) in cursor.fetchall()}


def _worth_telling(messages: Sequence[Message]) -> list[Message]:
    """Without what asks for no answer: auto-replies, opt-out words, and what was answered meanwhile."""
    since = clock.now() - RECENT
    news = [
        each
        for each in messages
        if not each.auto_reply and each.thread.waiting_since is not None and each.created_at > since
    ]
    opted_out = {each.workspace_id for each in news if each.contact.opted_out}
    if not opted_out:
        return news
    words = set(OptOutWord.unscoped.filter(workspace__in=opted_out).values_list("workspace_id", "word"))
    return [
        each for each in news if not each.contact.opted_out or (each.workspace_id, normal_form(each.text)) not in words
    ]


def _tell_of_messages(messages: Sequence[Message]) -> None:
    latest = {each.thread_id: each for each in messages}
    if not latest:
        return
    members = wishes.of_members({each.workspace.live_id or each.workspace_id for each in messages})
    wanted: dict[tuple[int, str], Message] = {}
    for message in latest.values():
        for wish in members[message.workspace.live_id or message.workspace_id]:
            if wishes.wants_message(wish, message.thread.assignee_id):
                wanted[wish.user_id, message.thread_id] = message
    if not wanted:
        return
    now = clock.now()
    unseen = Alert.unscoped.filter(thread__in=latest, kind=AlertKind.MESSAGE, seen_at=None)
    known = {(row.user_id, str(row.thread_id)): row for row in unseen}
    again = []
    for place, row in known.items():
        if place in wanted and row.told_at <= now - AGAIN_AFTER:
            row.about, row.told_at, row.pushed_at = wanted[place].pk, now, None
            again.append(row)
    Alert.unscoped.bulk_update(again, ["about", "told_at", "pushed_at"])
    new = [
        Alert(
            workspace_id=message.workspace_id,
            user_id=user_id,
            thread_id=thread_id,
            kind=AlertKind.MESSAGE,
            about=message.pk,
        )
        for (user_id, thread_id), message in wanted.items()
        if (user_id, thread_id) not in known
    ]
    _insert(new)
    _tell(row.user_id for row in again)


# --- Assignments, mentions and proposals ------------------------------------------------------------------------------
def assigned(thread: Thread, user_id: int, by: Actor) -> None:
    """This member was made to look after the thread. Whoever did it themselves knows it. Runs in the transaction that
    assigns it."""
    if by.subject.kind == "user" and by.subject.id == str(user_id):
        return
    alert = Alert(workspace_id=thread.workspace_id, user_id=user_id, thread=thread, kind=AlertKind.ASSIGNED)
    alert.about = new_id("asg")
    _insert([alert])


def mention(note: ContactNote, user_ids: Iterable[int]) -> None:
    """The note mentions these users: those of them who are members and want to know it. Whoever wrote it knows. Runs in
    the transaction of the note."""
    live_id = note.workspace.live_id or note.workspace_id
    wanted = {wish.user_id for wish in wishes.of_members({live_id})[live_id] if wish.mentions}
    wanted &= set(user_ids) - {note.author_id}
    threads = Thread.objects.for_workspace(note.workspace_id).filter(contact=note.contact_id)
    thread = threads.filter(pk=note.thread_id).first() or threads.order_by("-active_at").first()
    _insert(
        [
            Alert(workspace_id=note.workspace_id, user_id=user_id, thread=thread, kind=AlertKind.MENTION, about=note.pk)
            for user_id in sorted(wanted)
        ]
    )


def proposed(workspace: Workspace, user_ids: Collection[int]) -> None:
    """A write waits for the decision of these members, those of them who want to know it. A member has one alert of all
    that waits in a workspace, and is told of it again after ``AGAIN_AFTER``, or once they have seen it."""
    live_id, now = workspace.live_id or workspace.pk, clock.now()
    wanted = {wish.user_id for wish in wishes.of_members({live_id})[live_id] if wish.proposals} & set(user_ids)
    about = f"proposals {workspace.pk}"
    rows = Alert.objects.for_workspace(workspace).filter(kind=AlertKind.PROPOSAL, about=about, user__in=wanted)
    known = dict(rows.values_list("user_id", "pk"))
    again = rows.filter(Q(seen_at__isnull=False) | Q(told_at__lte=now - AGAIN_AFTER))
    told = sorted(again.values_list("user_id", flat=True))
    again.update(seen_at=None, created_at=now, told_at=now, pushed_at=None, emailed_at=None)
    new = sorted(wanted - set(known))
    _insert([Alert(workspace_id=workspace.pk, user_id=each, kind=AlertKind.PROPOSAL, about=about) for each in new])
    _tell(told)


def _insert(alerts: Sequence[Alert]) -> None:
    if alerts:
        now = clock.now()
        for each in alerts:
            each.created_at = each.told_at = now
        Alert.unscoped.bulk_create(alerts, ignore_conflicts=True)
        _tell(each.user_id for each in alerts)


def _tell(user_ids: Iterable[int]) -> None:
    """Tell the open pages of these users, after the commit, and have it pushed."""
    told = sorted(set(user_ids))
    if told:
        transaction.on_commit(partial(_wake, told))


def _wake(user_ids: Sequence[int]) -> None:
    for user_id in user_ids:
        notices.tell_member(user_id)
    doorbell.ring(TASK, after=PUSH_AFTER_SECONDS)


# --- Seen -------------------------------------------------------------------------------------------------------------
def mark_seen(actor: Actor, thread_id: str) -> None:
    """The member has seen the conversation. Does nothing for anybody else."""
    if actor.subject.kind != "user":
        return
    user_id = int(actor.subject.id)
    rows = Alert.objects.for_workspace(actor.workspace).filter(user=user_id, thread=thread_id, seen_at=None)
    if rows.update(seen_at=clock.now()):
        transaction.on_commit(partial(notices.tell_member, user_id))


def mark_proposals_seen(actor: Actor) -> None:
    """The member has seen what waits for a decision in the workspace."""
    user_id = int(actor.subject.id)
    rows = Alert.objects.for_workspace(actor.workspace).filter(user=user_id, kind=AlertKind.PROPOSAL, seen_at=None)
    if rows.update(seen_at=clock.now()):
        transaction.on_commit(partial(notices.tell_member, user_id))


def mark_alert_seen(alert: Alert) -> None:
    """The user of the alert has seen what it is about."""
    if Alert.unscoped.filter(pk=alert.pk, seen_at=None).update(seen_at=clock.now()):
        transaction.on_commit(partial(notices.tell_member, alert.user_id))


def mark_all_seen(actor: Actor) -> None:
    """The member has seen all there is, in the live workspace and its twin."""
    live = actor.workspace.owner_workspace
    rows = Alert.unscoped.filter(Q(workspace=live) | Q(workspace__live=live), user=int(actor.subject.id), seen_at=None)
    rows.update(seen_at=clock.now())
    transaction.on_commit(partial(notices.tell_member, int(actor.subject.id)))


def forget_member(member: Membership, role: Role | None) -> None:
    """Somebody who is no member any more is told of nothing: a role watcher."""
    if role is not None:
        return
    workspaces = Workspace.objects.filter(Q(pk=member.workspace_id) | Q(live=member.workspace_id))
    for model in (Alert, AlertSettings):
        model.unscoped.filter(user=member.user_id, workspace__in=workspaces).delete()


def forget_emails(workspace_id: int) -> None:
    """Delete the e-mails to members that are not sent yet, which may name an erased contact; the alerts in them are
    mailed again. The alerts of the contact are deleted already."""
    members = User.objects.filter(memberships__workspace=workspace_id)
    waiting = OutgoingEmail.objects.filter(template=EMAIL, to__in=members.values("email"))
    for email in waiting:
        # A member gets one e-mail in 15 minutes.
        told = Alert.unscoped.filter(user__email=email.to, emailed_at__gt=email.created_at - timedelta(minutes=1))
        told.update(emailed_at=None)
        email.delete()


def past_retention() -> "QuerySet[Alert]":
    """Alerts that nobody needs any more: those that were seen a day ago, and old ones."""
    now = clock.now()
    return Alert.unscoped.filter(Q(seen_at__lt=now - SEEN_KEPT) | Q(created_at__lt=now - KEPT))
