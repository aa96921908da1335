"""Settings > API Keys.

A token is in the answer to one POST and nowhere else: in no session, message, cookie or address.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, time, timedelta
from math import ceil
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from apikeys import tokens
from apikeys.models import ApiKey
from apikeys.services import (
    MAX_NAME,
    MAX_RATE_LIMIT,
    WARN_BEFORE,
    IssuedKey,
    create_key,
    parse_duration,
    rename_key,
    revoke_key,
    rotate_key,
)
from apikeys.uses import day_began, hour_began, requests_by_hour, uses_of
from crmsolid.core import clock
from crmsolid.core.errors import CODES, DomainError
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.limits.choosing import ChosenLimits
from crmsolid.limits.forms import LimitsForm
from crmsolid.limits.wording import at_worst, facts
from crmsolid.panel.components import template_tags as panel_tags
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_columns import chips, column, last_used, time_text
from crmsolid.panel.components.admin_pages import PageAdmin
from crmsolid.panel.components.comboboxes import ComboboxDate
from crmsolid.panel.components.forms import EditForm, ServiceForm, SubmitOnceForm, lock_row
from crmsolid.workspaces.actor import ADMINS, ALL_SCOPES, NOBODY, Scope
from crmsolid.workspaces.models import User, Workspace

STATE_COLOURS = {"active": "success", "replaced": "warning", "expired": "danger"}


# What apps above this one show below the list of keys: HTML, or "" for nothing.
key_list_sections: ExtensionPoint[Callable[[HttpRequest], str]] = ExtensionPoint("sections below the keys")

# --- Forms -----------------------------------------------------------------------------------------------------------
LIFETIMES = [("", "Never"), ("30d", "In 30 days"), ("90d", "In 90 days"), ("365d", "In a year"), ("date", "On a day")]
# What most keys are for; without one of these the ticked scopes count.
PRESETS = {
    "read": frozenset(scope for scope in Scope if scope.value.startswith("read:")),
    "send": frozenset({Scope.READ_CONTACTS, Scope.READ_MESSAGES, Scope.WRITE_MESSAGES}),
    "all": ALL_SCOPES,
}
ACCESS = [("read", "Read only"), ("send", "Send messages"), ("all", "Everything"), ("chosen", "Choose scopes")]
OVERLAPS = [
    ("24h", "24 hours"),
    ("1h", "1 hour"),
    ("7d", "7 days"),
    ("30d", "30 days"),
    ("0", "Not at all: it ends now"),
]


class NewKeyForm(SubmitOnceForm, LimitsForm):
    """No access is chosen at first: a key gets what somebody chose and no more."""

    kind = "key"

    environment = forms.ChoiceField(widget=forms.RadioSelect)
    name = forms.CharField(max_length=MAX_NAME, help_text="What will use it: production-sender, analytics-dashboard.")
    access = forms.ChoiceField(choices=ACCESS, required=False, widget=forms.RadioSelect)
    scopes = forms.MultipleChoiceField(choices=Scope.choices, required=False, widget=forms.CheckboxSelectMultiple)
    expires = forms.ChoiceField(choices=LIFETIMES, required=False, help_text="You are warned here 14 days before.")
    last_day = forms.DateField(label="Last day", required=False, widget=ComboboxDate())
    allowed_networks = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="Addresses it may be used from, one a line: 203.0.113.0/24 or 2001:db8::/32. Empty: from anywhere.",
    )
    rate_limit = forms.IntegerField(
        required=False, min_value=1, max_value=MAX_RATE_LIMIT, help_text="Requests a minute. Empty: 600."
    )

    field_names: ClassVar[dict[str, str]] = {"expires_at": "expires"}

    def __init__(self, user: User, live: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["last_day"].help_text = f"It works to the end of this day in your time zone, {zone}."
        self.workspaces = {str(workspace.pk): workspace for workspace in (live, live.twin)}
        choices = [(value, workspace.get_mode_display()) for value, workspace in self.workspaces.items()]
        self.fields["environment"].choices = choices  # type: ignore[attr-defined]
        self.add_places(self.workspaces.values())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("expires") == "date" and not cleaned.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", "Choose the key's last day.")
        if preset := PRESETS.get(cleaned.get("access", "")):
            cleaned["scopes"] = [scope.value for scope in Scope if scope in preset]
        elif not cleaned.get("scopes") and "scopes" not in self.errors:
            self.add_error("scopes", "Choose at least one scope.")
        return cleaned

    @property
    def workspace(self) -> Workspace:
        """The chosen workspace, live or test."""
        return self.workspaces[self.cleaned_data["environment"]]

    def options(self) -> dict[str, Any]:
        """The keyword arguments of ``create_key``."""
        data = self.cleaned_data
        expires_at = None
        if data["expires"] == "date":
            expires_at = datetime.combine(data["last_day"], time.max, timezone.get_current_timezone())
        elif data["expires"]:
            expires_at = clock.now() + parse_duration(data["expires"], "expires")
        return {
            "name": data["name"],
            "scopes": [Scope(value) for value in data["scopes"]],
            "expires_at": expires_at,
            "rate_limit": data["rate_limit"],
            "allowed_networks": data["allowed_networks"].replace(",", "\n").splitlines(),
            "new_id": data["once"],
            **asdict(self.chosen_limits(self.workspace)),
        }


class RotateForm(SubmitOnceForm):
    """How much longer the old key works."""

    kind = "key"

    overlap = forms.ChoiceField(label="The old key works for another", choices=OVERLAPS)

    def options(self) -> dict[str, Any]:
        """The keyword arguments of ``rotate_key``."""
        return {
            "overlap": parse_duration(self.cleaned_data["overlap"], "overlap"),
            "new_id": self.cleaned_data["once"],
        }


class RenameForm(EditForm, ServiceForm):
    name = forms.CharField(label="New name", max_length=MAX_NAME, help_text="For people only: the key works as before.")


class RevokeForm(forms.Form):
    confirm = forms.BooleanField(error_messages={"required": "Tick the box to revoke the key."})


# --- Pages -----------------------------------------------------------------------------------------------------------
class StateFilter(admin.SimpleListFilter):
    """Keys that are active, revoked or expired now. Revoked ones, and those that were replaced, show on request."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("active", "Active"), ("expired", "Expired"), ("revoked", "Revoked or replaced"), ("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": "In use"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        now = clock.now()
        revoked, expired = models.Q(revoked_at__lte=now), models.Q(expires_at__lte=now)
        conditions = {"active": ~revoked & ~expired, "revoked": revoked, "expired": expired & ~revoked}
        # ``NOT (NULL <= now)`` is unknown in SQL; Django adds the IS NOT NULL that makes it true.
        if self.value() == "all":
            return queryset
        return queryset.filter(conditions.get(self.value() or "", ~revoked))


def expires_soon(key: ApiKey) -> bool:
    """Whether the key works now and expires within 14 days."""
    return key.state == "active" and key.expires_at is not None and key.expires_at - clock.now() <= WARN_BEFORE


def state_and_text(key: ApiKey) -> tuple[str, str]:
    """The state and its text. A rotated key is ``replaced`` during its overlap."""
    if key.state == "active" and key.revoked_at is not None:
        return "replaced", f"Ends {time_text(key.revoked_at)}"
    return key.state, key.state.capitalize()


def _bar(count: int, most: int) -> int:
    """The height of a bar, at least 1 of 16."""
    return max(16 * count // most, 1)


class ApiKeyAdmin(PageAdmin):
    """A key never changes: it is created, replaced, revoked. So its page is not Django's form."""

    viewers, adders, changers = ADMINS, ADMINS, NOBODY
    needs_plan = False  # a key can be revoked at any time
    add_label = "New key"
    list_display = (
        "name",
        "display_prefix",
        "scope_chips",
        "state_label",
        "creator",
        "last_used",
        "last_day",
        "expires",
    )
    list_select_related = ("created_by",)
    list_filter = (StateFilter,)
    search_fields = ("name", "prefix")
    search_help_text = "Name or beginning of a key"
    empty_text = "A program needs a key to read contacts, send messages or listen to events over the API."
    ordering = ("-created_at", "-id")
    last_used = last_used
    list_after_template = "panel/key_list_sections.html"
    opens_drawer = True

    # --- List -------------------------------------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        sections = [section(request) for section in key_list_sections.values()]
        return super().changelist_view(request, {**(extra_context or {}), "key_list_sections": sections})

    @column("key")
    def display_prefix(self, key: ApiKey) -> SafeString:
        return format_html('<code class="cs-code">{}</code>', tokens.display(key.prefix))

    @column("scopes")
    def scope_chips(self, key: ApiKey) -> SafeString:
        return chips(["all scopes"] if set(key.scopes) == ALL_SCOPES else key.scopes)

    @column("state", label=STATE_COLOURS)
    def state_label(self, key: ApiKey) -> tuple[str, str]:
        return state_and_text(key)

    @column("created by")
    def creator(self, key: ApiKey) -> str:
        return (key.created_by.name or key.created_by.email) if key.created_by is not None else "A command"

    def load_rows(self, rows: list[ApiKey]) -> None:
        by_hour = requests_by_hour(rows)
        for key in rows:
            key.by_hour = by_hour[key.pk]  # type: ignore[attr-defined]

    @column("last 24 hours")
    def last_day(self, key: ApiKey) -> SafeString:
        hours: list[int] = key.by_hour  # type: ignore[attr-defined]
        bars = ((3 * at, _bar(count, max(hours))) for at, count in enumerate(hours) if count)
        drawn = format_html_join(
            "", '<rect x="{}" y="{}" width="2" height="{}"/>', ((x, 16 - height, height) for x, height in bars)
        )
        shown = '<span class="cs-line-h"><svg class="cs-bars" viewBox="0 0 72 16" aria-hidden="true">{}</svg>{}</span>'
        return format_html(shown, drawn, f"{sum(hours):,}")

    @column("expires", ordering="expires_at")
    def expires(self, key: ApiKey) -> SafeString | str:
        if key.expires_at is None:
            return "Never"
        day = panel_tags.day(key.expires_at)
        if not expires_soon(key):
            return day
        days_left = ceil((key.expires_at - clock.now()) / timedelta(days=1))
        warning = f"in {days_left} days" if days_left > 1 else "within a day"
        return format_html('{}<br><span class="cs-warn">{}</span>', day, warning)

    # --- Pages ------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("<path:object_id>/rename/", require_POST(self.rename_view), "rename"),
            self.own_url("<path:object_id>/rotate/", require_POST(self.rotate_view), "rotate"),
            self.own_url("<path:object_id>/revoke/", require_POST(self.revoke_view), "revoke"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form; the answer to its POST shows the new key."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        panel = self.panel_context(request)
        user, initial = panel.membership.user, {"environment": str(panel.workspace.pk)}
        form = NewKeyForm(user, panel.live, request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            actor = panel.actor(request, form.workspace)
            try:
                return self._token_page(request, create_key(actor, created_by=user, **form.options()))
            except DomainError as error:
                form.add_domain_error(error)
        return self.render_page(request, "panel/key_new.html", title="New key", form=form, presets=PRESETS)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return self._key_page(request, self.row(request, object_id))

    def rotate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key, user = self.row(request, object_id), self.panel_context(request).membership.user
        form = RotateForm(user, request.POST)
        if form.is_valid():
            try:
                issued = rotate_key(self.actor(request), key.id, created_by=user, **form.options())
            except DomainError as error:
                form.add_domain_error(error)
            else:
                key.refresh_from_db()
                return self._token_page(request, issued, replaced=key)
        return self._key_page(request, key, rotate_form=form)

    def rename_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = self.row(request, object_id)
        if self.panel_context(request).is_expired:
            raise PermissionDenied
        with transaction.atomic():
            key = lock_row(key)
            form = RenameForm(request.POST, initial={"name": key.name})
            if form.is_valid():
                try:
                    renamed = rename_key(self.actor(request), key.id, **form.cleaned_data)
                except DomainError as error:
                    form.add_domain_error(error)
                else:
                    messages.success(request, f"The key is called {renamed.name} now. It works as before.")
                    return self.page_of(key)
        return self._key_page(request, key, rename_form=form)

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key, form = self.row(request, object_id), RevokeForm(request.POST)
        if not form.is_valid():
            return self._key_page(request, key, revoke_form=form)
        revoke_key(self.actor(request), key.id)
        messages.success(request, f"{key.name} is revoked: it is refused from now on.")
        return HttpResponseRedirect(panel_url("apikeys_apikey_changelist"))

    def _key_page(self, request: HttpRequest, key: ApiKey, **forms: Any) -> HttpResponse:
        state, text = state_and_text(key)
        limits = ChosenLimits.of(key)
        context = {
            "title": key.name,
            "original": key,
            "key": key,
            "display_prefix": tokens.display(key.prefix),
            "state": {"type": STATE_COLOURS.get(state, ""), "text": text},
            "scopes": [(scope, Scope(scope).label) for scope in key.scopes],
            "at_worst": at_worst([Scope(scope) for scope in key.scopes], limits, key.workspace),
            "limits": facts(limits, key.limits(key.first_id), key.workspace) if limits.is_limited else None,
            "expires_soon": expires_soon(key),
            # A refusal that has a status in place of a code has no title.
            "uses": [
                (use, [(code, CODES[code].title if code in CODES else "", each) for code, each in use.codes])
                for use in uses_of(key)
            ],
            "hour_began": hour_began(),
            "day_began": day_began(),
            "replacements": self.get_queryset(request).filter(rotated_from=key),
            "rotate_form": RotateForm(self.panel_context(request).membership.user),
            "rename_form": RenameForm(initial={"name": key.name}),
            "revoke_form": RevokeForm(),
        }
        return self.render_page(request, "panel/key.html", **{**context, **forms})

    def _token_page(self, request: HttpRequest, issued: IssuedKey, replaced: ApiKey | None = None) -> HttpResponse:
        """The one page that shows the token. No browser or proxy may keep it."""
        curl = f'curl {request.build_absolute_uri("/v1/me")} \\\n  -H "Authorization: Bearer {issued.token}"'
        context = {"key": issued.key, "token": issued.token, "curl": curl, "replaced": replaced}
        response = self.render_page(request, "panel/key_token.html", title="Copy your key", **context)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
