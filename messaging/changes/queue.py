"""Changes that are to be made at Telegram. A row is the queue: it is claimed under a lease, tried, and settled only
while the lease is held. Every change can be made twice without harm, so an attempt whose result is unknown is repeated.

Those of a message are made in the order in which they were asked for. ``Message.change`` says what is still asked for
or was refused last; the message itself is shown as it is at Telegram.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from crmsolid.core import clock
from crmsolid.workspaces import purging
from crmsolid.workspaces.authors import NOBODY, Author, columns_of, kept_author
from messaging import account_workers, notices
from messaging.changes import applying
from messaging.models import Account, AccountKind, ChangeKind, ChangeStatus, Direction, Message, MessageChange, Thread
from messaging.sending import claiming, settlement
from messaging.sending.gateway import SendError


def ask(message: Message, kind: ChangeKind, *, by: Author = NOBODY, request_id: str = "", **what: Any) -> None:
    """Let ``by`` ask for a change of a message that is locked. A sandbox makes it at once."""
    account: Account = message.account
    change = MessageChange(
        workspace_id=message.workspace_id, message=message, account=account, kind=kind, request_id=request_id, **what
    )
    change.author_kind, change.author_ref, change.author_name = columns_of(by).values()
    if account.kind == AccountKind.SANDBOX:
        change.status, change.done_at = ChangeStatus.DONE, clock.now()
        change.save(force_insert=True)
        _apply(change, message)
        return
    change.save(force_insert=True)
    if kind != ChangeKind.READ:
        _show(message, {"kind": str(kind), "status": "queued", "error": ""})
    wake(account)


def wake(account: Account) -> None:
    """Tell the worker that holds the account, after the commit, that there is something to do."""
    transaction.on_commit(partial(account_workers.wake, account.kind, [account.pk]))


def ask_to_read(thread: Thread) -> None:
    """Let the contact see that the account has read the conversation up to its newest message. Of several calls that
    are not done yet, the last one counts. Runs in the caller's transaction; nothing is asked for where
    ``CRMSOLID_READ_RECEIPTS`` is off, or by a sandbox, whose contacts look at nothing."""
    if thread.account.kind == AccountKind.SANDBOX or not settings.READ_RECEIPTS:
        return
    if not applying.lock_contact(thread.contact_id):
        return
    messages = Message.unscoped.filter(
        thread=thread, direction=Direction.IN, telegram_message_id__isnull=False, deleted_at=None
    )
    newest = messages.order_by("-telegram_message_id").first()
    if newest is None:
        return
    waiting = MessageChange.unscoped.filter(
        account=thread.account_id, status=ChangeStatus.QUEUED, kind=ChangeKind.READ, message__thread=thread, lease=""
    )
    if not waiting.update(message=newest):
        ask(newest, ChangeKind.READ)


def due() -> "QuerySet[MessageChange]":
    """Changes that may be claimed now: the first of each message, on accounts that can send. None while sending is
    held."""
    now = clock.now()
    earlier = MessageChange.unscoped.filter(
        message=OuterRef("message"), status=ChangeStatus.QUEUED, pk__lt=OuterRef("pk")
    )
    rows = MessageChange.unscoped.filter(claiming.may_send("account__"), status=ChangeStatus.QUEUED, due_at__lte=now)
    rows = rows.filter(Q(lease_until=None) | Q(lease_until__lt=now))
    return rows.exclude(Exists(earlier))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A change that this worker alone may make until ``change.lease_until``, and the message it is of."""

    change: MessageChange
    message: Message


@transaction.atomic
def claim(account_id: int) -> Claimed | None:
    """Claim the first change of the account that is due; None if none is, or while others hold it."""
    rows = due().filter(account_id=account_id).order_by("due_at", "pk")
    change = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if change is None:
        return None
    change.lease, change.attempts = uuid4().hex, change.attempts + 1
    change.lease_until = clock.now() + timedelta(seconds=settings.SEND_LEASE_SECONDS)
    change.save(update_fields=["lease", "lease_until", "attempts"])
    message = Message.unscoped.select_related("contact", "account").get(pk=change.message_id)
    return Claimed(change, message)


@transaction.atomic
def settle_done(claimed: Claimed, at: datetime | None = None) -> None:
    """The change is made at Telegram, at this time of Telegram's if it is known. Does nothing if the lease was lost, or
    the contact erased."""
    message = applying.lock_message(Message.unscoped.filter(pk=claimed.message.pk))
    if message is None or not _end(claimed.change, status=ChangeStatus.DONE, done_at=clock.now(), error=""):
        return
    if claimed.change.kind == ChangeKind.READ:  # there is one for each time that somebody opens a conversation
        MessageChange.unscoped.filter(pk=claimed.change.pk).delete()
        return
    _apply(claimed.change, message, at)
    _show_rest(message, None)


@transaction.atomic
def settle_refused(claimed: Claimed, error: SendError) -> None:
    """Telegram refuses the change for good."""
    message = applying.lock_message(Message.unscoped.filter(pk=claimed.message.pk))
    ended = {"status": ChangeStatus.FAILED, "error": error.code, "error_detail": error.detail[:200]}
    if message is None or not _end(claimed.change, done_at=clock.now(), **ended):
        return
    if claimed.change.kind != ChangeKind.READ:
        _show_rest(message, {"kind": claimed.change.kind, "status": "failed", "error": error.code})
        notices.tell_changed(message.workspace_id, message.thread_id)


@transaction.atomic
def settle_later(claimed: Claimed, error: SendError) -> None:
    """The change is tried again, as a message is; an account that has to wait is paused as after a message."""
    change = claimed.change
    account = settlement.lock_account(change.account_id)
    retry_at = clock.now() + timedelta(seconds=settlement.seconds_until_retry(error, change.attempts))
    if _end(change, due_at=retry_at, error=error.code, error_detail=error.detail[:200]):
        settlement.apply_to_account(account, error, retry_at)


def past_retention() -> "QuerySet[MessageChange]":
    """Changes that ended longer ago than ended jobs are kept. The message says what came of them."""
    ended = MessageChange.unscoped.exclude(status=ChangeStatus.QUEUED)
    # They are numbered in the order of time, so no index on the time is needed to find the oldest.
    oldest = ended.order_by("pk").values("pk")[: purging.BATCH]
    return ended.filter(pk__in=oldest, done_at__lt=clock.now() - timedelta(days=settings.JOB_DAYS))


def _end(change: MessageChange, **values: Any) -> bool:
    """Write the result and end the lease, if it is held."""
    rows = MessageChange.unscoped.filter(pk=change.pk, lease=change.lease, status=ChangeStatus.QUEUED)
    return rows.update(lease="", lease_until=None, **values) > 0


def _apply(change: MessageChange, message: Message, at: datetime | None = None) -> None:
    # Telegram's times are whole seconds: what it reports of the same edit must not seem to be older.
    now = at or clock.now().replace(microsecond=0)
    match change.kind:
        case ChangeKind.EDIT:
            applying.record_edit(message, change.text, change.entities, now, by=kept_author(change))
        case ChangeKind.DELETE:
            applying.record_deletion(message, now, by=kept_author(change))
        case ChangeKind.REACT:
            applying.record_reactions(message, applying.with_reaction(message, applying.ACCOUNT, change.emoji))


def _show_rest(message: Message, change: dict[str, str] | None) -> None:
    """Show what is still asked for, else this."""
    waiting = MessageChange.unscoped.filter(message=message, status=ChangeStatus.QUEUED)
    last = waiting.exclude(kind=ChangeKind.READ).order_by("-pk").values_list("kind", flat=True).first()
    _show(message, {"kind": last, "status": "queued", "error": ""} if last else change)


def _show(message: Message, change: dict[str, str] | None) -> None:
    message.change = change
    Message.unscoped.filter(pk=message.pk).update(change=change)
