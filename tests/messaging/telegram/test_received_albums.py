"""Albums: one message, however its parts are reported."""

from datetime import timedelta
from functools import partial

import pytest
from telethon.tl import types

from crmsolid.core import clock
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging.files.models import FileKind
from messaging.files.received import Part, ReceivedMedia
from messaging.models import Account, Attachment, File, HistoryRequest, Message, TelegramSession, Thread
from messaging.telegram import client as client_module
from messaging.telegram.account_worker import AccountWorker
from messaging.telegram.client import UpdateState
from messaging.telegram.receiving import Receiver
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from messaging.threads.services.older_messages import load_history
from tests.messaging.telegram.helpers import ANNA, SHOP, ready_accounts
from tests.telegram_server import TelegramServer
from tests.threads import run_together
from tests.waiting import wait_until

JPEG = b"\xff\xd8\xff\xe0" + b"jpeg" * 200
PHOTO = {"kind": "photo", "content": JPEG}


@pytest.fixture
def connected(shop: Account, worker: AccountWorker) -> AccountWorker:
    """A worker that has connected the account."""
    worker.start()
    wait_until(lambda: ready_accounts(worker))
    return worker


@pytest.fixture
def receiver(shop: Account) -> Receiver:
    return Receiver(TelegramSession.unscoped.select_related("account__workspace").get(account=shop))


def parts(message: Message) -> list[tuple[int, int | None]]:
    """Position and Telegram's id of each file."""
    rows = Attachment.unscoped.filter(message=message).order_by("position")
    return list(rows.values_list("position", "telegram_message_id"))


def album(count: int) -> Message:
    """The only message, once it has so many files."""
    wait_until(lambda: Attachment.unscoped.count() == count)
    return Message.unscoped.get()


def part(number: int, text: str = "", *, grouped_id: int = 77, out: bool = False) -> types.Message:
    """A part of an album as Telegram reports it."""
    photo = types.Photo(number, 1, b"reference", clock.now(), [types.PhotoSize("y", 10, 10, 5)], 2)
    media = types.MessageMediaPhoto(photo=photo)
    peer = types.PeerUser(1_000_002)
    return types.Message(number, peer, clock.now(), text, media=media, grouped_id=grouped_id, out=out)


ANNA_USER = types.User(1_000_002, access_hash=7, first_name="Anna")


def report(receiver: Receiver, *messages: types.Message) -> None:
    updates = [types.UpdateNewMessage(each, each.id, 1) for each in messages]
    receiver.store_updates(updates, [ANNA_USER], UpdateState(messages[-1].id, 0, 1, 1))


def events() -> list[str]:
    rows = Event.unscoped.filter(type__startswith="message.").order_by("created_at")
    return list(rows.values_list("type", flat=True))


def test_album_is_one_message(connected: AccountWorker, server: TelegramServer) -> None:
    sent = server.deliver_album(ANNA, SHOP, [PHOTO, {**PHOTO, "caption": "The garden"}, {"kind": "video"}])
    message = album(3)
    assert (message.kind, message.text, message.direction) == ("photo", "The garden", "in")
    assert parts(message) == [(number, each.recipient_message_id) for number, each in enumerate(sent)]
    assert message.telegram_message_id == sent[0].recipient_message_id
    wait_until(lambda: File.unscoped.filter(state="stored").count() == 3)
    assert (events(), Thread.unscoped.get().unread_count) == (["message.received"], 1)


def test_part_that_comes_late_is_added(
    connected: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "ALBUM_SECONDS", 0.0)
    group = server.new_group()
    server.deliver_media(ANNA, SHOP, "photo", JPEG, grouped_id=group)
    wait_until(lambda: Message.unscoped.exists())
    server.deliver_media(ANNA, SHOP, "photo", JPEG, grouped_id=group, caption="The garden")
    message = album(2)
    assert (message.text, [position for position, _ in parts(message)]) == ("The garden", [0, 1])
    assert (events(), Thread.unscoped.get().unread_count) == (["message.received", "message.edited"], 1)


def test_album_sent_while_the_account_was_away(shop: Account, worker: AccountWorker, server: TelegramServer) -> None:
    server.deliver_album(ANNA, SHOP, [PHOTO] * 4)
    server.deliver_album(SHOP, ANNA, [PHOTO] * 2)
    worker.start()
    wait_until(lambda: Attachment.unscoped.count() == 6)
    first, second = Message.unscoped.order_by("telegram_message_id")
    assert [(first.direction, len(parts(first))), (second.direction, len(parts(second)))] == [("in", 4), ("out", 2)]


def test_reported_again_it_stays_as_it_is(receiver: Receiver) -> None:
    report(receiver, part(5, "The garden"), part(6))
    report(receiver, part(6))
    report(receiver, part(5, "The garden"), part(6))
    receiver.store_history([part(5, "The garden"), part(6)], [ANNA_USER])
    message = album(2)
    assert (parts(message), events()) == ([(0, 5), (1, 6)], ["message.received"])
    assert receiver.stored_ids([5, 6, 7]) == {5, 6}


def test_parts_reported_with_others_between_are_one_message(receiver: Receiver) -> None:
    text = types.Message(6, types.PeerUser(1_000_002), clock.now(), "and a text")
    report(receiver, part(5), text, part(7), part(8, grouped_id=78))
    kinds = list(Message.unscoped.order_by("telegram_message_id").values_list("kind", flat=True))
    assert (kinds, Attachment.unscoped.count()) == (["photo", "text", "photo"], 3)


def test_more_parts_than_a_message_has_are_another_message(receiver: Receiver) -> None:
    report(receiver, *[part(number) for number in range(1, 13)])
    first, second = Message.unscoped.order_by("telegram_message_id")
    assert (len(parts(first)), parts(second)) == (10, [(0, 11), (1, 12)])
    report(receiver, part(13))
    assert [number for _, number in parts(Message.unscoped.order_by("telegram_message_id").last() or first)] == [13]


def test_parts_stored_by_two_transactions_come_to_one_message(shop: Account) -> None:
    media = ReceivedMedia(FileKind.PHOTO, "image/jpeg", 5)
    whole = Incoming(1, "", clock.now(), "anna_x", 1_000_002, kind="photo", grouped_id=77)
    incoming = [whole.with_parts((Part(number, media),)) for number in range(1, 7)]
    run_together([partial(receive, shop, each) for each in incoming])
    message = album(6)
    assert sorted(number or 0 for _, number in parts(message)) == [1, 2, 3, 4, 5, 6]
    assert sorted(events()) == ["message.edited"] * 5 + ["message.received"]


def test_album_of_an_older_page(shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor) -> None:
    old, group = 1_500_000_000, server.new_group()
    for number in range(3):
        server.deliver_media(ANNA, SHOP, "photo", JPEG, grouped_id=group, date=old + number)
    TelegramSession.unscoped.update(pts=server.find(SHOP).mailbox.pts)
    worker.start()
    wait_until(lambda: ready_accounts(worker))
    server.deliver(ANNA, SHOP, "today")
    thread = wait_until(lambda: Message.unscoped.filter(text="today").first()).thread
    load_history(actor, thread.pk)
    wait_until(lambda: HistoryRequest.unscoped.filter(state="done").exists())
    message = Message.unscoped.exclude(text="today").get()
    assert (len(parts(message)), message.created_at < clock.now() - timedelta(days=365)) == (3, True)
    # Files of the past are fetched when somebody asks for them.
    assert (set(File.unscoped.values_list("state", flat=True)), server.count("upload.getFile")) == ({"on_demand"}, 0)


def test_reaction_to_a_part_is_one_to_the_message(receiver: Receiver) -> None:
    report(receiver, part(5), part(6))
    thumb = types.ReactionCount(types.ReactionEmoji("👍"), 1)
    reactions = types.MessageReactions([thumb])
    update = types.UpdateMessageReactions(types.PeerUser(1_000_002), 6, reactions)
    receiver.store_updates([update], [], UpdateState(9, 0, 1, 1))
    assert Message.unscoped.get().reactions == [{"emoji": "👍", "by": "contact"}]


def test_answer_to_a_part_quotes_the_message(receiver: Receiver) -> None:
    report(receiver, part(5, "The garden"), part(6))
    header = types.MessageReplyHeader(reply_to_msg_id=6, quote=True, quote_text="garden")
    report(receiver, types.Message(7, types.PeerUser(1_000_002), clock.now(), "that one", reply_to=header))
    answer = Message.unscoped.select_related("reply_to").get(telegram_message_id=7)
    assert answer.reply_to is not None and answer.reply_to.text == "The garden"
    assert answer.quote == "garden"
