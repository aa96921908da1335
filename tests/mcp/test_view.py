"""Who may call /mcp, and how each refusal looks: HTTP status, a JSON-RPC error, and the problem as its ``data``."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pytest_django import DjangoAssertNumQueries

from apikeys.models import ApiKey
from contacts import services
from contacts.models import Contact
from crmsolid.asgi import MCP_THREADS
from crmsolid.core import clock
from crmsolid.serving.pool import django_thread
from crmsolid.serving.root import RootApplication
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry, Plan
from tests.mcp.helpers import ACCEPT, LEGACY, MODERN, assert_refused, call, message, post
from tests.serving.live_server import serve
from tests.tenants import Tenants


# --- Both generations -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
@pytest.mark.parametrize("version", [MODERN, LEGACY, "2025-06-18"])
def test_each_revision_lists_and_calls_tools(tenants: Tenants, version: str, path: str) -> None:
    token = tenants.key()
    listed = post(token, message("tools/list", version), version, path)
    assert listed.status_code == 200
    assert "whoami" in [tool["name"] for tool in listed.json()["result"]["tools"]]
    workspace = call(token, "whoami", version)["structuredContent"]["workspace"]
    assert workspace == {"slug": "acme", "name": "Acme", "time_zone": "UTC"}


def test_handshake_advertises_what_there_is(tenants: Tenants) -> None:
    body = message(
        "initialize",
        LEGACY,
        protocolVersion="2025-06-18",
        capabilities={},
        clientInfo={"name": "tests", "version": "1"},
    )
    result = post(tenants.key(), body, LEGACY).json()["result"]
    assert result["protocolVersion"] == "2025-06-18"
    assert sorted(result["capabilities"]) == ["prompts", "resources", "tools"]
    assert "untrusted_fields" in result["instructions"]


def test_subscriptions_are_an_unknown_method(tenants: Tenants) -> None:
    """The SDK answers them with a stream, during which it waits for the client to disconnect."""
    response = post(tenants.key(), message("subscriptions/listen", notifications={"toolsListChanged": True}))
    assert (response.status_code, response.json()["error"]["code"]) == (404, -32601)


def test_spaces_around_a_header_do_not_matter(tenants: Tenants) -> None:
    body = message("tools/call", name="whoami", arguments={})
    assert post(tenants.key(), body, Mcp_Name="  whoami\t ").json()["result"]["isError"] is False


def test_error_fits_the_output_schema_of_every_tool(tenants: Tenants) -> None:
    """Clients hold the structured content of errors against it too."""
    tools = post(tenants.key()).json()["result"]["tools"]
    unknown = call(tenants.key(), "get_contact", contact_id="cnt_unknown")["structuredContent"]
    invalid = call(tenants.key(), "get_contact", contact=1)["structuredContent"]
    missing = call(tenants.key([Scope.READ_CONTACTS]), "list_messages")["structuredContent"]
    codes = ["not_found", "validation_failed", "scope_missing"]
    assert [problem["code"] for problem in (unknown, invalid, missing)] == codes
    for tool in tools:
        for problem in (unknown, invalid, missing):
            Draft202012Validator(tool["outputSchema"]).validate(problem)


def test_discovery_advertises_what_there_is_and_is_private(tenants: Tenants) -> None:
    result = post(tenants.key(), message("server/discover")).json()["result"]
    assert sorted(result["capabilities"]) == ["prompts", "resources", "tools"]
    assert MODERN in result["supportedVersions"]
    listed = post(tenants.key()).json()["result"]
    assert (result["cacheScope"], listed["cacheScope"]) == ("private", "private")


def test_notification_is_accepted(tenants: Tenants) -> None:
    body = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert post(tenants.key(), body, LEGACY).status_code == 202


@pytest.mark.parametrize("version", [MODERN, LEGACY])
def test_a_call_without_an_id_runs_no_tool(tenants: Tenants, version: str) -> None:
    body = message("tools/call", version, name="upsert_contact", arguments={"username": "@nobody"})
    del body["id"]
    assert post(tenants.key(), body, version).content == b""
    assert not Contact.unscoped.exists()


@pytest.mark.parametrize("version", [MODERN, LEGACY])
def test_unknown_tool_and_unknown_method_are_errors_of_the_protocol(tenants: Tenants, version: str) -> None:
    token = tenants.key()
    unknown = post(token, message("tools/call", version, name="delete_contact", arguments={}), version).json()
    assert unknown["error"]["code"] == -32602
    assert "list_contacts" in unknown["error"]["message"]
    assert post(token, message("completion/complete", version), version).json()["error"]["code"] == -32601


def test_unknown_members_of_the_envelope_are_ignored(tenants: Tenants) -> None:
    body = message(surprise=True)
    body["params"]["_meta"]["example.com/trace"] = {"deep": [1]}
    assert "tools" in post(tenants.key(), {**body, "surprise": 1}).json()["result"]


def test_list_of_tools_has_one_page(tenants: Tenants) -> None:
    response = post(tenants.key(), message(cursor="made-up"))
    assert response.json()["error"]["code"] == -32602


# --- Refusals with an HTTP status -----------------------------------------------------------------------------
def test_without_a_key_the_client_learns_where_to_sign_in(db: None) -> None:
    response = post(None)
    assert_refused(response, "token_missing")
    metadata = 'resource_metadata="http://localhost/.well-known/oauth-protected-resource/mcp"'
    assert response.headers["WWW-Authenticate"] == f'Bearer realm="crmsolid", {metadata}'


def test_invalid_revoked_and_expired_keys_are_told_apart_and_say_what_to_do(tenants: Tenants) -> None:
    revoked, expired = tenants.key(), tenants.key()
    keys = list(ApiKey.objects.for_workspace(tenants.workspace).order_by("created_at"))
    past = clock.now() - timedelta(seconds=1)
    ApiKey.objects.for_workspace(tenants.workspace).filter(pk=keys[0].pk).update(revoked_at=past)
    ApiKey.objects.for_workspace(tenants.workspace).filter(pk=keys[1].pk).update(expires_at=past)
    for token, code in (
        ("cs_live_0000_nonsense", "token_invalid"),
        (revoked, "token_revoked"),
        (expired, "token_expired"),
    ):
        response = post(token)
        problem = assert_refused(response, code)
        assert "key" in problem["detail"] or "token" in problem["detail"]
        assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
        assert token not in response.content.decode()


def test_session_of_the_panel_is_no_way_in(tenants: Tenants) -> None:
    client = Client()
    client.force_login(tenants.owner)
    response = client.post("/mcp", data=b"{}", content_type="application/json", headers={"Host": "localhost"})
    assert_refused(response, "token_missing")


def test_network_that_the_key_does_not_allow(tenants: Tenants) -> None:
    token = tenants.key(allowed_networks=["203.0.113.0/24"])
    assert_refused(post(token), "ip_not_allowed")
    assert AuditEntry.objects.for_workspace(tenants.workspace).filter(action="key.refused").count() == 1


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "head"])
def test_other_methods(tenants: Tenants, method: str) -> None:
    response = getattr(Client(), method)("/mcp", headers={"Host": "localhost"})
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    if method != "head":
        assert_refused(response, "method_not_allowed")


def test_unknown_path_below_for_an_access_token_and_another_host(tenants: Tenants, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["crm.example"]
    response = post("mcpat_unknown", path="/mcp/nothing", Host="rebound.example")
    assert_refused(response, "not_found")


def test_unknown_path_below(tenants: Tenants) -> None:
    assert_refused(post(tenants.key(), path="/mcp/nothing"), "not_found")


FOREIGN = [
    "https://evil.example",
    "http://localhost:9999",
    "null",
    "http://localhost.evil.example",
    "http://[",
    "//localhost",
]


@pytest.mark.parametrize("origin", FOREIGN)
def test_page_of_another_origin(tenants: Tenants, origin: str) -> None:
    body = message("tools/call", name="upsert_contact", arguments={"username": "@eve"})
    assert_refused(post(tenants.key(), body, Origin=origin), "origin_not_allowed")
    assert not Contact.objects.for_workspace(tenants.workspace).exists()


def test_page_of_the_same_origin_and_of_a_trusted_one(tenants: Tenants, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://assistant.example"]
    assert post(tenants.key(), Origin="http://localhost").status_code == 200
    assert post(tenants.key(), Origin="https://assistant.example").status_code == 200


@pytest.mark.parametrize(
    ("allowed", "host", "status"),
    [
        (["*"], "localhost:8000", 200),
        (["*"], "127.0.0.1:8000", 200),
        (["*"], "[::1]:8000", 200),
        (["*"], "crm.localhost", 200),
        (["*"], "rebound.example", 403),
        (["crm.example"], "crm.example", 200),
        (["crm.example"], "rebound.example", 403),
        (["crm.example"], "127.0.0.1", 403),
    ],
)
def test_name_that_was_made_to_point_here(
    tenants: Tenants, settings: Any, allowed: list[str], host: str, status: int
) -> None:
    settings.ALLOWED_HOSTS = allowed
    response = post(tenants.key(), Host=host)
    assert response.status_code == status
    if status == 403:
        assert_refused(response, "origin_not_allowed")


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": 1, "a": 2}', b'"\\ud800"', b'{"id": 1, "params": "\\u0000"}'])
def test_body_that_is_no_json(tenants: Tenants, body: bytes) -> None:
    assert_refused(post(tenants.key(), body), "malformed_json")


NO_MESSAGES = [
    [],
    [message()],
    "text",
    1,
    None,
    {},
    {"jsonrpc": "1.0", "id": 1, "method": "ping"},
    {"jsonrpc": "2.0", "id": 1, "method": 5},
    {"jsonrpc": "2.0", "id": None, "method": "ping"},
    {"jsonrpc": "2.0", "id": True, "method": "ping"},
    {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": [1]},
]


@pytest.mark.parametrize("version", [MODERN, LEGACY])
@pytest.mark.parametrize("body", NO_MESSAGES)
def test_body_that_is_no_message(tenants: Tenants, body: Any, version: str) -> None:
    assert_refused(post(tenants.key(), json.dumps(body).encode(), version), "bad_request")


def test_body_that_is_too_large(tenants: Tenants) -> None:
    assert_refused(post(tenants.key(), b" " * (1_048_576 + 1)), "payload_too_large")


def test_header_that_contradicts_the_body(tenants: Tenants) -> None:
    body = message("tools/call", name="whoami", arguments={})
    response = post(tenants.key(), body, Mcp_Name="list_contacts")
    assert (response.status_code, response.json()["error"]["code"]) == (400, -32020)


# --- Rate limit -----------------------------------------------------------------------------------------------
def test_calls_and_rest_share_the_bucket_of_the_key(tenants: Tenants) -> None:
    token = tenants.key(rate_limit=3)
    first = post(token)
    assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("3", "2")
    Client().get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert call(token, "whoami")["structuredContent"]["mode"] == "live"
    response = post(token, message("tools/call", name="upsert_contact", arguments={"username": "@late"}))
    assert_refused(response, "rate_limited")
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert not Contact.objects.for_workspace(tenants.workspace).exists()


def test_request_id_is_the_clients(tenants: Tenants) -> None:
    response = post(tenants.key(), X_Request_Id="assistant-1")
    assert response.headers["X-Request-Id"] == "assistant-1"


# --- What a key sees ------------------------------------------------------------------------------------------
def test_reads_are_listed_by_scope_and_writes_always(tenants: Tenants) -> None:
    tools = post(tenants.key([Scope.READ_CONTACTS])).json()["result"]["tools"]
    names = [tool["name"] for tool in tools]
    assert {"whoami", "list_contacts", "send_message", "upsert_contact"} <= set(names)
    assert "list_messages" not in names


def test_scope_that_is_missing_is_named_in_the_result(tenants: Tenants) -> None:
    token = tenants.key([Scope.READ_CONTACTS, Scope.READ_MESSAGES])
    account = tenants.sandbox()
    result = call(token, "send_message", account_id=account.pk, to="@sarah", text="Hello")
    assert result["isError"]
    assert result["structuredContent"]["code"] == "scope_missing"
    assert result["structuredContent"]["required_scope"] == "write:messages"
    assert "write:messages" in result["content"][0]["text"]
    entries = AuditEntry.objects.for_workspace(tenants.workspace).filter(action="key.refused")
    assert [(entry.surface, entry.data["reason"]) for entry in entries] == [("mcp", "write:messages")]


def test_test_key_sees_the_test_workspace(tenants: Tenants) -> None:
    assert call(tenants.key(workspace=tenants.twin), "whoami")["structuredContent"]["mode"] == "test"


def test_plan_that_has_ended_is_a_result(tenants: Tenants) -> None:
    token = tenants.key()
    type(tenants.workspace).objects.filter(pk=tenants.workspace.pk).update(
        plan=Plan.TRIAL, trial_ends_at=clock.now() - timedelta(seconds=1)
    )
    assert "tools" in post(token).json()["result"]
    result = call(token, "upsert_contact", username="@late")
    assert (result["isError"], result["structuredContent"]["code"]) == (True, "plan_required")
    assert not Contact.objects.for_workspace(tenants.workspace).exists()


def test_use_of_the_key_is_recorded(tenants: Tenants) -> None:
    post(tenants.key())
    key = ApiKey.objects.for_workspace(tenants.workspace).get()
    assert key.last_used_at is not None
    assert key.last_used_ip == "127.0.0.1"


def test_unexpected_error_shows_nothing_of_itself(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("contacts.services.list_contacts", fail)
    result = call(tenants.key(), "list_contacts")
    assert (result["isError"], result["structuredContent"]["code"]) == (True, "internal_error")
    assert "secret detail" not in json.dumps(result)


def test_one_statement_authenticates_a_call(
    tenants: Tenants, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token = tenants.key()
    post(token)
    with django_assert_num_queries(1):
        post(token)


@pytest.mark.django_db(transaction=True)
def test_eight_slow_tools_run_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the server: each waits until all eight have begun; one after the other they would wait for ever."""
    token = Tenants().key()
    everybody = threading.Barrier(8)
    list_contacts = services.list_contacts

    def slow(*args: Any, **kwargs: Any) -> Any:
        everybody.wait(30)
        return list_contacts(*args, **kwargs)

    monkeypatch.setattr("contacts.services.list_contacts", slow)
    body = json.dumps(message("tools/call", LEGACY, name="list_contacts", arguments={})).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Accept": ACCEPT}
    root = RootApplication({}, get_wsgi_application(), own_threads={"/mcp": MCP_THREADS}, around_thread=django_thread)
    with serve(root, lifespan="on") as live, ThreadPoolExecutor(8) as clients:
        calls = [clients.submit(live.request, "POST", "/mcp", body, headers) for _ in range(8)]
        answers = [json.loads(future.result(60)[2]) for future in calls]
    assert [answer["result"]["structuredContent"]["data"] for answer in answers] == [[]] * 8
