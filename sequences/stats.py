"""Statistics of sequences: what came of the messages, by version and step, and the people behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmsolid.api.pagination import Page, page
from crmsolid.core.errors import not_found
from crmsolid.core.periods import Period, Report
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope
from messaging.stats import Outcomes, count_outcomes, with_figure
from sequences.models import SequenceVersion, StepRun

_NOTHING = Outcomes()


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """What came of the messages of one version of a sequence: by step, in the order of the steps."""

    version: SequenceVersion
    steps: Sequence[tuple[str, Outcomes]]


def sequence_report(actor: Actor, periods: Sequence[Period]) -> Report[list[VersionFigures]]:
    """The figures of the versions of which a message was sent or has failed in these periods, those of the newest
    sequence first. In the series each period has those of which one was in it. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    workspace = actor.workspace
    counted = count_outcomes(Table(StepRun).name, "outcome", ["version_id", "step_key"], workspace.pk, periods)
    rows = SequenceVersion.objects.for_workspace(workspace).filter(
        pk__in={version_id for version_id, _ in counted.total}
    )
    versions = list(
        rows.select_related("sequence")
        .prefetch_related("steps")
        .order_by("-sequence__created_at", "-sequence_id", "number")
    )
    steps = [(version, version.pk, [step.key for step in version.steps.all()]) for version in versions]

    def figures(outcomes: Mapping[Any, Outcomes]) -> list[VersionFigures]:
        counted_versions = {version_id for version_id, _ in outcomes}
        return [
            VersionFigures(version, [(key, outcomes.get((pk, key), _NOTHING)) for key in keys])
            for version, pk, keys in steps
            if pk in counted_versions
        ]

    return Report(figures(counted.total), [figures(outcomes) for outcomes in counted.series])


def list_step_figure(
    actor: Actor,
    sequence_id: str,
    number: int,
    step: str,
    figure: str,
    period: Period,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """The step runs, newest first, that :func:`sequence_report` counts as ``figure`` of this step of version
    ``number``, with their enrollments and contacts.

    Errors: ``scope_missing``, ``not_found``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)
    versions = SequenceVersion.objects.for_workspace(actor.workspace)
    version = versions.filter(sequence_id=sequence_id, number=number).first()
    if version is None:
        raise not_found("version of a sequence")
    rows = StepRun.objects.for_workspace(actor.workspace).filter(version=version, step_key=step)
    return page(
        with_figure(rows.select_related("enrollment__contact"), "outcome", figure, period),
        sort="-settled_at",
        limit=limit,
        cursor=cursor,
        workspace_id=actor.workspace.pk,
        filters={"version": version.pk, "step": step, "figure": figure, "from": period.begins},
    )
