"""Files: what messages are sent with, and what they have brought."""

from __future__ import annotations

import asyncio
import contextlib
import os

from ... import models
from ..._requests import read, upload
from ..._uploads import Source, to_upload
from ..download import AsyncFileDownload
from .base import AsyncResource


class AsyncFiles(AsyncResource):
    async def upload(self, file: Source, *, name: str | None = None, idempotency_key: str | None = None) -> models.File:
        """Upload a file for a message: its path, what it contains, an open binary file, or its parts. It is read in
        parts. ``name`` is the name that people see; without it that of the path. A file that no message uses is deleted
        at its ``expires_at``."""
        with contextlib.ExitStack() as files:
            opened = to_upload(file, name, "application/octet-stream", default_name="file")
            source = await asyncio.to_thread(files.enter_context, opened)  # it may copy the file
            call = upload("/v1/files", source, idempotency_key=idempotency_key)
            return await self._transport.model(call, models.File)

    def content(self, file_id: str) -> AsyncFileDownload:
        """What a file contains. A connection that breaks off is made again, and goes on where it was."""
        return AsyncFileDownload(self._transport, read("/v1/files/{}", file_id, accept="*/*"))

    def thumbnail(self, file_id: str) -> AsyncFileDownload:
        """A small picture of a file that has one (``thumbnail`` of an attachment is not null)."""
        return AsyncFileDownload(self._transport, read("/v1/files/{}/thumbnail", file_id, accept="*/*"))

    async def download(self, file_id: str, to: str | os.PathLike[str]) -> int:
        """Write a file of the API to this path, where it is only once it is complete. Returns its size in bytes."""
        return await self.content(file_id).save(to)
