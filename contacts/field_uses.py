"""What names a custom field: segments, scoring rules, and what other apps register."""

from collections.abc import Iterator
from typing import Any

from contacts import uses
from contacts.models import CustomField, ScoringRule, Segment
from contacts.scoring.models import Trigger
from contacts.segments.fields import CUSTOM
from contacts.uses import Use
from crmsolid.workspaces.models import Workspace


def find_uses(field: CustomField) -> list[Use]:
    """What names the field, by kind and name."""
    finders = (_in_segments, _in_rules, *uses.of_field)
    found = [use for find in finders for use in find(field.workspace, field.key)]
    return sorted(found, key=lambda use: (use.kind, use.name))


def is_named_in(condition: Any, key: str) -> bool:
    """Whether the JSON of a condition names the field with this key."""
    if isinstance(condition, dict):
        if condition.get("field") == f"{CUSTOM}{key}":
            return True
        condition = list(condition.values())
    return isinstance(condition, list) and any(is_named_in(part, key) for part in condition)


def _in_segments(workspace: Workspace, key: str) -> Iterator[Use]:
    for segment in Segment.objects.for_workspace(workspace):
        if is_named_in(segment.filter, key):
            yield Use("Segment", segment.name, "contacts_segment_change", segment.pk)


def _in_rules(workspace: Workspace, key: str) -> Iterator[Use]:
    for rule in ScoringRule.objects.for_workspace(workspace).filter(archived_at=None, trigger=Trigger.FIELD):
        if rule.value.partition("=")[0] == key:
            yield Use("Scoring rule", rule.name, "contacts_scoringrule_change", str(rule.pk))
