from datetime import datetime, timedelta

from django.test import Client

from crmsolid.core import clock
from crmsolid.oauth.models import AccessToken, Application, AuthorizationCode, Grant, RefreshToken
from crmsolid.oauth.tasks import purge
from crmsolid.workspaces.models import AuditEntry
from tests.oauth.flow import Assistant
from tests.tenants import Tenants


def days_ago(days: float) -> datetime:
    return clock.now() - timedelta(days=days)


def test_clients_that_nobody_connects_are_deleted_after_a_day(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    assistant.connect(owner, tenants.workspace)
    unused, fresh = Assistant(), Assistant()
    old = Application.objects.exclude(client_id=fresh.client_id)
    old.update(created=days_ago(1.01))
    assert purge() == 1
    assert set(Application.objects.values_list("client_id", flat=True)) == {assistant.client_id, fresh.client_id}
    assert unused.exchange("any").json()["error"] == "invalid_client"


def test_what_is_in_use_stays(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    first = assistant.connect(owner, tenants.workspace)
    second = assistant.refresh(first["refresh_token"]).json()
    AccessToken.objects.update(expires=days_ago(10))
    RefreshToken.objects.update(created=days_ago(80))
    AuthorizationCode.objects.update(expires=days_ago(0.5))
    assert purge() == 1  # the access token that a used refresh token came with
    assert assistant.refresh(second["refresh_token"]).status_code == 200
    assert Grant.unscoped.get().revoked_at is None


def test_expired_codes_and_tokens_are_deleted_and_their_grant_ends(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    first = assistant.connect(owner, tenants.workspace)
    assistant.refresh(first["refresh_token"])
    AuthorizationCode.objects.update(expires=days_ago(1.01))
    AccessToken.objects.update(expires=days_ago(90))
    RefreshToken.objects.update(created=days_ago(91))
    purge()
    assert not (AuthorizationCode.objects.exists() or AccessToken.objects.exists() or RefreshToken.objects.exists())
    assert Grant.unscoped.get().revoked_at is not None
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="grant.expired")
    assert (entry.subject_kind, entry.data["client"]) == ("system", "Helper")


def test_consent_whose_code_was_never_exchanged_ends(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    assistant.code(owner, tenants.workspace)
    purge()
    assert Grant.unscoped.get().revoked_at is None
    AuthorizationCode.objects.update(expires=days_ago(1.01))
    purge()
    assert Grant.unscoped.get().revoked_at is not None
