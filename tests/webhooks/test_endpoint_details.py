"""What an endpoint has beside its address: wildcards, a description, headers, and the accounts that it is about."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from crmsolid.events import catalogue
from crmsolid.events.catalogue import EventType, event_type
from crmsolid.events.positions import assign_positions
from crmsolid.events.publishing import NewEvent, publish_all
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry
from tests.tenants import Api, Tenants
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.receiver import Receiver
from webhooks import services
from webhooks.headers import headers_of
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.replays import replay_delivery, send_ping
from webhooks.secrets import EndpointSecrets

MakeEndpoint = Callable[..., Endpoint]
URL = "https://your-app.example.com/webhooks/crm"
TOKEN = "Bearer t0ken-of-the-receiver"


@pytest.fixture
def client(tenants: Tenants, api: Api) -> Api:
    return api(tenants.key([Scope.MANAGE_WEBHOOKS]))


def delivered() -> set[tuple[str, str]]:
    """The address of each endpoint with the types that deliveries were made of."""
    assign_positions()
    return set(Delivery.unscoped.values_list("endpoint__url", "event_type"))


def create(client: Api, **fields: Any) -> dict[str, Any]:
    answer = client.post("/v1/webhooks", {"url": URL, "events": ["*"], **fields})
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


# --- Wildcards --------------------------------------------------------------------------------------------------------
def test_wildcards_take_types_that_are_added_later_and_no_ping(
    tenants: Tenants, make_endpoint: MakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    every, contacts = make_endpoint("http://127.0.0.1:1/", ("*",)), make_endpoint("http://127.0.0.1:2/", ("contact.*",))
    make_endpoint("http://127.0.0.1:3/", ("contact.created", "contact.*", "*"))
    make_endpoint("http://127.0.0.1:4/", ("contact.tagged",))
    later = EventType("contact.renamed", "", {})
    monkeypatch.setattr(catalogue, "_declared", {**catalogue._declared, later.name: later})
    for name in ("contact.created", "contact.renamed", "message.sent", "ping"):
        emit(tenants.workspace, type=name)
    first, second, third = every.url, contacts.url, "http://127.0.0.1:3/"
    assert delivered() == {
        *((url, name) for url in (first, third) for name in ("contact.created", "contact.renamed", "message.sent")),
        *((second, name) for name in ("contact.created", "contact.renamed")),
    }
    assert Delivery.unscoped.count() == 8


def test_a_type_that_only_a_newer_process_knows_is_delivered_to_wildcards(
    tenants: Tenants, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint("http://127.0.0.1:1/", ("contact.*",))
    with transaction.atomic():
        publish_all(tenants.workspace, [NewEvent(EventType("contact.of_tomorrow", "", {}), {})])
    assert delivered() == {("http://127.0.0.1:1/", "contact.of_tomorrow")}


@pytest.mark.parametrize("name", ["**", "ping.*", "contact*", "contact.", ".*", "contact.cr*", "CONTACT.*", "ping"])
def test_a_wildcard_that_stands_for_nothing_is_refused(client: Api, name: str) -> None:
    answer = client.post("/v1/webhooks", {"url": URL, "events": [name]})
    assert answer.status_code == 422
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [("events", "unknown_event")]
    assert Endpoint.unscoped.count() == 0


def test_the_log_is_read_by_a_wildcard(client: Api, tenants: Tenants) -> None:
    ids = [emit(tenants.workspace, type=name) for name in ("contact.created", "message.sent", "contact.tagged")]
    assign_positions()
    first = client.get("/v1/events", {"type": "contact.*", "limit": 1}).json()
    second = client.get("/v1/events", {"type": "contact.*", "cursor": first["next_cursor"]}).json()
    assert [each["id"] for each in first["data"] + second["data"]] == [ids[0], ids[2]]
    assert client.get("/v1/events", {"type": "ping.*"}).status_code == 400
    other = client.get("/v1/events", {"type": "contact.created", "cursor": first["next_cursor"]})
    assert other.json()["code"] == "invalid_cursor"


# --- Accounts ---------------------------------------------------------------------------------------------------------
def test_events_of_other_accounts_are_not_delivered_and_those_of_none_are(tenants: Tenants) -> None:
    ours, other = tenants.sandbox(), tenants.sandbox()
    actor = tenants.actor()
    services.create_endpoint(actor, url="http://127.0.0.1:1/", events=["*"], account_ids=[ours.pk, ours.pk])
    services.create_endpoint(actor, url="http://127.0.0.1:2/", events=["*"])
    types = {ours.pk: "message.sent", other.pk: "message.received", None: "contact.created"}
    with transaction.atomic():
        new = [NewEvent(event_type(name), {}, account_id=account) for account, name in types.items()]
        publish_all(tenants.workspace, new)
    limited = {("http://127.0.0.1:1/", "message.sent"), ("http://127.0.0.1:1/", "contact.created")}
    assert delivered() == limited | {("http://127.0.0.1:2/", name) for name in types.values()}


def test_accounts_are_those_of_the_workspace(client: Api, tenants: Tenants) -> None:
    ours, theirs = tenants.sandbox(), tenants.sandbox(tenants.other)
    made = create(client, account_ids=[ours.pk])
    assert made["account_ids"] == [ours.pk]
    for body in ({"account_ids": [theirs.pk]}, {"account_ids": [ours.pk, 2**63 - 1]}):
        assert client.patch(f"/v1/webhooks/{made['id']}", body).json()["code"] == "not_found"
        assert client.post("/v1/webhooks", {"url": URL, "events": ["*"], **body}).json()["code"] == "not_found"
    assert [row.account_ids for row in Endpoint.unscoped.all()] == [[ours.pk]]
    assert client.patch(f"/v1/webhooks/{made['id']}", {"account_ids": []}).json()["account_ids"] == []


def test_fan_out_reads_the_endpoints_of_all_workspaces_once(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    for workspace in (tenants.workspace, tenants.twin, tenants.other):
        make_endpoint("http://127.0.0.1:1/", ("*",), workspace)
        for name in ("contact.created", "message.sent", "ping"):
            emit(workspace, type=name)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert assign_positions() == 9
    assert len([each for each in queries if 'FROM "webhooks_endpoint"' in each["sql"]]) == 1
    assert Delivery.unscoped.count() == 6


# --- Description ------------------------------------------------------------------------------------------------------
def test_a_description_is_kept_and_changed(client: Api) -> None:
    made = create(client, description="Мария's CRM 😀")
    assert made["description"] == "Мария's CRM 😀"
    address = f"/v1/webhooks/{made['id']}"
    assert client.patch(address, {"description": "x" * 201}).status_code == 422
    assert client.get(address).json() == {name: value for name, value in made.items() if name != "secret"}
    assert client.patch(address, {"description": ""}).json()["description"] == ""
    assert client.patch(address, {"enabled": False}).json()["description"] == ""
    assert [entry.data["fields"] for entry in AuditEntry.unscoped.filter(action="webhook.updated").order_by("id")] == [
        ["description"],
        ["enabled"],
    ]


# --- Headers ----------------------------------------------------------------------------------------------------------
def test_headers_are_sent_with_events_replays_and_pings(client: Api, tenants: Tenants, receiver: Receiver) -> None:
    headers = {"Authorization": TOKEN, "X-Team": "a b~!"}
    made = create(client, url=receiver.url(), events=["contact.created"], headers=headers)
    emit(tenants.workspace)
    run_pump()
    replay_delivery(tenants.actor(), Delivery.unscoped.get().pk)
    run_pump()
    send_ping(tenants.actor(), made["id"])
    run_pump()
    assert len(receiver.posts) == 3
    for post in receiver.posts:
        assert (post.headers["authorization"], post.headers["x-team"]) == (TOKEN, "a b~!")
        assert post.headers["content-type"] == "application/json" and "x-signature" in post.headers


def test_values_of_headers_are_shown_nowhere(
    client: Api, tenants: Tenants, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = create(client, url=receiver.url(), headers={"Authorization": TOKEN})
    emit(tenants.workspace)
    run_pump()
    changed = client.patch(f"/v1/webhooks/{made['id']}", {"headers": {"X-Team": "t0ken-of-the-receiver"}})
    [delivery] = client.get(f"/v1/webhooks/{made['id']}/deliveries").json()["data"]
    refused = client.patch(f"/v1/webhooks/{made['id']}", {"headers": {"X-Team": "t0ken-of-the-receiver\n"}})
    row = Endpoint.unscoped.get()
    rotated = services.rotate_secret(tenants.actor(), row.pk)
    assert (changed.status_code, refused.status_code) == (200, 422)
    assert (made["header_names"], changed.json()["header_names"]) == (["Authorization"], ["Authorization", "X-Team"])
    shown = [
        *(json.dumps(made), changed.text, refused.text, caplog.text, repr(row), repr(EndpointSecrets.of(row))),
        *(client.get(path).text for path in ("/v1/webhooks", f"/v1/deliveries/{delivery['id']}", "/v1/events")),
        *(repr(rotated), repr(list(AuditEntry.unscoped.values())), repr(list(Attempt.unscoped.values()))),
        repr([bytes(row.headers or b""), *Endpoint.unscoped.values()]),
    ]
    assert [text for text in shown if "t0ken" in text] == []
    assert headers_of(rotated.endpoint) == {"Authorization": TOKEN, "X-Team": "t0ken-of-the-receiver"}


def test_headers_that_are_named_change_and_null_removes_one(client: Api) -> None:
    address = f"/v1/webhooks/{create(client, headers={'Authorization': TOKEN, 'X-Team': 'a'})['id']}"
    assert client.patch(address, {"headers": {"authorization": "Basic eA==", "X-Gone": None}}).status_code == 200
    assert headers_of(Endpoint.unscoped.get()) == {"X-Team": "a", "authorization": "Basic eA=="}
    assert client.patch(address, {"headers": {"x-team": None}}).json()["header_names"] == ["authorization"]
    assert client.patch(address, {"headers": {}}).json()["header_names"] == ["authorization"]
    assert client.patch(address, {"headers": {"AUTHORIZATION": None}}).json()["header_names"] == []
    assert Endpoint.unscoped.get().headers is None


RESERVED = (
    *("Host", "Content-Type", "content-length", "CONTENT-ENCODING", "X-Signature", "webhook-id", "Webhook-Anything"),
    *("Connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Proxy-Authorization", "Expect"),
    *("User-Agent", "accept-encoding", "X-Request-Id", "HTTP2-Settings"),
)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        *(({name: "x"}, "reserved") for name in RESERVED),
        *(({name: None}, "reserved") for name in ("Host", "content-length")),
        *(({name: "x"}, "name_invalid") for name in ("", "X Y", "X:", "X\n", "Ünïcode", "X" * 101, "(x)")),
        *(({"X": value}, "value_invalid") for value in ("a\r\nHost: b", "a\n", "\ta", " a", "a ", "é", "\x7f")),
        *(({"X": value}, "length") for value in ("", "x" * 1001)),
        ({"X": 1}, "value"),
        ({"X-Team": "a", "x-team": "b"}, "duplicate"),
        ({f"X-{number}": "a" for number in range(11)}, "too_many"),
        ([["X", "y"]], "not_a_dict"),
    ],
)
def test_wrong_headers_are_refused_and_nothing_changes(client: Api, headers: Any, code: str) -> None:
    made = create(client, headers={"Authorization": TOKEN})
    before = Endpoint.unscoped.values().get()
    answer = client.patch(f"/v1/webhooks/{made['id']}", {"url": "https://other.example.com/", "headers": headers})
    assert answer.status_code == 422, answer.content
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [("headers", code)]
    assert Endpoint.unscoped.values().get() == before


@pytest.mark.parametrize("headers", [{"X": "x" * 1000}, {f"X-{number}": "a" for number in range(10)}, {"X_~!": "!"}])
def test_headers_may_have_any_form_that_the_schema_allows(client: Api, headers: dict[str, str]) -> None:
    assert create(client, headers=headers)["header_names"] == list(headers)


def test_an_endpoint_keeps_at_most_ten_headers(client: Api) -> None:
    address = f"/v1/webhooks/{create(client, headers={f'X-{number}': 'a' for number in range(10)})['id']}"
    answer = client.patch(address, {"headers": {"X-0": "b", "Y": "c"}})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_many")
    assert headers_of(Endpoint.unscoped.get())["X-0"] == "a"
    assert client.patch(address, {"headers": {"X-0": None, "Y": "c"}}).status_code == 200


def test_a_create_removes_no_header(client: Api) -> None:
    assert client.post("/v1/webhooks", {"url": URL, "events": ["*"], "headers": {"X": None}}).status_code == 422
    assert Endpoint.unscoped.count() == 0


def test_deleting_forgets_the_headers(client: Api) -> None:
    made = create(client, headers={"Authorization": TOKEN})
    assert client.client.delete(f"/v1/webhooks/{made['id']}", headers=client._headers({})).status_code == 204
    assert Endpoint.unscoped.get().headers is None


def test_headers_are_encrypted_under_the_newest_key(client: Api, settings: Any) -> None:
    create(client, headers={"Authorization": TOKEN})
    old = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *old]
    call_command("reencrypt")
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]
    assert headers_of(Endpoint.unscoped.get()) == {"Authorization": TOKEN}


def test_nothing_is_posted_without_headers_that_no_key_decrypts(
    client: Api, tenants: Tenants, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    made = create(client, url=receiver.url(), headers={"Authorization": TOKEN})
    Endpoint.unscoped.update(headers=Fernet(Fernet.generate_key()).encrypt(b"{}"))
    emit(tenants.workspace)
    run_pump(seconds=0.5)
    assert receiver.posts == []
    assert (Delivery.unscoped.get().status, Delivery.unscoped.get().attempts) == ("pending", 0)
    assert f"decrypts a secret of {made['id']}" in caplog.text
    assert client.get(f"/v1/webhooks/{made['id']}").json()["header_names"] == []
    assert client.patch(f"/v1/webhooks/{made['id']}", {"headers": {"X-Team": "a"}}).json()["header_names"] == ["X-Team"]
