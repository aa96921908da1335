"""Unknown tokens of an address that is over its limit do not reach the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from apikeys import tokens
from apikeys.authentication import DEFAULT_RATE_LIMIT, DIGESTS_SECONDS, TokenLookups
from apikeys.limiter import limiter
from apikeys.services import create_key, revoke_key
from crmsolid.api.request_context import address_bucket
from crmsolid.workspaces.actor import ALL_SCOPES
from tests.api.assertions import assert_problem
from tests.apikeys.test_limiter import Clock
from tests.tenants import Api, Tenants


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements of the requests inside. The product's own cursors pass by Django's log of queries."""
    ran: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        ran.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield ran


def use_up(address: str = "127.0.0.1") -> None:
    """All requests without a valid key, and the one that is refused."""
    for _ in range(DEFAULT_RATE_LIMIT):
        limiter().check(address_bucket(address), DEFAULT_RATE_LIMIT)
    assert Api().client.get("/v1/me", REMOTE_ADDR=address).status_code == 429


def unknown(api: Api) -> Any:
    return api(tokens.generate("live").text).get("/v1/me")


def test_unknown_token_is_looked_up_until_the_limit_of_its_address(tenants: Tenants, api: Api) -> None:
    with statements() as ran:
        assert_problem(unknown(api), "token_invalid")
    assert len(ran) == 1


def test_flood_of_unknown_tokens_reads_the_digests_once(tenants: Tenants, api: Api) -> None:
    use_up()
    with statements() as ran:
        for _ in range(20):
            response = unknown(api)
            assert_problem(response, "rate_limited")
            assert response.headers["X-RateLimit-Remaining"] == "0"
            assert response.headers["Retry-After"]
    assert len(ran) == 1 and "digest" in ran[0]


def test_valid_key_behind_the_same_address_works_at_its_own_limit(tenants: Tenants, api: Api) -> None:
    """Also one that was never used before."""
    token = tenants.key(rate_limit=2)
    use_up()
    assert_problem(unknown(api), "rate_limited")
    answers = [api(token).get("/v1/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-RateLimit-Limit"] for answer in answers] == ["2"] * 3


def test_revocation_holds_at_once_behind_such_an_address(tenants: Tenants, api: Api) -> None:
    created = create_key(tenants.actor(), name="tests", scopes=ALL_SCOPES)
    use_up()
    assert api(created.token).get("/v1/me").status_code == 200
    revoke_key(tenants.actor(), created.key.id)
    assert_problem(api(created.token).get("/v1/me"), "rate_limited")


def test_other_addresses_are_not_affected(tenants: Tenants, api: Api) -> None:
    use_up("192.0.2.7")
    with statements() as ran:
        assert_problem(unknown(api), "token_invalid")
    assert len(ran) == 1


def test_key_that_was_created_in_the_flood_works_when_the_digests_are_read_again(tenants: Tenants) -> None:
    clock = Clock()
    lookups = TokenLookups(clock)
    lookups.refuse("ip:192.0.2.7", 60)
    assert not lookups.allowed(tokens.generate("live").text, "ip:192.0.2.7")
    token = tenants.key()
    clock.now += DIGESTS_SECONDS - 1
    assert not lookups.allowed(token, "ip:192.0.2.7")
    clock.now += 1
    assert lookups.allowed(token, "ip:192.0.2.7")


def test_after_its_window_the_address_may_ask_again(tenants: Tenants) -> None:
    clock, token = Clock(), tokens.generate("live").text
    lookups = TokenLookups(clock)
    lookups.refuse("ip:192.0.2.7", 60)
    clock.now += 59
    assert not lookups.allowed(token, "ip:192.0.2.7")
    clock.now += 1
    assert lookups.allowed(token, "ip:192.0.2.7")


def test_so_many_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch, tenants: Tenants) -> None:
    monkeypatch.setattr("apikeys.authentication.MAX_ADDRESSES", 2)
    lookups = TokenLookups()
    for bucket in ("a", "b", "c"):
        lookups.refuse(bucket, 60)
    token = tokens.generate("live").text
    assert [lookups.allowed(token, bucket) for bucket in ("a", "b", "c")] == [True, False, False]
