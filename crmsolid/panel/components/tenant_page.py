"""The base of every page of the panel that is no page of Django's admin.

Like ``TenantAdmin``, it shows and changes rows of one workspace only, and only what the member's role allows.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.views import View

from crmsolid.core.errors import DomainError
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.context import PanelContext, panel_context
from crmsolid.panel.components.toasts import Undo, done
from crmsolid.workspaces.actor import EVERYONE, WRITERS, Actor, Roles
from crmsolid.workspaces.models import Workspace
from crmsolid.workspaces.scoping import WorkspaceModel

Row = TypeVar("Row", bound=WorkspaceModel)
READING = ("GET", "HEAD", "OPTIONS")


class TenantPage(View):
    """A page at ``/panel/live/…`` and ``/panel/test/…``. ``viewers`` may read it, ``changers`` may send its forms.

    Reads and writes go through :meth:`rows`, :meth:`row` and the services with :attr:`actor`, which know the workspace.
    """

    name: ClassVar[str]  # of its URL, without ``admin:``
    title: ClassVar[str]
    template: ClassVar[str]
    model: ClassVar[type[WorkspaceModel] | None] = None  # whose row the address names; None if it names none
    viewers: ClassVar[Roles] = EVERYONE
    changers: ClassVar[Roles] = WRITERS
    needs_plan = True  # without a plan in force its forms are refused
    # Whether it may take seconds in a large workspace: few of these are shown at once. So is every search, ``q``.
    may_be_slow: ClassVar[bool] = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """403 for a role that may not; a service's error is shown on the same page."""
        allowed = self.panel.has_role(self.viewers) and (request.method in READING or self.may_change)
        if not allowed:
            raise PermissionDenied
        try:
            return super().dispatch(request, *args, **kwargs)
        except DomainError as error:
            if request.method in READING:
                raise
            self.show_error(error)
            return HttpResponseRedirect(request.get_full_path())

    @cached_property
    def panel(self) -> PanelContext:
        """Who looks at which workspace; nobody else gets here, see ``PanelSite.admin_view``."""
        panel = panel_context(self.request)
        if panel is None:
            raise PermissionDenied
        return panel

    @property
    def workspace(self) -> Workspace:
        """The workspace, live or test, whose rows this page shows."""
        return self.panel.workspace

    @property
    def actor(self) -> Actor:
        """The member as an actor for the services."""
        return self.panel.actor(self.request)

    @property
    def may_change(self) -> bool:
        """Whether this member may send the page's forms now."""
        return self.panel.has_role(self.changers) and not (self.needs_plan and self.panel.is_expired)

    def rows(self, model: type[Row]) -> Any:
        """The workspace's rows of ``model``."""
        return model.objects.for_workspace(self.workspace)

    def row(self, model: type[Row], pk: Any) -> Row:
        """The workspace's row with this id. 404 if there is none, also if another workspace has it."""
        try:
            found: Row | None = None if "\0" in str(pk) else self.rows(model).filter(pk=pk).first()
        except (ValueError, OverflowError):
            found = None
        if found is None:
            raise Http404
        return found

    def render(self, template: str | None = None, *, status: int = 200, **context: Any) -> TemplateResponse:
        """The page in the panel's frame."""
        frame = {**admin.site.each_context(self.request), "title": self.title, "may_change": self.may_change}
        return TemplateResponse(self.request, template or self.template, {**frame, **context}, status=status)

    def redirect(self, name: str, *args: Any, **query: Any) -> HttpResponseRedirect:
        """To another page of the same side."""
        return HttpResponseRedirect(panel_url(name, *args, query=query))

    def say(self, text: str, *, undo: Mapping[str, str] | None = None) -> None:
        """Say on the next page that something was done. ``undo`` is what a form of this page posts to take it back."""
        done(self.request, text, undo=None if undo is None else Undo(self.request.get_full_path(), undo))

    def show_error(self, error: DomainError) -> None:
        """A service's refusal as a message on the next page."""
        messages.error(self.request, error_text(error))


def error_text(error: DomainError) -> str:
    """A service's refusal as a sentence. One that says nothing itself says its first error."""
    detail = capfirst(error.detail)
    if error.errors and error.detail == error.info.help:
        detail = f"{error.errors[0].field}: {error.errors[0].detail}"
    return f"{detail.rstrip('.')}."


def page_path(route: str, page: type[TenantPage]) -> URLPattern:
    """The URL pattern of a page, below the side."""
    return path(route, admin.site.admin_view(page.as_view()), name=page.name)


def kept_path(route: str, page: type[TenantPage]) -> URLPattern:
    """The URL pattern of a page whose answers say themselves how a browser may keep them."""
    return path(route, admin.site.admin_view(page.as_view(), cacheable=True), name=page.name)
