"""What all pages and static files for browsers have in common. The API never gets here: see
``crmsolid/api/middleware.py``."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers
from whitenoise.middleware import WhiteNoiseMiddleware

from crmsolid.core.http.content_policy import CONTENT_SECURITY_POLICY
from crmsolid.core.http.negotiation import accepts_gzip


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
        accepted = accepts_gzip(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        if response.status_code == 304:
            self._describe_unmodified(response, accepted)
            return response
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        compressible = media_type in ("application/json", "application/javascript", "image/svg+xml")
        if response.status_code != 200 or not (compressible or media_type.startswith("text/")):
            return response
        if media_type == "text/event-stream":
            return response
        if not accepted:  # Django looks for the name alone, and would compress for `gzip;q=0`
            patch_vary_headers(response, ("Accept-Encoding",))
            return response
        return super().process_response(request, response)

    def _describe_unmodified(self, response: HttpResponseBase, compressed: bool) -> None:
        """Set the headers that the response had, or a cache would not take the 304 for it (RFC 9111, 4.3.4)."""
        patch_vary_headers(response, ("Accept-Encoding",))
        etag = response.headers.get("ETag", "")
        if compressed and etag.startswith('"'):
            response.headers["ETag"] = f"W/{etag}"


class HashedStaticFilesStorage(StaticFilesStorage):
    """Adds ``?v=`` and a hash of the file to its address. Nothing has to be collected first: WhiteNoise serves the
    files from where their packages have them."""

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        address: str = super().url(name, *args, **kwargs)
        digest = _digest(name or "")
        return f"{address}?v={digest}" if digest else address


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """Lets browsers keep a file for a year only under the hash of what this process serves: while an upgrade runs, an
    old process may be asked for a new file."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_static = request.path_info.startswith(settings.STATIC_URL)
        if (
            is_static and "HTTP_IF_NONE_MATCH" in request.META
        ):  # the ETag of a compressed file; WhiteNoise has the other
            request.META["HTTP_IF_NONE_MATCH"] = request.META["HTTP_IF_NONE_MATCH"].removeprefix("W/")
        response: HttpResponseBase = super().__call__(request)
        version = request.GET.get("v") if is_static else None
        is_ours = bool(version) and version == _digest(request.path_info.removeprefix(settings.STATIC_URL))
        if is_ours and response.status_code in (200, 304):
            response.headers["Cache-Control"] = "max-age=31536000, public, immutable"
        return response


@lru_cache(maxsize=1024)
def _digest(name: str) -> str:
    path = finders.find(name)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12] if path else ""
