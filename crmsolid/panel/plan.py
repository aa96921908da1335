"""Settings > Plan, for owners only. It works after a trial has ended too, because it is how one leaves that state."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from crmsolid.plans import PAID_PLANS, change_plan
from crmsolid.workspaces.admin_base import OWNERS
from crmsolid.workspaces.models import Plan
from crmsolid.workspaces.panel_context import panel_context

DESCRIPTIONS = {
    Plan.TRIAL: "Everything is on, for 14 days.",
    Plan.PRO: "Everything is on, without an end date.",
    Plan.BUSINESS: "The plan above Pro. Everything is on, without an end date.",
    Plan.EXPIRED: (
        "The trial has ended: the API refuses every call and nothing is sent. What people write still arrives, "
        "everything can be read, and nothing is deleted."
    ),
}
COLOURS = {Plan.TRIAL: "info", Plan.PRO: "success", Plan.BUSINESS: "success", Plan.EXPIRED: "danger"}


class PlanForm(forms.Form):
    """Offers the plans that :func:`change_plan` accepts."""

    plan = forms.ChoiceField(
        choices=[(plan.value, plan.label) for plan in PAID_PLANS],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a plan.", "invalid_choice": "Choose one of these plans."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def plan_page(request: HttpRequest) -> HttpResponse:
    """The plan in force and the choice of another. The plan belongs to the live workspace, whichever one is shown."""
    panel = panel_context(request)
    if panel is None or not panel.has_role(OWNERS):
        raise PermissionDenied
    form = PlanForm(request.POST if request.method == "POST" else None, initial={"plan": panel.live.current_plan})
    if form.is_valid():
        live = change_plan(panel.actor(request), form.cleaned_data["plan"])
        messages.success(request, f"{live.name} is on {Plan(live.plan).label}.")
        return HttpResponseRedirect(reverse("admin:plan"))
    plan = Plan(panel.live.current_plan)
    context = {
        **admin.site.each_context(request),
        "title": "Plan",
        "plan": {"value": plan.value, "description": DESCRIPTIONS[plan], "type": COLOURS[plan], "text": plan.label},
        "offers": [(radio, DESCRIPTIONS[Plan(radio.data["value"])]) for radio in form["plan"]],
        "form": form,
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "panel/plan.html", context)
