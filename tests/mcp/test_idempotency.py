"""A write that is repeated with its ``idempotency_key`` happens once: again, at once, and after a crash."""

import json
from datetime import timedelta
from typing import Any

import pytest

from apikeys.models import ApiKey
from apikeys.services import rotate_key
from contacts.models import Contact
from messaging.models import Account, Message
from tests.crashing import kill_worker_at
from tests.mcp.helpers import call
from tests.tenants import Api, Tenants
from tests.threads import run_together

REPLAYED = "crmsolid/idempotency-replayed"
KEY = "b3c1f7f0-6f6c-4f0b-9f37-0a1c8a3d7c11"


def send(token: str, account: Account, **changes: Any) -> Any:
    arguments = {"account_id": account.pk, "to": "@sarah", "text": "Hello", "idempotency_key": KEY, **changes}
    return call(token, "send_message", **arguments)


def sent(tenants: Tenants) -> list[Message]:
    return list(Message.objects.for_workspace(tenants.workspace))


def code(result: Any) -> str:
    assert result["isError"] is True
    refused: str = result["structuredContent"]["code"]
    return refused


def test_second_call_gets_the_answer_of_the_first(tenants: Tenants) -> None:
    token, account = tenants.key(), tenants.sandbox()
    first, second = send(token, account), send(token, account)
    assert first["structuredContent"] == second["structuredContent"]
    assert REPLAYED not in first["_meta"]
    assert second["_meta"][REPLAYED] is True
    assert [message.pk for message in sent(tenants)] == [first["structuredContent"]["id"]]


def test_without_a_key_each_call_counts(tenants: Tenants) -> None:
    token, account = tenants.key(), tenants.sandbox()
    send(token, account, idempotency_key=None)
    send(token, account, idempotency_key=None)
    assert len(sent(tenants)) == 2


@pytest.mark.parametrize("changes", [{"text": "Hello again"}, {"to": "@simon"}])
def test_key_of_another_call_is_refused(tenants: Tenants, changes: dict[str, Any]) -> None:
    token, account = tenants.key(), tenants.sandbox()
    send(token, account)
    assert code(send(token, account, **changes)) == "idempotency_key_reused"
    assert len(sent(tenants)) == 1


def test_key_of_another_tool_is_refused(tenants: Tenants) -> None:
    token = tenants.key()
    send(token, tenants.sandbox())
    assert code(call(token, "upsert_contact", username="@simon", idempotency_key=KEY)) == "idempotency_key_reused"
    assert not Contact.objects.for_workspace(tenants.workspace).filter(username__iexact="simon").exists()


def test_refusal_leaves_the_key_free(tenants: Tenants) -> None:
    token, account = tenants.key(), tenants.sandbox()
    assert code(send(token, account, text="{nothing}")) == "validation_failed"
    assert send(token, account)["isError"] is False
    assert len(sent(tenants)) == 1


def test_key_outlives_the_rotation_of_the_api_key(tenants: Tenants) -> None:
    token, account = tenants.key(), tenants.sandbox()
    first = send(token, account)
    old = ApiKey.objects.for_workspace(tenants.workspace).get()
    replacement = rotate_key(tenants.actor(), old.pk, overlap=timedelta())
    next_one = rotate_key(tenants.actor(), replacement.key.pk, overlap=timedelta())
    assert send(next_one.token, account)["structuredContent"] == first["structuredContent"]
    assert len(sent(tenants)) == 1


def test_another_api_key_has_keys_of_its_own(tenants: Tenants) -> None:
    account = tenants.sandbox()
    first, second = send(tenants.key(), account), send(tenants.key(), account)
    assert first["structuredContent"]["id"] != second["structuredContent"]["id"]
    assert len(sent(tenants)) == 2


def test_header_of_rest_is_another_key(tenants: Tenants, api: Api) -> None:
    token, account = tenants.key(), tenants.sandbox()
    body = {"account_id": account.pk, "to": "@sarah", "text": "Hello"}
    assert api(token).post("/v1/messages/send", body, idempotency_key=KEY).status_code == 200
    send(token, account)
    assert len(sent(tenants)) == 2


def test_answer_about_an_erased_person_is_gone(tenants: Tenants, api: Api) -> None:
    token = tenants.key()
    arguments = {"username": "@sarah", "name": "Sarah Miller", "idempotency_key": KEY}
    contact_id = call(token, "upsert_contact", **arguments)["structuredContent"]["id"]
    assert api(token).delete(f"/v1/contacts/{contact_id}").status_code == 204
    again = call(token, "upsert_contact", **arguments)
    assert code(again) == "erased"
    assert "Miller" not in json.dumps(again)
    assert not Contact.objects.for_workspace(tenants.workspace).exists()


@pytest.mark.django_db(transaction=True)
def test_calls_at_once_send_once() -> None:
    tenants = Tenants()
    token, account = tenants.key(), tenants.sandbox()
    results = run_together([lambda: send(token, account) for _ in range(6)])
    assert len({json.dumps(result["structuredContent"], sort_keys=True) for result in results}) == 1
    assert len(sent(tenants)) == 1


@pytest.mark.parametrize("point", ["effect", "committed"])
@pytest.mark.django_db(transaction=True)
def test_call_after_a_crash_sends_once(point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tenants = Tenants()
    token, account = tenants.key(), tenants.sandbox()
    arguments = {"account_id": account.pk, "to": "@sarah", "text": "Hello", "idempotency_key": KEY}
    monkeypatch.setenv("MCP_TOKEN", token)
    monkeypatch.setenv("MCP_ARGUMENTS", json.dumps(arguments))
    kill_worker_at("tests.mcp.crashing_worker", point)
    assert len(sent(tenants)) == (point == "committed")
    result = send(token, account)
    assert [message.pk for message in sent(tenants)] == [result["structuredContent"]["id"]]
