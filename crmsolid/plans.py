"""Changing a workspace's plan."""

from dataclasses import replace

from django.db import transaction

from crmsolid.core.errors import invalid
from crmsolid.events.publishing import publish
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Plan, Role, Workspace
from webhooks.events import SUBSCRIPTION_UPGRADED

CHOSEN = (Plan.PRO, Plan.BUSINESS)  # a trial is had once, and nobody chooses to have run out of it

_RANKS = {Plan.EXPIRED: 0, Plan.TRIAL: 0, Plan.PRO: 1, Plan.BUSINESS: 2}


@transaction.atomic
def change_plan(actor: Actor, plan: str) -> Workspace:
    """Put the actor's workspace on ``pro`` or ``business``, live and test; answers the live one, which has the plan.

    A move upward is published as ``subscription.upgraded``; the plan that is in force already changes nothing. What
    an ended trial has held back goes on by itself, with the next sweep. Errors: ``forbidden`` for anybody
    but an owner, ``validation_failed`` (plan).
    """
    actor.require_role(Role.OWNER)
    if plan not in CHOSEN:
        raise invalid("plan", "invalid_choice", "the plan is pro or business")
    live = Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.owner_workspace.pk)
    old = live.current_plan
    if old == plan:
        return live
    live.plan, live.trial_ends_at = plan, None
    live.save(update_fields=["plan", "trial_ends_at"])
    audit.record(replace(actor, workspace=live), "plan.changed", live.slug, old_plan=old, plan=plan)
    if _RANKS[Plan(old)] < _RANKS[Plan(plan)]:
        publish(live, SUBSCRIPTION_UPGRADED, {"old_plan": old, "plan": plan})
    return live
