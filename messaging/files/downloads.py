"""Files that are fetched from Telegram: what is wanted, how far it is, and what came of it.

A row of :class:`TelegramDownload` says what is to be fetched. The worker that holds the account's connection fetches
one file of it at a time. A large one lies in the storage in segments until it is complete, so whichever worker goes on
with it asks for the rest only. What two workers fetch of one file at the same time is kept once: ``fetched`` decides.

Nothing is lost while there is no room: the row waits, with the reason in ``error``. What nobody has asked for waits
until somebody does, once ``AUTOMATIC_SHARE`` of the quota is used.
"""

import hashlib
import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DomainError
from messaging.files import content, services, storage, uses
from messaging.files.models import File, FileKind, FileState, StoredObject, TelegramDownload

logger = logging.getLogger("crmsolid.files")

SEGMENT_BYTES = 8 * 1024 * 1024
# Files that nobody has asked for are fetched while all files take at most this part of the quota: the rest is left to
# uploads, so that strangers cannot use it up.
AUTOMATIC_SHARE = 0.5
# How long a segment waits for the next one. Then the download begins anew.
SEGMENT_KEPT = timedelta(days=1)
NO_ROOM_SECONDS = 600.0
FIRST_RETRY_SECONDS, MOST_RETRY_SECONDS = 5.0, 3600.0
# A document that Telegram gives in another size than it says so often is given up.
MOST_INCOMPLETE = 5
QUOTA, DISK, STORAGE, INCOMPLETE = "file_quota_exceeded", "disk_full", "storage_unavailable", "incomplete"


class Refused(Exception):
    """The content cannot be kept now; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class _Measured:
    """The content piece by piece, segments first, and what it amounts to once all of it has been read."""

    segments: list[str]
    tail: bytes
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    head: bytes = b""
    size: int = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces():
            self.head = self.head or piece[: content.HEAD_BYTES]
            self.size += len(piece)
            self.digest.update(piece)
            yield piece

    def _pieces(self) -> Iterator[bytes]:
        for name in self.segments:
            with storage.open_name(name) as segment:
                while piece := segment.read(storage.PIECE_BYTES):
                    yield piece
        for start in range(0, len(self.tail), storage.PIECE_BYTES):
            yield self.tail[start : start + storage.PIECE_BYTES]


def begin(download: TelegramDownload) -> None:
    """Look whether there is room for the whole file, and whether its segments are still there. Raises ``Refused``."""
    most = settings.FILES_QUOTA * (AUTOMATIC_SHARE if download.is_automatic else 1)
    if services.used_bytes(download.file.workspace) + download.file.size > most:
        raise Refused(QUOTA)
    if _free_bytes() - download.file.size < settings.FILES_FREE_BYTES:
        raise Refused(DISK)
    if not download.segments:
        return
    kept = StoredObject.unscoped.filter(name__in=download.segments, attempts=0)
    if kept.update(not_before=clock.now() + SEGMENT_KEPT) < len(download.segments):
        _begin_anew(download)


def _free_bytes() -> int:
    """What is left of the disk that files are kept on. A bucket has no end."""
    try:
        folder = default_storage.path("")
    except NotImplementedError:
        return 2**63
    try:
        return shutil.disk_usage(folder).free
    except OSError:  # the folder is made with the first file
        return shutil.disk_usage(settings.DATA_DIR).free


def _begin_anew(download: TelegramDownload) -> None:
    storage.discard(*download.segments)
    TelegramDownload.unscoped.filter(pk=download.pk).update(fetched=0, segments=[])
    download.fetched, download.segments = 0, []


def store_segment(download: TelegramDownload, segment: bytes) -> bool:
    """Keep what was fetched so far. False if nobody wants the file any more, or another worker fetches it."""
    name = _write(download, iter([segment]))
    segments, fetched = [*download.segments, name], download.fetched + len(segment)
    with transaction.atomic():
        rows = TelegramDownload.unscoped.filter(pk=download.pk, fetched=download.fetched, wanted_at__isnull=False)
        if not rows.update(fetched=fetched, segments=segments, error=""):
            storage.discard(name)
            return False
        StoredObject.unscoped.filter(name=name).update(not_before=clock.now() + SEGMENT_KEPT)
    download.fetched, download.segments = fetched, segments
    return True


def _write(download: TelegramDownload, pieces: "Iterator[bytes]") -> str:
    name = storage.new_name(download.workspace_id)
    try:
        storage.write(name, pieces)
    except (DomainError, OSError) as error:
        storage.discard(name)
        raise Refused(DISK if getattr(error, "code", "") == "storage_full" else STORAGE) from error
    return name


def store(download: TelegramDownload, tail: bytes) -> bool:
    """Keep the whole content: the segments, then ``tail``. The file is stored with it, unless it was erased meanwhile
    or another worker was faster. Raises ``Refused``."""
    measured = _Measured(download.segments, tail)
    name = _write(download, iter(measured))
    file = download.file
    # Telegram's size of a photo may be another one than it has: it makes several, and some of them later.
    if measured.size != file.size and file.kind != FileKind.PHOTO:
        storage.discard(name)
        _begin_anew(download)
        raise Refused(INCOMPLETE)
    media_type, _ = content.sniff(measured.head, file.name)
    digest = measured.digest.hexdigest()
    try:
        with transaction.atomic():
            stored = _settle(download, name, type=media_type, size=measured.size, sha256=digest)
    except storage.NotKept:
        raise Refused(STORAGE) from None
    if not stored:
        storage.discard(name)
    return stored


def _settle(download: TelegramDownload, name: str, **values: object) -> bool:
    """Whether the file is there and was not stored yet."""
    file = File.unscoped.select_for_update(no_key=True).filter(pk=download.file_id).first()
    rows = TelegramDownload.unscoped.filter(pk=download.pk, fetched=download.fetched)
    if file is None or not rows.delete()[0]:
        return False
    storage.keep(name)
    File.unscoped.filter(pk=file.pk).update(state=FileState.STORED, storage_name=name, **values)
    storage.discard(*download.segments)
    transaction.on_commit(lambda: doorbell.ring(services.PROCESS_TASK))
    uses.tell_pages(file)
    return True


@transaction.atomic
def mark_gone(download: TelegramDownload) -> None:
    """Telegram has the content no more."""
    # The file first, as whoever deletes it does.
    list(File.unscoped.select_for_update(no_key=True).filter(pk=download.file_id))
    rows = TelegramDownload.unscoped.filter(pk=download.pk)
    if rows.delete()[0]:
        File.unscoped.filter(pk=download.file_id, state=FileState.ON_DEMAND).update(state=FileState.GONE)
        storage.discard(*download.segments)
        uses.tell_pages(download.file)


def put_off(download: TelegramDownload, code: str, seconds: float | None = None) -> None:
    """Try again later: in ``seconds``, or else in a time that grows with each try."""
    attempts = download.attempts + 1
    if code == QUOTA and download.is_automatic:
        _leave_on_demand(download)
        return
    if code == INCOMPLETE and attempts >= MOST_INCOMPLETE:
        logger.warning("a file of Telegram's is given up: its content is not complete", extra=_extra(download))
        mark_gone(download)
        return
    if seconds is None:
        growing = min(FIRST_RETRY_SECONDS * 2 ** min(attempts, 20), MOST_RETRY_SECONDS)
        seconds = NO_ROOM_SECONDS if code in (QUOTA, DISK) else growing
    not_before = clock.now() + timedelta(seconds=seconds)
    rows = TelegramDownload.unscoped.filter(pk=download.pk)
    rows.update(attempts=attempts, error=code[:40], not_before=not_before)
    logger.info("a file is fetched later: %s", code, extra=_extra(download))


@transaction.atomic
def _leave_on_demand(download: TelegramDownload) -> None:
    """Nobody wants the file any more until somebody asks for it, unless somebody has meanwhile."""
    rows = TelegramDownload.unscoped.filter(pk=download.pk, is_automatic=True)
    if rows.update(wanted_at=None, is_automatic=False, error=QUOTA):
        uses.tell_pages(download.file)


def _extra(download: TelegramDownload) -> dict[str, object]:
    return {"account_id": download.account_id, "file_id": download.file_id}


def renew(download: TelegramDownload, dc_id: int, file_reference: bytes) -> None:
    """Telegram has told a new reference."""
    download.dc_id, download.file_reference = dc_id, file_reference
    rows = TelegramDownload.unscoped.filter(pk=download.pk)
    rows.update(dc_id=dc_id, file_reference=file_reference)
