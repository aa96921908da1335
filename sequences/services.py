"""Every read and write of sequences that a caller may ask for. Each service checks the actor's authority itself."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, Count, F, Value, When

from contacts import bulk
from contacts import repository as contacts
from contacts.models import Contact
from contacts.segments.conditions import parse_condition
from contacts.segments.matching import condition_of, find_segment
from crmsolid.api.pagination import Page, page
from crmsolid.api.preconditions import Check, unconditional
from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.core.ids import is_id
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.events.publishing import NewEvent, publish, publish_all
from crmsolid.jobs.models import Job
from crmsolid.limits import checks, reading
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from messaging import review as messages
from messaging.formatting.entities import Formatted
from messaging.formatting.html import shown_as_html
from messaging.sending import automatic, message_text
from sequences.definition import Definition, with_step_keys
from sequences.events import SEQUENCE_PAUSED, SEQUENCE_STARTED
from sequences.models import (
    OPEN,
    Enrollment,
    EnrollmentStatus,
    Reason,
    Sequence,
    SequenceStatus,
    StepRun,
)
from sequences.querysets import load_related
from sequences.representations import EnrollmentOut, SequenceOut
from sequences.running import due_steps, progress
from sequences.running.message_source import PAUSED
from sequences.running.schedule import ResumeMode
from sequences.versions import Version, add_version, current_version, keys_ever_used, load_versions, version_of

# The name of the bulk action, see sequences.hooks.
ENROLL = "enroll"


# --- Sequences --------------------------------------------------------------------------------------------------------
def list_sequences(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of sequences, newest first. Errors: ``scope_missing``, ``invalid_cursor``."""
    actor.require(Scope.MANAGE_SEQUENCES)
    rows = Sequence.objects.for_workspace(actor.workspace)
    return page(rows, sort="-created_at", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters={})


def get_sequence(actor: Actor, sequence_id: str) -> tuple[Sequence, Definition]:
    """One sequence and what its latest version says. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.MANAGE_SEQUENCES)
    sequence = _get_sequence(actor, sequence_id)
    return sequence, current_version(sequence).definition


def _get_sequence(actor: Actor, sequence_id: str, *, lock: bool = False) -> Sequence:
    sequence: Sequence = Sequence.objects.for_workspace(actor.workspace).get_or_not_found(sequence_id, lock=lock)
    return sequence


@unit_of_work()
def create_sequence(actor: Actor, definition: Definition) -> Sequence:
    """Create a draft with this definition as its first version.

    Errors: ``scope_missing``, ``validation_failed`` (name) if the name is taken.
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    checks.write_about_many(actor)
    sequence = Sequence(workspace=actor.workspace, name=definition.name)
    _save_with_name(sequence, definition.name, adding=True)
    steps = with_step_keys(definition.steps, (), ())
    add_version(sequence, replace(definition, steps=steps))
    sequence.save(update_fields=["version"])
    audit.record(actor, "sequence.created", sequence.pk)
    return sequence


@unit_of_work()
def update_sequence(
    actor: Actor,
    sequence_id: str,
    definition: Definition | Callable[[Definition], Definition],
    *,
    move_people: bool = False,
    check: Check = unconditional,
) -> tuple[Sequence, bool]:
    """Publish the definition, or what it makes of the latest one, as the next version, unless that is what the latest
    version says. Returns the sequence and whether something was changed. ``check`` gets the sequence as it was.

    Contacts in the sequence finish on their version; with ``move_people`` they go on in the new one. Errors:
    ``scope_missing``, ``not_found``, ``validation_failed`` (name; accounts of a started sequence).
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    sequence = _get_sequence(actor, sequence_id, lock=True)
    current = current_version(sequence)
    if not isinstance(definition, Definition):
        definition = definition(current.definition)
    check(sequence)
    _review(actor, sequence, reaches=sequence.status != SequenceStatus.DRAFT)
    keys = [step.key for step in current.definition.steps]
    definition = replace(definition, steps=with_step_keys(definition.steps, keys, keys_ever_used(sequence)))
    if sequence.status != SequenceStatus.DRAFT:
        _check_can_send(definition)
    renamed = definition.name != sequence.name
    if renamed:
        _save_with_name(sequence, definition.name)
    changed = definition != replace(current.definition, name=definition.name)
    version = add_version(sequence, definition) if changed else current
    if changed or renamed:
        sequence.updated_at = clock.now()
        sequence.save(update_fields=["version", "updated_at"])
    if changed or renamed or move_people:
        audit.record(actor, "sequence.published", sequence.pk, version=version.number, moved=move_people)
    if move_people:
        progress.move_people(sequence, version)
    return sequence, changed or renamed


def _save_with_name(sequence: Sequence, name: str, *, adding: bool = False) -> None:
    sequence.name = name
    try:
        with transaction.atomic():
            sequence.save(force_insert=adding, update_fields=None if adding else ["name"])
    except IntegrityError:
        raise invalid("name", "taken", f"there is a sequence {name!r} already") from None


def _check_can_send(definition: Definition) -> None:
    if not definition.account_ids:
        raise invalid("account_ids", "required", "choose at least one account that sends the messages")


def people_by_step(actor: Actor, sequence_id: str) -> dict[tuple[int, str], int]:
    """How many contacts are in the sequence, by the number of their version and the step they are at.

    Errors: ``scope_missing``, ``not_found``.
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    sequence = _get_sequence(actor, sequence_id)
    rows = Enrollment.objects.for_workspace(actor.workspace).filter(sequence=sequence, status__in=OPEN)
    counted = rows.values_list("version__number", "step_key").annotate(people=Count("pk")).order_by()
    return {(number, step_key): people for number, step_key, people in counted}


@unit_of_work()
def start_sequence(actor: Actor, sequence_id: str) -> Sequence:
    """Start a draft: from now on contacts can be enrolled.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) unless it is a draft, ``validation_failed``
    without an account.
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    sequence = _get_sequence(actor, sequence_id, lock=True)
    if sequence.status != SequenceStatus.DRAFT:
        raise DomainError("invalid_state", f"the sequence is {sequence.status}; only a draft can be started")
    _check_can_send(current_version(sequence).definition)
    _review(actor, sequence, reaches=True)
    _set_status(actor, sequence, SequenceStatus.ACTIVE, "started")
    return sequence


@unit_of_work()
def pause_sequence(actor: Actor, sequence_id: str) -> Sequence:
    """Pause an active sequence: none of its messages is sent until it is resumed. Everybody stays in it.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) unless it is active.
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    sequence = _get_sequence(actor, sequence_id, lock=True)
    if sequence.status != SequenceStatus.ACTIVE:
        raise DomainError("invalid_state", f"the sequence is {sequence.status}; only an active one can be paused")
    _review(actor, sequence)
    _set_status(actor, sequence, SequenceStatus.PAUSED, "paused")
    publish(actor, SEQUENCE_PAUSED, {"sequence": SequenceOut.render(sequence), "enrollment": None})
    return sequence


@unit_of_work()
def resume_sequence(actor: Actor, sequence_id: str, *, mode: str = ResumeMode.KEEP_DATES) -> Sequence:
    """Resume a paused sequence. ``mode`` says when the steps that wait are due: see :class:`ResumeMode`.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) unless it is paused.
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    sequence = _get_sequence(actor, sequence_id, lock=True)
    if sequence.status != SequenceStatus.PAUSED or sequence.paused_at is None:
        raise DomainError("invalid_state", f"the sequence is {sequence.status}; only a paused one can be resumed")
    _review(actor, sequence, reaches=True, sends=0 if actor.review is None else _messages_left(sequence))
    _shift_delays(sequence, ResumeMode(mode), sequence.paused_at)
    _set_status(actor, sequence, SequenceStatus.ACTIVE, "resumed", mode=str(mode))
    transaction.on_commit(lambda: doorbell.ring("sequences.run"))
    return sequence


def _messages_left(sequence: Sequence) -> int:
    """How many messages those get who are in the sequence and go on when it is resumed."""
    rows = Enrollment.objects.for_workspace(sequence.workspace_id).filter(sequence=sequence)
    people = rows.filter(status=EnrollmentStatus.ACTIVE).order_by()
    counted = people.values_list("version_id", "step_key").annotate(people=Count("pk"))
    versions = load_versions(sequence.workspace_id, {version_id for version_id, _, _ in counted})
    left = 0
    for version_id, step_key, number in counted:
        keys = [step.key for step in versions[version_id].definition.steps]
        left += number * (len(keys) - keys.index(step_key) if step_key in keys else 0)
    return left


def _review(actor: Actor, sequence: Sequence, *, reaches: bool = False, sends: int = 0) -> None:
    """``reaches``: people get messages by it, now or once they come in."""
    state = {"the status of the sequence": sequence.status, "what the sequence says": [sequence.name, sequence.version]}
    checks.write_about_many(actor, state=state, reaches=reaches, sends=sends)


def _set_status(actor: Actor, sequence: Sequence, status: SequenceStatus, verb: str, **data: Any) -> None:
    now = clock.now()
    sequence.status, sequence.updated_at = status.value, now
    sequence.paused_at = now if status == SequenceStatus.PAUSED else None
    sequence.save(update_fields=["status", "updated_at", "paused_at"])
    audit.record(actor, f"sequence.{verb}", sequence.pk, **data)


def _shift_delays(sequence: Sequence, mode: ResumeMode, paused_at: datetime) -> None:
    """Move the delays that were running during the pause."""
    now = clock.now()
    rows = Enrollment.objects.for_workspace(sequence.workspace_id).filter(sequence=sequence, status__in=OPEN)
    active = rows.filter(status="active")
    waiting_rows = active.filter(next_run_at__isnull=False)
    # When the steps are due with window and jitter is found out by the runner, so it looks at each of them now.
    if mode == ResumeMode.RESTART_DELAY:
        # Also for those whose message the pause has canceled, which is perhaps not handled yet.
        active.update(anchor_at=now, reason="", next_run_at=Case(When(next_run_at__isnull=False, then=Value(now))))
    elif mode == ResumeMode.ONLY_ACTIVE_TIME:
        # Those who are paused alone count this pause when they are resumed.
        rows.filter(status="paused", paused_at__gt=paused_at).update(paused_at=paused_at)
        began_in_pause = waiting_rows.filter(anchor_at__gt=paused_at)
        began_in_pause.update(anchor_at=now, next_run_at=now, reason="")
        before = waiting_rows.filter(anchor_at__lte=paused_at)
        before.update(anchor_at=F("anchor_at") + (now - paused_at), next_run_at=now, reason="")


@dataclass(frozen=True, slots=True)
class PreviewStep:
    """A step as a contact would get it. ``planned_at`` is None for one that would be left out; ``reason`` says why it
    is left out (``condition``) or would wait (``missing_value``). ``formatted`` is the text that they would get."""

    step: str
    planned_at: datetime | None
    reason: str
    formatted: Formatted | None

    @property
    def text(self) -> str | None:
        return None if self.formatted is None else self.formatted.text

    @property
    def html(self) -> str | None:
        return None if self.formatted is None else shown_as_html(self.formatted)


@unit_of_work()
def preview_sequence(actor: Actor, sequence_id: str, *, contact_id: str) -> list[PreviewStep]:
    """The steps of the latest version as this contact would get them if enrolled now, with the text for an actor who
    may read contacts. Limits of accounts are not taken into account.

    Errors: ``scope_missing``, ``not_found``, ``contact_opted_out``.
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    sequence = _get_sequence(actor, sequence_id)
    # Locked until the answer is stored for its Idempotency-Key, so that whoever erases the contact finds the answer.
    contact = contacts.get(actor.workspace, contact_id, lock=True).contact
    return _preview(actor, current_version(sequence).definition, contact)


def preview_definition(actor: Actor, definition: Definition, *, contact_id: str) -> list[PreviewStep]:
    """As :func:`preview_sequence`, of a definition that need not be stored. It stores and locks nothing.

    Errors: ``scope_missing``, ``not_found``, ``contact_opted_out``.
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    return _preview(actor, definition, contacts.get(actor.workspace, contact_id).contact)


def _preview(actor: Actor, definition: Definition, contact: Contact) -> list[PreviewStep]:
    if contact.opted_out:
        raise DomainError("contact_opted_out")
    anchor, shows_text = clock.now(), actor.has(Scope.READ_CONTACTS)
    steps: list[PreviewStep] = []
    for step in definition.steps:
        anchor = progress.due_at(definition, step, contact, anchor)  # of a step that is left out too
        if not due_steps.meet_condition(actor.workspace, step, [contact.id]):
            steps.append(PreviewStep(step.key, None, Reason.CONDITION.value, None))
            if step.if_not == "stop":
                break
            continue
        text = None
        with suppress(ValueError):
            text = message_text.render_for(contact, step.text, step.format, caption=bool(step.attachments))
        missing = Reason.MISSING_VALUE.value if text is None or not automatic.recipient_of(contact) else ""
        steps.append(PreviewStep(step.key, anchor, missing, text if shows_text else None))
    return steps


# --- Enrollments ------------------------------------------------------------------------------------------------------
@unit_of_work()
def enroll_contact(actor: Actor, sequence_id: str, *, contact_id: str) -> Enrollment:
    """Enroll the contact in the latest version of an active sequence, and publish ``sequence.started``.

    Of two calls at once one succeeds. Errors: ``scope_missing``, ``not_found``, ``sequence_not_active``,
    ``contact_opted_out``, ``already_enrolled``.
    """
    enrolled, refused = enroll_contacts(actor, sequence_id, [contact_id])
    if refused:
        raise refused[contact_id]
    _audit(actor, "contact.enrolled", enrolled[0])
    return enrolled[0]


@unit_of_work()
def enroll_contacts(
    actor: Actor, sequence_id: str, contact_ids: Iterable[str]
) -> tuple[list[Enrollment], dict[str, DomainError]]:
    """The same for many contacts. Returns the enrollments, and by the id of the contact why others are not enrolled:
    ``not_found``, ``contact_opted_out``, ``already_enrolled``.

    Errors: ``scope_missing``, ``not_found`` for the sequence, ``sequence_not_active``.
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    sequence = _share_sequence(actor, sequence_id)
    wanted = [each for each in contact_ids if is_id("con", each)]
    people = contacts.lock(actor.workspace, wanted)
    if people and sequence.status != SequenceStatus.ACTIVE:
        raise DomainError("sequence_not_active", f"the sequence is {sequence.status}; start or resume it first")
    refused = {each: not_found("contact") for each in contact_ids}
    refused |= {each.id: DomainError("contact_opted_out") for each in people if each.opted_out}
    version = current_version(sequence)
    _check_accounts(actor, version.definition)
    rows = _new_enrollments(actor, sequence, version, [each for each in people if not each.opted_out])
    stored = Enrollment.objects.for_workspace(actor.workspace)
    stored.bulk_create(rows, ignore_conflicts=True)  # the unique key says who is in it already
    there = set(stored.filter(pk__in=[each.pk for each in rows]).values_list("pk", flat=True))
    refused |= {str(each.contact_id): DomainError("already_enrolled") for each in rows}
    enrolled = [each for each in rows if each.pk in there]
    for each in enrolled:
        del refused[str(each.contact_id)]
    if actor.review is not None and enrolled:  # who was in it already is refused in any case
        _review_enrolling(actor, people[0], version)
    load_related(enrolled)
    shown = SequenceOut.render(sequence)
    publish_all(
        actor,
        [
            NewEvent(
                SEQUENCE_STARTED,
                {"sequence": shown, "enrollment": EnrollmentOut.render(each)},
                contact_id=str(each.contact_id),
                account_id=each.account_id,
            )
            for each in enrolled
        ],
    )
    transaction.on_commit(lambda: doorbell.ring("sequences.run"))
    return enrolled, refused


def _review_enrolling(actor: Actor, contact: Contact, version: Version) -> None:
    """Say that the write enrolls this contact alone, and so has them sent what this version says."""
    steps = version.definition.steps
    state = {"what the sequence says": version.number, **messages.last_message(contact), **messages.address_of(contact)}
    texts = ((step.text, step.format) for step in steps)
    links = messages.new_links_by_values(actor.workspace, contact, texts) if reading.matters_to(actor) else ()
    checks.write_about(actor, contact.id, state=state, new_links=links, reaches=True, sends=len(steps))


def new_links_by_change(actor: Actor, before: Contact, after: Contact) -> set[str]:
    """The links that a change of the contact's fields puts into the steps of sequences that the contact is in."""
    rows = Enrollment.objects.for_workspace(actor.workspace).filter(contact_id=before.id, status__in=OPEN)
    versions = load_versions(actor.workspace.pk, set(rows.values_list("version_id", flat=True)))
    steps = [step for version in versions.values() for step in version.definition.steps]
    return messages.new_links_of_texts(actor.workspace, before, after, [(step.text, step.format) for step in steps])


def _check_accounts(actor: Actor, definition: Definition) -> None:
    """``outside_limits`` for a narrowed key if the sequence could send from an account that the key does not see."""
    edge = actor.workspace.edge
    if edge is not None and not all(map(edge.sees_account, definition.account_ids)):
        detail = "the sequence also sends from accounts that this key or assistant is not given"
        raise DomainError("outside_limits", detail)


def _new_enrollments(actor: Actor, sequence: Sequence, version: Version, people: list[Contact]) -> list[Enrollment]:
    """Enrollments of these contacts, not stored yet."""
    now, accounts = clock.now(), _accounts_for(sequence, version.definition, [each.id for each in people])
    rows = []
    for contact in people:
        enrollment = Enrollment(
            workspace=actor.workspace,
            sequence=sequence,
            version_id=version.id,
            contact=contact,
            account_id=accounts[contact.id],
            anchor_at=now,
            created_at=now,
            request_id=actor.request_id,
        )
        progress.start_step(enrollment, version.definition, version.definition.steps[0], contact, now)
        rows.append(enrollment)
    return rows


def enroll_many(
    actor: Actor,
    sequence_id: str,
    *,
    segment_id: str | None = None,
    filter: Any = None,
    contact_ids: Iterable[str] | None = None,
) -> Job:
    """Start a job that enrolls everybody in a segment, everybody who meets a filter, or these contacts: each once, when
    their turn comes, by the filter as it is now. Give one of the three.

    Its ``result`` is ``{enrolled, skipped: {reason: number}}``, and the reasons are the errors of
    :func:`enroll_contact`. It fails if the sequence is paused meanwhile; who is enrolled stays. Errors:
    ``scope_missing`` (its numbers tell of contacts, so it needs the scope to read them too), ``not_found``,
    ``sequence_not_active``, ``validation_failed`` for the filter, ``invalid_state`` if that of the segment does not fit
    any more.
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    actor.require(Scope.READ_CONTACTS)
    if actor.workspace.edge is not None:
        raise DomainError("outside_limits", "only one contact at a time, by `contact_id`, can be enrolled within it")
    sequence = _share_sequence(actor, sequence_id)
    if sequence.status != SequenceStatus.ACTIVE:
        raise DomainError("sequence_not_active", f"the sequence is {sequence.status}; start or resume it first")
    if segment_id is not None:
        condition_of(find_segment(actor.workspace, segment_id))
        filters: dict[str, Any] = {"segment": segment_id}
    elif contact_ids is not None:
        filters = {"ids": list(dict.fromkeys(contact_ids))}
    else:
        parse_condition(actor.workspace, filter, path="filter")
        filters = {"filter": filter}
    options: dict[str, Any] = {"object_id": sequence_id, "may_be_nobody": True}
    if actor.review is not None:
        options["sends_each"] = len(current_version(sequence).definition.steps)
        options["seen"] = {"what the sequence says": sequence.version}
    return bulk.start_bulk(actor, ENROLL, filters, {"sequence": sequence_id}, **options)


def _audit(actor: Actor, action: str, enrollment: Enrollment) -> None:
    if actor.subject.kind == "user":  # what keys do is told by the events alone
        audit.record(actor, action, str(enrollment.contact_id), sequence=enrollment.sequence.name)


def _share_sequence(actor: Actor, sequence_id: str) -> Sequence:
    """The sequence, which nobody can pause before this transaction ends; others may enroll at the same time."""
    # The ORM has no FOR SHARE.
    rows = Sequence.objects.for_workspace(actor.workspace).raw(
        "SELECT * FROM sequences_sequence WHERE id = %s AND workspace_id = %s FOR SHARE",
        [sequence_id, actor.workspace.pk],
    )
    for sequence in rows if is_id("seq", sequence_id) else ():
        sequence.workspace = actor.workspace
        return sequence
    raise not_found("sequence")


def _accounts_for(sequence: Sequence, definition: Definition, contact_ids: list[str]) -> dict[str, int]:
    """For each contact the account that has a conversation with them; the others are shared out, from the account after
    that of who was enrolled last."""
    rows = Enrollment.objects.for_workspace(sequence.workspace_id).filter(sequence=sequence)
    several = len(definition.account_ids) > 1
    last = rows.order_by("-created_at", "-id").values_list("account_id", flat=True).first() if several else None
    return automatic.choose_accounts(definition.account_ids, contact_ids, after=last)


def list_enrollments(
    actor: Actor,
    *,
    sequence_id: str | None = None,
    status: str | None = None,
    contact_id: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """One page of enrollments, of one sequence or of all, newest first.

    Errors: ``scope_missing``, ``not_found`` for the sequence, ``invalid_cursor``.
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    given = {"status": status, "contact_id": contact_id}
    filters = {name: value for name, value in given.items() if value is not None}
    if sequence_id is None:
        rows = Enrollment.objects.for_workspace(actor.workspace).filter(**filters)
    else:
        # By the sequence alone, which is the workspace's: with both the database may read the index of the workspace.
        rows = _get_sequence(actor, sequence_id).enrollments.filter(**filters)
        if actor.workspace.edge is not None:
            rows = rows.filter(Enrollment.within(actor.workspace.edge))
    binding = {"sequence": sequence_id, **filters}
    workspace_id = actor.workspace.pk
    found = page(rows, sort="-created_at", limit=limit, cursor=cursor, workspace_id=workspace_id, filters=binding)
    load_related(found.rows)
    return found


def get_enrollment(actor: Actor, enrollment_id: str) -> Enrollment:
    """One enrollment. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.MANAGE_SEQUENCES)
    return _get_enrollment(actor, enrollment_id)


def _get_enrollment(actor: Actor, enrollment_id: str, *, lock: bool = False) -> Enrollment:
    rows = Enrollment.objects.for_workspace(actor.workspace)
    enrollment: Enrollment = rows.get_or_not_found(enrollment_id, lock=lock)
    load_related([enrollment])
    return enrollment


def _review_enrollment(actor: Actor, enrollment: Enrollment, *, reaches: bool = False) -> None:
    """``reaches``: it has the contact sent the steps that are left."""
    if actor.review is None:
        return
    state: dict[str, Any] = {"the enrollment": [enrollment.status, enrollment.step_key]}
    links, sends = set[str](), 0
    if reaches and enrollment.contact is not None:
        state |= messages.address_of(enrollment.contact)
        steps = version_of(enrollment).definition.steps
        keys = [step.key for step in steps]
        left = steps[keys.index(enrollment.step_key) :] if enrollment.step_key in keys else ()
        sends = len(left)
        if reading.matters_to(actor):
            texts = ((step.text, step.format) for step in left)
            links = messages.new_links_by_values(actor.workspace, enrollment.contact, texts)
    checks.write_about(actor, str(enrollment.contact_id), state=state, new_links=links, reaches=reaches, sends=sends)


@unit_of_work()
def pause_enrollment(actor: Actor, enrollment_id: str) -> Enrollment:
    """Pause an active enrollment and publish ``sequence.paused``. A message of it that is still queued is canceled, and
    its step is sent after the pause.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) unless it is active.
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    enrollment = _get_enrollment(actor, enrollment_id, lock=True)
    if enrollment.status != EnrollmentStatus.ACTIVE:
        raise DomainError("invalid_state", f"the enrollment is {enrollment.status}; only an active one can be paused")
    _review_enrollment(actor, enrollment)
    enrollment.status, enrollment.paused_at, enrollment.reason = EnrollmentStatus.PAUSED.value, clock.now(), ""
    enrollment.save(update_fields=["status", "paused_at", "reason"])
    runs = StepRun.objects.for_workspace(actor.workspace).filter(enrollment=enrollment, outcome="")
    automatic.cancel_queued([run.message_id for run in runs if run.message_id], PAUSED, only_unsent=True)
    data = {"sequence": SequenceOut.render(enrollment.sequence), "enrollment": EnrollmentOut.render(enrollment)}
    publish(actor, SEQUENCE_PAUSED, data, contact_id=str(enrollment.contact_id), account_id=enrollment.account_id)
    _audit(actor, "contact.enrollment_paused", enrollment)
    return enrollment


@unit_of_work()
def resume_enrollment(actor: Actor, enrollment_id: str, *, mode: str = ResumeMode.KEEP_DATES) -> Enrollment:
    """Resume a paused enrollment; ``mode`` as for :func:`resume_sequence`.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) unless it is paused.
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    enrollment = _get_enrollment(actor, enrollment_id, lock=True)
    if enrollment.status != EnrollmentStatus.PAUSED or enrollment.paused_at is None:
        raise DomainError("invalid_state", f"the enrollment is {enrollment.status}; only a paused one can be resumed")
    _review_enrollment(actor, enrollment, reaches=True)
    anchor = progress.anchor_after_pause(enrollment, ResumeMode(mode))
    if enrollment.next_run_at is not None:
        definition, contact = version_of(enrollment).definition, enrollment.contact
        assert contact is not None
        progress.start_step(enrollment, definition, definition.step(enrollment.step_key), contact, anchor)
    elif mode == ResumeMode.RESTART_DELAY:  # for a message that the pause has canceled
        enrollment.anchor_at = anchor
    enrollment.status, enrollment.paused_at = EnrollmentStatus.ACTIVE.value, None
    enrollment.save(update_fields=["status", "paused_at", "anchor_at", "next_run_at", "reason"])
    _audit(actor, "contact.enrollment_resumed", enrollment)
    transaction.on_commit(lambda: doorbell.ring("sequences.run"))
    return enrollment


@unit_of_work()
def stop_enrollment(actor: Actor, enrollment_id: str) -> Enrollment:
    """End an enrollment. A message of it that is still queued is canceled.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) if it has ended.
    """
    actor.require(Scope.MANAGE_SEQUENCES)
    enrollment = _get_enrollment(actor, enrollment_id, lock=True)
    if enrollment.ended_at is not None:
        raise DomainError("invalid_state", f"the enrollment is {enrollment.status} already")
    _review_enrollment(actor, enrollment)
    progress.stop(enrollment, Reason.MANUAL, clock.now())
    enrollment.save(update_fields=["status", "reason", "next_run_at", "paused_at", "ended_at"])
    _audit(actor, "contact.enrollment_stopped", enrollment)
    return enrollment
