"""Albums, from a client and from a phone."""

from typing import Any

import pytest
from telethon import events
from telethon.errors import (
    BadRequestError,
    MediaGroupedInvalidError,
    MediaInvalidError,
    RandomIdDuplicateError,
    RPCError,
)
from telethon.tl import types

from .conftest import ANNA, SHOP, Clients, invoke, listen
from .transfers import album_request, document, photos, picture, stored, upload

pytestmark = pytest.mark.asyncio


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


async def test_repeated_album_whose_references_expired(clients: Clients) -> None:
    client = await clients.login(SHOP)
    request = await album_request(client, await photos(client, 2))
    await invoke(client, request)
    clients.server.expire_file_references(SHOP)
    again = await invoke(client, request)
    assert [each.pts_count for each in again.updates[1::2]] == [0, 0]
    clients.server.configure(checks_media_first=True)
    with pytest.raises(BadRequestError, match="FILE_REFERENCE_0_EXPIRED"):
        await invoke(client, request)
    assert len(clients.server.received(ANNA)) == 2
