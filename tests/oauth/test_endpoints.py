"""The metadata documents, and what all endpoints for programs have in common."""

from typing import Any

import pytest
from django.test import Client

from tests.oauth.flow import EVERYTHING, Assistant, register

RESOURCE_PATHS = ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"]
SERVER_PATHS = ["/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/mcp"]


@pytest.mark.parametrize("path", RESOURCE_PATHS)
def test_protected_resource_document(client: Client, path: str) -> None:
    assert client.get(path).json() == {
        "resource": "http://testserver/mcp",
        "authorization_servers": ["http://testserver"],
        "scopes_supported": EVERYTHING,
        "bearer_methods_supported": ["header"],
        "resource_name": "CRM Solid",
    }
    assert "manage:webhooks" not in EVERYTHING and len(EVERYTHING) == 6


@pytest.mark.parametrize("path", SERVER_PATHS)
def test_authorization_server_document_has_the_origin_as_issuer(client: Client, path: str) -> None:
    document = client.get(path).json()
    assert document["issuer"] == "http://testserver"
    assert document["authorization_endpoint"] == "http://testserver/oauth/authorize/"
    assert document["token_endpoint"] == "http://testserver/oauth/token/"
    assert document["registration_endpoint"] == "http://testserver/oauth/register/"
    assert document["revocation_endpoint"] == "http://testserver/oauth/revoke/"
    assert document["response_types_supported"] == ["code"]
    assert document["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert "none" in document["token_endpoint_auth_methods_supported"]
    assert document["client_id_metadata_document_supported"] is True
    assert document["authorization_response_iss_parameter_supported"] is True
    assert "introspection_endpoint" not in document


def test_addresses_behind_a_proxy_are_those_of_the_proxy(client: Client, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    headers = {"host": "crm.example.com", "x-forwarded-proto": "https"}
    assert client.get(RESOURCE_PATHS[1], headers=headers).json()["resource"] == "https://crm.example.com/mcp"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-protected-resource/other",
        "/.well-known/oauth-authorization-server/other",
        "/oauth/introspect/",
        "/oauth/device-authorization/",
        "/oauth/applications/",
        "/oauth/register/x/",
    ],
)
def test_what_is_not_offered_is_not_there(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


@pytest.mark.parametrize("path", [*RESOURCE_PATHS, *SERVER_PATHS, "/oauth/token/", "/oauth/register/"])
def test_programs_of_any_origin_may_call_it(client: Client, path: str) -> None:
    preflight = client.options(path, headers={"origin": "https://inspector.example"})
    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Origin"] == "*"
    assert preflight["Access-Control-Allow-Methods"] in ("GET", "POST")


@pytest.mark.parametrize("path", ["/oauth/token/", "/oauth/revoke/", "/oauth/register/"])
def test_wrong_method_is_405(client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_registrations_of_one_address_are_limited(assistant: Assistant) -> None:
    for _ in range(9):
        assert register(assistant.client).status_code == 201
    refused = register(assistant.client)
    assert refused.status_code == 429
    assert refused.json()["error"] == "rate_limited"
    assert 1 <= int(refused["Retry-After"]) <= 60
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert register(elsewhere).status_code == 201


def test_token_requests_of_one_address_are_limited(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    from apikeys.limiter import limiter

    for _ in range(600):
        limiter().check("oauth-token:127.0.0.1/32", 600)
    refused = assistant.exchange("any")
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("parameters", "status", "error"),
    [
        ({}, 400, "unsupported_grant_type"),
        ({"grant_type": "password", "username": "owner@acme.example", "password": "x"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x", "client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "refresh_token", "refresh_token": "x\0", "client_id": "nobody"}, 400, "invalid_request"),
    ],
)
def test_other_token_requests_are_refused(client: Client, parameters: dict[str, str], status: int, error: str) -> None:
    response = client.post("/oauth/token/", parameters)
    assert (response.status_code, response.json()["error"]) == (status, error)
