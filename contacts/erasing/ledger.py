"""The ledger of erasures: which contacts were erased, without anything that says who they were.

An entry is a row of ``Erasure`` and a line of a file in the data folder. A restored backup of the database takes the
row back, not the line, so the erasure can be repeated. The line is written before anything is deleted: one whose
transaction fails after that is harmless, because an erasure that was asked for is repeated.
"""

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db.models import Max

from contacts import optouts
from contacts.models import Contact, Erasure
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import DomainError
from crmsolid.core.unit_of_work import insert_later
from crmsolid.workspaces.models import Workspace

logger = logging.getLogger("crmsolid.erasures")

_FILE = "erasures.jsonl"
# What the next entry ends a line with that a dying process or a full disk left without its end.
_TORN = b" torn\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """An erasure. ``slug`` guards against another workspace that got the id after a restore. ``digests`` are the keyed
    hashes, in hex, that :mod:`contacts.optouts` makes of the contact's identities."""

    workspace_id: int
    slug: str
    contact_id: str
    digests: tuple[str, ...]
    opted_out: bool
    at: datetime

    def merged_with(self, other: "Entry") -> "Entry":
        """What both entries say of the contact: a replay may have erased an older state of it again."""
        digests = tuple(dict.fromkeys((*self.digests, *other.digests)))
        return replace(self, digests=digests, opted_out=self.opted_out or other.opted_out, at=min(self.at, other.at))

    def as_line(self) -> bytes:
        value = {
            "at": rfc3339(self.at),
            "workspace": {"id": self.workspace_id, "slug": self.slug},
            "contact_id": self.contact_id,
            "digests": list(self.digests),
            "opted_out": self.opted_out,
        }
        return json.dumps(value).encode() + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> Self:
        """Raises ``ValueError``, ``KeyError``, ``TypeError`` or ``RecursionError``."""
        value: Any = json.loads(line)
        workspace, digests, at = value["workspace"], tuple(value["digests"]), datetime.fromisoformat(value["at"])
        entry = cls(workspace["id"], workspace["slug"], value["contact_id"], digests, value["opted_out"], at)
        are_texts = isinstance(entry.slug, str) and isinstance(entry.contact_id, str)
        # PostgreSQL refuses a NUL, which would stop the replay of all other lines.
        if at.tzinfo is None or type(entry.workspace_id) is not int or not are_texts or b"\\u0000" in line:
            raise ValueError(line)
        for digest in digests:
            bytes.fromhex(digest)
        return entry


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line, as ``FILE:NUMBER``, that is no entry. ``torn``: it was not written to its end, because the process died
    or the disk was full, so nothing was deleted."""

    place: str
    torn: bool


def path() -> Path:
    """The file of this host."""
    return Path(settings.DATA_DIR) / _FILE


def record(workspace: Workspace, contact: Contact, repeats: Entry | None = None) -> None:
    """Write the entry of a contact that is about to be erased, in the caller's transaction and on the disk.

    ``repeats`` is what the ledger says of the contact already; the new entry says that too.
    ``service_unavailable`` if the file cannot be written; then nothing may be erased.
    """
    digests = tuple(digest.hex() for digest in optouts.digests_of(contact, [settings.SECRET_KEY]))
    entry = Entry(workspace.pk, workspace.slug, contact.id, digests, contact.opted_out, clock.now())
    if repeats is not None:
        # The time is that of this erasure, because a backup from before it needs it.
        entry = replace(entry.merged_with(repeats), at=entry.at)
    insert_later(
        Erasure(
            workspace=workspace,
            contact_id=entry.contact_id,
            digests=list(entry.digests),
            opted_out=entry.opted_out,
            created_at=entry.at,
        )
    )
    try:
        _append(entry.as_line())
    except OSError as error:
        logger.error("the ledger of erasures cannot be written", extra={"path": str(path()), "error": str(error)})
        raise DomainError(
            "service_unavailable", "the ledger of erasures cannot be written; nothing was erased"
        ) from None


def _append(line: bytes) -> None:
    """Append one line and wait until it is on the disk. Processes may append at the same time: the kernel appends what
    one call writes as a whole."""
    path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path(), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(file).st_size
        # A line that a dying process left without its end must not swallow this one.
        is_torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        data = _TORN + line if is_torn else line
        if os.write(file, data) < len(data):
            raise OSError("the disk is full")
        os.fsync(file)
    finally:
        os.close(file)
    if not size:  # without this, a new file may be gone after a loss of power
        folder = os.open(path().parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def last_erasure(contact: Contact) -> datetime | None:
    """When somebody with an identity of this contact was erased last in its workspace; None if nobody was."""
    digests = [digest.hex() for digest in optouts.digests_of(contact)]
    rows = Erasure.objects.for_workspace(contact.workspace_id).filter(digests__has_any_keys=digests)
    last: datetime | None = rows.aggregate(last=Max("created_at"))["last"]
    return last


def stored(since: datetime) -> Iterator[Entry]:
    """The entries of the database, of all workspaces, from ``since`` on."""
    rows = Erasure.unscoped.filter(created_at__gte=since).select_related("workspace").order_by("created_at", "id")
    for row in rows.iterator():
        digests = tuple(row.digests)
        yield Entry(row.workspace_id, row.workspace.slug, row.contact_id, digests, row.opted_out, row.created_at)


def read(file: Path, since: datetime) -> Iterator[Entry | Unreadable]:
    """The entries of a file from ``since`` on, and the lines that are none. Raises ``OSError``."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                entry = Entry.of_line(line)
            except (ValueError, KeyError, TypeError, RecursionError):
                yield Unreadable(f"{file}:{number}", torn=not line.endswith(b"\n") or line.endswith(_TORN))
                continue
            if entry.at >= since:
                yield entry
