"""Statistics of sequences: what came of the messages, by version and step, and the people behind them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from contacts.models import Stage, StageChange
from crmsolid.api.pagination import Page, page
from crmsolid.core import clock
from crmsolid.core import periods as spans
from crmsolid.core.errors import not_found
from crmsolid.core.periods import Period, Report
from crmsolid.workspaces.actor import Actor, Scope
from messaging.stats import Outcomes, count_all_outcomes, count_outcomes, with_figure
from sequences.models import Enrollment, EnrollmentStatus, Outcome, SequenceVersion, StepRun
from sequences.models import Sequence as SequenceRow
from sequences.querysets import reason_of

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
    counted = count_outcomes(StepRun.objects.for_workspace(workspace), "outcome", ["version_id", "step_key"], periods)
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


def outcome_report(actor: Actor, periods: Sequence[Period], sequence_id: str = "") -> Report[Outcomes]:
    """What came of the messages of this sequence, or of all sequences together. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    rows = StepRun.objects.for_workspace(actor.workspace)
    if sequence_id:
        versions = SequenceVersion.objects.for_workspace(actor.workspace).filter(sequence_id=sequence_id)
        rows = rows.filter(version__in=list(versions.values_list("pk", flat=True)))
    return count_all_outcomes(rows, "outcome", periods)


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


# --- Of one sequence --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PeopleAt:
    """So many enrollments are at this step with this status for this reason; ``reason`` is None while a message is on
    its way, or where there is none. ``step_key`` is empty after the last step."""

    step_key: str
    status: str
    reason: str | None
    number: int


def people_by_reason(actor: Actor, sequence_id: str) -> list[PeopleAt]:
    """Where all who are or were in the sequence stand. Errors: ``scope_missing``, ``not_found``."""
    sequence = _readable(actor, sequence_id)
    rows = Enrollment.objects.for_workspace(actor.workspace).filter(sequence=sequence)
    no_time = ExpressionWrapper(Q(next_run_at=None), output_field=BooleanField())
    columns = rows.annotate(has_none=no_time).values_list("step_key", "status", "reason", "has_none")
    counts: Counter[tuple[str, str, str | None]] = Counter()
    for step_key, status, stored, has_none, number in columns.annotate(Count("pk")).order_by():
        reason = reason_of(sequence, status, stored, has_next_run=not has_none)
        counts[step_key, status, reason] += number
    return [PeopleAt(*group, number) for group, number in counts.items()]


def step_outcomes(actor: Actor, sequence_id: str) -> dict[str, Outcomes]:
    """What came of the messages of each step since the beginning, in all versions together. A step of which nothing was
    sent is missing. Errors: ``scope_missing``, ``not_found``."""
    sequence = _readable(actor, sequence_id)
    rows = StepRun.objects.for_workspace(actor.workspace).filter(
        version__in=list(sequence.versions.values_list("pk", flat=True)), outcome__in=[Outcome.SENT, Outcome.FAILED]
    )
    counted = rows.values_list("step_key").annotate(
        # Of the columns of steprun_by_version, which then answers alone.
        sent=Count("step_key", filter=Q(outcome=Outcome.SENT)),
        failed=Count("step_key", filter=Q(outcome=Outcome.FAILED)),
        replied=Count("replied_at"),
        auto_replied=Count("auto_replied_at"),
        opted_out=Count("opted_out_at"),
    )
    return {step_key: Outcomes(*figures) for step_key, *figures in counted.order_by()}


def _readable(actor: Actor, sequence_id: str) -> SequenceRow:
    actor.require(Scope.READ_ANALYTICS)
    rows = SequenceRow.objects.for_workspace(actor.workspace).select_related("workspace__live")
    sequence: SequenceRow = rows.get_or_not_found(sequence_id)
    return sequence


# --- By sequence as a whole -------------------------------------------------------------------------------------------
# Only who was enrolled so long ago counts in the rates: of others it is too early to say what came of it.
MATURE_AFTER = timedelta(days=14)


class Results(NamedTuple):
    """How many contacts were enrolled, and what came of them up to now: they got all steps, a person answered a message
    of the sequence, they reached the stage ``won`` after they were enrolled."""

    enrolled: int = 0
    completed: int = 0
    replied: int = 0
    won: int = 0


@dataclass(frozen=True, slots=True)
class SequenceResults:
    """What came of those who were enrolled in a period; ``mature`` are those of ``MATURE_AFTER`` ago and before."""

    sequence: SequenceRow
    all: Results
    mature: Results


def result_report(actor: Actor, periods: Sequence[Period]) -> Report[list[SequenceResults]]:
    """The results of the sequences in which contacts were enrolled in these periods, the newest first. In the series
    each period has those of its own enrollments. What an erased contact has won is not known any more.

    Errors: ``scope_missing``.
    """
    actor.require(Scope.READ_ANALYTICS)
    now = clock.now()
    rows = _enrolled(actor, Period(periods[0].begins, periods[-1].ends))
    is_mature = Q(created_at__lte=now - MATURE_AFTER)
    counts: dict[tuple[int, str], dict[str, tuple[int, int]]] = defaultdict(dict)
    for figure, which in _results(actor, periods[0].begins).items():
        grouped = rows.filter(which).annotate(number=spans.number_of("created_at", periods))
        counted = grouped.values_list("number", "sequence_id").annotate(
            Count("pk"), mature=Count("pk", filter=is_mature)
        )
        for number, sequence_id, count, mature in counted.order_by():
            counts[number, sequence_id][figure] = count, mature
    ids = {sequence_id for _, sequence_id in counts}
    sequences = SequenceRow.objects.for_workspace(actor.workspace).filter(pk__in=ids)
    ordered = list(sequences.order_by("-created_at", "-id"))

    def results(numbers: Iterable[int]) -> list[SequenceResults]:
        found = []
        for sequence in ordered:
            of_it = [counts[number, sequence.pk] for number in numbers if (number, sequence.pk) in counts]
            sums = [[sum(each.get(figure, (0, 0))[i] for each in of_it) for figure in Results._fields] for i in (0, 1)]
            if of_it:
                found.append(SequenceResults(sequence, Results(*sums[0]), Results(*sums[1])))
        return found

    every = range(len(periods))
    return Report(results(every), [results([number]) for number in every])


def _enrolled(actor: Actor, period: Period) -> "QuerySet[Any]":
    rows = Enrollment.objects.for_workspace(actor.workspace)
    return rows.filter(created_at__gte=period.begins, created_at__lt=period.ends)


def _results(actor: Actor, begins: datetime) -> dict[str, Q]:
    """Which of the enrollments from ``begins`` on each field of :class:`Results` counts."""
    answered = StepRun.objects.for_workspace(actor.workspace).filter(
        settled_at__gte=begins, outcome=Outcome.SENT, replied_at__isnull=False
    )
    won = StageChange.objects.for_workspace(actor.workspace).filter(stage=Stage.WON, is_first=True, at__gte=begins)
    return {
        "enrolled": Q(),
        "completed": Q(status=EnrollmentStatus.COMPLETED),
        "replied": Q(pk__in=answered.values("enrollment")),
        "won": Q(Exists(won.filter(contact=OuterRef("contact"), at__gte=OuterRef("created_at")))),
    }


def list_results(
    actor: Actor, sequence_id: str, figure: str, period: Period, *, limit: int = 50, cursor: str | None = None
) -> Page:
    """The enrollments, newest first, that :func:`result_report` counts as ``figure``, a field of :class:`Results`, with
    their contacts.

    Errors: ``scope_missing``, ``not_found``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_CONTACTS)
    sequence = SequenceRow.objects.for_workspace(actor.workspace).get_or_not_found(sequence_id)
    rows = _enrolled(actor, period).filter(_results(actor, period.begins)[figure], sequence=sequence)
    filters = {"sequence": sequence_id, "figure": figure, "from": period.begins}
    return page(
        rows.select_related("contact"),
        sort="-created_at",
        limit=limit,
        cursor=cursor,
        workspace_id=actor.workspace.pk,
        filters=filters,
    )
