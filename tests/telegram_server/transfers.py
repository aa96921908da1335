"""What tests of files have in common: parts that are uploaded, and requests that send them."""

import hashlib
import io
from typing import Any

from PIL import Image
from telethon import functions, utils
from telethon.errors import (
    RPCError,
    rpc_message_to_error,
)
from telethon.tl import types

from .conftest import invoke

KIB = 1024
PART = 512 * KIB


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
    return types.InputFile(file_id, len(parts), "a file.jpg", checksum)


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
