"""The hold on sending (:mod:`crmsolid.workspaces.sending_hold`) as whoever runs the server sees it: what waits in all
workspaces, and how it goes on. Each step of a release is a transaction of its own and may be repeated."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces import audit, sending_hold
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from crmsolid.workspaces.sending_hold import Hold
from messaging.broadcasts.models import Broadcast, BroadcastStatus, RecipientStatus
from messaging.models import Account, Message, Status
from messaging.sending import automatic
from messaging.threads import state

# The ``error`` of a message that was canceled when the hold ended. Nothing makes it again.
CANCELED = "sending_held"
BATCH = 1000
COMMAND = "sending"


@dataclass(frozen=True, slots=True)
class WaitingMessages:
    """The messages of an account that would be sent. ``due`` of them at once; ``before`` of them were created before
    the hold began, so that they may have been sent already if the database was restored."""

    workspace: str
    account_id: int
    account: str
    messages: int
    due: int
    before: int
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True)
class WaitingBroadcast:
    """A broadcast that would go on, or begin at once, and how many recipients it has not written to."""

    workspace: str
    broadcast_id: str
    name: str
    status: str
    remaining: int


@dataclass(frozen=True, slots=True)
class WaitingSteps:
    """A sequence that is active and has steps due."""

    workspace: str
    sequence_id: str
    name: str
    due: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What would go out at once, or as accounts and windows allow, if sending were not held."""

    messages: list[WaitingMessages]
    sequences: list[WaitingSteps]
    broadcasts: list[WaitingBroadcast]


@dataclass(frozen=True, slots=True)
class Canceled:
    """What a release has taken back."""

    messages_canceled: int
    sequences_paused: int
    broadcasts_paused: int


@dataclass(frozen=True, slots=True)
class Sequences:
    """What sequences, which are above messaging, have due in all workspaces; and how all of them are paused as a person
    would, which returns their number."""

    waiting: Callable[[], list[WaitingSteps]]
    pause: Callable[[], int]


sequences: ExtensionPoint[Sequences] = ExtensionPoint("held sequences")


def actor_in(workspace: Workspace) -> Actor:
    """Whoever runs the server, in this workspace."""
    return Actor.command(workspace, COMMAND)


def waiting(hold: Hold | None) -> Waiting:
    """What waits now, in all workspaces."""
    since = None if hold is None else hold.since
    steps = [each for source in sequences.values() for each in source.waiting()]
    return Waiting(_waiting_messages(since), steps, _waiting_broadcasts())


def release(*, cancel_before: datetime | None) -> Canceled:
    """End the hold. ``cancel_before`` None: everything that waits is sent. Else messages that were created before that
    time and wait are canceled, and sequences and broadcasts from before that time are paused, so that people decide
    about them in the panel; what was accepted since is sent.

    The hold ends last: if this is interrupted, it is still in force, and the same call goes on. Errors:
    ``invalid_state`` if sending is not held.
    """
    if not sending_hold.is_held():
        raise DomainError("invalid_state", "sending is not held; nothing was changed")
    canceled = Canceled(0, 0, 0)
    if cancel_before is not None:
        # Sequences and broadcasts first: they make no new messages then, for which the canceled ones would leave room.
        sequences_paused = sum(source.pause() for source in sequences.values())
        broadcasts_paused = _pause_broadcasts(cancel_before)
        canceled = Canceled(cancel_messages(cancel_before), sequences_paused, broadcasts_paused)
    sending_hold.release(actor_in, mode="resume" if cancel_before is None else "cancel")
    return canceled


def _waiting_messages(before: datetime | None) -> list[WaitingMessages]:
    """The messages that wait, by account. ``before`` is when the hold began."""
    now = clock.now()
    is_due = Q(status=Status.SENDING) | Q(eta__lte=now)
    was_before = Q(created_at__lt=before) if before is not None else Q(pk__in=[])
    counted = (
        _waiting(now)
        .values_list("workspace__slug", "account_id", "account__name")
        .annotate(
            number=Count("pk"),
            due=Count("pk", filter=is_due),
            before=Count("pk", filter=was_before),
            oldest=Min("created_at"),
            newest=Max("created_at"),
        )
    )
    return [WaitingMessages(*each) for each in counted.order_by("workspace__slug", "account_id")]


def _waiting(now: datetime) -> "QuerySet[Message]":
    """Queued, or of an attempt whose lease is over and that would be tried again. One whose id Telegram has told was
    sent."""
    waits = Q(status=Status.QUEUED) | Q(status=Status.SENDING, lease_until__lt=now)
    return Message.unscoped.filter(waits, telegram_message_id=None)


def _waiting_broadcasts() -> list[WaitingBroadcast]:
    """The broadcasts that run, and those whose time to begin has come."""
    rows = _started_broadcasts().select_related("workspace").order_by("workspace__slug", "id")
    counted = rows.annotate(remaining=Count("recipients", filter=Q(recipients__status=RecipientStatus.PENDING)))
    return [WaitingBroadcast(each.workspace.slug, each.pk, each.name, each.status, each.remaining) for each in counted]


def _started_broadcasts() -> "QuerySet[Broadcast]":
    has_begun = Q(status=BroadcastStatus.SCHEDULED, starts_at__lte=clock.now())
    return Broadcast.unscoped.filter(Q(status=BroadcastStatus.RUNNING) | has_begun)


def _pause_broadcasts(before: datetime) -> int:
    """Pause the broadcasts that were made before this time and run, or would begin at once; returns their number.

    Resuming one goes on with the recipients whom the database knows as not written to.
    """
    paused = 0
    for broadcast in _started_broadcasts().filter(created_at__lt=before).select_related("workspace").order_by("id"):
        with transaction.atomic():
            still = _started_broadcasts().filter(pk=broadcast.pk)
            if still.update(status=BroadcastStatus.PAUSED, waiting_for=""):
                audit.record(actor_in(broadcast.workspace), "broadcast.paused", broadcast.pk)
                paused += 1
    return paused


def cancel_messages(before: datetime) -> int:
    """Cancel the messages that were created before this time and wait to be sent; returns their number.

    Messages whose attempt may have been cut off are canceled as well. What is being sent at this moment is sent.
    """
    account_ids = _waiting(clock.now()).order_by().values_list("account_id", flat=True).distinct()
    accounts = Account.unscoped.filter(pk__in=account_ids).select_related("workspace").order_by("pk")
    canceled = 0
    for account in accounts:
        while number := _cancel_batch(account, before):
            canceled += number
    return canceled


@transaction.atomic
def _cancel_batch(account: Account, before: datetime) -> int:
    """Under the account's lock, as at a claim. Its row of the audit log is written with the batch."""
    Account.unscoped.select_for_update(no_key=True).get(pk=account.pk)
    rows = _waiting(clock.now()).filter(account=account, created_at__lt=before).order_by("eta", "id")
    canceled = automatic.cancel(rows.select_for_update(no_key=True)[:BATCH], CANCELED)
    if not canceled:
        return 0
    state.find_waiting([message.thread_id for message in canceled if message.source == "direct"])
    audit.record(actor_in(account.workspace), "account.messages_canceled", str(account.pk), messages=len(canceled))
    return len(canceled)
