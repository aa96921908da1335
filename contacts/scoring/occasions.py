"""What happens to contacts that a rule may give points for, and which rules do."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contacts.models import Contact, ScoringRule, Stage
from contacts.normalization import fold
from contacts.scoring.models import Trigger
from crmsolid.core.sql.table import Table

_rules = Table(ScoringRule)


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
    return [
        _occasion(
            contact,
            Trigger.FIELD,
            [key, f"{key}={text_of(value)}"],
            f"field {key} {at.isoformat()}",
            f"field {key}",
            at,
        )
        for key, value in contact.custom_fields.items()
        if before.get(key) != value
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
    cause = f"silence {rule.value}"
    key = f"silence {since.isoformat()}"
    return _occasion(contact, Trigger.SILENCE, [fold(rule.value)], key, cause, at)


def _occasion(
    contact: Contact, trigger: Trigger, values: Iterable[str], key: str, cause: str, at: datetime
) -> Occasion:
    return Occasion(contact.workspace_id, contact.id, trigger, frozenset(values), key, cause, at)


def text_of(value: Any) -> str:
    """The value of a custom field as rules compare it. 5.0 is the number 5."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return fold(str(value))


def read_rules(workspace_ids: Iterable[int], triggers: Iterable[Trigger]) -> list[ScoringRule]:
    """The rules of these workspaces with one of these triggers, in the order in which they were made."""
    of_workspaces, ids = "workspace_id = ANY(%s)", [sorted(set(workspace_ids))]
    with_triggers, names = "trigger = ANY(%s)", [sorted({trigger.value for trigger in triggers})]
    where = f"{of_workspaces} AND {with_triggers} AND archived_at IS NULL ORDER BY id"
    return _rules.select(where, [*ids, *names])


def matching(occasions: Sequence[Occasion]) -> list[tuple[ScoringRule, Occasion]]:
    """The rules that give points for these occasions. One query, and none without occasions."""
    if not occasions:
        return []
    rules = read_rules((occasion.workspace_id for occasion in occasions), (occasion.trigger for occasion in occasions))
    return matching_rules(rules, occasions)


def matching_rules(rules: Iterable[ScoringRule], occasions: Sequence[Occasion]) -> list[tuple[ScoringRule, Occasion]]:
    """Those of these rules that give points for these occasions."""
    by_kind: dict[tuple[int, str], list[Occasion]] = defaultdict(list)
    for occasion in occasions:
        by_kind[occasion.workspace_id, occasion.trigger].append(occasion)
    matched = []
    for rule in rules:
        value = folded_value(rule)
        of_kind = by_kind.get((rule.workspace_id, rule.trigger), ())
        matched += [(rule, occasion) for occasion in of_kind if not value or value in occasion.values]
    return matched


def folded_value(rule: ScoringRule) -> str:
    """The value of the rule as occasions have it."""
    if rule.trigger == Trigger.FIELD:
        key, equals, value = rule.value.partition("=")
        return f"{key.strip()}={fold(value.strip())}" if equals else key.strip()
    return fold(rule.value)
