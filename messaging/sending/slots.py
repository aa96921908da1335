"""Enforces the daily limit of an account and the gap between its sends.

A message reserves a slot (``Message.slot_at``) when it is accepted; once it is sent, the slot is the time of sending.
The slots of any 24 hours are at most ``Account.daily_limit``. The limit is checked under the account's row lock each
time: when a message is accepted (:func:`slot_for_direct_send`), claimed (:func:`accounts_with_free_slots`,
:func:`next_send_time`) or requeued (:func:`next_free_slot`).
"""

import math
from bisect import insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import DomainError
from crmsolid.core.sql.bulk import fetch
from messaging.models import Account, AccountKind, AccountState, Message, SpentSlot, Status, WaitingFor

DAY = timedelta(hours=24)

_COUNT_AND_LATEST = (
    "SELECT count(*), max(slot_at) FROM ("
    'SELECT slot_at FROM "messaging_message" WHERE account_id = %s AND slot_at > %s AND id <> %s'
    ' UNION ALL SELECT slot_at FROM "messaging_spentslot" WHERE account_id = %s AND slot_at > %s) AS slots'
)
_COUNT_BY_ACCOUNT = (
    "SELECT account_id, count(*) FROM ("
    'SELECT account_id FROM "messaging_message" WHERE account_id = ANY(%s) AND slot_at > %s'
    ' UNION ALL SELECT account_id FROM "messaging_spentslot" WHERE account_id = ANY(%s) AND slot_at > %s'
    ") AS slots GROUP BY account_id"
)


@dataclass(frozen=True, slots=True)
class Slot:
    """An instant at which a message may be sent, and what made it later than asked for: a value of ``WaitingFor``,
    empty if nothing did."""

    at: datetime
    delayed_by: str = ""


def gap_between_sends(account: Account) -> timedelta:
    """The least time between two sends of the account: none for a sandbox."""
    return timedelta(seconds=settings.TELEGRAM_GAP_SECONDS if account.kind == AccountKind.TELEGRAM else 0)


def earliest_send(account: Account, now: datetime, send_at: datetime | None = None) -> datetime:
    """The latest of ``now``, ``send_at`` and the end of the account's pause."""
    earliest = max(send_at or now, now)
    if account.state == AccountState.PAUSED and account.paused_until is not None:
        earliest = max(earliest, account.paused_until)
    return earliest


def slot_for_direct_send(account: Account, not_before: datetime, *, exclude_id: str = "") -> datetime:
    """The slot of a direct send. The account's row must be locked. ``exclude_id``: as for :func:`next_free_slot`.

    The gap moves the slot to a later instant. The daily limit does not: it raises ``account_daily_limit`` (429) with
    the seconds to the first free slot.
    """
    slot = next_free_slot(account, not_before, exclude_id=exclude_id)
    if slot.delayed_by != WaitingFor.DAILY_LIMIT:
        return slot.at
    wait = max(1, math.ceil((slot.at - clock.now()).total_seconds()))
    raise DomainError(
        "account_daily_limit",
        f"account {account.pk} may send {account.daily_limit} messages in 24 hours; the next slot is in {wait} s, at "
        f"{rfc3339(slot.at)}",
        headers={"Retry-After": str(wait)},
    )


def slots_for_automatic_sends(
    account: Account, not_before: datetime, wanted: int, limit: int
) -> tuple[list[datetime], datetime | None]:
    """Up to ``wanted`` slots from ``not_before`` on, while fewer than ``limit`` are taken in 24 hours; and when the
    limit allows the next one, None if it allowed all. The account's row must be locked."""
    gap, (count, latest) = gap_between_sends(account), _count_and_latest(account, not_before)
    is_after_gap = not gap or latest is None or latest + gap <= not_before
    if count + wanted <= limit and is_after_gap:
        return [not_before + number * gap for number in range(wanted)], None
    taken, free = _taken_slots(account, not_before), list[datetime]()
    for _ in range(wanted):
        after_gap = first_slot(not_before, taken, gap=gap)
        slot = first_slot(not_before, taken, gap=gap, limit=limit)
        if slot > after_gap:
            return free, slot
        free.append(slot)
        insort(taken, slot)
    return free, None


def next_free_slot(account: Account, not_before: datetime, *, exclude_id: str = "") -> Slot:
    """The first slot from ``not_before`` on that keeps the gap and the daily limit. The account's row must be locked.

    ``exclude_id`` is a message whose own slot does not count.
    """
    if _is_clearly_free(account, not_before, exclude_id):
        return Slot(not_before)
    taken, gap = _taken_slots(account, not_before, exclude_id), gap_between_sends(account)
    after_gap = first_slot(not_before, taken, gap=gap)
    slot = first_slot(not_before, taken, gap=gap, limit=account.daily_limit)
    return Slot(slot, _what_delayed(not_before, after_gap, slot))


def next_send_time(account: Account, not_before: datetime, *, exclude_id: str) -> Slot:
    """The first instant from ``not_before`` on at which a message may really be sent. The account's row must be locked.

    The daily limit counts sends and reservations, but the gap is kept only from what was sent: if it were kept from
    reservations too, a message that is a moment late would have to wait behind all those reserved after it. When they
    are claimed they see this send and keep their gap from it.
    """
    if _is_clearly_free(account, not_before, exclude_id):
        return Slot(not_before)
    taken, gap = _taken_slots(account, not_before, exclude_id), gap_between_sends(account)
    maybe_sent = ~Q(status=Status.QUEUED) | Q(unsettled_since__isnull=False)
    sent = _taken_slots(account, not_before, exclude_id, maybe_sent) if gap else []
    slot, delayed_by = not_before, ""
    while True:
        after_gap = first_slot(slot, sent, gap=gap)
        after_limit = first_slot(after_gap, taken, gap=timedelta(0), limit=account.daily_limit)
        delayed_by = _what_delayed(slot, after_gap, after_limit) or delayed_by
        slot = after_limit
        if after_limit == after_gap:
            return Slot(slot, delayed_by)


def _what_delayed(not_before: datetime, after_gap: datetime, after_limit: datetime) -> str:
    if after_limit > after_gap:
        return WaitingFor.DAILY_LIMIT
    return WaitingFor.GAP if after_gap > not_before else ""


def accounts_with_free_slots(messages: Mapping[Account, Sequence[Message]], now: datetime) -> set[int]:
    """The ids of those accounts that may certainly send all these messages now, in one query; for the others
    :func:`next_send_time` decides.

    The accounts must be connected, and their rows locked. The count is of all slots since 24 hours ago with no end, so
    it may be too high; the messages' own slots are left out of it.
    """
    without_gap = [account for account in messages if not gap_between_sends(account)]
    if not without_gap:
        return set()
    account_ids, since = [account.pk for account in without_gap], now - DAY
    taken = dict(fetch(_COUNT_BY_ACCOUNT, [account_ids, since, account_ids, since]))
    free = set()
    for account in without_gap:
        own = sum(message.slot_at is not None and message.slot_at > since for message in messages[account])
        if taken.get(account.pk, 0) - own + len(messages[account]) <= account.daily_limit:
            free.add(account.pk)
    return free


def _is_clearly_free(account: Account, at: datetime, exclude_id: str = "") -> bool:
    """Answers the common case with one statement: fewer slots than the limit since 24 hours before ``at``, with no end,
    and the latest of them at least a gap before ``at``. False means that the slots have to be read."""
    gap, (count, latest) = gap_between_sends(account), _count_and_latest(account, at, exclude_id)
    return count < account.daily_limit and (not gap or latest is None or latest + gap <= at)


def _count_and_latest(account: Account, at: datetime, exclude_id: str = "") -> tuple[int, datetime | None]:
    """How many slots are taken since 24 hours before ``at``, with no end, and the latest of them."""
    since = at - DAY
    [(count, latest)] = fetch(_COUNT_AND_LATEST, [account.pk, since, exclude_id, account.pk, since])
    return count, latest


def _taken_slots(account: Account, at: datetime, exclude_id: str = "", which: Q | None = None) -> list[datetime]:
    """The account's slots from 24 hours before ``at`` on, in order; of its messages only those that match ``which``."""
    since = at - DAY
    messages = Message.unscoped.filter(which or Q(), account=account, slot_at__gt=since).exclude(pk=exclude_id)
    spent = SpentSlot.unscoped.filter(account=account, slot_at__gt=since)
    slots = [*messages.values_list("slot_at", flat=True), *spent.values_list("slot_at", flat=True)]
    return sorted(slot for slot in slots if slot is not None)


# --- Arithmetic: no clock, no database. Sends exactly ``gap`` or exactly ``window`` apart are allowed. ------------
def first_slot(
    not_before: datetime,
    taken: Sequence[datetime],
    *,
    gap: timedelta,
    limit: int | None = None,
    window: timedelta = DAY,
) -> datetime:
    """The earliest instant, ``not_before`` or later, that keeps ``gap`` from every taken slot and at most ``limit`` in
    every window, None for no limit. Taken slots in the future count as much as those in the past.

    Taken slots that exceed the limit by themselves (it has been lowered since) block only the windows they are in.
    """
    slot = not_before
    for start, end in sorted(_blocked_intervals(taken, gap, limit, window)):
        if start >= slot:  # this interval and all that follow start later, so none of them contains ``slot``
            break
        slot = max(slot, end)
    return slot


def _blocked_intervals(
    taken: Sequence[datetime], gap: timedelta, limit: int | None, window: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """Open intervals in which no further send may fall.

    There is one around each taken slot, for the gap. And there is one for each run of ``limit`` neighbours that fit in
    one window: a send less than a window after the first and less than a window before the last of them would be one
    too many in some window.
    """
    slots = sorted(taken)
    if gap > timedelta(0):
        yield from ((slot - gap, slot + gap) for slot in slots)
    if limit is None:
        return
    for first, last in zip(slots, slots[limit - 1 :], strict=False):
        if last - first < window:
            yield last - window, first + window
