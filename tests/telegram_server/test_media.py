"""Photos and documents: uploading, sending, albums, receiving and downloading, with Telethon's client."""

import asyncio
import hashlib
import io
from typing import Any

import pytest
from PIL import Image
from telethon import events, functions, utils
from telethon.errors import (
    AuthBytesInvalidError,
    BadRequestError,
    DcIdInvalidError,
    FileMigrateError,
    FilePart0MissingError,
    FilePartMissingError,
    FileReferenceExpiredError,
    FloodPremiumWaitError,
    MediaCaptionTooLongError,
    MediaEmptyError,
    MediaGroupedInvalidError,
    MediaInvalidError,
    RandomIdDuplicateError,
    RPCError,
    rpc_message_to_error,
)
from telethon.tl import types

from tests.telegram_server import ControlPort
from tests.telegram_server.control_port import to_json

from .conftest import ANNA, OTHER_DC, SHOP, Clients, invoke, listen

pytestmark = pytest.mark.asyncio

KIB = 1024
PART = 512 * KIB
SAVE, SEND = "upload.saveFilePart", "messages.sendMedia"


def error_class(name: str) -> type[RPCError]:
    return type(rpc_message_to_error(types.RpcError(0, name), None))


def picture(width: int = 64, height: int = 48) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(content, "JPEG")
    return content.getvalue()


async def upload(client: Any, content: bytes, *, file_id: int = 1, size: int = PART, md5: str | None = None) -> Any:
    """A small file in parts of this size."""
    parts = [content[start : start + size] for start in range(0, len(content), size)]
    for number, part in enumerate(parts):
        assert await invoke(client, functions.upload.SaveFilePartRequest(file_id, number, part))
    checksum = hashlib.md5(content).hexdigest() if md5 is None else md5
    return types.InputFile(file_id, len(parts), "a file", checksum)


def document(file: Any, *attributes: Any, mime_type: str = "text/plain", **fields: Any) -> Any:
    names = [types.DocumentAttributeFilename("notes.txt")]
    return types.InputMediaUploadedDocument(file, mime_type, [*names, *attributes], force_file=True, **fields)


async def send_request(client: Any, media: Any, caption: str = "", random_id: int = 4242, **fields: Any) -> Any:
    peer = await client.get_input_entity("anna")
    return functions.messages.SendMediaRequest(peer, media, caption, random_id=random_id, **fields)


async def stored(client: Any, media: Any) -> Any:
    """Media that were uploaded, as they are named in an album."""
    peer = await client.get_input_entity("anna")
    uploaded = await invoke(client, functions.messages.UploadMediaRequest(peer, media))
    return utils.get_input_media(uploaded.photo if isinstance(uploaded, types.MessageMediaPhoto) else uploaded.document)


async def album_request(client: Any, media: list[Any], caption: str = "") -> Any:
    peer = await client.get_input_entity("anna")
    texts = [caption] + [""] * (len(media) - 1)
    items = [types.InputSingleMedia(each, texts[n], random_id=n + 1) for n, each in enumerate(media)]
    return functions.messages.SendMultiMediaRequest(peer, items)


async def photos(client: Any, count: int) -> list[Any]:
    file = await upload(client, picture())
    return [await stored(client, types.InputMediaUploadedPhoto(file)) for _ in range(count)]


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


async def test_big_file_comes_in_parts_and_is_read_in_parts(clients: Clients) -> None:
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    content = bytes(range(256)) * (5 * KIB) + b"the end"
    parts = [content[start : start + PART] for start in range(0, len(content), PART)]
    for number in (2, 0, 1):
        request = functions.upload.SaveBigFilePartRequest(9, number, len(parts), parts[number])
        assert await invoke(shop, request)
    await invoke(shop, await send_request(shop, document(types.InputFileBig(9, len(parts), "big"))))
    (message,) = await anna.get_messages("shop")
    assert await message.download_media(bytes) == content
    rest = [bytes(chunk) async for chunk in anna.iter_download(message.document, offset=len(content) - 100)]
    assert b"".join(rest) == content[-100:]
    (record,) = clients.server.uploads(SHOP)
    assert (record.parts, record.saves, record.size, record.is_big) == ([0, 1, 2], 3, len(content), True)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({-1: b"x"}, "FILE_PART_INVALID"),
        ({4000: b"x"}, "FILE_PART_INVALID"),
        ({0: b""}, "FILE_PART_EMPTY"),
        ({0: b"x" * (PART + 1)}, "FILE_PART_TOO_BIG"),
        ({0: b"x" * KIB, 1: b"x" * 2 * KIB}, "FILE_PART_SIZE_CHANGED"),
        ({0: b"x" * KIB, 1: b"x", 2: b"x"}, "FILE_PART_SIZE_CHANGED"),
    ],
)
async def test_part_that_is_refused(clients: Clients, parts: dict[int, bytes], name: str) -> None:
    client = await clients.login(SHOP)
    *before, (number, content) = parts.items()
    for earlier, its_content in before:
        await invoke(client, functions.upload.SaveFilePartRequest(1, earlier, its_content))
    with pytest.raises(error_class(name)):
        await invoke(client, functions.upload.SaveFilePartRequest(1, number, content))
    assert clients.server.parts_saved(SHOP) == len(before)


@pytest.mark.parametrize(
    ("size", "total", "content", "name"),
    [
        (KIB, 4001, b"x" * KIB, "FILE_PARTS_INVALID"),
        (1000, 2, b"x" * 1000, "FILE_PART_SIZE_INVALID"),
        (3 * KIB, 2, b"x" * 3 * KIB, "FILE_PART_SIZE_INVALID"),
    ],
)
async def test_part_of_a_big_file_that_is_refused(
    clients: Clients, size: int, total: int, content: bytes, name: str
) -> None:
    client = await clients.login(SHOP)
    with pytest.raises(error_class(name)):
        await invoke(client, functions.upload.SaveBigFilePartRequest(1, 0, total, content[:size]))


async def test_file_that_is_not_complete_or_not_what_was_sent(clients: Clients) -> None:
    client = await clients.login(SHOP)
    file = await upload(client, b"x" * 3 * KIB, size=KIB)
    refused = {
        "FILE_PART_3_MISSING": types.InputFile(1, 4, "", ""),
        "FILE_PART_0_MISSING": types.InputFile(2, 1, "", ""),
        "MD5_CHECKSUM_INVALID": types.InputFile(1, 3, "", "0" * 32),
        "FILE_PARTS_INVALID": types.InputFileBig(1, 3, ""),
        "FILE_PART_SIZE_INVALID": await upload(client, b"x" * 2000, size=1500, file_id=3),
    }
    for name, each in refused.items():
        with pytest.raises(error_class(name)):
            await invoke(client, await send_request(client, document(each)))
    for content, name in ((b"no image", "IMAGE_PROCESS_FAILED"), (picture(2100, 100), "PHOTO_INVALID_DIMENSIONS")):
        photo = types.InputMediaUploadedPhoto(await upload(client, content, file_id=len(content) + 9))
        with pytest.raises(error_class(name)):
            await invoke(client, await send_request(client, photo))
    assert clients.server.sent(SHOP) == []
    await invoke(client, await send_request(client, document(file)))
    assert [each.media.size for each in clients.server.received(ANNA)] == [3 * KIB]


async def test_lost_parts_are_named_and_may_be_sent_again(clients: Clients) -> None:
    client = await clients.login(SHOP)
    clients.server.drop_parts(SHOP, [1])
    request = await send_request(client, document(await upload(client, b"x" * 3 * KIB, size=KIB)))
    with pytest.raises(FilePartMissingError) as refusal:
        await invoke(client, request)
    assert refusal.value.which == 1
    again = await clients.login(SHOP)  # another session of the user continues
    await invoke(again, functions.upload.SaveFilePartRequest(1, 1, b"x" * KIB))
    clients.server.forget_parts(SHOP)
    with pytest.raises(FilePart0MissingError):
        await invoke(again, request)
    await upload(again, b"x" * 3 * KIB, size=KIB)
    await invoke(again, request)
    assert [each.media.size for each in clients.server.received(ANNA)] == [3 * KIB]
    assert (clients.server.parts_saved(SHOP), clients.server.count(SAVE, SHOP)) == (7, 7)


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


async def test_album_has_one_grouped_id_and_a_message_for_each_item(clients: Clients) -> None:
    client = await clients.login(SHOP)
    request = await album_request(client, await photos(client, 3), "three")
    sent = await invoke(client, request)
    ids = [(each.id, each.random_id) for each in sent.updates if isinstance(each, types.UpdateMessageID)]
    pts = [each.pts for each in sent.updates if isinstance(each, types.UpdateNewMessage)]
    assert (ids, pts) == ([(1, 1), (2, 2), (3, 3)], [2, 3, 4])
    received = clients.server.received(ANNA)
    assert ([each.text for each in received], len({each.grouped_id for each in received})) == (["three", "", ""], 1)
    assert received[0].grouped_id
    again = await invoke(client, request)
    assert [each.pts_count for each in again.updates[1::2]] == [0, 0, 0]
    clients.server.configure(duplicates="error")
    with pytest.raises(RandomIdDuplicateError):
        await invoke(client, request)
    assert len(clients.server.received(ANNA)) == 3


async def test_album_of_which_only_some_items_are_accepted(clients: Clients) -> None:
    client = await clients.login(SHOP)
    request = await album_request(client, await photos(client, 3))
    clients.server.accept_album_items(SHOP, [0, 2])
    sent = await invoke(client, request)
    assert [each.random_id for each in sent.updates[::2]] == [1, 3]
    assert len(clients.server.received(ANNA)) == 2
    again = await invoke(client, request)
    assert [each.pts_count for each in again.updates[1::2]] == [0, 1, 0]
    groups = [each.grouped_id for each in clients.server.received(ANNA)]
    assert (len(groups), len(set(groups))) == (3, 2)


async def test_album_that_is_split(clients: Clients) -> None:
    client = await clients.login(SHOP)
    clients.server.split_album(SHOP)
    await invoke(client, await album_request(client, await photos(client, 3)))
    first, second, third = [each.grouped_id for each in clients.server.received(ANNA)]
    assert (first == second, second == third) == (True, False)


async def test_album_that_is_refused_sends_nothing(clients: Clients) -> None:
    client = await clients.login(SHOP)
    file = await upload(client, picture())
    photo, text = (await photos(client, 1))[0], await stored(client, document(file))
    voice = await stored(client, document(file, types.DocumentAttributeAudio(1, voice=True)))
    refused = {
        MediaInvalidError: [photo, types.InputMediaUploadedPhoto(file)],
        MediaGroupedInvalidError: [photo, text],
        RPCError: [photo] * 11,
    }
    for error, media in refused.items():
        with pytest.raises(error):
            await invoke(client, await album_request(client, media))
    with pytest.raises(MediaGroupedInvalidError):
        await invoke(client, await album_request(client, [voice, voice]))
    clients.server.expire_file_references(SHOP)
    fresh = (await photos(client, 1))[0]
    with pytest.raises(BadRequestError, match="FILE_REFERENCE_1_EXPIRED"):
        await invoke(client, await album_request(client, [fresh, photo]))
    assert clients.server.sent(SHOP) == []


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


async def test_album_from_a_phone_at_once_and_one_by_one(clients: Clients) -> None:
    client = await clients.login(SHOP)
    albums = listen(client, events.Album)
    items: list[dict[str, Any]] = [
        {"kind": "photo", "caption": "first"},
        {"kind": "video", "content": b"2", "name": "two.mp4"},
    ]
    clients.server.deliver_album(ANNA, SHOP, items)
    (album,) = await albums.until(1)
    assert ([message.raw_text for message in album.messages], album.messages[1].file.name) == (["first", ""], "two.mp4")
    group = clients.server.new_group()
    for number in range(2):
        clients.server.deliver_media(SHOP, ANNA, "document", grouped_id=group, name=f"{number}.txt")
    assert [each.grouped_id for each in await client.get_messages("anna", limit=2)] == [group, group]


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


async def test_download_after_the_references_expired(clients: Clients) -> None:
    client = await clients.login(SHOP)
    clients.server.deliver_media(ANNA, SHOP, "photo", b"seen")
    ids = clients.server.deliver_media(ANNA, SHOP, "document", b"read")
    document_message, photo_message = await client.get_messages("anna", limit=2)
    clients.server.expire_file_references(SHOP)
    assert await document_message.download_media(bytes) == b"read"  # Telethon reads the message again
    with pytest.raises(FileReferenceExpiredError):
        await photo_message.download_media(bytes)
    (photo_message,) = await client.get_messages("anna", ids=[photo_message.id])
    assert await photo_message.download_media(bytes) == b"seen"
    clients.server.lose_file(SHOP, ids.recipient_message_id)
    with pytest.raises(error_class("LOCATION_INVALID")):
        await document_message.download_media(bytes)


@pytest.mark.parametrize(
    ("offset", "limit", "precise", "name"),
    [
        (0, 1000, False, "LIMIT_INVALID"),
        (0, 3 * 4096, False, "LIMIT_INVALID"),
        (100, 4096, False, "OFFSET_INVALID"),
        (1024 * 1020, 8 * KIB, True, "OFFSET_INVALID"),
    ],
)
async def test_range_of_a_file_that_is_refused(
    clients: Clients, offset: int, limit: int, precise: bool, name: str
) -> None:
    client = await clients.login(SHOP)
    clients.server.deliver_media(ANNA, SHOP, "document")
    (message,) = await client.get_messages("anna")
    _, location = utils.get_input_location(message.document)
    with pytest.raises(error_class(name)):
        await invoke(client, functions.upload.GetFileRequest(location, offset, limit, precise=precise))


async def test_slow_and_cut_transfers(clients: Clients) -> None:
    client = await clients.login(SHOP)
    clients.server.hang(SAVE, 60)
    pending = asyncio.ensure_future(upload(client, b"slow"))
    await clients.server.until(lambda: clients.server.count(SAVE) == 1)
    assert (pending.done(), clients.server.parts_saved(SHOP)) == (False, 0)
    clients.server.resume_hanging()
    await pending
    clients.server.lose(SAVE)
    await upload(client, b"cut", file_id=2)
    assert [(each.size, each.saves) for each in clients.server.uploads(SHOP)] == [(4, 1), (3, 2)]


async def test_download_from_another_data_center(clients: Clients) -> None:
    client = await clients.login(SHOP)
    received_events = listen(client, events.NewMessage)
    clients.server.deliver_media(ANNA, SHOP, "document", b"far away", dc_id=OTHER_DC)
    (message,) = await client.get_messages("anna")
    _, location = utils.get_input_location(message.document)
    with pytest.raises(FileMigrateError) as refusal:
        await invoke(client, functions.upload.GetFileRequest(location, 0, 4096))
    assert refusal.value.new_dc == OTHER_DC
    assert await message.download_media(bytes) == b"far away"
    assert (clients.server.connected(SHOP), clients.server.peak_connected(SHOP)) == (1, 1)
    assert (clients.server.connected_for_files(SHOP), clients.server.count("auth.importAuthorization")) == (1, 1)
    clients.server.deliver(ANNA, SHOP, "pushed to the home only")
    assert [each.raw_text for each in await received_events.until(2)] == ["", "pushed to the home only"]
    for dc_id in (2, 9):
        with pytest.raises(DcIdInvalidError):
            await invoke(client, functions.auth.ExportAuthorizationRequest(dc_id))


async def test_exported_authorization_is_of_one_user_and_data_center(clients: Clients) -> None:
    client = await clients.login(SHOP)
    exported = await invoke(client, functions.auth.ExportAuthorizationRequest(OTHER_DC))
    for user_id, token in ((exported.id, b"wrong"), (exported.id + 1, exported.bytes), (exported.id, exported.bytes)):
        with pytest.raises(AuthBytesInvalidError):
            await invoke(client, functions.auth.ImportAuthorizationRequest(user_id, token))


async def test_transfer_that_breaks_off_in_its_middle(clients: Clients) -> None:
    client = await clients.login(SHOP)
    content = bytes(range(256)) * 12
    clients.server.fail(SAVE, "FLOOD_PREMIUM_WAIT_3", skip=1)
    with pytest.raises(FloodPremiumWaitError):
        await upload(client, content, size=KIB)
    assert [each.parts for each in clients.server.uploads(SHOP)] == [[0]]
    clients.server.deliver_media(ANNA, SHOP, "document", content)
    (message,) = await client.get_messages("anna")
    clients.server.fail("upload.getFile", "FILE_REFERENCE_EXPIRED", skip=1)
    clients.server.fail("upload.getFile", "FLOOD_PREMIUM_WAIT_3", code=420)
    _, location = utils.get_input_location(message.document)
    with pytest.raises(FloodPremiumWaitError):
        await invoke(client, functions.upload.GetFileRequest(location, 0, KIB, precise=True))
    with pytest.raises(FileReferenceExpiredError):
        await invoke(client, functions.upload.GetFileRequest(location, KIB, KIB, precise=True))
    part = await invoke(client, functions.upload.GetFileRequest(location, KIB, KIB, precise=True))
    assert (part.bytes, clients.server.faults_left()) == (content[KIB : 2 * KIB], 0)


async def test_limits_that_the_server_tells(clients: Clients) -> None:
    clients.server.create_user("+15550003", username="rich", premium=True)
    clients.server.configure(caption_limit=4, part_limit=1, edit_seconds=60)
    shop, rich = await clients.login(SHOP), await clients.login("@rich")
    config = await invoke(shop, functions.help.GetConfigRequest())
    assert (config.edit_time_limit, config.caption_length_max) == (60, 4)
    told = (await invoke(shop, functions.help.GetAppConfigRequest(0))).config.value
    assert {each.key: each.value.value for each in told} == {
        "caption_length_limit_default": 4,
        "caption_length_limit_premium": 8,
        "upload_max_fileparts_default": 1,
        "upload_max_fileparts_premium": 2,
    }
    with pytest.raises(error_class("FILE_PART_INVALID")):
        await upload(shop, b"x" * 2 * KIB, size=KIB)
    await invoke(rich, await send_request(rich, document(await upload(rich, b"x" * 2 * KIB, size=KIB)), "x" * 8))
    media = document(await upload(shop, b"x"))
    with pytest.raises(MediaCaptionTooLongError):
        await invoke(shop, await send_request(shop, media, "x" * 5))
    assert [each.text for each in clients.server.received(ANNA)] == ["x" * 8]


async def test_content_through_the_control_port_is_base64(clients: Clients) -> None:
    port = ControlPort(clients.server)
    ids = await port._call("deliver_media", {"sender": ANNA, "recipient": SHOP, "kind": "photo", "content": "aGk="})
    content = await port._call("file_content", {"who": SHOP, "message_id": ids.recipient_message_id})
    assert (content, to_json(content)) == (b"hi", "aGk=")
