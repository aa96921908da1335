"""Reads of sequences that have a name."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Prefetch, QuerySet, Subquery, prefetch_related_objects

from crmsolid.core import clock
from crmsolid.workspaces import sending_hold
from crmsolid.workspaces.models import Workspace, where_plan_allows_sending
from sequences.models import (
    STUCK,
    Enrollment,
    EnrollmentStatus,
    Outcome,
    Reason,
    Sequence,
    SequenceStatus,
    SequenceVersion,
    StepRun,
)


def people_by_status(workspace: Workspace, sequence_ids: Iterable[str]) -> Mapping[str, Mapping[str, int]]:
    """How many enrollments each of these sequences has by their status, in one query."""
    rows = Enrollment.objects.for_workspace(workspace).filter(sequence__in=list(sequence_ids))
    counted = rows.values_list("sequence_id", "status").annotate(people=Count("*")).order_by()
    people: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for sequence_id, status, number in counted:
        people[sequence_id][status] = number
    return people


def active_sequences() -> "QuerySet[Sequence]":
    """The sequences whose steps may be sent; none while sending is held."""
    allowed = where_plan_allows_sending("workspace__") & sending_hold.where_not_held()
    return Sequence.unscoped.filter(allowed, status=SequenceStatus.ACTIVE)


def due_enrollments(sequence_id: Any) -> "QuerySet[Enrollment]":
    """The enrollments of a sequence to work on now, the one that has been due for the longest time first."""
    rows = Enrollment.unscoped.filter(sequence_id=sequence_id, status="active", next_run_at__lte=clock.now())
    return rows.order_by("next_run_at", "id")


def due_sequences() -> list[str]:
    """The sequences with due enrollments: one look into the index for each active sequence."""
    rows = active_sequences().filter(Exists(due_enrollments(OuterRef("pk"))))
    return list(rows.order_by("id").values_list("pk", flat=True))


def next_run_at() -> datetime | None:
    """When the next enrollment is due, in the past if one is; None if none waits for a time."""
    rows = Enrollment.unscoped.filter(sequence_id=OuterRef("pk"), status="active", next_run_at__isnull=False)
    first = Subquery(rows.order_by("next_run_at").values("next_run_at")[:1])
    found: datetime | None = active_sequences().annotate(first=first).aggregate(next=Min("first"))["next"]
    return found


def due_until(workspace: Workspace, at: datetime) -> "QuerySet[Enrollment]":
    """The enrollments of the workspace's active sequences whose next step is due before ``at``, of one sequence after
    the other."""
    active = Sequence.objects.for_workspace(workspace).filter(status=SequenceStatus.ACTIVE)
    rows: QuerySet[Enrollment] = Enrollment.objects.for_workspace(workspace).filter(
        sequence__in=list(active.values_list("pk", flat=True)), status=EnrollmentStatus.ACTIVE, next_run_at__lt=at
    )
    return rows.order_by("sequence_id", "next_run_at", "id")


def people_who_are_stuck(workspace: Workspace, *, limit: int) -> list[tuple[Sequence, str, int]]:
    """The active sequences in which people wait until somebody acts, with the :class:`Reason` and how many they are:
    most first, ``limit`` at most."""
    active = Sequence.objects.for_workspace(workspace).filter(status=SequenceStatus.ACTIVE).in_bulk()
    rows = Enrollment.objects.for_workspace(workspace).filter(
        sequence__in=list(active), status=EnrollmentStatus.ACTIVE, reason__in=STUCK
    )
    # Without a join, the index enrollment_stuck answers alone.
    counted = rows.values_list("sequence_id", "reason").annotate(number=Count("*"))
    found = counted.order_by("-number", "sequence_id", "reason")[:limit]
    return [(active[sequence_id], reason, number) for sequence_id, reason, number in found]


def next_runs(workspace: Workspace | int, sequence_ids: Iterable[str]) -> dict[str, datetime]:
    """When the next enrollment of each of these sequences is due that are active; one look into an index for each."""
    rows = Enrollment.objects.for_workspace(workspace).filter(
        sequence_id=OuterRef("pk"), status="active", next_run_at__isnull=False
    )
    first = Subquery(rows.order_by("next_run_at").values("next_run_at")[:1])
    active = Sequence.objects.for_workspace(workspace).filter(pk__in=list(sequence_ids), status=SequenceStatus.ACTIVE)
    return dict(active.annotate(first=first).filter(first__isnull=False).values_list("pk", "first"))


def reply_rates(workspace: Workspace | int, sequence_ids: Iterable[str], since: datetime) -> dict[str, float]:
    """Which part of the messages that were sent ``since`` then was answered by a person, from 0 to 1, by sequence. One
    that sent none is missing."""
    versions = SequenceVersion.objects.for_workspace(workspace).filter(sequence__in=list(sequence_ids))
    sequences = dict(versions.values_list("pk", "sequence_id"))
    rows = StepRun.objects.for_workspace(workspace).filter(
        version__in=list(sequences), outcome=Outcome.SENT, settled_at__gte=since
    )
    # Without a join and ids, the index steprun_stats answers alone.
    counted = rows.values_list("version_id").annotate(sent=Count("*"), replied=Count("replied_at"))
    sent, replied = Counter[str](), Counter[str]()
    for version_id, number, answered in counted.order_by():
        sent[sequences[version_id]] += number
        replied[sequences[version_id]] += answered
    return {sequence_id: replied[sequence_id] / number for sequence_id, number in sent.items()}


def unhandled_runs() -> "QuerySet[StepRun]":
    """The steps whose outcome is known and was not handled yet, oldest first."""
    return StepRun.unscoped.exclude(outcome="").filter(handled=False).order_by("id")


# --- Why an enrollment waits ------------------------------------------------------------------------------------------
def current_reason(enrollment: Enrollment) -> str | None:
    """Why it waits, or why it has ended; None if it was completed, is paused by itself, or its message is on its way.

    For a list of enrollments call :func:`load_related` first, or each costs several queries.
    """
    is_due = enrollment.next_run_at is not None
    return reason_of(enrollment.sequence, enrollment.status, enrollment.reason, has_next_run=is_due)


def reason_of(sequence: Sequence, status: str, stored: str, *, has_next_run: bool) -> str | None:
    """The same for all enrollments of the sequence that agree in these columns. ``stored`` is their ``reason``."""
    if status != EnrollmentStatus.ACTIVE:
        return stored or None
    if sequence.status == SequenceStatus.PAUSED:
        return Reason.SEQUENCE_PAUSED.value
    if not sequence.workspace.plan_allows_sending:
        return Reason.PLAN.value
    if not has_next_run:
        return None
    return stored or Reason.DELAY.value


def load_related(enrollments: Iterable[Enrollment]) -> None:
    """Load what the representation of an enrollment needs, with a query for each kind of row that is not loaded yet."""
    sequences = Sequence.unscoped.select_related("workspace__live")
    versions = SequenceVersion.unscoped.all()
    prefetch_related_objects(
        list(enrollments),
        Prefetch("sequence", queryset=sequences),
        Prefetch("version", queryset=versions),
        "contact",
    )
