"""Settings > Webhooks: the list of endpoints, the page of one, and everything that can be done with it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.events.catalogue import subscribable_names
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.admin_base import ADMINS
from crmsolid.workspaces.admin_columns import column
from webhooks import querysets, replays, services
from webhooks.admin.base import WebhookAdmin, not_found_as_404
from webhooks.admin.labels import ERRORS, STATE_COLOURS, STATUS_COLOURS, endpoint_state, shown_time
from webhooks.endpoint_health import FAILING_LIMIT
from webhooks.forms import DeleteForm, EndpointForm, NewEndpointForm, ReplayForm, RotateForm
from webhooks.models import DeliveryStatus, Endpoint

DELIVERIES_SHOWN = 10
_hides_secret = method_decorator(sensitive_post_parameters("secret"))


@admin.register(Endpoint)
class EndpointAdmin(WebhookAdmin):
    """A generated secret is shown once, in the answer to the POST that made it, and nowhere else."""

    viewers, adders, changers, deleters = ADMINS, ADMINS, ADMINS, ADMINS
    add_label = "New endpoint"
    list_display = ("address", "shown_events", "state_label", "failing", "last_delivery")
    search_fields = ("url",)
    search_help_text = "Part of the address"
    ordering = ("-created_at", "-id")
    empty_text = "Events are posted to the endpoints that you add here."

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Without deleted endpoints, whose rows wait for the purge."""
        rows = super().get_queryset(request).filter(deleted_at__isnull=True)
        return rows.annotate(**querysets.latest_deliveries(self.current_workspace(request)))

    # --- List -------------------------------------------------------------------------------------------------
    @column("address", ordering="url")
    def address(self, endpoint: Endpoint) -> SafeString:
        return format_html('<span class="cs-url">{}</span>', endpoint.url)

    @column("events")
    def shown_events(self, endpoint: Endpoint) -> SafeString:
        names = ["all events"] if takes_all(endpoint) else endpoint.events
        chips = format_html_join("", '<span class="cs-chip">{}</span>', ((name,) for name in names))
        return format_html('<span class="cs-chips">{}</span>', chips)

    @column("state", label=STATE_COLOURS)
    def state_label(self, endpoint: Endpoint) -> tuple[str, str]:
        return endpoint_state(endpoint)

    @column("failing since", ordering="failing_since")
    def failing(self, endpoint: Endpoint) -> SafeString:
        return format_html('<span class="cs-nowrap">{}</span>', shown_time(endpoint.failing_since))

    @column("last delivery")
    def last_delivery(self, endpoint: Any) -> SafeString | str:
        """The status of the newest delivery that was attempted, and what the receiver answered."""
        if endpoint.last_delivery is None:
            return "None yet"
        answer = ERRORS.get(endpoint.last_error, endpoint.last_error) or (
            f"HTTP {endpoint.last_answer}" if endpoint.last_answer else ""
        )
        return format_html(
            '<span class="cs-stack"><a class="cs-link" href="{}">{}{}</a><br>'
            '<span class="cs-muted cs-nowrap">{}</span></span>',
            reverse("admin:webhooks_delivery_change", args=[endpoint.last_delivery]),
            DeliveryStatus(endpoint.last_status).label,
            f" ({answer})" if answer else "",
            shown_time(endpoint.last_made_at),
        )

    # --- Page -------------------------------------------------------------------------------------------------
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        self.check_allowed(self.has_view_permission(request))
        page = self.endpoint_page(request, unquote(object_id))
        return page if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "HEAD"])

    def endpoint_page(self, request: HttpRequest, endpoint_id: str, **forms: Any) -> HttpResponse:
        with not_found_as_404():
            overview = services.get_endpoint_overview(self.actor(request), endpoint_id, deliveries=DELIVERIES_SHOWN)
        endpoint = overview.endpoint
        state, text = endpoint_state(endpoint)
        context = {
            "title": endpoint.url,
            "page_label": "Endpoint",
            "original": endpoint,
            "endpoint": endpoint,
            "state": {"type": STATE_COLOURS[state], "text": text},
            "takes_all": takes_all(endpoint),
            "disabled_automatically": state == "disabled automatically",
            "disable_at": endpoint.failing_since + FAILING_LIMIT if endpoint.failing_since else None,
            "waiting": overview.queue_length,
            "deliveries": [
                (delivery, {"type": STATUS_COLOURS[delivery.status], "text": delivery.get_status_display()})
                for delivery in overview.newest_deliveries
            ],
            "may_change": self.has_change_permission(request),
            "rotate_form": RotateForm(initial={"replaces": services.secret_fingerprint(endpoint)}),
            "replay_form": ReplayForm(initial={"since": _replay_since(request, endpoint)}),
            **forms,
        }
        return self.render_page(request, "panel/webhook.html", **context)

    def get_endpoint(self, request: HttpRequest, object_id: str, *, allowed: bool) -> Endpoint:
        """The endpoint with this (quoted) id; 403 unless ``allowed``, 404 if it is not in this workspace."""
        self.check_allowed(allowed)
        with not_found_as_404():
            return services.get_endpoint(self.actor(request), unquote(object_id))

    def get_urls(self) -> list[URLPattern]:
        views = {
            "edit": self.edit_view,
            "rotate": require_POST(self.rotate_view),
            "test": require_POST(self.test_view),
            "enable": require_POST(self.enable_view),
            "disable": require_POST(self.disable_view),
            "replay": require_POST(self.replay_view),
        }
        own = [
            path(f"<path:object_id>/{name}/", self.admin_site.admin_view(view), name=f"webhooks_endpoint_{name}")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    # --- Create, edit, delete ---------------------------------------------------------------------------------
    @_hides_secret
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form; the answer to its POST shows the generated secret."""
        self.check_allowed(self.has_add_permission(request))
        form = NewEndpointForm(self.panel_context(request).membership.user, request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                return self._issued(request, services.create_endpoint(self.actor(request), **form.options()))
            except DomainError as error:
                if error.code == "invalid_state":  # the form was submitted twice
                    self.show_error(request, error)
                    return HttpResponseRedirect(reverse("admin:webhooks_endpoint_changelist"))
                form.add_domain_error(error)
        return self.render_page(
            request, "panel/webhook_form.html", title="New endpoint", page_label="New endpoint", form=form
        )

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = self.get_endpoint(request, object_id, allowed=self.has_change_permission(request))
        initial = {
            "url": endpoint.url,
            "which": "all" if takes_all(endpoint) else "some",
            "events": endpoint.events,
        }
        form = EndpointForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                services.update_endpoint(self.actor(request), endpoint.pk, **form.options())
            except DomainError as error:
                form.add_domain_error(error)
            else:
                messages.success(request, "The endpoint is changed. What is waiting goes to the address it has now.")
                return self._back(endpoint)
        context = {"title": f"Edit {endpoint.url}", "page_label": "Edit", "endpoint": endpoint, "form": form}
        return self.render_page(request, "panel/webhook_form.html", **context)

    @_hides_secret
    def rotate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = self.get_endpoint(request, object_id, allowed=self.has_change_permission(request))
        form = RotateForm(request.POST)
        if form.is_valid():
            actor = self.actor(request)
            try:
                return self._issued(request, services.rotate_secret(actor, endpoint.pk, **form.options()), rotated=True)
            except DomainError as error:
                if error.code == "precondition_failed":  # the form was submitted twice, or is an old one
                    self.show_error(request, error)
                    return self._back(endpoint)
                form.add_domain_error(error)
        return self.endpoint_page(request, endpoint.pk, rotate_form=form)

    def _issued(self, request: HttpRequest, issued: services.IssuedEndpoint, rotated: bool = False) -> HttpResponse:
        """The only page that shows a generated secret; it is not cached. A chosen secret is not shown."""
        if issued.secret is None:
            result = "The new secret is in force" if rotated else "The endpoint is ready"
            messages.success(request, f"{result}. It signs with the secret that you chose.")
            return self._back(issued.endpoint)
        response = self.render_page(
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
        """A page that asks for confirmation, then the service."""
        self.check_allowed(self.has_delete_permission(request))
        with not_found_as_404():
            overview = services.get_endpoint_overview(self.actor(request), unquote(object_id), deliveries=0)
        endpoint = overview.endpoint
        form = DeleteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._call(
                request, endpoint, services.delete_endpoint, "The endpoint and its log are deleted.", deleted=True
            )
        context = {"title": "Delete endpoint", "page_label": "Delete", "endpoint": endpoint, "form": form}
        return self.render_page(request, "panel/webhook_delete.html", waiting=overview.queue_length, **context)

    # --- Actions ----------------------------------------------------------------------------------------------
    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Redirects to the delivery, whose page will show the receiver's answer."""
        endpoint = self.get_endpoint(request, object_id, allowed=self.has_change_permission(request))
        try:
            delivery = replays.test_endpoint(self.actor(request), endpoint.pk)
        except DomainError as error:
            self.show_error(request, error)
            return self._back(endpoint)
        return HttpResponseRedirect(reverse("admin:webhooks_delivery_change", args=[delivery.pk]))

    def enable_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Redirects back with the time since when the endpoint may have missed events."""
        endpoint = self.get_endpoint(request, object_id, allowed=self.has_change_permission(request))
        missed_since = services.missed_since(self.actor(request), endpoint.pk)
        success = "The endpoint gets events again. What it missed can be sent again below."
        return self._call(request, endpoint, _enable, success, since=missed_since)

    def disable_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = self.get_endpoint(request, object_id, allowed=self.has_change_permission(request))
        success = "The endpoint is disabled. It gets no events until you enable it again."
        return self._call(request, endpoint, _disable, success)

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = self.get_endpoint(request, object_id, allowed=self.has_change_permission(request))
        form = ReplayForm(request.POST)
        if not form.is_valid():
            return self.endpoint_page(request, endpoint.pk, replay_form=form)
        try:
            actor, since = self.actor(request), form.cleaned_data["since"]
            job = replays.replay_failed(actor, endpoint.pk, since=since)
        except DomainError as error:
            form.add_domain_error(error)
            return self.endpoint_page(request, endpoint.pk, replay_form=form)
        link = reverse("admin:workspaces_job_change", args=[job.pk])
        if job.total:
            result = "One delivery is" if job.total == 1 else f"{job.total} deliveries are"
            result += " being sent again."
        else:
            result = f"Nothing has failed since {shown_time(since)}."
        messages.success(request, format_html('{} <a class="cs-link" href="{}">See the job</a>', result, link))
        return self._back(endpoint)

    def _call(
        self,
        request: HttpRequest,
        endpoint: Endpoint,
        service: Callable[[Actor, str], Any],
        success: str,
        *,
        since: datetime | None = None,
        deleted: bool = False,
    ) -> HttpResponse:
        """Call a service and show ``success``, or why it refused. ``since`` is passed on to the replay form."""
        try:
            service(self.actor(request), endpoint.pk)
        except DomainError as error:
            self.show_error(request, error)
            return self._back(endpoint)
        messages.success(request, success)
        if deleted:
            return HttpResponseRedirect(reverse("admin:webhooks_endpoint_changelist"))
        return self._back(endpoint, f"?since={since:%Y-%m-%dT%H:%M}#replay" if since else "")

    def _back(self, endpoint: Endpoint, suffix: str = "") -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:webhooks_endpoint_change", args=[endpoint.pk]) + suffix)


def _enable(actor: Actor, endpoint_id: str) -> None:
    services.update_endpoint(actor, endpoint_id, enabled=True)


def _disable(actor: Actor, endpoint_id: str) -> None:
    services.update_endpoint(actor, endpoint_id, enabled=False)


def takes_all(endpoint: Endpoint) -> bool:
    """Whether it subscribes to every event type."""
    return set(subscribable_names()) <= set(endpoint.events)


def _replay_since(request: HttpRequest, endpoint: Endpoint) -> datetime:
    """The initial value of the replay form: ``?since=`` as :meth:`EndpointAdmin.enable_view` sets it (UTC, without an
    offset), else since when the endpoint is failing, else one day ago."""
    try:
        since = parse_datetime(request.GET.get("since", ""))
    except ValueError:
        since = None
    if since is not None and since.tzinfo is not None:
        since = None
    return since or endpoint.failing_since or clock.now() - timedelta(days=1)
