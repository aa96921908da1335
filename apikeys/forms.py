"""Forms of Settings > API Keys: what is asked for a new key and for a rotation."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.core import signing

from apikeys.services import MAX_NAME, MAX_RATE_LIMIT
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import is_id, new_id
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
FORM_LIVES = timedelta(days=1)


class OnceForm(forms.Form):
    """Carries the id that the new key will have, signed for its user. A page that is sent again (a reload, a double
    click) asks for the same id, which exists by then: no second key is made and no token is shown again."""

    once = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signer = signing.TimestampSigner(salt=f"apikeys.once:{user.pk}")
        self.initial.setdefault("once", self.signer.sign(new_id("key")))

    def clean_once(self) -> str:
        try:
            identity = self.signer.unsign(self.cleaned_data["once"], max_age=FORM_LIVES)
        except signing.BadSignature:
            raise forms.ValidationError("This page is too old. Open it again.") from None
        if not is_id("key", identity):
            raise forms.ValidationError("This page is too old. Open it again.")
        return identity

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal beside the fields it is about."""
        for problem in error.errors:
            self.add_error(self.field_of(problem.field), problem.detail)
        if not error.errors:
            self.add_error(None, error.detail)

    def field_of(self, name: str) -> str | None:
        return name if name in self.fields else None


class NewKeyForm(OnceForm):
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

    def field_of(self, name: str) -> str | None:
        return super().field_of(self.names_of_service.get(name, name))

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


class RotateForm(OnceForm):
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
