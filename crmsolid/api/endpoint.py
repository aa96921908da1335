"""The declaration that stands beside each handler: what it needs, takes and answers.

Authentication, scopes, validation, idempotency and the OpenAPI document all read this one declaration.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from rest_framework.request import Request

from crmsolid.api.fields import QuerySerializer, StrictSerializer
from crmsolid.api.responses import JSON, ApiResponse, Raw
from crmsolid.workspaces.scopes import Scope


@dataclass(frozen=True)
class Endpoint:
    """One method of one route. ``responses`` maps the status of each successful answer to its shape: a representation,
    ``ListOf``, ``Raw`` or None for no body."""

    scopes: tuple[Scope, ...]
    responses: Mapping[int, Any]
    query: type[QuerySerializer] = QuerySerializer
    body: type[StrictSerializer] | Raw | None = None
    # Codes of core/errors.py that it may answer beyond those every operation has.
    error_codes: tuple[str, ...] = ()
    # It honours If-Match (and answers an ETag); it only answers an ETag.
    if_match: bool = False
    etag: bool = False
    # Whether the Accept header must allow what it produces.
    negotiates: bool = True
    # For the OpenAPI document: a name where the derived one does not read well, an example of the body, further
    # header parameters, and what to say of the scope where ``scopes`` cannot.
    operation_id: str = ""
    example: Any = None
    request_headers: tuple[Mapping[str, Any], ...] = ()
    scope_text: str = "any"
    media_types: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        produced: dict[str, None] = {}
        for shape in self.responses.values():
            produced |= dict.fromkeys(shape.content_types if isinstance(shape, Raw) else (JSON,))
        object.__setattr__(self, "media_types", tuple(produced) or (JSON,))


Handler = Callable[..., ApiResponse]


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
