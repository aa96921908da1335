"""What a handler answers, and the shapes a view declares in ``answers`` and ``bodies`` beyond one serializer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.http import HttpResponse
from rest_framework import serializers

from crmsolid.core import strictjson

JSON = "application/json"

Shape = type[serializers.BaseSerializer[Any]] | serializers.BaseSerializer[Any]


@dataclass(slots=True)
class Answer:
    """What a handler answers. ``person``: the contact it is about. ``sealed``: it carries a secret."""

    data: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    contact_id: str = ""
    sealed: bool = False


def respond(answer: Answer) -> HttpResponse:
    """The answer as an HTTP response: compact UTF-8 JSON, or nothing with 204."""
    body = b"" if answer.status == 204 else strictjson.dumps(answer.data)
    response = HttpResponse(body, status=answer.status, content_type="application/json")
    if answer.status == 204:
        del response.headers["Content-Type"]
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


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
    """Bytes of one of these media types: an export, a stream, an upload. ``headers``: those it has beside the usual."""

    content_types: tuple[str, ...]
    description: str = ""
    headers: tuple[str, ...] = ()

    def __init__(self, *content_types: str, description: str = "", headers: tuple[str, ...] = ()) -> None:
        object.__setattr__(self, "content_types", content_types)
        object.__setattr__(self, "description", description)
        object.__setattr__(self, "headers", headers)


def of(view: Any, method: str) -> dict[int, Any]:
    """The shapes of a method's successful answers by status.

    A view may say ``listed`` for all its lists, and name a media type beside a status: ``{(200, "text/csv"): str}``.
    """
    declared: Mapping[Any, Any] = view.answers.get(method, {})
    raw: dict[int, list[str]] = {}
    found: dict[int, Any] = {}
    for status, shape in declared.items():
        if isinstance(status, tuple):
            raw.setdefault(status[0], []).extend(status[1:])
        else:
            found[status] = Listed(shape) if _is_list(view, method, shape) else shape
    return found | {status: Raw(*kinds) for status, kinds in raw.items()}


def _is_list(view: Any, method: str, shape: Any) -> bool:
    return method == "GET" and getattr(view, "listed", False) and not isinstance(shape, Listed)


@cache
def media_types(view: type[Any], method: str) -> tuple[str, ...]:
    """What a method's successful answers may be made of, the preferred type first."""
    found: dict[str, None] = {}
    for shape in of(view, method).values():
        found |= dict.fromkeys(shape.content_types if isinstance(shape, Raw) else (JSON,))
    return tuple(found) or (JSON,)
