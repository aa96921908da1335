"""What happens to contacts that a rule may give points for, and which rules do.

Replies and finished sequences are kept by apps above this one, which register how to read them. What has happened
(:func:`occasions_of`) has the same keys as what is scored when it happens, so nothing counts twice.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contacts.models import Contact, ContactTag, ScoringRule, Stage, StageChange
from contacts.normalization import fold
from contacts.scoring.models import Trigger
from contacts.stages import IMPLIED, OPT_OUT
from crmsolid.core.extension_points import ExtensionPoint


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that happened to a contact. ``values`` are the values of rules that it matches, folded; a rule without
    a value matches every occasion of its trigger. ``key`` is different for each occasion of a contact."""

    workspace_id: int
    contact_id: str
    trigger: Trigger
    values: frozenset[str]
    key: str
    cause: str
    at: datetime


def _occasion(
    contact: Contact, trigger: Trigger, values: Iterable[str], key: str, cause: str, at: datetime
) -> Occasion:
    return Occasion(contact.workspace_id, contact.id, trigger, frozenset(values), key, cause, at)


def tags_added(contact: Contact, names: Iterable[str], at: datetime) -> list[Occasion]:
    """The contact got these tags."""
    return [
        _occasion(contact, Trigger.TAG, [fold(name)], f"tag {name} {at.isoformat()}", f"tag {name}", at)
        for name in names
    ]


def stage_reached(contact: Contact, at: datetime, stage: str = "") -> list[Occasion]:
    """The contact came to this stage, or to the one it is in. All contacts begin as new, so that is none."""
    stage = str(stage or contact.stage)
    if stage == Stage.NEW:
        return []
    cause = f"stage {stage}"
    return [_occasion(contact, Trigger.STAGE, [stage], f"{cause} {at.isoformat()}", cause, at)]


def fields_set(contact: Contact, before: Mapping[str, Any], at: datetime) -> list[Occasion]:
    """The contact's custom fields were ``before`` until this change. A field that was emptied is none."""
    changed = {key: value for key, value in contact.custom_fields.items() if before.get(key) != value}
    return [
        _occasion(contact, Trigger.FIELD, [key, f"{key}={text_of(value)}"], f"{cause} {at.isoformat()}", cause, at)
        for key, value in changed.items()
        for cause in [f"field {key}"]
    ]


def reply(contact: Contact, message_id: str, at: datetime) -> Occasion:
    """The contact has written this message."""
    return _occasion(contact, Trigger.REPLY, [], f"reply {message_id}", f"message {message_id}", at)


def sequence_completed(contact: Contact, enrollment_id: str, name: str, at: datetime) -> Occasion:
    """The contact has finished the sequence of this name."""
    trigger, key = Trigger.SEQUENCE_COMPLETED, f"sequence {enrollment_id}"
    return _occasion(contact, trigger, [fold(name)], key, f"sequence {name}", at)


def silence(contact: Contact, rule: ScoringRule, since: datetime, at: datetime) -> Occasion:
    """The contact has not answered for as long as the rule says, from ``since`` to ``at``."""
    cause, key = f"silence {rule.value}", f"silence {since.isoformat()}"
    return _occasion(contact, Trigger.SILENCE, [fold(rule.value)], key, cause, at)


def text_of(value: Any) -> str:
    """The value of a custom field as rules compare it. 5.0 is the number 5."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return fold(str(value))


def matching_rules(rules: Iterable[ScoringRule], occasions: Sequence[Occasion]) -> list[tuple[ScoringRule, Occasion]]:
    """Those of these rules that give points for these occasions."""
    by_kind: dict[tuple[int, str], list[Occasion]] = defaultdict(list)
    for occasion in occasions:
        by_kind[occasion.workspace_id, occasion.trigger].append(occasion)
    matched = []
    for rule in rules:
        value = fold(rule.value)
        if rule.trigger == Trigger.FIELD:
            key, equals, wanted = rule.value.partition("=")
            value = f"{key.strip()}={fold(wanted.strip())}" if equals else key.strip()
        of_kind = by_kind.get((rule.workspace_id, rule.trigger), ())
        matched += [(rule, occasion) for occasion in of_kind if not value or value in occasion.values]
    return matched


# --- What has happened ------------------------------------------------------------------------------------------------
# Gets contacts and returns what has happened to them, in any order, in as many queries for any number of them.
Source = Callable[[Sequence[Contact]], list[Occasion]]

# By the trigger of the rules.
sources: ExtensionPoint[Source] = ExtensionPoint("sources of scores")


def occasions_of(contacts: Sequence[Contact], triggers: Iterable[str]) -> list[Occasion]:
    """What is known to have happened to these contacts that rules with these triggers may give points for; silences
    left out."""
    if not contacts:
        return []
    return [each for trigger in sorted(set(triggers)) if trigger in sources for each in sources[trigger](contacts)]


def tags_of(contacts: Sequence[Contact]) -> list[Occasion]:
    """The tags that contacts have now; nothing is known of those that were removed."""
    by_id = {contact.id: contact for contact in contacts}
    rows = ContactTag.unscoped.filter(contact__in=by_id).values_list("contact_id", "name", "created_at")
    return [each for contact_id, name, at in rows for each in tags_added(by_id[contact_id], [name], at)]


def stages_of(contacts: Sequence[Contact]) -> list[Occasion]:
    """The stages that contacts really came to, other than by an opt-out word."""
    by_id = {contact.id: contact for contact in contacts}
    rows = StageChange.unscoped.filter(contact__in=by_id).exclude(cause__in=(OPT_OUT, IMPLIED))
    values = rows.values_list("contact_id", "stage", "at")
    return [each for contact_id, stage, at in values for each in stage_reached(by_id[contact_id], at, stage)]


def fields_of(contacts: Sequence[Contact]) -> list[Occasion]:
    """The values that custom fields have now. When they were set is not known: not after the last change."""
    return [each for contact in contacts for each in fields_set(contact, {}, contact.updated_at)]
