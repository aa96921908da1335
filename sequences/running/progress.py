"""How an enrollment goes from step to step, is stopped, and ends. The caller holds the locks on its row."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Case, Value, When

from contacts.models import Contact, ContactTag
from contacts.repository import not_erased
from contacts.scoring import awarding
from contacts.scoring.awarding import NewTimer
from contacts.scoring.models import Trigger
from contacts.scoring.sweep import TASK
from crmsolid.core import clock, doorbell
from crmsolid.events.publishing import NewEvent, publish_all
from messaging.sending import automatic
from sequences.definition import Definition, StepDefinition
from sequences.events import SEQUENCE_COMPLETED
from sequences.models import OPEN, Enrollment, EnrollmentStatus, Reason, StepRun
from sequences.models import Sequence as SequenceRow
from sequences.querysets import load_related
from sequences.representations import EnrollmentOut, SequenceOut
from sequences.running import schedule
from sequences.running.schedule import ResumeMode
from sequences.versions import Version, load_versions

# How many enrollments a transaction works on.
BATCH = 200
# Enrollments that are moved to a new version together: the session would be ended if it was idle for too long.
MOVED_TOGETHER = 1000

# What the runner changes of an enrollment.
_CHANGED = ["status", "reason", "step_key", "version", "account", "anchor_at", "next_run_at", "paused_at", "ended_at"]


@dataclass(slots=True)
class History:
    """What an enrollment has done: the keys of its steps, with the one whose message is on its way. ``is_unhandled``:
    there is one whose outcome is still to be handled. ``was_written_to``: a message was made."""

    steps: set[str] = field(default_factory=set)
    is_unhandled: bool = False
    was_written_to: bool = False


# --- From step to step ------------------------------------------------------------------------------------------------
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


# --- To a new version -------------------------------------------------------------------------------------------------
def move_people(sequence: SequenceRow, version: Version) -> None:
    """Put everybody who is still in the sequence, whose row is locked, on this version."""
    open_rows = Enrollment.objects.for_workspace(sequence.workspace_id).filter(sequence=sequence, status__in=OPEN)
    others = open_rows.exclude(version_id=version.id)
    same_step = others.filter(step_key__in=[step.key for step in version.definition.steps])
    # The runner finds out when the step is due now. A message on its way stays on its way. One statement, because the
    # outcome of a message may be handled meanwhile: then this waits for it and sees the time that it has set.
    when_waiting = Case(When(next_run_at__isnull=False, then=Value(clock.now())))
    same_step.update(version_id=version.id, reason="", next_run_at=when_waiting)
    elsewhere = list(others.order_by("id").values_list("pk", flat=True))
    for start in range(0, len(elsewhere), MOVED_TOGETHER):
        _move_to_other_steps(sequence, version, elsewhere[start : start + MOVED_TOGETHER])
    transaction.on_commit(lambda: doorbell.ring("sequences.run"))


def _move_to_other_steps(sequence: SequenceRow, version: Version, enrollment_ids: list[str]) -> None:
    """Put these enrollments, whose step is not in the new version, on this version."""
    rows = Enrollment.objects.for_workspace(sequence.workspace_id)
    still_open = rows.filter(pk__in=enrollment_ids, status__in=OPEN).select_related("contact")
    not_erased([each.contact for each in still_open if each.contact is not None])  # before the enrollments
    locked = list(still_open.select_for_update(no_key=True, of=("self",)).order_by("id"))
    olds = load_versions(sequence.workspace_id, {each.version_id for each in locked})
    found = histories([each.pk for each in locked])
    for enrollment in locked:
        _move(enrollment, olds[enrollment.version_id].definition, version, found[enrollment.pk])
    save(locked)
    publish_completed(locked)


def _move(enrollment: Enrollment, old: Definition, version: Version, history: History) -> None:
    """Put an enrollment whose step is not in the new version on the step that it goes on with."""
    step = step_after_move(old, version.definition, enrollment.step_key, history.steps)
    enrollment.version_id = version.id
    if history.is_unhandled:  # its message is on its way: the outcome starts the step, or completes it
        enrollment.step_key = step.key if step is not None else ""
        return
    contact, now = enrollment.contact, clock.now()
    assert contact is not None
    anchor = enrollment.anchor_at if step is not None else now
    start_step(enrollment, version.definition, step, contact, anchor)


# --- Stop rules -------------------------------------------------------------------------------------------------------
def stop_reason(definition: Definition, contact: Contact, tags: Collection[str], since: datetime) -> Reason | None:
    """Why the sequence stops for this contact, if it does; ``since`` is when the contact was enrolled,
    ``tags`` are folded."""
    if contact.opted_out:
        return Reason.OPTED_OUT
    if "reply" in definition.stop_on:
        replied_at = contact.last_reply_at if definition.ignore_auto_replies else contact.last_in_at
        if replied_at is not None and replied_at > since:
            return Reason.REPLY
    if not definition.stop_tags.isdisjoint(tags):
        return Reason.TAG
    if contact.stage in definition.stop_stages:
        return Reason.STAGE
    return None


def tags_for(versions: Iterable[Version], contact_ids: Iterable[str]) -> Mapping[str, list[str]]:
    """The tags of these contacts, folded, by contact; none if no stop rule of these versions is on tags."""
    tags: dict[str, list[str]] = defaultdict(list)
    if any(version.definition.stop_tags for version in versions):
        rows = ContactTag.unscoped.filter(contact__in=list(contact_ids))
        for contact_id, folded in rows.values_list("contact_id", "folded"):
            tags[contact_id].append(folded)
    return tags


# --- Rows of enrollments ----------------------------------------------------------------------------------------------
def histories(enrollment_ids: Sequence[str]) -> Mapping[str, History]:
    """The history of each of these enrollments, in one query."""
    found: dict[str, History] = defaultdict(History)
    runs = StepRun.unscoped.filter(enrollment__in=enrollment_ids)
    for enrollment_id, key, handled, message_id in runs.values_list(
        "enrollment_id", "step_key", "handled", "message_id"
    ):
        history = found[enrollment_id]
        history.steps.add(key)
        history.is_unhandled |= not handled
        history.was_written_to |= message_id is not None
    return found


def stop(enrollment: Enrollment, reason: Reason, at: datetime) -> None:
    """Stop the enrollment and cancel its message, if that is still queued."""
    end(enrollment, EnrollmentStatus.STOPPED, reason, at)
    cancel_messages([enrollment])


def cancel_messages(stopped: Sequence[Enrollment]) -> None:
    """Cancel the messages of these enrollments that are still queued, with the reason for which each was stopped."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    runs = StepRun.unscoped.filter(enrollment__in=stopped, outcome="", message__isnull=False)
    messages = dict(runs.values_list("message_id", "enrollment_id"))
    reasons = {each.pk: each.reason for each in stopped}
    for message_id, enrollment_id in messages.items():
        by_reason[reasons[enrollment_id]].append(str(message_id))
    for reason, message_ids in sorted(by_reason.items()):
        automatic.cancel_queued(message_ids, reason)


def save(enrollments: Sequence[Enrollment]) -> None:
    """Write what was changed of these enrollments in one statement.

    A transaction may write a row only once: PostgreSQL checks all foreign keys of a row that its own transaction wrote
    before, which needs the lock of the contact, and whoever erases the contact waits for the enrollment.
    """
    # The rows are there, so each conflicts and is updated. ``bulk_update`` spends more time on its CASE expressions
    # than PostgreSQL spends on the update.
    Enrollment.unscoped.bulk_create(enrollments, update_conflicts=True, unique_fields=["id"], update_fields=_CHANGED)


def publish_completed(changed: Sequence[Enrollment]) -> None:
    """Publish ``sequence.completed`` for those of these enrollments that this transaction has completed, and have the
    sweep of scores look at their contacts. Nobody may be erasing these."""
    completed = [each for each in changed if each.status == EnrollmentStatus.COMPLETED]
    if not completed:
        return
    load_related(completed)
    _start_timers(completed)
    publish_all(
        None,
        [
            NewEvent(
                SEQUENCE_COMPLETED,
                {"sequence": SequenceOut.render(each.sequence), "enrollment": EnrollmentOut.render(each)},
                str(each.contact_id or ""),
                each.request_id,
                each.workspace_id,
                account_id=each.account_id,
            )
            for each in completed
        ],
    )


def _start_timers(completed: Sequence[Enrollment]) -> None:
    """Have the sweep of scores look at the contacts, whose rows need not be locked for it."""
    rules = awarding.read_rules({each.workspace_id for each in completed}, [Trigger.SEQUENCE_COMPLETED])
    timers = [
        NewTimer(rule.workspace_id, rule.pk, str(each.contact_id), f"sequence {each.pk}", clock.now())
        for rule in rules
        for each in completed
        if each.workspace_id == rule.workspace_id and each.contact_id is not None
    ]
    if timers:
        awarding.start_timers(timers)
        transaction.on_commit(lambda: doorbell.ring(TASK))
