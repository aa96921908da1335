"""From a condition to one filter of a query on contacts, with the same meaning on SQLite and PostgreSQL.

Each comparison is compiled to TRUE or FALSE, never to NULL: it asks for a value first. So NOT means what it says.
Text is compared by folded copies that are stored beside it, because no two databases ignore case alike.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
)

from contacts.models import ContactTag
from contacts.segments.conditions import AllOf, AnyOf, Condition, Leaf, Not
from contacts.segments.fields import ConditionField, Kind, Op

_EVERYBODY = Q(pk__isnull=False)
# An explicit constant: Django ignores an empty Q, even a negated one.
_NOBODY = Q(pk__isnull=True)

_ORDERED = {
    Op.GT: GreaterThan,
    Op.GTE: GreaterThanOrEqual,
    Op.LT: LessThan,
    Op.LTE: LessThanOrEqual,
    Op.BEFORE: LessThan,
    Op.AFTER: GreaterThan,
}


def where(condition: Condition, now: datetime) -> Q:
    """The filter of the contacts for whom the condition holds at the instant ``now``, for querysets of ``Contact``.

    It adds no join, so no contact appears twice. The queryset names the workspace, as always.
    """
    match condition:
        # Without the constants where there are parts: PostgreSQL makes a join of EXISTS only if it stands alone.
        case AllOf(parts):
            return reduce(and_, (where(part, now) for part in parts)) if parts else _EVERYBODY
        case AnyOf(parts):
            return reduce(or_, (where(part, now) for part in _with_tags_together(parts))) if parts else _NOBODY
        case Not(part):
            return ~where(part, now)
        case Leaf():
            return _compare(condition, now)


def _with_tags_together(parts: Sequence[Condition]) -> list[Condition]:
    """The parts of an ``any``, those for single tags as one: one subquery looks for all the tags."""
    tags = [
        part for part in parts if isinstance(part, Leaf) and part.field.kind is Kind.TAG and part.op in (Op.IS, Op.IN)
    ]
    if len(tags) < 2:
        return list(parts)
    operands = tuple(dict.fromkeys(operand for leaf in tags for operand in leaf.operands))
    return [replace(tags[0], op=Op.IN, operands=operands), *(part for part in parts if part not in tags)]


def _compare(leaf: Leaf, now: datetime) -> Q:
    if leaf.op is Op.IS_NOT:
        return ~_compare_value(leaf.field, Op.IS, leaf.operands, now)
    if leaf.op is Op.EXISTS:
        exists = _compare_value(leaf.field, Op.EXISTS, (), now)
        return exists if leaf.operands[0] else ~exists
    return _compare_value(leaf.field, leaf.op, leaf.operands, now)


def _compare_value(field: ConditionField, op: Op, operands: Sequence[Any], now: datetime) -> Q:
    """That the contact has a value, for which the comparison holds."""
    if field.kind is Kind.TAG:
        tags = ContactTag.unscoped.filter(workspace=OuterRef("workspace"), contact=OuterRef("pk"))
        return Q(Exists(tags if op is Op.EXISTS else tags.filter(_holds(F("folded"), field, op, operands, now))))
    expression = _expression(field)
    if isinstance(expression, _CustomValue) and op in (Op.IS, Op.IN):
        return _holds(expression, field, op, operands, now)  # false where there is no value
    present = Q(IsNull(expression, False))
    return present if op is Op.EXISTS else present & _holds(expression, field, op, operands, now)


def _holds(expression: Any, field: ConditionField, op: Op, operands: Sequence[Any], now: datetime) -> Q:
    """The comparison alone. It may be NULL where there is no value, except for equality of custom fields."""
    if op in (Op.IS, Op.IN):
        return _equals(expression, field, operands)
    operand = operands[0]
    if op is Op.CONTAINS:
        # By position, not by LIKE: see contacts.models.search_has.
        return Q(GreaterThan(StrIndex(expression, Value(operand)), 0))
    if op is Op.STARTS_WITH:
        return Q(Exact(StrIndex(expression, Value(operand)), 1))
    if op is Op.WITHIN_DAYS:
        first, last = _last_days(field, operand, now)
        return Q(GreaterThanOrEqual(expression, first)) & Q(LessThanOrEqual(expression, last))
    return Q(_ORDERED[op](expression, operand))


def _last_days(field: ConditionField, days: int, now: datetime) -> tuple[Any, Any]:
    """The first and the last value within so many days before ``now``. A date is a day in UTC."""
    first = now - timedelta(days=days)
    if field.kind is Kind.DATE:
        return first.date().isoformat(), now.date().isoformat()
    return first, now


def _equals(expression: Any, field: ConditionField, operands: Sequence[Any]) -> Q:
    if isinstance(expression, _CustomValue):
        return Q(_CustomEquals(expression, operands))
    return Q(Exact(expression, operands[0])) if len(operands) == 1 else Q(In(expression, operands))


def _expression(field: ConditionField) -> Any:
    """The value of the field in the form in which it is compared; NULL if there is none."""
    if field.custom_key:
        return _CustomValue(field.custom_key, field.kind)
    match field.name:
        case "username" | "email":
            return F(f"{field.name}_key")
        case "time_zone":
            return _TimeZone("time_zone")
    return F(field.name)


class _TimeZone(models.Func):
    """The name of a time zone in lower case; NULL if it is empty. Names are ASCII, for which SQLite's LOWER and
    PostgreSQL's in the collation "C" agree."""

    output_field = models.TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="NULLIF(LOWER(%(expressions)s), '')", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "NULLIF(LOWER(%(expressions)s COLLATE \"C\"), '')"
        return self.as_sql(compiler, connection, template=template, **context)


# The type in PostgreSQL's jsonb and the types in SQLite's JSON; all other kinds are text.
_JSON_TYPES = {Kind.NUMBER: ("number", "'integer', 'real'"), Kind.BOOLEAN: ("boolean", "'true', 'false'")}
_JSON_TEXT = ("string", "'text'")


class _CustomValue(models.Func):
    """The value of a custom field; NULL if there is none, or one of another JSON type. Text is folded.

    A boolean, for which there is no order, is only asked for its presence here.
    """

    def __init__(self, key: str, kind: Kind) -> None:
        self.key, self.kind = key, kind
        self.column = "folded_fields" if kind is Kind.TEXT else "custom_fields"
        super().__init__(
            F(self.column), output_field=models.FloatField() if kind is Kind.NUMBER else models.TextField()
        )

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, _ = compiler.compile(self.get_source_expressions()[0])
        _, types = _JSON_TYPES.get(self.kind, _JSON_TEXT)
        sql = f"CASE WHEN JSON_TYPE({column}, %s) IN ({types}) THEN JSON_EXTRACT({column}, %s) END"
        return f"({sql})", [f'$."{self.key}"'] * 2

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, _ = compiler.compile(self.get_source_expressions()[0])
        json_type, _ = _JSON_TYPES.get(self.kind, _JSON_TEXT)
        # In the collation "C" dates as text are in the order of the dates.
        suffix = "::float8" if self.kind is Kind.NUMBER else ' COLLATE "C"'
        value = f"({column} ->> %s::text){suffix}"
        sql = f"CASE WHEN jsonb_typeof({column} -> %s::text) = '{json_type}' THEN {value} END"
        return f"({sql})", [self.key] * 2


class _CustomEquals(models.Func):
    """That a custom field has one of these values; false if it has none. On PostgreSQL by containment, for which a GIN
    index can be used. One expression for all values: SQLite takes no more than a thousand nested ones."""

    output_field = models.BooleanField()

    def __init__(self, value: _CustomValue, operands: Sequence[Any]) -> None:
        self.key, self.operands = value.key, tuple(operands)
        super().__init__(value, F(value.column))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        value, params = compiler.compile(self.get_source_expressions()[0])
        placeholders = ", ".join(["%s"] * len(self.operands))
        return f"COALESCE({value} IN ({placeholders}), FALSE)", [*params, *self.operands]

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, _ = compiler.compile(self.get_source_expressions()[1])
        clauses = " OR ".join([f"{column} @> %s::jsonb"] * len(self.operands))
        return f"({clauses})", [json.dumps({self.key: operand}) for operand in self.operands]
