import json
from typing import Any

import pytest
from django.test import Client

from crmsolid.oauth.models import Application
from tests.oauth.flow import CALLBACK, register

pytestmark = pytest.mark.django_db


def test_public_client_gets_an_id_and_no_secret(client: Client) -> None:
    response = register(client, software_id="ignored", scope="everything")
    assert response.status_code == 201
    answer = response.json()
    application = Application.objects.get()
    assert answer == {
        "client_id": application.client_id,
        "client_id_issued_at": int(application.created.timestamp()),
        "client_name": "Helper",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
    assert (application.user, application.client_secret) == (None, "")


def test_confidential_client_gets_a_secret_that_is_not_stored(client: Client) -> None:
    answer = register(client, token_endpoint_auth_method="client_secret_post").json()
    assert answer["client_secret_expires_at"] == 0
    assert len(answer["client_secret"]) >= 40
    row = Application.objects.values().get()
    assert answer["client_secret"] not in str(row)


@pytest.mark.parametrize(
    "uri",
    [
        "https://claude.ai/api/mcp/auth_callback",
        "http://localhost/callback",
        "http://[::1]:8080/callback",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "vscode://vscode.github-authentication/did-authenticate",
    ],
)
def test_usual_redirect_uris_are_accepted(client: Client, uri: str) -> None:
    assert register(client, redirect_uris=[uri]).json()["redirect_uris"] == [uri]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uris": ["http://example.com/callback"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://127.0.0.1.example.com/callback"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["data:text/html,x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://example.com/#fragment"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://user:pass@example.com/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://*.example.com/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://example.com/\u0001"]}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": [f"https://example.com/{n}" for n in range(11)]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://example.com/" + "x" * 500]}, "invalid_redirect_uri"),
        ({"redirect_uris": "https://example.com/"}, "invalid_client_metadata"),
        ({"redirect_uris": [1]}, "invalid_client_metadata"),
        ({"client_name": "x" * 101}, "invalid_client_metadata"),
        ({"client_name": "Invisible \u202e turn"}, "invalid_client_metadata"),
        ({"client_name": " "}, "invalid_client_metadata"),
        ({"client_name": "\u3164\u2800"}, "invalid_client_metadata"),
        ({"client_name": "Cla\u3164ude"}, "invalid_client_metadata"),
        ({"client_name": "\u0301"}, "invalid_client_metadata"),
        ({"client_name": "a\u200bb"}, "invalid_client_metadata"),
        ({"client_name": ["x"]}, "invalid_client_metadata"),
        ({"client_name": "a\u0000b"}, "invalid_client_metadata"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": ["none"]}, "invalid_client_metadata"),
        ({"padding": "x" * 17_000}, "invalid_client_metadata"),
    ],
)
def test_a_refused_registration_stores_nothing(client: Client, changes: dict[str, Any], error: str) -> None:
    response = register(client, **changes)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert not Application.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "{", "null", "[" * 5000, json.dumps("x")])
def test_a_body_that_is_no_object_is_refused(client: Client, body: str) -> None:
    response = client.post("/oauth/register/", body, content_type="application/json")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_client_metadata")
    assert not Application.objects.exists()
