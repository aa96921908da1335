"""Forms of Settings > Webhooks. Addresses, events and secrets are validated by the services."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms

from crmsolid.core import clock
from crmsolid.events.catalogue import event_types, subscribable_names
from crmsolid.panel.components.forms import EditForm, ServiceForm, SubmitOnceForm

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


class EndpointForm(EditForm, ServiceForm):
    """The address and the event types."""

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
        choices=[("all", "All events"), ("some", "Only some")],
        initial="some",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is sent."},
    )
    events = UncheckedChoices(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.name, each.description.replace("`", "")) for each in event_types() if each.subscribable]
        self.fields["events"].choices = choices  # type: ignore[attr-defined]

    def options(self) -> dict[str, Any]:
        """The keyword arguments of ``update_endpoint``."""
        values = self.cleaned_data
        return {"url": values["url"], "events": subscribable_names() if values["which"] == "all" else values["events"]}


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
