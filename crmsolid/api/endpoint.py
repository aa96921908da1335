"""The declaration that stands beside each handler, and what a handler answers.

Authentication, scopes, validation, idempotency and the OpenAPI document all read this one declaration.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Flag, auto
from functools import wraps
from typing import Any

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from crmsolid.api.fields import QuerySerializer, StrictSerializer
from crmsolid.api.uploads import FileBody
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.limits import Limits

JSON = "application/json"

Shape = type[serializers.BaseSerializer[Any]] | serializers.BaseSerializer[Any]


@dataclass(slots=True)
class ApiResponse:
    """What a handler answers: ``data`` is rendered as JSON, status 204 has none.

    ``contact_id`` names the contact it is about, or ``contact_ids`` several, so that erasing one of them empties the
    stored answer too; their ids must be in the answer, and they must be locked against an erasure until the answer is
    stored. ``may_name_people`` says the same of an answer with values that the client wrote, such as a filter.
    ``secret`` says that it carries a secret, so that the stored answer is encrypted. ``blocks`` are what an
    assistant gets beside the data, such as a picture, as MCP writes it.
    """

    data: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    contact_id: str = ""
    contact_ids: Sequence[str] = ()
    may_name_people: bool = False
    secret: bool = False
    blocks: Sequence[dict[str, Any]] = ()

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
    """A page: ``{"data": [...], "next_cursor": …}``; ``endless`` if ``next_cursor`` is never null, ``synced`` if the
    last page may have ``synced_until``."""

    item: Shape
    endless: bool = False
    synced: bool = False


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes of one of these media types, each with an example: an export, a stream. ``headers``: those it has beside
    the usual. ``text_of``: whose text is in it, ``UNKNOWN`` or ``RECORDED``; empty for no text of other people."""

    content: Mapping[str, str]
    description: str = ""
    headers: tuple[str, ...] = ()
    text_of: str = ""


class Narrowed(Flag):
    """Which narrowed keys and assistants an endpoint serves: those that are narrowed to some accounts, to a segment, or
    to both. What it shows and does for them is within that; where it cannot be, they are refused."""

    REFUSED = 0
    ACCOUNTS = auto()
    SEGMENT = auto()
    SERVED = ACCOUNTS | SEGMENT


@dataclass(frozen=True)
class Endpoint:
    """One method of one route. ``responses`` maps the status of each successful answer to its shape: a representation,
    ``ListOf``, ``Raw`` or None for no body."""

    scopes: tuple[Scope, ...]
    responses: Mapping[int, Any]
    query: type[QuerySerializer] = QuerySerializer
    body: type[StrictSerializer] | None = None
    # A POST that changes nothing, such as a preview: it needs no Idempotency-Key.
    reads: bool = False
    # The boolean of the body that makes a POST one that changes nothing.
    reads_if: str = ""
    # Whether a write may have to wait for an approval, and counts for the budgets of its key.
    waits: bool = True
    # Instead of ``body``, for a body that is a file: ``self.file`` is what the view's ``read_file`` makes of it.
    file_body: FileBody | None = None
    # Whether it may take seconds in a large workspace, always or with one of these parameters: few such requests of a
    # workspace run at once.
    slow: bool = False
    slow_with: tuple[str, ...] = ()
    # Codes of core/errors.py that it may answer beyond those every operation has.
    error_codes: tuple[str, ...] = ()
    # Of a POST: whether it honours If-Match and If-None-Match, as PATCH, PUT, DELETE and the GET of one object always
    # do; and whether its responses have an ETag although it does not.
    conditional: bool = False
    etag: bool = False
    # Whether its body or its answer may have a secret, so that no proposal can keep it.
    has_secrets: bool = False
    # Which keys and assistants it serves that see less than the workspace; tests/limits has the table of all.
    narrowed: Narrowed = Narrowed.REFUSED
    # Whether the Accept header must allow what it produces.
    negotiates: bool = True
    # For the OpenAPI document: a name where the derived one does not read well, further header parameters, and what to
    # say of the scope where ``scopes`` cannot.
    operation_id: str = ""
    request_headers: tuple[Mapping[str, Any], ...] = ()
    scope_text: str = "any"
    media_types: tuple[str, ...] = field(init=False)

    def needs_key(self, method: str) -> bool:
        """Whether each request of this method needs an Idempotency-Key. With ``reads_if`` the body decides."""
        return method in ("POST", "PATCH") and not self.reads and not self.reads_if

    def changes(self, body: Mapping[str, Any]) -> bool:
        """Whether a write with this body changes anything."""
        return not self.reads and not (self.reads_if and body.get(self.reads_if))

    def require_served(self, limits: Limits) -> None:
        """``outside_limits`` (403) for a narrowed key or assistant that it does not serve."""
        if not limits.narrows:
            return
        needed = Narrowed.ACCOUNTS if limits.account_ids else Narrowed.REFUSED
        needed |= Narrowed.SEGMENT if limits.segment_id else Narrowed.REFUSED
        if needed not in self.narrowed:
            raise DomainError("outside_limits")

    def may_be_held(self, method: str) -> bool:
        """Whether it may be answered 202 with a proposal, called by this method. One with a file or a secret is refused
        instead."""
        return method != "GET" and self.waits and not (self.reads or self.file_body or self.has_secrets)

    def is_conditional(self, method: str) -> bool:
        """Whether it honours If-Match and If-None-Match, called by this method."""
        return self.conditional or method in ("PATCH", "PUT", "DELETE") or (method == "GET" and self.shows_one)

    @property
    def shows_one(self) -> bool:
        """Whether it answers one object: no list, no file, no stream."""
        return not isinstance(self.responses.get(200), ListOf | Raw | None)

    def may_be_slow(self, values: Mapping[str, Any]) -> bool:
        """Whether a request with this query or body may take seconds."""
        return self.slow or any(values.get(name) not in (None, []) for name in self.slow_with)

    def __post_init__(self) -> None:
        produced: dict[str, None] = {}
        for shape in self.responses.values():
            produced |= dict.fromkeys(shape.content if isinstance(shape, Raw) else (JSON,))
        object.__setattr__(self, "media_types", tuple(produced) or (JSON,))


def endpoint(**declaration: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a handler of a :class:`~crmsolid.api.views.WorkspaceView`; the fields of :class:`Endpoint` by name.

    The handler is called once query and body are validated (``self.query``, ``self.body``), with the ids of the path,
    and answers an :class:`ApiResponse` or, where it streams, an HTTP response.
    """
    declared = Endpoint(**declaration)

    def decorate(handler: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(handler)
        def handle(view: Any, request: Request, **ids: Any) -> Any:
            return view.answer(declared, lambda: handler(view, **ids))

        handle.endpoint = declared  # type: ignore[attr-defined]
        return handle

    return decorate
