"""Files in parts: what is refused, lost, slow or cut, with Telethon's client."""

import asyncio

import pytest
from telethon import functions, utils
from telethon.errors import (
    FilePart0MissingError,
    FilePartMissingError,
    FileReferenceExpiredError,
    FloodPremiumWaitError,
    MediaCaptionTooLongError,
)
from telethon.tl import types

from .conftest import ANNA, SHOP, Clients, invoke
from .transfers import KIB, PART, document, error_class, picture, send_request, upload

pytestmark = pytest.mark.asyncio

SAVE = "upload.saveFilePart"


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
    misnamed = await upload(client, picture(), file_id=5)
    misnamed.name = "scan.pdf"
    with pytest.raises(error_class("PHOTO_EXT_INVALID")):
        await invoke(client, await send_request(client, types.InputMediaUploadedPhoto(misnamed)))
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
