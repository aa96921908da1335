"""Who has written: senders of updates that do not tell it, and who is no customer."""

from datetime import timedelta
from typing import Any

import pytest

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, Message, PeerHash, TelegramSession, Thread
from messaging.telegram import mapping
from messaging.telegram.account_worker import AccountWorker
from messaging.threads.services.older_messages import load_history
from tests.messaging.telegram.helpers import ANNA, BOB, SHOP, attempts, make_due, send, wait_for_status
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until

BOT, CODES = "+15550008", "+15550009"


def start(worker: AccountWorker, server: TelegramServer) -> None:
    """Connect, and wait until the conversations were read."""
    worker.start()
    server.wait(lambda: server.count("messages.getDialogs") > 0, 60)
    wait_until(lambda: TelegramSession.unscoped.get().history_since is None, seconds=60)


def wait_for_text(text: str) -> Message:
    return wait_until(lambda: Message.unscoped.filter(text=text).first(), seconds=60)


def stored_texts() -> list[str]:
    return list(Message.unscoped.order_by("telegram_message_id").values_list("text", flat=True))


@pytest.fixture
def bot(server: TelegramServer) -> int:
    return server.create_user(BOT, username="BotFather", first_name="BotFather", bot=True).id


# Senders of short updates


def test_known_sender_of_a_short_update_costs_no_request(
    shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    anna = server.find(ANNA)
    address = server.state.access_hash(server.find(SHOP), anna)
    mapping.save_peers(shop, [mapping.Peer(anna.id, address, "anna_x")])
    start(worker, server)
    before = server.counts()
    server.configure(has_short_updates=True)
    server.deliver(ANNA, SHOP, "hello")
    assert wait_for_text("hello").contact.username == "anna_x"
    assert server.counts() == before


def test_unknown_senders_of_short_updates_cost_one_request_each(
    shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    server.create_user(BOB, username="bob_x", first_name="Bob")
    start(worker, server)
    before = server.counts()
    server.configure(has_short_updates=True)
    for phone in (ANNA, BOB, ANNA):
        server.deliver(phone, SHOP, f"from {phone}")
    wait_until(lambda: Message.unscoped.count() == 3, seconds=60)
    assert sorted(Contact.unscoped.values_list("name", "username")) == [("Anna Ek", "anna_x"), ("Bob", "bob_x")]
    assert server.counts() == before | {"messages.getMessages": 2}


def test_answer_to_a_sender_whom_telegram_does_not_tell_waits_until_it_does(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, no_gap: None
) -> None:
    start(worker, server)
    server.configure(has_short_updates=True)
    for request in ("messages.getMessages", "messages.getDialogs"):
        server.fail(request, "FLOOD_WAIT_300", times=2)
    server.deliver(ANNA, SHOP, "who am I?")
    stored = wait_for_text("who am I?")
    anna = server.find(ANNA)
    assert (stored.contact.telegram_id, stored.contact.name) == (anna.id, "")
    answer = send(actor, shop, "you are", to=str(anna.id))
    wait_until(lambda: attempts(answer), seconds=60)
    assert attempts(answer) == [("retry", "flood_wait")]
    shop.refresh_from_db()
    assert (shop.state, server.received(ANNA)) == ("connected", [])  # the others' messages do not wait
    make_due(answer)
    wait_for_status(answer, "sent", seconds=60)
    assert [each.text for each in server.received(ANNA)] == ["you are"]
    stored.contact.refresh_from_db()
    assert (stored.contact.name, stored.contact.username) == ("Anna Ek", "anna_x")
    server.deliver(ANNA, SHOP, "thanks")
    assert wait_for_text("thanks").contact_id == stored.contact_id


# Who is no customer


@pytest.mark.parametrize("user_id", [489000, 1271266957, 777000, 42777])
def test_accounts_of_telegram_are_nobody(
    user_id: int, shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    server.create_user(CODES, first_name="Verification Codes", user_id=user_id)
    server.deliver(CODES, SHOP, "code 1, while away")
    start(worker, server)
    server.deliver(CODES, SHOP, "code 2")
    server.configure(has_short_updates=True)
    server.deliver(CODES, SHOP, "code 3")
    server.deliver(ANNA, SHOP, "hello")
    wait_for_text("hello")
    assert stored_texts() == ["hello"]
    assert (Contact.unscoped.count(), Thread.unscoped.count(), PeerHash.unscoped.count()) == (1, 1, 1)
    assert Event.unscoped.filter(type="message.received").count() == 1
    assert server.count("messages.getHistory") == 0


@pytest.mark.parametrize("short", [False, True])
def test_bots_are_nobody(short: bool, bot: int, shop: Account, worker: AccountWorker, server: TelegramServer) -> None:
    """BotFather sends tokens of bots. Its address is stored from when it was taken for a person."""
    mapping.save_peers(shop, [mapping.Peer(bot, server.state.access_hash(server.find(SHOP), server.find(BOT)))])
    server.deliver(BOT, SHOP, "token 1, while away")
    start(worker, server)
    server.configure(has_short_updates=short)
    server.deliver(BOT, SHOP, "token 2")
    server.deliver(SHOP, BOT, "/newbot")
    server.deliver(ANNA, SHOP, "hello")
    wait_for_text("hello")
    assert stored_texts() == ["hello"]
    assert list(PeerHash.unscoped.values_list("peer_id", flat=True)) == [server.find(ANNA).id]
    assert [each.telegram_id for each in Contact.unscoped.all()] == [server.find(ANNA).id]


def test_bot_in_a_gap_is_nobody(bot: int, shop: Account, worker: AccountWorker, server: TelegramServer) -> None:
    server.deliver(BOT, SHOP, "token")
    server.deliver(ANNA, SHOP, "hello")
    TelegramSession.unscoped.update(pts=0, date=1, login_epoch=2)
    start(worker, server)
    assert (stored_texts(), server.count("messages.getHistory")) == (["hello"], 1)


def test_bot_that_writes_for_the_first_time_in_a_short_update_is_nobody(
    bot: int, shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    start(worker, server)
    server.configure(has_short_updates=True)
    server.deliver(BOT, SHOP, "token 1")
    server.deliver(BOT, SHOP, "token 2")
    server.deliver(ANNA, SHOP, "hello")
    wait_for_text("hello")
    assert (stored_texts(), server.count("messages.getMessages")) == (["hello"], 2)


def test_older_messages_of_a_bot_are_not_loaded(
    bot: int, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    """Its thread is from when it was taken for a person."""
    server.deliver(BOT, SHOP, "token", date=1_500_000_000)
    start(worker, server)
    mapping.save_peers(shop, [mapping.Peer(bot, server.state.access_hash(server.find(SHOP), server.find(BOT)))])
    contact = Contact.unscoped.create(workspace=shop.workspace, telegram_id=bot, name="BotFather")
    thread = Thread.unscoped.create(workspace=shop.workspace, account=shop, contact=contact)
    Message.unscoped.create(
        workspace=shop.workspace,
        account=shop,
        thread=thread,
        contact=contact,
        direction="in",
        status="received",
        text="Hi",
        telegram_message_id=99,
    )
    load_history(actor, thread.pk)
    wait_until(lambda: Thread.unscoped.get(pk=thread.pk) and server.count("messages.getHistory") == 1, seconds=60)
    server.deliver(ANNA, SHOP, "hello")
    wait_for_text("hello")
    assert sorted(stored_texts()) == ["Hi", "hello"]


def test_message_to_a_bot_is_refused(
    bot: int, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    failed = wait_for_status(send(actor, shop, to="@BotFather"), "failed", seconds=60)
    assert (failed.error, failed.error_detail) == ("recipient_not_found", "this username is not a person's")
    assert (server.received(BOT), PeerHash.unscoped.count()) == ([], 0)


# Messages that nobody wrote


@pytest.mark.parametrize("mark", [{"offline": True}, {"via_business_bot_id": 77}])
def test_away_message_of_a_contact_is_no_reply(
    mark: dict[str, Any], shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    start(worker, server)
    sent = wait_for_status(send(actor, shop), "sent", seconds=60)
    # Long ago, because what comes within seconds is an auto-reply anyway.
    Message.unscoped.filter(pk=sent.pk).update(sent_at=clock.now() - timedelta(hours=1))
    server.deliver(ANNA, SHOP, "I am away", **mark)
    away = wait_for_text("I am away")
    contact = Contact.unscoped.get()
    assert (away.auto_reply, contact.stage, contact.last_reply_at) == (True, "contacted", None)
    assert Thread.unscoped.get().waiting_since is None
    server.deliver(ANNA, SHOP, "I am back")
    assert wait_for_text("I am back").auto_reply is False
    contact.refresh_from_db()
    assert contact.stage == "replied"
    assert Thread.unscoped.get().waiting_since is not None


@pytest.mark.parametrize("mark", [{"offline": True}, {"via_business_bot_id": 77}])
def test_own_away_message_is_stored_and_answers_nothing(
    mark: dict[str, Any], shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    start(worker, server)
    server.deliver(ANNA, SHOP, "Do you have it?")
    asked = wait_for_text("Do you have it?")
    waiting_since = Thread.unscoped.get().waiting_since
    server.deliver(SHOP, ANNA, "We are closed", **mark)
    away = wait_for_text("We are closed")
    assert (away.direction, away.status, away.auto_reply) == ("out", "sent", True)
    server.deliver(ANNA, SHOP, "And the price?")  # within seconds of the away message, and yet a person's
    second = wait_for_text("And the price?")
    assert (second.in_reply_to_id, second.auto_reply) == (None, False)
    assert waiting_since is not None and Thread.unscoped.get().waiting_since == waiting_since == asked.sent_at
    contact = Contact.unscoped.get()
    assert (contact.stage, contact.last_out_at) == ("replied", None)
    server.deliver(SHOP, ANNA, "Yes, 5 euros")
    wait_for_text("Yes, 5 euros")
    assert Thread.unscoped.get().waiting_since is None
