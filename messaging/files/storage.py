"""The contents of files: where they lie, and how none is left behind.

A name in the storage is first written down as a :class:`~messaging.files.models.StoredObject`, then the content is
written, and whoever keeps it deletes that row in the transaction of its own. So at any moment each content belongs to a
row: to one that refers to it, or to one that says when it is to be deleted. A name is never used again.
"""

import errno
import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import IO, Any

from django.core.files.base import File as Content
from django.core.files.storage import default_storage
from django.db import transaction

from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import new_id
from messaging.files.models import File, StoredObject

logger = logging.getLogger("crmsolid.files")

DELETE_TASK = "messaging.delete_contents"
PIECE_BYTES = 64 * 1024
# For how long a content may be written before nobody can keep it any more.
WRITING = timedelta(hours=2)
# A deletion that fails, or whose worker dies, is tried again after this time, which doubles up to the second one.
RETRY_FIRST, RETRY_MOST = timedelta(minutes=5), timedelta(hours=6)
DELETED_TOGETHER = 100
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NotKept(Exception):
    """The content was given up meanwhile: it took longer than ``WRITING`` to write it."""


def new_name(workspace_id: int) -> str:
    """A new name for a content that its caller is about to write, outside of a transaction, and to :func:`keep`."""
    name = f"{workspace_id}/{new_id('obj').removeprefix('obj_')}"
    StoredObject(workspace_id=workspace_id, name=name, not_before=clock.now() + WRITING).save(force_insert=True)
    return name


def write(name: str, chunks: Iterable[bytes]) -> None:
    """Write the content piece by piece. ``storage_full`` (507) if there is no space for it, ``service_unavailable``
    (503) if the storage cannot be reached; the content is gone then, at the latest when its row is due."""
    try:
        default_storage.save(name, _Pieces(chunks))
    except OSError as error:
        raise refusal(error) from error


def refusal(error: OSError) -> DomainError:
    """How callers are told that a content could not be written or read."""
    logger.error("the storage of files refuses: %s", error)
    if error.errno in _FULL:
        return DomainError("storage_full")
    return DomainError("service_unavailable", "the storage of files cannot be used at the moment; retry in a moment")


def open_name(name: str) -> IO[bytes]:
    """The content, to be read and sought in. ``FileNotFoundError`` if there is none, ``OSError`` if it cannot be
    read. Whoever calls this closes it."""
    opened: Any = default_storage.open(name, "rb")
    return opened


def size_of(name: str) -> int:
    """How many bytes the content has; errors as :func:`open_name`."""
    return int(default_storage.size(name))


def open_file(file: File) -> IO[bytes]:
    """The content of a file in the state ``stored``; errors as :func:`open_name`."""
    return open_name(file.storage_name)


def keep(*names: str) -> None:
    """Say in the transaction of a row that it refers to these contents from now on. ``NotKept`` if one has been given
    up; the transaction is to be rolled back then."""
    kept = StoredObject.unscoped.filter(name__in=names, attempts=0).delete()[0]
    if kept != len(names):
        raise NotKept


def give_up(workspace_id: int, *names: str) -> None:
    """Have these contents deleted once the transaction, in which the rows that refer to them go, has committed."""
    rows = [StoredObject(workspace_id=workspace_id, name=name) for name in names if name]
    if rows:
        StoredObject.unscoped.bulk_create(rows, ignore_conflicts=True)
        transaction.on_commit(lambda: doorbell.ring(DELETE_TASK))


def discard(*names: str) -> None:
    """Have contents that were written, or begun to be written, and that nobody keeps, deleted soon."""
    if StoredObject.unscoped.filter(name__in=names, attempts=0).update(not_before=clock.now()):
        transaction.on_commit(lambda: doorbell.ring(DELETE_TASK))


def delete(name: str) -> None:
    """Delete the content; nothing happens if there is none. ``OSError`` if the storage cannot be reached. Only for a
    name that no row refers to any more: others are given up."""
    default_storage.delete(name)


def delete_due() -> int:
    """Delete the contents that are due; returns how many. One that cannot be deleted now is tried again later."""
    deleted = 0
    while batch := _claim_due():
        gone = [row.pk for row in batch if _is_deleted(row)]
        deleted += StoredObject.unscoped.filter(pk__in=gone).delete()[0]
    return deleted


def _claim_due() -> list[StoredObject]:
    """Some that are due. Nobody can keep them any more, and nobody else deletes them until their time comes again."""
    with transaction.atomic():
        due = StoredObject.unscoped.filter(not_before__lte=clock.now()).order_by("not_before")
        rows = list(due.select_for_update(skip_locked=True)[:DELETED_TOGETHER])
        for row in rows:
            row.not_before = clock.now() + min(RETRY_FIRST * 2 ** min(row.attempts, 10), RETRY_MOST)
            row.attempts += 1
        StoredObject.unscoped.bulk_update(rows, ["not_before", "attempts"])
    return rows


def _is_deleted(row: StoredObject) -> bool:
    try:
        delete(row.name)
    except OSError as error:
        logger.warning("%s cannot be deleted, attempt %d: %s", row.name, row.attempts, error)
        return False
    return True


class _Pieces(Content):  # type: ignore[type-arg]
    """What Django's storages take: the pieces one after the other, by ``chunks`` or by ``read``."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        super().__init__(None, "")
        self._chunks = iter(chunks)
        self._rest = b""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        return self._chunks

    def read(self, size: int = -1) -> bytes:
        pieces, length = [self._rest], len(self._rest)
        while (size < 0 or length < size) and (piece := next(self._chunks, b"")):
            pieces.append(piece)
            length += len(piece)
        read = b"".join(pieces)
        end = length if size < 0 else size
        self._rest = read[end:]
        return read[:end]

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        pass
