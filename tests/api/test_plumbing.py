"""Whatever comes in, an API answer goes out: the right code, the headers of every answer, never HTML."""

import gzip
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from apikeys import authentication
from apikeys.models import ApiKey
from crmsolid.core import clock
from crmsolid.core.errors import CODES
from crmsolid.workspaces.models import AuditEntry, Plan
from crmsolid.workspaces.scopes import Scope
from tests.api import plumbing
from tests.cast import Api, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls(plumbing.__name__)]


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def refused(answer: Any, code: str) -> dict[str, Any]:
    """The problem document of an answer, which must be whole."""
    body: dict[str, Any] = json.loads(answer.content)
    assert (body["code"], answer.status_code) == (code, CODES[code].status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert body["type"] == f"/docs/errors/{code}"
    assert body["status"] == answer.status_code
    assert body["title"] == CODES[code].title
    assert body["detail"] and body["instance"].startswith("/")
    stamped(answer)
    assert body["request_id"] == answer.headers["X-Request-Id"]
    return body


def stamped(answer: Any) -> None:
    assert int(answer.headers["X-RateLimit-Limit"]) >= 1
    assert int(answer.headers["X-RateLimit-Remaining"]) >= 0
    assert 1 <= int(answer.headers["X-RateLimit-Reset"]) <= 60
    assert answer.headers["X-Request-Id"]
    assert ("Retry-After" in answer.headers) is (answer.status_code == 429)


BODIES = {
    "truncated": (b'{"name": "a', "malformed_json"),
    "empty": (b"", "malformed_json"),
    "not a number": (b'{"name": NaN}', "malformed_json"),
    "infinity": (b'{"name": -Infinity}', "malformed_json"),
    "overflow": (b'{"name": 1e999}', "malformed_json"),
    "deep arrays": (b"[" * 100_000 + b"]" * 100_000, "malformed_json"),
    "deep unclosed": (b'{"a":' * 100_000, "malformed_json"),
    "lone surrogate": (b'{"name": "\\ud800"}', "malformed_json"),
    "lone surrogate name": (b'{"\\udc00": 1}', "malformed_json"),
    "not UTF-8": (b'{"name": "\xff"}', "malformed_json"),
    "UTF-16": ('{"name": "a"}'.encode("utf-16"), "malformed_json"),
    "byte order mark": (b'\xef\xbb\xbf{"name": "a"}', "malformed_json"),
    "duplicate names": (b'{"name": "a", "name": "b"}', "malformed_json"),
    "two values": (b'{"name": "a"} {}', "malformed_json"),
    "comments": (b'{"name": "a"} // b', "malformed_json"),
    "5,000 digits": (b'{"name": ' + b"9" * 5000 + b"}", "malformed_json"),
    "a NUL": (b'{"name": "\\u0000"}', "validation_failed"),
    "a raw NUL": (b'{"name": "\x00"}', "malformed_json"),
    "an array": (b"[]", "validation_failed"),
    "null": (b"null", "validation_failed"),
    "a string": (b'"name"', "validation_failed"),
    "a number for a string": (b'{"name": 1}', "validation_failed"),
    "4,000 digits for a string": (b'{"name": ' + b"9" * 4000 + b"}", "validation_failed"),
    "null for a string": (b'{"name": null}', "validation_failed"),
    "an unknown name": (b'{"name": "a", "nmae": 1}', "validation_failed"),
    "an unknown long name": (b'{"' + b"n" * 900_000 + b'": 1}', "validation_failed"),
    "1 MiB and a byte": (b'{"name": "' + b"a" * (1_048_576 - 11) + b'"}', "payload_too_large"),
    "3 MiB": (b"a" * 3_145_728, "payload_too_large"),
}


@pytest.mark.parametrize("name", list(BODIES))
def test_bad_bodies(client: Client, cast: Cast, name: str) -> None:
    raw, code = BODIES[name]
    headers = {"Authorization": f"Bearer {cast.key()}", "Idempotency-Key": str(uuid4())}
    answer = client.generic("POST", "/v1/echo", raw, headers=headers, CONTENT_TYPE="application/json")
    refused(answer, code)
    assert len(answer.content) < 3000


def test_a_body_of_1_mib_passes(api: Api, cast: Cast) -> None:
    raw = b'{"name": "a"' + b" " * (1_048_576 - 13) + b"}"
    assert len(raw) == 1_048_576
    assert api(cast.key()).post("/v1/echo", raw).json() == {"name": "a"}


def test_a_refusal_is_never_larger_than_a_page(api: Api, cast: Cast) -> None:
    body = refused(api(cast.key()).post("/v1/echo", {f"n{number}": 1 for number in range(50_000)}), "validation_failed")
    assert len(body["errors"]) == 100
    assert body["errors"][0] == {
        "field": "n0", "code": "unknown_field", "detail": "there is no field of this name; known are: name"
    }  # fmt: skip


TYPES = [
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/json",
    "application/xml", "", ";;;", "application/json;;;=", "application/json; charset=latin-1",
    "application/json; charset=utf-16", "application/json+x", "application/jsonp", "a" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
def test_bodies_of_another_type(client: Client, cast: Cast, kind: str) -> None:
    headers = {"Authorization": f"Bearer {cast.key()}", "Idempotency-Key": "k"}
    refused(client.generic("POST", "/v1/echo", b'{"name": "a"}', kind, headers=headers), "unsupported_media_type")


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", 'Application/JSON; charset="UTF-8"', "application/json"]
)
def test_json_by_its_other_names(api: Api, cast: Cast, kind: str) -> None:
    assert api(cast.key()).post("/v1/echo", {"name": "a"}, Content_Type=kind).status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, identity"])
def test_compressed_bodies(api: Api, cast: Cast, coding: str) -> None:
    raw = gzip.compress(b'{"name": "a"}')
    refused(api(cast.key()).post("/v1/echo", raw, Content_Encoding=coding), "unsupported_media_type")


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "٣"])
def test_a_length_that_is_no_number(client: Client, cast: Cast, length: str) -> None:
    headers = {"Authorization": f"Bearer {cast.key()}", "Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = client.generic("POST", "/v1/echo", b"{}", headers=headers, CONTENT_LENGTH=length)
    refused(answer, "bad_request")


QUERIES = {
    "nope=1": "invalid_parameter",
    "limit=1&limit=2": "invalid_parameter",
    "limit=abc": "invalid_parameter",
    "limit=" + "9" * 5000: "invalid_parameter",
    "tag=%00": "invalid_parameter",
    "%00=1": "invalid_parameter",
    "cursor=nonsense": "invalid_cursor",
    "cursor=a": "invalid_cursor",
    "cursor=%C3%A9": "invalid_cursor",
    "tag=%FF": "bad_request",
    "tag=%ED%A0%80": "bad_request",
    "tag=%zz": "bad_request",
    "tag=100%": "bad_request",
    "&".join(f"a{number}=1" for number in range(1500)): "bad_request",
    "format=xml": "invalid_parameter",
}


@pytest.mark.parametrize("query", list(QUERIES), ids=lambda query: query[:20])
def test_bad_queries(client: Client, cast: Cast, query: str) -> None:
    answer = client.get("/v1/notes", QUERY_STRING=query, headers={"Authorization": f"Bearer {cast.key()}"})
    refused(answer, QUERIES[query])


def test_a_cursor_belongs_to_its_filters_and_workspace(api: Api, cast: Cast) -> None:
    ours = api(cast.key())
    for number in range(3):
        ours.post("/v1/notes", {"title": f"{number}"})
    cursor = ours.get("/v1/notes", {"limit": 2}).json()["next_cursor"]
    assert [row["title"] for row in ours.get("/v1/notes", {"limit": 2, "cursor": cursor}).json()["data"]] == ["0"]
    refused(ours.get("/v1/notes", {"cursor": cursor, "kind": "plain"}), "invalid_cursor")
    refused(api(cast.key(workspace=cast.other)).get("/v1/notes", {"cursor": cursor}), "invalid_cursor")
    refused(ours.get("/v1/notes", {"cursor": cursor[:-1]}), "invalid_cursor")


PATHS = [
    "/v1", "/v1/", "/v1/nothing", "/v1/me/", "/v1//me", "/v1/%00", "/v1/notes/%00", "/v1/notes/1%00",
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
