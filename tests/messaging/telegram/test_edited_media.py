"""Edits of media, and media of our own that Telegram reports back."""

from datetime import timedelta
from typing import Any

import pytest
from telethon.tl import types

from contacts.models import Contact
from crmsolid.core import clock
from messaging.files.models import FileKind, FileState
from messaging.models import Account, Attachment, File, Message, SentReport, TelegramSession, TelegramUpload, Thread
from messaging.telegram.client import UpdateState
from messaging.telegram.receiving import Receiver
from tests.messaging.helpers import events

ANNA = types.User(1_000_002, access_hash=7, first_name="Anna", username="anna_x")


@pytest.fixture
def receiver(shop: Account) -> Receiver:
    return Receiver(TelegramSession.unscoped.select_related("account__workspace").get(account=shop))


def photo(
    number: int, text: str = "", *, size: int = 5, group: int | None = None, out: bool = False, edited: int = 0
) -> types.Message:
    """A message with a photo of so many bytes; ``edited`` counts its edits."""
    content = types.Photo(number, 1, b"reference", clock.now(), [types.PhotoSize("y", 10, 10, size)], 2)
    edit_date = clock.now() + timedelta(seconds=edited) if edited else None
    return types.Message(
        number,
        types.PeerUser(ANNA.id),
        clock.now(),
        text,
        media=types.MessageMediaPhoto(photo=content),
        grouped_id=group,
        out=out,
        edit_date=edit_date,
    )


def report(receiver: Receiver, *messages: types.Message, ids: dict[int, int] | None = None) -> None:
    """Report new messages, then the ids of sends by their ``random_id``."""
    updates = [types.UpdateNewMessage(each, each.id, 1) for each in messages]
    told = [types.UpdateMessageID(number, random_id) for random_id, number in (ids or {}).items()]
    receiver.store_updates([*updates, *told], [ANNA], UpdateState(messages[-1].id if messages else 1, 0, 1, 1))


def edit(receiver: Receiver, message: types.Message) -> None:
    receiver.store_updates([types.UpdateEditMessage(message, 9, 1)], [ANNA], UpdateState(9, 0, 1, 1))


def edits() -> list[dict[str, Any]]:
    """The messages of the events that tell of edits."""
    return [event["data"]["message"] for event in events("message.edited")]


def test_edited_caption_leaves_the_file(receiver: Receiver) -> None:
    report(receiver, photo(5, "Helo"))
    [file] = File.unscoped.all()
    edit(receiver, photo(5, "Hello", edited=1))
    message = Message.unscoped.get()
    assert (message.text, message.edited_at is not None) == ("Hello", True)
    assert (
        [each.file_id for each in Attachment.unscoped.all()] == [file.pk] == [each.pk for each in File.unscoped.all()]
    )


def test_edit_with_another_file_replaces_it(receiver: Receiver) -> None:
    report(receiver, photo(5))
    [former] = File.unscoped.all()
    edit(receiver, photo(5, size=6, edited=1))
    [attachment] = Attachment.unscoped.select_related("file")
    assert (attachment.file.size, attachment.file_id != former.pk, attachment.telegram_message_id) == (6, True, 5)
    former.refresh_from_db()
    assert former.expires_at is not None and former.expires_at <= clock.now()
    assert attachment.file.expires_at is None
    assert [each["attachments"][0]["size"] for each in edits()] == [6]
    edit(receiver, photo(5, size=6, edited=1))
    assert len(edits()) == 1


def test_photo_that_becomes_a_document_is_one(receiver: Receiver) -> None:
    report(receiver, photo(5, "Plan"))
    edited = photo(5, "Plan", edited=1)
    content = types.Document(6, 1, b"reference", clock.now(), "application/pdf", 7, 2, [])
    edited.media = types.MessageMediaDocument(document=content)
    edit(receiver, edited)
    assert (Message.unscoped.get().kind, Attachment.unscoped.get().kind) == ("document", "document")
    assert [each["kind"] for each in edits()] == ["document"]


def test_text_that_gets_a_photo_has_it(receiver: Receiver) -> None:
    report(receiver, types.Message(5, types.PeerUser(ANNA.id), clock.now(), "Look"))
    edit(receiver, photo(5, "Look", edited=1))
    edit(receiver, photo(5, "Look!", edited=2))
    message = Message.unscoped.get()
    assert (message.kind, message.text, Attachment.unscoped.get().telegram_message_id) == ("photo", "Look!", 5)
    assert [(each["kind"], len(each["attachments"])) for each in edits()] == [("photo", 1)] * 2


def test_part_without_a_caption_leaves_that_of_the_album(receiver: Receiver) -> None:
    report(receiver, photo(5, "The garden", group=7), photo(6, group=7))
    edit(receiver, photo(6, size=6, group=7, edited=1))
    sizes = list(Attachment.unscoped.order_by("position").values_list("file__size", flat=True))
    assert (Message.unscoped.get().text, sizes) == ("The garden", [5, 6])
    edit(receiver, photo(5, "", group=7, edited=2))
    assert Message.unscoped.get().text == ""


def album(shop: Account, *, status: str, parts: int = 2) -> Message:
    """An album of ours whose ids Telegram has not told."""
    contact = Contact(workspace=shop.workspace, username="anna_x", username_key="anna_x", telegram_id=ANNA.id)
    contact.save()
    thread = Thread(workspace=shop.workspace, account=shop, contact=contact, last_message_at=clock.now())
    thread.save()
    message = Message(workspace=shop.workspace, account=shop, thread=thread, contact=contact, direction="out")
    message.kind, message.status, message.text, message.rendered = "photo", status, "Look", True
    message.eta = message.unsettled_since = message.created_at = clock.now() - timedelta(seconds=10)
    message.sent_at = clock.now() if status == "sent" else None
    message.save()
    for position in range(parts):
        file = File(workspace=shop.workspace, type="image/jpeg", kind=FileKind.PHOTO, state=FileState.GONE, size=5)
        file.save()
        own = {"position": position, "random_id": message.random_id if position == 0 else 1000 + position}
        Attachment(
            workspace=shop.workspace, message=message, account=shop, file=file, kind=FileKind.PHOTO, **own
        ).save()
    return message


def known_ids() -> list[int | None]:
    rows = Attachment.unscoped.filter(message__source="direct").order_by("position")
    return list(rows.values_list("telegram_message_id", flat=True))


def test_edited_caption_of_an_own_photo_leaves_the_file_that_was_uploaded(shop: Account, receiver: Receiver) -> None:
    """Telegram makes photos smaller."""
    message = album(shop, status="sent", parts=1)
    Message.unscoped.update(telegram_message_id=5)
    Attachment.unscoped.update(telegram_message_id=5)
    [file] = File.unscoped.all()
    TelegramUpload.unscoped.create(
        workspace=shop.workspace, account=shop, file=file, kind="photo", state="ready", media_id=5, access_hash=1
    )
    edit(receiver, photo(5, "New", size=3, out=True, edited=1))
    message.refresh_from_db()
    assert (message.text, Attachment.unscoped.get().file_id, File.unscoped.count()) == ("New", file.pk, 1)
    other = photo(5, "New", size=4, out=True, edited=2)
    other.media.photo.id = 6
    edit(receiver, other)
    assert (Attachment.unscoped.get().file.size, File.unscoped.count()) == (4, 2)


def test_parts_of_an_album_that_is_being_sent_are_kept_until_it_is_settled(shop: Account, receiver: Receiver) -> None:
    message = album(shop, status="sending")
    report(receiver, photo(5, "Look", group=7, out=True), photo(6, group=7, out=True))
    assert (Message.unscoped.count(), SentReport.unscoped.count(), known_ids()) == (1, 1, [None, None])
    report(receiver, ids={message.random_id: 5, 1001: 6})
    assert (Message.unscoped.get().telegram_message_id, known_ids()) == (5, [5, 6])
    assert not SentReport.unscoped.exists()


def test_only_the_random_id_tells_the_parts_of_what_is_being_sent(shop: Account, receiver: Receiver) -> None:
    """Telegram may have refused the second of three: the order alone would give its place to the third."""
    message = album(shop, status="sending", parts=3)
    report(receiver, photo(5, "Look", group=7, out=True), ids={message.random_id: 5})
    report(receiver, photo(6, group=7, out=True))
    assert known_ids() == [5, None, None]
    report(receiver, ids={1002: 6})
    assert (known_ids(), Message.unscoped.count()) == ([5, None, 6], 1)


def test_album_whose_ids_were_never_told_is_recognized(shop: Account, receiver: Receiver) -> None:
    album(shop, status="sent")
    report(receiver, photo(5, "Look", group=7, out=True))
    report(receiver, photo(6, group=7, out=True))
    assert (Message.unscoped.get().telegram_message_id, known_ids()) == (5, [5, 6])
    report(receiver, photo(5, "Look", group=7, out=True), photo(6, group=7, out=True))
    assert Message.unscoped.count() == 1


def test_media_typed_on_the_phone_while_ours_was_unsettled_are_stored_with_their_files(
    shop: Account, receiver: Receiver
) -> None:
    message = album(shop, status="sending")
    report(receiver, photo(5, "Mine", group=8, out=True), photo(6, group=8, out=True))
    assert SentReport.unscoped.count() == 1
    Message.unscoped.filter(pk=message.pk).update(status="failed", unsettled_since=None)
    receiver.review_reports()
    typed = Message.unscoped.get(source="phone")
    rows = Attachment.unscoped.filter(message=typed).order_by("position")
    assert (typed.text, [each.telegram_message_id for each in rows]) == ("Mine", [5, 6])


def test_copy_that_was_taken_for_one_of_the_phone_goes_with_its_files(shop: Account, receiver: Receiver) -> None:
    message = album(shop, status="failed")
    report(receiver, photo(5, "Look", group=7, out=True), photo(6, group=7, out=True))
    copies = list(File.unscoped.filter(attachments__message__source="phone"))
    assert len(copies) == 2
    Message.unscoped.filter(pk=message.pk).update(status="sending")
    report(receiver, ids={message.random_id: 5, 1001: 6})
    assert (Message.unscoped.get().pk, known_ids()) == (message.pk, [5, 6])
    expired = File.unscoped.filter(pk__in=[each.pk for each in copies], expires_at__lte=clock.now())
    assert expired.count() == 2
