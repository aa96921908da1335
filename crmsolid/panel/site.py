"""The panel at /panel/: Django's admin site for the members of a workspace, one workspace at a time."""

from functools import wraps
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver, path, resolve, reverse
from django.utils.encoding import iri_to_uri
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from crmsolid.panel.account.base import own_page
from crmsolid.panel.account.kept_form import page_before
from crmsolid.panel.account.urls import urlpatterns as account_urls
from crmsolid.panel.home import home_context
from crmsolid.panel.members import MembersPage, RemoveMemberPage
from crmsolid.panel.navigation import breadcrumbs, navigation
from crmsolid.panel.pages import PlanPage, WorkspacePage
from crmsolid.panel.search import SearchPage
from crmsolid.workspaces.admin_base import TenantAdmin
from crmsolid.workspaces.panel_context import panel_context, settle_in, switch_workspace
from crmsolid.workspaces.panel_urls import ROOT, SIDES, Side, current_side, panel_url
from crmsolid.workspaces.tenant_page import page_path


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
        """A page for members: others are led to the sign-in."""

        @wraps(view)
        def members_only(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            panel = panel_context(request)
            if panel is None or not self.has_permission(request):
                if request.headers.get("HX-Request"):  # it would put the log-in page into a part of its own
                    query = urlencode({"next": page_before(request)})
                    return HttpResponse(status=401, headers={"HX-Redirect": f"{reverse('account:login')}?{query}"})
                return redirect_to_login(request.get_full_path(), reverse("account:login"))
            settle_in(request, panel)
            response: HttpResponseBase = view(request, *args, **kwargs)
            return response

        return csrf_protect(never_cache(members_only))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The pages of a workspace; they exist once for each side."""
        from contacts.panel import urls as contacts  # its pages ask for the site
        from crmsolid.analytics.panel.urls import urlpatterns as analytics
        from messaging.panel.urls import urlpatterns as inbox

        own = [
            *inbox,
            *analytics,
            page_path("search/", SearchPage),
            page_path("members/", MembersPage),
            page_path("members/<str:member_id>/remove/", RemoveMemberPage),
            path("workspaces/membership/", self.admin_view(self.to_members)),
            page_path("workspace/", WorkspacePage),
            page_path("plan/", PlanPage),
            *contacts.urlpatterns,
        ]
        left_out = ("login", "logout", "password_change", "password_change_done", "view_on_site", "autocomplete")
        return own + [url for url in super().get_urls() if getattr(url, "name", None) not in left_out]

    def account_urls(self) -> list[URLPattern | URLResolver]:
        """The pages about the user, which show no workspace, and the way from old addresses to those of today."""
        return [
            path("", own_page("GET")(self.to_home)),
            *account_urls,
            path("switch/", own_page("POST")(self.switch), name="switch"),
            path("<path:rest>", own_page("GET")(self.to_side)),
        ]

    def get_log_entries(self, request: HttpRequest) -> Any:
        return LogEntry.objects.none()

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        panel = panel_context(request)
        return {
            "site_title": self.site_title,
            "has_permission": panel is not None,
            "panel": panel,
            "navigation": navigation(request) if panel else [],
            "side_links": {side: same_page(request, side) for side in SIDES} if panel else {},
            "breadcrumbs": breadcrumbs(request),
        }

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        return HttpResponseRedirect(panel_url("index"))

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        panel = panel_context(request)
        assert panel is not None  # has_permission was asked before
        context = {**self.each_context(request), "title": self.index_title, **home_context(panel)}
        return TemplateResponse(request, self.index_template, {**context, **(extra_context or {})})

    def to_home(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(panel_url("index"))

    def to_members(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(panel_url("members"))

    def to_side(self, request: HttpRequest, rest: str) -> HttpResponse:
        """From an address without a side, as bookmarks have them, to the live page of today."""
        address = f"{ROOT}live/{rest}"
        if resolve(address if address.endswith("/") else f"{address}/").namespace != "live":  # it is this view again
            raise Http404
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{iri_to_uri(quote(address))}{'?' if query else ''}{query}")

    def switch(self, request: HttpRequest) -> HttpResponse:
        """Show another workspace: the same list or page there, or its home page."""
        if not switch_workspace(request, request.POST.get("workspace", "")):
            raise Http404
        try:
            match = resolve(request.POST.get("next", ""))
        except Resolver404:
            match = None
        # Never the posted address itself, which may lead anywhere.
        side: Side = "test" if match and match.namespace == "test" else "live"
        return HttpResponseRedirect(panel_url(_page_without_rows(match), side=side))


def same_page(request: HttpRequest, side: Side) -> str:
    """The page of the other side that shows the same, or its home page: the rows of this one are not there."""
    return panel_url(_page_without_rows(request.resolver_match), side=side)


def _page_without_rows(match: ResolverMatch | None) -> str:
    """The name of this page if its address names no row, and is one that can be opened; else of the home page."""
    if match is None or match.app_names != ["admin"] or match.args or match.kwargs:
        return "index"
    return match.url_name or "index"
