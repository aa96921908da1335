"""The pages of the panel without a model: home, Settings > Workspace and Plan, and the error pages."""

import sys
from datetime import time
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

from apikeys.authentication import DEFAULT_RATE_LIMIT
from contacts.custom_fields import MAX_FIELDS
from contacts.models import CustomField, ScoringRule
from contacts.scoring.definition import MAX_RULES
from crmsolid.core.errors import DATABASE_UNAVAILABLE, DomainError
from crmsolid.panel.account import sign_in_log
from crmsolid.panel.account.kept_form import form_of, page_before
from crmsolid.panel.components.addresses import side_of
from crmsolid.panel.components.comboboxes import HourField, ZoneField
from crmsolid.panel.components.context import panel_context
from crmsolid.panel.components.forms import EditForm, ServiceForm, lock_workspace
from crmsolid.panel.components.tenant_page import TenantPage
from crmsolid.plans import DIFFERENCES, PAID_PLANS, change_plan
from crmsolid.serving.interface import MAX_BODY_BYTES, MEBIBYTE
from crmsolid.serving.request import BODY_TOO_LARGE
from crmsolid.workspaces.actor import ADMINS, OWNERS
from crmsolid.workspaces.models import Plan, Role, User, Workspace
from crmsolid.workspaces.services import DAY_NAMES, MAX_ANSWER_AIM, MAX_NAME, update_workspace
from webhooks.models import Endpoint
from webhooks.services import MAX_ENDPOINTS

DESCRIPTIONS = {
    Plan.TRIAL: "Every feature is on until the trial ends. Then nothing is sent, and nothing is deleted.",
    Plan.PRO: "Every feature is on, without an end date.",
    Plan.BUSINESS: "The same as Pro: every feature is on, without an end date.",
    Plan.EXPIRED: (
        "The trial has ended: the API refuses every call and nothing is sent. What people write still arrives, "
        "everything can be read, and nothing is deleted."
    ),
}
_MIDNIGHT = "24:00"
COLUMNS = {Plan.EXPIRED: "After the trial"}
COLOURS = {Plan.TRIAL: "info", Plan.PRO: "success", Plan.BUSINESS: "success", Plan.EXPIRED: "danger"}


class PlanForm(EditForm, forms.Form):
    """Offers the plans that :func:`change_plan` accepts."""

    plan = forms.ChoiceField(
        choices=[(plan.value, plan.label) for plan in PAID_PLANS],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a plan.", "invalid_choice": "Choose one of these plans."},
    )


class PlanPage(TenantPage):
    """Settings > Plan. It works after a trial has ended too: it is how one leaves that state."""

    name, title, template = "plan", "Plan", "panel/plan.html"
    viewers = changers = OWNERS
    needs_plan = False

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(PlanForm(initial={"plan": self.panel.live.current_plan}))

    def post(self, request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            form = PlanForm(request.POST, initial={"plan": lock_workspace(self.actor).current_plan})
            if not form.is_valid():
                return self._page(form)
            live = change_plan(self.actor, form.cleaned_data["plan"])
        self.say(f"{live.name} is on {Plan(live.plan).label}.")
        return self.redirect(self.name)

    def _page(self, form: PlanForm) -> HttpResponse:
        plan = Plan(self.panel.live.current_plan)
        shown = {"value": plan.value, "description": DESCRIPTIONS[plan], "type": COLOURS[plan], "text": plan.label}
        offers = [(radio, DESCRIPTIONS[Plan(radio.data["value"])]) for radio in form["plan"]]
        columns = {each: COLUMNS.get(each, each.label) for each in (Plan.TRIAL, Plan.EXPIRED, *PAID_PLANS)}
        return self.render(
            plan=shown,
            offers=offers,
            form=form,
            compared=[(label, each == plan) for each, label in columns.items()],
            differences=[
                (title, [(label, texts[each]) for each, label in columns.items()]) for title, texts in DIFFERENCES
            ],
            limits=self._limits(),
            rate_limit=DEFAULT_RATE_LIMIT,
        )

    def _limits(self) -> list[tuple[str, int, int]]:
        """What has a limit, how much of it this side has used, and the limit."""
        rules = self.rows(ScoringRule).filter(archived_at=None)
        return [
            ("Custom fields", self.rows(CustomField).count(), MAX_FIELDS),
            ("Scoring rules", rules.count(), MAX_RULES),
            ("Webhooks", self.rows(Endpoint).filter(deleted_at=None).count(), MAX_ENDPOINTS),
        ]


class WorkspaceForm(EditForm, ServiceForm):
    """The name, the time zone, the aim for answers, and the working hours of a workspace."""

    units = (("work_days", "work_from", "work_until"),)

    name = forms.CharField(required=False, widget=forms.TextInput(attrs={"maxlength": MAX_NAME}))
    time_zone = ZoneField(
        label="Time zone",
        help_text="By its name, such as Europe/Berlin. The days, weeks and months of statistics are those of this time "
        "zone, and new sequences begin with it.",
    )
    answer_aim_minutes = forms.IntegerField(
        label="Answer within",
        min_value=1,
        max_value=MAX_ANSWER_AIM,
        help_text="Minutes. In lists a customer's wait is marked from half of this on, and more strongly past it.",
    )
    unassigned_aim_minutes = forms.IntegerField(
        label="Somebody looks after them within",
        min_value=1,
        max_value=MAX_ANSWER_AIM,
        help_text="Minutes. Home and the inbox tell admins and owners of customers who wait longer while nobody looks "
        "after them.",
    )
    work_days = forms.TypedMultipleChoiceField(
        label="Days",
        required=False,
        coerce=int,
        choices=list(enumerate(DAY_NAMES, start=1)),
        widget=forms.CheckboxSelectMultiple,
    )
    work_from = HourField(label="From", required=False)
    work_until = HourField(midnight=True, label="To", required=False, help_text="Such as 18:00, or 24:00 for midnight.")

    @classmethod
    def of(cls, live: Workspace, data: Any = None) -> "WorkspaceForm":
        stored = {field: getattr(live, field) for field in cls.base_fields}
        begins, ends = live.work_from, live.work_until
        stored["work_from"] = "" if begins is None else f"{begins:%H:%M}"
        stored["work_until"] = "" if ends is None else f"{ends:%H:%M}" if ends != time() else _MIDNIGHT
        return cls(data, initial=stored)

    def clean_work_from(self) -> time | None:
        return _time(self.cleaned_data["work_from"])

    def clean_work_until(self) -> time | None:
        text = self.cleaned_data["work_until"]
        return time() if text == _MIDNIGHT else _time(text)


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None) if text else None
    except ValueError:
        raise forms.ValidationError("Give a time of day, such as 9:00.") from None


class WorkspacePage(TenantPage):
    """Settings > Workspace. After a trial has ended it can only be read."""

    name, title, template = "workspace", "Workspace", "panel/workspace.html"
    viewers = changers = ADMINS

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(WorkspaceForm.of(self.panel.live))

    def post(self, request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            form = WorkspaceForm.of(lock_workspace(self.actor), request.POST)
            try:
                if form.is_valid():
                    update_workspace(self.actor, **form.cleaned_data)
            except DomainError as error:
                form.add_domain_error(error)
        if not form.is_valid():
            return self._page(form)
        self.say("The settings of the workspace are saved.")
        return self.redirect(self.name)

    def _page(self, form: WorkspaceForm) -> HttpResponse:
        return self.render(form=form)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The text is the same whether a row never existed, was deleted, or belongs to another workspace."""
    text = "It may have been deleted, or belong to another workspace. The menu says which one you see."
    if panel_context(request) is None:
        text = "The address may be mistyped, or what was here is gone."
    return _page(request, 404, "There is nothing here", text)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say why: the trial has ended, the member's role does not allow it, or the panel cannot do it at all."""
    if isinstance(request.user, User):
        sign_in_log.page_refused(request, request.user)
    panel = panel_context(request)
    if panel is None:
        return _page(request, 403, "You may not see this page", "Log in with the e-mail address of a member.")
    is_owner = panel.has_role(OWNERS)
    if panel.is_expired:
        text = f"The trial of {panel.live.name} has ended: everything can be read, nothing can be changed."
        text = text if is_owner else f"{text} An owner can choose a plan."
        return _page(request, 403, "Nothing can be changed at the moment", text, may_choose_plan=is_owner)
    if is_owner:
        text = "It is not a matter of your role: nobody can do it here."
        return _page(request, 403, "The panel does not do this", text)
    role = Role(panel.membership.role).with_article
    text = f"You are {role} in {panel.live.name}. Ask an owner of the workspace to do this, or for another role."
    return _page(request, 403, "Your role does not allow this", text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The usual cause is a page that was open while its user logged in again, or a browser without cookies. A form that
    the server has refused for its size arrives empty, so without a token."""
    if request.META.get(BODY_TOO_LARGE):
        text = f"Nothing was changed. A form may have at most {MAX_BODY_BYTES // MEBIBYTE} MiB."
        return _page(request, 413, "This form is too large", text)
    text = (
        "Nothing was changed. This happens when you have logged in again or switched the workspace since the page was "
        "opened, or when the browser keeps no cookies. Open the page again and send it once more."
    )
    typed, page = [], page_before(request)
    if page and isinstance(request.user, User):
        typed = form_of(request).shown
    return _page(request, 403, "This page is too old to be sent", text, typed=typed, page=page)


def too_many_slow_pages(request: HttpRequest, refused: DomainError) -> HttpResponse:
    """Instead of a page that may be slow, while the workspace has others under way."""
    text = (
        "Nothing was changed. Several searches, filters, statistics or exports of this workspace are being worked on. "
        "Wait a few seconds and try again."
    )
    page = request.get_full_path() if request.method == "GET" else ""
    response = _page(request, refused.status, "Your workspace is busy", text, page=page)
    for name, value in refused.headers.items():
        response.headers[name] = value
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls this while it handles the exception. 503 if the database is unavailable, otherwise Django's page."""
    if not isinstance(sys.exception(), DATABASE_UNAVAILABLE):
        return defaults.server_error(request)
    page = render_to_string("503.html")  # without a request: most of what a page shows comes from the database
    return HttpResponse(page, status=503, headers={"Retry-After": "5"})


def _page(request: HttpRequest, status: int, title: str, text: str, **context: Any) -> HttpResponse:
    """Inside the panel's frame for its members, else a page by itself."""
    in_panel = panel_context(request) is not None and side_of(request.path_info) is not None
    template = "panel/error.html" if in_panel else "panel/error_alone.html"
    context = {**admin.site.each_context(request), "title": title, "text": text, **context}
    return render(request, template, context, status=status)
