"""The tools of the MCP server, in the order in which they are listed."""

from typing import Any, ClassVar

from rest_framework import serializers

import contacts.tools
import crmsolid.analytics.tools
import messaging.tools
import sequences.tools
from contacts import custom_fields
from contacts.models import Stage
from contacts.representations import CustomFieldOut
from crmsolid.api.endpoint import ApiResponse, endpoint
from crmsolid.api.me import WorkspaceOut
from crmsolid.api.members import MemberOut, list_members
from crmsolid.api.representations import Representation
from crmsolid.api.views import WorkspaceView
from crmsolid.mcp.tool import Tool
from crmsolid.workspaces.actor import Scope


class WhoamiOut(Representation):
    # An assistant that registers itself chooses its name.
    untrusted: ClassVar[tuple[str, ...]] = ("name",)

    workspace = WorkspaceOut()
    mode = serializers.ChoiceField(choices=["live", "test"])
    plan = serializers.ChoiceField(choices=["trial", "pro", "business", "expired"])
    name = serializers.CharField(help_text="Of the key or the connected assistant.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=[scope.value for scope in Scope]))
    stages = serializers.ListField(child=serializers.ChoiceField(choices=Stage.values))
    custom_fields = serializers.ListField(
        child=CustomFieldOut(), allow_null=True, help_text="The first 100; null without `read:contacts`."
    )
    members = serializers.ListField(child=MemberOut(), help_text="At most 100.")


class WhoamiView(WorkspaceView):
    """What an assistant has to know first. GET /v1/me has it for keys, /v1/custom-fields and /v1/members the rest."""

    @endpoint(scopes=(), responses={200: WhoamiOut})
    def get(self) -> ApiResponse:
        actor = self.actor
        fields: list[dict[str, Any]] | None = None
        if actor.has(Scope.READ_CONTACTS):
            fields = [CustomFieldOut.render(field) for field in custom_fields.list_custom_fields(actor, limit=100).rows]
        return ApiResponse(
            {
                "workspace": WorkspaceOut.render(self.workspace),
                "mode": self.workspace.mode,
                "plan": self.workspace.current_plan,
                "name": actor.subject.label,
                "scopes": [scope.value for scope in Scope if actor.has(scope)],
                "stages": Stage.values,
                "custom_fields": fields,
                "members": [MemberOut.render(member) for member in list_members(actor, limit=100).rows],
            }
        )


WHOAMI = Tool(
    "whoami",
    "Who am I",
    "Call it first: the workspace, live or test, its members, your scopes, stages and custom fields of contacts.",
    WhoamiView,
)

TOOLS = (WHOAMI, *contacts.tools.TOOLS, *messaging.tools.TOOLS, *sequences.tools.TOOLS, *crmsolid.analytics.tools.TOOLS)
