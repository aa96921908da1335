"""Messages that quote another one of their conversation: ``reply_to`` and ``quote``."""

from datetime import timedelta
from typing import Any

import pytest

from crmsolid.core import clock
from messaging import tasks
from messaging.models import Account, Message
from messaging.sending.gateway import Outgoing
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from messaging.threads.services import answering
from tests.api.assertions import assert_problem
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import ScriptedGateway, send, stored
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(api: Api, tenants: Tenants) -> Api:
    return api(tenants.key())


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> ScriptedGateway:
    return ScriptedGateway().install(monkeypatch)


def write(account: Account, number: int, text: str = "Hi", **values: Any) -> Message:
    message = receive(account, Incoming(number, text, clock.now(), username="alice", **values))
    assert message is not None
    return message


def post(client: Api, account: Account, **body: Any) -> Any:
    return client.post("/v1/messages/send", {"account_id": account.pk, "to": "@alice", "text": "Yes", **body})


def quoted(outgoing: Outgoing) -> tuple[int | None, str, int]:
    return outgoing.reply_to, outgoing.quote, outgoing.quote_offset


def test_a_message_quotes_a_part_of_another_one(ours: Api, sandbox: Account, gateway: ScriptedGateway) -> None:
    asked = write(sandbox, 7, "😀 Is it blue? Or red?")
    answer = post(ours, sandbox, reply_to=asked.pk, quote="blue?")
    assert answer.status_code == 200, answer.content
    shown = ours.get(f"/v1/messages/{answer.json()['id']}").json()
    assert (shown["reply_to"], shown["quote"], shown["in_reply_to"]) == (asked.pk, "blue?", None)
    tasks.dispatch_messages()
    assert list(map(quoted, gateway.requests)) == [(7, "blue?", 9)]


def test_a_message_quotes_the_whole_of_another_one(ours: Api, sandbox: Account, gateway: ScriptedGateway) -> None:
    asked = write(sandbox, 7)
    message = post(ours, sandbox, reply_to=asked.pk).json()
    assert ours.get(f"/v1/messages/{message['id']}").json()["quote"] is None
    tasks.dispatch_messages()
    assert list(map(quoted, gateway.requests)) == [(7, "", 0)]


def test_what_is_not_in_the_conversation_is_refused(ours: Api, sandbox: Account, tenants: Tenants) -> None:
    elsewhere = send(sandbox, "@bobby")
    other_account = send(tenants.sandbox(), "@alice")
    theirs = send(tenants.sandbox(workspace=tenants.other), "@alice")
    before = Message.unscoped.count()
    for wrong in (elsewhere.pk, other_account.pk, theirs.pk, "msg_01M8Q7ZTBK8GPFP7JGFKCX1ZVZ"):
        problem = assert_problem(post(ours, sandbox, reply_to=wrong), "validation_failed")
        assert [(each["field"], each["code"]) for each in problem["errors"]] == [("reply_to", "not_in_conversation")]
    assert Message.unscoped.count() == before


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"quote": "Hi"}, "quote", "without_reply_to"),
        ({"reply_to": True, "quote": "hi"}, "quote", "not_in_text"),
        ({"reply_to": True, "quote": " "}, "quote", "not_in_text"),
    ],
)
def test_a_quote_is_a_part_of_the_text(
    ours: Api, sandbox: Account, body: dict[str, Any], field: str, code: str
) -> None:
    asked = write(sandbox, 7, "Hi you")
    body = body | ({"reply_to": asked.pk} if "reply_to" in body else {})
    problem = assert_problem(post(ours, sandbox, **body), "validation_failed")
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [(field, code)]
    assert Message.unscoped.count() == 1


def test_the_same_text_with_another_quote_is_another_message(tenants: Tenants, sandbox: Account) -> None:
    asked, again = write(sandbox, 7, "Blue?"), write(sandbox, 8, "Red?")
    wanted: dict[str, Any] = {
        "account_id": sandbox.pk,
        "contact_id": asked.contact_id,
        "text": "Yes",
        "message_id": "msg_01M8Q822BS71Z8HTWBQ5K1H70G",
    }
    first = answering.begin(tenants.actor(), **wanted, reply_to=asked.pk, quote="Blue")
    assert answering.begin(tenants.actor(), **wanted, reply_to=asked.pk, quote="Blue").pk == first.pk
    others: list[dict[str, str]] = [{}, {"reply_to": asked.pk}, {"reply_to": again.pk}]
    for other in others:
        with pytest.raises(answering.WrittenBefore):
            answering.begin(tenants.actor(), **wanted, **other)
    assert Message.unscoped.filter(direction="out").count() == 1


def test_a_deleted_message_is_not_quoted(ours: Api, sandbox: Account) -> None:
    asked = write(sandbox, 7)
    Message.unscoped.filter(pk=asked.pk).update(deleted_at=clock.now())
    problem = assert_problem(post(ours, sandbox, reply_to=asked.pk), "validation_failed")
    assert problem["errors"][0]["code"] == "not_there"


def test_what_has_changed_meanwhile_is_quoted_without_the_part(
    ours: Api, sandbox: Account, gateway: ScriptedGateway, frozen_time: FrozenTime
) -> None:
    asked, gone = write(sandbox, 7, "Is it blue?"), write(sandbox, 8, "Or red?")
    later = clock.rfc3339(frozen_time.now + timedelta(hours=1))
    post(ours, sandbox, reply_to=asked.pk, quote="blue", send_at=later)
    post(ours, sandbox, reply_to=gone.pk, quote="red", send_at=later)
    Message.unscoped.filter(pk=asked.pk).update(text="Is it red?")
    Message.unscoped.filter(pk=gone.pk).update(deleted_at=clock.now())
    frozen_time.forward(hours=2)
    tasks.dispatch_messages()
    assert list(map(quoted, gateway.requests)) == [(7, "", 0), (None, "", 0)]


def test_an_answer_of_the_contact_shows_what_it_quotes(ours: Api, sandbox: Account) -> None:
    sent = send(sandbox, text="Blue or red?")
    tasks.dispatch_messages()
    number = stored(sent).telegram_message_id
    answer = write(sandbox, 1000, "This", reply_to=number, quote="red")
    shown = ours.get(f"/v1/messages/{answer.pk}").json()
    assert (shown["reply_to"], shown["quote"], shown["in_reply_to"]) == (sent.pk, "red", sent.pk)
    unknown = write(sandbox, 1001, "That", reply_to=999, quote="red")
    assert (unknown.reply_to_id, unknown.quote) == (None, "red")


def test_a_contact_who_quotes_themselves_answers_nothing_of_it(ours: Api, sandbox: Account) -> None:
    first = write(sandbox, 7)
    second = write(sandbox, 8, "I mean", reply_to=7)
    assert (second.reply_to_id, second.in_reply_to_id) == (first.pk, None)
