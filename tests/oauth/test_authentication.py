"""What an access token is worth, from one call to the next."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.oauth.authentication import GrantCredentials, authenticate
from crmsolid.oauth.models import AccessToken, Grant
from crmsolid.oauth.services import revoke_grant
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry, Membership, Role, User, Workspace
from tests.oauth.flow import EVERYTHING, RESOURCE, Assistant
from tests.panel import browser
from tests.tenants import Tenants


def call(token: str, resource: str = RESOURCE) -> GrantCredentials:
    credentials = authenticate(token, resource=resource)
    credentials.check("198.51.100.7")
    return credentials


def refusal(token: str, resource: str = RESOURCE) -> tuple[str, int]:
    with pytest.raises(DomainError) as error:
        call(token, resource)
    return error.value.code, error.value.status


@pytest.fixture
def token(tenants: Tenants, assistant: Assistant, owner: Client) -> str:
    """An access token of the owner of ``tenants.workspace`` with all scopes."""
    return str(assistant.connect(owner, tenants.workspace, EVERYTHING)["access_token"])


def test_token_acts_as_its_grant(tenants: Tenants, token: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        credentials = call(token)
        actor = credentials.actor("mcp", "198.51.100.7", "a-request")
    grant = Grant.unscoped.get()
    assert (credentials.workspace, credentials.plan, credentials.rate_limit) == (tenants.workspace, "business", 600)
    assert credentials.bucket == credentials.idempotency_namespace == f"grant:{grant.id}"
    assert credentials.scopes == actor.scopes == {Scope(scope) for scope in EVERYTHING}
    assert (actor.subject.kind, actor.subject.id, actor.subject.label) == ("grant", grant.id, "Helper")
    assert (actor.role, actor.surface, actor.ip, actor.request_id) == (None, "mcp", "198.51.100.7", "a-request")


def test_token_of_a_test_workspace_has_the_plan_and_the_members_of_the_live_one(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    credentials = call(assistant.connect(owner, tenants.twin)["access_token"])
    assert (credentials.workspace, credentials.plan) == (tenants.twin, "business")


def test_expired_plan_is_reported_and_refuses_nothing(tenants: Tenants, token: str) -> None:
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan="trial", trial_ends_at=clock.now())
    assert call(token).plan == "expired"


@pytest.mark.parametrize("resource", ["https://evil.example/mcp", "http://testserver/mcp/", "http://testserver", ""])
def test_token_for_another_resource_is_invalid(token: str, resource: str) -> None:
    assert refusal(token, resource) == ("token_invalid", 401)


def test_stored_token_without_a_resource_is_invalid(token: str) -> None:
    AccessToken.objects.update(resource=[])
    assert refusal(token) == ("token_invalid", 401)


def test_unknown_and_malformed_tokens_are_invalid(db: None, django_assert_num_queries: Any) -> None:
    assert refusal("mcpat_" + "x" * 43) == ("token_invalid", 401)
    with django_assert_num_queries(0):
        for malformed in ("", "x", "mcpat_short", "cs_live_a4f9_x", "mcpat_" + "x" * 42 + "\0"):
            assert refusal(malformed) == ("token_invalid", 401)


def test_token_expires(token: str) -> None:
    AccessToken.objects.update(expires=clock.now())
    assert refusal(token) == ("token_expired", 401)


def test_revoked_grant_is_refused_at_the_next_call(tenants: Tenants, token: str) -> None:
    call(token)
    revoke_grant(tenants.actor(), Grant.unscoped.get().id)
    assert refusal(token) == ("token_revoked", 401)


def test_who_left_takes_the_grant_along_and_does_not_bring_it_back(tenants: Tenants, token: str) -> None:
    membership = Membership.unscoped.get(user=tenants.owner)
    membership.delete()
    assert refusal(token) == ("token_revoked", 401)
    Membership.unscoped.create(workspace=tenants.workspace, user=tenants.owner, role=Role.OWNER)
    assert refusal(token) == ("token_revoked", 401)


def test_inactive_user_is_refused(tenants: Tenants, token: str) -> None:
    User.objects.filter(pk=tenants.owner.pk).update(is_active=False)
    assert refusal(token) == ("token_revoked", 401)


def test_membership_of_another_workspace_does_not_count(tenants: Tenants, token: str) -> None:
    Membership.unscoped.filter(user=tenants.owner).update(workspace=tenants.other)
    assert refusal(token) == ("token_revoked", 401)


def test_change_of_role_counts_from_the_next_call(tenants: Tenants, token: str) -> None:
    rows = Membership.unscoped.filter(user=tenants.owner)
    rows.update(role=Role.VIEWER)
    assert call(token).scopes == {Scope.READ_CONTACTS, Scope.READ_MESSAGES, Scope.READ_ANALYTICS}
    rows.update(role=Role.ADMIN)
    assert call(token).scopes == {Scope(scope) for scope in EVERYTHING}


def test_webhooks_are_never_among_the_scopes(token: str) -> None:
    everything = [*EVERYTHING, "manage:webhooks"]
    Grant.unscoped.update(scopes=everything)
    AccessToken.objects.update(scope=" ".join(everything))
    assert Scope.MANAGE_WEBHOOKS not in call(token).scopes


def test_promotion_gives_no_more_than_was_consented(tenants: Tenants, assistant: Assistant) -> None:
    viewer = tenants.member(Role.VIEWER)
    token = assistant.connect(browser(viewer), tenants.workspace)["access_token"]
    Membership.unscoped.filter(user=viewer).update(role=Role.OWNER)
    assert call(token).scopes == {Scope.READ_CONTACTS}


def test_use_is_recorded_once_a_minute(token: str, django_assert_num_queries: Any) -> None:
    call(token).record_use("198.51.100.7")
    grant = Grant.unscoped.get()
    assert (grant.last_used_ip, grant.last_used_at is not None) == ("198.51.100.7", True)
    credentials = call(token)
    with django_assert_num_queries(0):
        credentials.record_use("198.51.100.8")
    Grant.unscoped.update(last_used_at=clock.now() - timedelta(seconds=61))
    call(token).record_use("198.51.100.8")
    assert Grant.unscoped.get().last_used_ip == "198.51.100.8"


def test_refusals_are_audited_once_a_minute_for_each_reason(tenants: Tenants, token: str) -> None:
    credentials = call(token)
    for scope in ("write:messages", "write:messages", "write:contacts"):
        credentials.record_refusal(DomainError("scope_missing", required_scope=scope), "mcp", "198.51.100.7")
    entries = AuditEntry.objects.for_workspace(tenants.workspace).filter(action="grant.refused").order_by("pk")
    assert [entry.data["reason"] for entry in entries] == ["write:messages", "write:contacts"]
    assert {(entry.subject_kind, entry.target, entry.ip) for entry in entries} == {
        ("grant", credentials.row.id, "198.51.100.7")
    }
