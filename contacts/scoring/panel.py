"""Settings > Scoring: the rules, the form of one, and whom a change would move before it is saved."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from contacts import custom_fields
from contacts.custom_fields import by_key
from contacts.forms import DurationField
from contacts.models import Contact, ScoringRule
from contacts.normalization import format_duration, parse_duration
from contacts.scoring import services
from contacts.scoring.definition import (
    MAX_DAILY_CAP,
    MAX_NAME,
    MAX_VALUE,
    REACHABLE_STAGES,
    Definition,
    definition_of,
    from_params,
    read_definition,
)
from contacts.scoring.models import MAX_POINTS, Times, Trigger
from crmsolid.core.errors import DomainError
from crmsolid.core.periods import duration_text
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.jobs.admin import REFRESH_SECONDS
from crmsolid.jobs.models import OPEN_JOB_STATES, Job, JobState
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_columns import column, datetime_column
from crmsolid.panel.components.admin_pages import PageAdmin
from crmsolid.panel.components.comboboxes import Combobox
from crmsolid.panel.components.forms import EditForm, lock_row
from crmsolid.workspaces.actor import ADMINS
from crmsolid.workspaces.configuration import apply_configuration
from crmsolid.workspaces.models import Workspace

LIST = "contacts_scoringrule_changelist"
NONE = format_duration(timedelta(0))
# Which field of the form has the value of a rule with this trigger.
VALUE_FIELDS = {
    Trigger.TAG: "tag",
    Trigger.STAGE: "stage",
    Trigger.SEQUENCE_COMPLETED: "sequence",
    Trigger.SILENCE: "silence",
    Trigger.FIELD: "field",
}


class RuleForm(EditForm, forms.Form):
    """A scoring rule."""

    units = (("on", *VALUE_FIELDS.values(), "field_value"),)

    name = forms.CharField(max_length=MAX_NAME)
    on = forms.ChoiceField(label="Gives points when", choices=Trigger.choices, initial=Trigger.values[0])
    tag = forms.CharField(
        required=False, max_length=MAX_VALUE, widget=Combobox("tags", {"data-single": ""}), help_text="Empty: any tag."
    )
    stage = forms.ChoiceField(required=False, choices=[("", "Any stage"), *REACHABLE_STAGES.items()])
    sequence = forms.CharField(required=False, max_length=MAX_VALUE, help_text="Its name. Empty: any sequence.")
    field = forms.ChoiceField(label="Custom field", required=False)
    field_value = forms.CharField(
        label="Gets the value", required=False, max_length=MAX_VALUE, help_text="Empty: any value."
    )
    points = forms.IntegerField(min_value=-MAX_POINTS, max_value=MAX_POINTS, help_text="From -100 to 100.")
    times = forms.ChoiceField(label="How often", choices=Times.choices)
    daily_cap = forms.IntegerField(
        label="At most so many points a day", required=False, min_value=1, max_value=MAX_DAILY_CAP
    )
    half_life = DurationField("days", label="Half of them are left after", help_text="0 if they stay.")
    silence = DurationField("days", label="No answer for")

    def __init__(self, workspace: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, field.label) for key, field in by_key(workspace).items()]
        self.fields["field"].choices = [("", "Choose a field"), *choices]  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(definition: Definition) -> dict[str, Any]:
        """What the form of this rule shows at first."""
        shown = definition.as_json()
        name, value = VALUE_FIELDS.get(definition.trigger), shown.pop("value")
        if name == "field":
            key, _, wanted = value.partition("=")
            return {**shown, "field": key, "field_value": wanted}
        return {**shown, name: value} if name else shown

    def as_json(self) -> dict[str, Any]:
        """What was filled in, as ``read_definition`` takes it."""
        data = dict(self.cleaned_data)
        values = {name: data.pop(name) for name in VALUE_FIELDS.values()}
        wanted = data.pop("field_value")
        if values["field"] and wanted:
            values["field"] = f"{values['field']}={wanted}"
        name = VALUE_FIELDS.get(Trigger(data["on"]))
        half_life = None if data["half_life"] == NONE else data["half_life"]
        return {**data, "value": values[name] if name else "", "half_life": half_life}

    def add_domain_error(self, error: DomainError) -> None:
        """A service's refusal beside the field that it is about."""
        name = VALUE_FIELDS.get(self.cleaned_data["on"])
        for each in error.errors:
            field = name if each.field == "value" else each.field
            # The API takes a key there; the form has a list.
            is_unchosen = field == "field" and not self.cleaned_data["field"]
            self.add_error(field, "Choose a custom field." if is_unchosen else capfirst(each.detail))


class ScoreForm(forms.Form):
    """A change of a contact's score by hand."""

    points = forms.IntegerField(
        label="Points to add or to take away", min_value=-MAX_POINTS, max_value=MAX_POINTS, initial=10
    )
    note = forms.CharField(required=False, max_length=services.MAX_NOTE)


def describe(definition: Definition) -> str:
    """What a rule does, in a sentence."""
    parts = [
        f"{definition.points:+} points {'the first time' if definition.times == Times.ONCE else 'each time'}"
        f" {_occasion(definition.trigger, definition.value)}"
    ]
    if definition.daily_cap is not None:
        parts.append(f"at most {definition.daily_cap} a day")
    if definition.half_life is not None:
        parts.append(f"half of them are left after {duration_text(definition.half_life)}")
    return "; ".join(parts)


def _occasion(trigger: Trigger, value: str) -> str:
    match trigger:
        case Trigger.REPLY:
            return "the contact writes"
        case Trigger.TAG:
            return f"the contact gets the tag {value}" if value else "the contact gets a tag"
        case Trigger.STAGE:
            return f"the contact comes to the stage {value}" if value else "the contact comes to another stage"
        case Trigger.SEQUENCE_COMPLETED:
            return f"the contact finishes the sequence {value}" if value else "the contact finishes a sequence"
        case Trigger.SILENCE:
            return f"the contact has not answered for {duration_text(parse_duration(value))}"
        case Trigger.FIELD:
            key, equals, wanted = value.partition("=")
            return f"the field {key} becomes {wanted}" if equals else f"the field {key} is set"


class ScoringRuleAdmin(PageAdmin):
    viewers, adders, changers = ADMINS, ADMINS, ADMINS
    list_display = ("name", "does", "changed")
    search_fields = ("name",)
    search_help_text = "Name"
    ordering = ("name",)
    add_label = "New rule"
    list_before_template = "panel/scoring_list_actions.html"
    empty_text = "A rule gives points for what contacts do, such as a reply. Their sum, 0 to 100, is the score."
    changed = datetime_column("changed", "updated_at")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).filter(archived_at=None)

    @column("what it does")
    def does(self, rule: ScoringRule) -> str:
        return describe(definition_of(rule))

    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("preview/<str:job_id>/", self.preview_view, "preview"),
            self.own_url("copy/", require_POST(self.copy_view), "copy"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"may_copy": self._may_copy(request), **(extra_context or {})})

    # --- Copy to test -----------------------------------------------------------------------------------------
    def _may_copy(self, request: HttpRequest) -> bool:
        return not self.panel_context(request).is_test and self.has_change_permission(request)

    def copy_view(self, request: HttpRequest) -> HttpResponse:
        """Apply the rules to the test workspace, and the custom fields, which they may name."""
        if not self._may_copy(request):
            raise PermissionDenied
        panel, actor = self.panel_context(request), self.actor(request)
        rules = services.dump_rules(actor)
        document = {custom_fields.SECTION: custom_fields.dump(actor), services.SECTION: rules}
        try:
            changes = apply_configuration(panel.actor(request, panel.live.twin), document)
            counts = Counter(change.action for change in changes if change.section == services.SECTION)
            shown = ", ".join(f"{counts[each]} {each}" for each in sorted(counts)) or "there is none"
            messages.success(request, f"Rules in test mode: {shown}.")
        except DomainError as error:
            self.show_error(request, error)
        return HttpResponseRedirect(panel_url(LIST))

    # --- The form ---------------------------------------------------------------------------------------------
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._form_view(request, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return self._form_view(request, self.row(request, object_id, to_change=True))

    def _form_view(self, request: HttpRequest, rule: ScoringRule | None) -> HttpResponse:
        """The form. Its buttons lead to the page that says whom saving or deleting the rule would move."""
        if rule is not None and request.POST.get("do") == "delete":
            return self._preview(request, rule, definition_of(rule).as_json(), archive=True)
        form = self._form(request, rule)
        if form.is_bound:
            try:
                with unit_of_work():
                    form = self._form(request, rule and lock_row(rule))
                    if form.is_valid():
                        return self._preview(request, rule, form.as_json())
            except DomainError as error:
                form.add_domain_error(error)
        return self._form_page(request, rule, form)

    def _form(self, request: HttpRequest, rule: ScoringRule | None) -> RuleForm:
        stored = {"points": 10} if rule is None else RuleForm.initial_of(definition_of(rule))
        return RuleForm(
            self.current_workspace(request), request.POST if request.method == "POST" else None, initial=stored
        )

    def _form_page(self, request: HttpRequest, rule: ScoringRule | None, form: RuleForm) -> HttpResponse:
        title = "New rule" if rule is None else rule.name
        context = {"title": title, "page_label": title, "original": rule, "rule": rule, "form": form}
        return self.render_page(request, "panel/scoring_rule.html", **context)

    def _preview(
        self, request: HttpRequest, rule: ScoringRule | None, data: dict[str, Any], *, archive: bool = False
    ) -> HttpResponse:
        actor = self.actor(request)
        definition = read_definition(actor.workspace, data)
        rule_id = None if rule is None else rule.pk
        job = services.preview_rule(actor, definition, rule_id=rule_id, archive=archive)
        return HttpResponseRedirect(panel_url("contacts_scoringrule_preview", job.pk))

    # --- Whom a change would move -----------------------------------------------------------------------------
    def preview_view(self, request: HttpRequest, job_id: str) -> HttpResponse:
        """What the job has found so far, and the button that saves the change."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        try:
            job = services.get_preview(self.actor(request), job_id)
        except DomainError as error:
            raise Http404 from error
        if request.method == "POST":
            return self._save(request, job)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        definition = from_params(job.params["definition"])
        sample = {each["contact_id"]: each for each in job.params.get("sample", ())}
        people = Contact.objects.for_workspace(job.workspace_id).filter(pk__in=sample).order_by("pk")
        back = panel_url("contacts_scoringrule_change", job.object_id) if job.object_id else panel_url(LIST)
        is_open = job.state in OPEN_JOB_STATES
        response = self.render_page(
            request,
            "panel/scoring_preview.html",
            title=definition.name,
            page_label=definition.name,
            job=job,
            words=describe(definition),
            is_archived=job.params["archive"],
            is_open=is_open,
            is_done=job.state == JobState.DONE,
            people=[(contact, sample[contact.pk]) for contact in people],
            back=back,
        )
        if is_open:
            response.headers["Refresh"] = str(REFRESH_SECONDS)
        return response

    def _save(self, request: HttpRequest, job: Job) -> HttpResponse:
        """Save what the job has counted, unless somebody else has changed the rule since."""
        actor, rule_id, version = self.actor(request), int(job.object_id or 0), job.params.get("version")
        rule = self.get_queryset(request).filter(pk=rule_id).first()
        try:
            with unit_of_work():
                stored = definition_of(lock_row(rule)).as_json() if rule is not None else None
                if job.params["archive"]:
                    services.archive_rule(actor, rule_id, version=version)
                    said = "The rule is deleted. A job takes back what it gave."
                elif stored != job.params.get("before", stored):
                    return self._changed_meanwhile(request, rule, job)
                else:
                    definition = read_definition(actor.workspace, job.params["definition"])
                    if rule_id:
                        services.update_rule(actor, rule_id, definition, version=version)
                    else:
                        services.create_rule(actor, definition)
                    said = "The rule is saved. A job scores the contacts again."
            messages.success(request, said)
        except DomainError as error:
            self.show_error(request, error)
        return HttpResponseRedirect(panel_url(LIST))

    def _changed_meanwhile(self, request: HttpRequest, rule: Any, job: Job) -> HttpResponse:
        """The form with what the member wants, who is told what somebody else has saved since the preview began."""
        now, wanted = definition_of(rule), from_params(job.params["definition"])
        workspace = self.current_workspace(request)
        shown = RuleForm(workspace, initial=RuleForm.initial_of(now)).shown
        form = RuleForm(workspace, initial=RuleForm.initial_of(wanted), shown=shown)
        text = f"Nothing was saved: the rule was changed meanwhile. It is {now.name} now: {describe(now)}."
        messages.error(request, f"{text} Save again to replace it with yours.")
        return self._form_page(request, rule, form)
