"""What was typed into a form whose session had ended when it was sent.

The page that asks to log in carries it, signed, and nothing of it is stored until the password was right. Then it is
shown with a button that sends it: nothing is sent by itself, because another person may have logged in.
"""

import re
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from django.core import signing
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

FIELD = "kept_form"
SESSION_KEY = "kept_form"
MAX_LENGTH = 10_000  # with the rest of the log-in form it stays below 16 KiB
MAX_AGE_SECONDS = 3600
_SALT = "crmsolid.panel.kept_form"
_SECRET = re.compile("password|secret|token|code", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class KeptForm:
    """``page`` is where the form stood and ``path`` where it goes to; ``fields`` has no passwords and other secrets."""

    path: str
    page: str
    fields: tuple[tuple[str, str], ...]
    leaves_out: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """The form that this request has sent."""
        every = [(name, value) for name, values in request.POST.lists() for value in values]
        kept = [(name, value) for name, value in every if not _SECRET.search(name)]
        secrets = [name for name, _ in every if _SECRET.search(name) and name != "csrfmiddlewaretoken"]
        page = page_before(request) or request.get_full_path()
        return cls(request.get_full_path(), page, tuple(kept), bool(secrets or request.FILES))

    def sign(self) -> str:
        """For a hidden field. Empty if it is too long to be kept."""
        signed = signing.dumps([self.path, self.page, self.fields, self.leaves_out], salt=_SALT, compress=True)
        return signed if len(signed) <= MAX_LENGTH else ""

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The fields that people filled in, with readable names."""
        typed = [(name, value) for name, value in self.fields if is_typed(name, value)]
        return [(name.replace("_", " ").replace("-", " "), value) for name, value in typed]


def is_typed(name: str, value: str) -> bool:
    return bool(value.strip()) and name not in ("once", "action", "next") and not name.startswith("_")


def read(signed: str) -> KeptForm | None:
    """None for what was not signed here, or more than an hour ago."""
    try:
        path, page, fields, leaves_out = signing.loads(signed, salt=_SALT, max_age=MAX_AGE_SECONDS)
    except signing.BadSignature:
        return None
    return KeptForm(path, page, tuple((name, value) for name, value in fields), leaves_out)


def take(session: Any) -> KeptForm | None:
    """What waits in the session, once."""
    return read(session.pop(SESSION_KEY, ""))


def page_before(request: HttpRequest) -> str:
    """The path of the page that the request came from; empty if the browser does not say, or it is another site's."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return ""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
