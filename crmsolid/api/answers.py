"""Shapes of answers and bodies that are more than one serializer, for a view's ``answers`` and ``bodies``."""

from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

JSON = "application/json"

Shape = type[serializers.BaseSerializer[Any]] | serializers.BaseSerializer[Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page: ``{"data": [...], "next_cursor": …}``. ``paged``: false for a list that always comes whole."""

    item: Shape
    paged: bool = True


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of several shapes, such as the short answer to a key that may not read."""

    shapes: tuple[Shape, ...]

    def __init__(self, *shapes: Shape) -> None:
        object.__setattr__(self, "shapes", shapes)


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes of one of these media types: an export, a stream, an upload."""

    content_types: tuple[str, ...]
    description: str = ""

    def __init__(self, *content_types: str, description: str = "") -> None:
        object.__setattr__(self, "content_types", content_types)
        object.__setattr__(self, "description", description)


def media_types(answers: dict[int, Any]) -> tuple[str, ...]:
    """What a method's successful answers may be made of, the preferred type first."""
    found: dict[str, None] = {}
    for shape in answers.values():
        found |= dict.fromkeys(shape.content_types if isinstance(shape, Raw) else (JSON,))
    return tuple(found) or (JSON,)


__all__ = ["AnyOf", "Listed", "Raw", "media_types"]
