"""Strict input: serializers that refuse unknown fields, and fields that never coerce types.

Each field also gives the JSON Schema of what it accepts (``json_schema``), and the two must agree exactly: what the
OpenAPI document calls valid is accepted, what it calls invalid is refused. DRF's own fields read ``"1"`` as 1, so they
must not be used in a request body.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.fields import SkipField, empty

from crmsolid.api.representations import Representation
from crmsolid.core.ids import KINDS

INT64 = 2**63
# JSON has one kind of number, so 3.0 is accepted for 3: up to here every integer is exactly one float.
MAX_EXACT_FLOAT = 2**53

NO_NUL = r"^[^\u0000]*$"
# What str.strip() removes; `\s` means something else in each dialect of regular expressions.
BLANKS = r"\t\n\u000b\f\r\u001c-\u001f \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
NOT_BLANK = rf"^[^\u0000]*[^\u0000{BLANKS}][^\u0000]*$"

_DAY = r"(0[1-9]|[12][0-9]|3[01])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
# Years 1000 to 2999: no offset moves one of them out of what a database can store.
_DATE = rf"^[12][0-9]{{3}}-(0[1-9]|1[0-2])-{_DAY}"
DATE = rf"{_DATE}$"
DAY_OF_ANY_YEAR = rf"^([1-9][0-9]{{3}}|0[1-9][0-9]{{2}}|00[1-9][0-9]|000[1-9])-(0[1-9]|1[0-2])-{_DAY}$"
RFC3339 = rf"{_DATE}[Tt]{_TIME}([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"


def matches(pattern: str, text: str) -> bool:
    """Whether a JSON Schema pattern fits; its ``$`` is the very end, as in ECMAScript."""
    return _compiled(pattern).search(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\$\Z", r"\\Z", pattern))


class StrictSerializer(serializers.Serializer[Any]):
    """An input serializer that refuses unknown fields (``unknown_field``): a typo never passes silently.

    ``needs_one_of``: fields of which at least one must be given, and not null. ``exactly_one_of``: fields of which
    exactly one must be given. ``exactly_one``: documents that exactly one of all fields must be given, which a service
    checks. ``open_names``: a pattern of further field names that are accepted; :meth:`open_schema` is the JSON Schema
    of their values. ``body_required``: whether an empty request body is refused. ``example``: a valid body, for the
    OpenAPI document. ``resource``: what the body creates or changes. Its fields that no body
    sets are refused as ``read_only``.
    """

    default_error_messages = {
        "unknown_field": "there is no field of this name; known are: {known}",
        "read_only": "this is read-only; the fields that can be set are: {known}",
        "one_of": "one of these is needed: {names}",
        "exactly_one_of": "give exactly one of these: {names}",
    }
    needs_one_of: ClassVar[Sequence[str]] = ()
    exactly_one_of: ClassVar[Sequence[str]] = ()
    exactly_one: ClassVar[bool] = False
    open_names: ClassVar[str] = ""
    body_required: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {}
    resource: ClassVar[type[Representation] | None] = None

    @cached_property
    def known(self) -> "dict[str, serializers.Field[Any, Any, Any, Any]]":
        return dict(self.fields.items())

    @cached_property
    def read_only_names(self) -> frozenset[str]:
        """The fields of the resource that neither this body nor another one of the same resource sets."""
        if self.resource is None:
            return frozenset()
        written = (body().fields for body in _subclasses(StrictSerializer) if body.resource is self.resource)
        return frozenset(self.resource().get_fields()).difference(*written)

    @cached_property
    def _optional(self) -> frozenset[str]:
        """Optional fields without a default: nothing to do when they are absent."""
        return frozenset(name for name, field in self.known.items() if not field.required and field.default is empty)

    def to_internal_value(self, data: Any) -> Any:
        """Without DRF's loop, because input fields have no ``source`` and are never read-only."""
        if not isinstance(data, dict):
            return super().to_internal_value(data)  # which refuses it
        unknown = [str(name) for name in data if name not in self.known and not self.takes(str(name))]
        if unknown:
            raise serializers.ValidationError({name: [self.refusal(name, self.known)] for name in unknown})
        values, errors = {}, {}
        for name, field in self.known.items():
            if name not in data and name in self._optional:
                continue
            try:
                values[name] = field.run_validation(data.get(name, empty))
            except serializers.ValidationError as error:
                errors[name] = error.detail
            except SkipField:
                pass
        if errors:
            raise serializers.ValidationError(errors)
        if self.needs_one_of:
            self._check_one(data)
        if self.exactly_one_of:
            self._check_exactly_one(data)
        return values

    def _check_one(self, data: dict[str, Any]) -> None:
        if all(data.get(name) is None for name in self.needs_one_of):
            message = self.error_messages["one_of"].format(names=", ".join(self.needs_one_of))
            raise serializers.ValidationError({self.needs_one_of[0]: [ErrorDetail(message, "required")]})

    def _check_exactly_one(self, data: dict[str, Any]) -> None:
        given = sum(name in data for name in self.exactly_one_of)
        if given != 1:
            message = self.error_messages["exactly_one_of"].format(names=", ".join(self.exactly_one_of))
            code = "one_of" if given else "required"
            raise serializers.ValidationError({self.exactly_one_of[0]: [ErrorDetail(message, code)]})

    def run_validators(self, value: Any) -> None:
        """DRF would first add the defaults of read-only fields; there are none."""
        if self.validators:
            super().run_validators(value)

    def refusal(self, name: str, known: Iterable[str]) -> ErrorDetail:
        """Why a name that is none of the ``known`` ones is refused: ``read_only``, else ``unknown_field``."""
        code = "read_only" if name in self.read_only_names else "unknown_field"
        return ErrorDetail(self.error_messages[code].format(known=", ".join(known) or "none"), code)

    def takes(self, name: str) -> bool:
        """Whether a name outside the declared fields is accepted."""
        return bool(self.open_names) and name not in self.read_only_names and matches(self.open_names, name)

    def open_schema(self) -> dict[str, Any]:
        """The JSON Schema of the fields that ``open_names`` accepts."""
        return {}


class EmptyIn(StrictSerializer):
    """No body, or ``{}``."""

    body_required = False


def _subclasses(serializer: type[StrictSerializer]) -> Iterator[type[StrictSerializer]]:
    for subclass in serializer.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


class Text(serializers.CharField):
    """A JSON string, kept as sent unless ``trim_whitespace`` is set.

    ``pattern`` is a JSON Schema pattern that is checked here; ``documented_pattern`` one that a service checks, with an
    error code of its own; ``format`` a JSON Schema format, for the document only.
    """

    default_error_messages = {"pattern": "this does not have the form {pattern}"}

    def __init__(self, *, pattern: str = "", documented_pattern: str = "", format: str = "", **options: Any) -> None:
        options.setdefault("trim_whitespace", False)
        self.pattern, self.documented_pattern, self.format = pattern, documented_pattern, format
        super().__init__(**options)

    def run_validation(self, data: Any = empty) -> Any:
        """The length counts before blanks are trimmed; DRF would accept any number of blanks as ``""``."""
        if isinstance(data, str) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if self.pattern and not matches(self.pattern, data):
            self.fail("pattern", pattern=self.pattern)
        return data.strip() if self.trim_whitespace else data

    def run_validators(self, value: str) -> None:
        """A fast path for most texts, which pass all validators: length, no NUL, no surrogate."""
        fits = self.max_length is None or len(value) <= self.max_length
        if fits and not self.min_length and value.isascii() and "\0" not in value:
            return
        super().run_validators(value)

    def json_schema(self) -> dict[str, Any]:
        default = NOT_BLANK if self.trim_whitespace and not self.allow_blank else NO_NUL
        keywords = {
            "pattern": self.pattern or self.documented_pattern or ("" if self.format == "email" else default),
            "minLength": self.min_length or (0 if self.allow_blank else 1),
            "maxLength": self.max_length,
            "format": self.format,
        }
        return {"type": "string"} | {name: value for name, value in keywords.items() if value}


class List(serializers.ListField):
    """A JSON array of at most ``max_length`` items. The length is checked before any item is."""

    default_error_messages = {"not_a_list": "give an array"}

    max_length: int

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def run_validation(self, data: Any = empty) -> Any:
        """DRF would check every item of a list that is too long."""
        if isinstance(data, list) and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().run_validation(data)


def id_pattern(prefix: str) -> str:
    """A ULID behind its prefix: 26 of Crockford's characters, the first at most 7."""
    return rf"^{prefix}_[0-7][0-9A-HJKMNP-TV-Z]{{25}}$"


class Id(Text):
    """The id of an object of this kind of :data:`~crmsolid.core.ids.KINDS`.

    Without a ``pattern`` a service refuses what is no id, as it does an id that nothing has (``not_found``).
    ``is_filter``: of a list, where no service does; a name or a username is refused here, not an id that nothing has.
    The error says where the ids are found.
    """

    def __init__(self, kind: str, *, is_filter: bool = False, **options: Any) -> None:
        if is_filter:
            options["pattern"] = rf"^{KINDS[kind].prefix}_[0-9A-Za-z]{{1,26}}$"
        elif "pattern" not in options:
            options["documented_pattern"] = id_pattern(KINDS[kind].prefix)
        message = f"this is not the id of a {kind}: {KINDS[kind].hint}"
        super().__init__(error_messages={"pattern": message}, **options)


class Ids(List):
    """Ids of objects of one kind in a query string, separated by commas; a tool gets them as an array."""

    # How OpenAPI says that.
    parameter_style: ClassVar[Mapping[str, Any]] = {"style": "form", "explode": False}

    def __init__(self, kind: str, *, max_length: int, **options: Any) -> None:
        child = Id(kind, is_filter=True)
        super().__init__(child=child, max_length=max_length, min_length=1, allow_empty=False, **options)

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation(data.split(",") if isinstance(data, str) else data)


def as_integer(data: Any) -> int | None:
    """The integer that a JSON value stands for, 3 for 3.0; None if it stands for none."""
    if isinstance(data, float) and data.is_integer() and abs(data) <= MAX_EXACT_FLOAT:
        return int(data)
    return data if isinstance(data, int) and not isinstance(data, bool) else None


class Integer(serializers.IntegerField):
    """A JSON integer, never a string or a boolean; 64 bits unless the field says less."""

    default_error_messages = {"invalid": "give an integer"}

    def __init__(self, **options: Any) -> None:
        options.setdefault("min_value", -INT64)
        options.setdefault("max_value", INT64 - 1)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> int:
        value = as_integer(data)
        if value is None:
            self.fail("invalid")
        return value

    def json_schema(self) -> dict[str, Any]:
        return {"type": "integer", "format": "int64", "minimum": self.min_value, "maximum": self.max_value}


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

    default_error_messages = {"invalid_choice": "give one of: {known}"}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", known=", ".join(self.choices))
        return data

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": [*self.choices, *([None] if self.allow_null else [])]}


def parse_timestamp(text: str) -> datetime | None:
    """The instant of an RFC 3339 text in UTC, None if it is not one."""
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC) if matches(RFC3339, text) else None
    except ValueError:  # the 31st of a shorter month
        return None


class Timestamp(serializers.DateTimeField):
    """RFC 3339 with an offset, years 1000 to 2999; answers UTC."""

    default_error_messages = {
        "invalid": "give a time with offset (RFC 3339), such as 2026-06-04T09:00:00Z",
        "naive": "give the offset too, such as 2026-06-04T09:00:00Z",
    }

    def to_internal_value(self, value: Any) -> datetime:
        timestamp = parse_timestamp(value) if isinstance(value, str) else None
        if timestamp is not None:
            return timestamp
        if isinstance(value, str) and parse_timestamp(f"{value}Z") is not None:
            self.fail("naive")
        self.fail("invalid")
        raise AssertionError("unreachable")

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time", "pattern": RFC3339}


class DateOrTimestamp(Timestamp):
    """A calendar date, answered as a ``date``, or what a :class:`Timestamp` takes."""

    default_error_messages = {
        "invalid": "give a date such as 2026-06-04, or a time with offset (RFC 3339), such as 2026-06-04T09:00:00Z"
    }

    def to_internal_value(self, value: Any) -> date | datetime:  # type: ignore[override]
        try:
            if isinstance(value, str) and matches(DATE, value):
                return date.fromisoformat(value)
        except ValueError:  # the 31st of a shorter month
            self.fail("invalid")
        return super().to_internal_value(value)

    def json_schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "string", "format": "date", "pattern": DATE}, super().json_schema()]}


class QuerySerializer(StrictSerializer):
    """Query parameters: strings, each given once, but for those in ``repeatable``."""

    repeatable: tuple[str, ...] = ()

    @classmethod
    def read(cls, params: Any) -> dict[str, Any]:
        """The plain values of a QueryDict."""
        return {name: params.getlist(name) if name in cls.repeatable else params.get(name) for name in params}


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
        help_text="From `next_cursor`.",
    )
