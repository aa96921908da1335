"""The verbs of tenancy: make a workspace, its twin, its people."""

from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, Mode, Plan, Role, User, Workspace

TRIAL = timedelta(days=14)

_provisioners: list[Callable[[Workspace], None]] = []


def on_provision(function: Callable[[Workspace], None]) -> Callable[[Workspace], None]:
    """Register what an upper app adds to each new workspace (live and test), in the same transaction."""
    if function not in _provisioners:
        _provisioners.append(function)
    return function


@transaction.atomic
def create_workspace(*, slug: str, name: str, owner: User, plan: str = Plan.TRIAL) -> Workspace:
    """A live workspace with its test twin and its first owner. ``validation_failed`` when the slug is taken."""
    if slug != slugify(slug) or not 1 <= len(slug) <= 50 or slug.endswith("-test"):
        raise invalid("slug", "invalid", "a slug has 1 to 50 of a-z, 0-9 and hyphens, and does not end in -test")
    if plan not in (Plan.TRIAL, Plan.PRO, Plan.BUSINESS):
        raise invalid("plan", "invalid_choice", "the plan is trial, pro or business")
    ends = clock.now() + TRIAL if plan == Plan.TRIAL else None
    try:
        with transaction.atomic():
            live = Workspace.objects.create(slug=slug, name=name, plan=plan, trial_ends_at=ends)
            twin = Workspace.objects.create(slug=f"{slug}-test", name=name, mode=Mode.TEST, live=live)
    except IntegrityError:
        raise invalid("slug", "taken", f"a workspace with the slug {slug} exists already") from None
    Membership.unscoped.create(workspace=live, user=owner, role=Role.OWNER)
    for workspace in (live, twin):
        for provision in _provisioners:
            provision(workspace)
    audit.record(Actor.system(live), "workspace.created", slug, plan=plan)
    return live


def find_workspace(slug: str, *, test: bool = False) -> Workspace:
    """The live workspace of that slug, or its twin; ``not_found`` otherwise."""
    live = Workspace.objects.filter(slug=slug, mode=Mode.LIVE).first()
    if live is None:
        raise DomainError("not_found", f"there is no workspace {slug!r}; create_workspace makes one")
    return live.twin if test else live


def role_of(user: User, workspace: Workspace) -> Membership | None:
    """The user's membership of the workspace's live side, or None."""
    return Membership.unscoped.select_related("user").filter(user=user, workspace=workspace.owner_workspace).first()


@transaction.atomic
def set_role(actor: Actor, membership: Membership, role: str) -> Membership:
    """Give a member another role. ``forbidden`` for anybody but an owner; ``invalid_state`` if that left the
    workspace without an owner."""
    actor.require_role(Role.OWNER)
    found = _locked_member(actor, membership)
    if found.role == role:
        return found
    if found.role == Role.OWNER:
        _keep_an_owner(found)
    old, found.role = found.role, role
    found.save(update_fields=["role"])
    audit.record(actor, "membership.changed", str(found.pk), old_role=old, role=role)
    return found


@transaction.atomic
def remove_member(actor: Actor, membership: Membership) -> None:
    """Take a member out, from the next request on. ``forbidden`` for anybody but an owner; ``invalid_state`` for the
    last owner."""
    actor.require_role(Role.OWNER)
    found = _locked_member(actor, membership)
    if found.role == Role.OWNER:
        _keep_an_owner(found)
    audit.record(actor, "membership.deleted", str(found.pk), user=found.user_id, role=found.role)
    found.delete()


def _locked_member(actor: Actor, membership: Membership) -> Membership:
    """The row as it is now; the workspace's row is locked first, so two owners cannot both leave at once."""
    live = actor.workspace.owner_workspace
    Workspace.objects.select_for_update().get(pk=live.pk)
    found: Membership = Membership.objects.for_workspace(live).get(pk=membership.pk)
    return found


def _keep_an_owner(leaving: Membership) -> None:
    others = Membership.objects.for_workspace(leaving.workspace_id).filter(role=Role.OWNER).exclude(pk=leaving.pk)
    if not others.exists():
        raise DomainError("invalid_state", "a workspace keeps at least one owner; make somebody else an owner first")
