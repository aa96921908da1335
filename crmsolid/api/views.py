"""The base of every /v1 endpoint: authentication, scopes, rate limit, validation, idempotency, rendering.

A view has one handler a method, each declared by :func:`~crmsolid.api.endpoint.endpoint`. Errors are raised and travel
up to the middleware, which answers them as problem documents.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn, TypeVar

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.views import APIView

from crmsolid.api import idempotency, parsing
from crmsolid.api.access_control import actor_of, method_of
from crmsolid.api.endpoint import Endpoint, endpoint
from crmsolid.api.fields import INT64
from crmsolid.api.request_context import request_context
from crmsolid.api.responses import ApiResponse, Raw
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace

F = TypeVar("F", bound=Callable[..., Any])

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _accepts(request: HttpRequest, media_types: tuple[str, ...]) -> bool:
    """Whether the Accept header allows one of these types; without one, everything is."""
    header = request.META.get("HTTP_ACCEPT", "").strip()
    return header in ("", "*/*") or request.get_preferred_type(list(media_types)) is not None


class WorkspaceView(APIView):
    """An endpoint in the workspace of the caller's key. Classes for authentication and so on are in the settings."""

    metadata_class = None
    endpoints: ClassVar[Mapping[str, Endpoint]] = {}

    # What a handler reads.
    actor: Actor
    body: dict[str, Any]
    query: dict[str, Any]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        handlers = {method: getattr(cls, method.lower()) for method in METHODS if hasattr(cls, method.lower())}
        for method, handler in handlers.items():
            if not hasattr(handler, "endpoint"):
                raise TypeError(f"{cls.__name__}.{method.lower()} is not declared: put @endpoint(...) above it")
        cls.endpoints = {method: handler.endpoint for method, handler in handlers.items()}

    @property
    def workspace(self) -> Workspace:
        return self.actor.workspace

    @property
    def if_match(self) -> str | None:
        """The If-Match header as sent."""
        return self.request._request.headers.get("If-Match")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who asks, may they, how often; only then whether they can read the answer (``not_acceptable``)."""
        method = method_of(request._request)
        if method not in self.endpoints:
            raise self._method_not_allowed(request)
        for value in kwargs.values():
            if isinstance(value, int) and value >= INT64:
                raise Http404  # no row has this id, and a database might answer it with an error
        self.perform_authentication(request)
        self.check_permissions(request)
        self.check_throttles(request)
        self.actor = actor_of(request)
        declared = self.endpoints[method]
        if declared.negotiates and not _accepts(request._request, declared.media_types):
            raise DomainError("not_acceptable", f"this endpoint answers {' or '.join(declared.media_types)}")

    def _method_not_allowed(self, request: Request) -> DomainError:
        names = [*self.endpoints, *(["HEAD"] if "GET" in self.endpoints else [])]
        allowed = ", ".join(name for name in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD") if name in names)
        detail = f"{request.method} does not work here; use {allowed}"
        return DomainError("method_not_allowed", detail, headers={"Allow": allowed})

    def answer(self, declared: Endpoint, handler: Callable[[], Any]) -> HttpResponseBase:
        """Validate the request and run the handler; a write answers its stored response where there is one."""
        request = self.request._request
        if request.method in ("GET", "HEAD"):
            self.query = parsing.parse_query(request, declared.query)
            response = handler()
            return response.render() if isinstance(response, ApiResponse) else response
        key = idempotency.parse_key(request)
        if key is None:
            self._validate(declared)
            return handler().render()
        fingerprint = idempotency.fingerprint(request, parsing.read_body(request), self.actor, declared.scopes)
        stored = request_context(request).stored_response
        if stored is not None:
            return idempotency.replay(stored, fingerprint)
        self._validate(declared)
        return idempotency.run_once(self.workspace, key, fingerprint, handler)

    def _validate(self, declared: Endpoint) -> None:
        """Query and body, before any transaction opens."""
        request = self.request._request
        self.query = parsing.parse_query(request, declared.query)
        if not isinstance(declared.body, Raw):
            self.body = parsing.parse_body(request, declared.body)

    def handle_exception(self, exc: Exception) -> NoReturn:
        """Errors are the middleware's to answer."""
        raise exc

    @property
    def default_response_headers(self) -> dict[str, str]:
        """None of DRF's: ``Allow`` belongs to a 405 only."""
        return {}


def openapi_route(**declaration: Any) -> Callable[[F], F]:
    """Put a plain function (a stream, which DRF's views cannot serve) into the OpenAPI document, as a GET with this
    declaration (see ``endpoint``). The function does all of its own work; its docstring is the summary."""

    def declare(function: F) -> F:
        members = {"__doc__": function.__doc__, "get": endpoint(**declaration)(function)}
        # Where DRF and the tests look for the view behind a route.
        function.cls = function.view_class = type(function.__name__, (WorkspaceView,), members)  # type: ignore[attr-defined]
        function.initkwargs = {}  # type: ignore[attr-defined]
        return function

    return declare
