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

    id = serializers.CharField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    rate_limit = serializers.IntegerField()


class WorkspaceOut(Representation):
    example = {"slug": "acme", "name": "Acme"}

    slug = serializers.CharField()
    name = serializers.CharField()
    time_zone = serializers.CharField(source="owner_workspace.time_zone", help_text="Its days are those of analytics.")


class MeOut(Representation):
    key = KeyOut()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=[scope.value for scope in Scope]))
    workspace = WorkspaceOut()
    mode = serializers.ChoiceField(choices=["live", "test"])
    plan = serializers.ChoiceField(choices=["trial", "pro", "business", "expired"])


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
