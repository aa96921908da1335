"""Who a broadcast goes to, who of them is excluded and why, and the hash by which two looks at them are compared.

The audience is read in chunks in the order of contact ids, so its size does not matter for memory. The hash of the
people is the sum of a digest of each contact with the reason of the exclusion: it does not depend on the order or on
the chunks. The ``audience_hash`` of the API has after it a digest of each part of the definition that decides what is
sent: by it a start says which preview it starts, and a refusal says what has changed since. These digests are short,
and keyed: without the key nobody can look for two texts with the same one.
"""

import hashlib
import json
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.crypto import salted_hmac

from contacts.models import Contact, ContactTag
from contacts.normalization import tag
from contacts.segments.conditions import load_condition
from contacts.segments.matching import matching
from contacts.walking import Walk
from crmsolid.core.errors import DomainError
from crmsolid.core.postgresql.statement_timeout import StatementTimeout
from crmsolid.workspaces.models import Workspace
from messaging.broadcasts.definition import Definition
from messaging.broadcasts.models import ExclusionReason, Recipient, RecipientStatus
from messaging.formatting.entities import Formatted
from messaging.formatting.variables import TemplateUnresolved
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

# Without digests it is a hash from before there were any: it is well formed, and not that of any preview.
AUDIENCE_HASH = r"^[0-9a-f]{64}-[0-9]{1,9}(-[0-9a-f]{16,640})?$"
MAX_LENGTH = 720
# The parts in their order in the hash: every field but the name, which nobody is sent, and the audience, which stands
# before them. A new field of the definition is the last of them, and so covered.
PARTS = tuple(field.name for field in fields(Definition) if field.name not in ("name", "audience"))
_DIGITS = 16
_SALT = "crmsolid.broadcasts.preview"
_WORDS = {
    "text": "the text",
    "account_ids": "the choice of accounts",
    "send_at": "the time",
    "per_hour": "the limit of messages an hour",
    "cooldown_days": "the number of days between two broadcasts",
    "format": "the format of the text",
    "attachments": "the files",
}
_NO_TEXT = Formatted("")


@dataclass(frozen=True, slots=True)
class Judged:
    """A contact of the audience, with the text that they would get, or with the reason why they get none."""

    contact: Contact
    text: Formatted
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


def next_chunk(workspace: Workspace, audience: Mapping[str, Any], at: datetime, walk: Walk) -> list[Contact]:
    """The next contacts of a resolved audience (see ``definition.resolve_audience``) at this instant, in order of ids;
    there may be none although the walk has not ended. Errors: as ``Walk.next``."""
    contacts = Contact.objects.for_workspace(workspace)
    if "filter" in audience:
        people: Any = matching(workspace, load_condition(workspace, audience["filter"]), at)
        return walk.next(people.only(*_READ), CHUNK)
    if "tags" in audience:
        first, *others = audience["tags"]
        # The index of tags is in the order of contacts: it finds the few who have a rare one at once.
        tagged = ContactTag.objects.for_workspace(workspace).filter(name=tag(first), contact_id__gt=walk.after)
        ids = list(tagged.order_by("contact_id").values_list("contact_id", flat=True)[:CHUNK])
        contacts = contacts.filtered({"tag": others})
    else:
        start = bisect_right(audience["contact_ids"], walk.after)
        ids = audience["contact_ids"][start : start + CHUNK]
    walk.after, walk.ended = ids[-1] if ids else walk.after, len(ids) < CHUNK
    return list(contacts.filter(pk__in=ids).only(*_READ).order_by("pk"))


def judge(
    workspace: Workspace, definition: Definition, contacts: Sequence[Contact], at: datetime, *, broadcast_id: str = ""
) -> list[Judged]:
    """Which of these contacts the broadcast would go to at this instant. ``broadcast_id``: it is this one."""
    recent: set[str | None] = set()
    if definition.cooldown_days:
        since = at - timedelta(days=definition.cooldown_days)
        was_sent = Q(status=RecipientStatus.SENT, settled_at__gt=since)
        is_sent = Q(status=RecipientStatus.PENDING, message__isnull=False)
        rows = Recipient.objects.for_workspace(workspace).filter(was_sent | is_sent, contact__in=contacts)
        recent = set(rows.exclude(broadcast=broadcast_id).values_list("contact_id", flat=True))
    return [Judged(contact, *_text_or_reason(contact, definition, recent)) for contact in contacts]


def _text_or_reason(contact: Contact, definition: Definition, recent: set[str | None]) -> tuple[Formatted, str]:
    if contact.opted_out:
        return _NO_TEXT, ExclusionReason.OPTED_OUT.value
    if not recipient_of(contact):
        return _NO_TEXT, ExclusionReason.NO_ADDRESS.value
    if contact.id in recent:
        return _NO_TEXT, ExclusionReason.COOLDOWN.value
    try:
        caption = bool(definition.attachments)
        return message_text.render_for(contact, definition.text, definition.format, caption=caption), ""
    except TemplateUnresolved:
        return _NO_TEXT, ExclusionReason.MISSING_VALUE.value
    except ValueError:
        return _NO_TEXT, ExclusionReason.TEXT_LENGTH.value


def evaluate(
    workspace: Workspace, definition: Definition, at: datetime, *, at_most: int | None = None
) -> tuple[Tally, list[Judged]]:
    """The whole audience at this instant, and the first ten who would get the message. It is not counted any further
    once there are more than ``at_most`` contacts.

    Error: ``filter_too_costly`` if finding the contacts takes too long.
    """
    tally, sample = Tally(), list[Judged]()
    walk, seconds = Walk(workspace.pk), 0.0
    try:
        while not walk.ended:
            started = time.monotonic()
            contacts = next_chunk(workspace, definition.audience, at, walk)
            seconds += time.monotonic() - started
            if seconds > MAX_READ_SECONDS:
                raise StatementTimeout
            for judged in judge(workspace, definition, contacts, at):
                if tally.total == at_most:
                    tally.total += 1
                    return tally, sample
                tally.add(judged.contact.id, judged.reason)
                if not judged.reason and len(sample) < SAMPLE:
                    sample.append(judged)
    except StatementTimeout:
        raise DomainError("filter_too_costly") from None
    return tally, sample


# --- What a preview has shown ----------------------------------------------------------------------------------------
def preview_hash(people_hash: str, definition: Definition) -> str:
    """The ``audience_hash`` of a preview of this definition for these people."""
    return f"{people_hash}-{''.join(_digest(definition, part) for part in PARTS)}"


def check_unchanged(audience_hash: str, tally: Tally, definition: Definition) -> None:
    """Raise ``audience_changed`` (409) unless the hash is that of a preview of this definition for these people.

    The error has the numbers of people ``previewed`` and ``eligible``, and ``changed``: ``audience`` if it is for
    others, and the fields of the definition that differ. It leaves out what a hash of another version does not have.
    """
    if audience_hash == preview_hash(tally.hash, definition):
        return
    people, previewed, digests = (*audience_hash.split("-"), "")[:3]
    quoted = [digests[start : start + _DIGITS] for start in range(0, len(digests), _DIGITS)]
    parts = [part for part, digest in zip(PARTS, quoted, strict=False) if digest != _digest(definition, part)]
    is_for_others = f"{people}-{previewed}" != tally.hash
    reasons = []
    if parts:
        *others, last = [_WORDS.get(part, f"the field {part}") for part in parts]
        what = f"{', '.join(others)} and {last} have" if others else f"{last} has"
        reasons.append(f"{what} changed since this preview")
    if is_for_others and int(previewed) == tally.eligible:
        reasons.append(f"it is for {tally.eligible:,} as in the preview, but not for the same people")
    elif is_for_others:
        reasons.append(f"in the preview it was for {int(previewed):,}, and now it is for {tally.eligible:,}")
    detail = "; ".join(reasons) or "this preview was made by another version of the product. Look at it again"
    raise DomainError(
        "audience_changed",
        f"nothing was sent: {detail}",
        previewed=int(previewed),
        eligible=tally.eligible,
        changed=[*(["audience"] if is_for_others else []), *parts],
    )


def _digest(definition: Definition, part: str) -> str:
    value = getattr(definition, part)
    if part == "account_ids":  # as they are stored
        value = sorted(set(value))
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat()
    return salted_hmac(_SALT, json.dumps([part, value], sort_keys=True), algorithm="sha256").hexdigest()[:_DIGITS]
