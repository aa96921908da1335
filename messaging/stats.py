"""Statistics of accounts, counts of what came of the messages of sequences and broadcasts, and the rows behind them.

Everything is counted from the rows themselves. docs/analytics.md says which indexes answer these statements.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from operator import add
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncHour

from crmsolid.api.pagination import Page, page
from crmsolid.core import periods as spans
from crmsolid.core.errors import not_found
from crmsolid.core.periods import Period, Report
from crmsolid.workspaces.actor import Actor, Scope
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
    """What an account sent, what failed, what answers came in, and what people wrote to it, as an answer or not.
    ``account`` has ``used``: its sends in the last 24 hours."""

    account: Any
    sent: int = 0
    failed: int = 0
    replies: int = 0
    auto_replies: int = 0
    received: int = 0


# What each figure of an account counts, and the time by which it does. Each has an index that begins with the account,
# or with the workspace for what is counted for all accounts together too.
_ACCOUNT_FIGURES = {
    "sent": (Q(direction="out", status="sent"), "sent_at"),
    "failed": (Q(status="failed"), "eta"),
    "replies": (Q(direction="in", in_reply_to__isnull=False, auto_reply=False), "sent_at"),
    "auto_replies": (Q(direction="in", in_reply_to__isnull=False, auto_reply=True), "sent_at"),
    "received": (Q(direction="in", auto_reply=False), "sent_at"),
}
ACCOUNT_FIGURES = tuple(_ACCOUNT_FIGURES)
_OF_ERASED = {
    "sent": ("sent",),
    "failed": ("failed",),
    "reply": ("replies", "received"),
    "auto_reply": ("auto_replies",),
    "received": ("received",),
}


def account_report(actor: Actor, periods: Sequence[Period]) -> Report[list[AccountFigures]]:
    """The figures of all accounts, oldest first, in each of these periods. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    workspace = actor.workspace
    accounts = list(querysets.with_usage(Account.objects.for_workspace(workspace)).order_by("created_at", "id"))
    counts: Counter[tuple[int, int, str]] = Counter()
    for figure, (counted, time) in _ACCOUNT_FIGURES.items():
        # By the columns of its index alone, which then answers without the rows.
        rows = Message.unscoped.filter(counted, **_whose(workspace, figure, accounts))
        for *place, number in _count(rows, time, periods, "account"):
            counts[*place, figure] += number
    erased = ErasedMessage.objects.for_workspace(workspace)
    for period, account_id, kind, number in _count(erased, "at", periods, "account", "kind"):
        for figure in _OF_ERASED[kind]:
            counts[period, account_id, figure] += number

    def figures(account: Account, numbers: Iterable[int]) -> AccountFigures:
        found = {figure: sum(counts[number, account.pk, figure] for number in numbers) for figure in ACCOUNT_FIGURES}
        return AccountFigures(account, **found)

    every = range(len(periods))
    return Report(
        [figures(account, every) for account in accounts],
        [[figures(account, [number]) for account in accounts] for number in every],
    )


def _whose(workspace: Any, figure: str, accounts: Iterable[Account]) -> dict[str, Any]:
    return {"workspace": workspace} if figure == "received" else {"account__in": accounts}


def received_by_period(actor: Actor, periods: Sequence[Period]) -> list[int]:
    """How many messages people wrote to all accounts in each of these periods. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    counted, time = _ACCOUNT_FIGURES["received"]
    messages = Message.objects.for_workspace(actor.workspace).filter(counted)
    kinds = [kind for kind, figures in _OF_ERASED.items() if "received" in figures]
    erased = ErasedMessage.objects.for_workspace(actor.workspace).filter(kind__in=kinds)
    counts = [0] * len(periods)
    for period, number in [*_count(messages, time, periods), *_count(erased, "at", periods)]:
        counts[period] += number
    return counts


def writing_hours(actor: Actor, periods: Sequence[Period]) -> Report[list[list[int]]]:
    """How many messages people wrote in each hour of each weekday (7 lists of 24, from Monday on) of the workspace's
    time zone, in each of these periods. Those of erased contacts are missing. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    counted, time = _ACCOUNT_FIGURES["received"]
    rows = Message.objects.for_workspace(actor.workspace).filter(counted)
    zone = actor.workspace.zone
    # In India, an hour begins at half past one of UTC.
    behind = timedelta(seconds=(periods[0].begins.astimezone(zone).utcoffset() or timedelta()).seconds % 3600)
    # Each hour of the time once, and the time zone in Python: PostgreSQL would need it for each message.
    hour = TruncHour(F(time) + behind if behind else F(time), tzinfo=UTC)
    series = [[[0] * 24 for _ in range(7)] for _ in periods]
    for period, hour_begins, number in _count(rows.annotate(hour=hour), time, periods, "hour"):
        local = (hour_begins - behind).astimezone(zone)
        series[period][local.weekday()][local.hour] += number
    return Report([[sum(hours) for hours in zip(*days, strict=True)] for days in zip(*series, strict=True)], series)


def _count(rows: "QuerySet[Any]", time: str, periods: Sequence[Period], *keys: str) -> "QuerySet[Any]":
    """The number of these rows by the number of the period in which ``time`` is, and by these columns."""
    within = rows.filter(**{f"{time}__gte": periods[0].begins, f"{time}__lt": periods[-1].ends})
    grouped = within.annotate(period=spans.number_of(time, periods)).order_by().values_list("period", *keys)
    return grouped.annotate(number=Count("*"))


def count_outcomes(
    rows: "QuerySet[Any]", status: str, keys: Sequence[str], periods: Sequence[Period]
) -> Report[Mapping[Any, Outcomes]]:
    """Count those of these rows whose outcome, in the column ``status``, was settled in each period, by the columns
    ``keys``."""
    settled = rows.filter(**{f"{status}__in": ["sent", "failed"]})
    counted = _count(settled, "settled_at", periods, *keys).annotate(
        failed=Count(status, filter=Q(**{status: "failed"})),
        replied=Count("replied_at"),
        auto_replied=Count("auto_replied_at"),
        opted_out=Count("opted_out_at"),
    )
    sums: dict[Hashable, list[int]] = defaultdict(lambda: [0] * len(Outcomes._fields))
    series: list[dict[Hashable, Outcomes]] = [{} for _ in periods]
    for number, *values in counted:
        key, (settled_number, failed, *answers) = tuple(values[: len(keys)]), values[len(keys) :]
        outcomes = series[number][key] = Outcomes(settled_number - failed, failed, *answers)
        sums[key] = [*map(add, sums[key], outcomes)]
    return Report({key: Outcomes(*values) for key, values in sums.items()}, series)


def count_all_outcomes(rows: "QuerySet[Any]", status: str, periods: Sequence[Period]) -> Report[Outcomes]:
    """:func:`count_outcomes` of all these rows together."""
    counted = count_outcomes(rows, status, [], periods)
    return Report(counted.total.get((), Outcomes()), [each.get((), Outcomes()) for each in counted.series])


def with_figure(rows: "QuerySet[Any]", status: str, figure: str, period: Period) -> "QuerySet[Any]":
    """The rows that :func:`count_outcomes` counts in this period as ``figure``, a field of :class:`Outcomes`."""
    settled = rows.filter(**{f"{status}__in": ["sent", "failed"]})
    settled = settled.filter(settled_at__gte=period.begins, settled_at__lt=period.ends)
    if figure in ("sent", "failed"):
        return settled.filter(**{status: figure})
    return settled.filter(**{f"{figure}_at__isnull": False})


def list_account_messages(
    actor: Actor, account_id: int | None, figure: str, period: Period, *, limit: int = 50, cursor: str | None = None
) -> Page:
    """The messages, newest first, that :func:`account_report` counts as ``figure``, with their contacts. Those of
    erased contacts, which it counts too, are not there any more. Of all accounts without an ``account_id``, for
    ``received``.

    Errors: ``scope_missing``, ``not_found``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)
    counted, time = _ACCOUNT_FIGURES[figure]
    rows = Message.objects.for_workspace(actor.workspace).filter(counted)
    if account_id is not None:
        if not Account.objects.for_workspace(actor.workspace).filter(pk=account_id).exists():
            raise not_found("account")
        rows = rows.filter(account_id=account_id)
    rows = rows.filter(**{f"{time}__gte": period.begins, f"{time}__lt": period.ends}).select_related("contact")
    filters = {"account": account_id, "figure": figure, "from": period.begins}
    return page(rows, sort=f"-{time}", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters)
