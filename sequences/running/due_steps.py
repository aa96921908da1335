"""Makes the messages of the steps that are due.

A batch of due enrollments of one sequence is locked, everything is checked again (plan, pause, opt-out, stop rules,
window, condition, values, account), and the step runs and their messages are written in the same transaction.
"""

import contextlib
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from contacts.models import Contact
from contacts.repository import lock_free
from contacts.segments.compilation import where
from contacts.segments.conditions import load_condition
from crmsolid.core import clock, doorbell
from crmsolid.workspaces.models import Workspace
from messaging.authors import of_sequence
from messaging.formatting.entities import Formatted
from messaging.models import Account
from messaging.sending import automatic, message_text
from messaging.sending.automatic import AutomaticMessage, Wait
from sequences.definition import StepDefinition
from sequences.models import Enrollment, EnrollmentStatus, Outcome, Reason, StepRun
from sequences.models import Sequence as SequenceRow
from sequences.querysets import active_sequences, due_enrollments
from sequences.running import progress, schedule
from sequences.running.message_source import SOURCE
from sequences.running.progress import BATCH, History, stop_reason, tags_for
from sequences.versions import Version, load_versions

# When to look again at an enrollment that waits for a value: a change of the contact wakes it before that.
RETRY_VALUE = timedelta(hours=1)


@dataclass(slots=True, eq=False)
class _Send:
    """A step that is to be sent now, as far as nothing below finds a reason to wait."""

    enrollment: Enrollment
    contact: Contact
    version: Version
    step: StepDefinition
    text: Formatted = field(default_factory=lambda: Formatted(""))


@dataclass(slots=True)
class _Batch:
    """Due enrollments of one sequence, locked, and what they depend on.

    ``histories`` are by enrollment. ``tags`` are there if a stop rule needs them. ``waiting`` counts those that the run
    lets wait for their account, by account.
    """

    sequence: SequenceRow
    enrollments: list[Enrollment]
    contacts: Mapping[str, Contact]
    versions: Mapping[int, Version]
    accounts: Mapping[int, Account]
    histories: Mapping[str, History]
    tags: Mapping[str, list[str]]
    now: datetime
    changed: list[Enrollment] = field(default_factory=list)
    stopped: list[Enrollment] = field(default_factory=list)
    waiting: Counter[int] = field(default_factory=Counter)
    skipped: list[StepRun] = field(default_factory=list)


@transaction.atomic
def run_batch(sequence_id: str, enrollment_id: str | None = None, *, waiting: Counter[int] | None = None) -> int:
    """Work on up to ``BATCH`` due enrollments of the sequence, or on one of them; returns their number.

    ``waiting`` counts the enrollments that earlier batches of the run let wait for their account, by account.
    """
    batch = _lock_batch(sequence_id, enrollment_id)
    if batch is None:
        return 0
    if waiting is not None:
        batch.waiting = waiting
    sends = [send for enrollment in batch.enrollments if (send := _decide(batch, enrollment)) is not None]
    sends = _with_condition(batch, sends)
    if batch.stopped:
        progress.cancel_messages(batch.stopped)
    sends = [send for send in sends if _render(batch, send)]
    _make_messages(batch, _with_slots(batch, sends))
    StepRun.objects.for_workspace(batch.sequence.workspace_id).bulk_create(batch.skipped)
    progress.save(batch.changed)
    progress.publish_completed(batch.changed)
    return len(batch.enrollments)


def _lock_batch(sequence_id: str, enrollment_id: str | None) -> _Batch | None:
    """Lock accounts, then enrollments and contacts. What another transaction has locked is left for a later run."""
    sequence = active_sequences().filter(pk=sequence_id).select_related("workspace__live").first()
    due = due_enrollments(sequence_id)
    if enrollment_id is not None:
        due = due.filter(pk=enrollment_id)
    seen = list(due.values_list("version_id", "account_id")[:BATCH])
    if sequence is None or not seen:
        return None
    versions = load_versions(sequence.workspace_id, {version_id for version_id, _ in seen})
    accounts = _lock_accounts(sequence.workspace_id, versions.values(), [account_id for _, account_id in seen])
    locked = [
        each for each in due.select_for_update(skip_locked=True, no_key=True)[:BATCH] if each.version_id in versions
    ]
    contacts = lock_free([each.contact_id for each in locked if each.contact_id])
    locked = [each for each in locked if each.contact_id in contacts]
    return _Batch(
        sequence,
        locked,
        contacts,
        versions,
        accounts,
        histories=progress.histories([each.pk for each in locked]),
        tags=tags_for(versions.values(), contacts),
        now=clock.now(),
    )


def _lock_accounts(
    workspace_id: int, versions: Iterable[Version], assigned: Iterable[int | None]
) -> dict[int, Account]:
    """Lock the accounts that may write: those assigned to enrollments, and those of the versions."""
    account_ids = set(assigned).union(*(version.definition.account_ids for version in versions))
    accounts = Account.objects.for_workspace(workspace_id).filter(pk__in=account_ids).order_by("id")
    return {account.pk: account for account in accounts.select_for_update(no_key=True)}


def _decide(batch: _Batch, enrollment: Enrollment) -> _Send | None:
    """The step to send; None after noting on the enrollment why it ends or waits."""
    contact, version = batch.contacts[str(enrollment.contact_id)], batch.versions[enrollment.version_id]
    definition, now = version.definition, batch.now
    batch.changed.append(enrollment)
    reason = stop_reason(definition, contact, batch.tags.get(contact.id, ()), enrollment.created_at)
    if reason is not None:
        _stop(batch, enrollment, reason)
        return None
    if batch.histories[enrollment.pk].is_unhandled:  # its outcome starts the next step, which may be in another version
        enrollment.next_run_at, enrollment.reason = None, ""
        return None
    step = definition.step(enrollment.step_key)
    if step is None:
        raise LookupError(f"version {version.id} has no step {enrollment.step_key}")
    if progress.due_at(definition, step, contact, enrollment.anchor_at) > now:
        progress.plan(enrollment, definition, step, contact)
        return None
    opens_at = schedule.next_open(definition.window, progress.zone_of(definition, contact), now)
    if opens_at > now:
        _wait(enrollment, opens_at, Reason.WINDOW)
        return None
    return _Send(enrollment, contact, version, step)


def _wait(enrollment: Enrollment, until: datetime, reason: Reason) -> None:
    enrollment.next_run_at, enrollment.reason = until, reason.value


def _stop(batch: _Batch, enrollment: Enrollment, reason: Reason) -> None:
    progress.end(enrollment, EnrollmentStatus.STOPPED, reason, batch.now)
    batch.stopped.append(enrollment)


def _with_condition(batch: _Batch, sends: Sequence[_Send]) -> list[_Send]:
    """Those whose step has no condition, or whose contact meets it: one query for each step that has one."""
    by_step: dict[tuple[int, str], list[_Send]] = defaultdict(list)
    for send in sends:
        by_step[send.version.id, send.step.key].append(send)
    met = {
        step: meet_condition(batch.sequence.workspace, of_step[0].step, [send.contact.id for send in of_step])
        for step, of_step in by_step.items()
    }
    kept = []
    for send in sends:
        if send.contact.id in met[send.version.id, send.step.key]:
            kept.append(send)
        elif send.step.if_not == "stop":
            _stop(batch, send.enrollment, Reason.CONDITION)
        else:
            _skip(batch, send)
    return kept


def meet_condition(workspace: Workspace, step: StepDefinition, contact_ids: Sequence[str]) -> set[str]:
    """Those of these contacts who meet the condition of the step; all if it has none."""
    if step.condition is None:
        return set(contact_ids)
    condition = load_condition(workspace, step.condition)
    contacts = Contact.objects.for_workspace(workspace).filter(where(condition, clock.now()), pk__in=contact_ids)
    return set(contacts.values_list("pk", flat=True))


def _skip(batch: _Batch, send: _Send) -> None:
    """Leave the step out and go on with the next one."""
    enrollment, now = send.enrollment, batch.now
    batch.skipped.append(
        StepRun(
            workspace_id=enrollment.workspace_id,
            enrollment=enrollment,
            version_id=send.version.id,
            step_key=send.step.key,
            outcome=Outcome.SKIPPED,
            handled=True,
            settled_at=now,
        )
    )
    definition = send.version.definition
    following = progress.next_step(definition, send.step.key, batch.histories[enrollment.pk].steps | {send.step.key})
    progress.start_step(enrollment, definition, following, send.contact, now)


def _render(batch: _Batch, send: _Send) -> bool:
    """Render the text for the contact. False if a value is missing: then the enrollment waits for it."""
    is_rendered = False
    with contextlib.suppress(ValueError):
        caption = bool(send.step.attachments)
        send.text = message_text.render_for(send.contact, send.step.text, send.step.format, caption=caption)
        is_rendered = True
    if not is_rendered or not automatic.recipient_of(send.contact):
        _wait(send.enrollment, batch.now + RETRY_VALUE, Reason.MISSING_VALUE)
        return False
    return True


def _with_slots(batch: _Batch, sends: Sequence[_Send]) -> list[tuple[_Send, Account, datetime]]:
    """Give each the next slot of its account; those for whom there is none wait for what their account waits for."""
    capacity: dict[int, tuple[deque[datetime], Wait | None]] = {}

    def capacity_of(account: Account) -> tuple[deque[datetime], Wait | None]:
        if account.pk not in capacity:
            reserved, wait = automatic.reserve_slots(account, batch.now, len(sends))
            capacity[account.pk] = deque(reserved), wait
        return capacity[account.pk]

    ready = []
    for send in sends:
        account = _account_for(batch, send, lambda account: bool(capacity_of(account)[0]))
        if account is None:
            _wait(send.enrollment, batch.now + automatic.RETRY_ACCOUNT, Reason.ACCOUNT_NEEDS_LOGIN)
            continue
        slots, wait = capacity_of(account)
        if not slots:
            assert wait is not None
            _wait(send.enrollment, _end_of_wait(batch, send, account, wait), Reason(wait.reason.value))
            continue
        definition = send.version.definition
        opens_at = schedule.next_open(definition.window, progress.zone_of(definition, send.contact), slots[0])
        if opens_at > slots[0]:  # the gap between sends has moved the slot out of the window
            _wait(send.enrollment, opens_at, Reason.WINDOW)
            continue
        ready.append((send, account, slots.popleft()))
    return ready


def _end_of_wait(batch: _Batch, send: _Send, account: Account, wait: Wait) -> datetime:
    """When to look again at an enrollment that waits for its account.

    Within a day from the end of the wait the account has slots for no more than its limit. The others wait for a day
    more: if all of them waited for the same slot or login, each would cost a look at everybody.
    """
    if _may_pass_on(batch, send):
        return wait.until  # by then another account may have slots
    batch.waiting[account.pk] += 1
    is_later = batch.waiting[account.pk] > automatic.daily_limit(account)
    return wait.until + timedelta(days=1) if is_later else wait.until


def _account_for(batch: _Batch, send: _Send, has_slots: Callable[[Account], bool]) -> Account | None:
    """The account that writes to the contact: the one that wrote before, else the assigned one, else one of the version
    to which the contact was moved. If the sequence passes contacts on, one that was not written to yet goes to the next
    account that can send. None if there is no account."""
    enrollment, definition = send.enrollment, send.version.definition
    assigned = batch.accounts.get(enrollment.account_id or 0)
    others = [batch.accounts[each] for each in definition.account_ids if each in batch.accounts]
    was_written_to = batch.histories[enrollment.pk].was_written_to
    if others and (assigned is None or (assigned not in others and not was_written_to)):
        assigned = others[int(schedule.jitter_fraction(send.contact.id, "") * len(others))]  # the same at every look
    if assigned is None or has_slots(assigned) or not _may_pass_on(batch, send):
        return assigned
    return next((account for account in others if has_slots(account)), assigned)


def _may_pass_on(batch: _Batch, send: _Send) -> bool:
    """Whether another account may write to the contact."""
    return send.version.definition.pass_on and not batch.histories[send.enrollment.pk].was_written_to


def _make_messages(batch: _Batch, ready: Sequence[tuple[_Send, Account, datetime]]) -> None:
    """Write the messages and their step runs. The enrollments wait for the outcomes."""
    messages = automatic.accept(
        SOURCE,
        [
            AutomaticMessage(
                account, send.contact, send.text, slot_at, send.enrollment.request_id, send.step.attachments
            )
            for send, account, slot_at in ready
        ],
        of_sequence(batch.sequence.pk, batch.sequence.name),
    )
    runs = []
    for (send, account, _), message in zip(ready, messages, strict=True):
        enrollment = send.enrollment
        enrollment.account_id, enrollment.next_run_at, enrollment.reason = account.pk, None, ""
        runs.append(
            StepRun(
                workspace_id=enrollment.workspace_id,
                enrollment=enrollment,
                version_id=send.version.id,
                step_key=send.step.key,
                message=message,
                created_at=batch.now,
            )
        )
    StepRun.objects.for_workspace(batch.sequence.workspace_id).bulk_create(runs)
    if messages:
        transaction.on_commit(lambda: doorbell.ring("messaging.dispatch"))
