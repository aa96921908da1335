"""People > Contacts and tags; Settings > Custom fields."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from contacts.forms import ContactForm, CustomFieldForm
from contacts.models import Contact, ContactTag, CustomField
from contacts.normalization import fold
from contacts.services import update_contact
from crmsolid.workspaces.admin_base import ADMINS, WRITERS, TenantAdmin, TenantInline
from crmsolid.workspaces.admin_columns import column, datetime_column, field_column

STAGE_COLOURS = {"new": "info", "contacted": "primary", "replied": "warning", "qualified": "success", "won": "success"}


def told_value(value: Any) -> str:
    """A custom field's value in words."""
    return {True: "Yes", False: "No"}[value] if isinstance(value, bool) else str(value)


class TagInline(TenantInline):
    model = ContactTag
    fields = ("name", "added")
    readonly_fields = ("added",)
    show_change_link = False
    added = datetime_column("added", "created_at")
    verbose_name_plural = "tags"


@admin.register(Contact)
class ContactAdmin(TenantAdmin):
    """The keys a person is found by are kept by the services; here only what stands apart from them is edited."""

    changers = WRITERS
    form = ContactForm
    list_display = ("shown_name", "handle", "mail", "shown_stage", "score", "silenced", "added")
    list_filter = ("stage", "opted_out", "created_at")
    search_fields = ("search",)
    search_help_text = "Name, username or e-mail"
    ordering = ("-created_at", "-id")
    empty_text = "They come in with their first message, or over the API with a key that may write contacts."
    inlines = (TagInline,)
    fieldsets = (
        (None, {"fields": ("name", ("handle", "mail"), ("stage", "score"), "opted_out", ("phone", "time_zone"))}),
        ("Custom fields", {"fields": ("shown_fields",)}),
        ("More", {"fields": (("last_in", "last_out"), ("added", "changed"), "id")}),
    )
    readonly_fields = (
        *("id", "name", "handle", "mail", "score", "told_opt_out", "shown_fields"),
        *("last_in", "last_out", "added", "changed"),
    )
    mail = field_column("e-mail", "email")
    last_in = datetime_column("last wrote", "last_in_at")
    last_out = datetime_column("last written to", "last_out_at")
    added = datetime_column("added", "created_at")
    changed = datetime_column("changed", "updated_at")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Yes or no in words for who cannot change it: a red cross would look like a warning."""
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return fieldsets
        (head, first), *others = fieldsets
        fields = tuple("told_opt_out" if field == "opted_out" else field for field in first["fields"])
        return [(head, {**first, "fields": fields}), *others]

    @column("opted out")
    def told_opt_out(self, contact: Contact) -> str:
        return told_value(contact.opted_out)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Folded as the column is, so that search is blind to case in every script on every database."""
        for word in fold(search_term).split():
            queryset = queryset.filter(search__contains=word)
        return queryset, False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the service, with what was changed and nothing else: a call of the API may be writing the rest now."""
        given = {name: None if form.cleaned_data[name] == "" else form.cleaned_data[name] for name in form.changed_data}
        if given:
            update_contact(self.actor(request), obj.pk, given)

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
    def silenced(self, contact: Contact) -> tuple[str, str] | str:
        return ("yes", "Opted out") if contact.opted_out else ""

    @column("values")
    def shown_fields(self, contact: Contact) -> SafeString | str:
        """Under the labels that the workspace gave them, in the order of the labels."""
        fields = CustomField.objects.for_workspace(contact.workspace_id).order_by("label")
        values = contact.custom_fields
        told = [(field.label, told_value(values[field.key])) for field in fields if field.key in values]
        rows = format_html_join("", "<dt>{}</dt><dd>{}</dd>", told)
        return format_html('<dl class="cs-facts cs-values">{}</dl>', rows) if told else "None"


@admin.register(ContactTag)
class ContactTagAdmin(TenantAdmin):
    """Who has which tag."""

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


@admin.register(CustomField)
class CustomFieldAdmin(TenantAdmin):
    """A field stays once it is made: contacts keep values under its key."""

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

    @column("choices")
    def shown_choices(self, field: CustomField) -> str:
        return ", ".join(map(str, field.choices))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("key", "type") if obj else ()
