"""Forms of Settings > API Keys: a new key, a rotation, a revocation."""

from datetime import datetime, time
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from apikeys.commands import parse_duration
from apikeys.services import MAX_NAME, MAX_RATE_LIMIT
from crmsolid.core import clock
from crmsolid.panel.components.forms import EditForm, ServiceForm, SubmitOnceForm
from crmsolid.workspaces.models import User, Workspace
from crmsolid.workspaces.scopes import ALL_SCOPES, Scope

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


class NewKeyForm(SubmitOnceForm):
    """No access is chosen at first: a key gets what somebody chose and no more."""

    kind = "key"

    environment = forms.ChoiceField(widget=forms.RadioSelect)
    name = forms.CharField(max_length=MAX_NAME)
    access = forms.ChoiceField(choices=ACCESS, required=False, widget=forms.RadioSelect)
    scopes = forms.MultipleChoiceField(choices=Scope.choices, required=False, widget=forms.CheckboxSelectMultiple)
    expires = forms.ChoiceField(choices=LIFETIMES, required=False)
    last_day = forms.DateField(label="Last day", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    allowed_networks = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    rate_limit = forms.IntegerField(required=False, min_value=1, max_value=MAX_RATE_LIMIT)

    field_names: ClassVar[dict[str, str]] = {"expires_at": "expires"}

    def __init__(self, user: User, live: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["last_day"].help_text = f"It works to the end of this day in your time zone, {zone}."
        self.workspaces = {str(workspace.pk): workspace for workspace in (live, live.twin)}
        choices = [(value, workspace.get_mode_display()) for value, workspace in self.workspaces.items()]
        self.fields["environment"].choices = choices  # type: ignore[attr-defined]

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
        }


class RotateForm(SubmitOnceForm):
    """How much longer the old key works."""

    kind = "key"

    overlap = forms.ChoiceField(choices=OVERLAPS)

    def options(self) -> dict[str, Any]:
        """The keyword arguments of ``rotate_key``."""
        return {
            "overlap": parse_duration(self.cleaned_data["overlap"], "overlap"),
            "new_id": self.cleaned_data["once"],
        }


class RenameForm(EditForm, ServiceForm):
    name = forms.CharField(label="New name", max_length=MAX_NAME)


class RevokeForm(forms.Form):
    confirm = forms.BooleanField(error_messages={"required": "Tick the box to revoke the key."})
