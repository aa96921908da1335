"""Files that are sent from accounts, and what arrived of them."""

import io
import random
from typing import Any

from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging.files import services as file_services
from messaging.models import Account, Attachment, File, Message, TelegramUpload
from messaging.services import send_message
from tests.messaging.files.helpers import picture
from tests.messaging.telegram.helpers import ANNA, SHOP
from tests.telegram_server import TelegramServer

PART = 512 * 1024


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def make_file(actor: Actor, content: bytes, name: str = "report.pdf", **measures: Any) -> File:
    """A file whose measures a worker has read."""
    file = file_services.upload(actor, io.BytesIO(content), name)
    File.unscoped.filter(pk=file.pk).update(processed_at=clock.now(), **measures)
    file.refresh_from_db()
    return file


def photo(actor: Actor, number: int = 0, width: int = 640, height: int = 400) -> File:
    content = picture(size=(width, height), colour=(number * 20, 100, 30))
    return make_file(actor, content, f"photo{number}.jpg", width=width, height=height)


def send_files(
    actor: Actor, account: Account, *files: File, text: str = "", to: str = "@anna_x", **options: Any
) -> Message:
    ids = [file.pk for file in files]
    return send_message(actor, account_id=account.pk, to=to, text=text, attachments=ids, **options)


def arrived(server: TelegramServer, who: str = ANNA) -> list[tuple[str, str]]:
    """Kind of media (empty for a text) and text of each message that arrived, in order."""
    return [(each.media.kind, each.text) for each in server.received(who)]


def part_ids(message: Message) -> list[int | None]:
    """Telegram's ids of the message's files, by position."""
    rows = Attachment.unscoped.filter(message=message).order_by("position")
    return list(rows.values_list("telegram_message_id", flat=True))


def sent_ids(server: TelegramServer) -> list[int]:
    return [each.id for each in server.sent(SHOP)]


def upload_of(file: File) -> TelegramUpload:
    return TelegramUpload.unscoped.get(file=file)
