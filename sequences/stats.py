"""Statistics of sequences: what came of the messages, by version and step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmsolid.core.periods import Period, Report
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope
from messaging.stats import Outcomes, count_outcomes
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
