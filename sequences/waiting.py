"""Says why an enrollment waits. What the runner found is stored; what is true of its sequence or workspace is not."""

from collections.abc import Iterable

from django.db.models import Prefetch, prefetch_related_objects

from sequences.models import Enrollment, EnrollmentStatus, Reason, Sequence, SequenceStatus, SequenceVersion


def reason(enrollment: Enrollment) -> str | None:
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
    """Load what the representation of an enrollment needs, with two queries for all of them."""
    sequences = Sequence.unscoped.select_related("workspace__live")
    versions = SequenceVersion.unscoped.all()
    prefetch_related_objects(
        list(enrollments), Prefetch("sequence", queryset=sequences), Prefetch("version", queryset=versions)
    )
