"""Settings > Custom fields."""

from typing import Any

from django import forms
from django.forms import Textarea
from django.http import HttpRequest
from django.utils.text import capfirst

from contacts.custom_fields import (
    check_count,
    check_key,
    create_custom_field,
    read_choices,
    update_custom_field,
)
from contacts.models import CustomField, FieldType
from contacts.normalization import InvalidValue
from contacts.segments.fields import CUSTOM
from contacts.uses import find_field_uses
from crmsolid.core import strictjson
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_base import TenantAdmin, TenantForm
from crmsolid.panel.components.admin_columns import column, datetime_column
from crmsolid.workspaces.actor import ADMINS


class CustomFieldForm(TenantForm):
    """Key and type can be set only once, because the contacts' values are stored under the key."""

    choices = forms.CharField(
        required=False,
        widget=Textarea(attrs={"rows": 5}),
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


class CustomFieldAdmin(TenantAdmin):
    """A custom field cannot be deleted, because contacts have values under its key."""

    viewers, adders, changers = ADMINS, ADMINS, ADMINS
    form = CustomFieldForm
    form_after_template = "panel/custom_field_uses.html"
    list_display = ("label", "key", "type", "shown_choices", "added")
    list_filter = ("type",)
    services_audit = True
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
            update_custom_field(self.actor(request), obj.key, **values)
        else:
            obj.pk = create_custom_field(self.actor(request), **values).pk

    @column("choices")
    def shown_choices(self, field: CustomField) -> str:
        return ", ".join(map(str, field.choices))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("key", "type") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only a field of type Choice has choices; for a new one the type is not known yet."""
        has_choices = obj is None or obj.type == FieldType.CHOICE
        return self.fields if has_choices else [name for name in self.fields if name != "choices"]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        field = context.get("original")
        if field is not None:
            having = strictjson.dumps({"field": f"{CUSTOM}{field.key}", "op": "exists", "value": True}).decode()
            uses = [(use, panel_url(use.page, use.pk)) for use in find_field_uses(field)]
            address = panel_url("contacts_contact_changelist", query={"filter": having})
            context = {**context, "uses": uses, "contacts_address": address}
        return super().render_change_form(request, context, *args, **kwargs)
