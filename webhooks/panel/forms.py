"""Forms of Settings > Webhooks. Addresses, events and secrets are validated by the services."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms

from crmsolid.api.fields import matches
from crmsolid.core import clock
from crmsolid.events.catalogue import event_types, wildcards
from crmsolid.panel.components.forms import EditForm, ServiceForm, SubmitOnceForm

ALL, SOME = "all", "some"
OVERLAPS = {"0": timedelta(0), "1h": timedelta(hours=1), "24h": timedelta(hours=24), "7d": timedelta(days=7)}


class UncheckedChoices(forms.MultipleChoiceField):
    """Offers choices but leaves it to the service to refuse others."""

    def valid_value(self, value: Any) -> bool:
        return True


class SecretField(forms.CharField):
    """A chosen secret, not stripped and never rendered again. None if it is left empty."""

    def __init__(self, help_text: str) -> None:
        # Browsers ignore "off" for passwords; with "new-password" they ask before they save it.
        widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password", "spellcheck": "false"})
        options: dict[str, Any] = {"required": False, "strip": False, "empty_value": None}
        super().__init__(label="Your own secret", widget=widget, help_text=help_text, **options)


class SecretTextarea(forms.Textarea):
    """Never rendered again with what was typed."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class EndpointForm(EditForm, ServiceForm):
    """The address, the events, and what is sent beside them. Of the headers only the names can be shown, so the form
    takes those that are set and those that are removed."""

    units = (("which", "events"),)

    url = forms.CharField(
        label="Address",
        error_messages={"required": "Give the address of your receiver."},
        widget=forms.TextInput(
            attrs={
                "inputmode": "url",
                "autocapitalize": "off",
                "spellcheck": "false",
                "placeholder": "https://your-app.example.com/webhooks/crm",
            }
        ),
    )
    which = forms.ChoiceField(
        choices=[(ALL, "All events"), (SOME, "Only some")],
        initial=SOME,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is sent."},
    )
    events = UncheckedChoices(required=False, widget=forms.CheckboxSelectMultiple)
    description = forms.CharField(label="What it is for", required=False)
    account_ids = UncheckedChoices(label="Accounts", required=False, widget=forms.CheckboxSelectMultiple)
    headers = forms.CharField(
        label="Headers to set",
        required=False,
        help_text="One a line, as Name: value. A value is encrypted and never shown again.",
        widget=SecretTextarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": "Authorization: Bearer …"}),
    )
    remove_headers = UncheckedChoices(label="Headers to remove", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, accounts: dict[int, str], names: Sequence[str] = (), **kwargs: Any) -> None:
        """``accounts`` are the names of the workspace's accounts by id, ``names`` those of the headers that are set."""
        super().__init__(*args, **kwargs)
        choices = {
            "events": event_choices(),
            "account_ids": [(pk, f"{name} (#{pk})") for pk, name in accounts.items()],
            "remove_headers": [(name, name) for name in names],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def clean_account_ids(self) -> list[int]:
        sent = self.cleaned_data["account_ids"]
        if not all(matches("^[1-9][0-9]{0,17}$", each) for each in sent):
            raise forms.ValidationError("Choose accounts of this workspace.")
        return [int(each) for each in sent]

    def clean_headers(self) -> dict[str, str | None]:
        lines = [line.strip() for line in self.cleaned_data["headers"].splitlines() if line.strip()]
        if not all(":" in line for line in lines):
            raise forms.ValidationError("Write each line as Name: value.")
        pairs = [line.split(":", 1) for line in lines]
        headers = {name.strip(): value.strip() for name, value in pairs}
        if len(headers) < len(pairs):
            raise forms.ValidationError("Name each header once.")
        return dict(headers)

    def options(self) -> dict[str, Any]:
        """The keyword arguments of ``update_endpoint``."""
        values = self.cleaned_data
        return {
            "url": values["url"],
            "events": ["*"] if values["which"] == ALL else values["events"],
            "description": values["description"],
            "account_ids": values["account_ids"],
            "headers": {**dict.fromkeys(values["remove_headers"]), **values["headers"]},
        }


def event_choices() -> list[tuple[str, str]]:
    """What an endpoint can subscribe to, in words: each wildcard before its types."""
    choices = {each.name: each.description.replace("`", "") for each in event_types() if each.subscribable}
    for wildcard in wildcards():
        choices[wildcard] = "All of these, and those that are added later."
    return sorted(choices.items())


class NewEndpointForm(SubmitOnceForm, EndpointForm):
    """With an optional secret; without it one is generated."""

    kind = "whk"
    secret = SecretField("1 to 255 visible characters, no spaces.")

    def options(self) -> dict[str, Any]:
        """The keyword arguments of ``create_endpoint``."""
        return {**super().options(), "secret": self.cleaned_data["secret"], "new_id": self.cleaned_data["once"]}


class RotateForm(ServiceForm):
    """``replaces`` is the fingerprint of the secret that the page was about, so that a form submitted twice rotates
    once."""

    replaces = forms.CharField(widget=forms.HiddenInput)
    overlap = forms.ChoiceField(
        label="The old one keeps working for another",
        choices=[("24h", "24 hours"), ("1h", "1 hour"), ("7d", "7 days"), ("0", "Not at all: it ends now")],
    )
    secret = SecretField("Empty: one is made and shown once.")

    field_names: ClassVar[dict[str, str]] = {"overlap_seconds": "overlap"}

    def options(self) -> dict[str, Any]:
        """The keyword arguments of ``rotate_secret``."""
        values = self.cleaned_data
        return {"secret": values["secret"], "overlap": OVERLAPS[values["overlap"]], "replaces": values["replaces"]}


class ReplayForm(ServiceForm):
    """Since when to send again what failed."""

    since = forms.DateTimeField(
        label="Since",
        error_messages={"required": "Give a date and a time."},
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )

    def clean_since(self) -> datetime:
        """A past time that can be compared in any time zone."""
        since: datetime = self.cleaned_data["since"]
        if since.year < 2000 or since > clock.now():
            raise forms.ValidationError("Give a time that has passed, after 2000.")
        return since


class DeleteForm(forms.Form):
    confirm = forms.BooleanField(error_messages={"required": "Tick the box to delete the endpoint."})
