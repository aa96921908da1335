"""Statistics of the stages: how many contacts reached each, how long it took them, and who they are.

Counted from ``StageChange``, which keeps its rows, without the contact, when a contact is erased. docs/analytics.md
says which indexes answer these statements.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from contacts.models import Stage, StageChange
from crmsolid.api.pagination import Page, page
from crmsolid.core import periods as spans
from crmsolid.core.periods import Period, Report
from crmsolid.core.sql.bulk import fetch
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope


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


# The number of a period and a stage: how many contacts there are, and the median time it took them.
Medians = dict[tuple[int, str], tuple[int, timedelta]]

_CHANGES = Table(StageChange).name
_STAGES = "(VALUES {}) AS st".format(", ".join(f"('{stage}')" for stage in Stage.values))
_COUNT = (
    f"SELECT p.number, st.column1, (SELECT count(*) FROM {_CHANGES} WHERE workspace_id = %s AND is_first"
    " AND stage = st.column1 AND at >= p.begins AND at < p.ends)"
    f" FROM {{periods}} CROSS JOIN {_STAGES}"
)
_COUNT_ADDED = (
    f"SELECT p.number, (SELECT count(*) FROM {_CHANGES} WHERE workspace_id = %s AND from_stage = ''"
    " AND entered_at >= p.begins AND entered_at < p.ends) FROM {periods}"
)
_OF_PERIOD = (
    "s.workspace_id = %s AND s.is_first AND s.stage = st.column1 AND s.entered_at >= p.begins AND s.entered_at < p.ends"
)
# As numbers, which PostgreSQL sorts several times faster than intervals.
_MEDIANS = (
    f"SELECT p.number, st.column1, c.reached, c.seconds FROM {{periods}} CROSS JOIN {_STAGES} CROSS JOIN LATERAL ("
    " SELECT count(*) AS reached,"
    " percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(date_part('epoch', s.at - s.entered_at), 0)) AS seconds"
    f" FROM {_CHANGES} s WHERE {_OF_PERIOD}) AS c WHERE c.reached > 0"
)


def funnel_report(actor: Actor, periods: Sequence[Period]) -> Report[list[StageFigures]]:
    """The figures of all stages in each of these periods, which follow each other. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    workspace_id = actor.workspace.pk
    counted = fetch(_COUNT.format(periods=spans.source()), [workspace_id, spans.parameter(periods)])
    counts = {(number, stage): count for number, stage, count in counted}
    added = dict(fetch(_COUNT_ADDED.format(periods=spans.source()), [workspace_id, spans.parameter(periods)]))
    medians = _medians(workspace_id, periods)
    series = [
        [
            StageFigures(stage, counts[number, stage], added[number], *medians.get((number, stage), (0, None)))
            for stage in Stage.values
        ]
        for number in range(len(periods))
    ]
    # The median of the whole does not follow from those of its periods.
    whole = medians if len(periods) == 1 else _medians(workspace_id, [Period(periods[0].begins, periods[-1].ends)])
    total = [
        StageFigures(
            stage,
            sum(counts[number, stage] for number in added),
            sum(added.values()),
            *whole.get((0, stage), (0, None)),
        )
        for stage in Stage.values
    ]
    return Report(total, series)


def _medians(workspace_id: int, periods: Sequence[Period]) -> Medians:
    """Of the contacts that were added in each period: how many have reached each stage, and in what time."""
    # In the order of the placeholders: the subquery of the periods comes first in the text.
    rows = fetch(_MEDIANS.format(periods=spans.source()), [spans.parameter(periods), workspace_id])
    return {(number, stage): (reached, timedelta(seconds=seconds)) for number, stage, reached, seconds in rows}


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
