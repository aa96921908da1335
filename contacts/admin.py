"""People > Contacts and tags; Settings > Custom fields."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from contacts.forms import ContactForm, CustomFieldForm
from contacts.identity import fold
from contacts.models import Contact, ContactTag, CustomField
from contacts.services import update_contact
from crmsolid.workspaces.admin_base import ADMINS, WRITERS, TenantAdmin, TenantInline
from crmsolid.workspaces.admin_parts import column, pretty_json

STAGE_COLOURS = {"new": "info", "contacted": "primary", "replied": "warning", "qualified": "success", "won": "success"}


class TagInline(TenantInline):
    model = ContactTag
    fields = ("name", "created_at")
    readonly_fields = ("created_at",)
    show_change_link = False
    verbose_name_plural = "tags"


@admin.register(Contact)
class ContactAdmin(TenantAdmin):
    """The keys a person is found by are kept by the services; here only what stands apart from them is edited."""

    changers = WRITERS
    form = ContactForm
    list_display = ("shown_name", "handle", "email", "shown_stage", "score", "silenced", "created_at")
    list_filter = ("stage", "opted_out", "created_at")
    search_fields = ("search",)
    search_help_text = "Name, username or e-mail"
    ordering = ("-created_at", "-id")
    inlines = (TagInline,)
    fieldsets = (
        (None, {"fields": ("name", ("handle", "email"), ("stage", "score"), "opted_out", ("phone", "time_zone"))}),
        ("More", {"fields": ("id", "shown_fields", ("last_in_at", "last_out_at"), ("created_at", "updated_at"))}),
    )
    readonly_fields = (
        *("id", "name", "handle", "email", "score", "shown_fields"),
        *("last_in_at", "last_out_at", "created_at", "updated_at"),
    )

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
            update_contact(self.seat(request).actor(request), obj.pk, given)

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

    @column("custom fields")
    def shown_fields(self, contact: Contact) -> Any:
        return pretty_json(contact.custom_fields)


@admin.register(ContactTag)
class ContactTagAdmin(TenantAdmin):
    """Who has which tag."""

    list_display = ("name", "contact", "created_at")
    list_select_related = ("contact",)
    search_fields = ("name__istartswith",)
    search_help_text = "Beginning of a tag"
    ordering = ("name", "id")


@admin.register(CustomField)
class CustomFieldAdmin(TenantAdmin):
    """A field stays once it is made: contacts keep values under its key."""

    adders, changers = ADMINS, ADMINS
    form = CustomFieldForm
    list_display = ("label", "key", "type", "shown_choices", "created_at")
    list_filter = ("type",)
    search_fields = ("key", "label")
    ordering = ("label",)
    fields = ("label", "key", "type", "choices")

    @column("choices")
    def shown_choices(self, field: CustomField) -> str:
        return ", ".join(map(str, field.choices))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("key", "type") if obj else ()
