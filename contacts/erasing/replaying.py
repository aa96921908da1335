"""Repeats erasures on a database that was restored from a backup, in which the erased people are back.

A contact is one that was erased if it has the id or, made before the erasure, an identity of the erased contact.
Whoever was added after the erasure has come back, and stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from contacts import optouts, services
from contacts.erasing import ledger
from contacts.erasing.ledger import Entry, Unreadable
from contacts.imports import erasure as imports
from contacts.models import Contact
from crmsolid.core.batches import batched
from crmsolid.core.errors import DomainError
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace

BATCH = 2000


@dataclass(slots=True)
class Replay:
    """``erasures`` of the ledger, how many contacts were ``erased`` now, and the erasures in ``unknown_workspaces``,
    which the backup does not have. Lines that are no entries, as ``FILE:NUMBER``: ``torn`` ones do no harm."""

    erasures: int = 0
    erased: int = 0
    unknown_workspaces: int = 0
    torn: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    """``erased``: contacts that were erased. ``returned``: digests of people who were added again after that."""

    erased: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)


def replay(files: Sequence[Path], since: datetime) -> Replay:
    """Repeat the erasures of these ledgers and of the database's own since a time. Running it again does nothing.

    Raises ``OSError`` for a file that cannot be read, before anything is erased.
    """
    result = Replay()
    by_workspace: dict[tuple[int, str], dict[str, Entry]] = {}
    for entry in _entries(files, since, result):
        entries = by_workspace.setdefault((entry.workspace_id, entry.slug), {})
        known = entries.get(entry.contact_id)
        entries[entry.contact_id] = entry if known is None else known.merged_with(entry)
    for (workspace_id, slug), entries in by_workspace.items():
        result.erasures += len(entries)
        workspace = Workspace.objects.filter(pk=workspace_id, slug=slug).first()
        if workspace is None:
            result.unknown_workspaces += len(entries)
        else:
            result.erased += _replay_in(workspace, entries)
    return result


def _entries(files: Sequence[Path], since: datetime, result: Replay) -> Iterator[Entry]:
    yield from ledger.stored(since)
    for file in files:
        for entry in ledger.read(file, since):
            if isinstance(entry, Unreadable):
                (result.torn if entry.torn else result.unreadable).append(f"{file}:{entry.line}")
            else:
                yield entry


def _replay_in(workspace: Workspace, entries: Mapping[str, Entry]) -> int:
    actor = Actor.command(workspace, "replay_erasures")
    found = _find(workspace, entries)
    erased = 0
    for contact_id in sorted(found.erased):
        try:
            services.erase_contact(actor, contact_id, repeats=entries.get(contact_id))
        except DomainError as error:
            if error.code != "not_found":  # erased by somebody else meanwhile
                raise
        else:
            erased += 1
    imports.erase_by_digest(workspace.pk, _by_digest(entries))
    # A backup may be older than the opt-out.
    opted_out = [digest for entry in entries.values() if entry.opted_out for digest in entry.digests]
    with unit_of_work():
        optouts.keep_digests(workspace.pk, [bytes.fromhex(each) for each in opted_out if each not in found.returned])
    return erased


def _by_digest(entries: Mapping[str, Entry]) -> dict[str, datetime]:
    """When each of the identities was erased last."""
    erased_at: dict[str, datetime] = {}
    for entry in entries.values():
        for digest in entry.digests:
            erased_at[digest] = max(entry.at, erased_at.get(digest, entry.at))
    return erased_at


def _find(workspace: Workspace, entries: Mapping[str, Entry]) -> _Found:
    found = _Found()
    contacts = Contact.objects.for_workspace(workspace)
    for ids in batched(entries, BATCH):
        found.erased |= set(contacts.filter(pk__in=ids).values_list("pk", flat=True))
    erased_at = _by_digest(entries)
    after = ""
    while batch := list(contacts.filter(pk__gt=after).order_by("pk")[:BATCH]):
        for contact in batch:
            for digest in map(bytes.hex, optouts.digests_of(contact)):
                if digest in erased_at:
                    if contact.created_at <= erased_at[digest]:
                        found.erased.add(contact.pk)
                    else:
                        found.returned.add(digest)
        after = batch[-1].pk
    return found
