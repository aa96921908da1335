"""Accepts the messages that the product makes by itself, many at a time: of sequences, and later of broadcasts.

They differ from direct sends in two ways: some of an account's sends of a day are left to direct sends, and where no
slot is free the maker waits for one, so that it can decide again when the time has come.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle

from django.conf import settings
from django.db.models import Case, F, When

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.workspaces.authors import Author
from messaging import team
from messaging.authors import columns_of
from messaging.formatting.entities import Formatted, to_json
from messaging.models import (
    Account,
    AccountState,
    Attachment,
    Direction,
    File,
    Message,
    Status,
    Thread,
    WaitingFor,
    account_state,
)
from messaging.sending import attaching, slots, sources
from messaging.sending.attaching import ToAttach

# When to ask again whether somebody has logged an account in, or ended a pause without an end.
RETRY_ACCOUNT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be sent before ``until``, for this reason. At that time the maker asks again. Without ``has_end``
    nobody knows when the reason ends."""

    until: datetime
    reason: WaitingFor
    has_end: bool = True


@dataclass(frozen=True, slots=True)
class AutomaticMessage:
    """A message to accept: its text is rendered, its slot is one of :func:`reserve_slots`. ``attachments`` are the ids
    of its files."""

    account: Account
    contact: Contact
    text: Formatted
    slot_at: datetime
    request_id: str = ""
    attachments: tuple[str, ...] = ()


def recipient_of(contact: Contact) -> str:
    """How the contact is addressed on Telegram; empty if no identity there is known."""
    return f"@{contact.username}" if contact.username else str(contact.telegram_id or "")


def choose_accounts(
    account_ids: Sequence[int], contact_ids: Sequence[str], *, after: int | None = None, share_out: bool = True
) -> dict[str, int]:
    """Which of these accounts is to write to each of these contacts: the one with the oldest conversation with the
    contact. Contacts without one are shared out, beginning with the account that follows ``after``; or they are left
    out, for a maker that gives them to whichever account has free slots.
    """
    if len(account_ids) == 1:
        return dict.fromkeys(contact_ids, account_ids[0])
    threads = Thread.unscoped.filter(account__in=account_ids, contact__in=contact_ids)
    oldest = threads.order_by("contact_id", "created_at", "id").distinct("contact_id")
    chosen = dict(oldest.values_list("contact_id", "account_id"))
    if share_out:
        first = account_ids.index(after) + 1 if after in account_ids else 0
        turns = cycle([*account_ids[first:], *account_ids[:first]])
        chosen |= {contact_id: next(turns) for contact_id in contact_ids if contact_id not in chosen}
    return chosen


def daily_limit(account: Account) -> int:
    """How many automatic messages the account may send in 24 hours at most."""
    return max(1, account.daily_limit - settings.DIRECT_SENDS_RESERVED)


def reserve_slots(account: Account, now: datetime, wanted: int) -> tuple[list[datetime], Wait | None]:
    """Slots for up to ``wanted`` automatic messages from now on, and what further ones wait for, None if nothing.

    The account's row must be locked; the slots are taken once messages with them are stored.
    """
    state = account_state(account)
    if state != AccountState.CONNECTED:
        until = account.paused_until if state == AccountState.PAUSED else None
        reason = WaitingFor(f"account_{state}")
        return [], Wait(until or now + RETRY_ACCOUNT, reason, has_end=until is not None)
    reserved, next_free = slots.slots_for_automatic_sends(account, now, wanted, daily_limit(account))
    return reserved, None if next_free is None else Wait(next_free, WaitingFor.DAILY_LIMIT)


def accept(source: str, wanted: Sequence[AutomaticMessage], author: Author) -> list[Message]:
    """Queue these messages of this author, each due at its slot, and return them in their order. One whose files are
    not all there any more fails at its claim.

    Accounts and contacts must be locked. Runs in the caller's transaction.
    """
    if not wanted:
        return []
    now, threads = clock.now(), _upsert_threads(wanted)
    messages = [
        Message(
            workspace_id=each.account.workspace_id,
            account_id=each.account.pk,
            contact_id=each.contact.id,
            thread_id=threads[each.account.pk, each.contact.id],
            direction=Direction.OUT,
            status=Status.QUEUED,
            recipient=recipient_of(each.contact),
            source=source,
            text=each.text.text,
            entities=to_json(each.text.entities),
            rendered=True,
            request_id=each.request_id,
            eta=each.slot_at,
            slot_at=each.slot_at,
            delayed_by=WaitingFor.GAP.value if each.slot_at > now else "",
            created_at=now,
            **columns_of(author),
        )
        for each in wanted
    ]
    attachments = _attach(wanted, messages)
    Message.unscoped.bulk_create(messages)
    Attachment.unscoped.bulk_create(attachments)
    return messages


def _attach(wanted: Sequence[AutomaticMessage], messages: Sequence[Message]) -> list[Attachment]:
    with_files = [(each, message) for each, message in zip(wanted, messages, strict=True) if each.attachments]
    if not with_files:
        return []
    ids: dict[int, set[str]] = defaultdict(set)
    for each, _ in with_files:
        ids[each.account.workspace_id].update(each.attachments)
    found: dict[str, File] = {}
    for workspace_id, wanted_ids in sorted(ids.items()):
        found |= attaching.lock_files(workspace_id, wanted_ids)
    return attaching.attach(
        [
            ToAttach(
                message,
                each.account,
                [found[pk] for pk in each.attachments if pk in found],
                is_complete=all(pk in found for pk in each.attachments),
            )
            for each, message in with_files
        ]
    )


def _upsert_threads(wanted: Sequence[AutomaticMessage]) -> dict[tuple[int, str], str]:
    """The id of the thread of each account and contact; those that are new are created."""
    now = clock.now()
    pairs = {(each.contact.id, each.account.pk): each.account.workspace_id for each in wanted}
    new = [
        Thread(workspace_id=pairs[contact_id, account_id], account_id=account_id, contact_id=contact_id)
        for contact_id, account_id in sorted(pairs)
    ]
    Thread.unscoped.bulk_create(new, ignore_conflicts=True)
    threads = Thread.unscoped.filter(
        account__in={each.account.pk for each in wanted}, contact__in={each.contact.id for each in wanted}
    )
    rows = threads.values_list("pk", "account_id", "contact_id")
    found = {(account_id, contact_id): pk for pk, account_id, contact_id in rows if (contact_id, account_id) in pairs}
    Thread.unscoped.filter(pk__in=found.values(), last_message_at__lt=now).update(last_message_at=now)
    return found


def cancel_queued(message_ids: Sequence[str], reason: str, *, only_unsent: bool = False) -> None:
    """Cancel those of these messages that are still queued; ``reason`` becomes their ``error``.

    ``only_unsent`` leaves those that an earlier attempt may have sent. Runs in the caller's transaction. What is being
    sent at this moment is sent. So is one whose id Telegram has told: it only has to be settled.
    """
    rows = Message.unscoped.filter(attaching.nothing_arrived(), pk__in=message_ids, status=Status.QUEUED)
    if only_unsent:
        rows = rows.filter(unsettled_since=None)
    cancel(rows.order_by("pk").select_for_update(no_key=True), reason)


def cancel(locked: Iterable[Message], reason: str = "") -> list[Message]:
    """Cancel these messages, whose rows are locked, and tell their sources. An attempt whose result is unknown still
    counts against the daily limit, so a message that may have arrived keeps its slot."""
    canceled = list(locked)
    Message.unscoped.filter(pk__in=[message.pk for message in canceled]).update(
        status=Status.CANCELED,
        error=reason,
        awaits_upload=False,
        lease="",
        lease_until=None,
        slot_at=Case(When(unsettled_since__isnull=False, then=F("slot_at"))),
    )
    for message in canceled:
        message.status, message.error = Status.CANCELED, reason
    team.forget([message.pk for message in canceled if message.source == "direct"])
    sources.settled(canceled)
    return canceled
