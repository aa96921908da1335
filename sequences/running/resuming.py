"""What each way to resume a paused sequence, or a paused enrollment, would do to the dates of those who wait."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, DateTimeField, Max, Min, Q, Value, When

from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from sequences import services
from sequences.definition import Definition
from sequences.models import Enrollment, EnrollmentStatus, SequenceStatus
from sequences.running import progress, schedule
from sequences.running.schedule import ResumeMode
from sequences.versions import Version, load_versions, version_of


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would happen to ``waiting`` contacts if they went on now: the wait of ``due`` of them is over. ``first_at``
    and ``last_at`` are when the first and the last of them get their next message; both are None if nobody waits. Other
    time zones than that of the sequence, the random extra delay and the limits of accounts are not considered."""

    mode: ResumeMode
    waiting: int
    due: int
    first_at: datetime | None
    last_at: datetime | None


def forecast_sequence(actor: Actor, sequence_id: str) -> list[Forecast]:
    """What each way to resume this paused sequence would do; empty unless it is paused.

    Errors: ``scope_missing``, ``not_found``.
    """
    sequence, _ = services.get_sequence(actor, sequence_id)
    if sequence.status != SequenceStatus.PAUSED or sequence.paused_at is None:
        return []
    rows = Enrollment.objects.for_workspace(actor.workspace).filter(
        sequence=sequence, status=EnrollmentStatus.ACTIVE, next_run_at__isnull=False
    )
    version_ids = rows.order_by().values_list("version_id", flat=True).distinct()
    versions = load_versions(actor.workspace.pk, version_ids)
    return _forecasts(rows, versions, sequence.paused_at, clock.now())


def _forecasts(rows: Any, versions: dict[int, Version], paused_at: datetime, now: datetime) -> list[Forecast]:
    """One query, whose rows are the steps at which somebody waits."""
    due_now = {
        mode.value: Count("pk", filter=Q(anchor_at__lte=_due_if_begun_by(versions.values(), mode, paused_at, now)))
        for mode in ResumeMode
    }
    groups = list(
        rows.order_by()
        .values("version_id", "step_key")
        .annotate(waiting=Count("pk"), first_anchor=Min("anchor_at"), last_anchor=Max("anchor_at"), **due_now)
    )
    waiting, forecasts = sum(group["waiting"] for group in groups), []
    for mode in ResumeMode:
        times = [
            _next_message(versions[group["version_id"]].definition, group["step_key"], mode, anchor, paused_at, now)
            for group in groups
            for anchor in (group["first_anchor"], group["last_anchor"])
        ]
        due = sum(group[mode.value] for group in groups)
        forecasts.append(Forecast(mode, waiting, due, min(times, default=None), max(times, default=None)))
    return forecasts


def _due_if_begun_by(versions: Iterable[Version], mode: ResumeMode, paused_at: datetime, now: datetime) -> Case:
    """By version and step, the latest beginning of a wait that is over at ``now``; nothing for a step whose wait is
    never over then."""
    whens = []
    for version in versions:
        for step in version.definition.steps:
            if not step.delay:
                latest = now
            elif mode == ResumeMode.RESTART_DELAY:
                continue
            else:
                latest = (now if mode == ResumeMode.KEEP_DATES else paused_at) - step.delay
            whens.append(When(version_id=version.id, step_key=step.key, then=Value(latest)))
    return Case(*whens, default=Value(None), output_field=DateTimeField())


def _next_message(
    definition: Definition, step_key: str, mode: ResumeMode, anchor: datetime, paused_at: datetime, now: datetime
) -> datetime:
    """When somebody gets the step, in the time zone of the sequence and without jitter."""
    step = definition.step(step_key)
    assert step is not None
    due = schedule.resumed_anchor(mode, anchor, paused_at, now) + step.delay
    return schedule.next_open(definition.window, definition.time_zone, max(due, now))


def forecast_enrollment(actor: Actor, enrollment_id: str) -> list[Forecast]:
    """What each way to resume this paused enrollment would do; empty unless it is paused.

    Errors: ``scope_missing``, ``not_found``.
    """
    enrollment = services.get_enrollment(actor, enrollment_id)
    if enrollment.status != EnrollmentStatus.PAUSED or enrollment.contact is None:
        return []
    version = version_of(enrollment)
    step, now = version.definition.step(enrollment.step_key), clock.now()
    if step is None or enrollment.next_run_at is None:  # its message is on its way
        return [Forecast(mode, 0, 0, None, None) for mode in ResumeMode]
    forecasts = []
    for mode in ResumeMode:
        anchor = progress.anchor_after_pause(enrollment, mode)
        at = max(now, progress.due_at(version.definition, step, enrollment.contact, anchor))
        forecasts.append(Forecast(mode, 1, int(anchor + step.delay <= now), at, at))
    return forecasts
