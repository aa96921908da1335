"""The outermost layer: every answer under /v1 and /mcp is an API answer.

Requests to the API never enter the browser's middleware (session, CSRF, messages): no cookie can authenticate
one, no HTML page can answer one, and they cost less. What raises becomes a problem document; every answer gets
the request id and the rate headers.
"""

import logging
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import async_to_sync, iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import InterfaceError, OperationalError, connections
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, resolve

from apikeys import limits
from crmsolid.api import metrics, problems
from crmsolid.api.request_context import Call, reference
from crmsolid.core.errors import DomainError

logger = logging.getLogger("crmsolid.api")

_SHORT = 100  # characters of a path that is worth remembering

P = ParamSpec("P")
R = TypeVar("R")


def is_api(path: str) -> bool:
    return path.startswith(("/v1/", "/mcp/")) or path in ("/v1", "/mcp")


class ApiMiddleware:
    """First in MIDDLEWARE; works under Django's WSGI and ASGI handlers alike."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.asynchronous = iscoroutinefunction(get_response)
        if self.asynchronous:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if not is_api(request.path_info):
            response: HttpResponseBase | Awaitable[HttpResponseBase] = self.get_response(request)
            return response
        if self.asynchronous:
            return self._answer_async(request)
        if isinstance(request, ASGIRequest):
            return _leaving_no_connection(self._answer, request)
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        call = Call.begin(request)
        request.api_call = call  # type: ignore[attr-defined]
        try:
            view, args, kwargs = _resolve(request)
            if iscoroutinefunction(view):
                view = async_to_sync(view)
            response = view(request, *args, **kwargs)
        except Exception as error:
            response = refuse(error, call)
        return finish(request, response, call)

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        call = Call.begin(request)
        request.api_call = call  # type: ignore[attr-defined]
        try:
            view, args, kwargs = _resolve(request)
            if iscoroutinefunction(view):
                response = await view(request, *args, **kwargs)
            else:
                response = await sync_to_async(view)(request, *args, **kwargs)
        except Exception as error:
            response = await sync_to_async(_leaving_no_connection)(refuse, error, call)
        return await sync_to_async(_leaving_no_connection)(finish, request, response, call)


def _leaving_no_connection(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Under ASGI each request has a thread of its own, which ends without closing the connection it opened, or, with
    a streamed answer, keeps it as long as the stream."""
    try:
        return function(*args, **kwargs)
    finally:
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close()


@lru_cache(maxsize=1024)
def _resolve_short(path: str) -> ResolverMatch:
    """Routes do not change while the process lives, and most requests are for few paths."""
    return resolve(path)


def _resolve(request: HttpRequest) -> tuple[Callable[..., HttpResponseBase], tuple[Any, ...], dict[str, Any]]:
    if "\0" in request.path_info:  # no id and no database has it
        raise Http404
    match = (_resolve_short if len(request.path_info) <= _SHORT else resolve)(request.path_info)
    request.resolver_match = match
    return match.func, match.args, match.kwargs


def refuse(error: Exception, call: Call) -> HttpResponse:
    """The problem document of whatever was raised; a fault of ours is logged whole and told as a 500."""
    expected = problems.from_exception(error)
    call.refusal = known = expected or _fault(error, call)
    answer = problems.response(known, instance=reference(call.path), request_id=call.request_id)
    if expected is None:
        answer._has_been_logged = True  # type: ignore[attr-defined]  # by us; Django would log the fault again
    return answer


def _fault(error: Exception, call: Call) -> DomainError:
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("database unavailable", extra={"request_id": call.request_id}, exc_info=error)
        return DomainError("service_unavailable")
    logger.error("unhandled error", extra={"request_id": call.request_id}, exc_info=error)
    return DomainError("internal_error")


def finish(request: HttpRequest, response: HttpResponseBase, call: Call) -> HttpResponseBase:
    """Count the call if nothing has counted it yet, stamp the headers, note what the key did."""
    if call.decision is None:
        response = _limit_late(request, response, call)
    if request.method == "HEAD":
        response = without_body(response)
    call.stamp(response)  # type: ignore[arg-type]
    if call.credentials is not None:
        _note_use(call)
    metrics.count(request, response.status_code, call)
    return response


def without_body(response: HttpResponseBase) -> HttpResponseBase:
    """The same headers and the length the body would have; a stream never begins, and ends with the answer."""
    if isinstance(response, HttpResponse):
        response.headers["Content-Length"] = str(len(response.content))
        response.content = b""
    elif isinstance(response, StreamingHttpResponse):
        response.streaming_content = []
    return response


def _limit_late(request: HttpRequest, response: HttpResponseBase, call: Call) -> HttpResponseBase:
    """Refusals before the rate limit's turn still cost a request; beyond the limit they are 429 too."""
    try:
        _authenticate_softly(request, call)
        call.limit()
    except DomainError as error:
        if call.refusal is not None and call.refusal.status == 403 and call.credentials is not None:
            return response  # scope and plan come before the limit
        return refuse(error, call)
    return response


def _authenticate_softly(request: HttpRequest, call: Call) -> None:
    """Whose bucket an unknown route or a wrong method comes out of."""
    if call.credentials is None and call.refusal is not None and call.refusal.status in (404, 405):
        try:
            call.authenticate(request)
        except (DomainError, OperationalError):
            return  # no valid key: the address's bucket


def _note_use(call: Call) -> None:
    assert call.credentials is not None
    limits.touch(call.credentials.key, call.ip)
    if call.refusal is not None and call.refusal.code == "scope_missing":
        limits.audit_refusal(call.credentials, call.refusal, call.ip)
