"""GET /v1/me."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from crmsolid.workspaces.actor import Scope
from tests.tenants import Api, Tenants


def test_me_describes_the_key_and_its_workspace(api: Api, tenants: Tenants) -> None:
    token = tenants.key([Scope.READ_CONTACTS], name="CI", rate_limit=50)
    response = api(token).get("/v1/me")
    assert response.status_code == 200
    body = response.json()
    key = {"name": "CI", "prefix": body["key"]["prefix"], "expires_at": None, "rate_limit": 50}
    assert token.startswith(body["key"]["prefix"])
    assert body == {
        "key": {"id": body["key"]["id"], **key},
        "scopes": ["read:contacts"],
        "workspace": {"slug": "acme", "name": "Acme", "time_zone": "UTC"},
        "mode": "live",
        "plan": "business",
        "limits": body["limits"],
    }
    assert body["limits"]["approval"] == "none"
    assert {value for name, value in body["limits"].items() if name != "approval"} == {None}
    assert response.headers["X-RateLimit-Remaining"] == "49"


def test_me_of_a_test_key_is_in_test_mode(api: Api, tenants: Tenants) -> None:
    assert api(tenants.key(workspace=tenants.twin)).get("/v1/me").json()["mode"] == "test"


def test_token_with_a_wrong_checksum_is_refused_without_a_query(
    api: Api, tenants: Tenants, django_assert_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    token = tenants.key()
    mistyped = token[:-1] + ("a" if token[-1] != "a" else "b")
    with django_assert_num_queries(0):
        assert api(mistyped).get("/v1/me").json()["code"] == "token_invalid"
