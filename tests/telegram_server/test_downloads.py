"""Files that are read: references, ranges, and other data centers."""

import pytest
from telethon import events, functions, utils
from telethon.errors import (
    AuthBytesInvalidError,
    DcIdInvalidError,
    FileMigrateError,
    FileReferenceExpiredError,
)

from .conftest import ANNA, OTHER_DC, SHOP, Clients, invoke, listen
from .transfers import KIB, error_class

pytestmark = pytest.mark.asyncio


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
