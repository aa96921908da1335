"""The account's 24 hours: which instants are taken, and when the next send may be."""

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

_COUNT = (
    "SELECT count(*), max(slot_at) FROM ("
    'SELECT slot_at FROM "messaging_message" WHERE account_id = %s AND slot_at > %s AND id <> %s'
    ' UNION ALL SELECT slot_at FROM "messaging_spentslot" WHERE account_id = %s AND slot_at > %s) AS slots'
)


def gap_of(account: Account) -> timedelta:
    """The least time between two sends: none for a sandbox."""
    return timedelta(seconds=settings.TELEGRAM_GAP_SECONDS if account.kind == AccountKind.TELEGRAM else 0)


def earliest(account: Account, now: datetime, wish: datetime | None = None) -> datetime:
    """The first instant to consider: the wish, not before ``now`` and not within the account's pause."""
    base = max(wish or now, now)
    if account.state == AccountState.PAUSED and account.paused_until is not None:
        base = max(base, account.paused_until)
    return base


def can_send(account: Account) -> bool:
    """Whether its messages may leave at all. A pause with an end only moves them; one without holds them."""
    return account.state == AccountState.CONNECTED or (
        account.state == AccountState.PAUSED and account.paused_until is not None
    )


def next_slot(account: Account, base: datetime, *, but: str = "") -> datetime:
    """The first free instant from ``base`` on. The account's row must be locked. ``but``: a message left out."""
    if _plainly_free(account, base, but):
        return base
    return pacing.first_slot(base, _taken(account, base, but), gap=gap_of(account), limit=account.daily_limit)


def next_send(account: Account, base: datetime, *, but: str) -> datetime:
    """The first instant from ``base`` on that the limit allows and that is a gap away from what was sent. The
    account's row must be locked.

    The gaps around reservations do not count: a send that is a moment late would have to wait behind all that follow
    it. Their own claims see this send and make room.
    """
    if _plainly_free(account, base, but):
        return base
    taken, gap = _taken(account, base, but), gap_of(account)
    sent = _taken(account, base, but, ~Q(status=Status.QUEUED) | Q(unsettled_since__isnull=False)) if gap else []
    while True:
        paced = pacing.first_slot(base, sent, gap=gap, limit=len(sent) + 1)
        base = pacing.first_slot(paced, taken, gap=timedelta(0), limit=account.daily_limit)
        if base == paced:
            return base


def direct_slot(account: Account, base: datetime) -> datetime:
    """The instant of a direct send: moved on by the gap, but not by the limit: ``account_daily_limit`` (429) then."""
    if _plainly_free(account, base, ""):
        return base
    taken, gap = _taken(account, base, ""), gap_of(account)
    paced = pacing.first_slot(base, taken, gap=gap, limit=len(taken) + 1)
    if pacing.is_free(paced, taken, gap, account.daily_limit):
        return paced
    free = pacing.first_slot(base, taken, gap=gap, limit=account.daily_limit)
    wait = max(1, math.ceil((free - clock.now()).total_seconds()))
    raise DomainError(
        "account_daily_limit",
        f"account {account.pk} may send {account.daily_limit} messages in 24 hours; the next slot is in {wait} s",
        headers={"Retry-After": str(wait)},
    )


def _plainly_free(account: Account, base: datetime, but: str) -> bool:
    """Fewer than the limit in the last 24 hours and ever after, and the latest is a gap ago: nothing to work out."""
    with statement_cursor() as cursor:
        since = datetime_param(base - pacing.DAY)
        cursor.execute(_COUNT, [account.pk, since, but, account.pk, since])
        count, latest = cursor.fetchone()
    if count >= account.daily_limit:
        return False
    gap = gap_of(account)
    return not gap or latest is None or _as_datetime(latest) + gap <= base


def _as_datetime(value: datetime | str) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=clock.now().tzinfo)


def _taken(account: Account, base: datetime, but: str, which: Q | None = None) -> list[datetime]:
    rows = Message.unscoped.filter(which or Q(), account=account, slot_at__gt=base - pacing.DAY).exclude(pk=but)
    spent = SpentSlot.unscoped.filter(account=account, slot_at__gt=base - pacing.DAY)
    found = [*rows.values_list("slot_at", flat=True), *spent.values_list("slot_at", flat=True)]
    return sorted(slot for slot in found if slot is not None)
