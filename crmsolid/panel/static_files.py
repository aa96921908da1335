"""The addresses of static files, which change with the contents, so that browsers may keep a file for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class HashedStaticFilesStorage(StaticFilesStorage):
    """Adds ``?v=`` and a hash of the file to its address. Nothing has to be collected first: WhiteNoise serves the
    files from where their packages have them."""

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        address: str = super().url(name, *args, **kwargs)
        digest = _digest(name or "")
        return f"{address}?v={digest}" if digest else address


@lru_cache(maxsize=1024)
def _digest(name: str) -> str:
    path = finders.find(name)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12] if path else ""
