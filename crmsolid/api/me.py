"""GET /v1/me: what a key is and may do."""

from typing import Any, ClassVar

from rest_framework import serializers

from apikeys.authentication import KeyCredentials
from crmsolid.api.endpoint import ApiResponse, Narrowed, endpoint
from crmsolid.api.representations import TEAM, Representation
from crmsolid.api.request_context import request_context
from crmsolid.api.views import WorkspaceView
from crmsolid.limits import budgets
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.limits import Approval


class KeyOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
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


class LimitsOut(Representation):
    example = {"daily_sends": 20, "daily_sends_left": 17, "approval": "untrusted"}

    account_ids = serializers.ListField(
        child=serializers.IntegerField(), allow_null=True, help_text="The only accounts; null for all."
    )
    segment_id = serializers.CharField(allow_null=True, help_text="The only contacts; null for all.")
    daily_sends = serializers.IntegerField(allow_null=True, help_text="Messages in 24 hours; null for any number.")
    daily_sends_left = serializers.IntegerField(allow_null=True, help_text="Of these, how many are left now.")
    daily_changes = serializers.IntegerField(allow_null=True, help_text="Changes in 24 hours; null for any number.")
    daily_changes_left = serializers.IntegerField(allow_null=True, help_text="Of these, how many are left now.")
    approval = serializers.ChoiceField(choices=Approval.values, help_text="Which writes wait for an approval.")


def limits_of(actor: Actor) -> dict[str, Any]:
    """The limits of the actor, and what is left of its budgets."""
    limits, left = actor.limits, budgets.left(actor.workspace, actor.limits)
    return {
        "account_ids": sorted(limits.account_ids) or None,
        "segment_id": limits.segment_id or None,
        "daily_sends": limits.daily_sends,
        "daily_sends_left": left["sends"],
        "daily_changes": limits.daily_changes,
        "daily_changes_left": left["changes"],
        "approval": limits.approval.value,
    }


class MeOut(Representation):
    key = KeyOut(help_text="The key.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=[scope.value for scope in Scope]), help_text="What the key may do."
    )
    limits = LimitsOut(help_text="What narrows it further.")
    workspace = WorkspaceOut(help_text="The workspace of the key.")
    mode = serializers.ChoiceField(choices=["live", "test"], help_text="`test`: the key works in the test twin.")
    plan = serializers.ChoiceField(
        choices=["trial", "pro", "business", "expired"], help_text="The plan that is in force."
    )


class MeView(WorkspaceView):
    """The key, its scopes, its workspace, mode and plan. Any valid key may ask."""

    @endpoint(scopes=(), responses={200: MeOut}, narrowed=Narrowed.SERVED)
    def get(self) -> ApiResponse:
        credentials = request_context(self.request._request).credentials
        assert isinstance(credentials, KeyCredentials)
        key = KeyOut.render(credentials.key, rate_limit=credentials.rate_limit)
        return ApiResponse(
            MeOut.render(
                credentials,
                key=key,
                scopes=credentials.key.scopes,
                limits=limits_of(self.actor),
                mode=credentials.workspace.mode,
            )
        )
