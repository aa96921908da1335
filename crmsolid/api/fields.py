"""Input serializers that take JSON at its word: no coercion of types, no unknown names."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from crmsolid.core.clock import rfc3339


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses a field it does not know (``unknown_field``): a typo never passes silently."""

    default_error_messages = {"unknown_field": "there is no field of this name; known are: {known}"}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = [name for name in data if name not in self.fields and not self.takes(str(name))]
            if unknown:
                message = self.error_messages["unknown_field"].format(known=", ".join(self.fields))
                raise serializers.ValidationError({str(n): [_detail(message, "unknown_field")] for n in unknown})
        return super().to_internal_value(data)

    def takes(self, name: str) -> bool:
        """Whether a name outside the declared fields is welcome."""
        return False


def _detail(message: str, code: str) -> Any:
    from rest_framework.exceptions import ErrorDetail

    return ErrorDetail(message, code)


class Text(serializers.CharField):
    """A JSON string. Kept as sent: nothing is trimmed but where a field asks for it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("trim_whitespace", False)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Integer(serializers.IntegerField):
    """A JSON integer, never a string or a boolean."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class Boolean(serializers.BooleanField):
    """``true`` or ``false``."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Moment(serializers.DateTimeField):
    """RFC 3339 with an offset; answers UTC."""

    default_error_messages = {"naive": "give the offset too, such as 2026-06-04T09:00:00Z"}

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or "T" not in value.upper():
            self.fail("invalid", format="RFC 3339, such as 2026-06-04T09:00:00Z")
        try:
            found = datetime.fromisoformat(value.upper())
        except ValueError:
            self.fail("invalid", format="RFC 3339, such as 2026-06-04T09:00:00Z")
        if found.tzinfo is None:
            self.fail("naive")
        try:
            return found.astimezone(UTC)
        except OverflowError:
            self.fail("overflow")
        raise AssertionError("unreachable")

    def to_representation(self, value: datetime | None) -> str | None:
        return rfc3339(value)


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


class QueryInteger(serializers.IntegerField):
    """A decimal integer in a query string, nothing else."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not data.isascii() or not data.lstrip("-").isdigit():
            self.fail("invalid")
        return super().to_internal_value(data)


class QueryBoolean(serializers.ChoiceField):
    """``true`` or ``false`` in a query string."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=["true", "false"], **options)

    def to_internal_value(self, data: Any) -> bool:
        return super().to_internal_value(data) == "true"


class PageQuery(QuerySerializer):
    """What every list takes."""

    limit = QueryInteger(required=False, min_value=1, max_value=100, default=50, help_text="Rows a page.")
    cursor = serializers.CharField(required=False, help_text="`next_cursor` of the page before.")


__all__ = [
    "Boolean",
    "Integer",
    "Moment",
    "PageQuery",
    "QueryBoolean",
    "QueryInteger",
    "QuerySerializer",
    "StrictSerializer",
    "Text",
]
