"""The base of every /v1 endpoint: authentication, scopes, rate limit, validation, idempotency, rendering.

Errors are raised and travel up to the middleware, which answers them as problem documents.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any, ClassVar, NoReturn, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from apikeys.authentication import KeyCredentials
from crmsolid.api import given_text, held_writes, idempotency, parsing, uploads
from crmsolid.api.endpoint import ApiResponse, Endpoint, endpoint
from crmsolid.api.fields import INT64
from crmsolid.api.given_text import Call
from crmsolid.api.held_writes import WriteCall
from crmsolid.api.preconditions import Preconditions
from crmsolid.api.request_context import RequestContext, request_context
from crmsolid.api.uploads import Upload
from crmsolid.core.errors import DomainError
from crmsolid.core.http.negotiation import accepts_type
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.limits import reading
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from crmsolid.workspaces.slow_requests import answer_in_slot

F = TypeVar("F", bound=Callable[..., Any])

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


# --- What DRF checks before a handler runs ----------------------------------------------------------------------------
class KeyAuthentication(BaseAuthentication):
    """A bearer API key; sessions and cookies are never looked at. ``request.user`` is the actor."""

    def authenticate(self, request: Request) -> tuple[Actor, RequestContext]:
        context = request_context(request._request)
        return context.authenticate(request._request), context


class HasScopes(BasePermission):
    """Every scope that the view's endpoint declares, else ``scope_missing``; ``outside_limits`` for a narrowed key that
    the endpoint does not serve."""

    def has_permission(self, request: Request, view: Any) -> bool:
        for scope in view.declared.scopes:
            view.actor.require(scope)
        view.declared.require_served(view.actor.limits)
        return True


class KeyRateLimit(BaseThrottle):
    """One request out of the key's bucket; ``rate_limited`` with Retry-After when it is empty."""

    def allow_request(self, request: Request, view: Any) -> bool:
        request_context(request._request).check_rate_limit()
        return True


# --- Views ------------------------------------------------------------------------------------------------------------
def _rendered(answer: ApiResponse | HttpResponseBase) -> HttpResponseBase:
    return answer.render() if isinstance(answer, ApiResponse) else answer


class WorkspaceView(APIView):
    """An endpoint in the workspace of the caller's key, with one handler a method, each declared by ``@endpoint``."""

    authentication_classes = (KeyAuthentication,)
    permission_classes = (HasScopes,)
    throttle_classes = (KeyRateLimit,)
    endpoints: ClassVar[Mapping[str, Endpoint]] = {}

    # What a handler reads; ``declared`` is the endpoint of the request's method.
    declared: Endpoint
    actor: Actor
    body: dict[str, Any] = {}  # never changed; a write has its own
    query: dict[str, Any]
    # Carries out a call with a file that waited for an approval: ``keep_file`` keeps what its body names.
    as_proposal: ClassVar["type[WorkspaceView] | None"] = None
    file: Any  # what ``read_file`` returned
    cleanup: ExitStack  # of a write; it is closed once the response is made
    context: RequestContext  # of a tool's call
    preconditions = Preconditions()  # those of the request, if the endpoint is conditional; a tool has none

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

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Method, authentication, scopes, rate limit, then whether the client accepts what the endpoint produces."""
        http_request = request._request
        declared = self.endpoints.get("GET" if http_request.method == "HEAD" else str(http_request.method))
        if declared is None:
            allowed = ", ".join([*self.endpoints, *(["HEAD"] if "GET" in self.endpoints else [])])
            detail = f"{request.method} does not work here; use {allowed}"
            raise DomainError("method_not_allowed", detail, headers={"Allow": allowed})
        for value in kwargs.values():
            if isinstance(value, int) and value >= INT64:
                raise Http404  # no row has this id, and a database might answer it with an error
        self.declared = declared
        user: Any = request.user  # authenticates
        self.actor = user
        self.check_permissions(request)
        self.check_throttles(request)
        if declared.negotiates and not accepts_type(http_request.META.get("HTTP_ACCEPT", ""), declared.media_types):
            raise DomainError("not_acceptable", f"this endpoint answers {' or '.join(declared.media_types)}")

    def answer(self, declared: Endpoint, handler: Callable[[], Any]) -> HttpResponseBase:
        """Validate the request and run the handler; a write answers its stored response where there is one."""
        request = self.request._request
        if request.method in ("GET", "HEAD"):
            return self._read(declared, handler)
        key = idempotency.parse_key(request)
        if key is None and declared.needs_key(str(request.method)):
            raise DomainError("idempotency_key_missing")
        with ExitStack() as self.cleanup:
            return self._write(declared, key, handler)

    def _read(self, declared: Endpoint, handler: Callable[[], Any]) -> HttpResponseBase:
        request = self.request._request
        self.query = parsing.parse_query(request, declared.query)
        if not declared.is_conditional("GET"):
            return self._run(self.query, lambda: _rendered(self._recorded(handler())))
        preconditions = Preconditions.of(request)

        def run() -> HttpResponseBase:
            answer = handler()
            response = preconditions.answer(answer.render())
            # A 304 too: the client has the text, and may show it anew.
            self._recorded(answer)
            return response

        return self._run(self.query, run)

    def _write(self, declared: Endpoint, key: str | None, handler: Callable[[], Any]) -> HttpResponseBase:
        request, upload, fingerprint = self.request._request, None, b""
        if declared.file_body is not None:
            upload = self.cleanup.enter_context(uploads.receive(request, declared.file_body))
        # Before a replay, to which an empty If-Match is none.
        if declared.is_conditional(str(request.method)):
            may_read = all(idempotency.reads_beside(self.actor, declared.scopes))
            self.preconditions = Preconditions.of(request, may_read=may_read)
        if key is not None:
            pieces = [parsing.read_body(request)] if upload is None else upload.fingerprint_pieces()
            fingerprint = idempotency.fingerprint(request, pieces, self.actor, declared.scopes)
            credentials = request_context(request).credentials
            if isinstance(credentials, KeyCredentials) and credentials.record is not None:
                replay = idempotency.replay(self.workspace, credentials.record, fingerprint)
                return self._recorded_replay(replay)
        # Before any transaction opens.
        self.query = parsing.parse_query(request, declared.query)
        if upload is None:
            self.body = parsing.parse_body(request, declared.body)
        else:
            self.file = self.read_file(request, upload)
        if key is None and declared.reads_if and not self.body[declared.reads_if]:
            raise DomainError("idempotency_key_missing")
        limited = partial(held_writes.run_write, self, declared, self._write_call, handler)
        if reading.matters_to(self.actor):
            limited = partial(self._run_recorded, limited)
        if key is None:
            return self._run(self.body, lambda: _rendered(limited()))
        once = partial(idempotency.run_once, self.workspace, key, fingerprint, limited)
        return self._recorded_replay(once() if upload is not None else self._run(self.body, once))

    # --- what was given to read, for those whose writes depend on it --------------------------------------
    def _run_recorded(self, run: Callable[[], Any]) -> Any:
        with unit_of_work():
            return self._recorded(run())

    def _recorded(self, answer: Any) -> Any:
        """The answer, once it is recorded whose text it has."""
        if reading.matters_to(self.actor):
            given_text.record_answer(self.actor, self.declared, self._call(), answer)
        return answer

    def _recorded_replay(self, response: HttpResponseBase) -> HttpResponseBase:
        """The same of what may be a stored answer."""
        if reading.matters_to(self.actor) and isinstance(response, HttpResponse) and idempotency.is_replay(response):
            status, body = response.status_code, response.content
            given_text.record_replay(self.actor, self.declared, self._call(), status, body)
        return response

    def _call(self) -> Call:
        request, sent = self.request._request, {}
        if request.method not in ("GET", "HEAD") and self.declared.file_body is None:
            sent = parsing.sent_object(request)
        return Call({**request.GET.dict(), **sent, **self.kwargs}, sent)

    def _write_call(self) -> WriteCall:
        """The request as a call that can be made again."""
        request, conditions = self.request._request, self.preconditions
        arguments: Mapping[str, Any] | None = None
        if self.as_proposal is not None:
            arguments = self.keep_file()
        elif self.declared.file_body is None:
            arguments = {**self.kwargs, **parsing.sent_object(request)}
        has_conditions = (conditions.if_match, conditions.if_none_match) != (None, None)
        return WriteCall(type(self), str(request.method), arguments, has_conditions)

    def _run(self, values: Mapping[str, Any], run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
        """Run the handler, in a slot of the workspace if it may be slow with these values."""
        if not self.declared.may_be_slow(values):
            return run()
        return answer_in_slot(self.request._request, self.workspace, run)

    def read_file(self, request: HttpRequest, upload: Upload) -> Any:
        """Read the file of an endpoint with a ``file_body``, before any transaction opens."""
        raise NotImplementedError

    def keep_file(self) -> Mapping[str, Any]:
        """Keep the file of a call that waits for an approval; returns the body for ``as_proposal``."""
        raise NotImplementedError

    def handle_exception(self, exc: Exception) -> NoReturn:
        raise exc  # for the middleware to answer

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}  # not DRF's: `Allow` belongs to a 405 only


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
