"""The panel at /panel/: Django's admin site for the members of a workspace, one workspace at a time."""

from collections.abc import Callable
from functools import partial, wraps
from http import HTTPStatus
from inspect import unwrap
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.auth.views import redirect_to_login
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver, path, resolve, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_safe

from crmsolid.core.errors import DomainError
from crmsolid.limits.waiting import count_waiting
from crmsolid.panel.account.base import own_page
from crmsolid.panel.account.kept_form import page_before
from crmsolid.panel.account.urls import urlpatterns as account_urls
from crmsolid.panel.components.addresses import ROOT, SIDES, Side, current_side, panel_url, side_of
from crmsolid.panel.components.admin_base import TenantAdmin
from crmsolid.panel.components.context import PanelContext, panel_context, settle_in, switch_workspace
from crmsolid.panel.components.tenant_page import page_path
from crmsolid.panel.pages.first_steps import SamplePage
from crmsolid.panel.pages.home import home_context
from crmsolid.panel.pages.members import MembersPage, MemberWorkPage, RemoveMemberPage
from crmsolid.panel.pages.navigation import breadcrumbs, navigation, shown_line
from crmsolid.panel.pages.search import SearchPage
from crmsolid.panel.pages.workspace import PlanPage, WorkspacePage, too_many_slow_pages
from crmsolid.workspaces.slow_requests import answer_in_slot
from messaging.panel.words import count_text
from messaging.querysets import waiting_count

# Of the views that are functions. Django's admin would answer any other method with the whole page.
METHODS = ("GET", "HEAD", "POST")


class PanelSite(AdminSite):
    """Django's admin site without its log, search and redirects, which know no workspace."""

    site_header = site_title = "CRM Solid"
    index_template = "panel/home.html"
    index_title = "Home"
    empty_value_display = ""
    final_catch_all_view = False  # what is not there is a 404, for strangers too

    @property
    def name(self) -> str:
        """The URL namespace of the site's pages, with which Django's admin makes their addresses: the side."""
        return current_side()

    @name.setter
    def name(self, value: str) -> None:
        """Django's constructor sets "admin", which is the application namespace of both sides."""

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Accept ``TenantAdmin`` pages only. Those that Django and django-oauth-toolkit register are left out."""
        if admin_class is not None and admin_class.__module__.startswith(("django.contrib.", "oauth2_provider.")):
            return
        if admin_class is None or not issubclass(admin_class, TenantAdmin):
            raise ImproperlyConfigured(f"{model_or_iterable}: a page of the panel must be a TenantAdmin")
        super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Membership gives access, with two factors where the workspace requires them. A superuser needs it too."""
        panel = panel_context(request)
        return panel is not None and not panel.needs_two_factor

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """A page for members: others are led to the sign-in. It says itself how it may be kept if ``cacheable``."""

        @wraps(view)
        def members_only(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in METHODS and not hasattr(view, "view_class"):  # a view class has its own methods
                return HttpResponseNotAllowed(METHODS)
            panel = panel_context(request)
            if panel is None or not self.has_permission(request):
                if request.headers.get("HX-Request"):  # it would put the log-in page into a part of its own
                    query = urlencode({"next": page_before(request)})
                    return HttpResponse(status=401, headers={"HX-Redirect": f"{reverse('account:login')}?{query}"})
                return redirect_to_login(request.get_full_path(), reverse("account:login"))
            settle_in(request, panel)
            shown: Callable[[], HttpResponseBase] = partial(view, request, *args, **kwargs)
            if _was_switched(request):
                shown = partial(self._open_switched, request, panel, shown)
            if not _may_be_slow(request, view):
                return shown()
            try:
                return answer_in_slot(request, panel.workspace, shown)
            except DomainError as refused:
                if refused.code != "rate_limited":
                    raise
                return too_many_slow_pages(request, refused)

        return csrf_protect(members_only if cacheable else never_cache(members_only))

    def _open_switched(
        self, request: HttpRequest, panel: PanelContext, view: Callable[[], HttpResponseBase]
    ) -> HttpResponseBase:
        """The page, or the nearest one that this side and workspace have, and that the member may see."""
        where = f"the test workspace of {panel.live.name}" if panel.is_test else panel.live.name
        try:
            response = view()
        except PermissionDenied:
            return self._nearest_page(request, f"What you looked at cannot be opened in {where}.", is_list=False)
        except Http404:
            pass
        else:
            if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:  # a page that answers a form only
                return response
        return self._nearest_page(request, f"What you looked at is not in {where}.", is_list=True)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The pages of a workspace; they exist once for each side."""
        from contacts.panel import urls as contacts  # its pages ask for the site
        from crmsolid.analytics.panel.urls import urlpatterns as analytics
        from crmsolid.proposals.panel.urls import urlpatterns as approvals
        from messaging.panel.urls import urlpatterns as inbox

        own = [
            *inbox,
            *approvals,
            *analytics,
            page_path("search/", SearchPage),
            page_path("sample/", SamplePage),
            page_path("members/", MembersPage),
            page_path("members/<str:member_id>/remove/", RemoveMemberPage),
            page_path("members/<str:member_id>/work/", MemberWorkPage),
            page_path("workspace/", WorkspacePage),
            page_path("plan/", PlanPage),
            *contacts.urlpatterns,
        ]
        left_out = ("login", "logout", "password_change", "password_change_done", "view_on_site", "autocomplete")
        return own + [url for url in super().get_urls() if getattr(url, "name", None) not in left_out]

    def account_urls(self) -> list[URLPattern | URLResolver]:
        """The pages about the user, which show no workspace."""
        return [
            path("", own_page("GET")(lambda request: HttpResponseRedirect(panel_url("index")))),
            *account_urls,
            path("switch/", own_page("POST")(self.switch), name="switch"),
            path("service-worker.js", service_worker, name="service_worker"),
        ]

    def get_log_entries(self, request: HttpRequest) -> Any:
        return LogEntry.objects.none()

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        panel = panel_context(request)
        places = navigation(request) if panel else []
        return {
            "site_title": self.site_title,
            "has_permission": panel is not None,
            "panel": panel,
            "navigation": places,
            "shown_line": shown_line(places),
            "rail": "slim" if request.COOKIES.get("rail") == "slim" else "",
            "waiting": count_text(waiting_count(panel.workspace)) if panel else "",
            "approvals": count_waiting(panel.workspace, panel.membership.role).text if panel else "",
            "side_links": {side: same_page(request, side) for side in SIDES} if panel else {},
            "breadcrumbs": breadcrumbs(request),
        }

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        return HttpResponseRedirect(panel_url("index"))

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        panel = panel_context(request)
        assert panel is not None  # has_permission was asked before
        context = {**self.each_context(request), "title": self.index_title, **home_context(panel, panel.actor(request))}
        return TemplateResponse(request, self.index_template, {**context, **(extra_context or {})})

    def switch(self, request: HttpRequest) -> HttpResponse:
        """Show another workspace: the same page there, or its home page."""
        if not switch_workspace(request, request.POST.get("workspace", "")):
            raise Http404
        shown = urlsplit(request.POST.get("next", ""))
        try:
            is_page = _is_of_workspace(resolve(unquote(shown.path)))
        except Resolver404:
            is_page = False
        # Of the posted address its path and query alone, so that it leads nowhere else.
        return HttpResponseRedirect(
            urlunsplit(("", "", shown.path, shown.query, "")) if is_page else panel_url("index")
        )

    def _nearest_page(self, request: HttpRequest, text: str, *, is_list: bool) -> HttpResponse:
        """Instead of a page that the other side or workspace does not have: its list or else Home, which say why."""
        crumbs = [each for each in breadcrumbs(request) if is_list and each["link"]]
        nearest = crumbs[-1] if crumbs else {"title": self.index_title, "link": panel_url("index")}
        messages.info(request, f"{text} This is the page {nearest['title']}.")
        return HttpResponseRedirect(nearest["link"])


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows notifications. It stands below /panel/, whose pages it may open."""
    path = finders.find("panel/service-worker.js")
    content = Path(path).read_bytes() if path else b""
    return HttpResponse(content, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


def same_page(request: HttpRequest, side: Side) -> str:
    """The address of this page on another side, or of its home page for a page that shows no workspace."""
    if not _is_of_workspace(request.resolver_match):
        return panel_url("index", side=side)
    return f"{ROOT}{side}/{_without_side(request.get_full_path())}"


def _is_of_workspace(match: ResolverMatch | None) -> bool:
    return match is not None and match.app_names == ["admin"]


def _without_side(address: str) -> str:
    """What follows the side in the address of a page of a workspace."""
    return address.removeprefix(ROOT).partition("/")[2]


def _may_be_slow(request: HttpRequest, view: Any) -> bool:
    """Whether the page is one of those that may take seconds, or a search."""
    page = getattr(view, "view_class", None) or getattr(unwrap(view), "__self__", None)
    return "q" in request.GET or getattr(page, "may_be_slow", False)


def _was_switched(request: HttpRequest) -> bool:
    """Whether somebody comes from this page of the other side, or of the workspace shown before."""
    before = page_before(request)
    is_page = request.method == "GET" and "HX-Request" not in request.headers and side_of(before) is not None
    return is_page and _without_side(before) == _without_side(request.get_full_path())
