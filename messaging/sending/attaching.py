"""Gives messages their files: the attachments, and the uploads that a Telegram account needs before it can send them.

A file is uploaded once for each account and kind, however many messages have it. Of a message whose files are not all
at Telegram, ``awaits_upload`` is set, and :mod:`messaging.telegram.uploading` clears it. Locks are taken in the order
file, upload, message.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from crmsolid.core import clock
from crmsolid.core.errors import invalid
from crmsolid.core.ids import is_id
from crmsolid.workspaces.models import Workspace
from messaging import account_workers
from messaging.files import albums
from messaging.files.services import no_such_file
from messaging.models import (
    Account,
    AccountKind,
    Attachment,
    File,
    FileState,
    Message,
    TelegramUpload,
    UploadState,
    new_random_id,
)
from messaging.sending.gateway import OutgoingFile

AUTO = "auto"
# The error of a message that lacks a file: it was deleted before the message was made.
FILE_GONE = ("file_gone", "a file of this message was deleted")
# The kind of such a message, which has no attachment.
KIND_WITHOUT_FILE = "document"
TEXT = "text"

UploadKey = tuple[int, str, str]  # account, file, kind


@dataclass(frozen=True, slots=True)
class ToAttach:
    """A message that is not stored yet, with the files that it is to have, in their order. ``is_complete``: none of
    the files that were asked for is missing."""

    message: Message
    account: Account
    files: Sequence[File]
    is_complete: bool = True


def attach(wanted: Sequence[ToAttach], send_as: str = AUTO) -> list[Attachment]:
    """Set ``kind`` and ``awaits_upload`` of these messages, and store the uploads that they need. Returns the
    attachments, which the caller stores with the messages. A message that lacks a file gets none, and fails at its
    claim.

    Accounts and files are locked. Runs in the caller's transaction. Error: ``validation_failed`` for a file that
    cannot be sent as that.
    """
    attachments: list[Attachment] = []
    keys: dict[str, list[UploadKey]] = {}
    for each in wanted:
        message, account = each.message, each.account
        if not each.is_complete:
            message.kind = KIND_WITHOUT_FILE
            continue
        own = [_attachment(message, position, file, send_as) for position, file in enumerate(each.files)]
        if own:
            message.kind = own[0].kind
            attachments += own
        if account.kind == AccountKind.TELEGRAM:
            keys[message.pk] = [(account.pk, part.file_id, part.kind) for part in own]
    unready = _want({key: None for of_message in keys.values() for key in of_message}, wanted)
    for each in wanted:
        each.message.awaits_upload = any(key in unready for key in keys.get(each.message.pk, ()))
    return attachments


def _attachment(message: Message, position: int, file: File, send_as: str) -> Attachment:
    return Attachment(
        workspace_id=message.workspace_id,
        message_id=message.pk,
        account_id=message.account_id,
        file_id=file.pk,
        position=position,
        kind=str(albums.kind_to_send_as(file, send_as)),
        random_id=message.random_id if position == 0 else new_random_id(),
    )


def _want(keys: Collection[UploadKey], wanted: Sequence[ToAttach]) -> set[UploadKey]:
    """Those of these uploads that messages have to wait for. Those that are new are stored, to be made. One that was
    refused is tried again, but not at once."""
    if not keys:
        return set()
    workspaces = {each.account.pk: each.account.workspace_id for each in wanted}
    TelegramUpload.unscoped.bulk_create(
        [
            TelegramUpload(workspace_id=workspaces[account], account_id=account, file_id=file, kind=kind)
            for account, file, kind in sorted(keys)
        ],
        ignore_conflicts=True,
    )
    # Locked, so that none becomes ready between this look and the commit of the messages that wait for it.
    rows = TelegramUpload.unscoped.filter(
        account__in={account for account, _, _ in keys}, file__in={file for _, file, _ in keys}
    )
    found = {(row.account_id, row.file_id, row.kind): row for row in rows.order_by("pk").select_for_update(no_key=True)}
    ours = {key: row for key, row in found.items() if key in keys}
    now = clock.now()
    refused = [row for row in ours.values() if row.state == UploadState.FAILED and row.not_before <= now]
    for row in refused:
        row.state = UploadState.WANTED
    if refused:
        again = TelegramUpload.unscoped.filter(pk__in=[row.pk for row in refused])
        again.update(state=UploadState.WANTED, upload_id=None, parts_sent=0, attempts=0, not_before=now, error="")
    unready = {key for key, row in ours.items() if row.state == UploadState.WANTED}
    if accounts := sorted({account for account, _, _ in unready}):
        transaction.on_commit(partial(account_workers.wake, AccountKind.TELEGRAM, accounts))
    return unready


def check_kept(workspace: Workspace, ids: Sequence[str], field: str = "attachments") -> None:
    """Refuse ids that a template, a step or a broadcast cannot keep: ``validation_failed`` for more than ten, one that
    occurs twice, what is no file of this workspace, and files that do not go together."""
    if len(ids) > albums.MAX_TOGETHER:
        raise invalid(field, "too_many", f"a message has at most {albums.MAX_TOGETHER} files")
    known = [each for each in ids if is_id("fil", each)]
    files = {file.pk: file for file in File.objects.for_workspace(workspace).filter(pk__in=known)}
    for position, file_id in enumerate(ids):
        if file_id not in files or files[file_id].state == FileState.GONE:
            raise invalid(f"{field}[{position}]", "unknown_file", no_such_file(workspace, file_id))
        if file_id in ids[:position]:
            raise invalid(f"{field}[{position}]", "repeated", "name each file once")
    albums.check_together([albums.kind_to_send_as(files[file_id], AUTO) for file_id in ids])


def files_of_twin(workspace: Workspace, ids: Sequence[str]) -> list[str]:
    """The ids as a test twin has them, so that one configuration serves both: in place of a file of the live workspace
    the first one of the twin with the same content. All others stay as they are."""
    wanted = [each for each in ids if is_id("fil", each)]
    if workspace.live_id is None or not wanted:
        return list(ids)
    live = (
        File.objects.for_workspace(workspace.owner_workspace)
        .filter(pk__in=wanted, state=FileState.STORED)
        .exclude(sha256="")
    )
    contents = dict(live.values_list("pk", "sha256"))
    rows = File.objects.for_workspace(workspace).filter(sha256__in=set(contents.values()), state=FileState.STORED)
    own = dict(rows.order_by("-pk").values_list("sha256", "pk"))
    return [own.get(contents.get(each, ""), each) for each in ids]


def lock_files(workspace_id: int, ids: Collection[str]) -> dict[str, File]:
    """Those of these files that there are, by id, locked and marked as used: for messages that nobody asks for at this
    moment, and for texts that are kept with files."""
    if not ids:
        return {}
    rows = File.objects.for_workspace(workspace_id).filter(pk__in=set(ids)).order_by("pk")
    files = {file.pk: file for file in rows.select_for_update(no_key=True)}
    unused = [pk for pk, file in files.items() if file.expires_at is not None]
    if unused:
        File.objects.for_workspace(workspace_id).filter(pk__in=unused).update(expires_at=None)
    return files


def as_before(message: Message) -> tuple[list[str], str]:
    """The ids of this message's files, and what to send them as, for a new message like it."""
    parts = list(Attachment.unscoped.filter(message=message).select_related("file").order_by("position"))
    is_changed = any(str(albums.kind_to_send_as(part.file, AUTO)) != part.kind for part in parts)
    return [part.file_id for part in parts], parts[0].kind if is_changed else AUTO


def outgoing_files(messages: Iterable[Message]) -> Mapping[str, tuple[OutgoingFile, ...]]:
    """By the message's id, what each of these messages has to send, in its order; one query, none if all are texts."""
    with_files = [message.pk for message in messages if message.kind != TEXT]
    if not with_files:
        return {}
    rows = Attachment.unscoped.filter(message__in=with_files).order_by("message_id", "position")
    found: dict[str, tuple[OutgoingFile, ...]] = {}
    for row in rows:
        part = OutgoingFile(row.file_id, row.kind, row.random_id, row.telegram_message_id)
        found[row.message_id] = (*found.get(row.message_id, ()), part)
    return found


def has_arrived(message: Message, files: Sequence[OutgoingFile]) -> bool:
    """Whether Telegram has told the id of this message, or of a part of it."""
    return message.telegram_message_id is not None or any(part.telegram_message_id is not None for part in files)


def nothing_arrived() -> Q:
    """Messages of which Telegram has told no id, neither their own nor that of a part."""
    parts = Attachment.unscoped.filter(message=OuterRef("pk"), telegram_message_id__isnull=False)
    return Q(telegram_message_id=None) & ~Q(Exists(parts))
