"""Settings > Webhooks, as it is used: endpoints made and changed, their secrets replaced, tried out, sent to again."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from webhooks import querysets, replays, services
from webhooks.admin.endpoint_pages import EndpointPages, takes_all
from webhooks.admin.labels import shown_time
from webhooks.forms import DeleteForm, EndpointForm, NewEndpointForm, ReplayForm, RotateForm
from webhooks.models import Endpoint

_hides_secret = method_decorator(sensitive_post_parameters("secret"))


@admin.register(Endpoint)
class EndpointAdmin(EndpointPages):
    """Each page is thin: a form, one service, an answer."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        verbs = {
            "rotate": self.rotate_view,
            "test": self.test_view,
            "enable": self.enable_view,
            "disable": self.disable_view,
            "replay": self.replay_view,
        }
        edit = path("<path:object_id>/edit/", wrap(self.edit_view), name="webhooks_endpoint_edit")
        posts = [
            path(f"<path:object_id>/{verb}/", wrap(require_POST(view)), name=f"webhooks_endpoint_{verb}")
            for verb, view in verbs.items()
        ]
        return [edit, *posts, *super().get_urls()]

    # --- Making and changing ----------------------------------------------------------------------------------
    @_hides_secret
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form, or, in the very answer to its POST, the generated secret."""
        self.must(self.has_add_permission(request))
        panel = self.panel_context(request)
        form = NewEndpointForm(panel.membership.user, request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                return self._issued(request, services.create_endpoint(panel.actor(request), **form.options()))
            except DomainError as error:
                if error.code == "invalid_state":  # the page was sent twice
                    self.tell(request, error)
                    return HttpResponseRedirect(reverse("admin:webhooks_endpoint_changelist"))
                form.add_domain_error(error)
        return self.page(request, "panel/webhook_form.html", title="New endpoint", page_label="New endpoint", form=form)

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        self.must(self.has_change_permission(request))
        endpoint = self.visible(request, object_id)
        if endpoint is None:
            return self.missing(request, object_id)
        now = {
            "url": endpoint.url,
            "which": "all" if takes_all(endpoint) else "some",
            "events": endpoint.events,
        }
        form = EndpointForm(request.POST or None, initial=now)
        if request.method == "POST" and form.is_valid():
            try:
                services.update_endpoint(self.actor(request), endpoint, **form.options())
            except DomainError as error:
                form.add_domain_error(error)
            else:
                messages.success(request, "The endpoint is changed. What is waiting goes to the address it has now.")
                return self._back(endpoint)
        context = {"title": f"Edit {endpoint.url}", "page_label": "Edit", "endpoint": endpoint, "form": form}
        return self.page(request, "panel/webhook_form.html", **context)

    @_hides_secret
    def rotate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = self.writable(request, object_id)
        form = RotateForm(request.POST)
        if form.is_valid():
            actor = self.actor(request)
            try:
                return self._issued(request, services.rotate_secret(actor, endpoint, **form.options()), rotated=True)
            except DomainError as error:
                if error.code == "precondition_failed":  # the page was sent twice, or is an old one
                    self.tell(request, error)
                    return self._back(endpoint)
                form.add_domain_error(error)
        return self.endpoint_page(request, endpoint, rotate_form=form)

    def _issued(self, request: HttpRequest, issued: services.IssuedEndpoint, rotated: bool = False) -> HttpResponse:
        """The one page that shows a generated secret, never kept by a browser or a proxy. A chosen one is not shown."""
        if issued.secret is None:
            done = "The new secret is in force" if rotated else "The endpoint is ready"
            messages.success(request, f"{done}. It signs with the secret that you chose.")
            return self._back(issued.endpoint)
        response = self.page(
            request,
            "panel/webhook_secret.html",
            title="Copy the secret",
            page_label="Secret",
            endpoint=issued.endpoint,
            secret=issued.secret,
            rotated=rotated,
        )
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """A page that asks, then the service: the row stays until its log is purged, but for nobody to see."""
        self.must(self.has_delete_permission(request))
        endpoint = self.visible(request, object_id)
        if endpoint is None:
            return self.missing(request, object_id)
        form = DeleteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._did(
                request, endpoint, services.delete_endpoint, "The endpoint and its log are deleted.", gone=True
            )
        context = {"title": "Delete endpoint", "page_label": "Delete", "endpoint": endpoint, "form": form}
        waiting = querysets.waiting(self.current_workspace(request), endpoint)
        return self.page(request, "panel/webhook_delete.html", waiting=waiting, **context)

    # --- Verbs ------------------------------------------------------------------------------------------------
    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Leads to the delivery, where the receiver's answer will be."""
        endpoint = self.writable(request, object_id)
        try:
            delivery = replays.test_endpoint(self.actor(request), endpoint)
        except DomainError as error:
            self.tell(request, error)
            return self._back(endpoint)
        return HttpResponseRedirect(reverse("admin:webhooks_delivery_change", args=[delivery.pk]))

    def enable_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Leads back with the time from which on something may have been missed."""
        endpoint = self.writable(request, object_id)
        missed_since = querysets.missed_since(endpoint)
        done = "The endpoint gets events again. What it missed can be sent again below."
        return self._did(request, endpoint, _enable, done, since=missed_since)

    def disable_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        done = "The endpoint is disabled. It gets no events until you enable it again."
        return self._did(request, self.writable(request, object_id), _disable, done)

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = self.writable(request, object_id)
        form = ReplayForm(request.POST)
        if not form.is_valid():
            return self.endpoint_page(request, endpoint, replay_form=form)
        try:
            actor, since = self.actor(request), form.cleaned_data["since"]
            job = replays.replay_failed(actor, endpoint, since=since)
        except DomainError as error:
            form.add_domain_error(error)
            return self.endpoint_page(request, endpoint, replay_form=form)
        link = reverse("admin:workspaces_job_change", args=[job.pk])
        told = f"Nothing has failed since {shown_time(since)}." if not job.total else _counted(job.total)
        messages.success(request, format_html('{} <a class="cs-link" href="{}">See the job</a>', told, link))
        return self._back(endpoint)

    def _did(
        self,
        request: HttpRequest,
        endpoint: Endpoint,
        verb: Callable[..., Any],
        done: str,
        *,
        since: Any = None,
        gone: bool = False,
    ) -> HttpResponse:
        """Run a service and say so, or say why not."""
        try:
            verb(self.actor(request), endpoint)
        except DomainError as error:
            self.tell(request, error)
            return self._back(endpoint)
        messages.success(request, done)
        if gone:
            return HttpResponseRedirect(reverse("admin:webhooks_endpoint_changelist"))
        return self._back(endpoint, f"?since={since:%Y-%m-%dT%H:%M}#replay" if since else "")

    def _back(self, endpoint: Endpoint, suffix: str = "") -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:webhooks_endpoint_change", args=[endpoint.pk]) + suffix)


def _enable(actor: Actor, endpoint: Endpoint) -> None:
    services.update_endpoint(actor, endpoint, enabled=True)


def _disable(actor: Actor, endpoint: Endpoint) -> None:
    services.update_endpoint(actor, endpoint, enabled=False)


def _counted(total: int) -> str:
    return "One delivery is being sent again." if total == 1 else f"{total} deliveries are being sent again."
