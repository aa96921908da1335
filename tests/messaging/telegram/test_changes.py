"""Edits, deletions, reactions and receipts at Telegram, both ways."""

from typing import Any

import pytest

from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging import services, typing
from messaging.changes import queue, received
from messaging.changes import services as changes
from messaging.models import Account, ChangeStatus, Message, MessageChange, TelegramSession, Thread
from messaging.sending.gateway import SendError
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.helpers import (
    ANNA,
    SHOP,
    attempts,
    ready_accounts,
    received_texts,
    send,
    wait_for_status,
)
from tests.messaging.telegram.sent_files import arrived, photo, send_files
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until


@pytest.fixture
def sent(no_gap: None, actor: Actor, shop: Account, worker: AccountWorker) -> Message:
    """A message that has arrived at Anna, by a worker that goes on."""
    worker.start()
    wait_until(lambda: ready_accounts(worker))
    return wait_for_status(send(actor, shop), "sent")


def stored(message: Message) -> Message:
    return Message.unscoped.get(pk=message.pk)


def wait_for(message: Message, **values: Any) -> Message:
    return wait_until(lambda: Message.unscoped.filter(pk=message.pk, **values).first())


def events(type: str) -> int:
    return Event.unscoped.filter(type=type).count()


def number(message: Message) -> int:
    assert message.telegram_message_id is not None
    return message.telegram_message_id


def settled() -> list[MessageChange]:
    """All changes, once none is queued."""
    wait_until(lambda: not MessageChange.unscoped.filter(status=ChangeStatus.QUEUED).exists())
    return list(MessageChange.unscoped.order_by("pk"))


# --- From here --------------------------------------------------------------------------------------------------------
def test_edits_are_made_in_their_order(actor: Actor, sent: Message, server: TelegramServer) -> None:
    assert changes.edit_message(actor, sent.pk, text="One").text == "Hello"
    changes.edit_message(actor, sent.pk, text="**Two**", format="markdown")
    message = wait_for(sent, text="Two", change__isnull=True)
    assert message.entities == [{"kind": "bold", "offset": 0, "length": 3}]
    assert received_texts(server) == ["Two"]
    assert server.count("messages.editMessage") == 2
    assert [each.status for each in settled()] == ["done", "done"]
    wait_until(lambda: events("message.edited") >= 2)
    assert stored(sent).edited_at is not None


def test_an_edit_whose_answer_is_lost_is_made_once(
    actor: Actor, sent: Message, server: TelegramServer, settings: Any
) -> None:
    server.lose("messages.editMessage")
    changes.edit_message(actor, sent.pk, text="New")
    MessageChange.unscoped.filter(lease="").update(due_at=sent.created_at)
    wait_for(sent, text="New")
    settled()
    assert received_texts(server) == ["New"]
    assert events("message.edited") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("MESSAGE_EDIT_TIME_EXPIRED", "edit_too_late"),
        ("MESSAGE_ID_INVALID", "message_gone"),
        ("MEDIA_CAPTION_TOO_LONG", "message_too_long"),
        ("USER_IS_BLOCKED", "blocked_by_recipient"),
    ],
)
def test_an_edit_that_is_refused_says_so(
    error: str, code: str, actor: Actor, sent: Message, server: TelegramServer
) -> None:
    server.fail("messages.editMessage", error)
    changes.edit_message(actor, sent.pk, text="New")
    assert [(each.status, each.error, each.attempts) for each in settled()] == [("failed", code, 1)]
    assert stored(sent).change == {"kind": "edit", "status": "failed", "error": code}
    assert (stored(sent).text, received_texts(server), events("message.edited")) == ("Hello", ["Hello"], 0)


def test_an_edit_that_is_refused_for_an_unknown_reason_is_tried_three_times(
    actor: Actor, sent: Message, server: TelegramServer, shop: Account
) -> None:
    server.fail("messages.editMessage", "SOMETHING_NEW", code=400, times=3)
    changes.edit_message(actor, sent.pk, text="New")
    for tries in (1, 2):
        change = wait_until(MessageChange.unscoped.filter(attempts=tries, lease="").first)
        assert (change.status, change.error) == ("queued", "something_new")
        assert 290 < (change.due_at - clock.now()).total_seconds() <= 300
        MessageChange.unscoped.update(due_at=clock.now())
    assert [(each.status, each.error, each.attempts) for each in settled()] == [("failed", "something_new", 3)]
    shop.refresh_from_db()
    assert (shop.state, stored(sent).text) == ("connected", "Hello")


def test_a_message_is_deleted_for_both(actor: Actor, sent: Message, server: TelegramServer) -> None:
    changes.delete_message(actor, sent.pk)
    message = wait_for(sent, deleted_at__isnull=False)
    settled()
    assert (message.text, received_texts(server)) == ("Hello", [])
    assert events("message.deleted") == 1


def test_the_account_reacts_and_takes_it_back(actor: Actor, sent: Message, server: TelegramServer) -> None:
    changes.react(actor, sent.pk, emoji="👍")
    wait_for(sent, reactions=[{"emoji": "👍", "by": "account"}])
    changes.react(actor, sent.pk, emoji=None)
    wait_for(sent, reactions=[], change__isnull=True)
    assert server.count("messages.sendReaction") == 2


def test_a_reaction_that_telegram_does_not_know_says_so(actor: Actor, sent: Message, server: TelegramServer) -> None:
    changes.react(actor, sent.pk, emoji="🧀")
    assert [(each.status, each.error) for each in settled()] == [("failed", "reaction_invalid")]
    assert stored(sent).change == {"kind": "react", "status": "failed", "error": "reaction_invalid"}
    assert stored(sent).reactions == []


def test_the_caption_of_an_album_is_changed_and_taken_away(
    actor: Actor, sent: Message, shop: Account, server: TelegramServer
) -> None:
    album = send_files(actor, shop, photo(actor, 1), photo(actor, 2), text="Old")
    wait_for_status(album, "sent", seconds=30)
    for text, format in (("**New**", "markdown"), ("", "plain")):
        changes.edit_message(actor, album.pk, text=text, format=format)
        wait_for(album, text=text.strip("*"), change__isnull=True)
        assert arrived(server) == [("", "Hello"), ("photo", text.strip("*")), ("photo", "")]
    assert [each.status for each in settled()] == ["done", "done"]


def test_an_edit_leaves_the_preview_of_links_off(
    actor: Actor, sent: Message, shop: Account, server: TelegramServer
) -> None:
    message = services.send_message(
        actor, account_id=shop.pk, to="@anna_x", text="https://a.example", link_preview=False
    )
    wait_for_status(message, "sent")
    changes.edit_message(actor, message.pk, text="https://b.example")
    wait_for(message, text="https://b.example")
    assert [(each.text, each.no_webpage) for each in server.received(ANNA)][1] == ("https://b.example", True)


def test_a_flood_wait_pauses_the_account_and_the_change_waits(
    actor: Actor, sent: Message, server: TelegramServer, shop: Account
) -> None:
    server.fail("messages.editMessage", "FLOOD_WAIT_30")
    changes.edit_message(actor, sent.pk, text="New")
    wait_until(lambda: Account.unscoped.filter(pk=shop.pk, state="paused").exists())
    change = MessageChange.unscoped.get()
    assert (change.status, change.error, change.lease) == ("queued", "flood_wait", "")
    assert stored(sent).change == {"kind": "edit", "status": "queued", "error": ""}
    MessageChange.unscoped.update(due_at=sent.created_at)
    Account.unscoped.filter(pk=shop.pk).update(state="connected", paused_until=None)
    wait_for(sent, text="New")


def test_reading_is_shown_to_the_contact_once(
    actor: Actor, sent: Message, server: TelegramServer, settings: Any
) -> None:
    for text in ("One", "Two"):
        server.deliver(ANNA, SHOP, text)
    wait_until(lambda: Thread.unscoped.get().unread_count == 2)
    services.mark_thread_read(actor, sent.thread_id)
    services.mark_thread_read(actor, sent.thread_id)
    assert settled() == []
    assert server.count("messages.readHistory") == 1
    settings.READ_RECEIPTS = False
    server.deliver(ANNA, SHOP, "Three")
    wait_until(lambda: Thread.unscoped.get().unread_count == 1)
    services.mark_thread_read(actor, sent.thread_id)
    assert (Thread.unscoped.get().unread_count, MessageChange.unscoped.count()) == (0, 0)


def test_a_flood_wait_of_a_receipt_pauses_nothing_else(
    actor: Actor, sent: Message, server: TelegramServer, shop: Account
) -> None:
    server.deliver(ANNA, SHOP, "One")
    wait_until(lambda: Thread.unscoped.get().unread_count == 1)
    server.fail("messages.readHistory", "FLOOD_WAIT_30")
    services.mark_thread_read(actor, sent.thread_id)
    change = wait_until(MessageChange.unscoped.filter(attempts=1, lease="").first)
    assert 25 < (change.due_at - clock.now()).total_seconds() <= 30
    wait_for_status(send(actor, shop, "Two"), "sent")
    shop.refresh_from_db()
    assert shop.state == "connected"
    MessageChange.unscoped.update(due_at=clock.now())
    assert settled() == []


def test_a_quote_reaches_the_contact(actor: Actor, sent: Message, server: TelegramServer, shop: Account) -> None:
    server.deliver(ANNA, SHOP, "Blue or red?")
    asked = wait_until(lambda: Message.unscoped.filter(direction="in").first())
    answer = services.send_message(
        actor, account_id=shop.pk, contact_id=sent.contact_id, text="Red", reply_to=asked.pk, quote="red"
    )
    wait_for_status(answer, "sent")
    quoting = server.received(ANNA)[-1]
    assert (quoting.reply_to, quoting.quote, quoting.quote_offset) == (server.sent(ANNA)[-1].id, "red", 8)
    server.fail("messages.sendMessage", "QUOTE_TEXT_INVALID")
    server.fail("messages.sendMessage", "REPLY_MESSAGE_ID_INVALID")
    without = services.send_message(
        actor, account_id=shop.pk, contact_id=sent.contact_id, text="Blue", reply_to=asked.pk, quote="Blue"
    )
    wait_for_status(without, "sent")
    assert received_texts(server) == ["Hello", "Red", "Blue"]


@pytest.mark.parametrize("error", ["REPLY_MESSAGE_ID_INVALID", "MESSAGE_ID_INVALID", "MSG_ID_INVALID"])
def test_an_answer_to_what_telegram_has_no_more_goes_without_it(
    error: str, actor: Actor, sent: Message, server: TelegramServer, shop: Account
) -> None:
    server.fail("messages.sendMessage", error)
    answer = services.send_message(
        actor, account_id=shop.pk, contact_id=sent.contact_id, text="And this", reply_to=sent.pk
    )
    assert attempts(wait_for_status(answer, "sent")) == [("sent", "")]
    assert [(each.text, each.reply_to) for each in server.received(ANNA)][1:] == [("And this", None)]


# --- From the contact -------------------------------------------------------------------------------------------------
def test_what_the_contact_does_is_stored(actor: Actor, sent: Message, server: TelegramServer) -> None:
    server.deliver(ANNA, SHOP, "Hi")
    answer = wait_until(lambda: Message.unscoped.filter(direction="in").first())
    server.read(ANNA, SHOP)
    assert wait_for(sent, read_at__isnull=False).status == "sent"
    mailbox = {each.text: each.id for each in server.conversation(ANNA, SHOP)}
    server.react(ANNA, mailbox["Hello"], ["🔥"])
    wait_for(sent, reactions=[{"emoji": "🔥", "by": "contact"}])
    server.react(ANNA, mailbox["Hello"], [])
    wait_for(sent, reactions=[])
    server.edit(ANNA, mailbox["Hi"], "Hi there")
    wait_for(answer, text="Hi there", edited_at__isnull=False)
    server.delete(ANNA, mailbox["Hi"])
    assert wait_for(answer, deleted_at__isnull=False).text == "Hi there"
    assert [events(f"message.{name}") for name in ("read", "edited", "deleted")] == [1, 1, 1]
    assert Thread.unscoped.get().last_read_at is not None


def test_what_happened_while_the_account_was_away_is_told_later(
    actor: Actor, shop: Account, sent: Message, worker: AccountWorker, server: TelegramServer
) -> None:
    server.deliver(ANNA, SHOP, "Hi")
    answer = wait_until(lambda: Message.unscoped.filter(direction="in").first())
    mailbox = {each.text: each.id for each in server.conversation(ANNA, SHOP)}
    worker.stop()
    server.read(ANNA, SHOP)
    server.edit(ANNA, mailbox["Hi"], "Hi there")
    server.delete(ANNA, mailbox["Hello"])
    again = AccountWorker("again")
    again.start()
    try:
        wait_for(sent, deleted_at__isnull=False)
        wait_for(answer, text="Hi there")
    finally:
        again.stop()
    assert [events(f"message.{name}") for name in ("edited", "deleted")] == [1, 1]


def test_a_receipt_that_no_difference_tells_comes_with_the_conversation(
    sent: Message, shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    worker.stop()
    server.read(ANNA, SHOP)
    TelegramSession.unscoped.filter(account=shop).update(pts=0)
    again = AccountWorker("again")
    again.start()
    try:
        wait_for(sent, read_at__isnull=False)
    finally:
        again.stop()
    assert events("message.read") == 1


def test_typing_is_told_both_ways(
    actor: Actor, sent: Message, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, str, str]] = []
    monkeypatch.setattr(typing, "tell_typing", lambda *notice: told.append(notice))
    server.start_typing(ANNA, SHOP, "SendMessageCancelAction")
    server.start_typing(ANNA, SHOP)
    wait_until(lambda: told)
    assert told == [(sent.workspace_id, sent.thread_id, "contact")]
    typing.show_typing(actor, sent.thread_id)
    typing.show_typing(actor, sent.thread_id)
    wait_until(lambda: server.actions_seen(ANNA))
    assert [action for _, action in server.actions_seen(ANNA)] == ["SendMessageTypingAction"]


# --- Crashes and races ------------------------------------------------------------------------------------------------
def test_a_change_of_a_worker_that_died_after_the_request_is_made_again(
    actor: Actor, shop: Account, sent: Message, worker: AccountWorker, server: TelegramServer, settings: Any
) -> None:
    """The request has arrived, and nothing was settled: the lease ends, and the same is asked for once more."""
    worker.stop()
    changes.edit_message(actor, sent.pk, text="New")
    claimed = queue.claim(shop.pk)
    assert claimed is not None
    assert queue.claim(shop.pk) is None
    server.edit(SHOP, number(sent), "New")
    MessageChange.unscoped.update(lease_until=sent.created_at)
    again = AccountWorker("again")
    again.start()
    try:
        wait_for(sent, text="New", change__isnull=True)
        assert [(each.status, each.attempts) for each in settled()] == [("done", 2)]
    finally:
        again.stop()
    queue.settle_refused(claimed, SendError("message_gone", permanent=True))
    assert stored(sent).change is None
    assert (received_texts(server), events("message.edited")) == (["New"], 1)


def test_the_second_change_of_a_message_waits_for_the_first(
    actor: Actor, shop: Account, sent: Message, worker: AccountWorker
) -> None:
    worker.stop()
    changes.edit_message(actor, sent.pk, text="One")
    changes.delete_message(actor, sent.pk)
    first = queue.claim(shop.pk)
    assert first is not None
    assert (first.change.kind, queue.claim(shop.pk)) == ("edit", None)
    queue.settle_done(first)
    assert stored(sent).change == {"kind": "delete", "status": "queued", "error": ""}
    second = queue.claim(shop.pk)
    assert second is not None
    queue.settle_done(second)
    assert (stored(sent).change, stored(sent).text) == (None, "One")
    assert stored(sent).deleted_at is not None


def test_nothing_is_left_of_a_change_when_the_contact_is_erased(
    actor: Actor, shop: Account, sent: Message, worker: AccountWorker
) -> None:
    worker.stop()
    changes.edit_message(actor, sent.pk, text="New")
    claimed = queue.claim(shop.pk)
    assert claimed is not None
    erase_contact(actor, sent.contact_id)
    queue.settle_done(claimed)
    queue.settle_later(claimed, SendError("timeout"))
    assert (Message.unscoped.count(), MessageChange.unscoped.count(), events("message.edited")) == (0, 0, 0)


def test_what_is_read_before_its_id_is_known_is_read(sent: Message, shop: Account, worker: AccountWorker) -> None:
    """The contact has the conversation open: the receipt may come before the answer to the send is settled."""
    worker.stop()
    Message.unscoped.filter(pk=sent.pk).update(telegram_message_id=None, status="sending")
    telegram_id = sent.contact.telegram_id
    assert telegram_id is not None
    received.record_read(shop, telegram_id, number(sent), clock.now())
    assert (stored(sent).read_at, events("message.read")) == (None, 0)
    Message.unscoped.filter(pk=sent.pk).update(telegram_message_id=number(sent), status="sent")
    received.review_reads(sent.contact_id, sent.thread_id)
    received.review_reads(sent.contact_id, sent.thread_id)
    assert stored(sent).read_at is not None
    assert events("message.read") == 1


def test_an_account_that_cannot_send_changes_nothing(
    actor: Actor, shop: Account, sent: Message, worker: AccountWorker
) -> None:
    worker.stop()
    changes.edit_message(actor, sent.pk, text="New")
    Account.unscoped.filter(pk=shop.pk).update(state="needs_login")
    assert queue.claim(shop.pk) is None
    Account.unscoped.filter(pk=shop.pk).update(state="connected")
    assert queue.claim(shop.pk) is not None
