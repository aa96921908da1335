"""What names a tag besides the contacts that have it: segments, scoring rules, and what other apps register.

A renamed tag is renamed in segments and scoring rules. While its contacts get the new one, segments name both. What
cannot be changed by itself is listed, with what to do.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from contacts import uses
from contacts.models import ContactTag, ScoringRule, Segment
from contacts.normalization import fold
from contacts.scoring.definition import definition_of
from contacts.scoring.models import Trigger
from contacts.scoring.services import update_rule
from contacts.segments.conditions import ConditionErrors, definitions_of, load_condition
from contacts.uses import Use
from crmsolid.core import clock
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Role, Workspace

# The comparisons whose value is a whole tag; a part of one says nothing about this tag.
_WHOLE = ("is", "is_not", "in")
# A tag that no filter names, to see whether one more has room.
_OTHER = "?"
_FULL = "Its filter has no room for a second tag during the change, so it stays as it is. Change it afterwards."


def find_uses(actor: Actor, name: str) -> list[Use]:
    """What names the tag; a few queries, however many rows there are."""
    workspace, advice = actor.workspace, ""
    if _has_other_case(workspace, name):
        advice = "It also matches this tag in other capitals, so it is not changed. Edit it if it should be."
    found = [
        Use("Segment", row.name, "contacts_segment_change", row.pk, advice or ("" if both else _FULL))
        for row, both in _segments(workspace, name, _OTHER)
    ]
    page = "contacts_scoringrule_change"
    if not _may_change_rules(actor):
        page, advice = "", "Ask an admin to change it."
    found += [Use("Scoring rule", each.name, page, str(each.pk), advice) for each in _rules(workspace, name)]
    for find in uses.of_tag:
        found += find(workspace, name)
    return found


def is_named_in(condition: Any, name: str) -> bool:
    """Whether a condition, as JSON, compares with this tag. As in conditions, case does not matter."""
    return bool(renamed(condition, name, "") != condition)


def renamed(condition: Any, name: str, to: str) -> Any:
    """The condition with another tag wherever it compares with this one; what :func:`with_both` added is gone."""

    def change(leaf: dict[str, Any]) -> dict[str, Any]:
        values = list(dict.fromkeys(to if fold(each) == fold(name) else each for each in _values(leaf)))
        if leaf["op"] == "in" and len(values) > 1:
            return {**leaf, "value": values}
        return {**leaf, "op": "is" if leaf["op"] == "in" else leaf["op"], "value": values[0]}

    return _change(condition, name, change)


def with_both(condition: Any, name: str, other: str) -> Any:
    """The condition with either tag wherever it compares with this one: somebody who has one of the two is found, or
    left out, as somebody with this one was."""

    def change(leaf: dict[str, Any]) -> dict[str, Any]:
        either = {**leaf, "op": "in", "value": list(dict.fromkeys([*_values(leaf), other]))}
        return {"not": either} if leaf["op"] == "is_not" else either

    return _change(condition, name, change)


def _change(condition: Any, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """The condition with each comparison with this tag changed."""
    if isinstance(condition, list):
        return [_change(each, name, change) for each in condition]
    if not isinstance(condition, dict):
        return condition
    if condition.get("field") != "tag" or condition.get("op") not in _WHOLE:
        return {key: _change(each, name, change) for key, each in condition.items()}
    return change(condition) if fold(name) in map(fold, _values(condition)) else condition


def _values(leaf: dict[str, Any]) -> list[str]:
    return leaf["value"] if isinstance(leaf["value"], list) else [leaf["value"]]


def _segments(workspace: Workspace, name: str, other: str) -> list[tuple[Segment, Any]]:
    """The segments that name this tag by name, each with its filter :func:`with_both`; None where that would be larger
    than a filter may be."""
    rows = [row for row in Segment.objects.for_workspace(workspace).order_by("name") if is_named_in(row.filter, name)]
    definitions = definitions_of(workspace) if rows else {}
    found: list[tuple[Segment, Any]] = []
    for row in rows:
        both = with_both(row.filter, name, other)
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
    ids = [row.pk for row, both in _segments(actor.workspace, name, other) if both is not None]
    for segment in _lock_segments(actor, ids):
        audit.record(actor, "segment.updated", segment.pk, old={"tag": name}, new={"tag": other})
        _save_filter(segment, with_both(segment.filter, name, other))
    return ids


def rename_in_segments(actor: Actor, ids: list[str], name: str, to: str) -> None:
    """Let these segments name the new tag alone, now that no contact has this one."""
    # The job is locked: without waiting, because an erasure locks segments before jobs. The job tries it again.
    for segment in _lock_segments(actor, ids, nowait=True):
        _save_filter(segment, renamed(segment.filter, name, to))


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
    return [rule.pk for rule in _rules(actor.workspace, name)]


def rename_in_rules(actor: Actor, ids: list[int], name: str, to: str) -> None:
    """Name the new tag in those of these rules that still name this one, and have the contacts scored again."""
    for rule in _rules(actor.workspace, name):
        if rule.pk in ids:
            update_rule(actor, rule.pk, replace(definition_of(rule), value=to))


def _rules(workspace: Workspace, name: str) -> list[ScoringRule]:
    rows = ScoringRule.objects.for_workspace(workspace).filter(trigger=Trigger.TAG, archived_at=None)
    return [rule for rule in rows.order_by("name") if rule.value and fold(rule.value) == fold(name)]


def _may_change_rules(actor: Actor) -> bool:
    return actor.has_role(Role.ADMIN, Role.OWNER)


def _has_other_case(workspace: Workspace, name: str) -> bool:
    """Whether contacts have this tag in another case, which conditions take for the same."""
    rows = ContactTag.objects.for_workspace(workspace).filter(folded=fold(name)).exclude(name=name)
    return bool(rows.exists())
