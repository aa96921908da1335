"""What differs between the plans, and changing a workspace's plan."""

from dataclasses import replace

from django.db import transaction

from crmsolid.core.errors import invalid
from crmsolid.events.catalogue import declare
from crmsolid.events.publishing import publish
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Plan, Role, Workspace
from crmsolid.workspaces.services import TRIAL

PAID_PLANS = (Plan.PRO, Plan.BUSINESS)  # nobody can choose a second trial or the state after it

SUBSCRIPTION_UPGRADED = declare(
    "subscription.upgraded",
    "An owner has moved the workspace to a higher plan.",
    old_plan={"enum": list(Plan.values), "description": "The plan before."},
    plan={"enum": list(Plan.values), "description": "The plan now."},
)

# What differs between the plans. Features and limits are the same in all that are in force.
_ON = {Plan.TRIAL: "Yes", Plan.EXPIRED: "No", Plan.PRO: "Yes", Plan.BUSINESS: "Yes"}
DIFFERENCES: tuple[tuple[str, dict[Plan, str]], ...] = (
    ("Messages, sequences and broadcasts are sent", _ON),
    ("The API and assistants work", _ON),
    ("Things can be changed in the panel", _ON),
    (
        "Ends",
        {
            Plan.TRIAL: f"After {TRIAL.days} days",
            Plan.EXPIRED: "When an owner chooses a plan",
            Plan.PRO: "Never",
            Plan.BUSINESS: "Never",
        },
    ),
)

_RANKS = {Plan.EXPIRED: 0, Plan.TRIAL: 0, Plan.PRO: 1, Plan.BUSINESS: 2}


@transaction.atomic
def change_plan(actor: Actor, plan: str) -> Workspace:
    """Put the actor's workspace, live and test, on ``pro`` or ``business``; return the live workspace, which has the
    plan.

    An upgrade publishes ``subscription.upgraded``; the plan that is in force already changes nothing. Messages that
    an ended trial has held back are sent by the next periodic task. Errors: ``forbidden`` for anybody but an owner;
    ``validation_failed`` (plan).
    """
    actor.require_role(Role.OWNER)
    if plan not in PAID_PLANS:
        raise invalid("plan", "invalid_choice", "the plan is pro or business")
    live = Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.owner_workspace.pk)
    old_plan = live.current_plan
    if old_plan == plan:
        return live
    live.plan, live.trial_ends_at = plan, None
    live.save(update_fields=["plan", "trial_ends_at"])
    audit.record(replace(actor, workspace=live), "plan.changed", live.slug, old_plan=old_plan, plan=plan)
    if _RANKS[Plan(old_plan)] < _RANKS[Plan(plan)]:
        data = {"old_plan": old_plan, "plan": plan}
        publish(replace(actor, workspace=live), SUBSCRIPTION_UPGRADED, data)
    return live
