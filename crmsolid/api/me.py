"""GET /v1/me: what a key is and may do."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request

from crmsolid.api.request_context import call_of
from crmsolid.api.responses import Answer
from crmsolid.api.views import WorkspaceView
from crmsolid.core.clock import rfc3339
from crmsolid.workspaces.scopes import Scope


class KeyOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    rate_limit = serializers.IntegerField()


class WorkspaceOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()


class MeOut(serializers.Serializer[Any]):
    key = KeyOut()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=[scope.value for scope in Scope]))
    workspace = WorkspaceOut()
    mode = serializers.ChoiceField(choices=["live", "test"])
    plan = serializers.ChoiceField(choices=["trial", "pro", "business", "expired"])


class MeView(WorkspaceView):
    """The key, its scopes, its workspace, mode and plan. Any valid key may ask."""

    scopes: ClassVar = {"GET": ()}
    answers: ClassVar = {"GET": {200: MeOut}}

    def get(self, request: Request) -> Answer:
        found = call_of(request._request).credentials
        assert found is not None
        key = found.key
        return Answer(
            {
                "key": {
                    "id": key.id,
                    "name": key.name,
                    "prefix": key.prefix,
                    "expires_at": rfc3339(key.expires_at),
                    "rate_limit": found.rate_limit,
                },
                "scopes": key.scopes,
                "workspace": {"slug": found.workspace.slug, "name": found.workspace.name},
                "mode": found.workspace.mode,
                "plan": found.plan,
            }
        )
