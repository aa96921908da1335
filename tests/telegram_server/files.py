"""Files: the parts that clients upload, and the photos and documents that become of them (core.telegram.org/api/files).

A file's access hash and file reference differ for each viewer, as Telegram's do.
"""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from telethon.tl import types

from .errors import RpcFailure, failure
from .settings import PREMIUM_FACTOR, Settings

if TYPE_CHECKING:
    from .state import User

LARGEST_PART = 512 * 1024
PART_UNIT = 1024
LARGEST_SMALL_FILE = 10 * 1024 * 1024
FIRST_FILE_ID = 5_100_000_000_000_000_001


@dataclass(slots=True, eq=False)
class Upload:
    """`total` is known of big files only. `saves` counts requests, so repeated parts count again."""

    file_id: int
    parts: dict[int, bytes] = field(default_factory=dict)
    total: int | None = None
    saves: int = 0


@dataclass(slots=True, eq=False)
class StoredFile:
    """A photo or a document; `width` and `height` in pixels, `content` is a photo's largest size."""

    id: int
    dc_id: int
    content: bytes
    is_photo: bool = False
    mime_type: str = "image/jpeg"
    attributes: list[Any] = field(default_factory=list)
    thumbnail: bytes = b""
    width: int = 0
    height: int = 0
    is_lost: bool = False
    date: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def access_hash(self, viewer: User) -> int:
        return self.id // 3 + viewer.id

    def reference(self, viewer: User) -> bytes:
        return struct.pack("<qqi", self.id, viewer.id, viewer.reference_generation)


class FileStore:
    """All files, and the uploads of each user. An upload is of the user, so a new session can continue it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.files: dict[int, StoredFile] = {}
        self.parts_saved: Counter[int] = Counter()
        self._uploads: dict[tuple[int, int], Upload] = {}

    def uploads_of(self, owner: User) -> list[Upload]:
        """In the order in which they began."""
        return [upload for (user_id, _), upload in self._uploads.items() if user_id == owner.id]

    def save_part(self, owner: User, file_id: int, number: int, content: bytes, total: int | None = None) -> None:
        """`total` is the number of parts of a big file. Raises RpcFailure for a part that Telegram does not take."""
        check_part(number, content, total, self._most_parts(owner))
        upload = self._uploads.setdefault((owner.id, file_id), Upload(file_id))
        check_size_among(upload.parts, number, len(content))
        upload.saves += 1
        upload.total = total
        self.parts_saved[owner.id] += 1
        if number in owner.parts_to_drop:
            owner.parts_to_drop.remove(number)
        else:
            upload.parts[number] = content

    def assemble(self, owner: User, given: Any) -> bytes:
        """The content of an InputFile or InputFileBig. Its parts stay, so that it can be used again."""
        is_big = isinstance(given, types.InputFileBig)
        if not (is_big or isinstance(given, types.InputFile)) or not 0 < given.parts <= self._most_parts(owner):
            raise failure("FILE_PARTS_INVALID")
        upload = self._uploads.get((owner.id, given.id)) or Upload(given.id)
        for number in range(given.parts):
            if number not in upload.parts:
                raise failure(f"FILE_PART_{number}_MISSING")
        if upload.total != (given.parts if is_big else None):
            raise failure("FILE_PARTS_INVALID")
        parts = [upload.parts[number] for number in range(given.parts)]
        if len(parts) > 1 and not is_part_size(len(parts[0])):
            raise failure("FILE_PART_SIZE_INVALID")
        content = b"".join(parts)
        if not is_big:
            check_small_file(content, given.md5_checksum)
        return content

    def _most_parts(self, owner: User) -> int:
        return self._settings.part_limit * (PREMIUM_FACTOR if owner.is_premium else 1)

    def add(self, content: bytes, dc_id: int, **fields: Any) -> StoredFile:
        file = StoredFile(FIRST_FILE_ID + len(self.files), dc_id, content, **fields)
        self.files[file.id] = file
        return file

    def find(self, viewer: User, given: Any, unknown: str) -> StoredFile:
        """The file that an InputPhoto, InputDocument or location names. Raises the error `unknown` if there is none,
        and FILE_REFERENCE_EMPTY or _EXPIRED."""
        file = self.files.get(getattr(given, "id", 0))
        if file is None or file.is_lost or given.access_hash != file.access_hash(viewer):
            raise failure(unknown)
        if not given.file_reference:
            raise failure("FILE_REFERENCE_EMPTY")
        if given.file_reference != file.reference(viewer):
            raise failure("FILE_REFERENCE_EXPIRED")
        return file


def check_part(number: int, content: bytes, total: int | None, limit: int) -> None:
    most = limit if total is None else total
    if not 0 < most <= limit:
        raise failure("FILE_PARTS_INVALID")
    if not 0 <= number < most:
        raise failure("FILE_PART_INVALID")
    if not content:
        raise failure("FILE_PART_EMPTY")
    if len(content) > LARGEST_PART:
        raise failure("FILE_PART_TOO_BIG")
    if total is not None and number < total - 1 and not is_part_size(len(content)):
        raise failure("FILE_PART_SIZE_INVALID")


def check_size_among(parts: dict[int, bytes], number: int, size: int) -> None:
    """All parts but the last have one size, and the last is not larger."""
    sizes = {each: len(content) for each, content in parts.items()} | {number: size}
    last_size = sizes.pop(max(sizes))
    if len(set(sizes.values())) > 1 or last_size > min(sizes.values(), default=last_size):
        raise failure("FILE_PART_SIZE_CHANGED")


def is_part_size(size: int) -> bool:
    return size % PART_UNIT == 0 and LARGEST_PART % size == 0


def check_small_file(content: bytes, md5_checksum: str) -> None:
    if len(content) > LARGEST_SMALL_FILE:
        raise failure("FILE_PARTS_INVALID")
    if md5_checksum and md5_checksum.lower() != hashlib.md5(content, usedforsecurity=False).hexdigest():
        raise failure("MD5_CHECKSUM_INVALID")


def in_album(refusal: RpcFailure, number: int) -> RpcFailure:
    """The refusal of one item of an album: expired references say of which."""
    if refusal.name == "FILE_REFERENCE_EXPIRED":
        return failure(f"FILE_REFERENCE_{number}_EXPIRED")
    return refusal
