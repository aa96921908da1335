"""GET /v1/members: whom conversations can be assigned to, and who is meant by the ids of members."""

from typing import ClassVar

from rest_framework import serializers

from crmsolid.api.endpoint import ApiResponse, ListOf, Narrowed, endpoint
from crmsolid.api.fields import PageQuery
from crmsolid.api.pagination import Page, page
from crmsolid.api.representations import TEAM, Representation
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, Role


def list_members(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of the :class:`Membership` of the workspace with their users, who joined last first; the test twin has
    those of its live workspace. Any actor may ask. Errors: ``invalid_cursor``."""
    workspace = actor.workspace.owner_workspace
    rows = Membership.objects.for_workspace(workspace).select_related("user")
    return page(rows, sort="-created_at", limit=limit, cursor=cursor, workspace_id=workspace.pk, filters={})


class MemberOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    example = {"id": 12, "name": "Vera", "role": "agent", "on_duty": True}

    id = serializers.IntegerField(source="user_id", help_text="Of the person, the same in all workspaces.")
    name = serializers.CharField(
        source="user.shown_name", help_text="Without a name, what is before the @ of the e-mail address."
    )
    role = serializers.ChoiceField(choices=Role.values, help_text="What the member may do.")
    on_duty = serializers.BooleanField(help_text="Whether the queue gives this member conversations.")


class MembersView(WorkspaceView):
    """List the members of the workspace. Any valid key may ask."""

    @endpoint(scopes=(), query=PageQuery, responses={200: ListOf(MemberOut)}, narrowed=Narrowed.SERVED)
    def get(self) -> ApiResponse:
        """List the members of the workspace.

        Who joined last is first. A viewer reads alone, and is assigned nothing. E-mail addresses are not shown.
        """
        found = list_members(self.actor, **self.query)
        return ApiResponse(found.as_dict([MemberOut.render(member) for member in found.rows]))
