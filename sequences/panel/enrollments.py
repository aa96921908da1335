"""Automation > Enrollments: the contacts in sequences, the page of one, and enrolling."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern
from django.utils.safestring import SafeString

from contacts.models import Contact
from contacts.panel.actions import (
    BulkChoice,
    BulkForm,
    ContactAction,
    InPlace,
)
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.ids import is_id
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_base import TenantRelatedFilter
from crmsolid.panel.components.admin_columns import column, datetime_column, format_time
from crmsolid.panel.components.admin_pages import PageAdmin, label_for
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from messaging.panel.composing import field_labels, with_fields_marked, with_small_files
from messaging.panel.media import kept_files
from messaging.panel.words import failure, waiting_text
from messaging.sending.waiting import load_accounts
from sequences import services
from sequences.hooks import ENROLL
from sequences.models import (
    OPEN,
    Enrollment,
    EnrollmentStatus,
    Outcome,
    Reason,
    Sequence,
    SequenceStatus,
    StepRun,
)
from sequences.panel.forms import account_label
from sequences.panel.sequences import resume_mode
from sequences.panel.words import (
    ENROLLMENT_COLOURS,
    IN_IT,
    NO_REASON,
    resume_choices,
    shown_steps,
    step_label,
    step_labels,
    steps_by_key,
)
from sequences.querysets import current_reason, load_related
from sequences.running import resuming
from sequences.versions import version_of

OUTCOME_COLOURS = {"sent": "success", "failed": "danger", "canceled": "", "skipped": "info", "": "warning"}
# Why a contact was not enrolled.
REFUSALS = {
    "already_enrolled": "in the sequence already",
    "contact_opted_out": "opted out",
    "not_found": "erased meanwhile",
    "sequence_not_active": "because the sequence is not active",
}

# The choices of the filter by what came of a step.
OUTCOME_FILTERS = {
    "sent": ("Sent", Q(outcome=Outcome.SENT)),
    "failed": ("Failed", Q(outcome=Outcome.FAILED)),
    "replied": ("Replied", Q(replied_at__isnull=False)),
    "opted_out": ("Opted out", Q(opted_out_at__isnull=False)),
}

# So many enrollments are shown on a contact's page.
MAX_OF_CONTACT = 10


def _active_sequences(workspace: Workspace) -> "QuerySet[Sequence]":
    active: QuerySet[Sequence] = Sequence.objects.for_workspace(workspace).filter(status=SequenceStatus.ACTIVE)
    return active.order_by("name")


def _enroll_in_place(actor: Actor, contact_id: str, sequence_id: str) -> str:
    if not sequence_id:
        raise invalid("sequence", "required", "choose a sequence")
    enrollment = services.enroll_contact(actor, sequence_id, contact_id=contact_id)
    return f"Enrolled in {enrollment.sequence}."


ENROLL_ACTION = ContactAction(
    "Enroll in a sequence",
    "sequences_enrollment_enroll",
    InPlace(
        "Enroll",
        "No sequence is active.",
        lambda workspace: [(each.pk, each.name) for each in _active_sequences(workspace)],
        _enroll_in_place,
    ),
)


def reason_text(enrollment: Enrollment) -> str:
    """Why it waits or why it has ended; call ``load_related`` before."""
    reason = current_reason(enrollment)
    if reason is not None:
        return str(Reason(reason).label)
    if enrollment.status == EnrollmentStatus.ACTIVE:
        return "A message is on its way"
    return ""


def sequences_of(contact: Contact) -> str:
    """The latest enrollments of the contact, for its page; empty without any."""
    rows = Enrollment.objects.for_workspace(contact.workspace_id).filter(contact=contact)
    latest = list(rows.order_by("-created_at", "-id")[:MAX_OF_CONTACT])
    if not latest:
        return ""
    load_related(latest)
    shown = [
        {
            "name": str(each.sequence),
            "link": panel_url("sequences_enrollment_change", each.pk),
            "why": reason_text(each),
            "status": label_for(ENROLLMENT_COLOURS, each),
        }
        for each in latest
    ]
    return render_to_string("panel/contact_sequences.html", {"rows": shown})


class EnrollForm(BulkForm):
    """The active sequences, of which one is chosen."""

    sequence = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": "Choose a sequence."})

    def __init__(self, workspace: Workspace, data: Any = None) -> None:
        super().__init__(workspace, data)
        self.sequences = _active_sequences(workspace)
        self.fields["sequence"].choices = [(each.pk, each.name) for each in self.sequences]  # type: ignore[attr-defined]


ENROLL_CHOICE = BulkChoice(
    ENROLL.name,
    ENROLL.label,
    "Each contact starts with the first step. Whoever opted out or is in the sequence already is left out.",
    EnrollForm,
    dict,
    verb="Enroll",
    icon="zap",
)


class StatusFilter(SimpleListFilter):
    """A status, or both of those in which the contact is in the sequence."""

    title = parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(IN_IT, "In it (active or paused)"), *EnrollmentStatus.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        status = self.value()
        return queryset.filter(status__in=OPEN if status == IN_IT else [status]) if status else queryset


class WorkspaceFilter(SimpleListFilter):
    """A filter that knows the workspace that is shown."""

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.workspace = model_admin.current_workspace(request)
        super().__init__(request, params, model, model_admin)


class StepFilter(WorkspaceFilter):
    """The steps of the sequence that was chosen: who is at one, or, with the filter by outcome, who got it."""

    title = parameter_name = "step"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        sequence_id = request.GET.get("sequence__id__exact", "")[:30]
        return list(step_labels(self.workspace, sequence_id).items()) if sequence_id else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value() or request.GET.get("outcome") in OUTCOME_FILTERS:
            return queryset
        return queryset.filter(step_key=self.value())


class OutcomeFilter(WorkspaceFilter):
    """What came of a step: of the one that is chosen, else of any."""

    title = "outcome of a step"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _) in OUTCOME_FILTERS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in OUTCOME_FILTERS:
            return queryset
        runs = StepRun.objects.for_workspace(self.workspace).filter(OUTCOME_FILTERS[str(self.value())][1])
        if step := request.GET.get("step"):
            runs = runs.filter(step_key=step)
        return queryset.filter(Exists(runs.filter(enrollment=OuterRef("pk"))))


class ReasonFilter(WorkspaceFilter):
    """Why they wait or have ended, as :func:`sequences.querysets.current_reason` finds it."""

    title = parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*Reason.choices, (NO_REASON, "None, or a message is on its way")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        reason = self.value()
        if not reason:
            return queryset
        active, held = Q(status=EnrollmentStatus.ACTIVE), Q(sequence__status=SequenceStatus.PAUSED)
        if reason == Reason.SEQUENCE_PAUSED:
            return queryset.filter(active & held)
        has_plan = self.workspace.plan_allows_sending
        if reason == Reason.PLAN:
            return queryset.none() if has_plan else queryset.filter(active & ~held)
        runs = active & ~held if has_plan else Q(pk=None)
        if reason == Reason.DELAY:
            return queryset.filter(runs, reason="", next_run_at__isnull=False)
        if reason == NO_REASON:
            return queryset.filter(~active & Q(reason="") | runs & Q(next_run_at=None))
        return queryset.filter(~active | runs & Q(next_run_at__isnull=False), reason=reason)


class EnrollmentAdmin(PageAdmin):
    list_display = ("who", "in_sequence", "status_label", "step", "next_time", "why", "enrolled")
    list_filter = (("sequence", TenantRelatedFilter), StatusFilter, StepFilter, OutcomeFilter, ReasonFilter)
    list_select_related = ("contact",)
    search_fields = ("contact__search",)
    search_help_text = "Name, username or e-mail of the contact"
    ordering = ("-created_at", "-id")
    keeps_history = False
    empty_text = (
        "Contacts are enrolled in an active sequence on their page, in the list of contacts, or over the API with a "
        "key that may manage sequences."
    )
    enrolled = datetime_column("enrolled", "created_at")

    def label_of(self, obj: Enrollment) -> str:
        return f"{obj.contact or 'Erased contact'} in {obj.sequence}"

    # --- List -------------------------------------------------------------------------------------------------
    def load_rows(self, rows: list[Any]) -> None:
        load_related(rows)
        if not rows:
            return
        steps = steps_by_key(rows[0].workspace_id, [(row.version_id, row.step_key) for row in rows])
        fields = field_labels(rows[0].workspace_id)
        for row in rows:
            step = steps.get((row.version_id, row.step_key))
            row.step_name = step_label(step.position, step, fields) if step else ""

    @column("contact")
    def who(self, enrollment: Enrollment) -> str:
        return str(enrollment.contact or "Erased contact")

    @column("sequence")
    def in_sequence(self, enrollment: Enrollment) -> str:
        return f"{enrollment.sequence} ({enrollment.version})"

    @column("status", ordering="status", label=ENROLLMENT_COLOURS)
    def status_label(self, enrollment: Enrollment) -> tuple[str, str]:
        return enrollment.status, enrollment.get_status_display()

    @column("step", ordering="step_key")
    def step(self, enrollment: Any) -> str:
        return str(enrollment.step_name)

    @column("next message")
    def next_time(self, enrollment: Enrollment) -> SafeString | str:
        is_running = enrollment.status == enrollment.sequence.status == EnrollmentStatus.ACTIVE
        return format_time(enrollment.next_run_at) if is_running else ""

    @column("why")
    def why(self, enrollment: Enrollment) -> str:
        return reason_text(enrollment)

    # --- One enrollment ---------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("enroll/", self.enroll_view, "enroll"),
            self.own_url("<path:object_id>/pause/", self.action_view(self._pause), "pause"),
            self.own_url("<path:object_id>/resume/", self.action_view(self._resume), "resume"),
            self.own_url("<path:object_id>/stop/", self.action_view(self._stop), "stop"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        enrollment = self.row(request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        load_related([enrollment])
        may_change = self.has_change_permission(request) and enrollment.status in OPEN
        is_paused = enrollment.status == EnrollmentStatus.PAUSED
        forecasts = resuming.forecast_enrollment(self.actor(request), enrollment.pk) if may_change and is_paused else []
        context = {
            "title": self.label_of(enrollment),
            "page_label": self.label_of(enrollment),
            "original": enrollment,
            "enrollment": enrollment,
            "status": label_for(ENROLLMENT_COLOURS, enrollment),
            "why": reason_text(enrollment),
            "account": account_label(enrollment.account) if enrollment.account else "",
            "next_time": self.next_time(enrollment),
            "runs": (runs := self._runs(enrollment)),
            "coming": self._coming(enrollment, {each["run"].step_key for each in runs}),
            "may_change": may_change,
            "ways": resume_choices(forecasts),
        }
        return self.render_page(request, "panel/enrollment.html", **context)

    def _runs(self, enrollment: Enrollment) -> list[dict[str, Any]]:
        """The steps that were done, oldest first, with what their messages wait for."""
        rows = StepRun.objects.for_workspace(enrollment.workspace_id).filter(enrollment=enrollment)
        runs = list(rows.select_related("message").order_by("created_at", "id"))
        load_accounts([run.message for run in runs if run.message])
        steps = steps_by_key(enrollment.workspace_id, [(run.version_id, run.step_key) for run in runs])
        fields = field_labels(enrollment.workspace_id)
        files = kept_files(enrollment.workspace_id, (each for step in steps.values() for each in step.attachments))
        return [
            {
                "run": run,
                "number": (step := steps[run.version_id, run.step_key]).position + 1,
                "marked": with_small_files(with_fields_marked(step.text, fields, step.format), step.attachments, files),
                "label": {
                    "type": OUTCOME_COLOURS[run.outcome],
                    "text": run.get_outcome_display() if run.outcome else "On its way",
                },
                "waits": waiting_text(run.message) if run.message else "",
                "why": failure(run.error)[0],  # nothing can be sent again here
            }
            for run in runs
        ]

    def _coming(self, enrollment: Enrollment, done: set[str]) -> list[dict[str, Any]]:
        """The step that is next and those after it, in the version that the contact goes through, without those that
        were ``done`` before they stood there."""
        definition = version_of(enrollment).definition
        step = definition.step(enrollment.step_key)
        if step is None or enrollment.status not in OPEN:
            return []
        shown = shown_steps(enrollment.sequence.workspace, definition, {})
        return [each for each in shown[definition.steps.index(step) :] if each["key"] not in done]

    def _pause(self, request: HttpRequest, enrollment: Enrollment) -> str:
        services.pause_enrollment(self.actor(request), enrollment.pk)
        return "Paused. Nothing of the sequence is sent to this contact until it is resumed."

    def _resume(self, request: HttpRequest, enrollment: Enrollment) -> str:
        services.resume_enrollment(self.actor(request), enrollment.pk, mode=resume_mode(request))
        return "Resumed. The contact gets the rest of the sequence."

    def _stop(self, request: HttpRequest, enrollment: Enrollment) -> str:
        services.stop_enrollment(self.actor(request), enrollment.pk)
        return "Stopped. The contact can be enrolled again."

    # --- Enrolling --------------------------------------------------------------------------------------------
    def enroll_view(self, request: HttpRequest) -> HttpResponse:
        """Choose an active sequence for the contact in ``?contact=ID``, and enroll them."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        workspace, contact_id = self.current_workspace(request), request.GET.get("contact", "")
        contacts = Contact.objects.for_workspace(workspace).filter(pk=contact_id)
        contact = contacts.first() if is_id("con", contact_id) else None
        if contact is None:
            raise Http404
        form = EnrollForm(workspace, request.POST if request.method == "POST" else None)
        if not (form.is_bound and form.is_valid()):
            context = {"title": "Enroll in a sequence", "page_label": "Enroll", "form": form, "contact": contact}
            return self.render_page(request, "panel/enroll.html", **context)
        sequence_id = form.cleaned_data["sequence"]
        try:
            enrollment = services.enroll_contact(self.actor(request), sequence_id, contact_id=contact.pk)
        except DomainError as error:
            if error.code not in REFUSALS:
                raise
            messages.warning(request, f"Not enrolled: 1 {REFUSALS[error.code]}.")
            query = {"sequence__id__exact": sequence_id}
            return HttpResponseRedirect(panel_url("sequences_enrollment_changelist", query=query))
        messages.success(request, "One contact is enrolled.")
        return self.page_of(enrollment)
