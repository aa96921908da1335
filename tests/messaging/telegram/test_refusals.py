"""What Telegram refuses for a reason that is not the recipient's: nothing is lost, and somebody hears of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from telethon.errors import RPCError

from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, Message, MessageAttempt, TelegramSession
from messaging.sending import settlement
from messaging.telegram import connection, sending
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.helpers import (
    ANNA,
    attempts,
    make_due,
    received_texts,
    send,
    wait_for_attempt,
    wait_for_status,
)
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("no_gap")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries and reconnections follow at once."""
    monkeypatch.setattr(settlement, "FIRST_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(connection, "FIRST_BACKOFF", 0.01)
    monkeypatch.setattr(connection, "MAX_BACKOFF", 0.05)
    monkeypatch.setattr(sending, "RETRY_SECONDS", 0.01)


def create_people(server: TelegramServer, number: int) -> list[str]:
    """The usernames of new users."""
    names = [f"person_{each}" for each in range(number)]
    for each, name in enumerate(names):
        server.create_user(f"+155520{each}", username=name)
    return [f"@{name}" for name in names]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("CONNECTION_NOT_INITED", 400),
        ("CONNECTION_LAYER_INVALID", 400),
        ("INPUT_FETCH_FAIL", 400),
        ("INPUT_FETCH_ERROR", 400),
        ("MSG_WAIT_FAILED", 400),
        ("MSG_WAIT_FAILED", 500),
        ("SOMETHING_NEW", 400),
        ("SOMETHING_NEW", 406),
    ],
)
def test_five_queued_messages_survive_five_refusals(
    error: str,
    code: int,
    shop: Account,
    worker: AccountWorker,
    server: TelegramServer,
    actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "REFUSED_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(sending, "RETRY_SECONDS", 3600.0)  # later than the other messages are tried
    people = create_people(server, 5)
    server.fail("messages.sendMessage", error, code=code, times=5)
    messages = [send(actor, shop, to=name, text=f"to {name}") for name in people]
    worker.start()
    wait_until(lambda: MessageAttempt.unscoped.filter(outcome="retry").count() == 5, "five refusals", seconds=60)
    for message in messages:
        make_due(message)
    for message in messages:
        wait_for_status(message, "sent", "failed", seconds=60)
    assert [Message.unscoped.get(pk=each.pk).status for each in messages] == ["sent"] * 5
    assert [received_texts(server, name) for name in people] == [[f"to {name}"] for name in people]
    assert sum(outcome == "retry" for message in messages for outcome, _ in attempts(message)) == 5


def test_connection_that_is_not_initialized_is_opened_again(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    """Telethon initializes a connection only when it opens it."""
    worker.start()
    wait_for_status(send(actor, shop, "one"), "sent", seconds=60)
    for authorization in server.state.authorizations_of(server.find("+15550001")):
        authorization.has_layer = False
    sent = wait_for_status(send(actor, shop, "two"), "sent", seconds=60)
    assert received_texts(server) == ["one", "two"]
    assert attempts(sent) == [("retry", "connection_not_inited"), ("sent", "")]
    session = TelegramSession.unscoped.get()
    assert (session.last_error_code, "CONNECTION_NOT_INITED" in session.last_error_message) == (
        "connection_not_inited",
        True,
    )


def test_unknown_refusal_fails_one_message_after_three_tries(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    people = create_people(server, 1)
    server.fail("messages.sendMessage", "SOMETHING_NEW", code=400, times=3)
    worker.start()
    failed = wait_for_status(send(actor, shop), "failed", seconds=60)
    assert attempts(failed) == [("retry", "something_new")] * 2 + [("failed", "something_new")]
    wait_for_status(send(actor, shop, to=people[0]), "sent", seconds=60)
    shop.refresh_from_db()
    assert (shop.state, received_texts(server)) == ("connected", [])


def test_account_pauses_when_three_people_are_refused_with_one_name(
    shop: Account,
    worker: AccountWorker,
    server: TelegramServer,
    actor: Actor,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "RETRY_SECONDS", 600.0)
    people = create_people(server, 4)
    server.fail("messages.sendMessage", "SOMETHING_NEW", code=403, times=3)
    worker.start()
    messages = [send(actor, shop, to=name) for name in people]
    wait_until(lambda: Account.unscoped.filter(pk=shop.pk, state="paused").exists(), seconds=60)
    assert server.count("messages.sendMessage") == 3
    assert set(Message.unscoped.values_list("status", flat=True)) == {"queued"}
    said = "Telegram refuses messages to several people with SOMETHING_NEW"
    session = TelegramSession.unscoped.get()
    assert (session.last_error_code, session.last_error_message) == ("repeated_refusal", said)
    page = client.get(reverse("admin:messaging_account_change", args=[shop.pk])).content.decode()
    assert said in page and "Try to write to somebody in a Telegram app" in page
    later = clock.now() + timedelta(hours=2)
    Account.unscoped.filter(pk=shop.pk).update(paused_until=later)  # Telegram has asked for a pause since
    page = client.get(reverse("admin:messaging_account_change", args=[shop.pk])).content.decode()
    assert "Try to write to somebody" not in page and "Telegram asked for a pause" in page
    Account.unscoped.filter(pk=shop.pk).update(state="connected", paused_until=None)
    for message in messages:
        make_due(message)
    worker.wake()
    for message in messages:
        wait_for_status(message, "sent", seconds=60)
    assert received_texts(server, ANNA) == []


def refuse(monkeypatch: pytest.MonkeyPatch, name: str, *people: str) -> None:
    """Let all messages to these people be refused."""
    deliver = sending.deliver

    async def deliver_or_refuse(client: Any, send: sending.PreparedSend, peer: Any, store_ids: Any) -> Any:
        if f"@{send.username}" in people:
            raise RPCError(None, name, 400)
        return await deliver(client, send, peer, store_ids)

    monkeypatch.setattr(sending, "deliver", deliver_or_refuse)


def end_waits(shop: Account, worker: AccountWorker) -> None:
    """As if the time until all next attempts had passed, once the account pauses."""
    wait_until(lambda: Account.unscoped.filter(pk=shop.pk, state="paused").exists(), seconds=60)
    for message in Message.unscoped.filter(status="queued"):
        make_due(message)
    Account.unscoped.filter(pk=shop.pk).update(state="connected", paused_until=None)
    worker.wake()


def test_three_people_who_are_refused_do_not_block_the_others(
    shop: Account,
    worker: AccountWorker,
    server: TelegramServer,
    actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After the pause the message to somebody new goes first. In the end those who are refused are given up."""
    monkeypatch.setattr(sending, "RETRY_SECONDS", 600.0)
    *refused, good = create_people(server, 4)
    refuse(monkeypatch, "SOMETHING_NEW", *refused)
    messages = [send(actor, shop, to=name) for name in refused]
    answer = send(actor, shop, to=good)
    worker.start()
    end_waits(shop, worker)
    wait_for_status(answer, "sent", seconds=60)
    end_waits(shop, worker)
    for message in messages:
        failed = wait_for_status(message, "failed", seconds=60)
        assert attempts(failed) == [("retry", "something_new")] * 2 + [("failed", "something_new")]
    assert received_texts(server, good) == ["Hello"]


def test_message_that_alone_breaks_the_connection_is_given_up(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are sent meanwhile."""
    monkeypatch.setattr(settlement, "FIRST_RETRY_SECONDS", 600.0)
    refused, good = create_people(server, 2)
    refuse(monkeypatch, "INPUT_METHOD_INVALID", refused)
    worker.start()
    message = wait_for_attempt(send(actor, shop, to=refused), "retry")
    wait_for_status(send(actor, shop, to=good), "sent", seconds=60)
    for number in range(2, 11):
        make_due(message)
        worker.wake()
        wait_until(lambda: len(attempts(message)) == number, seconds=60)  # noqa: B023
    assert attempts(message) == [("retry", "input_method_invalid")] * 9 + [("failed", "input_method_invalid")]
    wait_for_status(send(actor, shop, to=good), "sent", seconds=60)


def test_code_is_the_one_that_the_server_sent(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    """Telethon's table has 400 for this name. After a 500 the message may have been sent."""
    server.fail("messages.sendMessage", "INPUT_TEXT_EMPTY", code=500, when="after")
    worker.start()
    sent = wait_for_status(send(actor, shop), "sent", seconds=60)
    assert attempts(sent) == [("retry", "telegram_trouble"), ("duplicate", "")]
    assert received_texts(server) == ["Hello"]
