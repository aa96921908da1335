"""Statistics of the stages: how many contacts reached each, how long it took them, and who they are.

Counted from ``StageChange``, which keeps its rows, without the contact, when a contact is erased. docs/analytics.md
says which indexes answer these statements.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Aggregate,
    Count,
    DateTimeField,
    F,
    FloatField,
    Func,
    IntegerField,
    Q,
    Value,
)
from django.db.models.functions import Extract, Greatest

from contacts.models import Stage, StageChange
from crmsolid.api.pagination import Page, page
from crmsolid.core.periods import Period, Report
from crmsolid.workspaces.actor import Actor, Scope


@dataclass(frozen=True, slots=True)
class StageFigures:
    """A stage in a period. ``count`` contacts reached it, by coming to it or to a later one. ``added`` contacts were
    added in the period, ``reached`` of them have reached the stage up to now, and ``median_time`` is what that took
    them; None without any. If the clock was set back meanwhile, a contact took no time."""

    stage: str
    count: int
    added: int
    reached: int
    median_time: timedelta | None


_REACHED, _ADDED = Q(is_first=True, stage__in=Stage.values), Q(from_stage="")


class _Median(Aggregate):
    """Of numbers, which PostgreSQL sorts several times faster than intervals."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def funnel_report(actor: Actor, periods: Sequence[Period]) -> Report[list[StageFigures]]:
    """The figures of all stages in each of these periods, which follow each other. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    workspace_id, n = actor.workspace.pk, len(periods)
    counts = dict(_by_period(workspace_id, periods, _REACHED, "at", "stage", count=Count("*")))
    added = dict(_by_period(workspace_id, periods, _ADDED, "entered_at", count=Count("*")))
    medians = _medians(workspace_id, periods)
    # The median of the whole does not follow from those of its periods.
    whole = medians if n == 1 else _medians(workspace_id, [Period(periods[0].begins, periods[-1].ends)])
    series = [
        [
            StageFigures(
                stage, counts.get((number, stage), 0), added.get((number,), 0), *medians.get((number, stage), (0, None))
            )
            for stage in Stage.values
        ]
        for number in range(n)
    ]
    total = [
        StageFigures(
            stage,
            sum(counts.get((number, stage), 0) for number in range(n)),
            sum(added.values()),
            *whole.get((0, stage), (0, None)),
        )
        for stage in Stage.values
    ]
    return Report(total, series)


def reached_report(actor: Actor, periods: Sequence[Period]) -> Report[dict[str, int]]:
    """``count`` of :func:`funnel_report` alone, by stage, in a third of the time. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    counts = dict(_by_period(actor.workspace.pk, periods, _REACHED, "at", "stage", count=Count("*")))
    series = [{stage: counts.get((number, stage), 0) for stage in Stage.values} for number in range(len(periods))]
    return Report({stage: sum(each[stage] for each in series) for stage in Stage.values}, series)


def _medians(workspace_id: int, periods: Sequence[Period]) -> dict[tuple[Any, ...], tuple[int, timedelta]]:
    """By number of the period and stage, of the contacts that were added in it: how many have reached the stage, and in
    what time."""
    seconds = Greatest(Extract(F("at") - F("entered_at"), "epoch"), 0.0, output_field=FloatField())
    found = _by_period(
        workspace_id, periods, _REACHED, "entered_at", "stage", reached=Count("*"), seconds=_Median(seconds)
    )
    return {key: (reached, timedelta(seconds=median)) for key, (reached, median) in found}


def _by_period(
    workspace_id: int, periods: Sequence[Period], rows: Q, time: str, *by: str, **figures: Aggregate
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Figures of the rows whose ``time`` is in each period, by the number of the period and these columns. What has no
    rows is left out."""
    begins = Value([period.begins for period in periods], output_field=ArrayField(DateTimeField()))
    number = Func(F(time), begins, function="width_bucket", output_field=IntegerField()) - 1
    changes = StageChange.objects.for_workspace(workspace_id).filter(
        rows, **{f"{time}__gte": periods[0].begins, f"{time}__lt": periods[-1].ends}
    )
    grouped = changes.annotate(number=number).values_list("number", *by).annotate(**figures).order_by()
    width = 1 + len(by)
    for row in grouped:
        values = row[width:]
        yield row[:width], values[0] if len(values) == 1 else values


# The figures of a stage that count contacts, and the time by which they do.
_FIGURES = {"count": "at", "reached": "entered_at"}
STAGE_FIGURES = tuple(_FIGURES)


def list_stage_figure(
    actor: Actor, stage: str, figure: str, period: Period, *, limit: int = 50, cursor: str | None = None
) -> Page:
    """The stage changes, newest first, that :func:`funnel_report` counts as ``figure``, ``count`` or ``reached``, with
    their contacts.

    Errors: ``scope_missing``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_CONTACTS)
    time = _FIGURES[figure]
    rows = StageChange.objects.for_workspace(actor.workspace).filter(is_first=True, stage=stage)
    rows = rows.filter(**{f"{time}__gte": period.begins, f"{time}__lt": period.ends}).select_related("contact")
    filters = {"stage": stage, "figure": figure, "from": period.begins}
    return page(rows, sort=f"-{time}", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters)
