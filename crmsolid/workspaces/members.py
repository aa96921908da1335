"""The members of a workspace, as the API lists them."""

from crmsolid.api.pagination import Page, page
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership


def list_members(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of the :class:`Membership` of the workspace with their users, who joined last first; the test twin has
    those of its live workspace. Any actor may ask. Errors: ``invalid_cursor``."""
    workspace = actor.workspace.owner_workspace
    rows = Membership.objects.for_workspace(workspace).select_related("user")
    return page(rows, sort="-created_at", limit=limit, cursor=cursor, workspace_id=workspace.pk, filters={})
