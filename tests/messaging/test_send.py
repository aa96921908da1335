"""POST /v1/messages/send: what is accepted, what is refused, and that a refusal changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from contacts.models import Contact, CustomField
from crmsolid.core.clock import rfc3339
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Scope
from messaging.models import CANNOT_SEND, Account, AccountKind, AccountState, Message, Thread
from messaging.sending import dispatch
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import Ring, counts, events, send
from tests.tenants import Api, Tenants

PATH = "/v1/messages/send"


def body(account: Account, **fields: Any) -> dict[str, Any]:
    return {"account_id": account.pk, "to": "@alice", "text": "hello"} | fields


def test_accepted_message_answers_id_status_and_eta(
    api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    answer = api(tenants.key([Scope.WRITE_MESSAGES])).post(PATH, body(sandbox))
    message = Message.unscoped.get()
    assert answer.status_code == 200
    assert answer.json() == {"id": message.pk, "status": "queued", "eta": rfc3339(frozen_time.now)}
    assert message.pk.startswith("msg_")
    assert (message.status, message.direction, message.recipient, message.text) == ("queued", "out", "@alice", "hello")
    assert message.slot_at == message.eta == frozen_time.now
    assert message.random_id > 0


@pytest.mark.parametrize(("to", "status"), [("@alice", "sent"), ("@fail_privacy", "failed")])
def test_message_and_its_events_keep_the_request_id_of_the_call(
    api: Api, tenants: Tenants, sandbox: Account, to: str, status: str
) -> None:
    client = api(tenants.key())
    answer = client.post(PATH, body(sandbox, to=to), X_Request_Id="order-17")
    dispatch.dispatch()
    message = client.get(f"/v1/messages/{answer.json()['id']}").json()
    assert (message["status"], message["request_id"]) == (status, "order-17")
    assert events(f"message.{status}")[0]["data"]["message"] == message
    moved = ["contact.stage_changed"] if status == "sent" else []
    request_ids = dict(Event.unscoped.values_list("type", "request_id"))
    assert request_ids == dict.fromkeys(["contact.created", f"message.{status}", *moved], "order-17")


def test_unknown_recipient_becomes_a_contact_once(api: Api, tenants: Tenants, sandbox: Account) -> None:
    ours = api(tenants.key())
    for to in ("@Alice", "alice", "https://t.me/ALICE"):
        assert ours.post(PATH, body(sandbox, to=to)).status_code == 200
    contact = Contact.unscoped.get()
    assert (contact.username, contact.username_key, contact.stage) == ("Alice", "alice", "new")
    assert Thread.unscoped.get().contact_id == contact.pk
    assert [event["data"]["contact"]["id"] for event in events()] == [contact.pk]
    assert [event["event"] for event in events()] == ["contact.created"]


def test_recipient_can_be_a_numeric_id(api: Api, tenants: Tenants, sandbox: Account) -> None:
    for to in (12345, "12345"):
        assert api(tenants.key()).post(PATH, body(sandbox, to=to)).status_code == 200
    assert Contact.unscoped.get().telegram_id == 12345
    assert set(Message.unscoped.values_list("recipient", flat=True)) == {"12345"}


def test_message_that_is_due_now_wakes_a_worker_after_the_commit(
    api: Api,
    tenants: Tenants,
    sandbox: Account,
    frozen_time: FrozenTime,
    rings: list[Ring],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    later = rfc3339(frozen_time.now + timedelta(seconds=6))
    with django_capture_on_commit_callbacks(execute=True):
        api(tenants.key()).post(PATH, body(sandbox, send_at=later))
    assert rings == []  # the sweep finds it
    with django_capture_on_commit_callbacks(execute=True):
        api(tenants.key()).post(PATH, body(sandbox))
    assert rings == [Ring("messaging.dispatch", None, 0.0)]


def test_send_at_is_the_eta_unless_it_has_passed(
    api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    ours, tomorrow = api(tenants.key()), frozen_time.now + timedelta(days=1)
    assert ours.post(PATH, body(sandbox, send_at=rfc3339(tomorrow))).json()["eta"] == rfc3339(tomorrow)
    past = rfc3339(frozen_time.now - timedelta(days=1))
    assert ours.post(PATH, body(sandbox, send_at=past)).json()["eta"] == rfc3339(frozen_time.now)
    assert ours.post(PATH, body(sandbox, send_at=None)).json()["eta"] == rfc3339(frozen_time.now)


def test_telegram_accounts_keep_a_gap_and_sandboxes_none(api: Api, tenants: Tenants, frozen_time: FrozenTime) -> None:
    telegram = Account.unscoped.create(workspace=tenants.workspace, name="Phone", kind=AccountKind.TELEGRAM)
    etas = [send(telegram).eta for _ in range(3)]
    assert etas == [frozen_time.now, frozen_time.now + timedelta(seconds=1), frozen_time.now + timedelta(seconds=2)]
    box = tenants.sandbox()
    assert [send(box).eta for _ in range(3)] == [frozen_time.now] * 3


def test_paused_account_accepts_messages_for_the_end_of_its_pause(
    api: Api, tenants: Tenants, frozen_time: FrozenTime
) -> None:
    until = frozen_time.now + timedelta(minutes=5)
    paused = tenants.sandbox(state=AccountState.PAUSED, paused_until=until)
    assert api(tenants.key()).post(PATH, body(paused)).json()["eta"] == rfc3339(until)


@pytest.mark.parametrize("state", CANNOT_SEND)
def test_account_that_cannot_send_still_accepts_messages(
    api: Api, tenants: Tenants, frozen_time: FrozenTime, state: AccountState
) -> None:
    answer = api(tenants.key()).post(PATH, body(tenants.sandbox(state=state)))
    assert (answer.status_code, answer.json()["eta"]) == (200, rfc3339(frozen_time.now))


REFUSED_BODIES = [
    ({"to": ""}, "to", "invalid_recipient"),
    ({"to": "@ab"}, "to", "invalid_recipient"),
    ({"to": "two words"}, "to", "invalid_recipient"),
    ({"to": 0}, "to", "invalid_recipient"),
    ({"to": -5}, "to", "invalid_recipient"),
    ({"to": 2**63}, "to", "invalid_recipient"),
    ({"to": True}, "to", "invalid"),
    ({"to": None}, "to", "null"),
    ({"to": ["@alice"]}, "to", "invalid"),
    ({"text": ""}, "text", "blank"),
    ({"text": "  \n"}, "text", "length"),
    ({"text": 5}, "text", "invalid"),
    ({"text": "x" * 4097}, "text", "length"),
    ({"text": "\U0001f600" * 2049}, "text", "length"),
    ({"text": "x" * 4097 + "{first_name}"}, "text", "length"),
    ({"text": "{{" * 4097 + "{first_name|}"}, "text", "length"),
    ({"text": "x" * 20_001}, "text", "max_length"),
    ({"text": "hello {frist_name}"}, "text", "unknown_variable"),
    ({"text": "hello {frist_name|there}"}, "text", "unknown_variable"),
    ({"text": "hello {first_name"}, "text", "template_syntax"),
    ({"text": "hello }"}, "text", "template_syntax"),
    ({"account_id": "1"}, "account_id", "invalid"),
    ({"account_id": True}, "account_id", "invalid"),
    ({"account_id": 0}, "account_id", "min_value"),
    ({"account_id": 2**63}, "account_id", "max_value"),
    ({"send_at": "tomorrow"}, "send_at", "invalid"),
    ({"send_at": "2026-06-04T09:00:00"}, "send_at", "naive"),
    ({"send_at": "2999-01-01T00:00:00Z"}, "send_at", "too_far"),
    ({"sent_at": "2026-06-04T09:00:00Z"}, "sent_at", "read_only"),
]


@pytest.mark.parametrize(("fields", "field", "code"), REFUSED_BODIES)
def test_invalid_body_is_refused_and_changes_nothing(
    api: Api, tenants: Tenants, sandbox: Account, fields: dict[str, Any], field: str, code: str
) -> None:
    before = counts()
    answer = api(tenants.key()).post(PATH, body(sandbox, **fields))
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["detail"] == "Correct the fields that `errors` names, then retry."
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]
    assert counts() == before


@pytest.mark.parametrize("field", ["account_id", "to", "text"])
def test_missing_field_is_named(api: Api, tenants: Tenants, sandbox: Account, field: str) -> None:
    incomplete = body(sandbox)
    del incomplete[field]
    answer = api(tenants.key()).post(PATH, incomplete)
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, "required")]


def test_longest_text_is_accepted(api: Api, tenants: Tenants, sandbox: Account) -> None:
    for text in ("x" * 4096, "\U0001f600" * 2048, "{{" + "x" * 4095):
        assert api(tenants.key()).post(PATH, body(sandbox, text=text)).status_code == 200


def test_built_in_variables_and_custom_fields_are_accepted(api: Api, tenants: Tenants, sandbox: Account) -> None:
    CustomField.unscoped.create(workspace=tenants.workspace, key="city", label="City", type="text")
    CustomField.unscoped.create(workspace=tenants.other, key="secret", label="Secret", type="text")
    ours = api(tenants.key())
    text = "{first_name|a} {last_name} {name} {username} {email} {city}"
    assert ours.post(PATH, body(sandbox, text=text)).status_code == 200
    assert ours.post(PATH, body(sandbox, text="{secret}")).json()["errors"][0]["code"] == "unknown_variable"


@pytest.mark.parametrize("workspace", ["other", "twin"])
def test_account_of_another_workspace_is_not_found(api: Api, tenants: Tenants, workspace: str) -> None:
    foreign, before = tenants.sandbox(getattr(tenants, workspace)), counts()
    answer = api(tenants.key()).post(PATH, body(foreign))
    unknown = api(tenants.key()).post(PATH, {"account_id": 987654, "to": "@alice", "text": "hello"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["detail"] == unknown.json()["detail"]
    assert unknown.status_code == 404
    assert counts() == before


def test_contact_who_opted_out_is_refused(api: Api, tenants: Tenants, sandbox: Account) -> None:
    Contact.unscoped.create(workspace=tenants.workspace, username="alice", username_key="alice", opted_out=True)
    before = counts()
    answer = api(tenants.key()).post(PATH, body(sandbox))
    assert (answer.status_code, answer.json()["code"]) == (409, "contact_opted_out")
    assert counts() == before


def test_send_beyond_the_daily_limit_is_refused(api: Api, tenants: Tenants, frozen_time: FrozenTime) -> None:
    full = tenants.sandbox(daily_limit=2)
    send(full)
    frozen_time.forward(hours=1)
    send(full)
    before = counts()
    answer = api(tenants.key()).post(PATH, body(full, to="@somebody_new"))
    assert (answer.status_code, answer.json()["code"]) == (429, "account_daily_limit")
    assert answer.headers["Retry-After"] == str(23 * 3600)
    assert counts() == before
    frozen_time.forward(hours=23)
    assert api(tenants.key()).post(PATH, body(full, to="@somebody_new")).status_code == 200


def test_send_to_a_known_contact_takes_nine_statements(
    api: Api, tenants: Tenants, sandbox: Account, django_assert_num_queries: Callable[..., Any]
) -> None:
    ours = api(tenants.key())
    ours.post(PATH, body(sandbox))
    # The API key; the begin and end of the transaction (here a savepoint); account, slots, contact, thread, and one for
    # message and idempotency record; the lock of the key.
    with django_assert_num_queries(9):
        assert ours.post(PATH, body(sandbox)).status_code == 200
