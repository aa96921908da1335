"""The REST API of webhooks."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.events.catalogue import event_names, subscribable_names
from crmsolid.workspaces.actor import ALL_SCOPES, Scope
from crmsolid.workspaces.models import AuditEntry
from tests.tenants import Api, Tenants
from tests.webhooks.conftest import SECRET, emit, run_pump
from tests.webhooks.receiver import Receiver, answering
from webhooks.models import Delivery, Endpoint
from webhooks.secrets import EndpointSecrets

MakeEndpoint = Callable[..., Endpoint]
URL = "https://your-app.example.com/webhooks/crm"


@pytest.fixture
def client(tenants: Tenants, api: Api) -> Api:
    return api(tenants.key([Scope.MANAGE_WEBHOOKS]))


def test_registering_an_endpoint(client: Api) -> None:
    events = ["message.received", "lead.scored", "sequence.completed", "contact.created"]
    answer = client.post("/v1/webhooks", {"url": URL, "events": events, "secret": "your-chosen-signing-secret"})
    assert answer.status_code == 201
    made = answer.json()
    assert made["id"].startswith("whk_")
    assert (made["url"], made["events"], made["enabled"]) == (URL, events, True)
    assert "secret" not in made
    assert answer.headers["Location"] == f"/v1/webhooks/{made['id']}"
    row = Endpoint.unscoped.get()
    assert EndpointSecrets.of(row).current == "your-chosen-signing-secret"
    assert b"your-chosen" not in bytes(row.secret)
    assert client.get(f"/v1/webhooks/{made['id']}").json() == made


def test_a_generated_secret_is_shown_once_and_by_a_replay_of_the_same_key(client: Api) -> None:
    body = {"url": URL, "events": ["contact.created"]}
    first = client.post("/v1/webhooks", body, idempotency_key="k1")
    secret = first.json()["secret"]
    assert secret.startswith("whsec_")
    again = client.post("/v1/webhooks", body, idempotency_key="k1")
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    stored = IdempotencyRecord.unscoped.get()
    assert stored.sealed and secret.encode() not in bytes(stored.body)
    endpoint_id = first.json()["id"]
    assert "secret" not in client.get(f"/v1/webhooks/{endpoint_id}").json()
    assert "secret" not in client.patch(f"/v1/webhooks/{endpoint_id}", {"enabled": False}).json()
    assert Endpoint.unscoped.count() == 1


@pytest.mark.parametrize("secret", ["", "x" * 256, "with space", "tab\there", "zero\u200bwidth", "line\n"])
def test_an_invalid_secret_is_refused(client: Api, secret: str) -> None:
    answer = client.post("/v1/webhooks", {"url": URL, "events": ["contact.created"], "secret": secret})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "secret")
    assert Endpoint.unscoped.count() == 0


@pytest.mark.parametrize("secret", ["x", "x" * 255, "пароль🔑"])
def test_a_valid_secret_is_used(client: Api, secret: str) -> None:
    assert client.post("/v1/webhooks", {"url": URL, "events": ["contact.created"], "secret": secret})
    assert EndpointSecrets.of(Endpoint.unscoped.get()).current == secret


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"url": URL, "events": []}, "events", "empty"),
        ({"url": URL, "events": ["contact.create"]}, "events", "unknown_event"),
        ({"url": URL, "events": ["ping"]}, "events", "unknown_event"),
        ({"url": URL}, "events", "required"),
        ({"events": ["contact.created"]}, "url", "required"),
        ({"url": URL, "events": ["contact.created"], "secrets": "x"}, "secrets", "unknown_field"),
        ({"url": "not an address", "events": ["contact.created"]}, "url", "url_invalid"),
    ],
)
def test_a_refusal_names_the_field(client: Api, body: dict[str, Any], field: str, code: str) -> None:
    answer = client.post("/v1/webhooks", body)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "Correct the fields that `errors` names, then retry."
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]
    assert Endpoint.unscoped.count() == 0


def test_a_list_of_endpoints_is_paged_newest_first(client: Api, make_endpoint: MakeEndpoint) -> None:
    made = [make_endpoint(f"{URL}/{number}").id for number in range(5)]
    first = client.get("/v1/webhooks", {"limit": "3"}).json()
    second = client.get("/v1/webhooks", {"limit": "3", "cursor": first["next_cursor"]}).json()
    assert [row["id"] for row in first["data"] + second["data"]] == made[::-1]
    assert second["next_cursor"] is None


def test_patch_changes_only_the_given_fields(client: Api, make_endpoint: MakeEndpoint) -> None:
    endpoint = make_endpoint(URL)
    answer = client.patch(
        f"/v1/webhooks/{endpoint.id}", {"url": f"{URL}/new", "events": ["message.sent", "message.sent"]}
    )
    assert (answer.status_code, answer.json()["url"], answer.json()["events"]) == (200, f"{URL}/new", ["message.sent"])
    off = client.patch(f"/v1/webhooks/{endpoint.id}", {"enabled": False}).json()
    assert (off["enabled"], off["disabled_reason"], off["events"]) == (False, "manual", ["message.sent"])
    on = client.patch(f"/v1/webhooks/{endpoint.id}", {"enabled": True}).json()
    assert (on["enabled"], on["disabled_reason"], on["disabled_at"]) == (True, None, None)


def test_disabling_and_deleting_cancel_the_queue(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/a"] = answering(500)
    one, two = make_endpoint(receiver.url("/a")), make_endpoint(receiver.url("/a"))
    emit(tenants.workspace)
    run_pump()
    client.patch(f"/v1/webhooks/{one.id}", {"enabled": False})
    assert client.delete(f"/v1/webhooks/{two.id}").status_code == 204
    rows = Delivery.unscoped.values_list("endpoint", "status", "reason", "next_attempt_at")
    assert set(rows) == {
        (one.id, "canceled", "endpoint_disabled", None),
        (two.id, "canceled", "endpoint_deleted", None),
    }
    emit(tenants.workspace)
    assert run_pump() == 0
    assert Delivery.unscoped.count() == 2


def test_a_deleted_endpoint_its_log_and_its_secrets_are_gone(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    client.delete(f"/v1/webhooks/{endpoint.id}")
    delivery = Delivery.unscoped.get()
    base = f"/v1/webhooks/{endpoint.id}"
    for answer in (
        client.get(base),
        client.patch(base, {"enabled": True}),
        client.delete(base),
        client.get(f"{base}/deliveries"),
        client.post(f"{base}/test"),
        client.post(f"{base}/rotate-secret"),
        client.get(f"/v1/deliveries/{delivery.id}"),
        client.post(f"/v1/deliveries/{delivery.id}/replay"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert client.get("/v1/webhooks").json()["data"] == []
    endpoint.refresh_from_db()
    assert (bytes(endpoint.secret), endpoint.previous_secret, endpoint.enabled) == (b"", None, False)


def test_the_delivery_log_and_its_filters(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = lambda post: (500 if b"message.sent" in post.body else 200, {}, b"")
    endpoint = make_endpoint(receiver.url(), events=("contact.created", "message.sent"))
    emit(tenants.workspace)
    emit(tenants.workspace, type="message.sent")
    run_pump()
    base = f"/v1/webhooks/{endpoint.id}/deliveries"
    rows = client.get(base).json()["data"]
    assert [(row["event"], row["status"], row["attempts"]) for row in rows] == [
        ("message.sent", "failed", 1),
        ("contact.created", "succeeded", 1),
    ]
    assert set(rows[0]) == {
        "id", "endpoint_id", "event_id", "event", "status", "reason", "attempts", "request_id", "next_attempt_at",
        "created_at",
    }  # fmt: skip
    assert [row["event"] for row in client.get(base, {"status": "failed"}).json()["data"]] == ["message.sent"]
    assert [row["event"] for row in client.get(base, {"event": "contact.created"}).json()["data"]] == [
        "contact.created"
    ]
    assert [row["id"] for row in client.get(base, {"since": rows[0]["created_at"]}).json()["data"]] == [rows[0]["id"]]
    assert [row["id"] for row in client.get(base, {"until": rows[0]["created_at"]}).json()["data"]] == [rows[1]["id"]]
    assert client.get(base, {"status": "lost"}).json()["code"] == "invalid_parameter"


def test_a_delivery_shows_its_body_and_attempts(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(400, {"Content-Type": "text/plain"}, "нет".encode())
    make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    delivery = Delivery.unscoped.get()
    shown = client.get(f"/v1/deliveries/{delivery.id}").json()
    assert shown["body"].encode() == receiver.posts[0].body
    [attempt] = shown["attempt_log"]
    assert (attempt["number"], attempt["status"], attempt["error"]) == (1, 400, None)
    assert attempt["answer"] == {"headers": {"Content-Type": "text/plain"}, "body": "нет", "truncated": False}
    assert attempt["request"]["url"] == receiver.url()
    assert attempt["request"]["headers"]["X-Signature"] == receiver.posts[0].headers["x-signature"]
    assert SECRET not in json.dumps(shown)


def test_a_delivery_shows_the_request_id_of_the_call_that_caused_it(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint(receiver.url())
    for request_id in ("", "req-1"):
        emit(tenants.workspace, request_id=request_id)
    run_pump()
    rows = client.get(f"/v1/webhooks/{endpoint.id}/deliveries").json()["data"]
    assert [row["request_id"] for row in rows] == ["req-1", None]
    shown = client.get(f"/v1/deliveries/{rows[0]['id']}").json()
    assert shown["request_id"] == "req-1"
    assert shown["attempt_log"][0]["request"]["headers"]["X-Request-Id"] == "req-1"


def test_a_ping_goes_to_one_endpoint_only(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint(receiver.url("/one"))
    make_endpoint(receiver.url("/two"), events=tuple(subscribable_names()))
    answer = client.post(f"/v1/webhooks/{endpoint.id}/test")
    assert (answer.status_code, answer.json()["event"], answer.json()["status"]) == (202, "ping", "pending")
    assert answer.headers["Location"] == f"/v1/deliveries/{answer.json()['id']}"
    assert run_pump() == 1
    [post] = receiver.posts
    assert (post.path, json.loads(post.body)["event"]) == ("/one", "ping")
    assert json.loads(post.body)["data"] == {"webhook": {"id": endpoint.id, "url": endpoint.url}}
    assert client.get(f"/v1/deliveries/{answer.json()['id']}").json()["status"] == "succeeded"


def test_ping_and_replay_need_an_enabled_endpoint(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    client.patch(f"/v1/webhooks/{endpoint.id}", {"enabled": False})
    delivery = Delivery.unscoped.get()
    for path in (f"/v1/webhooks/{endpoint.id}/test", f"/v1/deliveries/{delivery.id}/replay"):
        answer = client.post(path)
        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")
    assert Delivery.unscoped.get().status == "succeeded"


def test_the_catalogue_describes_every_event(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    data = client.get("/v1/webhooks/events").json()["data"]
    assert [kind["type"] for kind in data] == event_names()
    assert event_names() == [*subscribable_names(), "ping"]
    for kind in data:
        Draft202012Validator.check_schema(kind["schema"])
        assert kind["schema"]["properties"]["event"] == {"type": "string", "const": kind["type"]}
    endpoint = make_endpoint(receiver.url())
    client.post(f"/v1/webhooks/{endpoint.id}/test")
    run_pump()
    Draft202012Validator(data[-1]["schema"]).validate(json.loads(receiver.posts[0].body))


ROUTES = [
    ("get", "/v1/webhooks"),
    ("post", "/v1/webhooks"),
    ("get", "/v1/webhooks/events"),
    ("get", "/v1/webhooks/{w}"),
    ("patch", "/v1/webhooks/{w}"),
    ("delete", "/v1/webhooks/{w}"),
    ("post", "/v1/webhooks/{w}/rotate-secret"),
    ("post", "/v1/webhooks/{w}/test"),
    ("get", "/v1/webhooks/{w}/deliveries"),
    ("post", "/v1/webhooks/{w}/replay"),
    ("get", "/v1/deliveries/{d}"),
    ("get", "/v1/events"),
    ("get", "/v1/events/{e}"),
    ("post", "/v1/deliveries/{d}/replay"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_needs_its_scope_and_its_workspace(
    tenants: Tenants, api: Api, receiver: Receiver, make_endpoint: MakeEndpoint, method: str, path: str
) -> None:
    endpoint = make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    delivery = Delivery.unscoped.get()
    address = path.format(w=endpoint.id, d=delivery.id, e=delivery.event_id)
    bare = api(tenants.key(ALL_SCOPES - {Scope.MANAGE_WEBHOOKS}))
    answer = getattr(bare, method)(address)
    assert (answer.status_code, answer.json()["required_scope"]) == (403, "manage:webhooks")
    if "{" in path:
        body = {"since": "2026-01-01T00:00:00Z"} if path.endswith("{w}/replay") else {}
        foreign = api(tenants.key(workspace=tenants.other))
        answer = getattr(foreign, method)(address, *([body] if method in ("post", "patch") else []))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.deleted_at) == (True, None)
    assert Delivery.unscoped.get().status == "succeeded"


def test_changes_are_audited_without_the_secret(client: Api) -> None:
    made = client.post("/v1/webhooks", {"url": URL, "events": ["contact.created"]}).json()
    client.post(f"/v1/webhooks/{made['id']}/rotate-secret", {"secret": "another-one"})
    client.patch(f"/v1/webhooks/{made['id']}", {"enabled": False})
    client.delete(f"/v1/webhooks/{made['id']}")
    entries = list(AuditEntry.unscoped.filter(target=made["id"]).order_by("pk"))
    assert [entry.action for entry in entries] == [
        "webhook.created", "webhook.secret_rotated", "webhook.updated", "webhook.deleted"
    ]  # fmt: skip
    assert "another-one" not in str([entry.data for entry in entries])


def test_lists_take_the_same_number_of_queries_at_any_length(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint(receiver.url())

    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    paths = ["/v1/webhooks", f"/v1/webhooks/{endpoint.id}/deliveries"]
    client.get(paths[0])
    before = [count(path) for path in paths]
    for number in range(10):
        emit(tenants.workspace)
        make_endpoint(f"{URL}/{number}", events=("message.sent",))
    run_pump()
    assert [count(path) for path in paths] == before == [2, 3]
