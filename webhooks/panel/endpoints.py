"""Settings > Webhooks: the list of endpoints, the page of one, and everything that can be done with it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_columns import chips, column, format_time, time_text
from crmsolid.panel.components.forms import lock_row
from crmsolid.workspaces.actor import ADMINS
from webhooks import querysets, replays, services
from webhooks.accounts import account_names
from webhooks.endpoint_health import FAILING_LIMIT
from webhooks.headers import names_of
from webhooks.models import DeliveryStatus, DisabledReason, Endpoint
from webhooks.panel.base import ERRORS, STATUS_COLOURS, WebhookAdmin
from webhooks.panel.forms import ALL, SOME, DeleteForm, EndpointForm, NewEndpointForm, ReplayForm, RotateForm

DELIVERIES_SHOWN = 10
STATE_COLOURS = {"active": "success", "failing": "danger", "disabled automatically": "danger", "disabled": ""}
_hides_secret = method_decorator(sensitive_post_parameters("secret", "headers"))


class EndpointAdmin(WebhookAdmin):
    """A generated secret is shown once, in the answer to the POST that made it, and nowhere else."""

    viewers, adders, changers, deleters = ADMINS, ADMINS, ADMINS, ADMINS
    add_label = "New endpoint"
    opens_drawer = True
    list_display = ("address", "shown_events", "state_label", "failing", "last_delivery")
    search_fields = ("url", "description")
    search_help_text = "Part of the address or of what it is for"
    ordering = ("-created_at", "-id")
    empty_text = "Events are posted to the endpoints that you add here."

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request).filter(deleted_at__isnull=True)
        return rows.annotate(**querysets.latest_deliveries(self.current_workspace(request)))

    @column("address", ordering="url")
    def address(self, endpoint: Endpoint) -> SafeString:
        address = format_html('<span class="cs-url">{}</span>', endpoint.url)
        if not endpoint.description:
            return address
        return format_html('{}<br><span class="cs-muted" dir="auto">{}</span>', address, endpoint.description)

    @column("events")
    def shown_events(self, endpoint: Endpoint) -> SafeString:
        return chips(["all events"] if takes_all(endpoint) else endpoint.events)

    @column("state", label=STATE_COLOURS)
    def state_label(self, endpoint: Endpoint) -> tuple[str, str]:
        return _state(endpoint)

    @column("failing since", ordering="failing_since")
    def failing(self, endpoint: Endpoint) -> SafeString | str:
        return format_time(endpoint.failing_since)

    @column("last delivery")
    def last_delivery(self, endpoint: Any) -> SafeString | str:
        """The status of the newest delivery that was attempted, and what the receiver answered."""
        if endpoint.last_delivery is None:
            return "None yet"
        answer = ERRORS.get(endpoint.last_error, endpoint.last_error) or (
            f"HTTP {endpoint.last_answer}" if endpoint.last_answer else ""
        )
        return format_html(
            '<span class="cs-stack"><a class="cs-link" href="{}">{}{}</a><br><span class="cs-muted">{}</span></span>',
            panel_url("webhooks_delivery_change", endpoint.last_delivery),
            DeliveryStatus(endpoint.last_status).label,
            f" ({answer})" if answer else "",
            format_time(endpoint.last_made_at),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        page = self.endpoint_page(request, object_id)
        return page if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "HEAD"])

    def endpoint_page(self, request: HttpRequest, object_id: str, **forms: Any) -> HttpResponse:
        read = partial(services.get_endpoint_overview, deliveries=DELIVERIES_SHOWN)
        overview = self.read_or_404(request, self.has_view_permission(request), read, object_id)
        endpoint = overview.endpoint
        state, text = _state(endpoint)
        context = {
            "title": endpoint.url,
            "page_label": "Endpoint",
            "original": endpoint,
            "endpoint": endpoint,
            "state": {"type": STATE_COLOURS[state], "text": text},
            "takes_all": takes_all(endpoint),
            "accounts": _accounts(endpoint),
            "header_names": names_of(endpoint),
            "disabled_automatically": state == "disabled automatically",
            "disable_at": endpoint.failing_since + FAILING_LIMIT if endpoint.failing_since else None,
            "waiting": overview.queue_length,
            "performance": overview.performance,
            "measured": querysets.MEASURED,
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

    def get_urls(self) -> list[URLPattern]:
        actions = {
            "rotate": self.rotate_view,
            "test": self.test_view,
            "enable": self.enable_view,
            "disable": self.disable_view,
            "replay": self.replay_view,
        }
        views = {"edit": self.edit_view, **{name: self._action(view) for name, view in actions.items()}}
        own = [
            path(f"<path:object_id>/{name}/", self.admin_site.admin_view(view), name=f"webhooks_endpoint_{name}")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def _action(self, view: Callable[[HttpRequest, Endpoint], HttpResponse]) -> Callable[..., HttpResponse]:
        """A view of POST requests that change an endpoint. If a service refuses, its page says why."""

        @require_POST
        def action_view(request: HttpRequest, object_id: str) -> HttpResponse:
            allowed = self.has_change_permission(request)
            endpoint = self.read_or_404(request, allowed, services.get_endpoint, object_id)
            try:
                return view(request, endpoint)
            except DomainError as error:
                self.show_error(request, error)
                return self._back(endpoint)

        return action_view

    @_hides_secret
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form; the answer to its POST shows the generated secret."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = self.panel_context(request)
        names = account_names(context.workspace)
        form = NewEndpointForm(context.membership.user, request.POST or None, accounts=names)
        if request.method == "POST" and form.is_valid():
            try:
                return self._issued(request, services.create_endpoint(self.actor(request), **form.options()))
            except DomainError as error:
                if error.code == "invalid_state":  # the form was submitted twice
                    self.show_error(request, error)
                    return HttpResponseRedirect(panel_url("webhooks_endpoint_changelist"))
                form.add_domain_error(error)
        return self.render_page(
            request, "panel/webhook_form.html", title="New endpoint", page_label="New endpoint", form=form
        )

    @_hides_secret
    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        allowed = self.has_change_permission(request)
        endpoint = self.read_or_404(request, allowed, services.get_endpoint, object_id)
        form = _edit_form(endpoint, None)
        if request.method == "POST":
            try:
                with transaction.atomic():
                    form = _edit_form(lock_row(endpoint), request.POST)
                    if form.is_valid():
                        services.update_endpoint(self.actor(request), endpoint.pk, **form.options())
            except DomainError as error:
                form.add_domain_error(error)
            if form.is_valid():
                messages.success(request, "The endpoint is changed. What is waiting goes to the address it has now.")
                return self._back(endpoint)
        context = {"title": f"Edit {endpoint.url}", "page_label": "Edit", "endpoint": endpoint, "form": form}
        return self.render_page(request, "panel/webhook_form.html", **context)

    @_hides_secret
    def rotate_view(self, request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
        form = RotateForm(request.POST)
        if form.is_valid():
            actor = self.actor(request)
            try:
                return self._issued(request, services.rotate_secret(actor, endpoint.pk, **form.options()), rotated=True)
            except DomainError as error:
                if error.code == "precondition_failed":  # the form was submitted twice, or is an old one
                    raise
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
        read = partial(services.get_endpoint_overview, deliveries=0)
        overview = self.read_or_404(request, self.has_delete_permission(request), read, object_id)
        endpoint = overview.endpoint
        form = DeleteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                services.delete_endpoint(self.actor(request), endpoint.pk)
            except DomainError as error:
                self.show_error(request, error)
                return self._back(endpoint)
            messages.success(request, "The endpoint and its log are deleted.")
            return HttpResponseRedirect(panel_url("webhooks_endpoint_changelist"))
        context = {"title": "Delete endpoint", "page_label": "Delete", "endpoint": endpoint, "form": form}
        return self.render_page(request, "panel/webhook_delete.html", waiting=overview.queue_length, **context)

    def test_view(self, request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
        """Redirects to the delivery, whose page will show the receiver's answer."""
        delivery = replays.send_ping(self.actor(request), endpoint.pk)
        return HttpResponseRedirect(panel_url("webhooks_delivery_change", delivery.pk))

    def enable_view(self, request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
        """Redirects back with the time since when the endpoint may have missed events, for the replay form."""
        actor = self.actor(request)
        since = services.missed_since(actor, endpoint.pk)
        services.update_endpoint(actor, endpoint.pk, enabled=True)
        messages.success(request, "The endpoint gets events again. What it missed can be sent again below.")
        return self._back(endpoint, f"?since={since:%Y-%m-%dT%H:%M}#replay" if since else "")

    def disable_view(self, request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
        services.update_endpoint(self.actor(request), endpoint.pk, enabled=False)
        messages.success(request, "The endpoint is disabled. It gets no events until you enable it again.")
        return self._back(endpoint)

    def replay_view(self, request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
        form = ReplayForm(request.POST)
        if not form.is_valid():
            return self.endpoint_page(request, endpoint.pk, replay_form=form)
        since = form.cleaned_data["since"]
        try:
            job = replays.replay_failed(self.actor(request), endpoint.pk, since=since)
        except DomainError as error:
            form.add_domain_error(error)
            return self.endpoint_page(request, endpoint.pk, replay_form=form)
        link = panel_url("workspaces_job_change", job.pk)
        if job.total:
            result = "One delivery is" if job.total == 1 else f"{job.total} deliveries are"
            result += " being sent again."
        else:
            result = f"Nothing has failed since {time_text(since)}."
        messages.success(request, format_html('{} <a class="cs-link" href="{}">See the job</a>', result, link))
        return self._back(endpoint)

    def _back(self, endpoint: Endpoint, suffix: str = "") -> HttpResponse:
        return HttpResponseRedirect(panel_url("webhooks_endpoint_change", endpoint.pk) + suffix)


def _state(endpoint: Endpoint) -> tuple[str, str]:
    """A key of :data:`STATE_COLOURS` and the text to show."""
    if endpoint.enabled:
        return ("failing", "Failing") if endpoint.failing_since else ("active", "Active")
    automatically = endpoint.disabled_reason in (DisabledReason.GONE, DisabledReason.FAILING)
    return "disabled automatically" if automatically else "disabled", "Disabled"


def takes_all(endpoint: Endpoint) -> bool:
    """Whether it subscribes to every event type, also to those that are added later."""
    return "*" in endpoint.events


def _accounts(endpoint: Endpoint) -> list[str]:
    """The accounts that it is limited to, in words."""
    names = account_names(endpoint.workspace) if endpoint.account_ids else {}
    return [f"{names.get(pk, 'Account')} (#{pk})" for pk in endpoint.account_ids]


def _edit_form(endpoint: Endpoint, data: Any) -> EndpointForm:
    initial = {
        "url": endpoint.url,
        "which": ALL if takes_all(endpoint) else SOME,
        "events": [name for name in endpoint.events if name != "*"],
        "description": endpoint.description,
        "account_ids": endpoint.account_ids,
    }
    accounts = account_names(endpoint.workspace)
    return EndpointForm(data, initial=initial, accounts=accounts, names=names_of(endpoint))


def _replay_since(request: HttpRequest, endpoint: Endpoint) -> datetime:
    """The initial value of the replay form: ``?since=`` as :meth:`EndpointAdmin.enable_view` sets it, in UTC, else
    since when the endpoint is failing, else one day ago."""
    try:
        since = parse_datetime(request.GET.get("since", ""))
    except ValueError:
        since = None
    if since is None or since.tzinfo is not None:
        return endpoint.failing_since or clock.now() - timedelta(days=1)
    return since.replace(tzinfo=UTC)
