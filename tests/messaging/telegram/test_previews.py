"""The previews that messages have in themselves, of files that are not fetched by themselves."""

import base64
import io
import re
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from telethon.tl import types

from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging.files import services
from messaging.files.received import Part, ReceivedMedia
from messaging.models import Account, File, Message, TelegramDownload
from messaging.representations import MessageOut
from messaging.telegram.account_worker import AccountWorker
from messaging.telegram.received_media import file_of
from messaging.threads.incoming import Incoming
from tests.browser.media import picture
from tests.messaging.telegram.helpers import ANNA, SHOP, ready_accounts
from tests.telegram_server import TelegramServer
from tests.telegram_server.media import STRIPPED
from tests.waiting import wait_until

MP4 = b"\0\0\0\x18ftypmp42" + b"video" * 200


@pytest.fixture
def connected(shop: Account, worker: AccountWorker, settings: Any) -> AccountWorker:
    """A worker that has connected the account, and fetches nothing by itself."""
    settings.TELEGRAM_FETCH_MAX_BYTES = 0
    worker.start()
    wait_until(lambda: ready_accounts(worker))
    return worker


def remote(*sizes: Any) -> Any:
    photo = types.Photo(1, 1, b"reference", clock.now(), [*sizes, types.PhotoSize("y", 10, 10, 5)], 2)
    media = file_of(types.MessageMediaPhoto(photo=photo))
    assert media is not None and media.remote is not None
    return media.remote


def shown(client: Client, message: Message) -> str:
    page = client.get(f"/panel/live/inbox/{message.thread_id}/").content.decode()
    found = re.search(rf'<article[^>]*id="m-{message.pk}".*?</article>', page, re.DOTALL)
    assert found is not None
    return found[0]


def previews(html: str) -> list[Image.Image]:
    found = re.findall(r'<img src="data:image/jpeg;base64,([^"]+)"', html)
    return [Image.open(io.BytesIO(base64.b64decode(each))) for each in found]


@pytest.mark.parametrize(("kind", "content"), [("photo", picture(1280, 640)), ("video", MP4)])
def test_preview_stands_for_the_file_until_it_is_here(
    kind: str, content: bytes, connected: AccountWorker, server: TelegramServer, client: Client, actor: Actor
) -> None:
    server.deliver_media(ANNA, SHOP, kind, content)
    message = wait_until(lambda: Message.unscoped.first())
    [preview] = previews(shown(client, message))
    red, green, blue = preview.convert("RGB").resize((1, 1), box=(18, 13, 22, 17)).tobytes()
    assert (preview.size, min(red, green) > 2 * blue) == ((40, 30), True)  # it is yellow there
    assert "preview" not in str(MessageOut.render(message))
    services.want(actor, File.unscoped.get())
    wait_until(lambda: File.unscoped.filter(state="stored").exists())
    assert (previews(shown(client, message)), TelegramDownload.unscoped.count()) == ([], 0)


@pytest.mark.parametrize("stripped", [b"", b"\1", b"\2" + STRIPPED[1:], b"<svg>", b"\1" + bytes(3000)])
def test_what_is_no_small_preview_is_none(stripped: bytes) -> None:
    assert remote(types.PhotoStrippedSize("i", stripped)).preview == b""


def test_preview_of_a_photo_has_the_header_that_all_have() -> None:
    found = remote(types.PhotoStrippedSize("i", STRIPPED)).preview
    assert (Image.open(io.BytesIO(found)).size, len(found) < 1000, remote().preview) == ((40, 30), True, b"")


def test_preview_is_kept_with_a_report_of_a_send() -> None:
    media = file_of(
        types.MessageMediaPhoto(
            photo=types.Photo(
                1,
                1,
                b"reference",
                clock.now(),
                [types.PhotoStrippedSize("i", STRIPPED), types.PhotoSize("y", 10, 10, 5)],
                2,
            )
        )
    )
    assert media is not None
    incoming = Incoming(1, "", clock.now(), kind="photo", parts=(Part(1, media),))
    assert Incoming.details_from(incoming.details())["parts"] == (Part(1, media),)
    stored = media.to_json()
    del stored["remote"]["preview"]  # of the version before
    older = ReceivedMedia.from_json(stored).remote
    assert older is not None and (older.file_reference, older.preview) == (b"reference", b"")
