"""The panel's pages for contacts and tags (People) and for custom fields (Settings)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminTextareaWidget

from contacts import normalization, stages
from contacts.custom_fields import check_count, check_key, read_choices
from contacts.imports import admin as imports_admin  # noqa: F401 - registers the pages of imports
from contacts.models import Contact, ContactTag, CustomField, Segment, StageChange, search_has
from contacts.normalization import InvalidValue, fold
from contacts.scoring import admin as scoring_admin  # noqa: F401 - registers the pages of scoring rules
from contacts.scoring.forms import ScoreForm
from contacts.scoring.services import Score, adjust_score, get_score
from contacts.segments import admin as segments_admin  # noqa: F401 - registers the pages of segments
from contacts.segments.compilation import where
from contacts.segments.repository import condition_of, find_segment
from contacts.services import create_custom_field, update_contact, update_custom_field
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import is_id
from crmsolid.core.time_zones import time_zones
from crmsolid.workspaces.admin_base import ADMINS, WRITERS, TenantAdmin, TenantForm, TenantInline
from crmsolid.workspaces.admin_columns import column, datetime_column, field_column
from crmsolid.workspaces.panel_context import panel_context

STAGE_COLOURS = {"new": "info", "contacted": "primary", "replied": "warning", "qualified": "success", "won": "success"}


# So many contacts of the list can be chosen for one action.
MAX_CHOSEN = 100
# So many changes of the score and of the stage are shown on a contact's page.
LEDGER_ROWS = 20
# What changed a stage, in words.
CAUSES = {
    "rest": "by the API",
    "mcp": "by an assistant",
    "panel": "in the panel",
    "command": "by a command",
    "import": "by an import",
    "message": "by a message",
    stages.REPLY: "by a reply",
    stages.OPT_OUT: "by an opt-out word",
    "unknown": "not known why",
}


@dataclass(frozen=True, slots=True)
class ContactAction:
    """What an app above this one offers for contacts: a button on a contact's page and an action of the list.

    ``page`` is the URL name of the page that asks for the rest. Its address names the contacts: ``?contact=ID``.
    """

    title: str
    page: str

    def address(self, contact_ids: list[str]) -> str:
        return f"{reverse(f'admin:{self.page}')}?{urlencode([('contact', each) for each in contact_ids])}"


# Apps above this one add theirs when the panel is loaded. They are for members who may change contacts.
contact_actions: list[ContactAction] = []
# What apps above this one show at the top of a contact's page, to everybody who sees it: HTML, or "" for nothing.
contact_sections: list[Callable[[Contact], str]] = []


def display_value(value: Any) -> str:
    """The value of a custom field as text."""
    return {True: "Yes", False: "No"}[value] if isinstance(value, bool) else str(value)


class ContactForm(TenantForm):
    """The fields of a contact that a member may change; usernames and e-mail addresses are not among them."""

    class Meta:
        help_texts = {
            "opted_out": "While this is on, nothing is sent to this person.",
            "time_zone": "By its name, such as Europe/Berlin.",
        }

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"].strip()
        if zone and zone not in time_zones():
            raise forms.ValidationError("Give a time zone by its name, such as Europe/Berlin.")
        return zone


class TagInline(TenantInline):
    model = ContactTag
    fields = ("name", "added")
    readonly_fields = ("added",)
    show_change_link = False
    added = datetime_column("added", "created_at")
    verbose_name_plural = "tags"


class SegmentFilter(admin.SimpleListFilter):
    """The contacts in a segment. Those that are offered are the first by name; an address may name any."""

    title = parameter_name = "segment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        segments = Segment.objects.for_workspace(model_admin.current_workspace(request)).order_by("name")
        offered = list(segments.values_list("pk", "name")[:MAX_CHOSEN])
        chosen = request.GET.get(self.parameter_name, "")
        if is_id("seg", chosen) and chosen not in dict(offered):
            offered += segments.filter(pk=chosen).values_list("pk", "name")
        return offered

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if not self.value():
            return queryset
        panel = panel_context(request)
        if panel is None:
            return queryset.none()
        try:
            segment = find_segment(panel.workspace, str(self.value()))
            return queryset.filter(where(condition_of(segment), clock.now()))
        except DomainError as error:
            messages.error(request, f"{capfirst(error.detail)}.")
            return queryset.none()


@admin.register(Contact)
class ContactAdmin(TenantAdmin):
    changers = WRITERS
    services_audit = True
    form = ContactForm
    list_display = ("shown_name", "handle", "mail", "shown_stage", "score", "shown_opt_out", "added")
    list_filter = (SegmentFilter, "stage", "opted_out", "created_at")
    search_fields = ("search",)
    search_help_text = "Name, username or e-mail"
    ordering = ("-created_at", "-id")
    empty_text = "They come in with their first message, from a file that you import, or over the API."
    list_before_template = "panel/contact_list_actions.html"
    inlines = (TagInline,)
    change_form_outer_before_template = "panel/contact_actions.html"
    change_form_outer_after_template = "panel/contact_score.html"
    fieldsets = (
        (None, {"fields": ("name", ("handle", "mail"), ("stage", "score"), "opted_out", ("phone", "time_zone"))}),
        ("Custom fields", {"fields": ("shown_fields",)}),
        ("More", {"fields": (("last_in", "last_out"), ("added", "changed"), "id")}),
    )
    readonly_fields = (
        *("id", "name", "handle", "mail", "score", "opted_out_text", "shown_fields"),
        *("last_in", "last_out", "added", "changed"),
    )
    mail = field_column("e-mail", "email")
    last_in = datetime_column("last wrote", "last_in_at")
    last_out = datetime_column("last written to", "last_out_at")
    added = datetime_column("added", "created_at")
    changed = datetime_column("changed", "updated_at")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may only read sees the opt-out as Yes or No: Django's red cross would look like a warning."""
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return fieldsets
        (title, first), *others = fieldsets
        fields = tuple("opted_out_text" if field == "opted_out" else field for field in first["fields"])
        return [(title, {**first, "fields": fields}), *others]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if self.has_change_permission(request):
            actions |= {each.page: (_list_action(each), each.page, each.title) for each in contact_actions}
        return actions

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may_import = self.has_change_permission(request)
        return super().changelist_view(request, {"may_import": may_import, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        offered = contact_actions if self.has_change_permission(request) else []
        links = [(action.title, action.address([unquote(object_id)])) for action in offered]
        return super().change_view(request, object_id, form_url, {"contact_links": links, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        contact = context["original"]
        changes = StageChange.objects.for_workspace(contact.workspace_id).filter(contact=contact).order_by("-pk")
        more = {
            "contact_sections": [section(contact) for section in contact_sections],
            "ledger": self._ledger(request, contact),
            "stage_changes": [(change, CAUSES.get(change.cause, change.cause)) for change in changes[:LEDGER_ROWS]],
            "score_form": ScoreForm(),
            "may_adjust": self.has_change_permission(request, contact),
        }
        return super().render_change_form(request, {**context, **more}, *args, **kwargs)

    def _ledger(self, request: HttpRequest, contact: Contact) -> Score:
        """The page of the ledger that the address asks for."""
        actor, cursor = self.actor(request), request.GET.get("ledger") or None
        try:
            return get_score(actor, contact.pk, limit=LEDGER_ROWS, cursor=cursor)
        except DomainError as error:
            if error.code != "invalid_cursor":
                raise
            return get_score(actor, contact.pk, limit=LEDGER_ROWS)

    def get_urls(self) -> list[URLPattern]:
        score = self.admin_site.admin_view(require_POST(self.score_view))
        return [path("<path:object_id>/score/", score, name="contacts_contact_score"), *super().get_urls()]

    def score_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Change the score by hand."""
        contact = self.get_object(request, unquote(object_id))
        if contact is None:
            raise Http404
        form = ScoreForm(request.POST)
        try:
            if form.is_valid():
                changed = adjust_score(self.actor(request), contact.pk, **form.cleaned_data)
                messages.success(request, f"The score is {changed.score} now.")
            else:
                messages.error(request, "The score was not changed: give whole points from -100 to 100, other than 0.")
        except DomainError as error:
            if not error.errors:
                raise PermissionDenied from error
            messages.error(request, f"{capfirst(error.errors[0].detail)}.")
        return HttpResponseRedirect(reverse("admin:contacts_contact_change", args=[contact.pk]))

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """The contacts that have every word."""
        return queryset.filter(*map(search_has, fold(search_term).split())), False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Send the service only what was changed in the form: an API call may be changing other fields meanwhile."""
        values = form.cleaned_data
        fields = {name: None if values[name] == "" else values[name] for name in form.changed_data}
        if fields:
            update_contact(self.actor(request), obj.pk, fields)

    @column("name", ordering="name")
    def shown_name(self, contact: Contact) -> str:
        return str(contact)

    @column("username", ordering="username")
    def handle(self, contact: Contact) -> str:
        return f"@{contact.username}" if contact.username else ""

    @column("stage", ordering="stage", label=STAGE_COLOURS)
    def shown_stage(self, contact: Contact) -> tuple[str, str]:
        return contact.stage, contact.get_stage_display()

    @column("opted out", ordering="opted_out", label={"yes": "danger"})
    def shown_opt_out(self, contact: Contact) -> tuple[str, str] | str:
        return ("yes", "Opted out") if contact.opted_out else ""

    @column("opted out")
    def opted_out_text(self, contact: Contact) -> str:
        return display_value(contact.opted_out)

    @column("values")
    def shown_fields(self, contact: Contact) -> SafeString | str:
        """The values of the custom fields under their labels, in the order of the labels."""
        fields = CustomField.objects.for_workspace(contact.workspace_id).order_by("label")
        values = contact.custom_fields
        rows = [(field.label, display_value(values[field.key])) for field in fields if field.key in values]
        items = format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows)
        return format_html('<dl class="cs-facts cs-values">{}</dl>', items) if rows else "None"


def _list_action(action: ContactAction) -> Callable[..., HttpResponse | None]:
    """The action as Django calls it, with the contacts that were chosen in the list."""

    def act(page: ContactAdmin, request: HttpRequest, chosen: models.QuerySet[Contact]) -> HttpResponse | None:
        ids = list(chosen.values_list("pk", flat=True)[: MAX_CHOSEN + 1])
        if len(ids) <= MAX_CHOSEN:
            return HttpResponseRedirect(action.address(ids))
        messages.error(request, f"Choose at most {MAX_CHOSEN} contacts.")
        return None

    return act


@admin.register(ContactTag)
class ContactTagAdmin(TenantAdmin):
    """The tags in use and the contacts that have them, read-only."""

    list_display = ("tag", "contact", "added")
    list_select_related = ("contact",)
    fields = ("tag", "contact", "added")
    readonly_fields = ("tag", "added")
    keeps_history = False
    empty_text = (
        "Contacts are tagged over the API with a key that may write contacts. Who has which tag is listed here."
    )
    tag = field_column("tag", "name")
    added = datetime_column("added", "created_at")
    search_fields = ("name__istartswith",)
    search_help_text = "Beginning of a tag"
    ordering = ("name", "id")

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, normalization.tag(search_term))


class CustomFieldForm(TenantForm):
    """Key and type can be set only once, because the contacts' values are stored under the key."""

    choices = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text="For a field of type Choice: one allowed value a line.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["choices"] = "\n".join(map(str, self.instance.choices))

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        try:
            check_key(key)
            check_count(self.workspace)
        except InvalidValue as error:
            raise forms.ValidationError(f"{capfirst(error.detail)}.") from None
        if CustomField.objects.for_workspace(self.workspace).filter(key=key).exists():
            raise forms.ValidationError("A field with this key already exists.")
        return key

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "choices" in cleaned:
            try:
                field_type = cleaned.get("type", self.instance.type)
                cleaned["choices"] = read_choices(field_type, cleaned["choices"].splitlines())
            except InvalidValue as error:
                self.add_error("choices", f"{capfirst(error.detail)}.")
        return cleaned


@admin.register(CustomField)
class CustomFieldAdmin(TenantAdmin):
    """A custom field cannot be deleted, because contacts have values under its key."""

    viewers, adders, changers = ADMINS, ADMINS, ADMINS
    form = CustomFieldForm
    list_display = ("label", "key", "type", "shown_choices", "added")
    list_filter = ("type",)
    search_fields = ("key", "label")
    search_help_text = "Label or key"
    empty_text = "What you want to know of a contact beyond name and address: a company, a birthday, a plan."
    add_label = "New field"
    added = datetime_column("added", "created_at")
    ordering = ("label",)
    fields = ("label", "key", "type", "choices")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.fields}
        if change:
            update_custom_field(self.actor(request), obj.pk, **values)
        else:
            obj.pk = create_custom_field(self.actor(request), **values).pk

    @column("choices")
    def shown_choices(self, field: CustomField) -> str:
        return ", ".join(map(str, field.choices))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("key", "type") if obj else ()
