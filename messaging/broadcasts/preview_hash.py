"""The ``audience_hash``: by it a start says which preview it starts, and a refusal says what has changed since.

It has the hash of the audience (:attr:`Tally.hash`), then a digest of each part of the definition that decides what is
sent. The digests are short, and keyed: without the key nobody can look for two texts with the same one.
"""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime

from django.utils.crypto import salted_hmac

from crmsolid.core.errors import DomainError
from messaging.broadcasts.audience import Tally
from messaging.broadcasts.definition import Definition

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
}


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
    reasons = [_parts_changed(parts)] if parts else []
    if is_for_others:
        reasons.append(_people_changed(int(previewed), tally.eligible))
    detail = "; ".join(reasons) or "this preview was made by another version of the product. Look at it again"
    raise DomainError(
        "audience_changed",
        f"nothing was sent: {detail}",
        previewed=int(previewed),
        eligible=tally.eligible,
        changed=[*(["audience"] if is_for_others else []), *parts],
    )


def _parts_changed(parts: Sequence[str]) -> str:
    *others, last = [_WORDS.get(part, f"the field {part}") for part in parts]
    if not others:
        return f"{last} has changed since this preview"
    return f"{', '.join(others)} and {last} have changed since this preview"


def _people_changed(previewed: int, eligible: int) -> str:
    if previewed == eligible:
        return f"it is for {previewed:,} as in the preview, but not for the same people"
    return f"in the preview it was for {previewed:,}, and now it is for {eligible:,}"


def _digest(definition: Definition, part: str) -> str:
    value = getattr(definition, part)
    if part == "account_ids":  # as they are stored
        value = sorted(set(value))
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat()
    return salted_hmac(_SALT, json.dumps([part, value], sort_keys=True), algorithm="sha256").hexdigest()[:_DIGITS]
