"""What a broadcast is made of, and the checks that it has to pass before it is kept or started."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from contacts.models import Contact
from contacts.segments.matching import condition_of, find_segment
from crmsolid.core import clock
from crmsolid.core.errors import invalid, not_found
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from messaging.accounts import find_accounts
from messaging.broadcasts.models import Broadcast
from messaging.formatting.source import with_unix_lines
from messaging.models import Account, Format
from messaging.sending import attaching, message_text

MAX_NAME = 100
MAX_ACCOUNTS = 50
MAX_TAGS = 20
# As many as one statement may name, with room for its other parameters.
MAX_CONTACT_IDS = 4000
MAX_PER_HOUR = 1_000_000
MAX_COOLDOWN_DAYS = 3650
MAX_SEND_AT_DELAY = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Definition:
    """A broadcast as somebody describes it.

    ``audience`` has exactly one of ``segment_id``, ``tags`` (contacts that have all of them, as in the list of
    contacts) and ``contact_ids``. ``send_at`` is when it starts, at once if that is not in the future. ``per_hour``
    limits its messages in any hour; ``cooldown_days`` leaves out who got a broadcast within so many days.
    ``format`` is how ``text`` is written. ``attachments`` are the ids of the files that it is the caption of.
    """

    name: str
    text: str
    account_ids: tuple[int, ...]
    audience: Mapping[str, Any] = field(default_factory=dict)
    send_at: datetime | None = None
    per_hour: int | None = None
    cooldown_days: int | None = None
    format: str = Format.PLAIN.value
    attachments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", with_unix_lines(self.text))

    @classmethod
    def of(cls, broadcast: Broadcast) -> "Definition":
        """What the row of a broadcast says."""
        return cls(
            name=broadcast.name,
            text=broadcast.text,
            account_ids=tuple(broadcast.account_ids),
            audience=broadcast.audience,
            send_at=broadcast.send_at,
            per_hour=broadcast.per_hour,
            cooldown_days=broadcast.cooldown_days,
            format=broadcast.format,
            attachments=tuple(broadcast.attachments),
        )


def check(actor: Actor, definition: Definition) -> list[Account]:
    """The accounts of the definition. Raises ``validation_failed`` for a wrong name, text, file or time, and
    ``not_found`` for an account; the numbers are in range already."""
    if not 1 <= len(definition.name.strip()) <= MAX_NAME:
        raise invalid("name", "length", f"a name has 1 to {MAX_NAME} characters")
    files = definition.attachments
    message_text.check_template(actor.workspace, definition.text, definition.format, caption=bool(files))
    attaching.check_kept(actor.workspace, files)
    if definition.send_at is not None and definition.send_at > clock.now() + MAX_SEND_AT_DELAY:
        raise invalid("send_at", "too_far", "send_at may be at most 366 days away")
    if not 1 <= len(definition.account_ids) <= MAX_ACCOUNTS:
        raise invalid("account_ids", "length", f"give 1 to {MAX_ACCOUNTS} accounts")
    return find_accounts(actor, definition.account_ids)


def resolve_audience(workspace: Workspace, audience: Mapping[str, Any], *, storing: bool = False) -> dict[str, Any]:
    """The audience with what is needed to find its people later: the filter of a segment beside its id, so that a
    change of the segment changes no broadcast that was started. Contact ids are sorted, each once.
    ``storing``: the caller stores it in the same transaction.

    Raises ``validation_failed`` unless exactly one kind of audience is given, ``not_found`` for a segment or contact,
    ``invalid_state`` for a segment whose filter does not fit any more.
    """
    kinds = [name for name in ("segment_id", "tags", "contact_ids") if audience.get(name) is not None]
    if len(kinds) != 1:
        raise invalid("audience", "one_of", "give one of segment_id, tags and contact_ids")
    if kinds == ["segment_id"]:
        segment = find_segment(workspace, audience["segment_id"], copying=storing)
        condition_of(segment)  # refuses a filter that does not fit any more
        return {"segment_id": segment.pk, "filter": segment.filter}
    if kinds == ["tags"]:
        if not 1 <= len(audience["tags"]) <= MAX_TAGS:
            raise invalid("audience.tags", "length", f"give 1 to {MAX_TAGS} tags")
        return {"tags": list(audience["tags"])}
    ids = sorted(set(audience["contact_ids"]))
    if not 1 <= len(ids) <= MAX_CONTACT_IDS:
        raise invalid("audience.contact_ids", "length", f"give 1 to {MAX_CONTACT_IDS:,} contacts")
    found = set(Contact.objects.for_workspace(workspace).filter(pk__in=ids).values_list("pk", flat=True))
    missing = [each for each in ids if each not in found]
    if missing:
        raise not_found("contact", missing[0])
    return {"contact_ids": ids}
