"""Settings > Plan: for owners alone, and at any time. It is the way out of a trial that has ended."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from crmsolid.plans import CHOSEN, change_plan
from crmsolid.workspaces.admin_base import OWNERS
from crmsolid.workspaces.models import Plan
from crmsolid.workspaces.panel_context import Seat, seat_of

MEANINGS = {
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
    """Offers what :func:`change_plan` takes."""

    plan = forms.ChoiceField(
        choices=[(plan.value, plan.label) for plan in CHOSEN],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a plan.", "invalid_choice": "Choose one of these plans."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def plan_page(request: HttpRequest) -> HttpResponse:
    """The plan in force and the choice of another. It is the live side's, whichever side is shown."""
    seat = seat_of(request)
    if seat is None or not seat.has_role(OWNERS):
        raise PermissionDenied
    form = PlanForm(request.POST if request.method == "POST" else None, initial={"plan": seat.live.current_plan})
    if not form.is_valid():
        return _shown(request, seat, form)
    live = change_plan(seat.actor(request), form.cleaned_data["plan"])
    messages.success(request, f"{live.name} is on {Plan(live.plan).label}.")
    return HttpResponseRedirect(reverse("admin:plan"))


def _shown(request: HttpRequest, seat: Seat, form: PlanForm) -> HttpResponse:
    plan = Plan(seat.live.current_plan)
    context = {
        **admin.site.each_context(request),
        "title": "Plan",
        "plan": {"value": plan.value, "meaning": MEANINGS[plan], "type": COLOURS[plan], "text": plan.label},
        "offers": [(radio, MEANINGS[Plan(radio.data["value"])]) for radio in form["plan"]],
        "form": form,
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "panel/plan.html", context)
