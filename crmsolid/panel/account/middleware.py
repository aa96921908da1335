"""What holds for every page of the panel: the reader's time zone, sessions in use, two factors where they are required,
and forms whose session has ended."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import urlencode

from crmsolid.panel.account import kept_form
from crmsolid.panel.account.base import too_many
from crmsolid.panel.account.login import login_page
from crmsolid.panel.account.sign_in import TooManyAttempts
from crmsolid.panel.components.context import PanelContext, panel_context
from crmsolid.serving.interface import SMALL_BODY_BYTES
from crmsolid.serving.request import BODY_TOO_LARGE
from crmsolid.workspaces.models import User
from crmsolid.workspaces.sessions import record_use

PREFIXES = ("/panel/", "/oauth/authorize/")
MAX_STRANGERS_FORM_BYTES = SMALL_BODY_BYTES


class AccountMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIXES):
            return self.get_response(request)
        if not isinstance(request.user, User):
            return _ask_to_log_in_unread(request) or self.get_response(request)
        panel = panel_context(request)
        # A browser opens a stream again by itself, also in a tab that nobody sees.
        is_there = panel is not None and not request.path_info.endswith("/stream")
        record_use(request, request.user, panel.membership if panel and is_there else None)
        with timezone.override(zone_of(request.user, panel)):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.path_info.startswith(PREFIXES):
            return None
        if not request.user.is_authenticated:
            return _ask_to_log_in(request)
        panel = panel_context(request)
        if panel is not None and panel.needs_two_factor and not _is_account_page(request):
            return HttpResponseRedirect(reverse("account:two_factor"))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Any page about a user may refuse an attempt."""
        return too_many(request) if isinstance(exception, TooManyAttempts) else None


def zone_of(user: User, panel: PanelContext | None) -> ZoneInfo:
    """The user's time zone, else the workspace's."""
    if user.time_zone:
        return ZoneInfo(user.time_zone)
    return panel.live.zone if panel else ZoneInfo("UTC")


def _is_account_page(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.namespace == "account"


def _ask_to_log_in(request: HttpRequest) -> HttpResponse | None:
    """For a form of somebody whose session has ended, the log-in page, which keeps what was typed. None for any other
    request: the page itself says what to do."""
    if request.method != "POST" or _is_account_page(request):
        return None
    page = kept_form.page_before(request)
    if not page:
        return None
    return _lead_to_log_in(request, page) or login_page(request, page, kept=kept_form.signed_form(request))


def _ask_to_log_in_unread(request: HttpRequest) -> HttpResponse | None:
    """The log-in page for a form of a stranger that is too costly to parse: with files, or large. It is not kept.

    This is done before any ``process_view``, because that of ``CsrfViewMiddleware`` parses a form to find its token.
    The product reads the real ``CONTENT_LENGTH``; of a body that it has refused for its size nothing is left to parse.
    """
    if request.method != "POST" or request.META.get(BODY_TOO_LARGE):
        return None
    try:
        namespace = resolve(request.path_info).namespace
    except Resolver404:
        return None
    # The pages about a user have no files, so of them the size alone counts.
    has_files = request.content_type == "multipart/form-data" and namespace != "account"
    if not has_files and int(request.META.get("CONTENT_LENGTH") or 0) <= MAX_STRANGERS_FORM_BYTES:
        return None
    page = kept_form.page_before(request)
    if not page:
        return redirect_to_login(request.get_full_path(), reverse("account:login"))
    return _lead_to_log_in(request, page) or login_page(request, page, kept="")


def _lead_to_log_in(request: HttpRequest, page: str) -> HttpResponse | None:
    """For a partial update, which cannot show a page, the address that the browser opens."""
    if not request.headers.get("HX-Request"):
        return None
    address = f"{reverse('account:login')}?{urlencode({'next': page})}"
    return HttpResponse(status=401, headers={"HX-Redirect": address})
