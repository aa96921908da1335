"""Every request under /v1 gets an API response: the right code, the common headers, never HTML."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from apikeys.authentication import DEFAULT_RATE_LIMIT
from apikeys.limiter import limiter
from crmsolid.api.request_context import address_bucket
from tests.api import urls
from tests.api.assertions import assert_common_headers, assert_problem
from tests.tenants import Api, Tenants

pytestmark = [pytest.mark.django_db, pytest.mark.urls(urls.__name__)]


UNKNOWN_PATHS = [
    "/v1", "/v1/", "http://testserver//v1/me", "http://testserver///v1", "/v1/nothing",
    "/v1/me/", "/v1//me", "/v1/%00", "/v1/notes/%00", "/v1/notes/1%00",
    "/v1/%FF", "/v1/é", "/v1/notes/99999999999999999999999999", "/v1/notes/-1", "/v1/notes/٣", "/v1/notes/1.0",
    "/v1/notes/9223372036854775807", "/v1/notes/9223372036854775808", "/v1/%2e%2e/admin",
    "/v1/" + "a" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("path", UNKNOWN_PATHS, ids=lambda path: path[:30])
def test_unknown_path_gets_a_problem_document(api: Api, tenants: Tenants, path: str) -> None:
    body = assert_problem(api(tenants.key()).get(path), "not_found")
    assert body["instance"].isascii()


def test_head_has_the_headers_of_get_and_no_body(client: Client, tenants: Tenants) -> None:
    headers = {"Authorization": f"Bearer {tenants.key()}"}
    head, get = client.head("/v1/me", headers=headers), client.get("/v1/me", headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.content))
    assert head.headers["Content-Type"] == "application/json"
    assert_common_headers(head)
    assert client.head("/v1/notes/export", headers=headers).headers["Content-Type"] == "text/csv"
    assert client.head("/v1/nothing", headers=headers).status_code == 404


def test_unexpected_error_is_logged_and_its_details_are_not_answered(
    api: Api, tenants: Tenants, caplog: pytest.LogCaptureFixture
) -> None:
    response = api(tenants.key()).get("/v1/failing", X_Request_Id="req-1")
    assert_problem(response, "internal_error")
    assert b"secret" not in response.content
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert (record.message, record.__dict__["request_id"]) == ("unhandled error", "req-1")
    assert record.exc_info is not None and str(record.exc_info[1]) == "a secret detail"


def test_unreachable_database_is_answered_as_service_unavailable(api: Api, tenants: Tenants) -> None:
    response = api(tenants.key()).get("/v1/database-down")
    assert_problem(response, "service_unavailable")
    assert b"10.0.0.1" not in response.content


def test_limit_of_the_address_does_not_hide_that_the_database_is_unavailable(api: Api, tenants: Tenants) -> None:
    """The limit of the key is what counts, and without the database it is not known."""

    def fail(*args: Any) -> None:
        raise OperationalError("gone")

    caller = api(tenants.key(rate_limit=100_000))
    for _ in range(DEFAULT_RATE_LIMIT):
        limiter().check(address_bucket("127.0.0.1"), DEFAULT_RATE_LIMIT)
    with connection.execute_wrapper(fail):
        assert_problem(caller.get("/v1/me"), "service_unavailable")
