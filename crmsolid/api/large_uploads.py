"""Who may send a file that is larger than other bodies, asked before more than an ordinary body of it has arrived.

Who is refused here is answered by the view, without the body: its own checks say why. They run again for everybody
else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from wsgiref.types import WSGIEnvironment

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpResponse

from apikeys.limiter import limiter
from crmsolid.api.idempotency import parse_key
from crmsolid.api.middleware import is_api
from crmsolid.api.request_context import RequestContext
from crmsolid.api.uploads import MAX_FORM_BYTES
from crmsolid.core.errors import DATABASE_UNAVAILABLE, DomainError
from crmsolid.panel.components.addresses import SIDES, panel_url
from crmsolid.panel.components.context import panel_context
from crmsolid.serving.uploads import Uploads
from crmsolid.workspaces.actor import Roles, Scope


@dataclass(frozen=True, slots=True)
class LargeUpload:
    """A file of at most ``max_bytes`` at a path of the API, for keys with the scope, and at the page of this URL name,
    on both sides, for members with one of the roles."""

    path: str
    page: str
    max_bytes: int
    scope: Scope
    roles: Roles


def uploads_of(*declared: LargeUpload) -> Uploads:
    """The uploads of a server that takes these."""
    by_path: dict[str, LargeUpload] = {}
    for upload in declared:
        pages = (panel_url(upload.page, side=side) for side in SIDES)
        by_path |= dict.fromkeys((upload.path, *pages), upload)
    max_bytes = {path: upload.max_bytes + MAX_FORM_BYTES for path, upload in by_path.items()}
    return Uploads(max_bytes, lambda environ: _authorize(by_path, environ))


def _authorize(by_path: Mapping[str, LargeUpload], environ: WSGIEnvironment) -> str | None:
    """The live workspace that the caller may send the file to, or to whose test twin; None if they may not. Counts
    against no limit."""
    close_old_connections()  # as Django does at the beginning of each request
    request = WSGIRequest({**environ, "CONTENT_LENGTH": "0", "wsgi.input": BytesIO()})
    upload = by_path[environ["PATH_INFO"]]
    try:
        find = _workspace_of_key if is_api(request.path_info) else _workspace_of_member
        return find(request, upload)
    except (DomainError, *DATABASE_UNAVAILABLE):
        return None


def _workspace_of_key(request: WSGIRequest, upload: LargeUpload) -> str | None:
    context = RequestContext.begin(request)
    actor = context.authenticate(request)
    actor.require(upload.scope)
    parse_key(request)
    credentials = context.credentials
    if credentials is None or limiter().is_used_up(credentials.bucket, credentials.rate_limit):
        return None
    return str(actor.workspace.live_id or actor.workspace.pk)


def _workspace_of_member(request: WSGIRequest, upload: LargeUpload) -> str | None:
    for middleware in (SessionMiddleware, AuthenticationMiddleware):
        middleware(lambda request: HttpResponse()).process_request(request)
    panel = panel_context(request)
    if panel is None or panel.is_expired or not panel.has_role(upload.roles):
        return None
    return str(panel.live.pk)
