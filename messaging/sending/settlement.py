"""Settles attempts: the message is sent, has failed, or goes back to the queue.

Each change of status is written once, together with its event and its row in the log of attempts, and only while the
attempt still holds its lease. What was sent or refused is settled many at a time, in a few statements; what goes back
to the queue needs the lock of its account and is settled one at a time. Locks are taken in one order everywhere:
account, contact, enrollment, thread, message, step run.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from contacts import activity
from contacts.activity import Sent
from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.batches import go_on_after_error, together_or_alone
from crmsolid.core.sql.bulk import columns_of, fetch, run
from crmsolid.core.sql.table import Table
from crmsolid.events.publishing import NewEvent, publish_all
from messaging import querysets, team
from messaging.account_states import set_state
from messaging.authors import of_message
from messaging.models import (
    CANNOT_SEND,
    Account,
    AccountState,
    Attachment,
    Message,
    MessageAttempt,
    Status,
    Thread,
    WaitingFor,
)
from messaging.representations import MESSAGE_FAILED, MESSAGE_SENT, MessageOut
from messaging.sending import slots, sources
from messaging.sending.gateway import Delivered, Outgoing, SendError
from messaging.threads import received, state

logger = logging.getLogger("crmsolid.messaging")

FIRST_RETRY_SECONDS = 5.0
MAX_RETRY_SECONDS = 600.0

_messages, _attempts, _contacts, _accounts = Table(Message), Table(MessageAttempt), Table(Contact), Table(Account)
_threads, _parts = Table(Thread), Table(Attachment)

# The fields of a message that a result changes, and the types of their columns.
_FINAL = {
    "status": "text",
    "sent_at": "timestamptz",
    "slot_at": "timestamptz",
    "telegram_message_id": "bigint",
    "error": "text",
    "error_detail": "text",
}
_SETTLE = (
    f"UPDATE {_messages.name} m SET status = r.status, sent_at = r.sent_at, slot_at = r.slot_at,"
    " telegram_message_id = coalesce(m.telegram_message_id, r.telegram_message_id),"
    " error = r.error, error_detail = r.error_detail, lease = '', lease_until = NULL"
    f" FROM unnest(%s::text[], %s::text[], {', '.join(f'%s::{type}[]' for type in _FINAL.values())})"
    f" AS r (id, lease, {', '.join(_FINAL)}) WHERE m.id = r.id AND m.lease = r.lease AND m.status = 'sending'"
    " RETURNING m.id, m.telegram_message_id"
)
_RELEASE = (
    f"UPDATE {_messages.name} m SET status = 'queued', slot_at = r.slot_at, unsettled_since = r.unsettled_since,"
    " attempts = attempts - 1, lease = '', lease_until = NULL"
    " FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])"
    " AS r (id, lease, slot_at, unsettled_since) WHERE m.id = r.id AND m.lease = r.lease AND m.status = 'sending'"
)
_LEARN_PARTS = (
    f"UPDATE {_parts.name} p SET telegram_message_id = r.telegram_id"
    " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS r (account_id, random_id, telegram_id)"
    " WHERE p.account_id = r.account_id AND p.random_id = r.random_id AND p.telegram_message_id IS NULL"
)
_OTHERS_WITH_ID = (
    "SELECT m.thread_id, m.telegram_message_id, m.source, r.id"
    " FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS r (thread_id, telegram_id, id)"
    f" JOIN {_messages.name} m ON m.thread_id = r.thread_id AND m.telegram_message_id = r.telegram_id AND m.id <> r.id"
)


@dataclass(slots=True, eq=False)
class Claim:
    """A message that this worker alone may send until ``message.lease_until``."""

    message: Message
    account: Account
    outgoing: Outgoing
    lease: str


@dataclass(slots=True, eq=False)
class Attempt:
    """A claim that has been tried, and what came of it."""

    claim: Claim
    result: Delivered | SendError
    elapsed_ms: int


class _LeaseLost(Exception):
    """The lease is no longer held: nothing may be written."""


def settle(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Write the results of these attempts, and return those that were settled.

    An attempt that lost its lease, or whose contact was erased with the message, writes nothing: the worker that
    recovered the message settles it. If settling them together fails, each is settled alone. One that cannot be settled
    alone either is logged; its lease ends, and the next attempt finds out whether it had arrived.
    """
    final = [each for each in attempts if isinstance(each.result, Delivered) or each.result.permanent]
    settled: list[Attempt] = []
    if final:
        batches = together_or_alone(
            lambda: _settle_final(final),
            final,
            lambda attempt: _settle_final([attempt]),
            logger=logger,
            what="message",
            id_of=_message_id,
        )
        settled += [attempt for batch in batches for attempt in batch]
    for attempt in attempts:
        if attempt not in final:
            with go_on_after_error(logger, "this message failed alone", message_id=_message_id(attempt)):
                settled += _requeue(attempt)
    return settled


def _message_id(attempt: Attempt) -> str:
    return attempt.claim.message.id


@transaction.atomic
def _settle_final(attempts: Sequence[Attempt]) -> list[Attempt]:
    now = clock.now()
    contact_ids = {each.claim.message.contact_id for each in attempts}
    thread_ids = {each.claim.message.thread_id for each in attempts}
    for table, ids in ((_contacts, contact_ids), (_threads, thread_ids)):
        fetch(f"SELECT id FROM {table.name} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [sorted(ids)])
    settled = _update_messages(attempts, now)
    _learn_parts(settled)
    messages = [each.claim.message for each in settled]
    sent = [message for message in messages if message.status == Status.SENT]
    events = _record_sent(sent, now) if sent else []
    failed = [message.thread_id for message in messages if message.status == Status.FAILED]
    if failed:
        state.record_failed(failed, now)
    record_attempts([(each.claim.message, *_outcome(each.result), each.elapsed_ms) for each in settled])
    publish_status(messages)
    if events:
        publish_all(None, events)
    sources.settled(messages)
    return settled


def _learn_parts(settled: Sequence[Attempt]) -> None:
    """Store the ids of the files of what was sent: that of the first one is the id of the message."""
    rows = []
    for each in settled:
        if isinstance(each.result, Delivered) and each.claim.outgoing.files:
            message = each.claim.message
            ids = {**each.result.part_ids, message.random_id: message.telegram_message_id}
            rows += [(message.account_id, random_id, number) for random_id, number in ids.items() if number is not None]
    if rows:
        run(_LEARN_PARTS, columns_of(rows))


def _record_sent(sent: Sequence[Message], now: datetime) -> list[NewEvent]:
    """What sent messages change about their contacts and threads; returns the events of it."""
    by_contact = {m.contact_id: Sent(m.workspace_id, m.request_id, of_message(m)) for m in sent}
    events = activity.record_sent(by_contact, now)
    state.record_sent([message.thread_id for message in sent], now)
    put_off = [message for message in sent if _was_put_off(message)]
    if put_off:
        team.record_sent(put_off, now)
        state.find_waiting([message.thread_id for message in put_off])
    return events


def _was_put_off(message: Message) -> bool:
    """Whether it is an answer that was planned or delayed: it counts only now that it is sent."""
    return message.source == "direct" and message.eta is not None and message.eta > message.created_at


def _outcome(result: Delivered | SendError) -> tuple[str, str]:
    """The outcome and the error in the log of attempts."""
    if isinstance(result, SendError):
        return "failed", result.code
    return "duplicate" if result.duplicate else "sent", ""


def _update_messages(attempts: Sequence[Attempt], now: datetime) -> list[Attempt]:
    """Write the final status of the messages that still carry the lease of their attempt, and return their attempts."""
    taken = _taken_telegram_ids(attempts)
    values = {each.claim.message.id: _final_values(each, now, taken) for each in attempts}
    rows = []
    for each in attempts:
        new = {**each.claim.message.__dict__, **values[each.claim.message.id]}
        rows.append((each.claim.message.id, each.claim.lease, *(new[name] for name in _FINAL)))
    ids = dict(fetch(_SETTLE, columns_of(rows)))
    settled = []
    for each in attempts:
        message = each.claim.message
        if message.id in ids:
            _set(message, {**values[message.id], "telegram_message_id": ids[message.id]})
            settled.append(each)
        else:
            _warn_lost(each)
    return settled


def _warn_lost(attempt: Attempt) -> None:
    logger.warning("an attempt lost its lease", extra={"message_id": attempt.claim.message.id})


def _final_values(attempt: Attempt, now: datetime, taken: Collection[tuple[str, int]]) -> dict[str, Any]:
    """The columns that a result changes. ``taken`` are Telegram's ids that another message of the thread has."""
    message, result = attempt.claim.message, attempt.result
    values: dict[str, Any] = {"lease": "", "lease_until": None}
    if isinstance(result, SendError):  # a refused attempt counts against the daily limit, so the slot stays taken
        return values | {
            "status": Status.FAILED.value,
            "error": result.code,
            "error_detail": result.detail[:200],
        }
    is_first = attempt.claim.outgoing.previous_attempt_at is None
    # Without the id if it is taken: a message that was sent must not fail on the unique key. One that Telegram reported
    # meanwhile stays.
    telegram_id = result.telegram_message_id
    return values | {
        "status": Status.SENT.value,
        "sent_at": now,
        "slot_at": message.slot_at if is_first or result.duplicate else now,
        "telegram_message_id": None if (message.thread_id, telegram_id) in taken else telegram_id,
        "error": "",
        "error_detail": "",
    }


def _taken_telegram_ids(attempts: Sequence[Attempt]) -> set[tuple[str, int]]:
    """The pairs of thread and Telegram id, of those that were delivered and of their parts, which another message has
    already. One that was stored as typed on the phone, before the id told whose it is, is deleted."""
    rows = [
        (each.claim.message.thread_id, number, each.claim.message.id)
        for each in attempts
        if isinstance(each.result, Delivered)
        for number in {each.result.telegram_message_id, *each.result.part_ids.values()}
        if number is not None
    ]
    if not rows:
        return set()
    taken = fetch(_OTHERS_WITH_ID, columns_of(rows))
    messages = {each.claim.message.id: each.claim.message for each in attempts}
    for _, telegram_id, source, message_id in taken:
        if source == "phone":
            received.take_id(messages[message_id], telegram_id)
    return {(thread_id, telegram_id) for thread_id, telegram_id, source, _ in taken if source != "phone"}


def _requeue(attempt: Attempt) -> list[Attempt]:
    """Queue the message again with a later eta; pause the account if Telegram asked it to wait. Returns the attempt,
    if it held its lease.

    The message's slot moves to the new eta. An attempt whose result is unknown still counts against the daily limit,
    so a message that may have arrived keeps the slot it has.
    """
    message, error = attempt.claim.message, attempt.result
    assert isinstance(error, SendError)
    try:
        with transaction.atomic():
            account = lock_account(message.account_id)
            retry_at = clock.now() + timedelta(seconds=seconds_until_retry(error, message.attempts))
            apply_to_account(account, error, retry_at)
            earliest = slots.earliest_send(account, retry_at)
            slot = slots.next_free_slot(account, earliest, exclude_id=message.id)
            unsettled_since = attempt.claim.outgoing.previous_attempt_at if error.unsent else message.unsettled_since
            end_lease(
                message,
                status=Status.QUEUED,
                eta=slot.at,
                slot_at=slot.at if unsettled_since is None else message.slot_at,
                delayed_by=slot.delayed_by or reason_to_wait(account, earliest),
                unsettled_since=unsettled_since,
                error=error.code,
                error_detail=error.detail[:200],
            )
            record_attempts([(message, "retry", error.code, attempt.elapsed_ms)])
    except _LeaseLost:
        _warn_lost(attempt)
        return []
    return [attempt]


def lock_account(account_id: int) -> Account:
    """The account, locked."""
    return _accounts.select("id = %s", [account_id], lock=True)[0]


def seconds_until_retry(error: SendError, attempts: int) -> float:
    """The wait that Telegram asks for; else 5 s after the first attempt, doubling up to 10 minutes."""
    backoff = min(FIRST_RETRY_SECONDS * 2 ** min(attempts - 1, 10), MAX_RETRY_SECONDS)
    return error.retry_after if error.retry_after is not None else backoff


def reason_to_wait(account: Account, until: datetime) -> str:
    """Why a message waits until then, if its slot does not say so: for the account's pause, or for its own time."""
    is_pause = account.state == AccountState.PAUSED and account.paused_until == until
    return WaitingFor.ACCOUNT_PAUSED if is_pause else WaitingFor.ETA


def apply_to_account(account: Account, error: SendError, paused_until: datetime) -> None:
    """Write the account's new state, if the error has one. The account's row is locked.

    A pause never becomes shorter, and a pause without an end stays.
    """
    if error.account_state in CANNOT_SEND:
        set_state(account.workspace_id, account, error.account_state)
    elif error.retry_after is None or not error.pauses_account:
        return
    elif account.state == AccountState.CONNECTED:
        set_state(account.workspace_id, account, AccountState.PAUSED, paused_until)
    elif account.state == AccountState.PAUSED and account.paused_until is not None:
        set_state(account.workspace_id, account, AccountState.PAUSED, max(paused_until, account.paused_until))


def release(claims: Sequence[Claim]) -> None:
    """Queue claimed messages that were not tried again, as they were before. A claim that lost its lease is ignored."""
    rows = []
    for claim in claims:
        message, previous = claim.message, claim.outgoing.previous_attempt_at
        slot_at = message.eta if previous is None else message.slot_at
        rows.append((message.id, claim.lease, slot_at, previous))
    if rows:
        run(_RELEASE, columns_of(rows))


def fail_unsent(message: Message, code: str, detail: str) -> None:
    """Fail a message that cannot be sent, in the transaction of its claim.

    Its slot is free again, unless an earlier attempt may have arrived.
    """
    slot_at = None if message.unsettled_since is None else message.slot_at
    end_lease(
        message, status=Status.FAILED, error=code, error_detail=detail[:200], slot_at=slot_at, awaits_upload=False
    )
    state.record_failed([message.thread_id], clock.now())
    publish_status([message])
    sources.settled([message])


def cancel(message: Message, reason: str) -> None:
    """Cancel a message whose source does not want it sent any more, in the transaction of its claim.

    Its slot is free again, unless an earlier attempt may have arrived.
    """
    slot_at = None if message.unsettled_since is None else message.slot_at
    end_lease(message, status=Status.CANCELED, error=reason, slot_at=slot_at, awaits_upload=False)
    sources.settled([message])


def end_lease(message: Message, **values: Any) -> None:
    """Change the message and end its lease. :class:`_LeaseLost` if another attempt has changed the row meanwhile."""
    values |= {"lease": "", "lease_until": None}
    unchanged = "id = %s AND lease = %s AND status = %s"
    if _messages.update(values, unchanged, [message.id, message.lease, str(message.status)]) != 1:
        raise _LeaseLost
    _set(message, values)


def _set(message: Message, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(message, name, value)


def record_attempts(rows: Sequence[tuple[Message, str, str, int]]) -> None:
    """Add to the log of attempts: message, outcome, error, milliseconds. Those of a message are numbered from 1."""
    now = clock.now()
    values = [
        {
            "workspace_id": message.workspace_id,
            "message_id": message.id,
            "number": message.attempts,
            "at": now,
            "outcome": outcome,
            "error": error,
            "duration_ms": elapsed_ms,
        }
        for message, outcome, error, elapsed_ms in rows
    ]
    _attempts.insert(values, conflict="(message_id, number) DO NOTHING")


def publish_status(messages: Sequence[Message]) -> None:
    """Publish that these messages were sent or have failed, in the transaction that says so."""
    querysets.with_attachments(messages)
    querysets.with_names(messages)
    publish_all(
        None,
        [
            NewEvent(
                MESSAGE_SENT if message.status == Status.SENT else MESSAGE_FAILED,
                {"message": MessageOut.render(message)},
                message.contact_id,
                message.request_id,
                message.workspace_id,
                account_id=message.account_id,
                by=of_message(message),
            )
            for message in messages
        ],
    )
