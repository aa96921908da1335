"""What holds for every page of the panel: the reader's time zone, sessions in use, two factors where they are required,
and forms whose session has ended."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from crmsolid.panel.account import kept_form
from crmsolid.panel.account.views import login_page
from crmsolid.workspaces.models import User
from crmsolid.workspaces.panel_context import PanelContext, panel_context
from crmsolid.workspaces.sessions import record_use

PREFIXES = ("/panel/", "/oauth/authorize/")


class AccountMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIXES) or not isinstance(request.user, User):
            return self.get_response(request)
        panel = panel_context(request)
        record_use(request, request.user, panel.membership if panel else None)
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
    if request.headers.get("HX-Request"):
        address = f"{reverse('account:login')}?{urlencode({'next': page})}"
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return login_page(request, kept_form.KeptForm.of(request))
