"""What a handler answers, and the shapes an endpoint may declare beyond a single representation."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from rest_framework import serializers

from crmsolid.core import strictjson

JSON = "application/json"

Shape = type[serializers.BaseSerializer[Any]] | serializers.BaseSerializer[Any]


@dataclass(slots=True)
class ApiResponse:
    """What a handler answers: ``data`` is rendered as JSON, status 204 has none.

    ``contact_id`` names the contact it is about, so that erasing the contact empties the stored answer too;
    ``secret`` says that it carries a secret, so that the stored answer is encrypted.
    """

    data: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    contact_id: str = ""
    secret: bool = False

    def render(self) -> HttpResponse:
        """The HTTP response: compact UTF-8 JSON."""
        if self.status == 204:
            response = HttpResponse(status=204)
            del response.headers["Content-Type"]
        else:
            response = HttpResponse(strictjson.dumps(self.data), status=self.status, content_type=JSON)
        for name, value in self.headers.items():
            response.headers[name] = value
        return response


@dataclass(frozen=True, slots=True)
class ListOf:
    """A page: ``{"data": [...], "next_cursor": …}``; ``paged`` is false for a list that always comes whole,
    ``endless`` true for one whose ``next_cursor`` is never null."""

    item: Shape
    paged: bool = True
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes of one of these media types: an export, a stream, an upload. ``headers``: those it has beside the usual."""

    content_types: tuple[str, ...]
    description: str = ""
    headers: tuple[str, ...] = ()
