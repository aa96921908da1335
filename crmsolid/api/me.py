"""GET /v1/me: what a key is and may do."""

from rest_framework import serializers

from apikeys.authentication import KeyCredentials
from crmsolid.api.endpoint import ApiResponse, endpoint
from crmsolid.api.representations import Representation
from crmsolid.api.request_context import request_context
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces.actor import Scope


class KeyOut(Representation):
    example = {"name": "CRM sync", "prefix": "cs_live_a4f9", "rate_limit": 600}

    id = serializers.CharField(help_text="The key's id.")
    name = serializers.CharField(help_text="What people call it.")
    prefix = serializers.CharField(help_text="How the key begins.")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="When it ends; null for never.")
    rate_limit = serializers.IntegerField(help_text="Requests a minute.")


class WorkspaceOut(Representation):
    example = {"slug": "acme", "name": "Acme"}

    slug = serializers.CharField(help_text="Its name in addresses.")
    name = serializers.CharField(help_text="What people call it.")
    time_zone = serializers.CharField(source="owner_workspace.time_zone", help_text="Its days are those of analytics.")


class MeOut(Representation):
    key = KeyOut(help_text="The key.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=[scope.value for scope in Scope]), help_text="What the key may do."
    )
    workspace = WorkspaceOut(help_text="The workspace of the key.")
    mode = serializers.ChoiceField(choices=["live", "test"], help_text="`test`: the key works in the test twin.")
    plan = serializers.ChoiceField(
        choices=["trial", "pro", "business", "expired"], help_text="The plan that is in force."
    )


class MeView(WorkspaceView):
    """The key, its scopes, its workspace, mode and plan. Any valid key may ask."""

    @endpoint(scopes=(), responses={200: MeOut})
    def get(self) -> ApiResponse:
        credentials = request_context(self.request._request).credentials
        assert isinstance(credentials, KeyCredentials)
        key = KeyOut.render(credentials.key, rate_limit=credentials.rate_limit)
        return ApiResponse(
            MeOut.render(credentials, key=key, scopes=credentials.key.scopes, mode=credentials.workspace.mode)
        )
