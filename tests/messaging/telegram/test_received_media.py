"""Media that people send: every kind is stored with what Telegram says of it, and its file is fetched."""

import hashlib
import json
from typing import Any

import pytest
from django.core.files.storage import default_storage
from telethon import utils

from crmsolid.events.models import Event
from messaging.files.storage import open_file
from messaging.models import Account, Attachment, File, Message, StoredObject, TelegramDownload
from messaging.panel.words import media_text
from messaging.representations import MessageOut
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.helpers import ANNA, OTHER_DC, SHOP, ready_accounts
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until

JPEG = b"\xff\xd8\xff\xe0" + b"jpeg" * 200
MP4 = b"\0\0\0\x18ftypmp42" + b"video" * 200
OGG = b"OggS" + b"\0" * 24 + b"OpusHead" + b"voice" * 100
MP3 = b"ID3" + b"audio" * 100
WEBP = b"RIFF\0\0\0\0WEBP" + b"sticker" * 50
PDF = b"%PDF-1.7 " + b"page" * 100
VIEW_ONCE = 0x7FFF_FFFF


@pytest.fixture
def connected(shop: Account, worker: AccountWorker) -> AccountWorker:
    """A worker that has connected the account."""
    worker.start()
    wait_until(lambda: ready_accounts(worker))
    return worker


def stored(count: int = 1) -> list[File]:
    """The files, once so many are stored and nothing is left to fetch."""
    wait_until(lambda: File.unscoped.filter(state="stored").count() == count)
    assert TelegramDownload.unscoped.count() == 0
    return [each.file for each in Attachment.unscoped.select_related("file").order_by("message", "position")]


def content_of(file: File) -> bytes:
    with open_file(file) as content:
        return content.read()


def attachments_of(event: Event) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(bytes(event.body))["data"]["message"]["attachments"]
    return found


def received() -> Message:
    message: Message = wait_until(lambda: Message.unscoped.first())
    return message


WAVEFORM = bytes(range(32)) * 3 + bytes([9, 5, 1, 31])
PACKED = {"waveform": utils.encode_waveform(WAVEFORM)}
KINDS: list[tuple[str, bytes, dict[str, Any], dict[str, Any]]] = [
    ("photo", JPEG, {"width": 320, "height": 240}, {"name": "", "type": "image/jpeg", "width": 320, "height": 240}),
    ("video", MP4, {}, {"name": "video.mp4", "type": "video/mp4", "width": 640, "height": 360, "duration": 5}),
    ("video_note", MP4, {}, {"name": "", "type": "video/mp4", "width": 384, "height": 384, "duration": 5}),
    ("animation", MP4, {}, {"name": "animation.mp4", "type": "video/mp4", "width": 640, "height": 360, "duration": 5}),
    ("voice", OGG, PACKED, {"name": "", "type": "audio/ogg", "duration": 3, "waveform": WAVEFORM}),
    ("audio", MP3, {}, {"name": "song.mp3", "type": "audio/mpeg", "duration": 180}),
    ("document", PDF, {"name": "offer.pdf"}, {"name": "offer.pdf", "type": "application/pdf"}),
    ("sticker", WEBP, {}, {"name": "sticker.webp", "type": "image/webp", "width": 512, "height": 512}),
]


@pytest.mark.parametrize(("kind", "content", "details", "expected"), KINDS, ids=[each[0] for each in KINDS])
def test_file_is_stored_and_fetched(
    kind: str,
    content: bytes,
    details: dict[str, Any],
    expected: dict[str, Any],
    connected: AccountWorker,
    server: TelegramServer,
) -> None:
    server.deliver_media(ANNA, SHOP, kind, content, caption="Look", **details)
    message = received()
    assert (message.kind, message.text, message.direction) == (kind, "Look", "in")
    [file] = stored()
    assert (file.kind, file.size, file.sha256) == (kind, len(content), hashlib.sha256(content).hexdigest())
    found = {name: getattr(file, name) for name in expected}
    assert found | ({"waveform": bytes(found["waveform"])} if "waveform" in found else {}) == expected
    assert content_of(file) == content
    assert not StoredObject.unscoped.exists()
    [attachment] = MessageOut.render(message)["attachments"]
    assert (attachment["id"], attachment["kind"], attachment["state"]) == (file.pk, kind, "stored")
    [event] = Event.unscoped.filter(type="message.received")
    assert attachments_of(event)[0]["id"] == file.pk


@pytest.mark.parametrize(
    ("sent", "kind", "text"),
    [
        ("contact", "contact", "Bob Ek +15550009"),
        ("location", "location", "52.5, 13.4"),
        ("live_location", "location", "52.5, 13.4"),
        ("venue", "location", "Cafe, Main Street 1, 52.5, 13.4"),
        ("poll", "poll", "Is it good? Yes / No"),
        ("dice", "other", "🎲 6"),
        ("story", "other", "Story"),
        ("invoice", "other", "Invoice: Order"),
        ("unsupported", "other", "A message that this version does not know"),
        ("web_page", "text", ""),
    ],
)
def test_what_is_no_file_is_described(
    sent: str, kind: str, text: str, connected: AccountWorker, server: TelegramServer
) -> None:
    server.deliver_media(ANNA, SHOP, sent, caption="Look")
    message = received()
    assert (message.kind, message.text, message.media_text) == (kind, "Look", text)
    assert (File.unscoped.count(), MessageOut.render(message)["attachments"]) == (0, [])


@pytest.mark.parametrize(("kind", "ttl"), [("photo", 10), ("video", VIEW_ONCE), ("voice", VIEW_ONCE)])
def test_self_destructing_media_are_named_and_not_fetched(
    kind: str, ttl: int, connected: AccountWorker, server: TelegramServer
) -> None:
    server.deliver_media(ANNA, SHOP, kind, JPEG, ttl_seconds=ttl)
    message = received()
    assert message.kind == kind
    assert message.media_text == "it destroys itself, and can be opened on the phone only"
    [attachment] = MessageOut.render(message)["attachments"]
    assert (attachment["kind"], attachment["state"]) == (kind, "gone")
    assert (TelegramDownload.unscoped.count(), server.count("upload.getFile")) == (0, 0)


@pytest.mark.parametrize("kind", ["photo", "video", "voice"])
def test_media_that_destroyed_themselves_before_they_were_read(
    kind: str, shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    ids = server.deliver_media(ANNA, SHOP, kind, JPEG, ttl_seconds=10)
    server.destroy_media(SHOP, ids.recipient_message_id)
    worker.start()
    message = received()
    assert (message.kind, MessageOut.render(message)["attachments"]) == (kind, [])
    assert message.media_text == "it destroys itself, and can be opened on the phone only"


def test_names_and_types_of_strangers_are_cleaned(connected: AccountWorker, server: TelegramServer) -> None:
    name, claimed = "../../etc/\u202egpj.exe\0\n<b>", "text/html; charset=x\r\nSet-Cookie: a"
    server.deliver_media(ANNA, SHOP, "document", b"<script>alert(1)</script>", name=name, mime_type=claimed)
    message = received()
    [file] = stored()
    assert (file.name, file.type) == ("gpj.exe <b>", "text/plain")
    assert message.kind == "document"


def test_measures_of_strangers_are_checked(connected: AccountWorker, server: TelegramServer) -> None:
    server.deliver_media(ANNA, SHOP, "video", MP4, width=-1, height=2**31 - 1, duration=float("inf"))
    [file] = stored()
    assert (file.width, file.height, file.duration) == (None, 2**31 - 1, None)


def test_file_of_another_data_center_is_fetched(connected: AccountWorker, server: TelegramServer) -> None:
    content = PDF * 5000
    server.deliver_media(ANNA, SHOP, "document", content, dc_id=OTHER_DC)
    [file] = stored()
    assert content_of(file) == content


def test_media_typed_on_the_phone_are_stored_as_sent(connected: AccountWorker, server: TelegramServer) -> None:
    server.deliver_media(SHOP, ANNA, "document", PDF, caption="The offer", name="offer.pdf")
    message = received()
    assert (message.direction, message.status, message.source, message.kind) == ("out", "sent", "phone", "document")
    [file] = stored()
    assert (file.name, content_of(file)) == ("offer.pdf", PDF)
    [event] = Event.unscoped.filter(type="message.sent")
    assert attachments_of(event)[0]["id"] == file.pk


def test_media_sent_while_the_account_was_away(shop: Account, worker: AccountWorker, server: TelegramServer) -> None:
    server.deliver_media(ANNA, SHOP, "voice", OGG)
    server.deliver_media(SHOP, ANNA, "photo", JPEG)
    worker.start()
    wait_until(lambda: Message.unscoped.count() == 2)
    assert [file.kind for file in stored(2)] == ["voice", "photo"]


def test_files_lie_in_the_storage_under_names_of_ours(connected: AccountWorker, server: TelegramServer) -> None:
    server.deliver_media(ANNA, SHOP, "document", PDF, name="../../../offer.pdf")
    [file] = stored()
    assert default_storage.exists(file.storage_name)
    assert "offer" not in file.storage_name


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("location", "52.5, 13.4", "Place: 52.5, 13.4"),
        ("contact", "Bob Ek +15550009", "Contact: Bob Ek +15550009"),
        ("other", "🎲 6", "🎲 6"),
        ("other", "", "Something that only Telegram shows"),
        ("voice", "", "Voice message"),
    ],
)
def test_panel_says_what_is_no_file(kind: str, text: str, shown: str) -> None:
    assert media_text(Message(kind=kind, media_text=text)) == shown


@pytest.mark.parametrize(
    ("action", "fields", "text"),
    [
        ("MessageActionPhoneCall", {"call_id": 1, "duration": 125}, "Call, 2:05"),
        ("MessageActionPhoneCall", {"call_id": 1, "video": True}, "Video call that nobody took"),
        ("MessageActionScreenshotTaken", {}, "A screenshot of the conversation was taken"),
        ("MessageActionSetMessagesTTL", {"period": 604_800}, "Messages are deleted after 7 days from now on"),
        ("MessageActionSetMessagesTTL", {"period": 0}, "Messages are kept from now on"),
    ],
)
def test_notices_of_telegram_are_told_and_are_no_reply(
    action: str, fields: dict[str, Any], text: str, connected: AccountWorker, server: TelegramServer
) -> None:
    server.deliver(SHOP, ANNA, "Hello")
    server.deliver_service(ANNA, SHOP, action, **fields)
    message = wait_until(lambda: Message.unscoped.filter(direction="in").first())
    assert (message.kind, message.text, message.media_text) == ("service", "", text)
    assert (message.auto_reply, message.thread.waiting_since) == (True, None)


def test_other_notices_of_telegram_are_not_stored(connected: AccountWorker, server: TelegramServer) -> None:
    server.deliver_service(ANNA, SHOP, "MessageActionContactSignUp")
    server.deliver(ANNA, SHOP, "Hello")
    assert received().text == "Hello"
    assert Message.unscoped.count() == 1
