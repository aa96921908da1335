"""The panel at /panel/: one workspace at a time, in the product's words."""

from datetime import timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import Resolver404, URLPattern, path, resolve, reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from apikeys.limits import limiter
from apikeys.models import ApiKey
from contacts.models import Contact
from crmsolid.api.request_context import address_bucket
from crmsolid.core import clock
from crmsolid.core.client_ip import client_ip
from crmsolid.panel.navigation import crumbs
from crmsolid.panel.plan import plan_page
from crmsolid.workspaces.admin_base import ADMINS, TenantAdmin
from crmsolid.workspaces.models import Workspace
from crmsolid.workspaces.panel_context import Seat, seat_of, take_seat
from messaging.models import Account, AccountState, Message, Thread
from messaging.querysets import in_trouble
from webhooks.querysets import EndpointAlerts
from webhooks.services import endpoint_alerts

SIGN_INS_A_MINUTE = 10


class SignInForm(AuthenticationForm):
    """By e-mail address."""

    error_messages = {
        "invalid_login": "That e-mail address and password do not belong together.",
        "inactive": "This account is closed.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"
        self.fields["username"].widget.attrs.update({"type": "email", "autocomplete": "email"})


class PanelSite(UnfoldAdminSite):
    """Django's admin site without its own log, search and redirects, which know no workspace."""

    login_form = SignInForm
    index_template = "panel/home.html"
    index_title = "Home"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Tenant-safe pages only. Django brings pages for its users and groups by itself: they know no workspace."""
        if admin_class is not None and admin_class.__module__.startswith("django.contrib."):
            return
        if admin_class is None or not issubclass(admin_class, TenantAdmin):
            raise ImproperlyConfigured(f"{model_or_iterable}: a page of the panel is a TenantAdmin")
        super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Membership of a workspace opens the panel; nothing else does, not even being a superuser."""
        return seat_of(request) is not None

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("switch/", self.admin_view(require_POST(self.switch)), name="switch_workspace"),
            path("plan/", self.admin_view(plan_page), name="plan"),
            path("logout/", csrf_protect(self.logout), name="logout"),
        ]
        return own + [url for url in super().get_urls() if getattr(url, "name", None) not in ("view_on_site", "logout")]

    def get_log_entries(self, request: HttpRequest) -> Any:
        return LogEntry.objects.none()

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "seat": seat_of(request), "crumbs": crumbs(request)}

    def search(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Unfold's search caches rows by user, whatever the workspace; each list has a search of its own."""
        raise Http404

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:index"))

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        seat = seat_of(request)
        assert seat is not None  # has_permission has let them in
        shown = {
            "figures": _figures(seat),
            "steps": _steps(seat),
            "accounts_in_trouble": _accounts_in_trouble(seat),
            "webhook_alerts": _webhook_alerts(request, seat),
        }
        return super().index(request, {**shown, **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.user.is_authenticated and not self.has_permission(request):
            context = {**self.each_context(request), "title": "No workspace yet"}
            return render(request, "panel/no_workspace.html", context, status=403)
        if request.method == "POST" and not _may_try_to_sign_in(request):
            context = {**self.each_context(request), "title": "Too many attempts"}
            response = render(request, "panel/too_many.html", context, status=429)
            response.headers["Retry-After"] = "60"
            return response
        return super().login(request, {"title": "Log in", **(extra_context or {})})

    def switch(self, request: HttpRequest) -> HttpResponse:
        """To another workspace of the user's; a list stays the same list, a row's page leads home."""
        if not take_seat(request, request.POST.get("workspace", "")):
            raise Http404
        return HttpResponseRedirect(_list_at(request.POST.get("next", "")))


def _may_try_to_sign_in(request: HttpRequest) -> bool:
    return limiter().check(f"login:{address_bucket(client_ip(request))}", SIGN_INS_A_MINUTE).allowed


def _list_at(address: str) -> str:
    """The list that ``address`` shows, if it shows one of ours; else the home page. Never an address as given."""
    try:
        match = resolve(address)
    except Resolver404:
        return reverse("admin:index")
    is_list = match.namespace == "admin" and (match.url_name or "").endswith("_changelist")
    return reverse(match.view_name) if is_list else reverse("admin:index")


def workspace_title(request: HttpRequest) -> str:
    """Under the product's name in the sidebar."""
    seat = seat_of(request)
    return seat.live.name if seat else ""


def title_prefix(request: HttpRequest) -> str:
    """Before the browser tab's title."""
    seat = seat_of(request)
    return "[TEST]" if seat and seat.is_test else ""


def _figures(seat: Seat) -> list[dict[str, Any]]:
    place: Workspace = seat.workspace
    lately = clock.now() - timedelta(hours=24)
    sent = Message.objects.for_workspace(place).filter(direction="out", status="sent", sent_at__gte=lately)
    unread = Thread.objects.for_workspace(place).filter(unread_count__gt=0)
    figures = [
        _figure("Contacts", Contact.objects.for_workspace(place).count(), "contacts_contact"),
        _figure("Unread conversations", unread.count(), "messaging_thread"),
        _figure("Sent in 24 hours", sent.count(), "messaging_message"),
    ]
    if seat.has_role(ADMINS):
        figures.append(_figure("Accounts", Account.objects.for_workspace(place).count(), "messaging_account"))
    return figures


def _figure(title: str, value: int, name: str) -> dict[str, Any]:
    return {"title": title, "value": f"{value:,}", "link": reverse(f"admin:{name}_changelist")}


def _accounts_in_trouble(seat: Seat) -> list[Account]:
    """For those who can log them in again; a pause ends by itself."""
    if not seat.has_role(ADMINS):
        return []
    waiting = in_trouble() & ~Q(state=AccountState.PAUSED)
    return list(Account.objects.for_workspace(seat.workspace).filter(waiting).order_by("name", "id")[:5])


def _webhook_alerts(request: HttpRequest, seat: Seat) -> EndpointAlerts | None:
    """For who can do something about them."""
    return endpoint_alerts(seat.actor(request)) if seat.has_role(ADMINS) else None


def _steps(seat: Seat) -> list[dict[str, Any]]:
    """What to do first; empty once it is done, or for who may not do it."""
    if not seat.has_role(ADMINS) or ApiKey.objects.for_workspace(seat.workspace).exists():
        return []
    return [{"title": "Make your first API key", "link": reverse("admin:apikeys_apikey_add")}]
