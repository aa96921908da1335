"""How an enrollment goes from step to step, and ends. Changes rows in memory; the caller holds their locks."""

from collections.abc import Collection
from datetime import datetime

from contacts.models import Contact
from crmsolid.core import clock
from sequences import schedule
from sequences.definition import Definition, StepDefinition
from sequences.models import Enrollment, EnrollmentStatus, Reason
from sequences.schedule import ResumeMode


def due_at(definition: Definition, step: StepDefinition, contact: Contact, anchor: datetime) -> datetime:
    """When the step is due for this contact if its delay began at ``anchor``. The same at every call."""
    return schedule.due_at(
        anchor,
        step.delay,
        window=definition.window,
        zone=zone_of(definition, contact),
        jitter=definition.jitter,
        fraction=schedule.jitter_fraction(contact.id, step.key),
    )


def zone_of(definition: Definition, contact: Contact) -> str:
    """The time zone in which the sending window is meant for this contact."""
    return contact.time_zone or definition.time_zone


def anchor_after_pause(enrollment: Enrollment, mode: ResumeMode) -> datetime:
    """When the delay of the step of this paused enrollment counts from if it is resumed now."""
    assert enrollment.paused_at is not None
    until, sequence_paused_at = clock.now(), enrollment.sequence.paused_at
    if mode == ResumeMode.ONLY_ACTIVE_TIME and sequence_paused_at is not None:
        # The time since then counts when the sequence is resumed.
        until = max(sequence_paused_at, enrollment.paused_at, enrollment.anchor_at)
    return schedule.resumed_anchor(mode, enrollment.anchor_at, enrollment.paused_at, until)


def start_step(
    enrollment: Enrollment, definition: Definition, step: StepDefinition | None, contact: Contact, anchor: datetime
) -> None:
    """Make ``step`` the next one, with its delay from ``anchor``; without one the enrollment is completed."""
    if step is None:
        end(enrollment, EnrollmentStatus.COMPLETED, "", anchor)
        return
    enrollment.step_key, enrollment.anchor_at = step.key, anchor
    plan(enrollment, definition, step, contact)


def plan(enrollment: Enrollment, definition: Definition, step: StepDefinition, contact: Contact) -> None:
    """Write when the step is due, and whether it is only the sending window that it waits for."""
    delayed_until = enrollment.anchor_at + step.delay
    opens_at = schedule.next_open(definition.window, zone_of(definition, contact), delayed_until)
    waits_for_window = delayed_until <= clock.now() and opens_at > delayed_until
    enrollment.next_run_at = due_at(definition, step, contact, enrollment.anchor_at)
    enrollment.reason = Reason.WINDOW.value if waits_for_window else ""


def end(enrollment: Enrollment, status: EnrollmentStatus, reason: Reason | str, at: datetime) -> None:
    """End the enrollment."""
    enrollment.status, enrollment.reason, enrollment.ended_at = status.value, str(reason), at
    enrollment.next_run_at = enrollment.paused_at = None
    if status == EnrollmentStatus.COMPLETED:
        enrollment.step_key = ""


def next_step(definition: Definition, key: str, done: Collection[str]) -> StepDefinition | None:
    """The first step after the one with this key that was not done yet. If the key is no step of the definition, the
    first one after the last of those that were done."""
    keys = [step.key for step in definition.steps]
    last = keys.index(key) if key in keys else max((keys.index(each) for each in keys if each in done), default=-1)
    return next((step for step in definition.steps[last + 1 :] if step.key not in done), None)


def step_after_move(old: Definition, new: Definition, key: str, done: Collection[str]) -> StepDefinition | None:
    """The step of the new version for somebody whose next step in the old one has this key.

    The same step if it is still there; else the next one of the old version that is still there; else the first that
    comes after everything that was done. A step that was done is never done again.
    """
    old_keys = [step.key for step in old.steps]
    for candidate in old_keys[old_keys.index(key) :] if key in old_keys else []:
        step = new.step(candidate)
        if step is not None and candidate not in done:
            return step
    return next_step(new, "", done)
