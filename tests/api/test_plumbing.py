"""Whatever comes in, an API answer goes out: the right code, the headers of every answer, never HTML."""

import pytest
from django.test import Client

from crmsolid.workspaces.models import AuditEntry
from tests.api import plumbing
from tests.api.answers import refused, stamped
from tests.cast import Api, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls(plumbing.__name__)]


PATHS = [
    "/v1", "/v1/", "http://testserver//v1/me", "http://testserver///v1", "/v1/nothing",
    "/v1/me/", "/v1//me", "/v1/%00", "/v1/notes/%00", "/v1/notes/1%00",
    "/v1/%FF", "/v1/é", "/v1/notes/99999999999999999999999999", "/v1/notes/-1", "/v1/notes/٣", "/v1/notes/1.0",
    "/v1/notes/9223372036854775807", "/v1/notes/9223372036854775808", "/v1/%2e%2e/admin", "/mcp/nothing",
    "/v1/" + "a" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:30])
def test_unknown_routes(api: Api, cast: Cast, path: str) -> None:
    body = refused(api(cast.key()).get(path), "not_found")
    assert body["instance"].isascii()


@pytest.mark.parametrize(
    "method", ["DELETE", "PUT", "PATCH", "POST", "OPTIONS", "TRACE", "CONNECT", "QUERY", "get", "FOO"]
)
def test_methods_that_do_not_work(client: Client, cast: Cast, method: str) -> None:
    answer = client.generic(method, "/v1/me", headers={"Authorization": f"Bearer {cast.key()}"})
    if method == "get":  # Django reads a method in upper case
        assert answer.status_code == 200
        return
    refused(answer, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD"


def test_head_is_get_without_the_body(client: Client, cast: Cast) -> None:
    headers = {"Authorization": f"Bearer {cast.key()}"}
    answer, whole = client.head("/v1/me", headers=headers), client.get("/v1/me", headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(whole.content))
    assert answer.headers["Content-Type"] == "application/json"
    stamped(answer)
    assert client.head("/v1/notes/export", headers=headers).headers["Content-Type"] == "text/csv"
    assert client.head("/v1/nothing", headers=headers).status_code == 404


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0", "image/*"])
def test_answers_nobody_wants(api: Api, cast: Cast, accept: str) -> None:
    refused(api(cast.key()).get("/v1/me", Accept=accept), "not_acceptable")


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/v1/me", "*/*"),
        ("/v1/me", "text/html,application/xhtml+xml,*/*;q=0.8"),
        ("/v1/me", "application/*"),
        ("/v1/notes/export", "text/csv"),
        ("/v1/notes/export", "application/x-ndjson"),
    ],
)
def test_answers_somebody_wants(api: Api, cast: Cast, path: str, accept: str) -> None:
    assert api(cast.key()).get(path, Accept=accept).status_code == 200


def test_faults_tell_nothing(api: Api, cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    answer = api(cast.key()).get("/v1/broken", X_Request_Id="mine")
    refused(answer, "internal_error")
    assert b"secret" not in answer.content
    ours = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [(record.levelname, record.message, record.__dict__["request_id"]) for record in ours] == [
        ("ERROR", "unhandled error", "mine")
    ]
    answer = api(cast.key()).get("/v1/down")
    refused(answer, "service_unavailable")
    assert b"10.0.0.1" not in answer.content


def test_a_write_that_fails_leaves_nothing(api: Api, cast: Cast) -> None:
    refused(api(cast.key()).post("/v1/broken"), "internal_error")
    assert not AuditEntry.objects.for_workspace(cast.workspace).filter(action="broken.tried").exists()


@pytest.mark.parametrize("own", ["a", "A-1._z", "x" * 128])
def test_request_ids_are_kept(api: Api, cast: Cast, own: str) -> None:
    assert api(cast.key()).get("/v1/me", X_Request_Id=own).headers["X-Request-Id"] == own


@pytest.mark.parametrize("own", ["", "x" * 129, "a b", "a\n", "é", "a/b", "<script>"])
def test_request_ids_are_made(api: Api, cast: Cast, own: str) -> None:
    first = api(cast.key()).get("/v1/me", X_Request_Id=own).headers["X-Request-Id"]
    assert len(first) == 32 and first != own
    assert api(cast.key()).get("/v1/me", X_Request_Id=own).headers["X-Request-Id"] != first
