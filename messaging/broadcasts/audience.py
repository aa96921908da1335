"""Who a broadcast goes to, who of them is excluded and why, and the hash by which two looks at them are compared.

The audience is read in chunks in the order of contact ids, so its size does not matter for memory. The hash is the sum
of a digest of each contact with the reason of the exclusion: it does not depend on the order or on the chunks.
"""

import hashlib
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from contacts.models import Contact
from contacts.segments.conditions import load_condition
from contacts.segments.matching import matching
from contacts.walking import Walk
from crmsolid.core.errors import DomainError
from crmsolid.core.postgresql.statement_timeout import StatementTimeout
from crmsolid.core.sql.bulk import fetch
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.models import Workspace
from messaging.broadcasts.definition import Definition
from messaging.broadcasts.models import ExclusionReason, Recipient
from messaging.sending import message_text
from messaging.sending.automatic import recipient_of

CHUNK = 2000
# How long a request may take to find the contacts of an audience.
MAX_READ_SECONDS = 20.0
SAMPLE = 10
_HASH_BITS = 256
# What exclusions and texts depend on. Reading the other columns would take as long again.
_READ = (
    *("id", "username", "telegram_id", "opted_out"),
    *("name", "given_first_name", "last_name", "email", "custom_fields"),
)

_recipients = Table(Recipient)


@dataclass(frozen=True, slots=True)
class Judged:
    """A contact of the audience, with the text that they would get, or with the reason why they get none."""

    contact: Contact
    text: str
    reason: str


@dataclass(slots=True)
class Tally:
    """What is known of an audience after some or all of its chunks. ``digest`` is the sum of the hash so far."""

    total: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    digest: int = 0

    @property
    def eligible(self) -> int:
        return self.total - self.excluded.total()

    @property
    def hash(self) -> str:
        """The hash of the audience; the number behind it is how many are eligible."""
        return f"{self.digest:0{_HASH_BITS // 4}x}-{self.eligible}"

    def add(self, contact_id: str, reason: str) -> None:
        digest = hashlib.sha256(f"{contact_id}:{reason}".encode()).digest()
        self.digest = (self.digest + int.from_bytes(digest)) % 2**_HASH_BITS
        self.total += 1
        if reason:
            self.excluded[reason] += 1


def people(workspace: Workspace, audience: Mapping[str, Any], at: datetime) -> Any:
    """The contacts of a resolved audience (see ``definition.resolve_audience``) at this instant, as a queryset."""
    if "filter" in audience:
        return matching(workspace, load_condition(workspace, audience["filter"]), at)
    return Contact.objects.for_workspace(workspace).filtered({"tag": audience["tags"]})


def next_chunk(workspace: Workspace, audience: Mapping[str, Any], at: datetime, walk: Walk) -> list[Contact]:
    """The next contacts of the audience, in order of ids; there may be none although the walk has not ended. Errors: as
    ``Walk.next``."""
    if "contact_ids" not in audience:
        return walk.next(people(workspace, audience, at).only(*_READ), CHUNK)
    first = bisect_right(audience["contact_ids"], walk.after)
    ids = audience["contact_ids"][first : first + CHUNK]
    walk.after, walk.ended = ids[-1] if ids else walk.after, len(ids) < CHUNK
    return list(Contact.objects.for_workspace(workspace).filter(pk__in=ids).only(*_READ).order_by("pk"))


def judge(definition: Definition, contacts: Sequence[Contact], at: datetime, *, broadcast_id: str = "") -> list[Judged]:
    """Which of these contacts the broadcast would go to at this instant. ``broadcast_id``: it is this one."""
    recent: set[str] = set()
    if definition.cooldown_days:
        since = at - timedelta(days=definition.cooldown_days)
        recent = _written_to_since([contact.id for contact in contacts], since, broadcast_id)
    return [Judged(contact, *_text_or_reason(contact, definition.text, recent)) for contact in contacts]


def _text_or_reason(contact: Contact, text: str, recent: set[str]) -> tuple[str, str]:
    if contact.opted_out:
        return "", ExclusionReason.OPTED_OUT.value
    if not recipient_of(contact):
        return "", ExclusionReason.NO_ADDRESS.value
    if contact.id in recent:
        return "", ExclusionReason.COOLDOWN.value
    try:
        return message_text.render_for(contact, text), ""
    except message_text.TemplateUnresolved:
        return "", ExclusionReason.MISSING_VALUE.value
    except ValueError:
        return "", ExclusionReason.TEXT_LENGTH.value


def _written_to_since(contact_ids: Sequence[str], since: datetime, broadcast_id: str) -> set[str]:
    """Those of these contacts to whom another broadcast has sent since then, or is sending."""
    is_one, params = "contact_id = ANY(%s)", [list(contact_ids)]
    rows = fetch(
        f"SELECT DISTINCT contact_id FROM {_recipients.name} WHERE {is_one} AND broadcast_id <> %s"
        " AND (status = 'sent' AND settled_at > %s OR status = 'pending' AND message_id IS NOT NULL)",
        [*params, broadcast_id, since],
    )
    return {row[0] for row in rows}


def evaluate(
    workspace: Workspace, definition: Definition, at: datetime, *, at_most: int | None = None
) -> tuple[Tally, list[Judged]]:
    """The whole audience at this instant, and the first ten who would get the message. It is not counted any further
    once there are more than ``at_most`` contacts.

    Error: ``filter_too_costly`` if finding the contacts takes too long.
    """
    tally, sample = Tally(), list[Judged]()
    try:
        for judged in _all(workspace, definition, at):
            if tally.total == at_most:
                tally.total += 1
                break
            tally.add(judged.contact.id, judged.reason)
            if not judged.reason and len(sample) < SAMPLE:
                sample.append(judged)
    except StatementTimeout:
        raise DomainError("filter_too_costly") from None
    return tally, sample


def _all(workspace: Workspace, definition: Definition, at: datetime) -> Iterator[Judged]:
    walk, seconds = Walk(workspace.pk), 0.0
    while not walk.ended:
        started = time.monotonic()
        contacts = next_chunk(workspace, definition.audience, at, walk)
        seconds += time.monotonic() - started
        if seconds > MAX_READ_SECONDS:
            raise StatementTimeout
        yield from judge(definition, contacts, at)
