"""The outermost middleware: every response under /v1 and /mcp is an API response.

Requests to the API never reach the browser's middleware (session, CSRF, messages): no cookie can authenticate one, no
HTML page can answer one, and they cost less. Every exception becomes a problem document; every response gets the
request id and the rate limit headers.
"""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import ParamSpec, TypeVar

from asgiref.sync import async_to_sync, iscoroutinefunction
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.db import OperationalError, connections
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, resolve
from prometheus_client import Counter, Histogram

from apikeys.authentication import KeyCredentials
from apikeys.uses import use_counter
from crmsolid.api import problems
from crmsolid.api.request_context import RequestContext
from crmsolid.core.errors import DomainError
from crmsolid.core.http.problem_document import instance_of

REQUESTS = Counter("crmsolid_requests_total", "API requests", ["method", "route", "status"])
SECONDS = Histogram(
    "crmsolid_request_seconds",
    "Time in the application",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)

UNKNOWN = "unknown"  # in place of a route

P = ParamSpec("P")
R = TypeVar("R")


def is_api(path: str) -> bool:
    """Whether a path is the API's to answer; ``//v1/…`` is too, with a problem document: no route has it."""
    path = "/" + path.lstrip("/")
    return path.startswith(("/v1/", "/mcp/")) or path in ("/v1", "/mcp")


class ApiMiddleware:
    """First in MIDDLEWARE. Django's ASGI handler, which answers streams, calls it on a thread."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request.path_info):
            return self.get_response(request)
        if isinstance(request, ASGIRequest):
            return _closing_connections(self._answer, request)
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        context = RequestContext.begin(request)
        try:
            match = _resolve(request)
            view = async_to_sync(match.func) if iscoroutinefunction(match.func) else match.func
            response = view(request, *match.args, **match.kwargs)
        except Exception as error:
            response = error_response(error, context)
        return finalize_response(request, response, context)


def _closing_connections(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call the function, then close this thread's database connections.

    Under ASGI each request has a thread of its own, which would keep its connection as long as a stream lasts.
    """
    try:
        return function(*args, **kwargs)
    finally:
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close()


_resolve_cached = lru_cache(maxsize=1024)(resolve)  # most requests are for few paths


def _resolve(request: HttpRequest) -> ResolverMatch:
    if "\0" in request.path_info:  # no id has one, and PostgreSQL would raise an error
        raise Http404
    # Long paths would make the cache large.
    request.resolver_match = (_resolve_cached if len(request.path_info) <= 100 else resolve)(request.path_info)
    return request.resolver_match


def error_response(error: Exception, context: RequestContext) -> HttpResponse:
    """The problem document for whatever was raised; an unexpected error is logged in full and answered as a 500."""
    context.error = problems.expected_or_logged(error, context.request_id)
    instance = instance_of(context.path.encode("utf-8", "replace"))
    if context.surface == "mcp":
        response = problems.json_rpc_response(
            context.error, instance=instance, request_id=context.request_id, rpc_id=context.rpc_id
        )
    else:
        response = problems.response(context.error, instance=instance, request_id=context.request_id)
    if problems.from_exception(error) is None:
        response._has_been_logged = True  # type: ignore[attr-defined]  # Django would log it a second time
    return response


def finalize_response(request: HttpRequest, response: HttpResponseBase, context: RequestContext) -> HttpResponseBase:
    """Count the request against the rate limit if that was not done, set the headers, record the key's use, metrics."""
    if context.decision is None:
        response = _count_if_uncounted(request, response, context)
    if request.method == "HEAD":
        # The same headers and the length that the body would have. A streamed response never begins.
        if isinstance(response, HttpResponse) and response.status_code != 304:
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        elif isinstance(response, StreamingHttpResponse):
            response.streaming_content = []
    context.set_headers(response)
    if context.credentials is not None:
        context.credentials.record_use(context.ip)
        if context.error is not None and context.error.code == "scope_missing":
            context.credentials.record_refusal(context.error, context.surface, context.ip)
    match = request.resolver_match
    route = match.route if match is not None else UNKNOWN  # not the path: there are too many
    method = request.method if request.method in ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE") else "other"
    _counter(method, route, response.status_code).inc()
    if isinstance(context.sent, KeyCredentials):
        call = f"MCP {context.tool}" if context.tool else _call(method, route)
        # A refusal that is repeated for the same Idempotency-Key, or is that of the MCP SDK, has its status as code.
        code = "" if response.status_code < 400 else str(response.status_code)
        use_counter().count(context.sent.key.id, call, code if context.error is None else context.error.code)
    SECONDS.observe(time.perf_counter() - context.started)
    return response


def _count_if_uncounted(request: HttpRequest, response: HttpResponseBase, context: RequestContext) -> HttpResponseBase:
    """A request that was refused before its rate limit was checked counts too, and beyond the limit it is a 429.

    It stays a 403 where the key was valid, because scope and plan are checked before the limit; and a 503, because
    without the database it is not known whose limit counts. An unknown route or a wrong method counts in the bucket of
    the key, if there is a valid one.
    """
    if context.credentials is None and context.error is not None and context.error.status in (404, 405):
        with suppress(DomainError, OperationalError, DisallowedHost):  # without a valid key: the bucket of the address
            context.authenticate(request)
    try:
        context.check_rate_limit()
    except DomainError as error:
        status = None if context.error is None else context.error.status
        if status == 503 or (status == 403 and context.credentials is not None):
            return response
        return error_response(error, context)
    return response


@lru_cache(maxsize=1024)
def _counter(method: str, route: str, status: int) -> Counter:
    return REQUESTS.labels(method, route, status)


@lru_cache(maxsize=1024)
def _call(method: str, route: str) -> str:
    """A method and a route as the documentation writes them: ``GET /v1/contacts/{contact_id}``."""
    if route == UNKNOWN:
        return f"{method} an unknown address"
    path = re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", route)
    return f"{method} /{path}"
