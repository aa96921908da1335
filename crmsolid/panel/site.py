"""The panel at /panel/: Django's admin site for the members of a workspace, one workspace at a time."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import Resolver404, URLPattern, path, resolve, reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from crmsolid.panel import sign_in
from crmsolid.panel.home import home_context
from crmsolid.panel.navigation import breadcrumbs
from crmsolid.panel.pages import plan_page, workspace_page
from crmsolid.workspaces.admin_base import TenantAdmin
from crmsolid.workspaces.panel_context import panel_context, switch_workspace


class LoginForm(AuthenticationForm):
    """Log in with the e-mail address."""

    error_messages = {
        "invalid_login": "That e-mail address and password do not belong together.",
        "inactive": "This account is closed.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"
        self.fields["username"].widget.attrs.update({"type": "email", "autocomplete": "email"})

    def clean(self) -> Any:
        """Look at the password, unless there were too many attempts (``TooManyAttempts``)."""
        if not (self.cleaned_data.get("username") and self.cleaned_data.get("password")):
            return super().clean()  # it hashes nothing
        attempt = sign_in.Attempt.begin(self.request, self.cleaned_data["username"])
        try:
            return super().clean()
        except ValidationError:
            attempt.count_failure()
            raise


class PanelSite(UnfoldAdminSite):
    """Django's admin site without its log, search and redirects, which know no workspace."""

    login_form = LoginForm
    index_template = "panel/home.html"
    index_title = "Home"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Accept ``TenantAdmin`` pages only. Those that Django and django-oauth-toolkit register are left out."""
        if admin_class is not None and admin_class.__module__.startswith(("django.contrib.", "oauth2_provider.")):
            return
        if admin_class is None or not issubclass(admin_class, TenantAdmin):
            raise ImproperlyConfigured(f"{model_or_iterable}: a page of the panel must be a TenantAdmin")
        super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Only membership of a workspace gives access; being a superuser does not."""
        return panel_context(request) is not None

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("switch/", self.admin_view(require_POST(self.switch)), name="switch_workspace"),
            path("workspace/", self.admin_view(workspace_page), name="workspace"),
            path("plan/", self.admin_view(plan_page), name="plan"),
            path("logout/", csrf_protect(self.logout), name="logout"),
        ]
        return own + [url for url in super().get_urls() if getattr(url, "name", None) not in ("view_on_site", "logout")]

    def get_log_entries(self, request: HttpRequest) -> Any:
        return LogEntry.objects.none()

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        return {**context, "panel": panel_context(request), "breadcrumbs": breadcrumbs(request)}

    def search(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Switched off: Unfold caches its results by user, for all workspaces. Each list has its own search."""
        raise Http404

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:index"))

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        panel = panel_context(request)
        assert panel is not None  # has_permission was asked before
        return super().index(request, {**home_context(panel), **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.user.is_authenticated and not self.has_permission(request):
            context = {**self.each_context(request), "title": "No workspace yet"}
            return render(request, "panel/no_workspace.html", context, status=403)
        try:
            response = super().login(request, {"title": "Log in", **(extra_context or {})})
        except sign_in.TooManyAttempts:
            context = {**self.each_context(request), "title": "Too many attempts"}
            response = render(request, "panel/too_many.html", context, status=429)
            response.headers["Retry-After"] = str(sign_in.RETRY_AFTER_SECONDS)
            return response
        return self._remember_device(request, response)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return self._remember_device(request, super().password_change(request, extra_context))

    def _remember_device(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """A redirect after a POST says that the password was right, or that it has been changed."""
        if request.method == "POST" and isinstance(response, HttpResponseRedirect) and request.user.is_authenticated:
            sign_in.remember_device(response, request.user)
        return response

    def switch(self, request: HttpRequest) -> HttpResponse:
        """Show another workspace. From a list one gets to the same list there, from any other page to the home page."""
        if not switch_workspace(request, request.POST.get("workspace", "")):
            raise Http404
        try:
            match = resolve(request.POST.get("next", ""))
        except Resolver404:
            return HttpResponseRedirect(reverse("admin:index"))
        is_list = match.namespace == "admin" and (match.url_name or "").endswith("_changelist")
        # Never the posted address itself, which may lead anywhere.
        return HttpResponseRedirect(reverse(match.view_name if is_list else "admin:index"))


def workspace_title(request: HttpRequest) -> str:
    """The workspace's name, for the sidebar."""
    panel = panel_context(request)
    return panel.live.name if panel else ""


def title_prefix(request: HttpRequest) -> str:
    """What precedes the title of the browser's tab."""
    panel = panel_context(request)
    return "[TEST]" if panel and panel.is_test else ""
