"""Moves enrollments on: makes the messages of the steps that are due, and takes note of what became of earlier ones.

The rows are the queue. A run claims due enrollments under their row locks, checks everything again (plan, pause,
opt-out, stop rules, window, condition, values, account), and writes the step run and its message in one transaction.
Any number of workers may run at once, and a crash at any point leaves either everything of a step or nothing.
"""

import contextlib
import logging
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Min, OuterRef, QuerySet, Subquery

from contacts.models import Contact
from contacts.segments.compilation import where
from contacts.segments.conditions import load_condition
from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DATABASE_UNAVAILABLE
from crmsolid.core.sql.bulk import datetime_formatter, fetch, ids_clause, row_lock, rows_parameter, rows_source, run
from crmsolid.core.sql.table import Table, datetime_param
from crmsolid.events.publishing import NewEvent, publish_all
from crmsolid.workspaces.models import Workspace, where_plan_allows_sending
from messaging.models import Account
from messaging.sending import automatic, message_text
from messaging.sending.automatic import AutomaticMessage, Wait
from sequences import progress, schedule, waiting
from sequences.definition import StepDefinition
from sequences.events import SEQUENCE_COMPLETED
from sequences.message_source import PAUSED, SOURCE, tags_of
from sequences.models import Enrollment, EnrollmentStatus, Outcome, Reason, SequenceStatus, StepRun
from sequences.models import Sequence as SequenceRow
from sequences.repository import Version, load_versions
from sequences.representations import EnrollmentOut, SequenceOut
from sequences.stop_rules import stop_reason

logger = logging.getLogger("crmsolid.sequences")

BATCH = 200
RUN_SECONDS = 20.0
# When to look again at an enrollment that waits for a value: a change of the contact wakes it before that.
RETRY_VALUE = timedelta(hours=1)
# When to look again at an enrollment that could not be worked on because of a bug.
RETRY_AFTER_BUG = timedelta(minutes=10)

_enrollments, _step_runs = Table(Enrollment), Table(StepRun)
_contacts, _accounts = Table(Contact), Table(Account)

_CHANGED = {
    "enrollment": "text",
    "new_status": "text",
    "new_reason": "text",
    "new_step": "text",
    "new_version": "int",
    "new_account": "int",
    "anchor": "time",
    "next_run": "time",
    "ended": "time",
}


def run_due(*, seconds: float = RUN_SECONDS) -> int:
    """Work on everything that is due; returns the number of enrollments that were worked on.

    After ``seconds`` the run ends and asks for another one.
    """
    ends = time.monotonic() + seconds
    worked_on = 0
    while (handled := _handle_outcomes()) >= BATCH and time.monotonic() <= ends:
        worked_on += handled
    worked_on += handled
    due, waiting = deque(due_sequences()), Counter[int]()
    while due:
        if time.monotonic() > ends:
            doorbell.ring("sequences.run")
            return worked_on
        sequence_id = due.popleft()
        done = _run_sequence(sequence_id, waiting)
        worked_on += done
        if done >= BATCH:
            due.append(sequence_id)
    _ring_for_next()
    return worked_on


def _handle_outcomes() -> int:
    """Handle a batch of outcomes; after a bug, those of each enrollment alone."""
    try:
        return handle_outcomes()
    except DATABASE_UNAVAILABLE:
        raise
    except Exception:
        logger.exception("a batch of outcomes failed")
    for enrollment_id in list(_settled_runs().values_list("enrollment_id", flat=True)[:BATCH]):
        try:
            handle_outcomes(enrollment_id)
        except DATABASE_UNAVAILABLE:
            raise
        except Exception:  # the sweep tries again
            logger.exception("an outcome cannot be handled", extra={"enrollment_id": enrollment_id})
    return 0


def _run_sequence(sequence_id: str, waiting: Counter[int]) -> int:
    """Work on a batch of the sequence; after a bug, on each of its enrollments alone, so that none holds up others."""
    try:
        return run_batch(sequence_id, waiting=waiting)
    except DATABASE_UNAVAILABLE:
        raise
    except Exception:
        logger.exception("a batch of a sequence failed", extra={"sequence_id": sequence_id})
    done = 0
    for enrollment_id in list(due_enrollments(sequence_id).values_list("pk", flat=True)[:BATCH]):
        try:
            done += run_batch(sequence_id, enrollment_id, waiting=waiting)
        except DATABASE_UNAVAILABLE:
            raise
        except Exception:
            logger.exception("an enrollment cannot be worked on", extra={"enrollment_id": enrollment_id})
            retry_at = clock.now() + RETRY_AFTER_BUG
            Enrollment.unscoped.filter(pk=enrollment_id, status="active").update(next_run_at=retry_at)
            done += 1
    return done


# --- What is due ------------------------------------------------------------------------------------------------------
def active_sequences() -> "QuerySet[SequenceRow]":
    """The sequences whose steps may be sent."""
    return SequenceRow.unscoped.filter(where_plan_allows_sending("workspace__"), status=SequenceStatus.ACTIVE)


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


def _ring_for_next() -> None:
    """Ask for a run when the next enrollment becomes due, if that is before the next sweep."""
    next_at, now = next_run_at(), clock.now()
    if next_at is not None and next_at <= now + timedelta(seconds=settings.SWEEP_SECONDS):
        doorbell.ring("sequences.run", after=max(0.1, (next_at - now).total_seconds()))


# --- Steps that are due -----------------------------------------------------------------------------------------------
@dataclass(slots=True, eq=False)
class _Send:
    """A step that is to be sent now, as far as nothing below finds a reason to wait."""

    enrollment: Enrollment
    contact: Contact
    version: Version
    step: StepDefinition
    text: str = ""


@dataclass(slots=True)
class _Batch:
    """Due enrollments of one sequence, locked, and what they depend on.

    ``histories`` are by enrollment. ``tags`` are there if a stop rule needs them. ``waiting`` counts those that the run
    lets wait for the daily limit, by account.
    """

    sequence: SequenceRow
    enrollments: list[Enrollment]
    contacts: Mapping[str, Contact]
    versions: Mapping[int, Version]
    accounts: Mapping[int, Account]
    histories: Mapping[str, "History"]
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
        _cancel_messages(batch.stopped)
    sends = [send for send in sends if _render(batch, send)]
    _make_messages(batch, _with_slots(batch, sends))
    _step_runs.insert(batch.skipped)
    save(batch.changed)
    publish_completed(batch.changed)
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
    account_ids = {account_id for _, account_id in seen if account_id is not None}
    for version in versions.values():
        account_ids.update(version.definition.account_ids)
    accounts = _lock_accounts(sequence.workspace_id, account_ids)
    enrollments = [each for each in _lock_due(sequence_id, enrollment_id) if each.version_id in versions]
    contacts = _lock_contacts([each.contact_id for each in enrollments if each.contact_id])
    enrollments = [each for each in enrollments if each.contact_id in contacts]
    needs_tags = any(version.definition.stop_tags for version in versions.values())
    return _Batch(
        sequence,
        enrollments,
        contacts,
        versions,
        accounts,
        histories=histories([each.pk for each in enrollments]),
        tags=tags_of(list(contacts)) if needs_tags else {},
        now=clock.now(),
    )


def _lock_accounts(workspace_id: int, account_ids: set[int]) -> dict[int, Account]:
    where, params = ids_clause("id", sorted(account_ids))
    rows = _accounts.select(f"{where} AND workspace_id = %s ORDER BY id", [*params, workspace_id], lock=True)
    return {account.pk: account for account in rows}


def _lock_due(sequence_id: str, enrollment_id: str | None) -> list[Enrollment]:
    only, params = ("id = %s", [enrollment_id]) if enrollment_id is not None else ("sequence_id = %s", [sequence_id])
    rows = fetch(
        f"SELECT {_enrollments.columns()} FROM {_enrollments.name} WHERE {only} AND status = 'active'"
        f" AND next_run_at <= %s ORDER BY next_run_at, id LIMIT %s{row_lock(skip_locked=True)}",
        [*params, datetime_param(clock.now()), BATCH],
    )
    return [_enrollments.from_row(row) for row in rows]


def _lock_contacts(contact_ids: Sequence[str]) -> dict[str, Contact]:
    """Never waits, so that it does not matter that a contact comes before its enrollments in the order of locks."""
    where, params = ids_clause("id", contact_ids)
    rows = fetch(
        f"SELECT {_contacts.columns()} FROM {_contacts.name} WHERE {where} ORDER BY id{row_lock(skip_locked=True)}",
        params,
    )
    return {contact.id: contact for contact in map(_contacts.from_row, rows)}


@dataclass(slots=True)
class History:
    """What an enrollment has done: the keys of its steps, with the one whose message is on its way. ``is_unhandled``:
    there is one whose outcome is still to be handled. ``was_written_to``: a message was made."""

    steps: set[str] = field(default_factory=set)
    is_unhandled: bool = False
    was_written_to: bool = False


def histories(enrollment_ids: Sequence[str]) -> Mapping[str, History]:
    """The history of each of these enrollments, in one query."""
    found: dict[str, History] = defaultdict(History)
    where, params = ids_clause("enrollment_id", enrollment_ids)
    statement = f"SELECT enrollment_id, step_key, handled, message_id FROM {_step_runs.name} WHERE {where}"
    for enrollment_id, key, handled, message_id in fetch(statement, params):
        history = found[enrollment_id]
        history.steps.add(key)
        history.is_unhandled |= not handled
        history.was_written_to |= message_id is not None
    return found


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
    due_at = progress.due_at(definition, step, contact, enrollment.anchor_at)
    if due_at > now:
        enrollment.next_run_at, enrollment.reason = due_at, ""
        return None
    opens_at = schedule.next_open(definition.window, progress.zone_of(definition, contact), now)
    if opens_at > now:
        _wait(enrollment, opens_at, Reason.WINDOW)
        return None
    return _Send(enrollment, contact, version, step)


def _wait(enrollment: Enrollment, until: datetime, reason: Reason) -> None:
    enrollment.next_run_at, enrollment.reason = until, reason.value


def stop(enrollment: Enrollment, reason: Reason, at: datetime) -> None:
    """Stop the enrollment and cancel its message, if that is still queued. Its row must be locked."""
    progress.end(enrollment, EnrollmentStatus.STOPPED, reason, at)
    _cancel_messages([enrollment])


def _stop(batch: _Batch, enrollment: Enrollment, reason: Reason) -> None:
    progress.end(enrollment, EnrollmentStatus.STOPPED, reason, batch.now)
    batch.stopped.append(enrollment)


def _cancel_messages(stopped: Sequence[Enrollment]) -> None:
    """Cancel the messages of these enrollments that are still queued, with the reason for which each was stopped."""
    reasons, by_reason = {each.pk: each.reason for each in stopped}, defaultdict[str, list[str]](list)
    where, params = ids_clause("enrollment_id", list(reasons))
    rows = fetch(f"SELECT enrollment_id, message_id FROM {_step_runs.name} WHERE {where} AND outcome = ''", params)
    for enrollment_id, message_id in rows:
        if message_id is not None:
            by_reason[reasons[enrollment_id]].append(message_id)
    for reason, message_ids in sorted(by_reason.items()):
        automatic.cancel_queued(message_ids, reason)


def _with_condition(batch: _Batch, sends: Sequence[_Send]) -> list[_Send]:
    """Those whose step has no condition, or whose contact meets it: one query for each step that has one."""
    met: list[_Send] = []
    by_step = sorted(sends, key=lambda send: (send.version.id, send.step.key))
    for _, group in groupby(by_step, key=lambda send: (send.version.id, send.step.key)):
        of_step = list(group)
        step = of_step[0].step
        meet = meet_condition(batch.sequence.workspace, step, [send.contact.id for send in of_step])
        for send in of_step:
            if send.contact.id in meet:
                met.append(send)
            elif step.if_not == "stop":
                _stop(batch, send.enrollment, Reason.CONDITION)
            else:
                _skip(batch, send)
    order = {id(send): index for index, send in enumerate(sends)}
    return sorted(met, key=lambda send: order[id(send)])


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
    with contextlib.suppress(ValueError):
        send.text = message_text.render_for(send.contact, send.step.text)
    if not send.text or not automatic.recipient_of(send.contact):
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
            AutomaticMessage(account, send.contact, send.text, slot_at, send.enrollment.request_id)
            for send, account, slot_at in ready
        ],
    )
    runs = []
    for (send, account, _), message in zip(ready, messages, strict=True):
        enrollment = send.enrollment
        enrollment.account_id, enrollment.next_run_at, enrollment.reason = account.pk, None, ""
        runs.append(
            {
                "workspace_id": enrollment.workspace_id,
                "enrollment_id": enrollment.pk,
                "version_id": send.version.id,
                "step_key": send.step.key,
                "message_id": message.id,
                "created_at": batch.now,
            }
        )
    _step_runs.insert(runs)
    if messages:
        transaction.on_commit(lambda: doorbell.ring("messaging.dispatch"))


def save(enrollments: Sequence[Enrollment]) -> None:
    """Write what the runner changes of these enrollments, and their version, in one statement. Their rows are locked.

    A transaction may write a row only once: PostgreSQL checks all foreign keys of a row that its own transaction wrote
    before, which needs the lock of the contact, and whoever erases the contact waits for the enrollment.
    """
    if not enrollments:
        return
    as_text = datetime_formatter()
    rows = [
        (
            *(each.pk, str(each.status), each.reason, each.step_key, each.version_id, each.account_id),
            *(as_text(each.anchor_at), as_text(each.next_run_at), as_text(each.ended_at)),
        )
        for each in enrollments
    ]
    run(
        f"UPDATE {_enrollments.name} SET status = new_status, reason = new_reason, step_key = new_step,"
        " version_id = new_version, account_id = new_account,"
        " anchor_at = anchor, next_run_at = next_run, ended_at = ended,"
        " paused_at = CASE WHEN ended IS NULL THEN paused_at END"
        f" FROM {rows_source(_CHANGED)} WHERE id = enrollment",
        [rows_parameter(rows)],
    )


def publish_completed(changed: Sequence[Enrollment]) -> None:
    """Publish ``sequence.completed`` for those of these enrollments that this transaction has completed."""
    completed = [each for each in changed if each.status == EnrollmentStatus.COMPLETED]
    if not completed:
        return
    waiting.load_related(completed)
    publish_all(
        None,
        [
            NewEvent(
                SEQUENCE_COMPLETED,
                {"sequence": SequenceOut.render(each.sequence), "enrollment": EnrollmentOut.render(each)},
                str(each.contact_id or ""),
                each.request_id,
                each.workspace_id,
            )
            for each in completed
        ],
    )


# --- What became of messages ------------------------------------------------------------------------------------------
def _settled_runs() -> "QuerySet[StepRun]":
    return StepRun.unscoped.exclude(outcome="").filter(handled=False).order_by("id")


@transaction.atomic
def handle_outcomes(enrollment_id: str | None = None) -> int:
    """Move on up to ``BATCH`` enrollments whose message was sent, failed or canceled, or one of them; returns their
    number."""
    settled = _settled_runs()
    if enrollment_id is not None:
        settled = settled.filter(enrollment_id=enrollment_id)
    enrollment_ids = list(settled.values_list("enrollment_id", flat=True)[:BATCH])
    if not enrollment_ids:
        return 0
    rows = Enrollment.unscoped.filter(pk__in=enrollment_ids).order_by("id")
    locked = {each.pk: each for each in rows.select_for_update(skip_locked=True, no_key=True, of=("self",))}
    runs = list(settled.filter(enrollment_id__in=locked).select_related("message"))
    still_open = {pk: each for pk, each in locked.items() if each.ended_at is None}
    context = _OutcomeContext(list(still_open.values()))
    for step_run in runs:
        if step_run.enrollment_id in still_open:
            _handle(step_run, still_open[step_run.enrollment_id], context)
    again = [each.pk for each in runs if each.enrollment_id in still_open and _is_to_be_made_again(each)]
    StepRun.unscoped.filter(pk__in=again).delete()
    StepRun.unscoped.filter(pk__in=[each.pk for each in runs]).update(handled=True)
    save(list(still_open.values()))
    publish_completed(list(still_open.values()))
    if any(each.status == EnrollmentStatus.ACTIVE for each in still_open.values()):
        transaction.on_commit(lambda: doorbell.ring("sequences.run"))
    return len(locked)


class _OutcomeContext:
    """What is needed to move these enrollments on, in a few queries for all of them."""

    def __init__(self, enrollments: Sequence[Enrollment]) -> None:
        self.now = clock.now()
        self.histories = histories([each.pk for each in enrollments])
        where, params = ids_clause("id", [each.contact_id for each in enrollments if each.contact_id])
        self.contacts = {contact.id: contact for contact in _contacts.select(where, params)}
        self.versions: dict[int, Version] = {}
        ids: dict[int, set[int]] = defaultdict(set)
        for each in enrollments:
            ids[each.workspace_id].add(each.version_id)
        for workspace_id, version_ids in ids.items():
            self.versions |= load_versions(workspace_id, version_ids)
        needs_tags = any(version.definition.stop_tags for version in self.versions.values())
        self.tags = tags_of(list(self.contacts)) if needs_tags else {}


def _is_to_be_made_again(step_run: StepRun) -> bool:
    """Whether a pause canceled the message before it can have been sent, so that the step is still to be done."""
    message = step_run.message
    is_unsent = message is None or message.unsettled_since is None
    return step_run.outcome == Outcome.CANCELED and step_run.error == PAUSED and is_unsent


def _handle(step_run: StepRun, enrollment: Enrollment, context: _OutcomeContext) -> None:
    """Move an open enrollment on after the outcome of a step."""
    contact, now = context.contacts[str(enrollment.contact_id)], context.now
    definition = context.versions[enrollment.version_id].definition
    if _is_to_be_made_again(step_run):
        step = definition.step(enrollment.step_key)
        if step is None:  # it was moved to a version that has neither this step nor one to go on with
            progress.start_step(enrollment, definition, None, contact, now)
        else:
            enrollment.next_run_at = now
        return
    if step_run.outcome == Outcome.CANCELED and step_run.error in _STOPPING:
        progress.end(enrollment, EnrollmentStatus.STOPPED, _STOPPING[step_run.error], now)
        return
    if step_run.outcome == Outcome.FAILED and step_run.error == "contact_opted_out":
        progress.end(enrollment, EnrollmentStatus.STOPPED, Reason.OPTED_OUT, now)
        return
    if step_run.outcome == Outcome.FAILED:
        progress.end(enrollment, EnrollmentStatus.FAILED, Reason.SEND_FAILED, now)
        return
    anchor = step_run.settled_at or now
    following = definition.step(enrollment.step_key)
    if enrollment.step_key == step_run.step_key:
        following = progress.next_step(definition, step_run.step_key, context.histories[enrollment.pk].steps)
    progress.start_step(enrollment, definition, following, contact, anchor)
    reason = stop_reason(definition, contact, context.tags.get(contact.id, ()), enrollment.created_at)
    if enrollment.ended_at is None and reason is not None:
        progress.end(enrollment, EnrollmentStatus.STOPPED, reason, now)


# The ``error`` of a message that a stop rule canceled at its claim.
_STOPPING = {reason.value: reason for reason in (Reason.REPLY, Reason.TAG, Reason.STAGE)}


# --- Waking -----------------------------------------------------------------------------------------------------------
def wake(contact_ids: Sequence[str]) -> None:
    """Have the runner look at the open enrollments of these contacts: something about them has changed.

    Runs in the transaction of the change, under the locks of the contacts. A signal for promptness: the runner checks
    everything again before each step, woken or not.
    """
    where, params = ids_clause("contact_id", contact_ids)
    rows = fetch(
        f"UPDATE {_enrollments.name} SET next_run_at = %s WHERE {where} AND status = 'active' RETURNING id",
        [datetime_param(clock.now()), *params],
    )
    if rows:
        transaction.on_commit(lambda: doorbell.ring("sequences.run"))
