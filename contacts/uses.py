"""What names a tag or a custom field: segments, scoring rules, and what other apps register.

A renamed tag is renamed in segments and scoring rules. While its contacts get the new one, segments name both. What
cannot be changed by itself is listed, with what to do.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from contacts.models import ContactTag, CustomField, ScoringRule, Segment
from contacts.normalization import fold
from contacts.scoring.definition import definition_of
from contacts.scoring.models import Trigger
from contacts.scoring.services import update_rule
from contacts.segments.conditions import ConditionErrors, definitions_of, load_condition
from contacts.segments.fields import CUSTOM
from crmsolid.core import clock
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Role, Workspace


@dataclass(frozen=True, slots=True)
class Use:
    """A row that names a tag or a field: what it is, its name, and the URL name and argument of its page; no page for
    who may not see it. ``advice`` says what has to be done by hand when a tag is renamed; empty if that is nothing."""

    kind: str
    name: str
    page: str
    pk: str
    advice: str = ""


# Each finds the rows of one app that name this tag, or the field with this key, with a fixed number of queries.
Finder = Callable[[Workspace, str], Iterable[Use]]
of_tag: ExtensionPoint[Finder] = ExtensionPoint("uses of a tag")
of_field: ExtensionPoint[Finder] = ExtensionPoint("uses of a custom field")

SEGMENT_PAGE, RULE_PAGE = "contacts_segment_change", "contacts_scoringrule_change"
# The comparisons whose value is a whole tag; a part of one says nothing about this tag.
_WHOLE = ("is", "is_not", "in")
# A tag that no filter names, to see whether one more has room.
_OTHER = "?"
_FULL = "Its filter has no room for a second tag during the change, so it stays as it is. Change it afterwards."


def find_field_uses(field: CustomField) -> list[Use]:
    """What names the field, by kind and name."""
    finders = (_segments_with_field, _rules_with_field, *of_field.values())
    found = [use for find in finders for use in find(field.workspace, field.key)]
    return sorted(found, key=lambda use: (use.kind, use.name))


def _segments_with_field(workspace: Workspace, key: str) -> Iterator[Use]:
    for segment in Segment.objects.for_workspace(workspace):
        if names_field(segment.filter, key):
            yield Use("Segment", segment.name, SEGMENT_PAGE, segment.pk)


def _rules_with_field(workspace: Workspace, key: str) -> Iterator[Use]:
    for rule in ScoringRule.objects.for_workspace(workspace).filter(archived_at=None, trigger=Trigger.FIELD):
        if rule.value.partition("=")[0] == key:
            yield Use("Scoring rule", rule.name, RULE_PAGE, str(rule.pk))


def names_field(condition: Any, key: str) -> bool:
    """Whether the JSON of a condition names the field with this key."""
    if isinstance(condition, dict):
        if condition.get("field") == f"{CUSTOM}{key}":
            return True
        condition = list(condition.values())
    return isinstance(condition, list) and any(names_field(part, key) for part in condition)


def find_tag_uses(actor: Actor, name: str) -> list[Use]:
    """What names the tag; a few queries, however many rows there are."""
    workspace, advice = actor.workspace, ""
    if _has_other_case(workspace, name):
        advice = "It also matches this tag in other capitals, so it is not changed. Edit it if it should be."
    found = [
        Use("Segment", row.name, SEGMENT_PAGE, row.pk, advice or ("" if both else _FULL))
        for row, both in _segments_with_tag(workspace, name, _OTHER)
    ]
    page = RULE_PAGE
    if not _may_change_rules(actor):
        page, advice = "", "Ask an admin to change it."
    found += [Use("Scoring rule", each.name, page, str(each.pk), advice) for each in _rules_with_tag(workspace, name)]
    for find in of_tag.values():
        found += find(workspace, name)
    return found


def names_tag(condition: Any, name: str) -> bool:
    """Whether a condition, as JSON, compares with this tag. As in conditions, case does not matter."""
    return bool(_renamed(condition, name, "") != condition)


def _renamed(condition: Any, name: str, to: str) -> Any:
    """The condition with another tag wherever it compares with this one; what :func:`_with_both` added is gone."""
    return _change(condition, name, lambda values: [to if fold(each) == fold(name) else each for each in values])


def _with_both(condition: Any, name: str, other: str) -> Any:
    """The condition with either tag wherever it compares with this one: somebody who has one of the two is found, or
    left out, as somebody with this one was."""
    return _change(condition, name, lambda values: [*values, other])


def _change(condition: Any, name: str, change: Callable[[list[str]], list[str]]) -> Any:
    """The condition with the values of each comparison with this tag changed."""
    if isinstance(condition, list):
        return [_change(each, name, change) for each in condition]
    if not isinstance(condition, dict):
        return condition
    if condition.get("field") != "tag" or condition.get("op") not in _WHOLE:
        return {key: _change(each, name, change) for key, each in condition.items()}
    op, value = condition["op"], condition["value"]
    values = value if isinstance(value, list) else [value]
    if fold(name) not in map(fold, values):
        return condition
    values = list(dict.fromkeys(change(values)))
    if len(values) == 1:
        return {**condition, "op": "is" if op == "in" else op, "value": values[0]}
    either = {**condition, "op": "in", "value": values}
    return {"not": either} if op == "is_not" else either


def _segments_with_tag(workspace: Workspace, name: str, other: str) -> list[tuple[Segment, Any]]:
    """The segments that name this tag by name, each with its filter :func:`_with_both`; None where that would be larger
    than a filter may be."""
    rows = [row for row in Segment.objects.for_workspace(workspace).order_by("name") if names_tag(row.filter, name)]
    definitions = definitions_of(workspace) if rows else {}
    found: list[tuple[Segment, Any]] = []
    for row in rows:
        both = _with_both(row.filter, name, other)
        try:
            load_condition(workspace, both, definitions)
        except ConditionErrors:
            both = None
        found.append((row, both))
    return found


def name_both_in_segments(actor: Actor, name: str, other: str) -> list[str]:
    """Let the segments that name this tag name both, for as long as some contacts have one and some the other: so
    nobody comes into a segment or falls out of it meanwhile. Returns their ids, for :func:`rename_in_segments`. Call it
    before the job is made: whoever locks both takes segments first."""
    if _has_other_case(actor.workspace, name):
        return []
    ids = [row.pk for row, both in _segments_with_tag(actor.workspace, name, other) if both is not None]
    for segment in _lock_segments(actor, ids):
        audit.record(actor, "segment.updated", segment.pk, old={"tag": name}, new={"tag": other})
        _save_filter(segment, _with_both(segment.filter, name, other))
    return ids


def rename_in_segments(actor: Actor, ids: list[str], name: str, to: str) -> None:
    """Let these segments name the new tag alone, now that no contact has this one."""
    # The job is locked: without waiting, because an erasure locks segments before jobs. The job tries it again.
    for segment in _lock_segments(actor, ids, nowait=True):
        _save_filter(segment, _renamed(segment.filter, name, to))


def _lock_segments(actor: Actor, ids: list[str], *, nowait: bool = False) -> QuerySet[Segment]:
    rows = Segment.objects.for_workspace(actor.workspace).filter(pk__in=ids).order_by("pk")
    return rows.select_for_update(no_key=True, nowait=nowait)


def _save_filter(segment: Segment, filter: Any) -> None:
    segment.filter, segment.updated_at = filter, clock.now()
    segment.save(update_fields=["filter", "updated_at"])


def rules_to_rename(actor: Actor, name: str) -> list[int]:
    """The scoring rules for this tag, for an actor who may change them. They are changed once all contacts have the new
    tag: until then they would take points away that they then give again."""
    if not _may_change_rules(actor) or _has_other_case(actor.workspace, name):
        return []
    return [rule.pk for rule in _rules_with_tag(actor.workspace, name)]


def rename_in_rules(actor: Actor, ids: list[int], name: str, to: str) -> None:
    """Name the new tag in those of these rules that still name this one, and have the contacts scored again."""
    for rule in _rules_with_tag(actor.workspace, name):
        if rule.pk in ids:
            update_rule(actor, rule.pk, replace(definition_of(rule), value=to))


def _rules_with_tag(workspace: Workspace, name: str) -> list[ScoringRule]:
    rows = ScoringRule.objects.for_workspace(workspace).filter(trigger=Trigger.TAG, archived_at=None)
    return [rule for rule in rows.order_by("name") if rule.value and fold(rule.value) == fold(name)]


def _may_change_rules(actor: Actor) -> bool:
    return actor.has_role(Role.ADMIN, Role.OWNER)


def _has_other_case(workspace: Workspace, name: str) -> bool:
    """Whether contacts have this tag in another case, which conditions take for the same."""
    rows = ContactTag.objects.for_workspace(workspace).filter(folded=fold(name)).exclude(name=name)
    return bool(rows.exists())
