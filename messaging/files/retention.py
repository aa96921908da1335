"""How files end: what nothing uses, what is older than ``CRMSOLID_FILES_DAYS``, and what belonged to an erased contact.

Whoever deletes a file, or its content, locks its row first and looks behind the lock whether it is used. Whoever uses
one locks its row too (:func:`messaging.files.services.usable`), so neither passes the other.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from crmsolid.core import clock
from crmsolid.core.ids import first_id
from messaging.files import storage
from messaging.files.models import Attachment, File, FileState, TelegramDownload
from messaging.files.services import UNUSED_KEPT
from messaging.files.uses import is_used
from messaging.models import Status

BATCH = 500


def purge() -> int:
    """Delete what has expired, have what nothing uses any more expire, and end what is too old; returns how many files
    were deleted or ended. Each batch commits by itself."""
    expire_unused()
    return delete_expired() + end_old()


def delete_expired() -> int:
    """Delete the files that have expired; one that is used all the same, does not expire any more."""
    deleted, expired = 0, File.unscoped.filter(expires_at__lte=clock.now()).order_by("expires_at")
    while keys := list(expired.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows = _locked(expired.filter(pk__in=keys))
            used = _used_among([row.pk for row in rows])
            File.unscoped.filter(pk__in=used).update(expires_at=None, has_message=False)
            deleted += delete([row for row in rows if row.pk not in used])
        if not rows:
            break  # others are at it
    return deleted


def expire_unused() -> int:
    """Have each file that nothing uses any more, such as that of a template that was deleted, expire as if it had been
    uploaded now; returns how many it found.

    A file that a message has is looked at once: whatever takes its message away looks whether something else uses it,
    and ends ``has_message`` if so. The others are looked at each time.
    """
    found, after = 0, ""
    # A file of this age has been used, or it expires.
    old = File.unscoped.filter(has_message=False, expires_at=None, created_at__lt=clock.now() - UNUSED_KEPT)
    old = old.order_by("pk")
    while keys := list(old.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows = {row.pk for row in _locked(old.filter(pk__in=keys))}
            attached = set(Attachment.unscoped.filter(file__in=rows).values_list("file", flat=True))
            File.unscoped.filter(pk__in=attached).update(has_message=True)
            unused = rows - attached - _used_among(rows - attached)
            found += File.unscoped.filter(pk__in=unused).update(expires_at=clock.now() + UNUSED_KEPT)
        after = keys[-1]
    return found


def _used_among(keys: Collection[str]) -> set[str]:
    return set(File.unscoped.filter(is_used(), pk__in=keys).values_list("pk", flat=True)) if keys else set()


def end_old() -> int:
    """Drop the contents of files that are older than ``FILES_DAYS`` and that no message of that time, none that is
    still to be sent, and nothing else uses; returns how many. Their rows stay, in the state ``gone``."""
    if not settings.FILES_DAYS:
        return 0
    cutoff, ended, after = clock.now() - timedelta(days=settings.FILES_DAYS), 0, ""
    # Ids grow with the time.
    old = File.unscoped.filter(pk__lt=first_id("fil", cutoff), state=FileState.STORED, expires_at=None).order_by("pk")
    needing = Attachment.unscoped.filter(
        Q(message__created_at__gte=cutoff) | Q(message__status__in=(Status.QUEUED, Status.SENDING))
    )
    while keys := list(old.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]):
        young = needing.filter(file__in=keys)
        kept = set(young.values_list("file", flat=True)) | _used_otherwise(keys)
        with transaction.atomic():
            rows = _locked(old.filter(pk__in=set(keys) - kept))
            again = needing.filter(file__in=rows)
            used = set(again.values_list("file", flat=True))
            ended += end([row for row in rows if row.pk not in used])
        after = keys[-1]
    return ended


def _used_otherwise(keys: Collection[str]) -> set[str]:
    rows = File.unscoped.filter(is_used(messages=False), pk__in=keys)
    return set(rows.values_list("pk", flat=True))


def _locked(rows: "QuerySet[File]") -> list[File]:
    return list(rows.order_by("pk").select_for_update(skip_locked=True))


def delete(files: Collection[File]) -> int:
    """Delete these files, which are locked and which nothing uses, with their contents; returns how many."""
    _give_up(files)
    File.unscoped.filter(pk__in=[file.pk for file in files]).delete()
    return len(files)


def end(files: Collection[File]) -> int:
    """Drop the contents of these files, which are locked; returns how many."""
    _give_up(files)
    TelegramDownload.unscoped.filter(file__in=files).delete()
    columns: dict[str, Any] = {"state": FileState.GONE, "storage_name": "", "thumbnail_name": "", "waveform": None}
    File.unscoped.filter(pk__in=[file.pk for file in files]).update(**columns)
    return len(files)


def _give_up(files: Collection[File]) -> None:
    """Have all that lies in the storage for these files deleted: contents, thumbnails, and what was fetched so far."""
    for segments in TelegramDownload.unscoped.filter(file__in=files).values_list("segments", flat=True):
        storage.discard(*segments)
    for file in files:
        storage.give_up(file.workspace_id, file.storage_name, file.thumbnail_name)


def delete_unused(workspace_id: int, keys: Collection[str]) -> int:
    """Of these files of a workspace, which have lost a message, delete those that nothing uses any more, in the
    caller's transaction."""
    rows = File.objects.for_workspace(workspace_id).filter(pk__in=keys)
    locked = list(rows.order_by("pk").select_for_update())
    used = _used_among([file.pk for file in locked])
    if used:
        rows.filter(pk__in=used).update(has_message=False)
    return delete([file for file in locked if file.pk not in used])
