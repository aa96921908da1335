"""Statistics of accounts, counts of what came of the messages of sequences and broadcasts, and the rows behind them.

Everything is counted from the rows themselves. docs/analytics.md says which indexes answer these statements.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from crmsolid.api.pagination import Page, page
from crmsolid.core import periods as spans
from crmsolid.core.errors import not_found
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


def with_figure(rows: "QuerySet[Any]", status: str, figure: str, period: Period) -> "QuerySet[Any]":
    """The rows that :func:`count_outcomes` counts in this period as ``figure``, a field of :class:`Outcomes`."""
    settled = rows.filter(**{f"{status}__in": ["sent", "failed"]})
    settled = settled.filter(settled_at__gte=period.begins, settled_at__lt=period.ends)
    if figure in ("sent", "failed"):
        return settled.filter(**{status: figure})
    return settled.filter(**{f"{figure}_at__isnull": False})


# What each figure of an account counts, and the time by which it does.
_ACCOUNT_FIGURES = {
    "sent": (Q(direction="out", status="sent"), "sent_at"),
    "failed": (Q(status="failed"), "eta"),
    "replies": (Q(direction="in", in_reply_to__isnull=False, auto_reply=False), "sent_at"),
    "auto_replies": (Q(direction="in", in_reply_to__isnull=False, auto_reply=True), "sent_at"),
}
ACCOUNT_FIGURES = tuple(_ACCOUNT_FIGURES)


def list_account_messages(
    actor: Actor, account_id: int, figure: str, period: Period, *, limit: int = 50, cursor: str | None = None
) -> Page:
    """The messages, newest first, that :func:`account_report` counts as ``figure``, with their contacts. Those of
    erased contacts, which it counts too, are not there any more.

    Errors: ``scope_missing``, ``not_found``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)
    if not Account.objects.for_workspace(actor.workspace).filter(pk=account_id).exists():
        raise not_found("account")
    counted, time = _ACCOUNT_FIGURES[figure]
    rows = Message.objects.for_workspace(actor.workspace).filter(counted, account_id=account_id)
    rows = rows.filter(**{f"{time}__gte": period.begins, f"{time}__lt": period.ends}).select_related("contact")
    filters = {"account": account_id, "figure": figure, "from": period.begins}
    return page(rows, sort=f"-{time}", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters)
