"""The API's own way in from WSGI: what it takes, and that its answers are those of Django's handler."""

import io
import json
import logging
import secrets
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler

from crmsolid.api.door import ApiDoor

pytestmark = pytest.mark.django_db


def environ(path: str, **more: Any) -> dict[str, Any]:
    """A request from an address that has made none before."""
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "HTTP_X_REQUEST_ID": "abc",
        **more,
    }


def ask(door: Any, asked: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    started: list[Any] = []
    body = b"".join(door(asked, lambda status, headers: started.append((status, dict(headers)))))
    (status, headers), *rest = started
    assert rest == []
    return status, headers, body


@pytest.mark.parametrize(
    ("path", "taken"),
    [("/v1", True), ("/v1/contacts", True), ("/mcp", True), ("/v10", False), ("/", False), ("/v1/caf\xc3\xa9", False)],
)
def test_it_takes_the_api_and_leaves_the_rest_to_django(path: str, taken: bool) -> None:
    assert ApiDoor().takes(environ(path)) is taken


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/v1/contacts", {}),
        ("/v1/nothing", {}),
        ("/v1/contacts", {"REQUEST_METHOD": "HEAD"}),
        ("/v1/contacts", {"HTTP_AUTHORIZATION": "Bearer nonsense", "QUERY_STRING": "limit=1"}),
    ],
)
def test_its_answers_are_those_of_djangos_handler(path: str, more: dict[str, Any]) -> None:
    here, there = ask(ApiDoor(), environ(path, **more)), ask(WSGIHandler(), environ(path, **more))
    assert here == there
    assert here[1]["X-Request-Id"] == "abc"
    assert here[1]["X-RateLimit-Remaining"] == "599"


def test_a_refusal_is_logged_as_django_does(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "django.request"):
        status, headers, body = ask(ApiDoor(), environ("/v1/nothing"))
    assert (status, headers["Content-Type"]) == ("404 Not Found", "application/problem+json")
    assert json.loads(body)["code"] == "not_found"
    assert [record.getMessage() for record in caplog.records] == ["Not Found: /v1/nothing"]
