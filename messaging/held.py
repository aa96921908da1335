"""What messaging has waiting while sending is held, for whoever runs the server, and how it is canceled or paused.

All of it is about the whole installation. Each step is a transaction of its own and may be repeated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet

from crmsolid.core import clock
from crmsolid.core.sql.bulk import fetch
from crmsolid.core.sql.table import Table
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from messaging.broadcasts.models import Broadcast, BroadcastStatus, RecipientStatus
from messaging.models import Account, Message, Status
from messaging.sending import sources
from messaging.threads import state

# The ``error`` of a message that was canceled when the hold ended. Nothing makes it again.
CANCELED = "sending_held"
BATCH = 1000

_accounts, _messages = Table(Account), Table(Message)


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


def waiting_messages(before: datetime | None) -> list[WaitingMessages]:
    """The messages that wait, by account. ``before`` is when the hold began."""
    now = clock.now()
    is_due = Q(status=Status.SENDING) | Q(eta__lte=now)
    was_before = Q(created_at__lt=before) if before is not None else Q(pk__in=[])
    rows = (
        _waiting(now).values("account_id", "account__name", "workspace__slug").order_by("workspace__slug", "account_id")
    )
    counted = rows.annotate(
        number=Count("pk"),
        due=Count("pk", filter=is_due),
        before=Count("pk", filter=was_before),
        oldest=Min("created_at"),
        newest=Max("created_at"),
    )
    return [
        WaitingMessages(
            each["workspace__slug"],
            each["account_id"],
            each["account__name"],
            each["number"],
            each["due"],
            each["before"],
            each["oldest"],
            each["newest"],
        )
        for each in counted
    ]


def _waiting(now: datetime) -> "QuerySet[Message]":
    """Queued, or of an attempt whose lease is over and that would be tried again. One whose id Telegram has told was
    sent."""
    waits = Q(status=Status.QUEUED) | Q(status=Status.SENDING, lease_until__lt=now)
    return Message.unscoped.filter(waits, telegram_message_id=None)


def waiting_broadcasts() -> list[WaitingBroadcast]:
    """The broadcasts that run, and those whose time to begin has come."""
    rows = _started_broadcasts().select_related("workspace").order_by("workspace__slug", "id")
    counted = rows.annotate(remaining=Count("recipients", filter=Q(recipients__status=RecipientStatus.PENDING)))
    return [WaitingBroadcast(each.workspace.slug, each.pk, each.name, each.status, each.remaining) for each in counted]


def _started_broadcasts() -> "QuerySet[Broadcast]":
    has_begun = Q(status=BroadcastStatus.SCHEDULED, starts_at__lte=clock.now())
    return Broadcast.unscoped.filter(Q(status=BroadcastStatus.RUNNING) | has_begun)


def pause_broadcasts(before: datetime, command: str) -> int:
    """Pause the broadcasts that were made before this time and run, or would begin at once; returns their number.

    Resuming one goes on with the recipients whom the database knows as not written to.
    """
    paused = 0
    for broadcast in _started_broadcasts().filter(created_at__lt=before).select_related("workspace").order_by("id"):
        with transaction.atomic():
            still = _started_broadcasts().filter(pk=broadcast.pk)
            if still.update(status=BroadcastStatus.PAUSED, waiting_for=""):
                audit.record(Actor.command(broadcast.workspace, command), "broadcast.paused", broadcast.pk)
                paused += 1
    return paused


def cancel_waiting(before: datetime, command: str) -> int:
    """Cancel the messages that were created before this time and wait to be sent; returns their number.

    Messages whose attempt may have been cut off are canceled as well. What is being sent at this moment is sent.
    """
    account_ids = _waiting(clock.now()).order_by().values_list("account_id", flat=True).distinct()
    accounts = Account.unscoped.filter(pk__in=account_ids).select_related("workspace").order_by("pk")
    return sum(number for account in accounts for number in _cancel_of_account(account, before, command))


def _cancel_of_account(account: Account, before: datetime, command: str) -> Iterator[int]:
    """How many messages each batch has canceled."""
    number = BATCH
    while number == BATCH:
        number = _cancel_batch(account, before, command)
        yield number


@transaction.atomic
def _cancel_batch(account: Account, before: datetime, command: str) -> int:
    """Under the account's lock, as at a claim. Its row of the audit log is written with the batch."""
    _accounts.select("id = %s", [account.pk], lock=True)
    is_lost = "status = 'sending' AND lease_until < %s"
    ids = [
        row[0]
        for row in fetch(
            f"SELECT id FROM {_messages.name} WHERE account_id = %s AND created_at < %s"
            f" AND telegram_message_id IS NULL AND (status = 'queued' OR {is_lost})"
            " ORDER BY eta, id LIMIT %s FOR NO KEY UPDATE",
            [account.pk, before, clock.now(), BATCH],
        )
    ]
    if not ids:
        return 0
    where, params = "id = ANY(%s)", [list(ids)]
    rows = fetch(
        f"UPDATE {_messages.name} SET status = 'canceled', error = %s, lease = '', lease_until = NULL,"
        # An attempt whose result is unknown goes on counting against the daily limit.
        f" slot_at = CASE WHEN unsettled_since IS NULL THEN NULL ELSE slot_at END WHERE {where}"
        f" RETURNING {_messages.columns()}",
        [CANCELED, *params],
    )
    canceled = [_messages.from_row(row) for row in rows]
    sources.settled(canceled)
    state.find_waiting([message.thread_id for message in canceled if message.source == "direct"])
    actor = Actor.command(account.workspace, command)
    audit.record(actor, "account.messages_canceled", str(account.pk), messages=len(canceled))
    return len(canceled)
