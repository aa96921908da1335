"""The fields that conditions may ask about, which operators each of them takes, and the values that fit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

from contacts import normalization
from contacts.custom_fields import check_value
from contacts.models import CustomField, FieldType, Stage
from contacts.normalization import InvalidValue
from contacts.validation import MAX_TAG
from crmsolid.api.fields import BLANKS, matches, parse_timestamp

MAX_DAYS = 36_500
MAX_SCORE = 100
# The prefix of a custom field's key.
CUSTOM = "custom."
# A JSON Schema pattern: 1 to MAX_TAG characters between blanks. Tags of contacts must be visible too.
TAG = rf"^[{BLANKS}]*[^\u0000{BLANKS}]([^\u0000]{{0,{MAX_TAG - 2}}}[^\u0000{BLANKS}])?[{BLANKS}]*$"
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


class Kind(StrEnum):
    """What the values of a field are. The kinds of custom fields are named as their types."""

    TAG = "tag"
    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    DATE = "date"


class Op(StrEnum):
    """An operator. ``phrase`` is how it stands between a field and a value."""

    phrase: str

    def __new__(cls, value: str, phrase: str) -> "Op":
        op = str.__new__(cls, value)
        op._value_, op.phrase = value, phrase
        return op

    IS = "is", "is"
    IS_NOT = "is_not", "is not"
    CONTAINS = "contains", "contains"
    STARTS_WITH = "starts_with", "starts with"
    IN = "in", "is one of"
    GT = "gt", "is more than"
    GTE = "gte", "is at least"
    LT = "lt", "is less than"
    LTE = "lte", "is at most"
    BEFORE = "before", "is before"
    AFTER = "after", "is after"
    WITHIN_DAYS = "within_days", "in the last … days"
    EXISTS = "exists", "is known"


_TEXT_OPS = (Op.IS, Op.IS_NOT, Op.CONTAINS, Op.STARTS_WITH, Op.IN, Op.EXISTS)
_TIME_OPS = (Op.BEFORE, Op.AFTER, Op.WITHIN_DAYS, Op.EXISTS)
OPS: Mapping[Kind, tuple[Op, ...]] = {
    Kind.TAG: _TEXT_OPS,
    Kind.TEXT: _TEXT_OPS,
    Kind.CHOICE: (Op.IS, Op.IS_NOT, Op.IN, Op.EXISTS),
    Kind.NUMBER: (Op.IS, Op.IS_NOT, Op.IN, Op.GT, Op.GTE, Op.LT, Op.LTE, Op.EXISTS),
    Kind.BOOLEAN: (Op.IS, Op.IS_NOT, Op.EXISTS),
    Kind.TIME: _TIME_OPS,
    Kind.DATE: (Op.IS, Op.IS_NOT, Op.IN, *_TIME_OPS),
}
"""The operators of each kind of field.

An instant has no ``is``: nobody asks for one microsecond. A choice has no ``contains``: its values are a list that one
picks from. Where a contact has several values (tags), an operator holds if it holds for one of them, and ``is_not`` if
``is`` does not.
"""


@dataclass(frozen=True, slots=True)
class ConditionField:
    """``name`` as conditions write it; ``label`` as people read it. ``choices``: for a choice, the values that a
    condition may name; None accepts any."""

    name: str
    label: str
    kind: Kind
    choices: tuple[str, ...] | None = None

    @property
    def custom_key(self) -> str:
        """The key of a custom field, else an empty string."""
        return self.name.removeprefix(CUSTOM) if self.name.startswith(CUSTOM) else ""


FIELDS: Mapping[str, ConditionField] = {
    field.name: field
    for field in (
        ConditionField("tag", "tag", Kind.TAG),
        ConditionField("stage", "stage", Kind.CHOICE, tuple(Stage.values)),
        ConditionField("score", "score", Kind.NUMBER),
        ConditionField("username", "username", Kind.TEXT),
        ConditionField("email", "e-mail", Kind.TEXT),
        ConditionField("time_zone", "time zone", Kind.TEXT),
        ConditionField("created_at", "added", Kind.TIME),
        ConditionField("last_in_at", "last wrote", Kind.TIME),
        ConditionField("last_out_at", "last written to", Kind.TIME),
        ConditionField("last_read_at", "last read a message", Kind.TIME),
        ConditionField("unanswered_since", "no answer since", Kind.TIME),
        ConditionField("read_unanswered", "read, no answer", Kind.BOOLEAN),
        ConditionField("opted_out", "opted out", Kind.BOOLEAN),
    )
}


def custom(definition: CustomField, *, any_choice: bool = False) -> ConditionField:
    """The field of a custom field. ``any_choice``: accept values that are not, or no longer, among its choices."""
    kind = Kind(definition.type)
    choices = tuple(definition.choices) if kind is Kind.CHOICE and not any_choice else None
    return ConditionField(f"{CUSTOM}{definition.key}", definition.label, kind, choices)


def read_value(field: ConditionField, op: Op, value: Any) -> Any:
    """The normal form of one value, as the database compares it: folded text, a number, a bool, an aware datetime, a
    date as text, or a number of days. ``op`` must be one of the field's. Raises :class:`InvalidValue`."""
    match op:
        case Op.EXISTS:
            return check_value(FieldType.BOOLEAN, value)
        case Op.WITHIN_DAYS:
            return _whole_number(value, 0, MAX_DAYS)
        case Op.BEFORE | Op.AFTER if field.kind is Kind.TIME:
            return _instant(value, end_of_day=op is Op.AFTER)
    if field.kind is Kind.TAG:
        return _tag(value)
    if field.kind is Kind.TEXT:
        return _text(field, op, value)
    if field.name == "score":
        return _whole_number(value, 0, MAX_SCORE)
    if field.kind is Kind.CHOICE and field.choices is None:
        return check_value(FieldType.TEXT, value)
    return check_value(FieldType(field.kind), value, field.choices or ())


def _whole_number(value: Any, lowest: int, highest: int) -> int:
    # JSON has one kind of number, so 3.0 is accepted for 3.
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
        raise InvalidValue("invalid", "give a whole number")
    if not lowest <= value <= highest:
        raise InvalidValue("out_of_range", f"give a number from {lowest} to {highest}")
    return int(value)


def _instant(value: Any, *, end_of_day: bool) -> datetime:
    """The instant of an RFC 3339 time. A date stands for a whole day in UTC: for its first instant or, with
    ``end_of_day``, for its last."""
    timestamp = parse_timestamp(value) if isinstance(value, str) else None
    if timestamp is None and isinstance(value, str) and parse_timestamp(f"{value}T00:00:00Z") is not None:
        clock_time = time.max if end_of_day else time.min
        timestamp = datetime.combine(date.fromisoformat(value), clock_time, UTC)
    if timestamp is None:
        raise InvalidValue("invalid", "give a time such as 2026-06-04T09:00:00Z, or a date such as 2026-06-04")
    return timestamp


def _plain_text(value: Any) -> str:
    text: str = check_value(FieldType.TEXT, value)
    if _NOT_STORABLE.search(text):
        raise InvalidValue("invalid", "give text without NUL and lone surrogates")
    return text


def _tag(value: Any) -> str:
    text = _plain_text(value)
    if not matches(TAG, text):
        raise InvalidValue("invalid_tag", f"a tag has 1 to {MAX_TAG} characters")
    return normalization.fold(normalization.tag(text))


def _text(field: ConditionField, op: Op, value: Any) -> str:
    """Usernames and e-mail addresses are compared by their keys, so that every spelling of one is the same."""
    text, in_part = _plain_text(value), op in (Op.CONTAINS, Op.STARTS_WITH)
    if field.name == "username":
        return normalization.fold(text).removeprefix("@") if in_part else normalization.username_key(text)
    if field.name == "email":
        return normalization.email_part(text) if in_part else normalization.email_key(text)
    return normalization.fold(text)
