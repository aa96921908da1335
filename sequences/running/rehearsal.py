"""Rehearses a sequence: runs all of it for one contact, on a clock that jumps from one due time to the next.

The engine is the one that sends: the runner, messaging's claims and settlement, a sandbox's gateway. It works on copies
in a test workspace made for them, in a transaction that is always rolled back. So nothing is sent, nothing is left
behind, nobody is woken, and no row that others use is locked. It keeps a core busy,
so a process runs one at a time, for ten seconds at most.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, Literal

from django.db import transaction

from contacts import repository as contacts
from contacts.models import Contact, ContactTag, CustomField, FieldType
from contacts.normalization import fold
from contacts.repository import ContactWithTags
from contacts.services import upsert_contact
from crmsolid.core import clock
from crmsolid.core.clock import SimulatedClock
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import new_id
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Mode, Workspace
from messaging.formatting.entities import Entity, from_json
from messaging.models import Account, AccountKind, AccountState, Direction, File, Message, Status
from messaging.sending import claiming, dispatch
from messaging.sending.waiting import waiting_for
from sequences import services
from sequences.definition import Definition
from sequences.models import Enrollment, EnrollmentStatus, Outcome, Reason, SequenceStatus, StepRun
from sequences.models import Sequence as SequenceRow
from sequences.querysets import current_reason, load_related
from sequences.running import due_steps, runner
from sequences.versions import add_version

# Real time after which a rehearsal is broken off. The 50 steps of the longest sequence take about a second, and five on
# a machine with four times as much to do as it has cores.
MAX_SECONDS = 10.0
# The reason of the entry that says so.
TOO_LONG = "too_long"

Event = Literal[
    "sent",
    "not_sent",
    "skipped",
    "waits",
    "reply",
    "auto_reply",
    "completed",
    "stopped",
    "failed",
    "unfinished",
]

_EVENTS: dict[str, Event] = {
    Outcome.SENT: "sent",
    Outcome.FAILED: "not_sent",
    Outcome.CANCELED: "not_sent",
    Outcome.SKIPPED: "skipped",
}
_ENDS: dict[str, Event] = {
    EnrollmentStatus.COMPLETED: "completed",
    EnrollmentStatus.STOPPED: "stopped",
    EnrollmentStatus.FAILED: "failed",
}
# These reasons to wait last until somebody does something about them.
_LASTING = {Reason.MISSING_VALUE, Reason.PLAN}
# So do these, unless the pause of an account has an end; another account may take over then.
_OF_ACCOUNTS = {Reason.ACCOUNT_PAUSED, Reason.ACCOUNT_FROZEN, Reason.ACCOUNT_NEEDS_LOGIN, Reason.ACCOUNT_BANNED}

_running = threading.Lock()


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What would happen at the instant ``at``.

    ``sent``, ``not_sent`` (refused or canceled) and ``skipped`` are outcomes of a step. ``waits``: for ``reason``,
    until ``until``. ``reply`` and ``auto_reply``: the contact answers ``text``. The last entry is ``completed``,
    ``stopped`` or ``failed``; or ``unfinished``, if it waits for something that does not come with time, or is broken
    off (``too_long``). ``text`` is None for an actor who may not read contacts; ``entities`` are its formatted parts.
    """

    at: datetime
    event: Event
    step: str | None = None
    reason: str | None = None
    until: datetime | None = None
    text: str | None = None
    entities: tuple[Entity, ...] = ()


def rehearse_sequence(actor: Actor, sequence_id: str, *, contact_id: str | None = None) -> list[TimelineEntry]:
    """What would happen if this contact were enrolled in the latest version of the sequence now, in order of time.

    Drafts and paused sequences can be rehearsed too. The accounts have the state and the daily limit of the real ones,
    and have sent nothing yet. Without ``contact_id`` it is for a made-up contact with a value for everything. Errors:
    ``scope_missing``, ``not_found``, ``contact_opted_out``, ``invalid_state`` (409) while another one runs here.
    """
    sequence, definition = services.get_sequence(actor, sequence_id)
    contact = None if contact_id is None else contacts.get(actor.workspace, contact_id)
    with _alone(), transaction.atomic(), clock.simulated(clock.now()) as simulated:
        workspace = _make_workspace(actor.workspace)
        copied_contact = (
            _make_up_contact(workspace, definition) if contact is None else _copy_contact(workspace, contact)
        )
        definition = _with_copied_files(workspace, sequence.workspace_id, definition)
        copied_sequence = _copy_sequence(workspace, sequence, definition)
        timeline = _Rehearsal(simulated, copied_sequence, copied_contact).run()
        transaction.set_rollback(True)
    if actor.has(Scope.READ_CONTACTS):
        return timeline
    return [replace(entry, text=None, entities=()) for entry in timeline]


@contextmanager
def _alone() -> Iterator[None]:
    if not _running.acquire(blocking=False):
        raise DomainError("invalid_state", "another rehearsal is running; try again in a moment")
    try:
        yield
    finally:
        _running.release()


# --- The copies -------------------------------------------------------------------------------------------------------
def _make_workspace(original: Workspace) -> Workspace:
    """A test workspace with the plan and the custom fields of the original."""
    owner, slug = original.owner_workspace, f"rehearsal-{token_hex(8)}"
    live = Workspace.objects.create(slug=slug, name=owner.name, plan=owner.plan, trial_ends_at=owner.trial_ends_at)
    twin = Workspace.objects.create(slug=f"{slug}-test", name=owner.name, mode=Mode.TEST, live=live)
    fields = list(CustomField.objects.for_workspace(original))
    for field in fields:
        field.pk, field.workspace = None, twin
    CustomField.objects.for_workspace(twin).bulk_create(fields)
    return twin


def _copy_contact(workspace: Workspace, original: ContactWithTags) -> Contact:
    contact, now = original.contact, clock.now()
    contact.pk, contact.workspace = new_id("con"), workspace
    contact.save(force_insert=True)
    tags = ({"name": name, "folded": fold(name), "created_at": now} for name in original.tags)
    ContactTag.objects.for_workspace(workspace).bulk_create(
        ContactTag(workspace=workspace, contact=contact, **columns) for columns in tags
    )
    return contact


def _make_up_contact(workspace: Workspace, definition: Definition) -> Contact:
    fields = {
        "username": "alex_example",
        "email": "alex@example.com",
        "name": "Alex Example",
        "first_name": "Alex",
        "last_name": "Example",
        "phone": "+12025550100",
        "time_zone": definition.time_zone,
        "custom_fields": {
            field.key: _made_up_value(field) for field in CustomField.objects.for_workspace(workspace).order_by("key")
        },
    }
    return upsert_contact(Actor.system(workspace), fields).contact


def _made_up_value(field: CustomField) -> Any:
    match field.type:
        case FieldType.NUMBER:
            return 1
        case FieldType.BOOLEAN:
            return True
        case FieldType.DATE:
            return clock.now().date().isoformat()
        case FieldType.CHOICE:
            return field.choices[0]
    return field.label


def _with_copied_files(workspace: Workspace, original_id: int, definition: Definition) -> Definition:
    """The definition with a copy of each file in place of the file; one that was deleted stays so."""
    files = list(File.objects.for_workspace(original_id).filter(pk__in=definition.attachments))
    copied = {file.pk: new_id("fil") for file in files}
    for file in files:
        file.pk, file.workspace = copied[file.pk], workspace
    File.objects.for_workspace(workspace).bulk_create(files)
    steps = [
        replace(step, attachments=tuple(copied.get(each, each) for each in step.attachments))
        for step in definition.steps
    ]
    return replace(definition, steps=tuple(steps))


def _copy_sequence(workspace: Workspace, original: SequenceRow, definition: Definition) -> SequenceRow:
    """The sequence, started, with a copy of each of its accounts, or with a new account if it has none yet."""
    originals = Account.objects.for_workspace(original.workspace_id).in_bulk(definition.account_ids)
    accounts = [
        Account(
            workspace=workspace,
            name=account.name,
            kind=AccountKind.SANDBOX,
            state=account.state,
            paused_until=account.paused_until,
            daily_limit=account.daily_limit,
        )
        for account in (originals[each] for each in definition.account_ids if each in originals)
    ]
    for account in accounts or [Account(workspace=workspace, name="Sandbox", kind=AccountKind.SANDBOX)]:
        account.save(force_insert=True)
    account_ids = Account.objects.for_workspace(workspace).order_by("id").values_list("pk", flat=True)
    sequence = SequenceRow(workspace=workspace, name=original.name, status=SequenceStatus.ACTIVE)
    sequence.save(force_insert=True)
    add_version(sequence, replace(definition, account_ids=tuple(account_ids)))
    sequence.save(update_fields=["version"])
    return sequence


# --- The run ----------------------------------------------------------------------------------------------------------
class _Rehearsal:
    """Runs the engine for one enrollment in the copied workspace and takes note of what happens."""

    def __init__(self, simulated: SimulatedClock, sequence: SequenceRow, contact: Contact) -> None:
        self.clock, self.sequence, self.workspace = simulated, sequence, sequence.workspace
        enrollment = services.enroll_contact(Actor.system(self.workspace), sequence.pk, contact_id=contact.pk)
        self.enrollment_id = enrollment.pk
        # A sandbox answers at the instant of the message, which must be after the enrollment to count as an answer.
        self._rows(Enrollment).update(created_at=simulated.now - timedelta(microseconds=1))
        self.account_ids = list(self._rows(Account).values_list("pk", flat=True))
        self.timeline: list[TimelineEntry] = []
        self.noted_runs: set[int] = set()
        self.noted_replies: set[str] = set()

    def _rows(self, model: Any) -> Any:
        return model.objects.for_workspace(self.workspace)

    def run(self) -> list[TimelineEntry]:
        """Jump from one time at which something is due to the next, until the passing of time changes nothing more."""
        end = time.monotonic() + MAX_SECONDS
        while time.monotonic() < end:
            worked = self._work()
            enrollment = self._enrollment()
            if enrollment.ended_at is not None:
                self._note(_ENDS[enrollment.status], enrollment.step_key, enrollment.reason)
                break
            reason, until = self._wait_of(enrollment)
            if worked and (until is None or until <= clock.now()):
                continue  # what was done may have made something else due at this instant
            if until is None:
                self._note("unfinished", enrollment.step_key, reason)
                break
            self._note("waits", enrollment.step_key, reason, until=until)
            self.clock.now = until
        else:
            self._note("unfinished", "", TOO_LONG)
        return self.timeline

    def _work(self) -> bool:
        """Do what is due at this instant: the step, the message, the answer of the sandbox, the outcome. Returns
        whether there was something."""
        made, sent = due_steps.run_batch(self.sequence.pk, self.enrollment_id), 0
        if self.workspace.plan_allows_sending:
            sent = dispatch.send(claiming.claim_batch(self.account_ids, dispatch.BATCH).claims)
        handled = runner.handle_outcomes(self.enrollment_id)
        self._note_outcomes()
        self._note_replies()
        return bool(made or sent or handled)

    def _enrollment(self) -> Enrollment:
        enrollment: Enrollment = self._rows(Enrollment).get(pk=self.enrollment_id)
        load_related([enrollment])
        return enrollment

    def _wait_of(self, enrollment: Enrollment) -> tuple[str, datetime | None]:
        """Why the enrollment or its message waits, and until when; None if that does not come with time."""
        reason, until = current_reason(enrollment) or "", enrollment.next_run_at
        queued = self._rows(Message).filter(status=Status.QUEUED).select_related("account__workspace__live").first()
        if queued is not None:
            reason, until = str(waiting_for(queued) or ""), queued.eta
        if reason in _LASTING:
            return reason, None
        if reason in _OF_ACCOUNTS:
            pauses = self._rows(Account).filter(state=AccountState.PAUSED, paused_until__gt=clock.now())
            return reason, pauses.order_by("paused_until").values_list("paused_until", flat=True).first()
        return reason, until

    def _note_outcomes(self) -> None:
        runs = self._rows(StepRun).exclude(outcome="").exclude(pk__in=self.noted_runs).select_related("message")
        for run in runs.order_by("pk"):
            self.noted_runs.add(run.pk)
            reason = Reason.CONDITION if run.outcome == Outcome.SKIPPED else run.error
            said = run.message if run.outcome == Outcome.SENT else None
            self._note(_EVENTS[run.outcome], run.step_key, reason, said=said)

    def _note_replies(self) -> None:
        replies = self._rows(Message).filter(direction=Direction.IN).exclude(pk__in=self.noted_replies)
        for reply in replies.order_by("pk"):
            self.noted_replies.add(reply.pk)
            self._note("auto_reply" if reply.auto_reply else "reply", "", "", said=reply)

    def _note(
        self, event: Event, step: str, reason: str, *, until: datetime | None = None, said: Message | None = None
    ) -> None:
        entry = TimelineEntry(clock.now(), event, step or None, str(reason) or None, until)
        if said is not None:
            entry = replace(entry, text=said.text or None, entities=tuple(from_json(said.entities)))
        self.timeline.append(entry)
