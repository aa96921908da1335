"""Forms of Settings > Webhooks. What is a good address, event or secret, the services judge."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms

from crmsolid.core import clock
from crmsolid.events.catalogue import EVENT_TYPES, PING, event_types
from crmsolid.workspaces.forms import ServiceForm, SubmitOnceForm

OVERLAPS = {
    "0": timedelta(0),
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
}


class OpenChoices(forms.MultipleChoiceField):
    """Offers choices without judging by them."""

    def valid_value(self, value: Any) -> bool:
        return True


class SecretField(forms.CharField):
    """A chosen secret: taken as typed, never given back. None when left empty."""

    def __init__(self) -> None:
        # "off" is not heeded for passwords; a browser that means to save a new one asks first.
        quiet = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password", "spellcheck": "false"})
        super().__init__(label="Your own secret", required=False, strip=False, empty_value=None, widget=quiet)


class EndpointForm(ServiceForm):
    """Where to send, and what."""

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
    events = OpenChoices(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(type.name, type.description.replace("`", "")) for type in event_types() if type.name != PING]
        self.fields["events"].choices = offered  # type: ignore[attr-defined]

    def options(self) -> dict[str, Any]:
        """The keyword arguments of ``update_endpoint``."""
        given = self.cleaned_data
        return {"url": given["url"], "events": EVENT_TYPES if given["which"] == "all" else given["events"]}


class NewEndpointForm(SubmitOnceForm, EndpointForm):
    """With a secret of one's own, or none: then one is generated."""

    kind = "whk"
    secret = SecretField()

    def options(self) -> dict[str, Any]:
        """The keyword arguments of ``create_endpoint``."""
        return {**super().options(), "secret": self.cleaned_data["secret"], "new_id": self.cleaned_data["once"]}


class RotateForm(ServiceForm):
    """``replaces`` names the secret that the page was about: sent again, it is another one by then."""

    replaces = forms.CharField(widget=forms.HiddenInput)
    overlap = forms.ChoiceField(
        label="The old one stays in force for another",
        choices=[
            ("24h", "24 hours"),
            ("1h", "1 hour"),
            ("7d", "7 days"),
            ("0", "Not at all: it ends now"),
        ],
    )
    secret = SecretField()

    field_names: ClassVar[dict[str, str]] = {"overlap_seconds": "overlap"}

    def options(self) -> dict[str, Any]:
        """The keyword arguments of ``rotate_secret``."""
        given = self.cleaned_data
        return {"secret": given["secret"], "overlap": OVERLAPS[given["overlap"]], "replaces": given["replaces"]}


class ReplayForm(ServiceForm):
    """From when on."""

    since = forms.DateTimeField(
        label="Since (UTC)",
        error_messages={"required": "Give a date and a time."},
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )

    def clean_since(self) -> datetime:
        """Within the years that both databases and all time zones know; there is no log of other times anyway."""
        since: datetime = self.cleaned_data["since"]
        if since.year < 2000 or since > clock.now():
            raise forms.ValidationError("Give a time that has passed, after 2000.")
        return since


class DeleteForm(forms.Form):
    confirm = forms.BooleanField(error_messages={"required": "Tick the box to delete the endpoint."})
