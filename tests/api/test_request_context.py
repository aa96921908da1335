"""What the context of a request is made from: the request id and the client's address."""

from typing import Any

import pytest

from tests.api import urls
from tests.api.assertions import assert_problem
from tests.tenants import Api, Tenants

pytestmark = [pytest.mark.django_db, pytest.mark.urls(urls.__name__)]


@pytest.mark.parametrize("request_id", ["a", "A-1._z", "x" * 128])
def test_valid_request_id_of_the_client_is_kept(api: Api, tenants: Tenants, request_id: str) -> None:
    response = api(tenants.key()).get("/v1/me", X_Request_Id=request_id)
    assert response.headers["X-Request-Id"] == request_id


@pytest.mark.parametrize("request_id", ["", "x" * 129, "a b", "a\n", "é", "a/b", "<script>"])
def test_invalid_request_id_is_replaced_by_a_new_one(api: Api, tenants: Tenants, request_id: str) -> None:
    client = api(tenants.key())
    first, second = (client.get("/v1/me", X_Request_Id=request_id).headers["X-Request-Id"] for _ in range(2))
    assert len(first) == 32 and first != request_id
    assert second != first


@pytest.mark.parametrize(
    ("trusted_proxies", "forwarded_for", "client_address"),
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
def test_client_address_is_the_one_before_the_trusted_proxies(
    api: Api, tenants: Tenants, settings: Any, trusted_proxies: int, forwarded_for: str, client_address: str
) -> None:
    settings.TRUSTED_PROXIES = trusted_proxies
    allowed = tenants.key(allowed_networks=[f"{client_address}/32"])
    assert api(allowed).get("/v1/me", X_Forwarded_For=forwarded_for).status_code == 200
    refused = tenants.key(allowed_networks=["198.51.100.0/24"])
    assert_problem(api(refused).get("/v1/me", X_Forwarded_For=forwarded_for), "ip_not_allowed")
