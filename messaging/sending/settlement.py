"""Settles an attempt: the message is sent, has failed, or goes back to the queue.

Each change of status is written once, together with its event and its row in the log of attempts, and only while the
attempt still holds its lease. Locks are taken in one order everywhere: account, contact, thread, message.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.sql.table import Table
from crmsolid.events.catalogue import EventType
from crmsolid.events.publishing import publish
from messaging.events import MESSAGE_FAILED, MESSAGE_SENT
from messaging.inbox import record_activity, upsert_thread
from messaging.models import Account, AccountState, Message, MessageAttempt, Status
from messaging.representations import MessageOut
from messaging.sending import slots
from messaging.sending.gateway import Delivered, SendError

logger = logging.getLogger("crmsolid.messaging")

FIRST_RETRY_SECONDS = 5.0
MAX_RETRY_SECONDS = 600.0

_messages, _attempts, _contacts, _accounts = Table(Message), Table(MessageAttempt), Table(Contact), Table(Account)


class _LeaseLost(Exception):
    """The lease is no longer held, or the contact was erased. Rolls the whole settlement back."""


def settle(
    message: Message,
    account: Account,
    result: Delivered | SendError,
    *,
    elapsed_ms: int,
    previous_attempt_at: datetime | None = None,
) -> bool:
    """Write the result of an attempt. ``previous_attempt_at`` is the first earlier attempt whose result is unknown.

    False if the lease was lost or the contact was erased with the message: then nothing is written. After a lost lease,
    the worker that recovered the message settles it.
    """
    try:
        with transaction.atomic():
            if isinstance(result, Delivered):
                _settle_sent(message, account, result, elapsed_ms, previous_attempt_at)
            elif result.permanent:
                # A refused attempt counts against the daily limit, so the slot stays taken.
                end_lease(message, status=Status.FAILED, error=result.code, error_detail=result.detail[:200])
                record_attempt(message, "failed", result.code, elapsed_ms=elapsed_ms)
                _publish(MESSAGE_FAILED, message)
            else:
                _requeue(message, account, result, elapsed_ms, previous_attempt_at)
        return True
    except _LeaseLost:
        logger.warning("an attempt lost its lease", extra={"message_id": message.id})
        return False


def _settle_sent(
    message: Message, account: Account, result: Delivered, elapsed_ms: int, previous_attempt_at: datetime | None
) -> None:
    now = clock.now()
    contacts = _contacts.select("id = %s", [message.contact_id], lock=True)
    if not contacts:
        raise _LeaseLost  # the contact was erased meanwhile, and the message with it
    record_activity(contacts[0], now, outgoing=True)
    upsert_thread(account, contacts[0], now)
    # The thread may have a message with this Telegram id already. Then this one is stored without an id: a message
    # that was sent must not fail on the unique key.
    same_id = Message.unscoped.filter(thread_id=message.thread_id, telegram_message_id=result.telegram_message_id)
    has_id = result.telegram_message_id is not None and not same_id.exclude(pk=message.pk).exists()
    end_lease(
        message,
        status=Status.SENT,
        sent_at=now,
        slot_at=now if previous_attempt_at is not None and not result.duplicate else message.slot_at,
        telegram_message_id=result.telegram_message_id if has_id else None,
        error="",
        error_detail="",
    )
    record_attempt(message, "duplicate" if result.duplicate else "sent", "", elapsed_ms=elapsed_ms)
    _publish(MESSAGE_SENT, message)


def _requeue(
    message: Message, account: Account, error: SendError, elapsed_ms: int, previous_attempt_at: datetime | None
) -> None:
    """Queue the message again with a later eta; pause the account if Telegram asked it to wait.

    The message's slot moves to the new eta. An attempt whose result is unknown still counts against the daily limit,
    so a message that may have arrived keeps the slot it has.
    """
    locked_account = _accounts.select("id = %s", [account.pk], lock=True)[0]
    backoff = min(FIRST_RETRY_SECONDS * 2 ** min(message.attempts - 1, 10), MAX_RETRY_SECONDS)
    wait = error.retry_after if error.retry_after is not None else backoff
    retry_at = clock.now() + timedelta(seconds=wait)
    _apply_to_account(locked_account, error, retry_at)
    earliest = slots.earliest_send(locked_account, retry_at)
    eta = slots.next_free_slot(locked_account, earliest, exclude_id=message.id)
    unsettled_since = previous_attempt_at if error.unsent else message.unsettled_since
    end_lease(
        message,
        status=Status.QUEUED,
        eta=eta,
        slot_at=eta if unsettled_since is None else message.slot_at,
        unsettled_since=unsettled_since,
        error=error.code,
        error_detail=error.detail[:200],
    )
    record_attempt(message, "retry", error.code, elapsed_ms=elapsed_ms)


def _apply_to_account(account: Account, error: SendError, paused_until: datetime) -> None:
    """Write the account's new state, if the error has one. The account's row is locked.

    A pause never becomes shorter, and a pause without an end stays.
    """
    if error.account_state in (AccountState.NEEDS_LOGIN, AccountState.BANNED):
        account.state, account.paused_until = error.account_state, None
    elif error.retry_after is None or not error.pauses_account:
        return
    elif account.state == AccountState.CONNECTED:
        account.state, account.paused_until = AccountState.PAUSED, paused_until
    elif account.state == AccountState.PAUSED and account.paused_until is not None:
        account.paused_until = max(paused_until, account.paused_until)
    else:
        return
    _accounts.update({"state": account.state, "paused_until": account.paused_until}, "id = %s", [account.pk])


def fail_unsent(message: Message, code: str, detail: str) -> None:
    """Fail a message that cannot be sent, in the transaction of its claim.

    Its slot is free again, unless an earlier attempt may have arrived.
    """
    slot_at = None if message.unsettled_since is None else message.slot_at
    end_lease(message, status=Status.FAILED, error=code, error_detail=detail[:200], slot_at=slot_at)
    _publish(MESSAGE_FAILED, message)


def end_lease(message: Message, **values: Any) -> None:
    """Change the message and end its lease. :class:`_LeaseLost` if another attempt has changed the row meanwhile."""
    values |= {"lease": "", "lease_until": None}
    unchanged = "id = %s AND lease = %s AND status = %s"
    if _messages.update(values, unchanged, [message.id, message.lease, str(message.status)]) != 1:
        raise _LeaseLost
    for name, value in values.items():
        setattr(message, name, value)


def record_attempt(message: Message, outcome: str, error: str, *, elapsed_ms: int) -> None:
    """Add the attempt to the message's log. The attempts of a message are numbered from 1."""
    row = MessageAttempt(
        workspace_id=message.workspace_id,
        message_id=message.id,
        number=message.attempts,
        outcome=outcome,
        error=error,
        duration_ms=elapsed_ms,
    )
    _attempts.insert([row], conflict="(message_id, number) DO NOTHING")


def _publish(event_type: EventType, message: Message) -> None:
    publish(
        message.workspace_id,
        event_type,
        {"message": MessageOut.render(message)},
        contact_id=message.contact_id,
        request_id=message.request_id,
    )
