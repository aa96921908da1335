"""Who is let in: tokens, what a key may, how often, and from where."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apikeys import authentication
from apikeys.models import ApiKey
from crmsolid.core import clock
from crmsolid.workspaces.models import Plan
from crmsolid.workspaces.scopes import Scope
from tests.api import plumbing
from tests.api.answers import refused
from tests.cast import Api, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls(plumbing.__name__)]


AUTHORIZATIONS = {
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


@pytest.mark.parametrize("header", list(AUTHORIZATIONS), ids=lambda header: header[:20])
def test_tokens_that_are_none(client: Client, db: None, header: str) -> None:
    answer = client.get("/v1/me", headers={"Authorization": header})
    refused(answer, AUTHORIZATIONS[header])
    error = "" if AUTHORIZATIONS[header] == "token_missing" else ', error="invalid_token"'
    assert answer.headers["WWW-Authenticate"] == f'Bearer realm="crmsolid"{error}'


def test_keys_that_work_no_more(api: Api, cast: Cast) -> None:
    expired = cast.key(expires_at=clock.now() + timedelta(hours=1))
    ApiKey.unscoped.update(expires_at=clock.now() - timedelta(seconds=1))
    refused(api(expired).get("/v1/me"), "token_expired")
    revoked = cast.key()
    ApiKey.unscoped.filter(expires_at=None).update(revoked_at=clock.now())
    answer = api(revoked).get("/v1/me")
    refused(answer, "token_revoked")
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_a_session_is_no_key(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)
    answer = client.get("/v1/me")
    refused(answer, "token_missing")
    assert not answer.cookies


def test_refusals_of_a_good_key(api: Api, cast: Cast) -> None:
    body = refused(api(cast.key([Scope.READ_CONTACTS])).post("/v1/notes", {"title": "a"}), "scope_missing")
    assert body["required_scope"] == "write:contacts"
    refused(api(cast.key(allowed_networks=["10.0.0.0/8"])).get("/v1/me"), "ip_not_allowed")
    token = cast.key()
    cast.workspace.plan = Plan.EXPIRED
    cast.workspace.save()
    refused(api(token).get("/v1/me"), "plan_required")


def remaining(answer: Any) -> int:
    return int(answer.headers["X-RateLimit-Remaining"])


def test_every_answer_to_a_key_counts(api: Api, cast: Cast) -> None:
    ours = api(cast.key([Scope.READ_CONTACTS]))
    answers = [
        ours.get("/v1/me"),
        ours.get("/v1/nothing"),
        ours.delete("/v1/me"),
        ours.get("/v1/me", Accept="text/html"),
        ours.get("/v1/notes", {"nope": 1}),
        ours.post("/v1/notes", {"title": "a"}),
        ours.get("/v1/broken"),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 405, 406, 400, 403, 500]
    assert [remaining(answer) for answer in answers] == [599, 598, 597, 596, 595, 594, 593]


def test_refusals_without_a_key_count_by_address(client: Client, db: None) -> None:
    answers = [client.get("/v1/me"), client.get("/v1/nothing"), client.delete("/v1/me")]
    assert [answer.status_code for answer in answers] == [401, 404, 405]
    assert [remaining(answer) for answer in answers] == [599, 598, 597]


def test_the_limit_holds_exactly_and_says_when_it_ends(api: Api, cast: Cast) -> None:
    ours = api(cast.key(rate_limit=3))
    assert [remaining(ours.get("/v1/me")) for _ in range(3)] == [2, 1, 0]
    answer = ours.get("/v1/me")
    refused(answer, "rate_limited")
    assert answer.headers["Retry-After"] == answer.headers["X-RateLimit-Reset"]
    refused(ours.get("/v1/nothing"), "rate_limited")
    refused(ours.post("/v1/notes", {"title": "a"}), "rate_limited")
    assert api(cast.key()).get("/v1/me").status_code == 200


def test_addresses_without_a_key_are_limited(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/v1/me").headers["X-RateLimit-Limit"] == "600"
    monkeypatch.setattr(authentication, "DEFAULT_RATE_LIMIT", 5)
    for _ in range(4):
        assert client.get("/v1/me").status_code == 401
    refused(client.get("/v1/me"), "rate_limited")
    refused(client.get("/v1/nothing"), "rate_limited")


@pytest.mark.parametrize(
    ("first", "second", "shared"),
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
def test_buckets_of_addresses(client: Client, db: None, first: str, second: str, shared: bool) -> None:
    client.get("/v1/me", REMOTE_ADDR=first)
    assert remaining(client.get("/v1/me", REMOTE_ADDR=second)) == (598 if shared else 599)


@pytest.mark.parametrize(
    ("hops", "chain", "address"),
    [
        (0, "192.0.2.9", "127.0.0.1"),
        (1, "192.0.2.9", "192.0.2.9"),
        (1, "203.0.113.5, 192.0.2.9", "192.0.2.9"),
        (2, "203.0.113.5, 192.0.2.9", "203.0.113.5"),
        (1, "203.0.113.5, 192.0.2.9:51234", "192.0.2.9"),
        (1, "::ffff:192.0.2.9", "192.0.2.9"),
        (2, "192.0.2.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_trusted_proxies(api: Api, cast: Cast, settings: Any, hops: int, chain: str, address: str) -> None:
    settings.TRUSTED_PROXIES = hops
    token = cast.key(allowed_networks=[f"{address}/32"])
    assert api(token).get("/v1/me", X_Forwarded_For=chain).status_code == 200
    elsewhere = cast.key(allowed_networks=["198.51.100.0/24"])
    refused(api(elsewhere).get("/v1/me", X_Forwarded_For=chain), "ip_not_allowed")
