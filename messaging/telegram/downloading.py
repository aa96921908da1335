"""Fetching files of received messages from Telegram, one at a time for each account, while sends go on.

:mod:`messaging.files.downloads` keeps what is fetched and how far it is. Here are the requests: parts of 512 KiB, one
after the other and at a bounded rate, from the data center that has the file. A file reference lasts for some hours and
is renewed from the message. What Telegram asks to wait for is waited for; the account's sends are not held back by it.
"""

import asyncio
import logging
import time
from typing import Any

from django.conf import settings
from telethon.errors import RPCError
from telethon.tl import functions, types

from crmsolid.core import clock
from messaging.files import downloads
from messaging.files.downloads import Refused
from messaging.models import FileKind, TelegramDownload
from messaging.telegram import received_media
from messaging.telegram.client import PART_BYTES, Client
from messaging.telegram.database import DatabaseThreads, of_accounts
from messaging.telegram.errors import classify, name_of, pause_before_same_part
from messaging.telegram.history import Pacer

logger = logging.getLogger("crmsolid.telegram")

PART_SECONDS = 60.0
# Of all accounts of a worker: each keeps a segment in memory.
FETCHES_AT_ONCE = 8
# Telegram's names for a reference that is to be renewed, and for a file that it does not have.
_EXPIRED = ("FILE_REFERENCE_", "FILEREF_UPGRADE_NEEDED")
_GONE = ("LOCATION_INVALID", "FILE_ID_INVALID", "LOCATION_NOT_AVAILABLE", "MESSAGE_ID_INVALID", "PHOTO_ID_INVALID")


class Gone(Exception):
    """Telegram has the file no more."""


def accounts_with_downloads(account_ids: list[int]) -> set[int]:
    """The accounts among these that have something to fetch now."""
    rows = of_accounts(_due(), account_ids).order_by()
    return set(rows.values_list("account_id", flat=True).distinct())


def _due() -> Any:
    return TelegramDownload.unscoped.filter(wanted_at__isnull=False, not_before__lte=clock.now())


def next_download(account_id: int) -> TelegramDownload | None:
    """What the account is to fetch next; None if nothing is wanted."""
    rows = _due().filter(account_id=account_id).select_related("file__workspace")
    download: TelegramDownload | None = rows.order_by("not_before", "id").first()
    return download


class Downloads:
    """Fetches the wanted files of one account. Lives as long as the worker holds the account. All accounts of a worker
    share its ``slots``."""

    def __init__(self, account_id: int, threads: DatabaseThreads, pacer: Pacer, slots: asyncio.Semaphore) -> None:
        self._account_id, self._threads, self._pacer, self._slots = account_id, threads, pacer, slots
        self._not_before = 0.0

    @property
    def may_ask(self) -> bool:
        """Whether Telegram lets files be fetched now."""
        return time.monotonic() >= self._not_before

    async def fetch_next(self, client: Client) -> bool:
        """Fetch a file, or find out why not; False if there is none to be fetched now.

        Raises errors of the database.
        """
        async with self._slots:
            return await self._fetch_next(client)

    async def _fetch_next(self, client: Client) -> bool:
        download = await self._threads.run(next_download, self._account_id) if self.may_ask else None
        if download is None:
            return False
        try:
            await self._threads.run(downloads.begin, download)
            await self._fetch(client, download)
        except Refused as refusal:
            await self._threads.run(downloads.put_off, download, refusal.code)
        except Gone:
            await self._threads.run(downloads.mark_gone, download)
        except (RPCError, OSError, TimeoutError, ValueError) as error:
            await self._put_off(download, error)
        return True

    async def _fetch(self, client: Client, download: TelegramDownload) -> None:
        content = bytearray()
        while True:
            started = time.monotonic()
            part = await self._part(client, download, download.fetched + len(content))
            content += part
            # Only the end of a photo tells its size.
            has_all = download.file.kind != FileKind.PHOTO and download.fetched + len(content) >= download.file.size
            if len(part) < PART_BYTES or has_all:
                await self._threads.run(downloads.store, download, bytes(content))
                return
            if len(content) >= downloads.SEGMENT_BYTES:
                if not await self._threads.run(downloads.store_segment, download, bytes(content)):
                    return
                content.clear()
            least = len(part) * 60 / settings.TELEGRAM_FETCH_BYTES_PER_MINUTE
            await asyncio.sleep(max(0.0, least - (time.monotonic() - started)))

    async def _part(self, client: Client, download: TelegramDownload, offset: int) -> bytes:
        """One part. Telegram may slow a download down, which is slept out: what has come since the last segment would
        be asked for again."""
        is_renewed = False
        while True:
            try:
                return await self._ask(client, download, offset)
            except RPCError as error:
                name = name_of(error)
                if name in _GONE:
                    raise Gone from error
                if (seconds := pause_before_same_part(error)) is not None:
                    await asyncio.sleep(seconds)
                elif name.startswith(_EXPIRED) and not is_renewed:
                    is_renewed = True
                    await self._renew(client, download)
                else:
                    raise

    @staticmethod
    async def _ask(client: Client, download: TelegramDownload, offset: int) -> bytes:
        async with asyncio.timeout(PART_SECONDS):
            return await client.file_part(_location(download), download.dc_id, offset)

    async def _renew(self, client: Client, download: TelegramDownload) -> None:
        """Read the message again for the reference of its file. ``Gone`` if it does not have the file any more."""
        await self._pacer.wait()
        wanted = [types.InputMessageID(download.telegram_message_id)]
        answer = await client.invoke(functions.messages.GetMessagesRequest(wanted))
        found = [received_media.file_of(getattr(message, "media", None)) for message in answer.messages]
        remote = next((file.remote for file in found if file is not None and file.remote is not None), None)
        if remote is None or remote.media_id != download.media_id:
            raise Gone
        await self._threads.run(downloads.renew, download, remote.dc_id, remote.file_reference)

    async def _put_off(self, download: TelegramDownload, error: BaseException) -> None:
        refusal = classify(error)
        if refusal.retry_after is not None:  # it concerns all files of the account
            self._not_before = time.monotonic() + refusal.retry_after
        logger.warning("a file could not be fetched: %r", error, extra={"account_id": self._account_id})
        await self._threads.run(downloads.put_off, download, refusal.code, refusal.retry_after)


def _location(download: TelegramDownload) -> Any:
    of = types.InputPhotoFileLocation if download.thumb_size else types.InputDocumentFileLocation
    reference = bytes(download.file_reference)
    return of(download.media_id, download.access_hash, reference, thumb_size=download.thumb_size)
