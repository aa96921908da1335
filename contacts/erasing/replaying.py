"""Repeats erasures on a database that was restored from a backup, in which the erased people are back.

A contact is one that was erased if it has the id or, made before the erasure, an identity of the erased contact.
Whoever was added after the erasure has come back, and stays.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path

from contacts import optouts, services
from contacts.erasing import ledger
from contacts.erasing.ledger import Entry, Unreadable
from contacts.imports import erasure as imports
from contacts.models import Contact
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


def replay(files: Sequence[Path], since: datetime) -> Replay:
    """Repeat the erasures of these ledgers and of the database's own since a time. Running it again does nothing.

    Raises ``OSError`` for a file that cannot be read, before anything is erased.
    """
    result = Replay()
    by_workspace: dict[tuple[int, str], dict[str, Entry]] = defaultdict(dict)
    for entry in chain(ledger.stored(since), *(ledger.read(file, since) for file in files)):
        if isinstance(entry, Unreadable):
            (result.torn if entry.torn else result.unreadable).append(entry.place)
        else:
            entries = by_workspace[entry.workspace_id, entry.slug]
            entries[entry.contact_id] = entries.get(entry.contact_id, entry).merged_with(entry)
    for (workspace_id, slug), entries in by_workspace.items():
        result.erasures += len(entries)
        workspace = Workspace.objects.filter(pk=workspace_id, slug=slug).first()
        if workspace is None:
            result.unknown_workspaces += len(entries)
        else:
            result.erased += _replay_in(workspace, entries)
    return result


def _replay_in(workspace: Workspace, entries: Mapping[str, Entry]) -> int:
    erased_at: dict[str, datetime] = {}  # each identity, the last time
    for entry in entries.values():
        for digest in entry.digests:
            erased_at[digest] = max(entry.at, erased_at.get(digest, entry.at))
    to_erase, returned = _find(workspace, entries, erased_at)
    actor = Actor.command(workspace, "replay_erasures")
    erased = 0
    for contact_id in sorted(to_erase):
        try:
            services.erase_contact(actor, contact_id, repeats=entries.get(contact_id))
        except DomainError as error:
            if error.code != "not_found":  # erased by somebody else meanwhile
                raise
        else:
            erased += 1
    imports.erase_by_digest(workspace.pk, erased_at)
    # A backup may be older than the opt-out.
    opted_out = {digest for entry in entries.values() if entry.opted_out for digest in entry.digests}
    with unit_of_work():
        optouts.keep_digests(workspace.pk, map(bytes.fromhex, sorted(opted_out - returned)))
    return erased


def _find(
    workspace: Workspace, entries: Mapping[str, Entry], erased_at: Mapping[str, datetime]
) -> tuple[set[str], set[str]]:
    """The ids of contacts that were erased, and the digests of people who were added again after that."""
    to_erase: set[str] = set()
    returned: set[str] = set()
    contacts = Contact.objects.for_workspace(workspace).only(*optouts.IDENTITIES, "workspace_id", "created_at")
    after = ""
    while batch := list(contacts.filter(pk__gt=after).order_by("pk")[:BATCH]):
        for contact in batch:
            known = erased_at.keys() & map(bytes.hex, optouts.digests_of(contact))
            since = {digest for digest in known if contact.created_at > erased_at[digest]}
            if contact.pk in entries or since != known:
                to_erase.add(contact.pk)
            returned |= since
        after = batch[-1].pk
    return to_erase, returned
