"""Why a contact is in a segment or not: each comparison with the contact's value and whether it holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper

from contacts import repository
from contacts.models import Contact
from contacts.repository import ContactWithTags
from contacts.segments.compilation import where
from contacts.segments.conditions import AllOf, AnyOf, Condition, Leaf, Not
from contacts.segments.fields import ConditionField, Kind
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import not_found
from crmsolid.core.ids import is_id
from crmsolid.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class ExplainedLeaf:
    """A comparison: where it stands in the filter, what it asks, the contact's value (None if there is none), and
    whether it holds."""

    path: str
    field: str
    op: str
    value: Any
    actual: Any
    holds: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    contact_id: str
    matches: bool
    leaves: list[ExplainedLeaf]


def explain(workspace: Workspace, condition: Condition, contact_id: str, now: datetime) -> Explanation:
    """What the condition says of one contact at the instant ``now``. ``not_found`` (404).

    The database decides each comparison, in one query and by the same SQL as the list of the segment.
    """
    leaves = list(leaves_of(condition))
    compared = {
        f"leaf_{index}": ExpressionWrapper(where(leaf, now), output_field=BooleanField())
        for index, (_, leaf) in enumerate(leaves)
    }
    contacts = Contact.objects.for_workspace(workspace).annotate(**compared)
    contact = contacts.filter(pk=contact_id).first() if is_id("con", contact_id) else None
    if contact is None:
        raise not_found("contact")
    [with_tags] = repository.with_tags([contact])
    results = [bool(getattr(contact, name)) for name in compared]
    explained = [
        ExplainedLeaf(path, leaf.field.name, leaf.op.value, _as_json(leaf.value), _actual(leaf.field, with_tags), holds)
        for (path, leaf), holds in zip(leaves, results, strict=True)
    ]
    return Explanation(contact.pk, _holds(condition, iter(results)), explained)


def leaves_of(condition: Condition, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """The comparisons of the condition with their paths, in its order."""
    at = f"{path}." if path else ""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            group = "all" if isinstance(condition, AllOf) else "any"
            for index, part in enumerate(parts):
                yield from leaves_of(part, f"{at}{group}[{index}]")
        case Not(part):
            yield from leaves_of(part, f"{at}not")
        case Leaf():
            yield path, condition


def _holds(condition: Condition, results: Iterator[bool]) -> bool:
    """Whether the condition holds, given the results of its comparisons in their order."""
    match condition:
        case AllOf(parts):
            return all([_holds(part, results) for part in parts])
        case AnyOf(parts):
            return any([_holds(part, results) for part in parts])
        case Not(part):
            return not _holds(part, results)
        case Leaf():
            return next(results)


def _actual(field: ConditionField, contact: ContactWithTags) -> Any:
    if field.kind is Kind.TAG:
        return sorted(contact.tags) or None
    if field.custom_key:
        return contact.contact.custom_fields.get(field.custom_key)
    value = getattr(contact.contact, field.name)
    if field.kind is Kind.TIME:
        return None if value is None else rfc3339(value)
    return None if value == "" else value


def _as_json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
