"""Files as a caller may upload, read and use them, each with its authority.

An upload has two steps: :func:`stage` writes the content outside of any transaction, :func:`keep` makes the row in one.
What is staged and not kept is deleted by itself.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import IO

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.ids import is_id
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.limits import checks, reading
from crmsolid.serving.interface import MEBIBYTE
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Workspace
from messaging import account_workers
from messaging.files import content, storage
from messaging.files.albums import MAX_TOGETHER
from messaging.files.models import Attachment, File, FileKind, FileState, TelegramDownload
from messaging.models import AccountKind

MAX_FILE_BYTES = 100 * MEBIBYTE
# How long a file waits for something to use it.
UNUSED_KEPT = timedelta(hours=24)
PROCESS_TASK = "messaging.process_files"


@dataclass(frozen=True, slots=True)
class Staged:
    """A content that is written and belongs to no file yet."""

    storage_name: str
    name: str
    type: str
    kind: FileKind
    size: int
    sha256: str


@dataclass(slots=True)
class _Measured:
    """The pieces of a stream, and what they amount to once all have been read."""

    stream: IO[bytes]
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    head: bytes = b""
    size: int = 0

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.stream.read(storage.PIECE_BYTES):
            self.head = self.head or piece[: content.HEAD_BYTES]
            self.size += len(piece)
            if self.size > MAX_FILE_BYTES:
                raise DomainError("payload_too_large", f"a file has at most {MAX_FILE_BYTES // MEBIBYTE} MiB")
            self.digest.update(piece)
            yield piece


# --- Uploads ----------------------------------------------------------------------------------------------------------
def upload(actor: Actor, stream: IO[bytes], name: str) -> File:
    """Keep what the stream has as a file of this name. It is deleted after ``UNUSED_KEPT`` unless something uses it.

    Not within a transaction. Errors: ``scope_missing``, ``validation_failed`` (empty), ``payload_too_large``,
    ``file_quota_exceeded``, ``storage_full``, ``service_unavailable``.
    """
    staged = stage(actor, stream, name)
    try:
        return keep(actor, staged)
    except DomainError:
        storage.discard(staged.storage_name)
        raise


def stage(actor: Actor, stream: IO[bytes], name: str) -> Staged:
    """Write what the stream has, which can seek. Errors: as :func:`upload`."""
    actor.require(Scope.WRITE_MESSAGES)
    _refuse_beyond_quota(actor.workspace, stream.seek(0, io.SEEK_END))
    stream.seek(0)
    measured = _Measured(stream)
    storage_name = storage.new_name(actor.workspace.pk)
    try:
        storage.write(storage_name, measured)
        if not measured.size:
            raise invalid("file", "empty", "the file has no content")
    except BaseException:
        storage.discard(storage_name)
        raise
    media_type, kind = content.sniff(measured.head, name)
    cleaned = content.clean_name(name, media_type)
    return Staged(storage_name, cleaned, media_type, kind, measured.size, measured.digest.hexdigest())


@unit_of_work()
def keep(actor: Actor, staged: Staged) -> File:
    """The file of a content that was staged. Errors: ``scope_missing``, ``file_quota_exceeded``;
    ``service_unavailable`` if it has been staged for too long."""
    actor.require(Scope.WRITE_MESSAGES)
    checks.harmless_write(actor)  # before the content is kept, which no rollback undoes
    # Once more, because others may have been kept meanwhile: those that commit later wait here.
    Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.pk)
    _refuse_beyond_quota(actor.workspace, staged.size)
    try:
        storage.keep(staged.storage_name)
    except storage.NotKept:
        raise DomainError("service_unavailable", "the file took too long to be written; send it again") from None
    file = File(
        workspace=actor.workspace,
        name=staged.name,
        type=staged.type,
        kind=staged.kind,
        size=staged.size,
        sha256=staged.sha256,
        storage_name=staged.storage_name,
        expires_at=clock.now() + UNUSED_KEPT,
    )
    file.save(force_insert=True)
    transaction.on_commit(lambda: doorbell.ring(PROCESS_TASK))
    return file


def used_bytes(workspace: Workspace) -> int:
    """What the files of the workspace take, from an index alone. Thumbnails do not count."""
    stored = File.objects.for_workspace(workspace).filter(state=FileState.STORED)
    return int(stored.aggregate(total=Sum("size"))["total"] or 0)


def _refuse_beyond_quota(workspace: Workspace, size: int) -> None:
    quota: int = settings.FILES_QUOTA
    used = used_bytes(workspace)
    if used + size > quota:
        detail = f"the files of this workspace may take {quota // MEBIBYTE:,} MiB and take {used // MEBIBYTE:,} MiB"
        raise DomainError("file_quota_exceeded", detail, quota=quota, used=used, size=size)


# --- Reading and using ------------------------------------------------------------------------------------------------
def get_file(actor: Actor, file_id: str) -> File:
    """The file, for its content to be shown: it is recorded whose it is, for those whose writes depend on that. Errors:
    ``scope_missing``, ``not_found``."""
    actor.require(Scope.READ_MESSAGES)
    file: File = File.objects.for_workspace(actor.workspace).get_or_not_found(file_id)
    if reading.matters_to(actor):
        attached = Attachment.objects.for_workspace(actor.workspace).filter(file=file)
        people = set(attached.values_list("message__contact_id", flat=True)[: reading.MAX_CONTACTS + 1])
        reading.record(actor, people or {reading.SOMEBODY})
    return file


def want(actor: Actor, file: File) -> None:
    """Have a file that only Telegram has fetched soon. Nothing happens if it is wanted or stored already."""
    actor.require(Scope.READ_MESSAGES)
    with transaction.atomic():
        rows = TelegramDownload.objects.for_workspace(actor.workspace).filter(file=file)
        now = clock.now()
        rows.filter(is_automatic=True).update(is_automatic=False)
        if rows.filter(wanted_at=None).update(wanted_at=now, not_before=now):
            accounts = list(rows.values_list("account_id", flat=True))
            transaction.on_commit(partial(account_workers.wake, AccountKind.TELEGRAM, accounts))


def usable(actor: Actor, file_ids: Sequence[str]) -> list[File]:
    """The files with these ids in their order, for a message, template, step or broadcast that is about to use them.

    They are locked until the end of the caller's transaction, after all that it locks of contacts, threads and
    messages, and do not expire any more. ``validation_failed`` for none or more than ten ids, for one that occurs
    twice, for what is no file of this workspace, and for a file whose content is not here.
    """
    ids = list(file_ids)
    if not 1 <= len(ids) <= MAX_TOGETHER:
        raise invalid("attachments", "wrong_number", f"give 1 to {MAX_TOGETHER} files")
    if repeated := next((each for each in ids if ids.count(each) > 1), None):
        raise invalid("attachments", "repeated", f"{repeated} occurs twice; name each file once")
    known = [each for each in ids if is_id("fil", each)]
    rows = File.objects.for_workspace(actor.workspace).filter(pk__in=known)
    files = {file.pk: file for file in rows.select_for_update(no_key=True).order_by("pk")}
    for position, file_id in enumerate(ids):
        if file_id not in files:
            raise invalid(f"attachments[{position}]", "unknown_file", no_such_file(actor.workspace, file_id))
        _require_stored(files[file_id], f"attachments[{position}]")
    expiring = [file.pk for file in files.values() if file.expires_at is not None]
    if expiring:
        File.objects.for_workspace(actor.workspace).filter(pk__in=expiring).update(expires_at=None)
    for file in files.values():
        file.expires_at = None
    return [files[file_id] for file_id in ids]


def no_such_file(workspace: Workspace, file_id: str) -> str:
    """What to do about an id that is no file's of this workspace."""
    is_of_live = workspace.live_id is not None and is_id("fil", file_id)
    if is_of_live and File.objects.for_workspace(workspace.owner_workspace).filter(pk=file_id).exists():
        return f"{file_id} is a file of the live workspace; upload the same one with POST /v1/files and a test key"
    return f"no such file ({file_id[:40]}) in this workspace; upload it with POST /v1/files first"


def _require_stored(file: File, path: str) -> None:
    if file.state != FileState.STORED:
        detail = f"the content of {file.pk} is not here ({file.state}); GET /v1/files/{file.pk} fetches one on demand"
        raise invalid(path, "not_stored", detail)
