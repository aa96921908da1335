"""Request bodies and query strings are read strictly."""

import gzip
from uuid import uuid4

import pytest
from django.test import Client

from tests.api import urls
from tests.api.assertions import assert_problem
from tests.tenants import Api, Tenants

pytestmark = [pytest.mark.django_db, pytest.mark.urls(urls.__name__)]


INVALID_BODIES = {
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
    "1,000 digits for a string": (b'{"name": ' + b"9" * 1000 + b"}", "validation_failed"),
    "null for a string": (b'{"name": null}', "validation_failed"),
    "an unknown name": (b'{"name": "a", "nmae": 1}', "validation_failed"),
    "10,001 values": (b'{"name": [' + b"1," * 9_999 + b"1]}", "malformed_json"),
    "10,000 values": (b'{"name": [' + b"1," * 9_998 + b"1]}", "validation_failed"),
    "501 names": (b"{" + b",".join(b'"n%d": 1' % number for number in range(501)) + b"}", "malformed_json"),
    "an unknown long name": (b'{"' + b"n" * 900_000 + b'": 1}', "validation_failed"),
    "1 MiB and a byte": (b'{"name": "' + b"a" * (1_048_576 - 11) + b'"}', "payload_too_large"),
    "3 MiB": (b"a" * 3_145_728, "payload_too_large"),
}


@pytest.mark.parametrize(("body", "code"), INVALID_BODIES.values(), ids=INVALID_BODIES)
def test_invalid_body_is_refused_with_a_short_response(
    client: Client, tenants: Tenants, body: bytes, code: str
) -> None:
    headers = {"Authorization": f"Bearer {tenants.key()}", "Idempotency-Key": str(uuid4())}
    response = client.generic("POST", "/v1/echo", body, headers=headers, CONTENT_TYPE="application/json")
    assert_problem(response, code)
    assert len(response.content) < 3000


def test_body_of_exactly_1_mib_is_accepted(api: Api, tenants: Tenants) -> None:
    body = b'{"name": "a"' + b" " * (1_048_576 - 13) + b"}"
    assert len(body) == 1_048_576
    assert api(tenants.key()).post("/v1/echo", body).json() == {"name": "a"}


OTHER_CONTENT_TYPES = [
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/json",
    "application/xml", "", ";;;", "application/json;;;=", "application/json; charset=latin-1",
    "application/json; charset=utf-16", "application/json+x", "application/jsonp", "a" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("content_type", OTHER_CONTENT_TYPES)
def test_content_type_other_than_json_is_refused(client: Client, tenants: Tenants, content_type: str) -> None:
    headers = {"Authorization": f"Bearer {tenants.key()}", "Idempotency-Key": "k"}
    response = client.generic("POST", "/v1/echo", b'{"name": "a"}', content_type, headers=headers)
    assert_problem(response, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", 'Application/JSON; charset="UTF-8"', "application/json"]
)
def test_json_content_type_is_accepted_with_charset_and_in_any_case(
    api: Api, tenants: Tenants, content_type: str
) -> None:
    assert api(tenants.key()).post("/v1/echo", {"name": "a"}, Content_Type=content_type).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, identity"])
def test_compressed_body_is_refused(api: Api, tenants: Tenants, encoding: str) -> None:
    body = gzip.compress(b'{"name": "a"}')
    assert_problem(api(tenants.key()).post("/v1/echo", body, Content_Encoding=encoding), "unsupported_media_type")


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "٣"])
def test_content_length_that_is_not_a_number_is_refused(client: Client, tenants: Tenants, length: str) -> None:
    headers = {"Authorization": f"Bearer {tenants.key()}", "Idempotency-Key": "k", "Content-Type": "application/json"}
    response = client.generic("POST", "/v1/echo", b"{}", headers=headers, CONTENT_LENGTH=length)
    assert_problem(response, "bad_request")


INVALID_QUERIES = {
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


@pytest.mark.parametrize("query", list(INVALID_QUERIES), ids=lambda query: query[:20])
def test_invalid_query_string_is_refused(client: Client, tenants: Tenants, query: str) -> None:
    response = client.get("/v1/notes", QUERY_STRING=query, headers={"Authorization": f"Bearer {tenants.key()}"})
    assert_problem(response, INVALID_QUERIES[query])
