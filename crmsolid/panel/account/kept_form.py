"""What was typed into a form whose session had ended when it was sent.

The page that asks to log in carries it, signed, and nothing of it is stored until the password was right. Then it is
shown with a button that sends it: nothing is sent by itself, because another person may have logged in. Who is known
to be another person does not see it.

Until then it is a row of a table, as text: ``find_person`` reads it there, an erasure deletes it, and so does a task an
hour later. The session has the number of the row alone.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from django.core import signing
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from crmsolid.panel.account import sign_in
from crmsolid.workspaces import kept_forms
from crmsolid.workspaces.models import KeptForm, User

FIELD = "kept_form"
SESSION_KEY = "kept_form_id"
MAX_LENGTH = 10_000  # with the rest of the log-in form it stays below 16 KiB
_SALT = "crmsolid.panel.kept_form"
_SECRET = re.compile("password|secret|token|code", re.IGNORECASE)


def form_of(request: HttpRequest) -> KeptForm:
    """The form that this request has sent, without passwords and other secrets; it is not saved."""
    # PostgreSQL's jsonb has no NUL.
    lists = request.POST.lists()
    every = [(name.replace("\0", ""), value.replace("\0", "")) for name, values in lists for value in values]
    secrets = [name for name, _ in every if _SECRET.search(name) and name != "csrfmiddlewaretoken"]
    return KeptForm(
        path=request.get_full_path(),
        page=page_before(request) or request.get_full_path(),
        fields=[(name, value) for name, value in every if not _SECRET.search(name)],
        leaves_out=bool(secrets or request.FILES),
    )


def signed_form(request: HttpRequest) -> str:
    """The form that this request has sent, for a hidden field. Who logged in from this browser last may have it back,
    or anybody if nobody ever has. Empty if it is too long to be kept."""
    form = form_of(request)
    content = [form.path, form.page, form.fields, form.leaves_out]
    signed = signing.dumps(content, salt=_salt(sign_in.last_user_id(request)), compress=True)
    return signed if len(signed) <= MAX_LENGTH else ""


def store(session: Any, signed: str, user: User) -> None:
    """Keep the form for this user, who has given the right password. Nothing is kept of what was not signed here, was
    signed more than an hour ago, or is another user's."""
    for salt in (_salt(user.pk), _salt(None)):
        try:
            path, page, fields, leaves_out = signing.loads(signed, salt=salt, max_age=kept_forms.MAX_AGE)
        except signing.BadSignature:
            continue
        form = KeptForm.objects.create(user=user, path=path, page=page, fields=fields, leaves_out=leaves_out)
        session[SESSION_KEY] = form.pk
        return


def take(session: Any, user: User) -> KeptForm | None:
    """What waits for this user in the session, once."""
    return kept_forms.take(user, session.pop(SESSION_KEY, None))


def _salt(user_id: int | None) -> str:
    return _SALT if user_id is None else f"{_SALT}.{user_id}"


def page_before(request: HttpRequest) -> str:
    """The path of the page that the request came from; empty if the browser does not say, or it is another site's."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return ""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
