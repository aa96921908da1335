"""Where a custom field is named: in segments and scoring rules, and in what the apps above register when they start."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from contacts.models import CustomField, ScoringRule, Segment
from contacts.scoring.models import Trigger
from contacts.segments.fields import CUSTOM


@dataclass(frozen=True, slots=True)
class FieldUse:
    """Something that names a custom field. ``page``: the URL name of its page in the panel, for the row ``pk``."""

    kind: str
    name: str
    page: str
    pk: str


FieldUses = Callable[[CustomField], Iterable[FieldUse]]
_finders: list[FieldUses] = []


def register(finder: FieldUses) -> None:
    """Register a function that finds what names a field of a workspace, with a fixed number of queries."""
    if finder not in _finders:
        _finders.append(finder)


def uses_of(field: CustomField) -> list[FieldUse]:
    """What names the field, by kind and name."""
    found = [use for finder in (_in_segments, _in_rules, *_finders) for use in finder(field)]
    return sorted(found, key=lambda use: (use.kind, use.name))


def is_named_in(field: CustomField, condition: Any) -> bool:
    """Whether the JSON of a condition names the field."""
    if isinstance(condition, dict):
        if condition.get("field") == f"{CUSTOM}{field.key}":
            return True
        condition = list(condition.values())
    return isinstance(condition, list) and any(is_named_in(field, part) for part in condition)


def _in_segments(field: CustomField) -> Iterator[FieldUse]:
    for segment in Segment.objects.for_workspace(field.workspace_id):
        if is_named_in(field, segment.filter):
            yield FieldUse("Segment", segment.name, "contacts_segment_change", segment.pk)


def _in_rules(field: CustomField) -> Iterator[FieldUse]:
    for rule in ScoringRule.objects.for_workspace(field.workspace_id).filter(archived_at=None, trigger=Trigger.FIELD):
        if rule.value.partition("=")[0] == field.key:
            yield FieldUse("Scoring rule", rule.name, "contacts_scoringrule_change", str(rule.pk))
