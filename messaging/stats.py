"""Statistics of accounts, and counts of what came of the messages of sequences and broadcasts.

Everything is counted from the rows themselves. docs/analytics.md says which indexes answer these statements.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any, NamedTuple

from crmsolid.core import periods as spans
from crmsolid.core.periods import Period, Report
from crmsolid.core.sql.bulk import fetch
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope
from messaging import querysets
from messaging.models import Account, ErasedMessage, Message


class Outcomes(NamedTuple):
    """How many messages were sent or have failed; and how many of those sent a person, a machine or an opt-out word
    has answered up to now."""

    sent: int = 0
    failed: int = 0
    replied: int = 0
    auto_replied: int = 0
    opted_out: int = 0


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """What an account sent, what failed, and what answers came in. ``account`` has ``used``: its sends in the last 24
    hours."""

    account: Any
    sent: int
    failed: int
    replies: int
    auto_replies: int


# One look into an index for each account, period and figure: so no row has to be sorted into its period.
_COUNT_BY_ACCOUNT = """
SELECT p.number, a.id,
  (SELECT count(*) FROM {message} WHERE account_id = a.id AND direction = 'out' AND status = 'sent'
     AND sent_at >= p.begins AND sent_at < p.ends),
  (SELECT count(*) FROM {message} WHERE account_id = a.id AND status = 'failed'
     AND eta >= p.begins AND eta < p.ends),
  (SELECT count(*) FROM {message} WHERE account_id = a.id AND direction = 'in' AND in_reply_to_id IS NOT NULL
     AND auto_reply = false AND sent_at >= p.begins AND sent_at < p.ends),
  (SELECT count(*) FROM {message} WHERE account_id = a.id AND direction = 'in' AND in_reply_to_id IS NOT NULL
     AND auto_reply = true AND sent_at >= p.begins AND sent_at < p.ends)
FROM {periods} CROSS JOIN {account} a WHERE a.workspace_id = %s
"""
_COUNT_ERASED = """
SELECT p.number, e.account_id, e.kind, count(*)
FROM {periods} JOIN {erased} e ON e.workspace_id = %s AND e.at >= p.begins AND e.at < p.ends
GROUP BY p.number, e.account_id, e.kind
"""
_KINDS = ("sent", "failed", "reply", "auto_reply")


def account_report(actor: Actor, periods: Sequence[Period]) -> Report[list[AccountFigures]]:
    """The figures of all accounts, oldest first, in each of these periods. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    workspace, parameter = actor.workspace, spans.parameter(periods)
    names = {
        "periods": spans.source(),
        "message": Table(Message).name,
        "account": Table(Account).name,
        "erased": Table(ErasedMessage).name,
    }
    # With zeros for an account that was made between the queries.
    counts: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * len(_KINDS))
    for number, account_id, *figures in fetch(_COUNT_BY_ACCOUNT.format(**names), [parameter, workspace.pk]):
        counts[number, account_id] = figures
    for number, account_id, kind, count in fetch(_COUNT_ERASED.format(**names), [parameter, workspace.pk]):
        counts[number, account_id][_KINDS.index(kind)] += count
    accounts = list(querysets.with_usage(Account.objects.for_workspace(workspace)).order_by("created_at", "id"))
    series = [
        [AccountFigures(account, *counts[number, account.pk]) for account in accounts] for number in range(len(periods))
    ]
    total = [
        AccountFigures(each[0].account, *map(sum, zip(*(_figures(row) for row in each), strict=True)))
        for each in zip(*series, strict=True)
    ]
    return Report(total, series)


def _figures(row: AccountFigures) -> tuple[int, int, int, int]:
    return row.sent, row.failed, row.replies, row.auto_replies


def count_outcomes(
    table: str, status: str, keys: Sequence[str], workspace_id: int, periods: Sequence[Period]
) -> Report[Mapping[Any, Outcomes]]:
    """Count the rows of ``table`` whose outcome, in the column ``status``, was settled in each period, by the columns
    ``keys``."""
    rows = fetch(
        f"SELECT p.number, {', '.join(f'r.{key}' for key in keys)}, count(*),"
        f" count(*) FILTER (WHERE r.{status} = 'failed'),"
        " count(r.replied_at), count(r.auto_replied_at), count(r.opted_out_at)"
        f" FROM {spans.source()} JOIN {table} r ON r.workspace_id = %s AND r.{status} IN ('sent', 'failed')"
        " AND r.settled_at >= p.begins AND r.settled_at < p.ends"
        f" GROUP BY p.number, {', '.join(f'r.{key}' for key in keys)}",
        [spans.parameter(periods), workspace_id],
    )
    sums: dict[Hashable, list[int]] = defaultdict(lambda: [0] * len(Outcomes._fields))
    series: list[dict[Hashable, Outcomes]] = [{} for _ in periods]
    for number, *values in rows:
        key, (settled, failed, *answers) = tuple(values[: len(keys)]), values[len(keys) :]
        outcomes = series[number][key] = Outcomes(settled - failed, failed, *answers)
        sums[key] = [*map(add, sums[key], outcomes)]
    return Report({key: Outcomes(*values) for key, values in sums.items()}, series)
