"""What names a tag besides the contacts that have it: segments, scoring rules, and what other apps register.

A renamed tag is renamed in segments and scoring rules. What cannot be changed by itself is listed, with what to do.
"""

from dataclasses import replace
from typing import Any

from contacts import uses
from contacts.models import ContactTag, ScoringRule, Segment
from contacts.normalization import fold
from contacts.scoring.definition import definition_of
from contacts.scoring.models import Trigger
from contacts.scoring.services import update_rule
from contacts.uses import Use
from crmsolid.core import clock
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Role, Workspace

# The comparisons whose value is a whole tag; a part of one says nothing about this tag.
_WHOLE = ("is", "is_not", "in")


def find_uses(actor: Actor, name: str) -> list[Use]:
    """What names the tag; a few queries, however many rows there are."""
    workspace, advice = actor.workspace, ""
    if _has_other_case(workspace, name):
        advice = "It also matches this tag in other capitals, so it is not changed. Edit it if it should be."
    found = [
        Use("Segment", each.name, "contacts_segment_change", each.pk, advice)
        for each in Segment.objects.for_workspace(workspace).order_by("name")
        if is_named_in(each.filter, name)
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
    """The condition with another tag wherever it compares with this one."""
    if isinstance(condition, list):
        return [renamed(each, name, to) for each in condition]
    if not isinstance(condition, dict):
        return condition
    if condition.get("field") != "tag" or condition.get("op") not in _WHOLE:
        return {key: renamed(each, name, to) for key, each in condition.items()}
    value = condition.get("value")
    values = [to if fold(str(each)) == fold(name) else each for each in (value if isinstance(value, list) else [value])]
    return {**condition, "value": list(dict.fromkeys(values)) if isinstance(value, list) else values[0]}


def rename_in_segments(actor: Actor, name: str, to: str) -> None:
    """Name the new tag in the segments that name this one. Call it before the job is made: whoever locks both takes
    segments first."""
    if _has_other_case(actor.workspace, name):
        return
    rows = Segment.objects.for_workspace(actor.workspace)
    ids = [each.pk for each in rows if is_named_in(each.filter, name)]
    for segment in rows.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk"):
        segment.filter, segment.updated_at = renamed(segment.filter, name, to), clock.now()
        segment.save(update_fields=["filter", "updated_at"])
        audit.record(actor, "segment.updated", segment.pk, old={"tag": name}, new={"tag": to})


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
