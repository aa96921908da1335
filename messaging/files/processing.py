"""The worker's part: reads from the content of each new file how large and how long it is, and makes its thumbnail.

The rows of the files are the queue: those that are stored and not processed. Reading is left to a process of its own
(:mod:`messaging.files.measuring`). A file that cannot be read stays as a document. One whose processing ends without a
result, because the worker dies, is tried ``MAX_TRIES`` times.
"""

import json
import logging
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.db import transaction
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from messaging.files import measuring, storage, uses
from messaging.files.models import File, FileKind, FileState

logger = logging.getLogger("crmsolid.files")

SECONDS = 60
LEASE = timedelta(minutes=5)
MAX_TRIES = 3
# What reads which media type. Nothing is read of any other.
READERS = {
    **dict.fromkeys(("image/jpeg", "image/png", "image/webp", "image/gif"), "picture"),
    **dict.fromkeys(("audio/mpeg", "audio/mp4", "audio/flac"), "sound"),
    "audio/ogg": "opus",
    "video/mp4": "mp4",
}


@dataclass(frozen=True, slots=True)
class Result:
    """``measures`` by the names of the columns; None if the content could not be read."""

    measures: dict[str, Any] | None
    thumbnail: bytes = b""


def process_due() -> int:
    """Process the files that are due, one after the other; returns how many. Ends early if the storage fails."""
    processed = 0
    while (file := _claim()) is not None:
        try:
            _finish(file, _read(file))
        except (OSError, DomainError) as error:  # of the storage: the file itself is not to blame
            logger.warning("the content of %s cannot be read or its thumbnail not be written now: %s", file.pk, error)
            File.unscoped.filter(pk=file.pk, lease_until=file.lease_until).update(tries=file.tries - 1)
            if isinstance(error, FileNotFoundError):
                continue  # however many are missing, those that are here have their turn
            break
        processed += 1
    return processed


def _claim() -> File | None:
    """The oldest file that is due, leased. One that was tried too often counts as one that cannot be read."""
    now = clock.now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    due = File.unscoped.filter(free, state=FileState.STORED, processed_at=None).order_by("created_at")
    with transaction.atomic():
        file = due.select_for_update(skip_locked=True, no_key=True).first()
        if file is not None:
            file.tries += 1
            file.lease_until = now + LEASE
            file.save(update_fields=["tries", "lease_until"])
    return file


def _read(file: File) -> Result:
    reader = READERS.get(file.type)
    if reader is None:
        return Result({})
    if file.tries > MAX_TRIES:
        logger.error("%s is not tried again", file.pk)
        return Result(None)
    return measure(file.storage_name, reader)


def measure(name: str, reader: str) -> Result:
    """What a reader finds in the content of this name. ``OSError`` if the storage fails."""
    with TemporaryFile() as copy:
        with storage.open_name(name) as content:
            shutil.copyfileobj(content, copy, storage.PIECE_BYTES)
        copy.seek(0)
        command = [sys.executable, "-I", str(Path(measuring.__file__)), reader]
        try:
            # Its environment is empty: none of the secrets of this process is in it.
            done = subprocess.run(command, stdin=copy, capture_output=True, timeout=SECONDS, env={}, check=False)
        except subprocess.TimeoutExpired:
            logger.info("%s takes too long to read", name)
            return Result(None)
    if done.returncode != 0:
        logger.info("%s cannot be read: %s", name, done.stderr.decode(errors="replace")[-200:].strip())
        return Result(None)
    line, _, thumbnail = done.stdout.partition(b"\n")
    return Result(json.loads(line), thumbnail)


def _finish(file: File, result: Result) -> None:
    """Write down what was found, unless another worker was faster or the file is gone."""
    name = ""
    if result.thumbnail and not file.thumbnail_name:
        name = storage.new_name(file.workspace_id)
        storage.write(name, [result.thumbnail])
    columns: dict[str, Any] = {"processed_at": clock.now(), "lease_until": None}
    if result.measures is None:
        columns["kind"] = FileKind.DOCUMENT
    else:
        waveform = result.measures.pop("waveform", None)
        # What Telegram has said of a received file stays.
        known = {key: value for key, value in result.measures.items() if value is not None}
        columns |= {key: value for key, value in known.items() if getattr(file, key) is None}
        if waveform and not file.waveform:
            columns["waveform"] = bytes(waveform)
    if name:
        columns["thumbnail_name"] = name
    with transaction.atomic():
        rows = File.unscoped.filter(pk=file.pk, lease_until=file.lease_until, processed_at=None)
        if rows.update(**columns):
            uses.tell_pages(file)
            if name:
                storage.keep(name)
        elif name:  # a picture of somebody who was erased must not stay
            storage.discard(name)
