"""What Telegram tells an account: each message once, in its thread, whoever typed it and wherever."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.events.models import Event
from messaging import inbox
from messaging.models import Account, Message, TelegramSession
from messaging.services import send_message
from messaging.telegram import history
from messaging.telegram.account_worker import Owner
from tests.cast import Cast
from tests.messaging.telegram.accounts import ANNA, SHOP
from tests.telegram_server import TelegramServer
from tests.waiting import until


@pytest.fixture
def listening(shop: Account, owner: Owner) -> Owner:
    owner.start()
    until(lambda: owner.ready_accounts)
    return owner


def rows(**wanted: Any) -> list[Message]:
    return list(Message.unscoped.filter(**wanted).order_by("telegram_message_id"))


@pytest.mark.parametrize("short", [False, True])
def test_somebody_unknown_becomes_a_contact_once(short: bool, listening: Owner, server: TelegramServer) -> None:
    server.configure(has_short_updates=short)
    server.deliver(ANNA, SHOP, "one")
    server.deliver(ANNA, SHOP, "two")
    until(lambda: Message.unscoped.count() == 2)
    contact = Contact.unscoped.get()
    assert (contact.name, contact.username, contact.telegram_id) == ("Anna Ek", "anna_x", server.find(ANNA).id)
    assert (contact.stage, [each.text for each in rows()]) == ("replied", ["one", "two"])
    assert Event.unscoped.filter(type="contact.created").count() == 1


def test_a_contact_known_by_username_is_found(shop: Account, owner: Owner, server: TelegramServer, cast: Cast) -> None:
    known = Contact.unscoped.create(workspace=cast.workspace, username="Anna_X", username_key="anna_x", name="A.")
    owner.start()
    server.deliver(ANNA, SHOP, "Hi")
    message = until(lambda: Message.unscoped.first())
    assert message.contact_id == known.pk
    known.refresh_from_db()
    assert (known.telegram_id, known.name) == (server.find(ANNA).id, "A.")


def test_what_is_typed_on_the_phone_appears_as_sent(listening: Owner, server: TelegramServer) -> None:
    server.deliver(SHOP, ANNA, "from the phone")
    message = until(lambda: Message.unscoped.first())
    assert (message.direction, message.status, message.source) == ("out", "sent", "phone")
    assert Event.unscoped.filter(type="message.sent").count() == 1


def test_our_own_send_is_no_second_message(shop: Account, listening: Owner, server: TelegramServer, cast: Cast) -> None:
    """A gap makes Telegram tell the account's own send again."""
    sent = send_message(cast.actor(), account_id=shop.pk, to="@anna_x", text="Hello")
    until(lambda: Message.unscoped.filter(pk=sent.pk, status="sent").exists())
    TelegramSession.unscoped.update(pts=1)
    server.disconnect(SHOP)
    server.deliver(ANNA, SHOP, "Hi")
    until(lambda: Message.unscoped.filter(direction="in").exists())
    assert [(each.direction, each.text) for each in rows()] == [("out", "Hello"), ("in", "Hi")]


def test_a_correction_changes_text_and_time(listening: Owner, server: TelegramServer) -> None:
    ids = server.deliver(ANNA, SHOP, "Helo")
    until(lambda: Message.unscoped.exists())
    server.edit(ANNA, ids.sender_message_id, "Hello")
    message = until(lambda: Message.unscoped.exclude(edited_at=None).first())
    assert (message.text, Message.unscoped.count()) == ("Hello", 1)


def test_reading_on_the_phone_clears_the_unread_count(listening: Owner, server: TelegramServer) -> None:
    for text in ("one", "two"):
        server.deliver(ANNA, SHOP, text)
    until(lambda: Message.unscoped.count() == 2)
    thread = Message.unscoped.all()[0].thread
    assert thread.unread_count == 2
    server.read(SHOP, ANNA)
    until(lambda: type(thread).unscoped.filter(pk=thread.pk, unread_count=0).exists())


def test_login_codes_are_nobody_s_business(listening: Owner, server: TelegramServer) -> None:
    server.create_user("+42777", first_name="Telegram")
    user = server.find("+42777")
    del server.world.users[user.id]
    user.id = 777000
    server.world.users[user.id] = user
    server.deliver("+42777", SHOP, "Login code: 12345")
    server.deliver(ANNA, SHOP, "Hi")
    until(lambda: Message.unscoped.exists())
    assert [each.text for each in rows()] == ["Hi"]


def test_a_database_that_fails_makes_telegram_tell_again(
    listening: Owner, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, failures = inbox.receive, iter([OperationalError("gone"), OperationalError("gone")])

    def failing(*args: Any) -> Any:
        for failure in failures:
            raise failure
        return receive(*args)

    monkeypatch.setattr(inbox, "receive", failing)
    server.deliver(ANNA, SHOP, "not lost")
    until(lambda: Message.unscoped.exists(), seconds=20)
    until(lambda: TelegramSession.unscoped.get().pts == 2)
    assert [each.text for each in rows()] == ["not lost"]


def test_a_message_no_row_can_hold_keeps_none_out(
    listening: Owner, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = inbox.receive

    def picky(account: Account, incoming: inbox.Incoming) -> Any:
        if incoming.text == "bad":
            raise ValueError("no row holds this")
        return receive(account, incoming)

    monkeypatch.setattr(inbox, "receive", picky)
    server.deliver(ANNA, SHOP, "bad")
    server.deliver(ANNA, SHOP, "good")
    until(lambda: Message.unscoped.exists())
    assert [each.text for each in rows()] == ["good"]


def test_a_difference_too_long_is_made_up_from_the_conversations(
    shop: Account, owner: Owner, server: TelegramServer
) -> None:
    """The state is lost: Telegram has nothing to compare with, the conversations have it all."""
    for number in range(3):
        server.deliver(ANNA, SHOP, f"missed {number}")
    TelegramSession.unscoped.update(pts=0, date=1, login_epoch=2)
    owner.start()
    until(lambda: Message.unscoped.count() == 3)
    assert [each.text for each in rows()] == ["missed 0", "missed 1", "missed 2"]


def test_a_first_login_does_not_import_the_past(shop: Account, owner: Owner, server: TelegramServer) -> None:
    server.deliver(ANNA, SHOP, "years ago", date=1_500_000_000)
    TelegramSession.unscoped.update(pts=2)
    owner.start()
    server.deliver(ANNA, SHOP, "today")
    until(lambda: Message.unscoped.exists())
    assert [each.text for each in rows()] == ["today"]


def test_who_was_erased_does_not_come_back_with_the_next_start(
    shop: Account, owner: Owner, server: TelegramServer, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram keeps the conversation, and the worker looks through the conversations when it starts."""
    TelegramSession.unscoped.update(logged_in_at=clock.now() - timedelta(days=1))
    owner.start()
    server.deliver(ANNA, SHOP, "forget me")
    until(lambda: Message.unscoped.exists())
    until(lambda: TelegramSession.unscoped.get().pts == 2)
    owner.stop()
    erase_contact(cast.actor(), Contact.unscoped.get().pk)
    swept, sweep = threading.Event(), history.sweep

    async def noted(*args: Any) -> Any:
        async for batch in sweep(*args):
            yield batch
        swept.set()

    monkeypatch.setattr(history, "sweep", noted)
    second = Owner("second")
    second.start()
    try:
        assert swept.wait(10)
        assert (Contact.unscoped.count(), Message.unscoped.count()) == (0, 0)
        server.deliver(ANNA, SHOP, "me again")
        until(lambda: Message.unscoped.exists())
    finally:
        second.stop()
    assert [each.text for each in rows()] == ["me again"]
