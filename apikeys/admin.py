"""Settings > API Keys.

A token is in one answer to one POST and nowhere else: no session, message, cookie or address.
"""

from datetime import timedelta
from math import ceil
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from apikeys import tokens
from apikeys.forms import OVERLAPS, NewKeyForm, RevokeForm, RotateForm
from apikeys.models import ApiKey
from apikeys.services import IssuedKey, create_key, revoke_key, rotate_key
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.admin_base import ADMINS, TenantAdmin
from crmsolid.workspaces.admin_columns import column
from crmsolid.workspaces.scopes import ALL_SCOPES, DESCRIPTIONS, Scope

WARN_BEFORE = timedelta(days=14)
STATE_COLOURS = {"active": "success", "replaced": "warning", "expired": "danger"}


class StateFilter(admin.SimpleListFilter):
    """By what a key can still do."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("active", "Active"), ("revoked", "Revoked"), ("expired", "Expired")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        now = clock.now()
        revoked, expired = models.Q(revoked_at__lte=now), models.Q(expires_at__lte=now)
        wanted = {"active": ~revoked & ~expired, "revoked": revoked, "expired": expired & ~revoked}
        # ``NOT (NULL <= now)`` is unknown in SQL; Django writes the IS NOT NULL that makes it true.
        return queryset.filter(wanted[self.value() or ""]) if self.value() in wanted else queryset


def expires_soon(key: ApiKey) -> bool:
    """Within 14 days, while the key still works."""
    return key.state == "active" and key.expires_at is not None and key.expires_at - clock.now() <= WARN_BEFORE


def shown_state(key: ApiKey) -> tuple[str, str]:
    """Active, or ending (a rotated key in its overlap), revoked, expired."""
    if key.state == "active" and key.revoked_at is not None:
        return "replaced", f"Ends {key.revoked_at:%d %b %H:%M} UTC"
    return key.state, key.state.capitalize()


@admin.register(ApiKey)
class ApiKeyAdmin(TenantAdmin):
    """A key never changes: it is made, replaced, revoked. Its page is ours, not a form."""

    viewers, adders = ADMINS, ADMINS
    needs_plan = False  # revoking must work at any time
    services_audit = True
    add_label = "New key"
    list_display = ("name", "shown_prefix", "shown_scopes", "state_label", "last_used", "expires")
    list_filter = (StateFilter,)
    search_fields = ("name", "prefix")
    search_help_text = "Name or beginning of a key"
    empty_text = "A program needs a key to read contacts, send messages or listen to events over the API."
    ordering = ("-created_at", "-id")
    actions = None

    # --- List -------------------------------------------------------------------------------------------------
    @column("key")
    def shown_prefix(self, key: ApiKey) -> SafeString:
        return format_html('<code class="cs-code">{}</code>', tokens.display(key.prefix))

    @column("scopes")
    def shown_scopes(self, key: ApiKey) -> SafeString:
        names = ["all scopes"] if set(key.scopes) == ALL_SCOPES else key.scopes
        chips = format_html_join("", '<span class="cs-chip">{}</span>', ((name,) for name in names))
        return format_html('<span class="cs-chips">{}</span>', chips)

    @column("state", label=STATE_COLOURS)
    def state_label(self, key: ApiKey) -> tuple[str, str]:
        return shown_state(key)

    @column("last used", ordering="last_used_at")
    def last_used(self, key: ApiKey) -> SafeString | str:
        if key.last_used_at is None:
            return "Never"
        return format_html(
            '<span class="cs-nowrap">{} UTC</span><br><span class="cs-muted">{}</span>',
            f"{key.last_used_at:%d %b %Y %H:%M}",
            key.last_used_ip or "",
        )

    @column("expires", ordering="expires_at")
    def expires(self, key: ApiKey) -> SafeString | str:
        if key.expires_at is None:
            return "Never"
        day = f"{key.expires_at:%d %b %Y}"
        if not expires_soon(key):
            return format_html('<span class="cs-nowrap">{}</span>', day)
        left = ceil((key.expires_at - clock.now()) / timedelta(days=1))
        warning = f"in {left} days" if left > 1 else "within a day"
        return format_html('<span class="cs-nowrap">{}</span><br><span class="cs-warn">{}</span>', day, warning)

    # --- Pages ------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/rotate/", wrap(require_POST(self.rotate_view)), name="apikeys_apikey_rotate"),
            path("<path:object_id>/revoke/", wrap(require_POST(self.revoke_view)), name="apikeys_apikey_revoke"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form, or, in the very answer to its POST, the new key."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        seat = self.seat(request)
        user, here = seat.membership.user, {"side": str(seat.workspace.pk)}
        form = NewKeyForm(user, seat.live, request.POST or None, initial=here)
        if request.method == "POST" and form.is_valid():
            actor = seat.actor(request, form.workspace)
            try:
                return self._show_token(request, create_key(actor, created_by=user, **form.options()))
            except DomainError as error:
                form.refuse(error)
        scopes = [(scope.value, DESCRIPTIONS[scope]) for scope in Scope]
        return self._page(request, "panel/key_new.html", title="New key", form=form, scopes=scopes)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        key = self._key(request, object_id)
        if key is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return self._key_page(request, key)

    def rotate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = self._key(request, object_id)
        if key is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        seat = self.seat(request)
        form = RotateForm(seat.membership.user, request.POST)
        if form.is_valid():
            overlap, once = OVERLAPS[form.cleaned_data["overlap"]], form.cleaned_data["once"]
            actor, user = seat.actor(request), seat.membership.user
            try:
                issued = rotate_key(actor, key, overlap=overlap, created_by=user, new_id=once)
            except DomainError as error:
                form.refuse(error)
            else:
                key.refresh_from_db()
                return self._show_token(request, issued, replaced=key)
        return self._key_page(request, key, rotate_form=form)

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = self._key(request, object_id)
        if key is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = RevokeForm(request.POST)
        if not form.is_valid():
            return self._key_page(request, key, revoke_form=form)
        revoke_key(self.seat(request).actor(request), key)
        messages.success(request, f"{key.name} is revoked: it is refused from now on.")
        return HttpResponseRedirect(reverse("admin:apikeys_apikey_changelist"))

    def _key(self, request: HttpRequest, object_id: str) -> ApiKey | None:
        """The key, if it is in this workspace and the user may see keys."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found: ApiKey | None = self.get_object(request, unquote(object_id))
        return found

    def _key_page(self, request: HttpRequest, key: ApiKey, **forms: Any) -> HttpResponse:
        colour, text = shown_state(key)
        context = {
            "title": key.name,
            "original": key,
            "key": key,
            "shown_prefix": tokens.display(key.prefix),
            "state": {"type": STATE_COLOURS.get(colour, ""), "text": text},
            "scopes": [(scope, DESCRIPTIONS[Scope(scope)]) for scope in key.scopes],
            "expires_soon": expires_soon(key),
            "replacements": self.get_queryset(request).filter(rotated_from=key),
            "rotate_form": RotateForm(self.seat(request).membership.user),
            "revoke_form": RevokeForm(),
            **forms,
        }
        return self._page(request, "panel/key.html", **context)

    def _show_token(self, request: HttpRequest, issued: IssuedKey, replaced: ApiKey | None = None) -> HttpResponse:
        """The one page that shows the token, never kept by a browser or a proxy."""
        curl = f'curl {request.build_absolute_uri("/v1/me")} \\\n  -H "Authorization: Bearer {issued.token}"'
        response = self._page(
            request,
            "panel/key_token.html",
            title="Copy your key",
            key=issued.key,
            token=issued.token,
            curl=curl,
            replaced=replaced,
        )
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        request.current_app = self.admin_site.name
        whole = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media, **context}
        return TemplateResponse(request, template, whole)
