"""What was typed into a form whose session had ended when it was sent.

The page that asks to log in carries it, signed, and nothing of it is stored until the password was right. Then it is
shown with a button that sends it: nothing is sent by itself, because another person may have logged in. Who is known
to be another person does not see it.

Until then it is a row of a table, as text: ``find_person`` reads it there, an erasure deletes it, and so does a task an
hour later. The session has the number of the row alone.
"""

import re
from dataclasses import asdict, dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from django.core import signing
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from crmsolid.panel.account import sign_in
from crmsolid.workspaces import kept_forms
from crmsolid.workspaces.models import User

FIELD = "kept_form"
SESSION_KEY = "kept_form_id"
MAX_LENGTH = 10_000  # with the rest of the log-in form it stays below 16 KiB
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
        # PostgreSQL's jsonb has no NUL.
        lists = request.POST.lists()
        every = [(name.replace("\0", ""), value.replace("\0", "")) for name, values in lists for value in values]
        kept = [(name, value) for name, value in every if not _SECRET.search(name)]
        secrets = [name for name, _ in every if _SECRET.search(name) and name != "csrfmiddlewaretoken"]
        page = page_before(request) or request.get_full_path()
        return cls(request.get_full_path(), page, tuple(kept), bool(secrets or request.FILES))

    def sign(self, user_id: int | None) -> str:
        """For a hidden field. ``user_id`` is who alone may have it back; None if nobody has ever logged in from this
        browser. Empty if it is too long to be kept."""
        content = [self.path, self.page, self.fields, self.leaves_out]
        signed = signing.dumps(content, salt=_salt(user_id), compress=True)
        return signed if len(signed) <= MAX_LENGTH else ""

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The fields that people filled in, with readable names."""
        typed = [(name, value) for name, value in self.fields if is_typed(name, value)]
        return [(name.replace("_", " ").replace("-", " "), value) for name, value in typed]


def is_typed(name: str, value: str) -> bool:
    return bool(value.strip()) and name not in ("once", "action", "next") and not name.startswith("_")


def signed_form(request: HttpRequest) -> str:
    """The form that this request has sent, for whoever logged in from this browser last."""
    return KeptForm.of(request).sign(sign_in.last_user_id(request))


def store(session: Any, signed: str, user: User) -> None:
    """Keep the form for this user, who has given the right password. Nothing is kept of what was not signed here, was
    signed more than an hour ago, or is another user's."""
    form = _read(signed, _salt(user.pk)) or _read(signed, _salt(None))
    if form is not None:
        session[SESSION_KEY] = kept_forms.store(user, **asdict(form))


def take(session: Any, user: User) -> KeptForm | None:
    """What waits for this user in the session, once."""
    row = kept_forms.take(user, session.pop(SESSION_KEY, None))
    if row is None:
        return None
    return KeptForm(row.path, row.page, tuple((name, value) for name, value in row.fields), row.leaves_out)


def _salt(user_id: int | None) -> str:
    return _SALT if user_id is None else f"{_SALT}.{user_id}"


def _read(signed: str, salt: str) -> KeptForm | None:
    try:
        path, page, fields, leaves_out = signing.loads(signed, salt=salt, max_age=kept_forms.MAX_AGE)
    except signing.BadSignature:
        return None
    return KeptForm(path, page, tuple((name, value) for name, value in fields), leaves_out)


def page_before(request: HttpRequest) -> str:
    """The path of the page that the request came from; empty if the browser does not say, or it is another site's."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return ""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
