"""From a code to tokens, and from a refresh token to the next pair."""

import logging
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client, override_settings

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.oauth.authentication import authenticate
from crmsolid.oauth.models import AccessToken, Application, AuthorizationCode, Grant, RefreshToken
from crmsolid.oauth.tokens import access_token
from crmsolid.workspaces.models import AuditEntry, Membership
from tests.oauth.flow import RESOURCE, VERIFIER, Assistant, challenge, redirected, register
from tests.panel import browser
from tests.tenants import Tenants
from tests.threads import run_together


def works(token: str) -> bool:
    try:
        authenticate(token, resource=RESOURCE).check(None)
    except DomainError:
        return False
    return True


def ended_because() -> list[str]:
    return [entry.data["reason"] for entry in AuditEntry.unscoped.filter(action="grant.revoked")]


def use_earlier(**ago: float) -> None:
    """Move the use of all refresh tokens into the past."""
    RefreshToken.objects.exclude(revoked=None).update(revoked=clock.now() - timedelta(**ago))


# --- Codes ------------------------------------------------------------------------------------------------------------
def test_code_buys_a_token_of_an_hour_and_a_refresh_token(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    response = assistant.exchange(assistant.code(owner, tenants.workspace, ["write:messages", "read:contacts"]))
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    answer = response.json()
    assert set(answer) == {"access_token", "refresh_token", "token_type", "expires_in", "scope"}
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    assert sorted(answer["scope"].split()) == ["read:contacts", "write:messages"]
    assert works(answer["access_token"])
    assert not works(answer["refresh_token"])


def test_redirect_uri_and_resource_may_be_left_out(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    code = assistant.code(owner, tenants.workspace)
    assert assistant.exchange(code, redirect_uri=None, resource=None).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": VERIFIER[:-1] + "x"}, "invalid_grant"),
        ({"code_verifier": challenge()}, "invalid_grant"),  # what a plain challenge would be
        ({"code_verifier": None}, "invalid_request"),
        ({"code_verifier": [VERIFIER[:-1] + "x", VERIFIER]}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:9999/callback"}, "invalid_request"),
        ({"resource": "https://evil.example/mcp"}, "invalid_target"),
        ({"resource": [RESOURCE, "https://evil.example/mcp"]}, "invalid_target"),
    ],
)
def test_wrong_exchange_gets_no_token_and_leaves_the_code(
    tenants: Tenants, assistant: Assistant, owner: Client, changes: dict[str, Any], error: str
) -> None:
    code = assistant.code(owner, tenants.workspace)
    response = assistant.exchange(code, **changes)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert not AccessToken.objects.exists() and not RefreshToken.objects.exists()
    assert assistant.exchange(code).status_code == 200


def test_code_of_another_client_is_refused(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    code = assistant.code(owner, tenants.workspace)
    assert Assistant().exchange(code).json()["error"] == "invalid_grant"
    assert assistant.exchange("another").json()["error"] == "invalid_grant"
    assert not AccessToken.objects.exists()


def test_code_expires_after_a_minute(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    code = assistant.code(owner, tenants.workspace)
    row = AuthorizationCode.objects.get()
    assert timedelta(seconds=55) < row.expires - clock.now() <= timedelta(seconds=60)
    AuthorizationCode.objects.update(expires=clock.now())
    assert assistant.exchange(code).json()["error"] == "invalid_grant"


def test_code_that_is_used_again_ends_the_grant(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    code = assistant.code(owner, tenants.workspace)
    tokens = assistant.exchange(code).json()
    assert assistant.exchange(code).json()["error"] == "invalid_grant"
    assert not works(tokens["access_token"])
    assert assistant.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert ended_because() == ["authorization_code_reused"]


def test_code_of_somebody_who_left_is_refused(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    code = assistant.code(owner, tenants.workspace)
    Membership.unscoped.filter(user=tenants.owner).delete()
    assert assistant.exchange(code).json()["error"] == "invalid_grant"
    assert not AccessToken.objects.exists()


# --- Client secrets ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
def test_confidential_client_needs_its_secret(tenants: Tenants, owner: Client, method: str) -> None:
    registered = register(Client(), token_endpoint_auth_method=method).json()
    assistant = Assistant(client_id=registered["client_id"])
    code = assistant.code(owner, tenants.workspace)
    for wrong in ({}, {"client_secret": "wrong"}, {"client_secret": ""}):
        assert assistant.exchange(code, **wrong).json()["error"] == "invalid_client"
    stored = Application.objects.get(client_id=assistant.client_id).client_secret
    assert assistant.exchange(code, client_secret=stored).json()["error"] == "invalid_client"
    assert assistant.exchange(code, client_secret=registered["client_secret"]).status_code == 200


# --- Refreshes --------------------------------------------------------------------------------------------------------
def test_refresh_answers_a_new_pair(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    first = assistant.connect(owner, tenants.workspace)
    second = assistant.refresh(first["refresh_token"]).json()
    assert {first["access_token"], first["refresh_token"]}.isdisjoint({second["access_token"], second["refresh_token"]})
    assert (second["expires_in"], second["scope"]) == (3600, "read:contacts")
    assert works(second["access_token"])
    assert assistant.refresh(second["refresh_token"]).status_code == 200


def test_same_refresh_token_within_the_grace_period_answers_the_same_pair(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    first = assistant.connect(owner, tenants.workspace)
    second = assistant.refresh(first["refresh_token"]).json()
    use_earlier(seconds=100)
    again = assistant.refresh(first["refresh_token"]).json()
    assert (again["access_token"], again["refresh_token"]) == (second["access_token"], second["refresh_token"])
    assert 3590 <= again["expires_in"] <= 3600
    assert RefreshToken.objects.count() == 2
    assert works(second["access_token"])


@pytest.mark.django_db(transaction=True)
def test_same_refresh_token_at_the_same_moment_answers_the_same_pair() -> None:
    tenants, assistant = Tenants(), Assistant()
    token = assistant.connect(browser(tenants.owner), tenants.workspace)["refresh_token"]
    for _ in range(5):
        answers = [answer.json() for answer in run_together([partial(assistant.refresh, token)] * 4)]
        assert len({(answer["access_token"], answer["refresh_token"]) for answer in answers}) == 1
        assert works(answers[0]["access_token"])
        token = answers[0]["refresh_token"]
    assert RefreshToken.objects.filter(revoked=None).count() == 1
    assert ended_because() == []


@pytest.mark.django_db(transaction=True)
def test_code_exchanged_twice_at_the_same_moment_buys_tokens_once() -> None:
    tenants, assistant = Tenants(), Assistant()
    code = assistant.code(browser(tenants.owner), tenants.workspace)
    statuses = sorted(answer.status_code for answer in run_together([lambda: assistant.exchange(code)] * 3))
    assert statuses == [200, 400, 400]
    assert (AccessToken.objects.count(), RefreshToken.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_refresh_and_revocation_at_the_same_moment_leave_no_working_token() -> None:
    tenants, assistant = Tenants(), Assistant()
    token = assistant.connect(browser(tenants.owner), tenants.workspace)["refresh_token"]
    answers = run_together([lambda: assistant.refresh(token), lambda: assistant.revoke(token)])
    assert answers[1].status_code == 200
    assert not any(works(answer.json().get("access_token", "")) for answer in answers[:1])
    assert assistant.refresh(token).json()["error"] == "invalid_grant"


def test_refresh_token_that_is_used_again_later_ends_the_grant(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    first = assistant.connect(owner, tenants.workspace)
    second = assistant.refresh(first["refresh_token"]).json()
    use_earlier(seconds=121)
    assert assistant.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert not works(second["access_token"])
    assert assistant.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert ended_because() == ["refresh_token_reused"]


def test_refresh_token_from_before_the_last_one_ends_the_grant(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    first = assistant.connect(owner, tenants.workspace)
    second = assistant.refresh(first["refresh_token"]).json()
    third = assistant.refresh(second["refresh_token"]).json()
    assert assistant.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert not works(third["access_token"])


def test_another_secret_key_derives_no_pair_that_is_not_stored(
    tenants: Tenants, assistant: Assistant, owner: Client, settings: Any
) -> None:
    first = assistant.connect(owner, tenants.workspace)
    second = assistant.refresh(first["refresh_token"]).json()
    settings.SECRET_KEY = "another" * 10
    assert assistant.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert RefreshToken.objects.count() == 2
    assert works(second["access_token"])
    assert assistant.refresh(second["refresh_token"]).status_code == 200


def test_pair_cannot_be_derived_without_the_secret_key(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    """Two installations that know the same refresh token answer different pairs."""
    first = assistant.connect(owner, tenants.workspace)["refresh_token"]
    request = SimpleNamespace(grant_type="refresh_token", refresh_token=first)
    with override_settings(SECRET_KEY="another" * 10):
        elsewhere = access_token(request)
    assert elsewhere != assistant.refresh(first).json()["access_token"]


def test_refresh_may_ask_for_less_but_not_for_more(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    first = assistant.connect(owner, tenants.workspace, ["read:contacts", "read:messages"])
    more = assistant.refresh(first["refresh_token"], scope="read:contacts write:messages")
    assert more.json()["error"] == "invalid_scope"
    less = assistant.refresh(first["refresh_token"], scope="read:contacts").json()
    assert less["scope"] == "read:contacts"
    assert {scope.value for scope in authenticate(less["access_token"], resource=RESOURCE).scopes} == {"read:contacts"}
    whole = assistant.refresh(less["refresh_token"]).json()
    assert sorted(whole["scope"].split()) == ["read:contacts", "read:messages"]


def test_refresh_for_another_resource_is_refused(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    first = assistant.connect(owner, tenants.workspace)
    refused = assistant.refresh(first["refresh_token"], resource="https://evil.example/mcp")
    assert refused.json()["error"] == "invalid_target"
    assert RefreshToken.objects.filter(revoked=None).count() == 1


def test_refresh_token_of_another_client_is_refused_and_ends_nothing(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    first = assistant.connect(owner, tenants.workspace)
    assistant.refresh(first["refresh_token"])
    use_earlier(days=1)
    assert Assistant().refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert ended_because() == []


def test_refresh_token_expires_after_ninety_days(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    first = assistant.connect(owner, tenants.workspace)
    RefreshToken.objects.update(created=clock.now() - timedelta(days=90))
    assert assistant.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"


def test_refresh_ends_with_the_membership(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    first = assistant.connect(owner, tenants.workspace)
    Membership.unscoped.filter(user=tenants.owner).delete()
    assert assistant.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert RefreshToken.objects.filter(revoked=None).count() == 1


# --- Revocation by the client -----------------------------------------------------------------------------------------
def test_client_that_gives_up_its_refresh_token_ends_the_grant(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    tokens = assistant.connect(owner, tenants.workspace)
    assert assistant.revoke(tokens["refresh_token"]).status_code == 200
    assert not works(tokens["access_token"])
    assert assistant.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert ended_because() == ["revoked_by_client"]


def test_client_that_gives_up_an_access_token_keeps_the_grant(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    tokens = assistant.connect(owner, tenants.workspace)
    assert assistant.revoke(tokens["access_token"]).status_code == 200
    assert not works(tokens["access_token"])
    assert works(assistant.refresh(tokens["refresh_token"]).json()["access_token"])


def test_other_clients_and_unknown_tokens_revoke_nothing(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    tokens = assistant.connect(owner, tenants.workspace)
    stranger = Assistant()
    for token in (tokens["access_token"], tokens["refresh_token"], "unknown"):
        assert stranger.revoke(token).status_code == 200
    assert works(tokens["access_token"])
    assert Grant.unscoped.get().revoked_at is None


# --- Secrets ----------------------------------------------------------------------------------------------------------
def test_no_table_and_no_log_contains_a_token_or_code(
    tenants: Tenants, owner: Client, caplog: pytest.LogCaptureFixture
) -> None:
    for name, options in settings.LOGGING["loggers"].items():  # what the product sets, under a root that logs all
        logging.getLogger(name).setLevel(options["level"])
    caplog.set_level(logging.DEBUG)
    registered = register(Client(), token_endpoint_auth_method="client_secret_post").json()
    assistant, secret = Assistant(client_id=registered["client_id"]), registered["client_secret"]
    code = redirected(assistant.consent(owner, tenants.workspace))["code"]
    tokens = assistant.exchange(code, client_secret=secret).json()
    more = assistant.refresh(tokens["refresh_token"], client_secret=secret).json()
    assistant.refresh(tokens["refresh_token"], client_secret="wrong")
    secrets = [code, secret, *(answer[f"{kind}_token"] for answer in (tokens, more) for kind in ("access", "refresh"))]
    rows = [str(list(model._base_manager.values())) for model in apps.get_models()]
    assert [secret for secret in secrets if any(secret in text for text in [*rows, caplog.text])] == []
