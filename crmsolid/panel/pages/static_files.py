"""The addresses of static files, which change with the contents, so that browsers may keep a file for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware


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
        response: HttpResponseBase = super().__call__(request)
        version = request.GET.get("v") if request.path_info.startswith(settings.STATIC_URL) else None
        is_ours = bool(version) and version == _digest(request.path_info.removeprefix(settings.STATIC_URL))
        if is_ours and response.status_code in (200, 304):
            response.headers["Cache-Control"] = "max-age=31536000, public, immutable"
        return response


@lru_cache(maxsize=1024)
def _digest(name: str) -> str:
    path = finders.find(name)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12] if path else ""
