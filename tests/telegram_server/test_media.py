"""Photos and documents that are sent, and media of every kind from a phone, with Telethon's client."""

import io

import pytest
from PIL import Image
from telethon import events, utils
from telethon.errors import (
    FilePart0MissingError,
    FileReferenceExpiredError,
    FloodPremiumWaitError,
    MediaCaptionTooLongError,
    MediaEmptyError,
    RandomIdDuplicateError,
)
from telethon.tl import types

from tests.telegram_server import ControlPort
from tests.telegram_server.control_port import to_json

from .conftest import ANNA, SHOP, Clients, invoke, listen
from .transfers import document, picture, send_request, stored, upload

pytestmark = pytest.mark.asyncio

SEND = "messages.sendMedia"


async def test_photo_arrives_with_its_caption_and_sizes(clients: Clients) -> None:
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    received_events = listen(anna, events.NewMessage)
    content = picture(640, 480)
    bold = [types.MessageEntityBold(0, 4)]
    media = types.InputMediaUploadedPhoto(await upload(shop, content), spoiler=True)
    sent = await invoke(shop, await send_request(shop, media, "look here", entities=bold))
    known, new = sent.updates
    assert (known, new.message.media.photo.dc_id) == (types.UpdateMessageID(1, 4242), 2)
    (event,) = await received_events.until(1)
    photo = event.message.photo
    assert (event.raw_text, event.message.entities, event.message.media.spoiler) == ("look here", bold, True)
    assert [(type(each).__name__, each.type) for each in photo.sizes] == [
        ("PhotoStrippedSize", "i"),
        ("PhotoSize", "m"),
        ("PhotoSize", "y"),
    ]
    assert (photo.sizes[2].w, photo.sizes[2].h, photo.sizes[2].size) == (640, 480, len(content))
    assert await event.message.download_media(bytes) == content
    thumbnail = await event.message.download_media(bytes, thumb="m")
    assert Image.open(io.BytesIO(thumbnail)).size == (320, 240)
    assert Image.open(io.BytesIO(utils.stripped_photo_to_jpg(photo.sizes[0].bytes))).size == (40, 30)
    (record,) = clients.server.received(ANNA)
    assert (record.media.kind, record.media.size, record.entities) == (
        "photo",
        len(content),
        [{"_": "MessageEntityBold", "offset": 0, "length": 4}],
    )
    assert clients.server.file_content(ANNA, record.id) == content


async def test_document_with_its_attributes_and_thumbnail(clients: Clients) -> None:
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    thumb = await upload(shop, picture(), file_id=2)
    video = types.DocumentAttributeVideo(7.5, 640, 360, supports_streaming=True)
    media = document(await upload(shop, b"moving"), video, mime_type="video/mp4", thumb=thumb, nosound_video=True)
    await invoke(shop, await send_request(shop, media))
    (message,) = await anna.get_messages("shop")
    view = message.media
    assert (view.video, view.round, view.voice, message.file.name, message.file.mime_type) == (
        *(True, False, False),
        "notes.txt",
        "video/mp4",
    )
    attribute = view.document.attributes[1]
    assert (attribute.duration, attribute.w, attribute.h, view.document.size) == (7.5, 640, 360, 6)
    assert await message.download_media(bytes) == b"moving"
    assert await message.download_media(bytes, thumb="m") == picture()
    (record,) = clients.server.sent(SHOP)
    assert (record.media.kind, record.media.name, record.media.thumbnail_size) == ("video", "notes.txt", len(picture()))


@pytest.mark.parametrize("first", [False, True])
async def test_used_random_id_does_not_send_media_again(clients: Clients, first: bool) -> None:
    clients.server.configure(checks_media_first=first)
    client = await clients.login(SHOP)
    request = await send_request(client, document(await upload(client, b"one")))
    clients.server.lose(SEND)
    again = await invoke(client, request)  # Telethon has sent the same bytes again
    assert (again.updates[0], again.updates[1].pts_count) == (types.UpdateMessageID(1, 4242), 0)
    clients.server.forget_parts(SHOP)
    if first:
        with pytest.raises(FilePart0MissingError):
            await invoke(client, request)
    else:
        assert (await invoke(client, request)).updates[0] == types.UpdateMessageID(1, 4242)
    await upload(client, b"one")
    clients.server.configure(duplicates="error")
    with pytest.raises(RandomIdDuplicateError):
        await invoke(client, request)
    assert len(clients.server.conversation(SHOP, ANNA)) == 1


async def test_faults_of_sending_media(clients: Clients) -> None:
    client = await clients.login(SHOP)
    media = document(await upload(client, b"one"))
    clients.server.fail(SEND, "FLOOD_PREMIUM_WAIT_3")
    with pytest.raises(FloodPremiumWaitError):
        await invoke(client, await send_request(client, media))
    with pytest.raises(MediaCaptionTooLongError):
        await invoke(client, await send_request(client, media, "x" * 1025))
    clients.server.fail(SEND, "FILE_REFERENCE_EXPIRED", when="after")
    with pytest.raises(FileReferenceExpiredError):
        await invoke(client, await send_request(client, media, "x" * 1024))
    assert [len(each.text) for each in clients.server.received(ANNA)] == [1024]


async def test_file_that_was_sent_is_sent_again_by_its_reference(clients: Clients) -> None:
    client = await clients.login(SHOP)
    media = await stored(client, document(await upload(client, b"one")))
    await invoke(client, await send_request(client, media))
    clients.server.expire_file_references(SHOP)
    with pytest.raises(FileReferenceExpiredError):
        await invoke(client, await send_request(client, media, random_id=2))
    (message,) = await client.get_messages("anna")
    fresh = utils.get_input_media(message.document)
    await invoke(client, await send_request(client, fresh, random_id=2))
    clients.server.lose_file(SHOP, 1)
    with pytest.raises(MediaEmptyError):
        await invoke(client, await send_request(client, fresh, random_id=3))
    ids = {each.media.file_id for each in clients.server.received(ANNA)}
    assert (ids, len(clients.server.received(ANNA))) == ({message.document.id}, 2)


FILES = {
    "photo": "photo",
    "video": "video",
    "video_note": "video_note",
    "animation": "gif",
    "voice": "voice",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
}
VALUES = {
    "contact": "MessageMediaContact",
    "location": "MessageMediaGeo",
    "live_location": "MessageMediaGeoLive",
    "venue": "MessageMediaVenue",
    "poll": "MessageMediaPoll",
    "dice": "MessageMediaDice",
    "story": "MessageMediaStory",
    "invoice": "MessageMediaInvoice",
    "web_page": "MessageMediaWebPage",
    "unsupported": "MessageMediaUnsupported",
}


async def test_every_kind_of_media_comes_from_a_phone(clients: Clients) -> None:
    client = await clients.login(SHOP)
    received_events = listen(client, events.NewMessage)
    for kind in (*FILES, *VALUES):
        clients.server.deliver_media(ANNA, SHOP, kind, kind.encode(), caption=f"a {kind}")
    received = await received_events.until(len(FILES) + len(VALUES))
    for event, (kind, attribute) in zip(received, FILES.items(), strict=False):
        assert (event.raw_text, getattr(event.message, attribute) is not None) == (f"a {kind}", True)
        assert await event.message.download_media(bytes) == kind.encode()
    assert [type(event.message.media).__name__ for event in received[len(FILES) :]] == list(VALUES.values())
    records = clients.server.received(SHOP)
    assert [record.media.kind for record in records] == [*FILES, *VALUES]
    assert to_json(records[-2])["media"]["value"]["_"] == "MessageMediaWebPage"


async def test_media_that_may_not_be_kept(clients: Clients) -> None:
    clients.server.configure(has_short_updates=True)
    client = await clients.login(SHOP)
    received_events = listen(client, events.NewMessage)
    bold = [{"_": "MessageEntityBold", "offset": 0, "length": 4}]
    ids = clients.server.deliver_media(
        ANNA, SHOP, "photo", ttl_seconds=0x7FFFFFFF, caption="once", entities=bold, noforwards=True
    )
    (event,) = await received_events.until(1)
    message = event.message
    assert (message.noforwards, message.media.ttl_seconds, message.entities) == (
        *(True, 0x7FFFFFFF),
        [types.MessageEntityBold(0, 4)],
    )
    clients.server.destroy_media(SHOP, ids.recipient_message_id)
    (again,) = await client.get_messages("anna")
    assert (again.media.photo, again.media.ttl_seconds) == (None, 0x7FFFFFFF)


async def test_content_through_the_control_port_is_base64(clients: Clients) -> None:
    port = ControlPort(clients.server)
    ids = await port._call("deliver_media", {"sender": ANNA, "recipient": SHOP, "kind": "photo", "content": "aGk="})
    content = await port._call("file_content", {"who": SHOP, "message_id": ids.recipient_message_id})
    assert (content, to_json(content)) == (b"hi", "aGk=")
