"""Who may send a file of contacts, asked before more than an ordinary body of it has arrived.

Who is refused here is answered by the view, without the body: its own checks say why. They run again for everybody
else.
"""

from io import BytesIO
from wsgiref.types import WSGIEnvironment

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpResponse

from apikeys.limiter import limiter
from contacts.imports.views import MAX_FILE_BYTES
from crmsolid.api.idempotency import parse_key
from crmsolid.api.middleware import is_api
from crmsolid.api.request_context import RequestContext
from crmsolid.api.uploads import MAX_FORM_BYTES
from crmsolid.core.errors import DATABASE_UNAVAILABLE, DomainError
from crmsolid.panel.components.addresses import SIDES, panel_url
from crmsolid.panel.components.context import panel_context
from crmsolid.workspaces.actor import WRITERS
from crmsolid.workspaces.scopes import Scope

API_PATH = "/v1/contacts/import"


def upload_limits() -> dict[str, int]:
    """The paths that take a file, with the bytes that a body may have there."""
    pages = (panel_url("contacts_contactimport_add", side=side) for side in SIDES)
    return dict.fromkeys((API_PATH, *pages), MAX_FILE_BYTES + MAX_FORM_BYTES)


def may_upload(environ: WSGIEnvironment) -> str | None:
    """The live workspace whose contacts, or whose test twin's, the caller may import; None if they may not. Counts
    against no limit."""
    close_old_connections()  # as Django does at the beginning of each request
    request = WSGIRequest({**environ, "CONTENT_LENGTH": "0", "wsgi.input": BytesIO()})
    try:
        return _workspace_of_key(request) if is_api(request.path_info) else _workspace_of_member(request)
    except (DomainError, *DATABASE_UNAVAILABLE):
        return None


def _workspace_of_key(request: WSGIRequest) -> str | None:
    context = RequestContext.begin(request)
    actor = context.authenticate(request)
    actor.require(Scope.WRITE_CONTACTS)
    parse_key(request)
    credentials = context.credentials
    if credentials is None or limiter().is_used_up(credentials.bucket, credentials.rate_limit):
        return None
    return str(actor.workspace.live_id or actor.workspace.pk)


def _workspace_of_member(request: WSGIRequest) -> str | None:
    for middleware in (SessionMiddleware, AuthenticationMiddleware):
        middleware(lambda request: HttpResponse()).process_request(request)
    panel = panel_context(request)
    if panel is None or panel.is_expired or not panel.has_role(WRITERS):
        return None
    return str(panel.live.pk)
