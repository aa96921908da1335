"""What is to be uploaded to Telegram, and what came of it; in database threads, never on the event loop.

A row of :class:`TelegramUpload` says what is wanted and how far it is, so whichever worker holds the account goes on
with it. What a worker began is finished by the next one: the parts that have arrived are not sent again, and a file
that is uploaded twice is seen by nobody. Writes name the ``upload_id`` that they are about, so a worker that has lost
the account changes nothing of an upload that was begun anew.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from crmsolid.core import clock
from messaging.files.albums import kind_to_send_as
from messaging.models import (
    Account,
    Attachment,
    File,
    FileKind,
    FileState,
    Message,
    Status,
    TelegramUpload,
    UploadState,
    new_random_id,
)
from messaging.sending import claiming, settlement
from messaging.sending.attaching import AUTO, FILE_GONE
from messaging.telegram.database import of_accounts
from messaging.telegram.media import MediaAddress

logger = logging.getLogger("crmsolid.telegram")

# For a message that is planned for later, the upload begins so long before it is due. Telegram drops parts after hours,
# and lets references expire.
AHEAD = timedelta(hours=1)
# A file that was just received or uploaded has no measures until a worker has read them.
PROCESSING_SECONDS, LONGEST_PROCESSING = 1.0, timedelta(minutes=2)
FETCHING_SECONDS = 5.0
# For so long parts of an upload are relied on. A large file on a slow line may take hours.
PARTS_KEPT = timedelta(hours=12)
# After trouble that may pass: 2, 4, 8 … seconds until the next try.
FIRST_RETRY_SECONDS, MAX_RETRY_SECONDS = 2.0, 600.0
# A file that Telegram refused is tried again for messages that are made later than this.
REFUSED_FOR = timedelta(minutes=10)
_NOTHING_THERE: dict[str, Any] = {
    "upload_id": None,
    "parts_sent": 0,
    "media_id": None,
    "access_hash": None,
    "file_reference": None,
    "origin_message_id": None,
}
MEASURED = (FileKind.PHOTO, FileKind.VIDEO, FileKind.VIDEO_NOTE, FileKind.ANIMATION, FileKind.VOICE, FileKind.AUDIO)


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload as the worker begins or resumes it. ``parts_sent`` of its parts have arrived. ``renewed_from`` is the
    message that has the file already, if only the reference to it has expired."""

    id: int
    account_id: int
    file: File
    kind: str
    upload_id: int
    parts_sent: int
    attempts: int
    media_id: int | None = None
    renewed_from: int | None = None


def accounts_with_uploads(account_ids: list[int]) -> set[int]:
    """The accounts among these that have something to upload now."""
    rows = of_accounts(_due(), account_ids).order_by()
    return set(rows.values_list("account_id", flat=True).distinct())


def _due() -> "QuerySet[TelegramUpload]":
    """What messages wait for that are due soon, on accounts that can send."""
    now = clock.now()
    waiting = Attachment.unscoped.filter(
        account=OuterRef("account"),
        file=OuterRef("file"),
        kind=OuterRef("kind"),
        message__awaits_upload=True,
        message__eta__lte=now + AHEAD,
    )
    rows = TelegramUpload.unscoped.filter(claiming.may_send("account__"), state=UploadState.WANTED, not_before__lte=now)
    return rows.filter(Exists(waiting))


def _next(account_id: int) -> TelegramUpload | None:
    """The smallest comes first: a photo does not wait for a film."""
    rows = _due().filter(account_id=account_id).select_related("file")
    return rows.order_by("file__size", "id").first()


def next_upload(account_id: int) -> Upload | None:
    """What the account is to upload now; None if there is nothing. Files that nobody has any more, or whose measures
    are not known yet, are passed over."""
    while (row := _next(account_id)) is not None:
        if row.file.state in (FileState.GONE, FileState.TOO_LARGE):
            refuse(row.pk, *FILE_GONE)
        elif row.file.state != FileState.STORED:
            _put_off(row, FETCHING_SECONDS)
        elif _is_measured_soon(row):
            _put_off(row, PROCESSING_SECONDS)
        elif row.kind == FileKind.PHOTO and kind_to_send_as(row.file, AUTO) != FileKind.PHOTO:
            _send_as_document(row)
        else:
            return _begun(row)
    return None


def _is_measured_soon(row: TelegramUpload) -> bool:
    is_new = row.file.created_at > clock.now() - LONGEST_PROCESSING
    return row.kind in MEASURED and row.file.processed_at is None and is_new


def _put_off(row: TelegramUpload, seconds: float) -> None:
    later = clock.now() + timedelta(seconds=seconds)
    TelegramUpload.unscoped.filter(pk=row.pk, state=UploadState.WANTED).update(not_before=later)


def _begun(row: TelegramUpload) -> Upload:
    now = clock.now()
    is_stale = row.started_at is not None and row.started_at < now - PARTS_KEPT
    if row.upload_id is None or is_stale:
        row.upload_id, row.parts_sent, row.started_at = new_random_id(), 0, now
        row.save(update_fields=["upload_id", "parts_sent", "started_at"])
    return Upload(
        id=row.pk,
        account_id=row.account_id,
        file=row.file,
        kind=row.kind,
        upload_id=row.upload_id,
        parts_sent=row.parts_sent,
        attempts=row.attempts,
        media_id=row.media_id,
        renewed_from=row.origin_message_id if row.media_id is not None else None,
    )


@transaction.atomic
def _send_as_document(row: TelegramUpload) -> None:
    """Telegram would refuse the picture as a photo, as its measures show: it goes as a document."""
    document = FileKind.DOCUMENT
    values: dict[str, Any] = {"workspace_id": row.workspace_id, "account_id": row.account_id, "file_id": row.file_id}
    # As whoever attaches it to a message.
    list(File.unscoped.select_for_update(no_key=True).filter(pk=row.file_id))
    TelegramUpload.unscoped.get_or_create(**values, kind=document)
    other = TelegramUpload.unscoped.select_for_update(no_key=True).get(**values, kind=document)
    parts = Attachment.unscoped.filter(account=row.account_id, file=row.file_id, kind=row.kind)
    parts = parts.filter(message__awaits_upload=True)
    firsts = list(parts.filter(position=0).values_list("message_id", flat=True))
    parts.update(kind=document)
    Message.unscoped.filter(pk__in=firsts).update(kind=document)
    TelegramUpload.unscoped.filter(pk=row.pk).delete()
    if other.state != UploadState.WANTED:
        _release(other)


def record_progress(upload: Upload, parts_sent: int) -> bool:
    """Store how many parts have arrived. Whether to go on: nobody else did something about this upload, and there is
    nothing that comes before it."""
    if not _unchanged(upload).update(parts_sent=parts_sent):
        return False
    following = _next(upload.account_id)
    return following is not None and following.pk == upload.id


def _unchanged(upload: Upload) -> "QuerySet[TelegramUpload]":
    return TelegramUpload.unscoped.filter(pk=upload.id, state=UploadState.WANTED, upload_id=upload.upload_id)


@transaction.atomic
def finish(upload: Upload, address: MediaAddress) -> None:
    """Telegram has the file. Messages that have all their files there now can be claimed."""
    row = _unchanged(upload).select_for_update(no_key=True).first()
    if row is None:
        return
    row.state, row.upload_id, row.parts_sent, row.attempts, row.error = UploadState.READY, None, 0, 0, ""
    row.media_id, row.access_hash, row.file_reference = address.id, address.access_hash, address.file_reference
    if upload.media_id != address.id:
        row.origin_message_id = None
    row.save()
    _release(row)


def _release(row: TelegramUpload) -> None:
    """Let the messages go that waited for this file and wait for none any more. One with a file that Telegram refuses
    goes, too: its attempt fails."""
    ended = TelegramUpload.unscoped.filter(
        account=OuterRef("account"), file=OuterRef("file"), kind=OuterRef("kind")
    ).exclude(state=UploadState.WANTED)
    unready = Attachment.unscoped.filter(message=OuterRef("pk")).exclude(Exists(ended))
    waiting = Attachment.unscoped.filter(account=row.account_id, file=row.file_id, kind=row.kind).values("message_id")
    rows = Message.unscoped.filter(pk__in=waiting, awaits_upload=True)
    # Locked before the look at the other files: of two that end at the same time, the second one sees the first.
    list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    rows.exclude(Exists(unready)).update(awaits_upload=False)


def begin_again(upload: Upload) -> None:
    """Telegram has lost parts, or the file that was there: upload it from the beginning."""
    _unchanged(upload).update(**_NOTHING_THERE, attempts=upload.attempts + 1, not_before=_later(upload.attempts))


def _later(attempts: int) -> datetime:
    """When to try again after so many attempts."""
    return clock.now() + timedelta(seconds=min(FIRST_RETRY_SECONDS * 2 ** min(attempts, 10), MAX_RETRY_SECONDS))


def put_off(upload: Upload, seconds: float | None, code: str) -> None:
    """Try again after so many seconds; None: after some that double with each try in which no part arrived."""
    row = _unchanged(upload).first()
    if row is None:
        return
    attempts = 0 if row.parts_sent > upload.parts_sent else upload.attempts
    later = _later(attempts) if seconds is None else clock.now() + timedelta(seconds=seconds)
    _unchanged(upload).update(not_before=later, attempts=attempts + 1, error=code[:40])


@transaction.atomic
def send_as_document(upload: Upload) -> None:
    """Telegram does not take the picture as a photo, whatever its measures: from now on it is a document."""
    row = _unchanged(upload).first()
    if row is not None:
        _send_as_document(row)
        File.unscoped.filter(pk=row.file_id).update(kind=FileKind.DOCUMENT)


@transaction.atomic
def refuse(upload_pk: int, code: str, detail: str) -> None:
    """Telegram does not take the file: the messages that wait for it fail, with this error."""
    wanted = TelegramUpload.unscoped.filter(pk=upload_pk, state=UploadState.WANTED)
    # As at a claim: the account first.
    list(Account.unscoped.select_for_update(no_key=True).filter(pk__in=wanted.values("account")))
    row = wanted.select_for_update(no_key=True).first()
    if row is None:
        return
    row.state, row.upload_id, row.parts_sent = UploadState.FAILED, None, 0
    row.error, row.error_detail, row.not_before = code[:40], detail[:200], clock.now() + REFUSED_FOR
    row.save()
    waiting = Attachment.unscoped.filter(account=row.account_id, file=row.file_id, kind=row.kind).values("message_id")
    messages = Message.unscoped.filter(pk__in=waiting, awaits_upload=True, status=Status.QUEUED)
    for message in messages.order_by("eta", "pk").select_for_update(no_key=True):
        settlement.fail_unsent(message, code, detail)
    logger.warning("a file cannot be sent: %s: %s", code, detail, extra={"account_id": row.account_id})


@transaction.atomic
def want_again(
    workspace_id: int, account_id: int, message_id: str, parts: Sequence[tuple[str, str]], *, is_lost: bool = False
) -> None:
    """Telegram does not accept the address of these files (id and kind) any more, or never had them: they are renewed,
    or uploaded (again) if ``is_lost``, and the message, which is being sent, waits for it once it is queued again."""
    values: dict[str, Any] = {"workspace_id": workspace_id, "account_id": account_id}
    for file_id, kind in sorted(parts):
        TelegramUpload.unscoped.get_or_create(**values, file_id=file_id, kind=kind)
    # Locked, so that none ends between this look and the commit of the message that waits for it.
    rows = TelegramUpload.unscoped.filter(account=account_id, file__in=[file_id for file_id, _ in parts])
    locked = rows.order_by("pk").select_for_update(no_key=True)
    # One that was refused meanwhile lets the next attempt fail.
    wanted = [row.pk for row in locked if (row.file_id, row.kind) in parts and row.state != UploadState.FAILED]
    gone = _NOTHING_THERE if is_lost else {"upload_id": None, "parts_sent": 0}
    ready = TelegramUpload.unscoped.filter(pk__in=wanted, state=UploadState.READY)
    ready.update(state=UploadState.WANTED, not_before=clock.now(), attempts=0, **gone)
    Message.unscoped.filter(pk=message_id, status=Status.SENDING).update(awaits_upload=bool(wanted))


def addresses(account_id: int, parts: Sequence[tuple[str, str]]) -> dict[tuple[str, str], TelegramUpload]:
    """The uploads of these files and kinds."""
    rows = TelegramUpload.unscoped.filter(account=account_id, file__in=[file_id for file_id, _ in parts])
    found = {(row.file_id, row.kind): row for row in rows}
    return {key: row for key, row in found.items() if key in parts}
