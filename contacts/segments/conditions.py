"""Conditions on contacts: read from JSON with the path of every wrong part, and said in plain English.

A condition is a leaf (``{"field", "op", "value"}``) or a group of conditions (``{"all": [...]}``, ``{"any": [...]}``,
``{"not": {...}}``). ``contacts.segments.compilation`` makes a query of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from contacts.models import CustomField
from contacts.normalization import InvalidValue
from contacts.segments import fields
from contacts.segments.fields import FIELDS, OPS, ConditionField, Kind, Op, read_value
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.core.strictjson import join_path
from crmsolid.workspaces.models import Workspace

MAX_LEVELS = 5
MAX_LEAVES = 50
MAX_VALUES = 100
# So many errors are reported, and so many unknown members of one object.
MAX_ERRORS = 100
MAX_UNKNOWN = 10
_OPS = {op.value: op for op in Op}
_MAX_SHOWN_NAME = 40
_MAX_SHOWN_VALUES = 5


@dataclass(frozen=True, slots=True)
class Leaf:
    """A comparison of one field. ``value`` is the JSON value as it was given, lists as tuples; ``operands`` are its
    normal forms: one, or one for each value of ``in``."""

    field: ConditionField
    op: Op
    value: Any
    operands: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds if every part holds; without parts for everybody."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds if at least one part holds; without parts for nobody."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


Condition = AllOf | AnyOf | Not | Leaf


class ConditionErrors(DomainError):
    """A value that is not a condition. ``errors`` names each wrong part by its path, such as ``all[1].any[0].op``."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("validation_failed", errors=errors)

    def __str__(self) -> str:
        return "; ".join(f"{error.field}: {error.detail}" for error in self.errors)


def parse_condition(workspace: Workspace | int, data: Any, *, path: str = "") -> Condition:
    """The condition that a JSON value describes. Raises :class:`ConditionErrors`.

    ``path`` is where the value stands in what the caller was given. The path of an error continues it, and is ``path``
    itself if the whole value is wrong. At most ``MAX_ERRORS`` errors are reported. Runs one query if a custom field is
    named, else none.
    """
    return _Parser(workspace).parse(data, path)


def load_condition(
    workspace: Workspace | int, data: Any, definitions: Mapping[str, CustomField] | None = None
) -> Condition:
    """A condition that :func:`parse_condition` accepted before it was stored.

    A choice that its custom field no longer offers is accepted, because contacts keep it as well. ``definitions`` are
    those of :func:`definitions_of`, for who loads several conditions.
    """
    return _Parser(workspace, definitions, any_choice=True).parse(data, "")


def definitions_of(workspace: Workspace | int) -> dict[str, CustomField]:
    """The custom fields of the workspace by key."""
    return {definition.key: definition for definition in CustomField.objects.for_workspace(workspace)}


class _Parser:
    """Reads one condition and collects its errors. A node is None where it has one.

    Reading stops at the leaf that is too many. Empty lists and wrong nodes count as leaves here, so the work is bounded
    by ``MAX_LEAVES`` and ``MAX_LEVELS``, whatever is sent.
    """

    def __init__(
        self,
        workspace: Workspace | int,
        definitions: Mapping[str, CustomField] | None = None,
        *,
        any_choice: bool = False,
    ) -> None:
        self.workspace, self.given, self.any_choice = workspace, definitions, any_choice
        self.errors: list[FieldError] = []
        self.leaves = 0

    @cached_property
    def definitions(self) -> Mapping[str, CustomField]:
        return definitions_of(self.workspace) if self.given is None else self.given

    def parse(self, data: Any, path: str) -> Condition:
        condition = self.node(data, path, 1)
        if self.errors or condition is None:
            raise ConditionErrors(self.errors)
        return condition

    def fail(self, path: str, code: str, detail: str) -> None:
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(FieldError(path, code, detail))

    def count_leaf(self, path: str) -> bool:
        """Whether there may be one more leaf."""
        self.leaves += 1
        if self.leaves <= MAX_LEAVES:
            return True
        self.errors = self.errors[: MAX_ERRORS - 1]
        self.fail(path, "too_many", f"a condition has at most {MAX_LEAVES} comparisons; an empty list counts as one")
        return False

    def node(self, data: Any, path: str, level: int) -> Condition | None:
        group = next((name for name in ("all", "any", "not") if isinstance(data, dict) and name in data), None)
        if level > MAX_LEVELS:
            if self.count_leaf(path):
                self.fail(path, "too_deep", f"a condition has at most {MAX_LEVELS} levels, the comparison included")
            return None
        if group is None:
            return self.leaf(data, path) if self.count_leaf(path) else None
        self.check_members(data, (group,), path)
        inner, at = data[group], join_path(path, group)
        if group == "not":
            part = self.node(inner, at, level + 1)
            return None if part is None else Not(part)
        parts = self.nodes(inner, at, level + 1)
        if parts is None:
            return None
        return AllOf(parts) if group == "all" else AnyOf(parts)

    def nodes(self, data: Any, path: str, level: int) -> tuple[Condition, ...] | None:
        if not isinstance(data, list):
            if self.count_leaf(path):
                self.fail(path, "invalid", "give a list of conditions")
            return None
        if not data and not self.count_leaf(path):
            return None
        parts = []
        for index, item in enumerate(data):
            part = self.node(item, join_path(path, index), level)
            if self.leaves > MAX_LEAVES:
                return None
            if part is not None:
                parts.append(part)
        return tuple(parts)

    def leaf(self, data: Any, path: str) -> Leaf | None:
        if not isinstance(data, dict):
            self.fail(path, "invalid", "give an object with all, any or not, or with field, op and value")
            return None
        self.check_members(data, ("field", "op", "value"), path)
        for name in ("field", "op", "value"):
            if name not in data:
                self.fail(join_path(path, name), "required", "a comparison has a field, an op and a value")
        field = self.field(data["field"], join_path(path, "field")) if "field" in data else None
        op = self.op(data["op"], field, join_path(path, "op")) if "op" in data else None
        if field is None or op is None or "value" not in data:
            return None
        value = data["value"]
        operands = self.operands(field, op, value, join_path(path, "value"))
        return Leaf(field, op, tuple(value) if isinstance(value, list) else value, operands)

    def check_members(self, data: dict[str, Any], known: Sequence[str], path: str) -> None:
        for name in islice((name for name in data if name not in known), MAX_UNKNOWN):
            detail = (
                f"beside {known[0]} there may be nothing else" if len(known) == 1 else "known are: field, op, value"
            )
            self.fail(join_path(path, str(name)[:_MAX_SHOWN_NAME]), "unknown_field", detail)

    def field(self, name: Any, path: str) -> ConditionField | None:
        if not isinstance(name, str):
            self.fail(path, "invalid", "give the name of a field")
        elif name in FIELDS:
            return FIELDS[name]
        elif not name.startswith(fields.CUSTOM):
            self.fail(path, "unknown_field", f"the fields are: {', '.join(FIELDS)} and {fields.CUSTOM}<key>")
        elif name.removeprefix(fields.CUSTOM) in self.definitions:
            return fields.custom(self.definitions[name.removeprefix(fields.CUSTOM)], any_choice=self.any_choice)
        else:
            self.fail(path, "unknown_field", "the workspace has no custom field of this key")
        return None

    def op(self, name: Any, field: ConditionField | None, path: str) -> Op | None:
        if not isinstance(name, str) or name not in _OPS:
            self.fail(path, "invalid_choice", f"the ops are: {', '.join(Op)}")
        elif field is not None and name not in OPS[field.kind]:
            self.fail(path, "op_not_allowed", f"the ops of {field.name} are: {', '.join(OPS[field.kind])}")
        else:
            return _OPS[name]
        return None

    def operands(self, field: ConditionField, op: Op, value: Any, path: str) -> tuple[Any, ...]:
        values: list[tuple[str, Any]] = []
        if op is not Op.IN:
            values = [(path, value)]
        elif not isinstance(value, list):
            self.fail(path, "invalid", "give a list of values")
        elif not 1 <= len(value) <= MAX_VALUES:
            self.fail(path, "length", f"give 1 to {MAX_VALUES} values")
        else:
            values = [(join_path(path, index), item) for index, item in enumerate(value)]
        operands = []
        for at, item in values:
            try:
                operands.append(read_value(field, op, item))
            except InvalidValue as error:
                self.fail(at, error.code, error.detail)
        return tuple(operands)


def leaves_with_paths(condition: Condition, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """The comparisons of the condition in its order, each with the path at which it stands, such as ``all[1].not``."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            at = join_path(path, "all" if isinstance(condition, AllOf) else "any")
            for index, part in enumerate(parts):
                yield from leaves_with_paths(part, join_path(at, index))
        case Not(part):
            yield from leaves_with_paths(part, join_path(path, "not"))
        case Leaf():
            yield path, condition


def leaves_in(condition: Condition) -> Iterator[Leaf]:
    """The comparisons of the condition, in its order."""
    return (leaf for _, leaf in leaves_with_paths(condition))


def describe(condition: Condition) -> str:
    """The condition in plain English, such as ``tag is vip and score is at least 50``."""
    match condition:
        case AllOf(()):
            return "everybody"
        case AnyOf(()):
            return "nobody"
        case AllOf(parts) | AnyOf(parts):
            # A part is in parentheses if it joins several parts itself.
            texts = [
                f"({describe(part)})" if isinstance(part, AllOf | AnyOf) and len(part.parts) > 1 else describe(part)
                for part in parts
            ]
            return (" and " if isinstance(condition, AllOf) else " or ").join(texts)
        case Not(part):
            return f"not ({describe(part)})"
        case Leaf():
            return _describe_leaf(condition)


def _describe_leaf(leaf: Leaf) -> str:
    label, value = leaf.field.label, leaf.value
    if leaf.op is Op.EXISTS:
        return f"{label} is {'set' if value else 'not set'}"
    if leaf.op is Op.WITHIN_DAYS:
        return f"{label} is within the last {leaf.operands[0]} days"
    values = value if isinstance(value, tuple) else (value,)
    shown = ", ".join(_describe_value(leaf.field.kind, item) for item in values[:_MAX_SHOWN_VALUES])
    more = len(values) - _MAX_SHOWN_VALUES
    return f"{label} {leaf.op.phrase} {shown}" + (f" and {more} more" if more > 0 else "")


def _describe_value(kind: Kind, value: Any) -> str:
    if kind is Kind.BOOLEAN:
        return "yes" if value else "no"
    return f"“{value}”" if kind is Kind.TEXT else str(value)
