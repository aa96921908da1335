"""The base of every /v1 endpoint.

A view declares what it needs (``scopes``), what it takes (``bodies``, ``queries``) and what it answers
(``answers``), each by HTTP method; the handler gets validated values and answers an :class:`Answer`. A view that
forgets its scopes cannot be imported.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from crmsolid.api import idempotency
from crmsolid.api.fields import INT64, QuerySerializer, StrictSerializer
from crmsolid.api.negotiation import acceptable
from crmsolid.api.parsing import parse_json, read_query, shared
from crmsolid.api.request_context import Call, call_of
from crmsolid.api.responses import Raw, media_types, respond
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from crmsolid.workspaces.scopes import Scope

MAX_BODY_BYTES = 1_048_576
SAFE_METHODS = ("GET", "HEAD")


class KeyAuthentication(BaseAuthentication):
    """A bearer API key; sessions and cookies are never looked at."""

    def authenticate(self, request: Request) -> tuple[Actor, Call]:
        call = call_of(request._request)
        return call.authenticate(request._request), call

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def actor_of(request: Request) -> Actor:
    """Who asks; raises what authentication raises."""
    found: Any = request.user
    return found


class HasScopes(BasePermission):
    """Every scope the view declares for this method."""

    def has_permission(self, request: Request, view: Any) -> bool:
        method = "GET" if request.method == "HEAD" else str(request.method)
        actor = actor_of(request)
        for scope in view.scopes.get(method, ()):
            actor.require(scope)
        return True


class KeyRateLimit(BaseThrottle):
    """One request out of the key's bucket; raises ``rate_limited`` with its Retry-After."""

    def allow_request(self, request: Request, view: Any) -> bool:
        call_of(request._request).limit()
        return True


class WorkspaceView(APIView):
    """An endpoint in the workspace of its key."""

    authentication_classes = [KeyAuthentication]
    permission_classes = [HasScopes]
    throttle_classes = [KeyRateLimit]
    metadata_class = None

    scopes: ClassVar[Mapping[str, Sequence[Scope]]]
    bodies: ClassVar[Mapping[str, type[StrictSerializer] | Raw]] = {}
    queries: ClassVar[Mapping[str, type[QuerySerializer]]] = {}
    answers: ClassVar[Mapping[str, Any]] = {}
    # Whether its writes may come down to one statement (``rows.Table.guess``).
    guesses: ClassVar[bool] = False
    # Methods that honour If-Match; others that answer an ETag; whether Accept chooses the answer; codes beyond those
    # every operation has.
    conditional: ClassVar[Sequence[str]] = ()
    versioned: ClassVar[Sequence[str]] = ()
    negotiates: ClassVar[bool] = True
    refusals: ClassVar[Mapping[str, Sequence[str]]] = {}

    actor: Actor
    body: dict[str, Any]
    query: dict[str, Any]
    _body: bytes | None = None
    _authenticators: ClassVar[list[BaseAuthentication]]
    _permissions: ClassVar[list[Any]]
    _throttles: ClassVar[list[BaseThrottle]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        handlers = {name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(cls, name)}
        missing = handlers - set(getattr(cls, "scopes", {}))
        if missing:
            raise TypeError(f"{cls.__name__} does not declare the scopes of {', '.join(sorted(missing))}")
        cls._authenticators = [kind() for kind in cls.authentication_classes]
        cls._permissions = [kind() for kind in cls.permission_classes]
        cls._throttles = [kind() for kind in cls.throttle_classes]

    def get_authenticators(self) -> list[BaseAuthentication]:
        """The same for all requests, as those of permissions and throttles are: none of them keeps anything."""
        return self._authenticators

    def get_permissions(self) -> list[Any]:
        return self._permissions

    def get_throttles(self) -> list[BaseThrottle]:
        return self._throttles

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Without parsers and renderers: bodies are read as strict JSON, answers are rendered by :func:`respond`."""
        return Request(request, authenticators=self._authenticators)

    @property
    def workspace(self) -> Workspace:
        return self.actor.workspace

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Authentication, scope, limit, then (a write) the stored answer, then validation and the handler.

        DRF's renderers and exception handler stay out: errors travel up to the middleware, which answers them.
        """
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        method = str(request.method).lower()
        handler = getattr(self, method, None) if method in self.http_method_names else None
        if handler is None or method == "options":
            raise self.no_such_method(self.request)
        refuse_impossible_ids(kwargs)
        self.initial(self.request, *args, **kwargs)
        self.actor = actor_of(self.request)
        if request.method in SAFE_METHODS:
            self.prepare()
            answer = handler(self.request, *args, **kwargs)
            return answer if isinstance(answer, HttpResponseBase) else respond(answer)
        return idempotency.run(self, handler)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who asks, may they, how often; only then whether they can read the answer (``not_acceptable``)."""
        self.perform_authentication(request)
        self.check_permissions(request)
        self.check_throttles(request)
        method = "GET" if request.method == "HEAD" else str(request.method)
        if not self.negotiates:
            return
        produced = media_types(type(self), method)  # type: ignore[arg-type]  # a class is hashable whatever it makes
        if not acceptable(request._request.META.get("HTTP_ACCEPT"), produced):
            raise DomainError("not_acceptable", f"this endpoint answers {' or '.join(produced)}")

    def no_such_method(self, request: Request) -> DomainError:
        """``method_not_allowed``, with the methods that work."""
        allowed = ", ".join(name for name in self.allowed_methods if name != "OPTIONS")
        detail = f"{request.method} does not work here; use {allowed}"
        return DomainError("method_not_allowed", detail, headers={"Allow": allowed})

    def raw_body(self) -> bytes:
        """The body as sent, at most 1 MiB (``payload_too_large``)."""
        if self._body is not None:
            return self._body
        raw = self.request._request
        length = raw.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            raise DomainError("bad_request", "Content-Length is not a number")
        if raw.META.get("crmsolid.body_too_large") or len(length) > 18 or int(length) > MAX_BODY_BYTES:
            raise DomainError("payload_too_large")
        body = raw.body
        if len(body) > MAX_BODY_BYTES:
            raise DomainError("payload_too_large")
        self._body = body
        return body

    def prepare(self) -> None:
        """Validate query and body before any transaction opens."""
        method = "GET" if self.request.method == "HEAD" else str(self.request.method)
        self.query = read_query(self.request._request, self.queries.get(method, QuerySerializer))
        kind = self.bodies.get(method)
        if method not in SAFE_METHODS and not isinstance(kind, Raw):
            self.body = self._read_body(kind)

    def _read_body(self, kind: type[StrictSerializer] | None) -> dict[str, Any]:
        raw = self.raw_body()
        if not raw and (kind is None or not kind.body_required):
            return {}
        self._require_json()
        parsed = parse_json(raw)
        return dict(shared(kind or StrictSerializer).run_validation(parsed))

    def _require_json(self) -> None:
        meta = self.request._request.META
        media, _, parameters = meta.get("CONTENT_TYPE", "").partition(";")
        charset = parameters.strip().lower()
        if media.strip().lower() != "application/json" or charset not in ("", "charset=utf-8", 'charset="utf-8"'):
            raise UnsupportedMediaType(media)
        if meta.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() not in ("", "identity"):
            raise UnsupportedMediaType(media)


def refuse_impossible_ids(kwargs: Mapping[str, Any]) -> None:
    """An id that no row can have is not found; some databases would answer it with an error instead."""
    for value in kwargs.values():
        if isinstance(value, int) and value >= INT64:
            raise Http404
