"""Forms of Settings > API Keys: what is asked for a new key and for a rotation."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms

from apikeys.services import MAX_NAME, MAX_RATE_LIMIT
from crmsolid.core import clock
from crmsolid.workspaces.forms import OnceForm
from crmsolid.workspaces.models import User, Workspace
from crmsolid.workspaces.scopes import DESCRIPTIONS, Scope

LIFETIMES = {"30d": timedelta(days=30), "90d": timedelta(days=90), "365d": timedelta(days=365)}
OVERLAPS = {
    "0": timedelta(0),
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}


class KeyForm(OnceForm):
    kind = "key"


class NewKeyForm(KeyForm):
    """Nothing is ticked beforehand: a key gets what somebody chose, no more."""

    side = forms.ChoiceField(label="Environment", widget=forms.RadioSelect)
    name = forms.CharField(max_length=MAX_NAME)
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, DESCRIPTIONS[scope]) for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one scope."},
    )
    lasts = forms.ChoiceField(
        label="Expires",
        choices=[
            ("", "Never"),
            ("30d", "In 30 days"),
            ("90d", "In 90 days"),
            ("365d", "In a year"),
            ("date", "On a day"),
        ],
        required=False,
    )
    last_day = forms.DateField(label="Last day (UTC)", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    allowed_networks = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    rate_limit = forms.IntegerField(required=False, min_value=1, max_value=MAX_RATE_LIMIT)

    names_of_service: ClassVar[dict[str, str]] = {"expires_at": "lasts"}

    def __init__(self, user: User, live: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.sides = {str(live.pk): live, str(live.twin.pk): live.twin}
        self.fields["side"].choices = [(key, place.get_mode_display()) for key, place in self.sides.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("lasts") == "date" and not cleaned.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", "Choose the key's last day.")
        return cleaned

    @property
    def workspace(self) -> Workspace:
        return self.sides[self.cleaned_data["side"]]

    def options(self) -> dict[str, Any]:
        """The keyword arguments of ``create_key``."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "scopes": [Scope(value) for value in given["scopes"]],
            "expires_at": self._expiry(),
            "rate_limit": given["rate_limit"],
            "allowed_networks": given["allowed_networks"].replace(",", "\n").splitlines(),
            "new_id": given["once"],
        }

    def _expiry(self) -> datetime | None:
        """The end of the last day, or so many days from now."""
        lasts, day = self.cleaned_data["lasts"], self.cleaned_data["last_day"]
        if lasts == "date":
            return datetime.combine(day, time.max, UTC)
        return clock.now() + LIFETIMES[lasts] if lasts else None


class RotateForm(KeyForm):
    """How long the old key goes on working."""

    overlap = forms.ChoiceField(
        choices=[
            ("24h", "24 hours"),
            ("1h", "1 hour"),
            ("7d", "7 days"),
            ("30d", "30 days"),
            ("0", "Not at all: it ends now"),
        ]
    )


class RevokeForm(forms.Form):
    confirm = forms.BooleanField(error_messages={"required": "Tick the box to revoke the key."})
