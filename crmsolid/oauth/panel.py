"""Settings > Assistants: what members have connected by OAuth, and how to end it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from crmsolid.core.errors import DomainError
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.limits.choosing import AssistantLimits
from crmsolid.limits.forms import AssistantLimitsForm, initial_limits
from crmsolid.limits.wording import at_worst, facts
from crmsolid.oauth.endpoints import resource_url
from crmsolid.oauth.models import Application, Grant
from crmsolid.oauth.services import change_grant_limits, known_scopes, revoke_grant, role_of_member, unused_until
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_columns import chips, column, datetime_column, last_used
from crmsolid.panel.components.admin_pages import PageAdmin
from crmsolid.panel.components.context import panel_context
from crmsolid.panel.components.forms import EditForm, lock_row
from crmsolid.workspaces.actor import ADMINS, NOBODY, ROLE_SCOPES, Scope
from crmsolid.workspaces.models import Role

MAX_BELOW_KEYS = 10

# HTML of what stands on the page of an assistant, below what it may do; "" for nothing.
assistant_sections: ExtensionPoint[Callable[[HttpRequest, Grant], str]] = ExtensionPoint("sections of an assistant")

STATES = {"active": ("success", "Active"), "ended": ("", "Ended"), "left": ("danger", "Member left")}


def state_of(grant: Any) -> str:
    """``active``, ``ended``, or ``left`` when the member who connected it is none any more."""
    if grant.revoked_at is not None:
        return "ended"
    return "active" if grant.role else "left"


def below_keys(request: HttpRequest) -> str:
    """The newest assistants of the workspace, for Settings > API Keys."""
    panel = panel_context(request)
    if panel is None or not panel.has_role(ADMINS):
        return ""
    grants = Grant.objects.for_workspace(panel.workspace).filter(revoked_at=None).annotate(role=role_of_member())
    shown = grants.filter(role__isnull=False).select_related("user").order_by("-created_at")[:MAX_BELOW_KEYS]
    context = {"grants": list(shown), "address": resource_url(request)}
    return render_to_string("panel/key_list_assistants.html", context, request)


class GrantLimitsForm(EditForm, AssistantLimitsForm):
    """The limits of a grant, in its own workspace."""

    def __init__(self, grant: Grant, *args: Any) -> None:
        super().__init__(*args, initial=initial_limits(AssistantLimits.of(grant), grant.workspace))
        self.add_places([grant.workspace])


class RevokeForm(forms.Form):
    confirm = forms.BooleanField(error_messages={"required": "Tick the box to end the access."})


class GrantAdmin(PageAdmin):
    """Grants are made on the consent page, so they cannot be added or changed here."""

    viewers, changers = ADMINS, NOBODY
    needs_plan = False  # an assistant can be cut off at any time
    list_display = ("client_name", "user_email", "may", "state_label", "last_used", "since")
    list_select_related = ("user",)
    search_fields = ("client_name", "user__email")
    search_help_text = "Name of an assistant or e-mail of a member"
    empty_text = "Members connect an assistant from its own settings, with the address of this server and /mcp."
    ordering = ("-created_at", "-id")
    last_used = last_used
    since = datetime_column("connected", "created_at")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).annotate(role=role_of_member())

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> models.QuerySet[Any]:
        if db_field.remote_field.model is Application:  # clients belong to no workspace
            return Application.objects.filter(grants__workspace=self.current_workspace(request))
        return super().get_field_queryset(db, db_field, request)

    # --- List ---------------------------------------------------------------------------------------------------------
    @column("connected by", ordering="user__email")
    def user_email(self, grant: Grant) -> str:
        return grant.user.email

    @column("may")
    def may(self, grant: Grant) -> SafeString:
        """The scopes as words: ``read:contacts`` is "read contacts"."""
        return chips(scope.replace(":", " ") for scope in grant.scopes)

    @column("state", label={state: colour for state, (colour, _) in STATES.items() if colour})
    def state_label(self, grant: Grant) -> tuple[str, str]:
        state = state_of(grant)
        return state, STATES[state][1]

    # --- Pages --------------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("<path:object_id>/revoke/", require_POST(self.revoke_view), "revoke"),
            self.own_url("<path:object_id>/limits/", require_POST(self.limits_view), "limits"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return self._grant_page(request, self.row(request, object_id))

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        grant, form = self.row(request, object_id), RevokeForm(request.POST)
        if not form.is_valid():
            return self._grant_page(request, grant, form=form)
        revoke_grant(self.actor(request), grant.id)
        messages.success(request, f"{grant.client_name} is disconnected: it is refused from now on.")
        return HttpResponseRedirect(panel_url("oauth_grant_changelist"))

    def limits_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        grant = self.row(request, object_id)
        with transaction.atomic():
            form = GrantLimitsForm(lock_row(grant), request.POST)
            if form.is_valid():
                try:
                    change_grant_limits(self.actor(request), grant.id, form.chosen_limits(grant.workspace))
                except DomainError as error:
                    form.add_domain_error(error)
                else:
                    messages.success(request, f"The limits of {grant.client_name} hold from now on.")
                    return self.page_of(grant)
        return self._grant_page(request, grant, limits_form=form)

    def _grant_page(self, request: HttpRequest, grant: Any, **forms: Any) -> HttpResponse:
        state = state_of(grant)
        allowed = ROLE_SCOPES[Role(grant.role)] if grant.role else frozenset()
        limits = AssistantLimits.of(grant)
        context = {
            "original": grant,
            "grant": grant,
            "state": {"type": STATES[state][0], "text": STATES[state][1]},
            "is_active": state == "active",
            "role": Role(grant.role).label.lower() if grant.role else "",
            "hosts": sorted({urlsplit(uri).hostname or uri for uri in grant.application.redirect_uris.split()}),
            "scopes": [(Scope(scope).label, Scope(scope) in allowed) for scope in grant.scopes],
            "ends_at": unused_until(grant),
            "at_worst": at_worst(known_scopes(grant.scopes) & allowed, limits, grant.workspace),
            "limits": facts(limits, grant.limits(grant.holder), grant.workspace),
            # Each has made HTML of it.
            "sections": [mark_safe(section(request, grant)) for section in assistant_sections.values()],
            "form": RevokeForm(),
            "limits_form": GrantLimitsForm(grant) if grant.revoked_at is None else None,
        }
        return self.render_page(request, "panel/assistant.html", title=grant.client_name, **{**context, **forms})
