"""How an attempt ends: sent, failed, or back in the queue. Each change happens once, and its event with it.

Locks are taken in one order everywhere: account, contact, thread, message.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.sql.table import Table
from crmsolid.events.publishing import publish
from messaging import threads
from messaging.events import MESSAGE_FAILED, MESSAGE_SENT
from messaging.inbox import note_activity
from messaging.models import Account, AccountState, Message, MessageAttempt, Status
from messaging.sending import slots
from messaging.sending.gateway import Delivered, SendError
from messaging.serializers import MessageOut

logger = logging.getLogger("crmsolid.messaging")

DEFAULT_RETRY_SECONDS = 5.0
MAX_RETRY_SECONDS = 600.0

_messages, _attempts, _contacts, _accounts = Table(Message), Table(MessageAttempt), Table(Contact), Table(Account)


class _LostLease(Exception):
    """Somebody else has taken the message over meanwhile; all of this settlement is undone."""


def settle(
    message: Message,
    account: Account,
    result: Delivered | SendError,
    elapsed_ms: int,
    *,
    earlier: datetime | None = None,
) -> bool:
    """Write the end of an attempt; False if the lease was lost (its new holder settles it) or the person erased.

    ``earlier``: the first attempt before this one whose end is unknown.
    """
    try:
        with transaction.atomic():
            if isinstance(result, Delivered):
                _sent(message, account, result, elapsed_ms, earlier)
            elif result.permanent:
                _failed(message, result, elapsed_ms)
            else:
                _again(message, account, result, elapsed_ms, earlier)
        return True
    except _LostLease:
        logger.warning("an attempt outlived its lease", extra={"message_id": message.id})
        return False


def _sent(message: Message, account: Account, result: Delivered, elapsed_ms: int, earlier: datetime | None) -> None:
    now = clock.now()
    contacts = _contacts.select("id = %s", [message.contact_id], lock=True)
    if not contacts:
        raise _LostLease  # the person was erased meanwhile, and the message with them
    contact = contacts[0]
    note_activity(contact, now, outgoing=True)
    threads.touch(account, contact, now)
    _move(
        message,
        status=Status.SENT,
        sent_at=now,
        slot_at=now if earlier is not None and not result.duplicate else message.slot_at,
        telegram_message_id=_free_id(message, result.telegram_message_id),
        error="",
        error_detail="",
    )
    note_attempt(message, "duplicate" if result.duplicate else "sent", "", elapsed_ms)
    publish(message.workspace_id, MESSAGE_SENT, {"message": MessageOut.render(message)}, contact_id=contact.id)


def _free_id(message: Message, telegram_message_id: int | None) -> int | None:
    """Telegram's id, unless another row of the thread has it: then this message goes without rather than not at all."""
    taken = Message.unscoped.filter(thread_id=message.thread_id, telegram_message_id=telegram_message_id)
    return None if telegram_message_id is None or taken.exclude(pk=message.pk).exists() else telegram_message_id


def _failed(message: Message, error: SendError, elapsed_ms: int) -> None:
    """A refusal by Telegram for good. It was a send all the same: its slot stays taken."""
    _move(message, status=Status.FAILED, error=error.code, error_detail=error.detail[:200])
    note_attempt(message, "failed", error.code, elapsed_ms)
    _publish_failed(message)


def fail_unsent(message: Message, code: str, detail: str) -> None:
    """Failed before anything left: the slot is free again, unless an earlier attempt may have arrived.

    In the claim's transaction.
    """
    values = {
        "status": Status.FAILED,
        "error": code,
        "error_detail": detail[:200],
        "slot_at": None if message.unsettled_since is None else message.slot_at,
        "lease": "",
        "lease_until": None,
    }
    _messages.update(values, "id = %s", [message.id])
    for name, value in values.items():
        setattr(message, name, value)
    _publish_failed(message)


def _publish_failed(message: Message) -> None:
    data = {"message": MessageOut.render(message)}
    publish(message.workspace_id, MESSAGE_FAILED, data, contact_id=message.contact_id)


def _again(message: Message, account: Account, error: SendError, elapsed_ms: int, earlier: datetime | None) -> None:
    """Back to the queue with a later eta; a wait that Telegram asked of all the account pauses it.

    The slot moves along, but not that of a message which may have arrived.
    """
    locked = _accounts.select("id = %s", [account.pk], lock=True)[0]
    growing = min(DEFAULT_RETRY_SECONDS * 2 ** min(message.attempts - 1, 10), MAX_RETRY_SECONDS)
    wait = error.retry_after if error.retry_after is not None else growing
    until = clock.now() + timedelta(seconds=wait)
    _change_account(locked, error, until)
    eta = slots.next_slot(locked, slots.earliest(locked, until), but=message.id)
    unsettled = earlier if error.unsent else message.unsettled_since
    _move(
        message,
        status=Status.QUEUED,
        eta=eta,
        slot_at=eta if unsettled is None else message.slot_at,
        unsettled_since=unsettled,
        error=error.code,
        error_detail=error.detail[:200],
    )
    note_attempt(message, "retry", error.code, elapsed_ms)


def _change_account(account: Account, error: SendError, until: datetime) -> None:
    """The account's row is locked. A longer pause, or one without an end, stays."""
    if error.account_state in (AccountState.NEEDS_LOGIN, AccountState.BANNED):
        account.state, account.paused_until = error.account_state, None
    elif error.retry_after is None or not error.pauses_account:
        return
    elif account.state == AccountState.CONNECTED:
        account.state, account.paused_until = AccountState.PAUSED, until
    elif account.state == AccountState.PAUSED and account.paused_until is not None:
        account.paused_until = max(until, account.paused_until)
    else:
        return
    _accounts.update({"state": account.state, "paused_until": account.paused_until}, "id = %s", [account.pk])


def _move(message: Message, **values: Any) -> None:
    """Change the message while the lease is ours; :class:`_LostLease` otherwise."""
    values |= {"lease": "", "lease_until": None}
    held = "id = %s AND lease = %s AND status = 'sending'"
    if _messages.update(values, held, [message.id, message.lease]) != 1:
        raise _LostLease
    for name, value in values.items():
        setattr(message, name, value)


def note_attempt(message: Message, outcome: str, error: str, elapsed_ms: int) -> None:
    """One row per attempt, numbered from 1."""
    row = MessageAttempt(
        workspace_id=message.workspace_id,
        message_id=message.id,
        number=message.attempts,
        outcome=outcome,
        error=error,
        duration_ms=elapsed_ms,
    )
    _attempts.insert([row], conflict="(message_id, number) DO NOTHING")
