"""Input serializers that take JSON at its word: no coercion of types, no unknown names.

Each field also says what it takes as JSON Schema (``json_schema``), and the two must agree exactly: what the OpenAPI
document calls valid is accepted, what it calls invalid is refused. Fields of DRF that read ``"1"`` as 1 or 1 as
``"1"`` have no place in a body.
"""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from crmsolid.api.strict import StrictSerializer, matches
from crmsolid.core.clock import rfc3339

INT64 = 2**63
# Every integer up to here has one float of its own, so 3.0 may stand for 3 (JSON knows one kind of number).
EXACT_FLOAT = 2**53
# An integer beyond it has no float at all.
FLOAT_ROOM = 10**300

NO_NUL = r"^[^\u0000]*$"
# str.strip() takes these; `\s` means something else in each dialect of regular expressions.
BLANKS = r"\t\n\u000b\f\r\u001c-\u001f \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
NOT_BLANK = rf"^[^\u0000]*[^\u0000{BLANKS}][^\u0000]*$"

_DAY = r"(0[1-9]|[12][0-9]|3[01])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
# Years that no offset pushes out of what a database can hold.
RFC3339 = rf"^[12][0-9]{{3}}-(0[1-9]|1[0-2])-{_DAY}[Tt]{_TIME}([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"


class Text(serializers.CharField):
    """A JSON string. Kept as sent: nothing is trimmed but where a field asks for it.

    ``pattern`` is a JSON Schema pattern; ``shape`` one that a service judges, with a code of its own; ``format`` a
    JSON Schema format that only documents.
    """

    default_error_messages = {"pattern": "this does not have the form {pattern}"}

    def __init__(self, *, pattern: str = "", shape: str = "", format: str = "", **options: Any) -> None:
        options.setdefault("trim_whitespace", False)
        self.pattern, self.shape, self.format = pattern, shape, format
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if self.trim_whitespace and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        if self.pattern and not matches(self.pattern, data):
            self.fail("pattern", pattern=self.pattern)
        return data.strip() if self.trim_whitespace else data

    def run_validators(self, value: str) -> None:
        """Most texts pass all of them, which is cheaper to see at once: lengths, no NUL, no surrogate."""
        most = self.max_length
        short = len(value) <= most if most is not None else True
        if short and not self.min_length and value.isascii() and "\0" not in value:
            return
        super().run_validators(value)

    def json_schema(self) -> dict[str, Any]:
        least = max(self.min_length or 0, 0 if self.allow_blank else 1)
        plain = NOT_BLANK if self.trim_whitespace and not self.allow_blank else NO_NUL
        pattern = self.pattern or self.shape or (None if self.format == "email" else plain)  # that format says it all
        found: dict[str, Any] = {"type": "string"}
        return found | _given(
            pattern=pattern, minLength=least or None, maxLength=self.max_length, format=self.format or None
        )


class Id(Text):
    """A public id with this prefix."""

    def __init__(self, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        super().__init__(pattern=id_pattern(prefix), **options)


def id_pattern(prefix: str) -> str:
    """A ULID behind its prefix: 26 of Crockford's characters, the first at most 7."""
    return rf"^{prefix}_[0-7][0-9A-HJKMNP-TV-Z]{{25}}$"


def whole(data: Any) -> int | None:
    """The integer that a JSON value is, 3.0 included; None for what is none."""
    if isinstance(data, float) and data.is_integer() and abs(data) <= EXACT_FLOAT:
        return int(data)
    return data if isinstance(data, int) and not isinstance(data, bool) else None


class Integer(serializers.IntegerField):
    """A JSON integer, never a string or a boolean; 64 bits unless the field says less."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("min_value", -INT64)
        options.setdefault("max_value", INT64 - 1)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> int:
        found = whole(data)
        if found is None:
            self.fail("invalid")
        return found

    def run_validators(self, value: int) -> None:
        """The two there are, only to say which of them it fails."""
        least, most = self.min_value, self.max_value
        if least is None or most is None or not least <= value <= most:
            super().run_validators(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "integer", "format": "int64", "minimum": self.min_value, "maximum": self.max_value}


class Number(serializers.FloatField):
    """A JSON number, never a string or a boolean; at most 15 digits before the point unless the field says so."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("min_value", -1e15)
        options.setdefault("max_value", 1e15)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        if abs(data) > FLOAT_ROOM:
            self.fail("max_value" if data > 0 else "min_value", max_value=self.max_value, min_value=self.min_value)
        return float(data)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.min_value, "maximum": self.max_value}


class Boolean(serializers.BooleanField):
    """``true`` or ``false``."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data

    def json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Choice(serializers.ChoiceField):
    """One of a few strings, as a string."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid_choice", input="this")
        return str(super().to_internal_value(data))

    def json_schema(self) -> dict[str, Any]:
        names: list[Any] = [*([""] if self.allow_blank else []), *self.choices]
        return {"type": "string", "enum": [*names, None] if self.allow_null else names}


def _read_moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC) if matches(RFC3339, text) else None
    except ValueError:  # the 31st of a shorter month
        return None


class Moment(serializers.DateTimeField):
    """RFC 3339 with an offset, years 1000 to 2999; answers UTC."""

    default_error_messages = {"naive": "give the offset too, such as 2026-06-04T09:00:00Z"}

    def to_internal_value(self, value: Any) -> datetime:
        found = _read_moment(value) if isinstance(value, str) else None
        if found is not None:
            return found
        if isinstance(value, str) and _read_moment(f"{value}Z") is not None:
            self.fail("naive")
        self.fail("invalid", format="RFC 3339, such as 2026-06-04T09:00:00Z")
        raise AssertionError("unreachable")

    def to_representation(self, value: datetime | None) -> str | None:  # type: ignore[override]
        return rfc3339(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time", "pattern": RFC3339}


class QuerySerializer(StrictSerializer):
    """Query parameters: strings, each given once, but for those in ``repeatable``."""

    repeatable: tuple[str, ...] = ()

    @classmethod
    def read(cls, params: Any) -> dict[str, Any]:
        """The plain values of a QueryDict."""
        return {name: params.getlist(name) if name in cls.repeatable else params.get(name) for name in params}

    @classmethod
    def repeated(cls, params: Any) -> list[str]:
        """Names given more than once although they may not be."""
        return [name for name in params if name not in cls.repeatable and len(params.getlist(name)) > 1]


class QueryInteger(Integer):
    """A decimal integer in a query string, nothing else."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not matches(r"^(0|-?[1-9][0-9]{0,18})$", data):
            self.fail("invalid")
        return int(data)


class QueryBoolean(serializers.ChoiceField):
    """``true`` or ``false`` in a query string."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=["true", "false"], **options)

    def to_internal_value(self, data: Any) -> bool:  # type: ignore[override]
        return super().to_internal_value(data) == "true"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class PageQuery(QuerySerializer):
    """What every list takes."""

    limit = QueryInteger(required=False, min_value=1, max_value=100, default=50, help_text="Rows a page.")
    cursor = Text(
        required=False,
        max_length=4096,
        pattern=r"^[A-Za-z0-9_-]+$",
        format="cursor",
        help_text="`next_cursor` of the page before, with the same sort and filters.",
    )


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


__all__ = [
    "Boolean",
    "Choice",
    "Id",
    "Integer",
    "Moment",
    "Number",
    "PageQuery",
    "QueryBoolean",
    "QueryInteger",
    "QuerySerializer",
    "StrictSerializer",
    "Text",
]
