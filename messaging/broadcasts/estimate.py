"""Estimates when a broadcast will have sent its messages, from the limits of its accounts and its own."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from crmsolid.core.sql.bulk import fetch
from crmsolid.core.sql.table import Table
from messaging.models import Account, AccountState, Message, SpentSlot
from messaging.sending.automatic import daily_limit
from messaging.sending.slots import DAY, gap_between_sends

HOUR = timedelta(hours=1)

_messages, _spent = Table(Message), Table(SpentSlot)


def finishes_at(accounts: Sequence[Account], messages: int, start: datetime, per_hour: int | None) -> datetime | None:
    """When so many messages would be sent if nothing else is sent and no account is paused. None if no account can
    send. One query.

    The sends that an account has left in its 24 hours go out at once, one gap apart, and the others on the days after
    that. With a limit an hour the messages are spread evenly.
    """
    able = [each for each in accounts if each.state in (AccountState.CONNECTED, AccountState.PAUSED)]
    if not able or not messages:
        return start if not messages else None
    paused = [each.paused_until for each in able if each.state == AccountState.PAUSED]
    if len(paused) == len(able):
        ends = [until for until in paused if until is not None]
        if not ends:
            return None
        start = max(start, min(ends))
    taken = _slots_since([each.pk for each in able], start - DAY)
    limits = {each.pk: daily_limit(each) for each in able}
    left = sum(max(0, limit - taken.get(pk, 0)) for pk, limit in limits.items())
    days = max(0, math.ceil((messages - left) / sum(limits.values())))
    on_last_day = messages if not days else messages - left - (days - 1) * sum(limits.values())
    gap = max(gap_between_sends(each) for each in able)
    by_accounts = days * DAY + math.ceil(on_last_day / len(able)) * gap
    by_own_limit = (messages - 1) * HOUR / per_hour if per_hour else timedelta(0)
    return start + max(by_accounts, by_own_limit)


def _slots_since(account_ids: Sequence[int], since: datetime) -> dict[int, int]:
    """How many slots of each account are taken since then."""
    is_account, ids = "account_id = ANY(%s)", [list(account_ids)]
    rows = fetch(
        f"SELECT account_id, count(*) FROM (SELECT account_id FROM {_messages.name} WHERE {is_account} AND slot_at > %s"
        f" UNION ALL SELECT account_id FROM {_spent.name} WHERE {is_account} AND slot_at > %s) AS slots"
        " GROUP BY account_id",
        [*ids, since, *ids, since],
    )
    return dict(rows)
