"""The forms of Settings > Scoring. They build the JSON that ``definition`` reads, and show its errors."""

from typing import Any

from django import forms
from django.utils.text import capfirst

from contacts.scoring.definition import MAX_DAILY_CAP, MAX_NAME, MAX_VALUE, Definition
from contacts.scoring.models import MAX_POINTS, Times, Trigger
from contacts.scoring.services import MAX_NOTE
from crmsolid.core.errors import DomainError

VALUE_HELP = (
    "The tag, the stage or the sequence; empty for any. For a field its key, or key=value. "
    "For silence how long it lasts: PT12H, P3D."
)


class RuleForm(forms.Form):
    """A scoring rule."""

    name = forms.CharField(max_length=MAX_NAME)
    on = forms.ChoiceField(label="Gives points when", choices=Trigger.choices)
    value = forms.CharField(label="Which", required=False, max_length=MAX_VALUE, help_text=VALUE_HELP)
    points = forms.IntegerField(min_value=-MAX_POINTS, max_value=MAX_POINTS)
    times = forms.ChoiceField(label="How often", choices=Times.choices)
    daily_cap = forms.IntegerField(
        label="At most so many points a day", required=False, min_value=1, max_value=MAX_DAILY_CAP
    )
    half_life = forms.CharField(label="Half of them are left after", required=False, help_text="Such as P30D: 30 days.")

    def as_json(self) -> dict[str, Any]:
        """What was filled in, as ``read_definition`` takes it."""
        return {**self.cleaned_data, "half_life": self.cleaned_data["half_life"].strip() or None}

    def add_domain_error(self, error: DomainError) -> None:
        """A service's refusal beside the field that it is about."""
        for each in error.errors:
            self.add_error(each.field, capfirst(each.detail))


class ScoreForm(forms.Form):
    """A change of a contact's score by hand."""

    points = forms.IntegerField(
        label="Points to add or to take away", min_value=-MAX_POINTS, max_value=MAX_POINTS, initial=10
    )
    note = forms.CharField(required=False, max_length=MAX_NOTE)


def describe(definition: Definition) -> str:
    """What a rule does, in a sentence."""
    value, which = definition.value, f" {definition.value}" if definition.value else ""
    what = {
        Trigger.REPLY: "the contact writes",
        Trigger.TAG: f"the contact gets the tag{which}" if value else "the contact gets a tag",
        Trigger.STAGE: f"the contact comes to the stage{which}" if value else "the contact comes to another stage",
        Trigger.SEQUENCE_COMPLETED: f"the contact finishes the sequence{which or ' (any)'}",
        Trigger.SILENCE: f"the contact has not answered for{which}",
        Trigger.FIELD: f"the field{which.replace('=', ' becomes ', 1)}" if "=" in value else f"the field{which} is set",
    }[definition.trigger]
    parts = [
        f"{definition.points:+} points {'the first time' if definition.times == Times.ONCE else 'each time'} {what}"
    ]
    if definition.daily_cap is not None:
        parts.append(f"at most {definition.daily_cap} a day")
    if definition.half_life is not None:
        parts.append(f"half of them are left after {definition.as_json()['half_life']}")
    return "; ".join(parts)
