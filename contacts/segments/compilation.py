"""From a condition to one filter of a query on contacts.

Each comparison is compiled to TRUE or FALSE, never to NULL: it asks for a value first. So NOT means what it says.
Text is compared by folded copies that are stored beside it, because databases ignore case by the rules of their locale.

A few tags are looked for one by one, each by an index. A condition that compares more of them reads the tags of each
contact once, whatever it asks of them.
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

from contacts.models import ContactTag, pieces_of, search_has
from contacts.segments.conditions import AllOf, AnyOf, Condition, Leaf, Not, leaves_in
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


# What a subquery for a comparison of tags costs, in tenths of a scan of the workspace's tags, by measurement
# (docs/performance.md): each value that an index finds, and whatever is not found by an index.
_BY_VALUE, _BY_SCAN = 2, 10
# Reading the tags of each contact costs as much as six scans, and then hardly more for any number of comparisons.
_ONCE = 60
# So much of what all contacts must meet is left to the index of tags beside it.
_BESIDE = 20


def where(condition: Condition, now: datetime) -> Q:
    """The filter of the contacts for whom the condition holds at the instant ``now``, for querysets of ``Contact``.

    It adds no join, so no contact appears twice. The queryset names the workspace, as always.
    """
    condition = _with_tags_together(condition)
    if not reads_tags_once(condition):
        return _compile(condition, now)
    apart, rest = _divided(condition)
    parts = [*(_compile(part, now) for part in apart), Q(_TagsOnce(_compile(rest, now, tags_once=True)))]
    return reduce(or_ if isinstance(condition, AnyOf) else and_, parts)


def reads_tags_once(condition: Condition) -> bool:
    """Whether the tags of a contact are read once for all comparisons, rather than looked for one by one."""
    return sum(map(tag_cost, leaves_in(condition))) > _ONCE


def tag_cost(leaf: Leaf) -> int:
    """What a subquery for this comparison costs, in tenths of a scan of the tags; 0 if it is not about tags."""
    if leaf.field.kind is not Kind.TAG:
        return 0
    return min(_BY_VALUE * len(leaf.operands), _BY_SCAN) if leaf.op in (Op.IS, Op.IS_NOT, Op.IN) else _BY_SCAN


def _divided(condition: Condition) -> tuple[Sequence[Condition], Condition]:
    """The parts of a group for which no tag has to be read, or which the index of tags finds, and the rest of it."""
    if not isinstance(condition, AllOf | AnyOf):
        return (), condition
    apart, left = [], _BESIDE if isinstance(condition, AllOf) else 0
    for part in condition.parts:
        cost = sum(map(tag_cost, leaves_in(part)))
        if cost == 0 or (_is_tag_lookup(part) and cost <= left):
            apart.append(part)
            left -= cost
    return apart, replace(condition, parts=tuple(part for part in condition.parts if part not in apart))


def _is_tag_lookup(condition: Condition) -> bool:
    """Whether it asks for one of certain tags, which have an index."""
    return isinstance(condition, Leaf) and condition.field.kind is Kind.TAG and condition.op in (Op.IS, Op.IN)


def _with_tags_together(condition: Condition) -> Condition:
    """The condition with one comparison for all the single tags of an ``any``."""
    match condition:
        case AllOf(parts):
            return AllOf(tuple(_with_tags_together(part) for part in parts))
        case AnyOf(parts):
            tags: list[Any] = [part for part in parts if _is_tag_lookup(part)]
            others = tuple(_with_tags_together(part) for part in parts if not _is_tag_lookup(part))
            if len(tags) > 1:
                operands = dict.fromkeys(operand for leaf in tags for operand in leaf.operands)
                tags = [replace(tags[0], op=Op.IN, operands=tuple(operands))]
            return AnyOf((*tags, *others))
        case Not(part):
            return Not(_with_tags_together(part))
        case Leaf():
            return condition


def _compile(condition: Condition, now: datetime, *, tags_once: bool = False) -> Q:
    """``tags_once``: the result is the condition of a :class:`_TagsOnce`."""
    match condition:
        # Without the constants where there are parts: PostgreSQL makes a join of EXISTS only if it stands alone.
        case AllOf(parts):
            return reduce(and_, (_compile(part, now, tags_once=tags_once) for part in parts)) if parts else _EVERYBODY
        case AnyOf(parts):
            return reduce(or_, (_compile(part, now, tags_once=tags_once) for part in parts)) if parts else _NOBODY
        case Not(part):
            return ~_compile(part, now, tags_once=tags_once)
        case Leaf(field, op, _, operands):
            is_negated = op is Op.IS_NOT or (op is Op.EXISTS and not operands[0])
            compare = _compare_tags if field.kind is Kind.TAG else _compare
            compared = compare(field, Op.IS if op is Op.IS_NOT else op, operands, now, tags_once)
            return ~compared if is_negated else compared


def _compare_tags(field: ConditionField, op: Op, operands: Sequence[Any], now: datetime, tags_once: bool) -> Q:
    """That the contact has a tag for which the comparison holds: by a subquery of its own, or by an aggregate."""
    if tags_once:
        tag = _FoldedTag()
        return Q(_AnyTag(Q(IsNull(tag, False)) if op is Op.EXISTS else _holds(tag, field, op, operands, now)))
    rows = ContactTag.unscoped.filter(workspace=OuterRef("workspace"), contact=OuterRef("pk"))
    return Q(Exists(rows if op is Op.EXISTS else rows.filter(_holds(F("folded"), field, op, operands, now))))


def _compare(field: ConditionField, op: Op, operands: Sequence[Any], now: datetime, tags_once: bool) -> Q:
    """That the contact has a value, for which the comparison holds."""
    expression = _expression(field)
    if isinstance(expression, _CustomValue) and op in (Op.IS, Op.IN):
        return Q(_CustomEquals(expression, operands))  # false where there is no value
    present = Q(IsNull(expression, False))
    if field.name == "username" and op in (Op.CONTAINS, Op.STARTS_WITH) and pieces_of(operands[0]):
        present &= search_has(operands[0])  # which follows from it, and has an index
    return present if op is Op.EXISTS else present & _holds(expression, field, op, operands, now)


def _holds(expression: Any, field: ConditionField, op: Op, operands: Sequence[Any], now: datetime) -> Q:
    """The comparison alone. It may be NULL where there is no value."""
    operand = operands[0]
    match op:
        case Op.IS | Op.IN:
            return Q(Exact(expression, operand)) if len(operands) == 1 else Q(In(expression, operands))
        case Op.CONTAINS:
            # By position, not by LIKE: see contacts.models.search_has.
            return Q(GreaterThan(StrIndex(expression, Value(operand)), 0))
        case Op.STARTS_WITH:
            return Q(Exact(StrIndex(expression, Value(operand)), 1))
        case Op.WITHIN_DAYS:
            first: Any = now - timedelta(days=operand)
            last: Any = now
            if field.kind is Kind.DATE:  # a date is a day in UTC
                first, last = first.date().isoformat(), last.date().isoformat()
            return Q(GreaterThanOrEqual(expression, first)) & Q(LessThanOrEqual(expression, last))
    return Q(_ORDERED[op](expression, operand))


def _expression(field: ConditionField) -> Any:
    """The value of the field in the form in which it is compared; NULL if there is none."""
    if field.custom_key:
        return _CustomValue(field.custom_key, field.kind)
    match field.name:
        case "username" | "email":
            return F(f"{field.name}_key")
        case "time_zone":
            return _TimeZone("time_zone")
        case "read_unanswered":
            # They have read after the latest message was sent, and have not written since the first one without answer.
            read = Q(unanswered_since__isnull=False, last_read_at__gte=F("last_out_at"))
            return models.Case(models.When(read, then=True), default=False, output_field=models.BooleanField())
    return F(field.name)


class _FoldedTag(models.Expression):
    """The folded name of a tag within :class:`_TagsOnce`."""

    output_field = models.TextField()

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return '"tags"."folded"', []


class _AnyTag(models.Func):
    """That a comparison of ``_FoldedTag`` holds for one of the contact's tags."""

    template = "COALESCE(BOOL_OR(%(expressions)s), FALSE)"
    output_field = models.BooleanField()


class _TagsOnce(models.Func):
    """That a condition holds in which tags are ``_AnyTag``: all of it in one subquery, which reads the tags once."""

    output_field = models.BooleanField()

    def __init__(self, condition: Q) -> None:
        super().__init__(F("pk"), F("workspace"), condition)

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        contact, workspace, condition = (compiler.compile(each) for each in self.get_source_expressions())
        # With HAVING it is one row whatever is compared, also if nothing of the condition aggregates.
        sql = (
            f"EXISTS (SELECT FROM {ContactTag._meta.db_table} AS tags WHERE tags.contact_id = {contact[0]}"
            f" AND tags.workspace_id = {workspace[0]} HAVING {condition[0]})"
        )
        return sql, [*contact[1], *workspace[1], *condition[1]]


class _TimeZone(models.Func):
    """The name of a time zone in lower case; NULL if it is empty. Names are ASCII."""

    template = "NULLIF(LOWER(%(expressions)s COLLATE \"C\"), '')"
    output_field = models.TextField()


# The type in jsonb; all other kinds are text.
_JSON_TYPES = {Kind.NUMBER: "number", Kind.BOOLEAN: "boolean"}


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

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        column, _ = compiler.compile(self.get_source_expressions()[0])
        json_type = _JSON_TYPES.get(self.kind, "string")
        # In the collation "C" dates as text are in the order of the dates.
        suffix = "::float8" if self.kind is Kind.NUMBER else ' COLLATE "C"'
        value = f"({column} ->> %s::text){suffix}"
        sql = f"CASE WHEN jsonb_typeof({column} -> %s::text) = '{json_type}' THEN {value} END"
        return f"({sql})", [self.key] * 2


class _CustomEquals(models.Func):
    """That a custom field has one of these values; false if it has none. By containment, for which a GIN index can be
    used."""

    output_field = models.BooleanField()

    def __init__(self, value: _CustomValue, operands: Sequence[Any]) -> None:
        self.key, self.operands = value.key, tuple(operands)
        super().__init__(F(value.column))

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        column, _ = compiler.compile(self.get_source_expressions()[0])
        clauses = " OR ".join([f"{column} @> %s::jsonb"] * len(self.operands))
        return f"({clauses})", [json.dumps({self.key: operand}) for operand in self.operands]
