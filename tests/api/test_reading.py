"""Bodies and queries are read strictly: what is wrong is named, and changes nothing."""

import gzip
from uuid import uuid4

import pytest
from django.test import Client

from tests.api import plumbing
from tests.api.answers import refused
from tests.cast import Api, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls(plumbing.__name__)]


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
