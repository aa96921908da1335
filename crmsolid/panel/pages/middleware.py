"""What all pages for browsers have in common. The API never gets here: see ``crmsolid/api/middleware.py``."""

from collections.abc import Callable

from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from crmsolid.core.http.content_policy import CONTENT_SECURITY_POLICY


class ThreadConnectionsMiddleware:
    """Closes the database connections of the thread in which Django answers an ASGI request, that of a stream. The
    thread is the request's alone: nobody would use or close its connection later."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            if isinstance(request, ASGIRequest):
                connections.close_all()


class ContentSecurityPolicyMiddleware:
    """Sets the policy on every response that brings none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compresses pages, scripts and styles. Django adds bytes of a random number, so no size gives a token away."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        compressible = media_type in ("application/json", "application/javascript", "image/svg+xml")
        if response.status_code != 200 or not (compressible or media_type.startswith("text/")):
            return response
        if media_type == "text/event-stream":
            return response
        return super().process_response(request, response)
