"""Claims due messages: whoever claims a message holds its lease and alone may send it.

A claim locks the account, checks everything again under that lock, renders the text once, and takes a lease. Accounts
and messages that another transaction has locked are skipped, so that several workers share the work and none waits
behind one that stands still. A run waits for the lock of an account only when there is nothing else to do, and not for
long.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.sql.bulk import columns_of, fetch, run
from crmsolid.core.sql.prepared_cursor import is_lock_timeout
from crmsolid.core.sql.table import Table
from crmsolid.workspaces import sending_hold
from crmsolid.workspaces.models import where_plan_allows_sending
from messaging.formatting.entities import Formatted, from_json, to_json
from messaging.formatting.source import with_unix_lines
from messaging.formatting.variables import TemplateUnresolved
from messaging.models import Account, AccountState, Message, Status
from messaging.sending import attaching, message_text, quoting, settlement, slots, sources
from messaging.sending.gateway import Outgoing, OutgoingFile
from messaging.sending.settlement import Claim
from messaging.sending.sources import Cancel, Postpone
from messaging.sending.waiting import behind, not_behind

_accounts, _messages, _contacts = Table(Account), Table(Message), Table(Contact)

# A loose index scan: it jumps from account to account through the index of queued messages, so its cost follows the
# number of accounts with a queue and not the length of any queue.
_FIRST_ETA_BY_ACCOUNT = f"""
    WITH RECURSIVE queued(account_id) AS (
        SELECT min(account_id) FROM {_messages.name} WHERE status = 'queued'
        UNION ALL
        SELECT (SELECT min(account_id) FROM {_messages.name} WHERE status = 'queued' AND account_id > queued.account_id)
        FROM queued WHERE queued.account_id IS NOT NULL
    )
    SELECT account_id, (
        SELECT eta FROM {_messages.name} m WHERE status = 'queued' AND account_id = queued.account_id
        AND NOT awaits_upload
        AND NOT {behind("m")} ORDER BY eta, id LIMIT 1
    ) FROM queued WHERE account_id IS NOT NULL
"""
_NO_LEASE = datetime.max.replace(tzinfo=UTC)
_TAKE_LEASES = (
    f"UPDATE {_messages.name} m SET status = 'sending', rendered = true, lease = %s, lease_until = %s, text = r.text,"
    " entities = r.entities::jsonb, slot_at = r.slot_at, unsettled_since = r.unsettled_since, attempts = r.attempts"
    " FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::int[])"
    " AS r (id, text, entities, slot_at, unsettled_since, attempts) WHERE m.id = r.id"
)
_FIRST_DUE = (  # of each account, with an index for each
    f"SELECT {_messages.columns('m')} FROM unnest(%s::bigint[]) AS wanted (id) CROSS JOIN LATERAL ("
    f"SELECT * FROM {_messages.name} q WHERE account_id = wanted.id AND status = 'queued' AND eta <= %s"
    f" AND NOT awaits_upload AND NOT {behind('q')} ORDER BY eta, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED) m"
)
_FIRST_LOST = (
    f"SELECT {_messages.columns('m')} FROM {_messages.name} m WHERE status = 'sending' AND account_id = ANY(%s)"
    f" AND lease_until < %s AND NOT {behind('m')} ORDER BY eta, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED"
)


@dataclass(frozen=True, slots=True)
class QueuedAccount:
    """An account that can send and has messages to send, the first of them at ``first_eta``."""

    id: int
    kind: str
    first_eta: datetime


def queued_accounts() -> list[QueuedAccount]:
    """The accounts that can send, in workspaces whose plan allows sending, and have expired leases or queued messages
    that are not behind one that waits for its retry. Those whose messages have been due for the longest time come
    first. None while sending is held."""
    now = clock.now()
    # One that waits for a retry is due with it. One behind a message that is being sent is due in a moment.
    first = fetch(_FIRST_ETA_BY_ACCOUNT, [_NO_LEASE, now])
    etas = {account_id: eta for account_id, eta in first if eta is not None}
    expired = Message.unscoped.filter(status=Status.SENDING, lease_until__lt=now).order_by()
    for account_id, lease_until in expired.values_list("account_id", "lease_until"):
        etas[account_id] = min(lease_until, etas.get(account_id, now))
    if not etas:
        return []
    accounts = Account.unscoped.filter(may_send(), pk__in=etas)
    queued = [QueuedAccount(pk, kind, etas[pk]) for pk, kind in accounts.values_list("pk", "kind")]
    return sorted(queued, key=lambda account: (account.first_eta, account.id))


def due_messages() -> "QuerySet[Message]":
    """Messages that may be claimed now, on accounts that can send, in workspaces whose plan allows sending. None while
    sending is held."""
    return not_behind(Message.unscoped.filter(_claimable(), may_send("account__")))


def may_send(account: str = "") -> Q:
    """Of accounts, or rows with the path ``account`` to one: that they can send, that their workspace's plan allows
    sending, and that it is not held."""
    workspace = f"{account.removesuffix('account__')}workspace__"
    return _account_can_send(account) & where_plan_allows_sending(workspace) & sending_hold.where_not_held()


def _claimable() -> Q:
    """Queued with an eta that has passed and all files at Telegram, or sending with an expired lease."""
    now = clock.now()
    return Q(status=Status.QUEUED, eta__lte=now, awaits_upload=False) | Q(status=Status.SENDING, lease_until__lt=now)


def _account_can_send(path: str = "") -> Q:
    pause_is_over = Q(**{f"{path}state": AccountState.PAUSED, f"{path}paused_until__lte": clock.now()})
    return Q(**{f"{path}state": AccountState.CONNECTED}) | pause_is_over


@dataclass(frozen=True, slots=True)
class Batch:
    """The claims of a batch; ``unfinished`` are the accounts that may have more due messages, ``locked`` those that
    another transaction held. ``is_whole``: no bug had each account, or each message, claimed alone."""

    claims: Sequence[Claim] = ()
    unfinished: Sequence[int] = ()
    locked: Sequence[int] = ()
    is_whole: bool = True


@transaction.atomic
def claim_batch(account_ids: Sequence[int], limit: int) -> Batch:
    """Claim up to ``limit`` due messages of these accounts, the oldest first and of each account about as many; as many
    again whose leases have expired. A message waits while an earlier one of its thread is unsettled."""
    rows = fetch(
        f"SELECT {_accounts.columns()} FROM {_accounts.name} WHERE id = ANY(%s)"
        " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
        [list(account_ids)],
    )
    accounts = [_accounts.from_row(row) for row in rows]
    return _claim_due(accounts, limit, locked=sorted(set(account_ids) - {account.pk for account in accounts}))


def claim_from_busy_account(account_id: int, limit: int, seconds: float) -> Batch:
    """As :func:`claim_batch` for one account, whose lock is waited for up to ``seconds``.

    An account that is sent to all the time is locked nearly always, and only whoever waits gets its lock in turn.
    """
    try:
        with transaction.atomic():
            run("SELECT set_config('lock_timeout', %s, true)", [f"{max(1, int(seconds * 1000))}ms"])
            return _claim_due(_accounts.select("id = %s", [account_id], lock=True), limit)
    except OperationalError as error:
        if not is_lock_timeout(error):
            raise
        return Batch(locked=[account_id])


def _claim_due(locked_accounts: Sequence[Account], limit: int, locked: Sequence[int] = ()) -> Batch:
    accounts = {account.pk: account for account in locked_accounts if _may_send(account)}
    if not accounts or sending_hold.refuses_claims():
        return Batch(locked=locked)
    per_account = max(1, limit // len(accounts))
    messages = _lock_due(list(accounts), per_account)
    counts = Counter(message.account_id for message in messages)
    unfinished = [pk for pk, count in counts.items() if count >= per_account]
    return Batch(_claim(accounts, messages), unfinished, locked)


@transaction.atomic
def claim(message_id: str) -> Claim | None:
    """Claim one message. None if another worker has it, if it is not due or waits for an earlier one, if its account
    cannot send, if sending is held, if it was moved to a later slot, or if it failed before it could be sent."""
    account_id = Message.unscoped.filter(pk=message_id).values_list("account_id", flat=True).first()
    if account_id is None:
        return None
    [account] = _accounts.select("id = %s", [account_id], lock=True)
    claimable = not_behind(Message.unscoped.filter(_claimable(), pk=message_id))
    may_send = _may_send(account) and not sending_hold.refuses_claims()
    messages = list(claimable.select_for_update(skip_locked=True, no_key=True)) if may_send else []
    return next(iter(_claim({account.pk: account}, messages)), None)


def claim_alone(message_id: str) -> Batch:
    """A batch with the claim of one message, if :func:`claim` gives one."""
    claimed = claim(message_id)
    return Batch([] if claimed is None else [claimed])


def _may_send(account: Account) -> bool:
    """A pause with an end delays the account's messages; a pause without one holds them."""
    is_delayed = account.state == AccountState.PAUSED and account.paused_until is not None
    return account.state == AccountState.CONNECTED or is_delayed


def _lock_due(account_ids: list[int], per_account: int) -> list[Message]:
    """Lock the first due messages of each of these accounts, whose rows are locked."""
    now = clock.now()
    rows = fetch(_FIRST_DUE, [account_ids, now, now, now, per_account])
    rows += fetch(_FIRST_LOST, [account_ids, now, now, now, per_account * len(account_ids)])
    return sorted(map(_messages.from_row, rows), key=lambda message: (message.eta, message.id))


def _claim(accounts: Mapping[int, Account], messages: Sequence[Message]) -> list[Claim]:
    """Take the leases of these messages, which are due; accounts and messages are locked. A message that may not be
    sent yet is moved to a later slot, and one that cannot be sent fails."""
    if not messages:
        return []
    now = clock.now()
    contact_ids = {message.contact_id for message in messages}
    contacts = {contact.id: contact for contact in _contacts.select("id = ANY(%s)", [list(contact_ids)])}
    for message in messages:
        # For the events.
        message.contact, message.account = contacts[message.contact_id], accounts[message.account_id]
    files = attaching.outgoing_files(messages)
    messages = _without_refused(accounts, contacts, messages, files)
    unpaused: dict[Account, list[Message]] = defaultdict(list)
    for message in messages:
        if slots.earliest_send(accounts[message.account_id], now) == now:
            unpaused[accounts[message.account_id]].append(message)
    free = slots.accounts_with_free_slots(unpaused, now)
    claims, together = [], []
    for message in messages:
        account = accounts[message.account_id]
        if account.pk in free:
            together.append(message)
            continue
        slot = slots.next_send_time(account, slots.earliest_send(account, now), exclude_id=message.id)
        if slot.at > now:
            _postpone(message, account, slot)
        else:  # at once, because the slots of the account's next message depend on it
            claims += _take_leases(accounts, contacts, [message], files)
    return claims + _take_leases(accounts, contacts, together, files)


def _without_refused(
    accounts: Mapping[int, Account],
    contacts: Mapping[str, Contact],
    messages: Sequence[Message],
    files: Mapping[str, tuple[OutgoingFile, ...]],
) -> list[Message]:
    """The messages that their sources let pass; the others are canceled or postponed."""
    # One that has Telegram's id was sent already, and only has to be settled; of an album the rest has to be sent.
    unsent = [each for each in messages if not attaching.has_arrived(each, files.get(each.id, ()))]
    decisions = sources.check(unsent, contacts)
    for message in messages:
        match decisions.get(message.id):
            case Cancel(reason):
                _record_lost_leases([message])
                settlement.cancel(message, reason)
            case Postpone(until, delayed_by):
                account = accounts[message.account_id]
                earliest = max(until, slots.earliest_send(account, clock.now()))
                slot = slots.next_send_time(account, earliest, exclude_id=message.id)
                _postpone(message, account, slots.Slot(slot.at, slot.delayed_by or delayed_by))
    return [message for message in messages if message.id not in decisions]


def _postpone(message: Message, account: Account, slot: slots.Slot) -> None:
    _record_lost_leases([message])
    settlement.end_lease(
        message,
        status=Status.QUEUED,
        eta=slot.at,
        # A message that may have arrived keeps the slot it has.
        slot_at=slot.at if message.unsettled_since is None else message.slot_at,
        delayed_by=slot.delayed_by or settlement.reason_to_wait(account, slot.at),
    )


def _record_lost_leases(messages: Sequence[Message]) -> None:
    lost = [message for message in messages if message.status == Status.SENDING]
    settlement.record_attempts([(message, "lost", "lease_expired", 0) for message in lost])


def _take_leases(
    accounts: Mapping[int, Account],
    contacts: Mapping[str, Contact],
    messages: Sequence[Message],
    files: Mapping[str, tuple[OutgoingFile, ...]],
) -> list[Claim]:
    texts = {
        message.id: text
        for message in messages
        if (text := _text_to_send(message, contacts[message.contact_id], files.get(message.id, ()))) is not None
    }
    sendable = [message for message in messages if message.id in texts]
    if not sendable:
        return []
    _record_lost_leases(sendable)
    now, lease = clock.now(), uuid4().hex
    lease_until = now + timedelta(seconds=settings.SEND_LEASE_SECONDS)
    claims, rows = [], []
    quoted = quoting.quoted_by(sendable)
    for message in sendable:
        previous_attempt_at = message.unsettled_since
        message.status, message.lease, message.lease_until = Status.SENDING, lease, lease_until
        text = texts[message.id]
        message.text, message.entities, message.rendered = text.text, to_json(text.entities), True
        # An earlier attempt may have arrived, at the slot that it took: then the slot stays.
        message.slot_at = now if previous_attempt_at is None else message.slot_at
        message.unsettled_since = previous_attempt_at or now
        message.attempts += 1
        entities = json.dumps(message.entities)
        rows.append((message.id, message.text, entities, message.slot_at, message.unsettled_since, message.attempts))
        quotes = quoted.get(message.id, quoting.NOTHING)
        outgoing = Outgoing(
            message_id=message.id,
            workspace_id=message.workspace_id,
            account_id=message.account_id,
            random_id=message.random_id,
            recipient=message.recipient,
            text=message.text,
            attempt=message.attempts,
            previous_attempt_at=previous_attempt_at,
            entities=text.entities,
            link_preview=message.link_preview,
            files=files.get(message.id, ()),
            reply_to=quotes.reply_to,
            quote=quotes.quote,
            quote_offset=quotes.offset,
        )
        claims.append(Claim(message, accounts[message.account_id], outgoing, lease))
    run(_TAKE_LEASES, [lease, lease_until, *columns_of(rows)])
    return claims


def _text_to_send(message: Message, contact: Contact, files: Sequence[OutgoingFile]) -> Formatted | None:
    """The rendered text. None after failing the message: the contact opted out, a file of it was deleted, or the text
    cannot be rendered."""
    if attaching.has_arrived(message, files):
        return Formatted(message.text, from_json(message.entities))  # it was sent already, or a part of it
    if contact.opted_out:
        settlement.fail_unsent(message, "contact_opted_out", "the contact asked for no more messages")
        return None
    if message.kind != attaching.TEXT and not files:
        settlement.fail_unsent(message, *attaching.FILE_GONE)
        return None
    if message.rendered and (message.text or files):
        # Older ones were stored as a browser sent them.
        return Formatted(with_unix_lines(message.text), from_json(message.entities))
    try:
        return message_text.render_for(contact, message.text, message.format, caption=bool(files))
    except TemplateUnresolved as error:
        settlement.fail_unsent(message, "template_unresolved", str(error))
    except ValueError as error:
        settlement.fail_unsent(message, "text_length", str(error))
    return None
