"""Enforces the daily limit of an account and the gap between its sends.

A message reserves a slot (``Message.slot_at``) when it is accepted and keeps it once it is sent. The slots of any 24
hours are at most ``Account.daily_limit``. The limit is checked twice, both times under the account's row lock: when a
message is accepted (:func:`slot_for_direct_send`) and again when it is claimed (:func:`next_send_time`).
"""

import math
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.sql.prepared_cursor import statement_cursor
from crmsolid.core.sql.table import datetime_param
from messaging.models import Account, AccountKind, AccountState, Message, SpentSlot, Status
from messaging.sending import pacing

_COUNT_AND_LATEST = (
    "SELECT count(*), max(slot_at) FROM ("
    'SELECT slot_at FROM "messaging_message" WHERE account_id = %s AND slot_at > %s AND id <> %s'
    ' UNION ALL SELECT slot_at FROM "messaging_spentslot" WHERE account_id = %s AND slot_at > %s) AS slots'
)


def gap_between_sends(account: Account) -> timedelta:
    """The least time between two sends of the account: none for a sandbox."""
    return timedelta(seconds=settings.TELEGRAM_GAP_SECONDS if account.kind == AccountKind.TELEGRAM else 0)


def earliest_send(account: Account, now: datetime, send_at: datetime | None = None) -> datetime:
    """The latest of ``now``, ``send_at`` and the end of the account's pause."""
    earliest = max(send_at or now, now)
    if account.state == AccountState.PAUSED and account.paused_until is not None:
        earliest = max(earliest, account.paused_until)
    return earliest


def can_send(account: Account) -> bool:
    """Whether its messages can be claimed. A pause with an end delays them; a pause without one holds them."""
    return account.state == AccountState.CONNECTED or (
        account.state == AccountState.PAUSED and account.paused_until is not None
    )


def slot_for_direct_send(account: Account, not_before: datetime) -> datetime:
    """The slot of a direct send. The account's row must be locked.

    The gap moves the slot to a later instant. The daily limit does not: it raises ``account_daily_limit`` (429) with
    the seconds to the first free slot.
    """
    if _is_clearly_free(account, not_before, exclude_id=""):
        return not_before
    taken, gap = _taken_slots(account, not_before, exclude_id=""), gap_between_sends(account)
    slot = pacing.first_slot(not_before, taken, gap=gap, limit=len(taken) + 1)  # a limit that cannot be reached
    if pacing.is_free(slot, taken, gap, account.daily_limit):
        return slot
    next_free = pacing.first_slot(not_before, taken, gap=gap, limit=account.daily_limit)
    wait = max(1, math.ceil((next_free - clock.now()).total_seconds()))
    raise DomainError(
        "account_daily_limit",
        f"account {account.pk} may send {account.daily_limit} messages in 24 hours; the next slot is in {wait} s",
        headers={"Retry-After": str(wait)},
    )


def next_free_slot(account: Account, not_before: datetime, *, exclude_id: str = "") -> datetime:
    """The first slot from ``not_before`` on that keeps the gap and the daily limit. The account's row must be locked.

    ``exclude_id`` is a message whose own slot does not count.
    """
    if _is_clearly_free(account, not_before, exclude_id):
        return not_before
    taken = _taken_slots(account, not_before, exclude_id)
    return pacing.first_slot(not_before, taken, gap=gap_between_sends(account), limit=account.daily_limit)


def next_send_time(account: Account, not_before: datetime, *, exclude_id: str) -> datetime:
    """The first instant from ``not_before`` on at which a message may really be sent. The account's row must be locked.

    The daily limit counts sends and reservations, but the gap is kept only from what was sent: if it were kept from
    reservations too, a message that is a moment late would have to wait behind all those reserved after it. When they
    are claimed they see this send and keep their gap from it.
    """
    if _is_clearly_free(account, not_before, exclude_id):
        return not_before
    taken, gap = _taken_slots(account, not_before, exclude_id), gap_between_sends(account)
    maybe_sent = ~Q(status=Status.QUEUED) | Q(unsettled_since__isnull=False)
    sent = _taken_slots(account, not_before, exclude_id, maybe_sent) if gap else []
    while True:
        after_gap = pacing.first_slot(not_before, sent, gap=gap, limit=len(sent) + 1)
        not_before = pacing.first_slot(after_gap, taken, gap=timedelta(0), limit=account.daily_limit)
        if not_before == after_gap:
            return not_before


def _is_clearly_free(account: Account, at: datetime, exclude_id: str) -> bool:
    """Answers the common case with one statement: fewer slots than the limit since 24 hours before ``at``, with no end,
    and the latest of them at least a gap before ``at``. False means that the slots have to be read."""
    since = datetime_param(at - pacing.DAY)
    with statement_cursor() as cursor:
        cursor.execute(_COUNT_AND_LATEST, [account.pk, since, exclude_id, account.pk, since])
        count, latest = cursor.fetchone()
    if count >= account.daily_limit:
        return False
    gap = gap_between_sends(account)
    return not gap or latest is None or _as_datetime(latest) + gap <= at


def _as_datetime(value: datetime | str) -> datetime:
    """SQLite returns text without a zone; it is UTC."""
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=clock.now().tzinfo)


def _taken_slots(account: Account, at: datetime, exclude_id: str, which: Q | None = None) -> list[datetime]:
    """The account's slots from 24 hours before ``at`` on, in order; of its messages only those that match ``which``."""
    since = at - pacing.DAY
    messages = Message.unscoped.filter(which or Q(), account=account, slot_at__gt=since).exclude(pk=exclude_id)
    spent = SpentSlot.unscoped.filter(account=account, slot_at__gt=since)
    slots = [*messages.values_list("slot_at", flat=True), *spent.values_list("slot_at", flat=True)]
    return sorted(slot for slot in slots if slot is not None)
