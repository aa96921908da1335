"""What the apps below ask of sequences: contacts for its timeline, the uses of tags and fields, a bulk action and what
gives points; messaging for what waits while sending is held."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.html import format_html

from contacts import bulk
from contacts.bulk import BulkAction
from contacts.models import Contact
from contacts.normalization import fold
from contacts.scoring import occasions
from contacts.scoring.occasions import Occasion
from contacts.timeline import CHANGES, Entry, Older, Source
from contacts.uses import Use, names_field, names_tag
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid
from crmsolid.jobs.kinds import JobFailed
from crmsolid.jobs.models import Job
from crmsolid.panel.components.addresses import panel_url
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Workspace, where_plan_allows_sending
from messaging import held
from messaging.formatting.variables import variables
from messaging.held import WaitingSteps
from sequences import services
from sequences.models import OPEN, Enrollment, EnrollmentStatus, SequenceStatus, SequenceVersion, Step
from sequences.models import Sequence as SequenceRow

# --- The timeline of a contact ----------------------------------------------------------------------------------------
_ENDED = {
    EnrollmentStatus.COMPLETED: ("was finished", None),
    EnrollmentStatus.STOPPED: ("stopped", None),
    EnrollmentStatus.FAILED: ("ended", ("danger", "Failed")),
}


def started(contact: Contact, older: Older, limit: int) -> Iterable[Entry]:
    rows = contact.enrollments.filter(older.than("created_at")).select_related("sequence")
    for each in rows.order_by("-created_at", "-pk")[:limit]:
        title = format_html("<b><bdi>{}</bdi></b> started", each.sequence)
        yield Entry(each.created_at, each.pk, title, page=_page_of(each))


def ended(contact: Contact, older: Older, limit: int) -> Iterable[Entry]:
    rows = contact.enrollments.filter(older.than("ended_at"), ended_at__isnull=False)
    for each in rows.select_related("sequence").order_by("-ended_at", "-pk")[:limit]:
        assert each.ended_at is not None
        verb, label = _ENDED[EnrollmentStatus(each.status)]
        why = each.get_reason_display() if each.reason else ""
        title = format_html("<b><bdi>{}</bdi></b> {}", each.sequence, verb)
        yield Entry(each.ended_at, each.pk, title, detail=why, label=label, page=_page_of(each))


def _page_of(enrollment: Enrollment) -> tuple[str, str]:
    return "sequences_enrollment_change", enrollment.pk


SOURCES = (
    Source("sequence", CHANGES, "workflow", started),
    Source("sequence_end", CHANGES, "workflow", ended),
)


# --- The sequences that name a tag or a custom field ------------------------------------------------------------------
ADVICE = "Edit it and save: a version that contacts are in never changes by itself."


def of_tag(workspace: Workspace, name: str) -> list[Use]:
    """Those that name the tag in the condition of a step, or as what stops them. Of each sequence the latest version
    counts, and those that contacts are in."""
    open_ones = Enrollment.objects.for_workspace(workspace).filter(version=OuterRef("pk"), status__in=OPEN)
    versions = SequenceVersion.objects.for_workspace(workspace).select_related("sequence")
    live = {each.pk: each for each in versions.filter(Q(number=F("sequence__version")) | Exists(open_ones))}
    steps = Step.objects.for_workspace(workspace).filter(version__in=list(live), condition__isnull=False)
    naming = {step.version_id for step in steps if names_tag(step.condition, name)}
    naming |= {pk for pk, version in live.items() if f"tag:{fold(name)}" in map(fold, version.stop_on)}
    found = {live[pk].sequence_id: live[pk].sequence for pk in naming}
    return [
        Use("Sequence", each.name, "sequences_sequence_change", each.pk, ADVICE)
        for each in sorted(found.values(), key=lambda each: each.name)
    ]


def of_field(workspace: Workspace, key: str) -> Iterator[Use]:
    """Those whose latest version names the field, in a text or in a condition."""
    latest = Step.objects.for_workspace(workspace).filter(version__number=F("version__sequence__version"))
    names = {
        step.version.sequence_id: step.version.sequence.name
        for step in latest.select_related("version__sequence")
        if key in variables(step.text) or names_field(step.condition, key)
    }
    for pk, name in names.items():
        yield Use("Sequence", name, "sequences_sequence_change", pk)


# --- Enrolling many contacts at once ----------------------------------------------------------------------------------
def _check(actor: Actor, arguments: Mapping[str, Any]) -> dict[str, Any]:
    try:
        sequence, _ = services.get_sequence(actor, str(arguments.get("sequence", "")))
    except DomainError as error:
        raise invalid("sequence", error.code, "choose a sequence") from None
    if sequence.status != SequenceStatus.ACTIVE:
        raise invalid("sequence", "sequence_not_active", "the sequence is not active; start or resume it first")
    return {"sequence": sequence.pk}


def _enroll(actor: Actor, ids: Sequence[str], arguments: Mapping[str, Any]) -> tuple[int, Mapping[str, DomainError]]:
    try:
        enrolled, refused = services.enroll_contacts(actor, arguments["sequence"], ids)
    except DomainError as error:  # the sequence was paused, or is gone
        raise JobFailed(error.code, error.detail) from None
    return len(enrolled), refused


def _links(job: Job) -> list[tuple[str, str]]:
    is_there = SequenceRow.objects.for_workspace(job.workspace_id).filter(pk=job.object_id).exists()
    return [("The sequence", panel_url("sequences_sequence_change", job.object_id))] if is_there else []


ENROLL_JOB = bulk.kind_of_jobs("sequences.enroll", "Enrolling in a sequence", links=_links)
ENROLL = BulkAction(
    services.ENROLL,
    "Enroll in a sequence",
    _check,
    _enroll,
    500,
    (Scope.MANAGE_SEQUENCES,),
    kind=ENROLL_JOB,
    counted_as="enrolled",
)


# --- The sequences that contacts have finished, for the scores that rules give for them -------------------------------
def completed_by(contacts: Sequence[Contact]) -> list[Occasion]:
    """The sequences that these contacts have finished."""
    by_id = {contact.id: contact for contact in contacts}
    completed = Enrollment.unscoped.filter(contact__in=by_id, status=EnrollmentStatus.COMPLETED)
    rows = completed.values_list("pk", "contact_id", "sequence__name", "ended_at")
    return [
        occasions.sequence_completed(by_id[contact_id], enrollment_id, name, ended_at)
        for enrollment_id, contact_id, name, ended_at in rows
        if contact_id is not None and ended_at is not None
    ]


# --- The hold on sending ----------------------------------------------------------------------------------------------
def _waiting_steps() -> list[WaitingSteps]:
    rows = Enrollment.unscoped.filter(
        where_plan_allows_sending("workspace__"),
        status=EnrollmentStatus.ACTIVE,
        next_run_at__lte=clock.now(),
        sequence__status=SequenceStatus.ACTIVE,
    )
    groups = rows.values_list("workspace__slug", "sequence_id", "sequence__name").annotate(due=Count("pk"))
    return [WaitingSteps(*group) for group in groups.order_by("workspace__slug", "sequence_id")]


def _pause_all() -> int:
    paused = 0
    active = SequenceRow.unscoped.filter(status=SequenceStatus.ACTIVE).select_related("workspace").order_by("pk")
    for sequence in active:
        try:
            services.pause_sequence(held.actor_in(sequence.workspace), sequence.pk)
        except DomainError as error:
            if error.code not in ("invalid_state", "not_found"):  # somebody has paused or deleted it meanwhile
                raise
        else:
            paused += 1
    return paused


WHILE_HELD = held.Sequences(_waiting_steps, _pause_all)
