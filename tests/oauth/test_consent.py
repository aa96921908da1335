"""The consent page: what it shows, what it accepts, where it sends the browser."""

import re
from typing import Any

import pytest
from django.test import Client

from crmsolid.core import clock
from crmsolid.core.http.content_policy import SENDS_ANYWHERE
from crmsolid.oauth.models import Application, AuthorizationCode, Grant
from crmsolid.workspaces.models import AuditEntry, Membership, Role, User, Workspace
from tests.oauth.flow import CALLBACK, EVERYTHING, Assistant, challenge, redirected, register
from tests.panel import browser, words
from tests.tenants import PASSWORD, Tenants


def nothing_was_granted() -> bool:
    created = AuditEntry.unscoped.filter(action="grant.created").exists()
    return not (created or Grant.unscoped.exists() or AuthorizationCode.objects.exists())


def boxes(page: str) -> dict[str, str]:
    """The check boxes of the scopes that can be ticked, by scope."""
    tags = re.findall(r'<input type="checkbox" name="scopes"[^>]*>', page)
    return {re.search(r'value="([^"]+)"', tag)[1]: tag for tag in tags}  # type: ignore[index]


# --- The page ---------------------------------------------------------------------------------------------------------
def test_page_ticks_the_reads_that_were_asked_for_and_no_write(assistant: Assistant, owner: Client) -> None:
    page = owner.get(assistant.address(scope="read:contacts write:messages openid")).content.decode()
    found = boxes(page)
    assert list(found) == EVERYTHING
    assert [scope for scope, tag in found.items() if "checked" in tag] == ["read:contacts"]
    assert "manage:webhooks" not in page
    assert "Send direct messages and bulk broadcasts" in page


def test_page_says_who_asks_and_where_the_browser_goes(tenants: Tenants, owner: Client) -> None:
    client_id = register(Client(), client_name="<b>Claude</b>", redirect_uris=["https://evil.example/cb"]).json()
    assistant = Assistant(client_id=client_id["client_id"])
    page = words(owner.get(assistant.address(redirect_uri="https://evil.example/cb")))
    assert "&lt;b&gt;Claude&lt;/b&gt; asks for access" in page
    assert "evil.example" in page and "owner@acme.example" in page


def test_client_that_was_stored_with_a_blank_name_has_none(owner: Client, assistant: Assistant) -> None:
    Application.objects.update(name=" ")
    assert "Unnamed assistant asks for access" in words(owner.get(assistant.address()))


def test_page_cannot_be_framed_or_kept(assistant: Assistant, owner: Client) -> None:
    response = owner.get(assistant.address())
    assert response["X-Frame-Options"] == "DENY"
    assert response["Content-Security-Policy"] == SENDS_ANYWHERE
    assert "no-store" in response["Cache-Control"]


def test_page_offers_every_workspace_of_the_user_live_and_test(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    Membership.unscoped.create(workspace=tenants.other, user=tenants.owner, role=Role.VIEWER)
    page = owner.get(assistant.address()).content.decode()
    offered = re.findall(r'name="workspace" value="(\d+)"', page)
    workspaces = (tenants.workspace, tenants.twin, tenants.other, tenants.other.twin)
    assert set(offered) == {str(workspace.pk) for workspace in workspaces}


def test_viewer_can_tick_reads_only(tenants: Tenants, assistant: Assistant) -> None:
    page = browser(tenants.member(Role.VIEWER)).get(assistant.address()).content.decode()
    assert list(boxes(page)) == ["read:contacts", "read:messages", "read:analytics"]
    assert page.count("Your role does not allow it.") == 3


def test_signed_out_user_logs_in_and_comes_back(tenants: Tenants, assistant: Assistant) -> None:
    visitor, address = Client(), assistant.address()
    login = visitor.get(address)
    assert login.status_code == 302 and login["Location"].startswith("/panel/login/?next=/oauth/authorize/")
    back = visitor.post(login["Location"], {"username": "owner@acme.example", "password": PASSWORD, "next": address})
    assert (back.status_code, back["Location"]) == (302, address)
    assert visitor.get(address).status_code == 200


def test_user_without_a_workspace_is_told_so(assistant: Assistant) -> None:
    response = browser(User.objects.create_user("alone@example.com", PASSWORD)).get(assistant.address())
    assert response.status_code == 403
    assert "in no workspace yet" in response.content.decode()


# --- The answer -------------------------------------------------------------------------------------------------------
def test_allow_makes_a_grant_and_sends_code_state_and_issuer(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    response = assistant.consent(owner, tenants.workspace, ["read:contacts", "write:messages"])
    answer = redirected(response)
    assert set(answer) == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("a state", "http://testserver")
    grant = Grant.objects.for_workspace(tenants.workspace).get()
    assert grant.scopes == ["read:contacts", "write:messages"]
    assert (grant.user, grant.client_name, grant.id[:4]) == (tenants.owner, "Helper", "grt_")
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="grant.created")
    assert (entry.target, entry.subject_label, entry.surface) == (grant.id, "owner@acme.example", "panel")
    assert AuthorizationCode.objects.get().resource == ["http://testserver/mcp"]


def test_consent_without_resource_counts_for_mcp(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    redirected(assistant.consent(owner, tenants.workspace, resource=None))
    assert AuthorizationCode.objects.get().resource == ["http://testserver/mcp"]


def test_test_workspace_can_be_chosen(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    redirected(assistant.consent(owner, tenants.twin))
    assert Grant.objects.for_workspace(tenants.twin).count() == 1


def test_consent_is_possible_after_a_trial_has_ended(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan="trial", trial_ends_at=clock.now())
    redirected(assistant.consent(owner, tenants.workspace))


def test_cancel_sends_access_denied(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    answer = redirected(owner.post(assistant.address(), {"cancel": "yes"}))
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "a state", "http://testserver")
    assert nothing_was_granted()


def test_forged_forms_grant_nothing(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    def refused(workspace: Any, scopes: list[str]) -> str:
        response = owner.post(assistant.address(), {"workspace": workspace, "scopes": scopes})
        assert response.status_code == 200
        assert nothing_was_granted()
        return response.content.decode()

    assert "not one of the available choices" in refused(tenants.other.pk, ["read:contacts"])
    assert "not one of the available choices" in refused(tenants.other.twin.pk, ["read:contacts"])
    assert "not one of the available choices" in refused(tenants.workspace.pk, ["manage:webhooks"])
    assert "not one of the available choices" in refused(tenants.workspace.pk, ["read:contacts", "read:secrets"])
    assert "Choose at least one thing" in refused(tenants.workspace.pk, [])
    assert "Choose a workspace" in refused("", ["read:contacts"])


def test_viewer_cannot_forge_a_write(tenants: Tenants, assistant: Assistant) -> None:
    response = assistant.consent(browser(tenants.member(Role.VIEWER)), tenants.workspace, ["write:messages"])
    assert response.status_code == 200
    assert "You are a viewer in Acme, so you cannot allow write:messages there." in response.content.decode()
    assert nothing_was_granted()


def test_scopes_are_checked_against_the_role_in_the_chosen_workspace(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    Membership.unscoped.create(workspace=tenants.other, user=tenants.owner, role=Role.VIEWER)
    assert assistant.consent(owner, tenants.other, ["write:contacts"]).status_code == 200
    assert nothing_was_granted()
    redirected(assistant.consent(owner, tenants.other, ["read:contacts"]))
    redirected(assistant.consent(owner, tenants.workspace, ["write:contacts"]))


def test_consent_needs_a_csrf_token(tenants: Tenants, assistant: Assistant) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(tenants.owner)
    response = strict.post(assistant.address(), {"workspace": tenants.workspace.pk, "scopes": ["read:contacts"]})
    assert response.status_code == 403
    assert nothing_was_granted()


# --- Errors of the client ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"client_id": "a\0b"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "http://127.0.0.1:7777/other"},
        {"redirect_uri": CALLBACK + "?more=1"},
        {"redirect_uri": "http://user@127.0.0.1:7777/callback"},
        {"client_id": "https://127.0.0.1/client.json"},
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_client_or_address_is_shown_and_never_redirected(
    tenants: Tenants, assistant: Assistant, owner: Client, changes: dict[str, Any], method: str
) -> None:
    form = {"workspace": tenants.workspace.pk, "scopes": ["read:contacts"]}
    response = getattr(owner, method)(assistant.address(**changes), form if method == "post" else None)
    assert response.status_code == 400
    assert "This assistant cannot be connected" in response.content.decode()
    assert nothing_was_granted()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": ["A" * 43, challenge()]}, "invalid_request"),
        ({"code_challenge_method": ["plain", "S256"]}, "invalid_request"),
        ({"nonce": ["a", "b"]}, "invalid_request"),
        ({"scope": "manage:webhooks"}, "invalid_scope"),
        ({"resource": "https://evil.example/mcp"}, "invalid_target"),
        ({"resource": ["http://testserver/mcp", "https://evil.example/mcp"]}, "invalid_target"),
        ({"resource": "http://testserver/mcp/"}, "invalid_target"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_other_errors_go_back_to_the_client(
    tenants: Tenants, assistant: Assistant, owner: Client, changes: dict[str, Any], error: str, method: str
) -> None:
    form = {"workspace": tenants.workspace.pk, "scopes": ["read:contacts"]}
    answer = redirected(getattr(owner, method)(assistant.address(**changes), form if method == "post" else None))
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "a state", "http://testserver")
    assert nothing_was_granted()


def test_an_unreadable_query_is_an_error_page(assistant: Assistant, owner: Client) -> None:
    assert owner.get("/oauth/authorize/?x=%zz").status_code == 400


def test_loopback_redirect_may_have_another_port(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    elsewhere = CALLBACK.replace("7777", "50123")
    assert "code" in redirected(assistant.consent(owner, tenants.workspace, redirect_uri=elsewhere), elsewhere)
