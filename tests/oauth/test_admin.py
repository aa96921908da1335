"""Settings > Assistants."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.oauth.authentication import authenticate
from crmsolid.oauth.models import Grant, RefreshToken
from crmsolid.workspaces.models import AuditEntry, Membership, Role, Workspace
from tests.oauth.flow import RESOURCE, Assistant
from tests.panel import browser, moment
from tests.tenants import Tenants

LIST = reverse("admin:oauth_grant_changelist")


def at(verb: str, grant: Grant) -> str:
    return reverse(f"admin:oauth_grant_{verb}", args=[grant.pk])


@pytest.fixture
def grant(tenants: Tenants, assistant: Assistant, owner: Client) -> Grant:
    assistant.connect(owner, tenants.workspace, ["read:contacts", "write:messages"])
    made: Grant = Grant.objects.for_workspace(tenants.workspace).get()
    return made


def test_list_shows_who_connected_what(tenants: Tenants, owner: Client, grant: Grant) -> None:
    page = owner.get(LIST).content.decode()
    for text in ("Helper", "owner@acme.example", "read contacts", "write messages", "Active", "Never"):
        assert text in page
    assert f'href="{LIST}"' in owner.get(reverse("account:profile")).content.decode()


def test_page_shows_state_and_last_use(tenants: Tenants, owner: Client, grant: Grant) -> None:
    Grant.unscoped.update(last_used_at=clock.now(), last_used_ip="198.51.100.7")
    page = owner.get(at("change", grant)).content.decode()
    for text in (grant.id, "198.51.100.7", "Send direct messages and bulk broadcasts", "Active"):
        assert text in page


def test_page_shows_where_people_are_sent_and_when_access_ends(owner: Client, grant: Grant) -> None:
    ends_at = RefreshToken.objects.get().created + timedelta(days=90)
    page = owner.get(at("change", grant)).content.decode()
    assert "127.0.0.1" in page
    assert f"{moment(ends_at)}, unless it is used until then; and when owner@acme.example leaves the workspace" in page


def test_page_says_what_the_role_does_not_allow_at_the_moment(tenants: Tenants, owner: Client, grant: Grant) -> None:
    refused = "Not now: the role viewer does not allow it."
    assert refused not in owner.get(at("change", grant)).content.decode()
    Membership.unscoped.filter(user=tenants.owner).update(role=Role.VIEWER)
    page = browser(tenants.member(Role.ADMIN)).get(at("change", grant)).content.decode()
    assert page.count(refused) == 1 and f'bulk broadcasts <span class="cs-warn">{refused}' in page


def test_member_who_left_is_shown(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    agent = tenants.member(Role.AGENT)
    assistant.connect(browser(agent), tenants.workspace)
    Membership.unscoped.filter(user=agent).delete()
    assert "Member left" in owner.get(LIST).content.decode()
    page = owner.get(at("change", Grant.unscoped.get())).content.decode()
    assert f"{agent.email} is no member of this workspace any more, so the assistant is refused." in page


def test_admin_ends_access_from_the_next_request_on(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    token = assistant.connect(owner, tenants.workspace)["access_token"]
    grant = Grant.unscoped.get()
    response = browser(tenants.member(Role.ADMIN)).post(at("revoke", grant), {"confirm": "on"})
    assert (response.status_code, response["Location"]) == (302, LIST)
    with pytest.raises(DomainError, match="token_revoked"):
        authenticate(token, resource=RESOURCE).check(None)
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="grant.revoked")
    assert (entry.target, entry.surface, entry.data) == (grant.id, "panel", {"client": "Helper"})
    page = owner.get(at("change", grant)).content.decode()
    assert "Ended" in page and at("revoke", grant) not in page


def test_ending_access_needs_a_post_and_a_tick(owner: Client, grant: Grant) -> None:
    assert owner.get(at("revoke", grant)).status_code == 405
    assert "Tick the box" in owner.post(at("revoke", grant)).content.decode()
    assert Grant.unscoped.get().revoked_at is None


def test_access_can_be_ended_after_a_trial(tenants: Tenants, owner: Client, grant: Grant) -> None:
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan="trial", trial_ends_at=clock.now())
    assert owner.post(at("revoke", grant), {"confirm": "on"}).status_code == 302
    assert Grant.unscoped.get().revoked_at is not None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_others_see_and_end_nothing(tenants: Tenants, grant: Grant, role: Role) -> None:
    client = browser(tenants.member(role))
    assert client.get(LIST).status_code == 403
    assert client.get(at("change", grant)).status_code == 403
    assert client.post(at("revoke", grant), {"confirm": "on"}).status_code == 403
    assert Grant.unscoped.get().revoked_at is None


def test_grant_of_another_workspace_is_not_found(tenants: Tenants, grant: Grant) -> None:
    stranger = browser(tenants.stranger)
    assert "Helper" not in stranger.get(LIST).content.decode()
    assert stranger.get(at("change", grant)).status_code == 404
    assert stranger.post(at("revoke", grant), {"confirm": "on"}).status_code == 404
    assert browser(tenants.owner, tenants.twin).post(at("revoke", grant), {"confirm": "on"}).status_code == 404
    assert Grant.unscoped.get().revoked_at is None


def test_grants_are_neither_added_nor_changed_nor_deleted_by_hand(owner: Client, grant: Grant) -> None:
    assert owner.get(reverse("admin:oauth_grant_add")).status_code == 403
    owner.post(at("change", grant), {"scopes": '["manage:webhooks"]', "client_name": "x"})
    assert owner.post(at("delete", grant), {"post": "yes"}).status_code == 403
    assert Grant.unscoped.get().client_name == "Helper"


def test_list_of_keys_shows_the_assistants_that_are_connected(
    tenants: Tenants, assistant: Assistant, owner: Client, grant: Grant
) -> None:
    page = owner.get(reverse("admin:apikeys_apikey_changelist")).content.decode()
    assert reverse("admin:oauth_grant_change", args=[grant.pk]) in page
    Grant.unscoped.update(revoked_at=clock.now())
    page = owner.get(reverse("admin:apikeys_apikey_changelist")).content.decode()
    assert reverse("admin:oauth_grant_change", args=[grant.pk]) not in page
    assert "http://testserver/mcp" in page
