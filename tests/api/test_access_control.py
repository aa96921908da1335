"""Authentication by API key, scopes, and the rate limit."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apikeys import tokens
from apikeys.authentication import DEFAULT_RATE_LIMIT
from apikeys.limiter import limiter
from apikeys.models import ApiKey
from crmsolid.api.request_context import address_bucket
from crmsolid.core import clock
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry, Plan
from tests.api import urls
from tests.api.assertions import assert_problem
from tests.fuzzing import examples
from tests.tenants import Api, Tenants

pytestmark = [pytest.mark.django_db, pytest.mark.urls(urls.__name__)]


AUTHORIZATION_HEADERS = {
    "": "token_missing",
    "Bearer": "token_missing",
    "Bearer ": "token_missing",
    "Basic b3duZXI6cGFzcw==": "token_missing",
    "Token cs_live_a4f9_x": "token_missing",
    "Bearer nonsense": "token_invalid",
    "Bearer cs_live_a4f9_YOUR_KEY": "token_invalid",
    "Bearer é": "token_invalid",
    "Bearer " + "a" * 10_000: "token_invalid",
    "Bearer a b": "token_invalid",
}


@pytest.mark.parametrize("header", list(AUTHORIZATION_HEADERS), ids=lambda header: header[:20])
def test_request_without_a_valid_token_is_refused(client: Client, header: str) -> None:
    response = client.get("/v1/me", headers={"Authorization": header})
    assert_problem(response, AUTHORIZATION_HEADERS[header])
    error = "" if AUTHORIZATION_HEADERS[header] == "token_missing" else ', error="invalid_token"'
    assert response.headers["WWW-Authenticate"] == f'Bearer realm="crmsolid"{error}'


def test_expired_key_is_refused(api: Api, tenants: Tenants) -> None:
    token = tenants.key(expires_at=clock.now() + timedelta(hours=1))
    ApiKey.unscoped.update(expires_at=clock.now() - timedelta(seconds=1))
    assert_problem(api(token).get("/v1/me"), "token_expired")


def test_revoked_key_is_refused(api: Api, tenants: Tenants) -> None:
    token = tenants.key()
    ApiKey.unscoped.update(revoked_at=clock.now())
    response = api(token).get("/v1/me")
    assert_problem(response, "token_revoked")
    assert "invalid_token" in response.headers["WWW-Authenticate"]


def test_session_does_not_authenticate(client: Client, tenants: Tenants) -> None:
    client.force_login(tenants.owner)
    response = client.get("/v1/me")
    assert_problem(response, "token_missing")
    assert not response.cookies


def test_missing_scope_is_named(api: Api, tenants: Tenants) -> None:
    response = api(tenants.key([Scope.READ_CONTACTS])).post("/v1/notes", {"title": "a"})
    assert assert_problem(response, "scope_missing")["required_scope"] == "write:contacts"
    challenge = 'Bearer realm="crmsolid", error="insufficient_scope", scope="write:contacts"'
    assert response.headers["WWW-Authenticate"] == challenge


def test_key_is_refused_outside_its_allowed_networks(api: Api, tenants: Tenants) -> None:
    assert_problem(api(tenants.key(allowed_networks=["10.0.0.0/8"])).get("/v1/me"), "ip_not_allowed")


def test_key_is_refused_when_the_plan_has_expired(api: Api, tenants: Tenants) -> None:
    token = tenants.key()
    tenants.workspace.plan = Plan.EXPIRED
    tenants.workspace.save()
    assert_problem(api(token).get("/v1/me"), "plan_required")


# --- the rate limit -------------------------------------------------------------------------------------------
def remaining(response: Any) -> int:
    return int(response.headers["X-RateLimit-Remaining"])


def test_every_response_counts_against_the_limit_of_the_key(api: Api, tenants: Tenants) -> None:
    client = api(tenants.key([Scope.READ_CONTACTS]))
    responses = [
        client.get("/v1/me"),
        client.get("/v1/nothing"),
        client.delete("/v1/me"),
        client.get("/v1/me", Accept="text/html"),
        client.get("/v1/notes", {"nope": 1}),
        client.post("/v1/notes", {"title": "a"}),
        client.get("/v1/failing"),
    ]
    assert [response.status_code for response in responses] == [200, 404, 405, 406, 400, 403, 500]
    assert [remaining(response) for response in responses] == [599, 598, 597, 596, 595, 594, 593]


def test_requests_without_a_key_count_against_the_limit_of_their_address(client: Client) -> None:
    responses = [client.get("/v1/me"), client.get("/v1/nothing"), client.delete("/v1/me")]
    assert [response.status_code for response in responses] == [401, 404, 405]
    assert [remaining(response) for response in responses] == [599, 598, 597]


def test_request_beyond_the_limit_of_the_key_is_refused(api: Api, tenants: Tenants) -> None:
    client = api(tenants.key(rate_limit=3))
    assert [remaining(client.get("/v1/me")) for _ in range(3)] == [2, 1, 0]
    response = client.get("/v1/me")
    assert_problem(response, "rate_limited")
    assert response.headers["Retry-After"] == response.headers["X-RateLimit-Reset"]
    assert_problem(client.get("/v1/nothing"), "rate_limited")
    assert_problem(client.post("/v1/notes", {"title": "a"}), "rate_limited")
    assert api(tenants.key()).get("/v1/me").status_code == 200


def test_request_without_a_key_beyond_the_limit_of_its_address_is_refused(client: Client) -> None:
    assert client.get("/v1/me").headers["X-RateLimit-Limit"] == "600"
    for _ in range(598):
        limiter().check(address_bucket("127.0.0.1"), DEFAULT_RATE_LIMIT)
    assert client.get("/v1/me").status_code == 401
    assert_problem(client.get("/v1/me"), "rate_limited")
    assert_problem(client.get("/v1/nothing"), "rate_limited")


@pytest.mark.parametrize(
    ("first", "second", "same_bucket"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("", "nonsense", True),
    ],
)
def test_each_ipv4_address_and_ipv6_network_has_its_own_limit(
    client: Client, first: str, second: str, same_bucket: bool
) -> None:
    client.get("/v1/me", REMOTE_ADDR=first)
    assert remaining(client.get("/v1/me", REMOTE_ADDR=second)) == (598 if same_bucket else 599)


GOOD_TOKEN = tokens.generate("live").text
# Bytes of a header, read as Latin-1.
LATIN = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40)
AUTHORIZATIONS = st.one_of(
    LATIN,
    st.tuples(st.sampled_from(["Bearer ", "bearer\t", "Basic ", "Token ", "Bearer"]), LATIN).map("".join),
    # Well formed, and nobody's.
    st.tuples(st.sampled_from(["Bearer ", "bearer  "]), st.just(GOOD_TOKEN), st.just("") | LATIN).map("".join),
)


@examples(60)
@given(AUTHORIZATIONS)
def test_any_other_authorization_is_unauthorized(
    api: Api, tenants: Tenants, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    monkeypatch.setattr("apikeys.authentication.DEFAULT_RATE_LIMIT", 1_000_000)  # for it is tried in one minute
    before = AuditEntry.unscoped.count()
    response = api(None).post("/v1/notes", {"title": "a"}, Authorization=header)
    assert response.status_code == 401
    assert_problem(response, response.json()["code"])
    assert response.json()["code"] in ("token_missing", "token_invalid")
    assert AuditEntry.unscoped.count() == before
