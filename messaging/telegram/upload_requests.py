"""The requests of one upload: parts, then ``messages.uploadMedia``. Runs on the event loop of the account worker.

Parts go over the connection that also sends the account's messages, so few of them are on their way at once, and fewer
where each takes long: a message waits behind those that have left already.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import IO, Any

from telethon.errors import RPCError
from telethon.tl import functions, types

from messaging.files import storage
from messaging.files.content import clean_name
from messaging.models import FileKind, new_random_id
from messaging.telegram.client import Client
from messaging.telegram.errors import name_of, pause_before_same_part
from messaging.telegram.media import MAX_THUMBNAIL_BYTES, MediaAddress, address_of, uploaded_media
from messaging.telegram.uploading import Upload

logger = logging.getLogger("crmsolid.telegram")

PART_BYTES = 512 * 1024
MAX_SMALL_BYTES = 10 * 1024 * 1024  # a larger file is sent by another request
MAX_PARALLEL = 4
# A part that takes longer leaves room for one less, a faster one for one more.
SLOW_SECONDS, FAST_SECONDS = 1.0, 0.5
PROGRESS_SECONDS = 1.0
# How many single parts are sent again before all of them are.
MAX_LOST_PARTS = 10
_ALWAYS_SMALL = ("photo", "video_note")


class LostParts(Exception):
    """Telegram does not have the parts any more: the upload begins again."""


class NotWanted(Exception):
    """Nobody waits for the upload any more, or something else comes first. The parts stay."""


# Stores how many parts have arrived; whether to go on.
Progress = Callable[[int], Awaitable[bool]]


class FileUpload:
    """Sends what is missing of one upload. ``turn`` waits until no message is being sent."""

    def __init__(self, client: Client, upload: Upload, progress: Progress, turn: Callable[[], Awaitable[None]]) -> None:
        self._client, self._upload, self._progress, self._turn = client, upload, progress, turn
        self._sent = upload.parts_sent
        self._total = max(1, -(-upload.file.size // PART_BYTES))
        self._is_small = upload.file.size <= MAX_SMALL_BYTES or upload.kind in _ALWAYS_SMALL
        self._parallel = 1
        self._told_at = time.monotonic()
        self._reading = asyncio.Lock()

    async def run(self) -> MediaAddress:
        """The address of the file at Telegram. Raises what Telethon raises, ``OSError`` if the file cannot be read,
        :class:`LostParts` and :class:`NotWanted`."""
        content = await asyncio.to_thread(storage.open_file, self._upload.file)
        try:
            await self._send_parts(content)
            thumbnail = await self._send_thumbnail()
            for _ in range(MAX_LOST_PARTS):
                try:
                    return await self._make_media(thumbnail)
                except RPCError as error:
                    await self._send_part(content, _missing_part(error, self._total))
            raise LostParts
        finally:
            await asyncio.to_thread(content.close)

    async def _send_parts(self, content: IO[bytes]) -> None:
        following, arrived = self._sent, set[int]()
        running: dict[asyncio.Task[None], int] = {}
        try:
            while following < self._total or running:
                while following < self._total and len(running) < self._parallel:
                    await self._turn()
                    running[asyncio.create_task(self._send_part(content, following))] = following
                    following += 1
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    arrived.add(running.pop(task))
                    await task
                while self._sent in arrived:
                    self._sent += 1
                await self._tell()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _tell(self) -> None:
        """Store the progress about every second, and at the end."""
        now = time.monotonic()
        if self._sent == self._total or now - self._told_at >= PROGRESS_SECONDS:
            self._told_at = now
            if not await self._progress(self._sent):
                raise NotWanted

    async def _send_part(self, content: IO[bytes], number: int) -> None:
        async with self._reading:
            part = await asyncio.to_thread(_read, content, number)
        upload_id = self._upload.upload_id
        if self._is_small:
            request: Any = functions.upload.SaveFilePartRequest(upload_id, number, part)
        else:
            request = functions.upload.SaveBigFilePartRequest(upload_id, number, self._total, part)
        started = time.monotonic()
        await _save(self._client, request)
        seconds = time.monotonic() - started
        if seconds > SLOW_SECONDS:
            self._parallel = max(1, self._parallel - 1)
        elif seconds < FAST_SECONDS:
            self._parallel = min(MAX_PARALLEL, self._parallel + 1)

    async def _send_thumbnail(self) -> Any:
        """The thumbnail of a video, if there is one that Telegram takes."""
        file = self._upload.file
        if self._upload.kind not in ("video", "animation", "video_note") or not file.thumbnail_name:
            return None
        try:
            content = await asyncio.to_thread(_read_thumbnail, file.thumbnail_name)
        except OSError as error:
            logger.warning("a video goes without its thumbnail: %s", error)
            return None
        if len(content) > MAX_THUMBNAIL_BYTES:
            return None
        upload_id = new_random_id()
        await _save(self._client, functions.upload.SaveFilePartRequest(upload_id, 0, content))
        return types.InputFile(upload_id, 1, "thumbnail.jpg", "")

    async def _make_media(self, thumbnail: Any) -> MediaAddress:
        upload = self._upload
        # Telegram refuses a photo whose name has no ending of a picture. Nobody sees the name.
        name = clean_name("", upload.file.type) if upload.kind == FileKind.PHOTO else upload.file.name or "file"
        if self._is_small:  # tdlib gives no checksum either
            content: Any = types.InputFile(upload.upload_id, self._total, name, "")
        else:
            content = types.InputFileBig(upload.upload_id, self._total, name)
        media = uploaded_media(upload.file, upload.kind, content, thumbnail)
        request = functions.messages.UploadMediaRequest(types.InputPeerSelf(), media)
        address = address_of(await self._client.invoke(request))
        if address is None:
            raise LostParts
        return address


def _missing_part(error: RPCError, total: int) -> int:
    """The part that Telegram misses. Raises the error if it says anything else."""
    name = name_of(error)
    if not name.startswith("FILE_PART_") or not name.endswith("_MISSING"):
        raise error
    number = int(getattr(error, "which", None) or 0)
    if number >= total:
        raise LostParts
    return number


async def _save(client: Client, request: Any) -> None:
    """Send one part. Telegram may slow an upload down, which is slept out."""
    while True:
        try:
            if not await client.invoke(request):
                raise LostParts
            return
        except RPCError as error:
            if (seconds := pause_before_same_part(error)) is None:
                raise
            await asyncio.sleep(seconds)


def _read(content: IO[bytes], number: int) -> bytes:
    content.seek(number * PART_BYTES)
    return content.read(PART_BYTES)


def _read_thumbnail(name: str) -> bytes:
    with storage.open_name(name) as content:
        return content.read(MAX_THUMBNAIL_BYTES + 1)


async def renew(client: Client, upload: Upload) -> MediaAddress | None:
    """A new reference to a file that is at Telegram, from the message that has it; None if it is not there any more."""
    if upload.renewed_from is None:
        return None
    wanted = [types.InputMessageID(upload.renewed_from)]
    answer = await client.invoke(functions.messages.GetMessagesRequest(wanted))
    found = [address_of(getattr(message, "media", None)) for message in answer.messages]
    return next((each for each in found if each is not None and each.id == upload.media_id), None)
