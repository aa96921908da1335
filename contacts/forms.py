"""Forms of the contact pages."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.text import capfirst
from unfold.widgets import UnfoldAdminTextareaWidget

from contacts.field_names import check_key
from contacts.models import CustomField, FieldType
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.admin_base import TenantForm

MAX_CHOICES = 100
HELP = {
    "opted_out": "While this is on, nothing is sent to this person.",
    "time_zone": "By its name, such as Europe/Berlin.",
}


class ContactForm(TenantForm):
    """What may be changed by hand without touching the keys a person is found by."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, help_text in HELP.items():
            if name in self.fields:  # who may not change the contact has none
                self.fields[name].help_text = help_text

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"].strip()
        if zone and zone not in available_timezones():
            raise forms.ValidationError("Give a time zone by its name, such as Europe/Berlin.")
        return zone


class CustomFieldForm(TenantForm):
    """Key and type are chosen once: the values of every contact are kept under them."""

    choices = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text="For a field of type Choice: one allowed value a line.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["choices"] = "\n".join(map(str, self.instance.choices))

    def clean_key(self) -> str:
        try:
            key = check_key(self.cleaned_data["key"])
        except DomainError as error:
            raise forms.ValidationError(capfirst(error.detail)) from None
        if CustomField.objects.for_workspace(self.workspace).filter(key=key).exists():
            raise forms.ValidationError("A field with this key already exists.")
        return key

    def clean_choices(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["choices"].splitlines()]
        values = list(dict.fromkeys(line for line in lines if line))
        if len(values) > MAX_CHOICES:
            raise forms.ValidationError(f"A field has at most {MAX_CHOICES} choices.")
        return values

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_choice = cleaned.get("type", self.instance.type) == FieldType.CHOICE
        if is_choice and not cleaned.get("choices") and "choices" not in self.errors:
            self.add_error("choices", "Give at least one value to choose from.")
        if not is_choice:
            cleaned["choices"] = []
        return cleaned
