"""The forms of Settings > Scoring. They build the JSON that ``definition`` reads, and show its errors."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.text import capfirst

from contacts.custom_fields import by_key
from contacts.durations import format_duration, parse_duration
from contacts.forms import DurationField
from contacts.models import Stage
from contacts.scoring.definition import MAX_DAILY_CAP, MAX_NAME, MAX_VALUE, Definition
from contacts.scoring.models import MAX_POINTS, Times, Trigger
from contacts.scoring.services import MAX_NOTE
from crmsolid.core.durations import duration_text
from crmsolid.core.errors import DomainError
from crmsolid.panel.components.forms import EditForm
from crmsolid.workspaces.models import Workspace

NONE = format_duration(timedelta(0))
# Stages that a contact can come to.
STAGES = [("", "Any stage"), *((stage.value, stage.label) for stage in Stage if stage != Stage.NEW)]
# Which field of the form has the value of a rule with this trigger.
VALUE_FIELDS = {
    Trigger.TAG: "tag",
    Trigger.STAGE: "stage",
    Trigger.SEQUENCE_COMPLETED: "sequence",
    Trigger.SILENCE: "silence",
    Trigger.FIELD: "field",
}


class RuleForm(EditForm, forms.Form):
    """A scoring rule."""

    units = (("on", *VALUE_FIELDS.values(), "field_value"),)

    name = forms.CharField(max_length=MAX_NAME)
    on = forms.ChoiceField(label="Gives points when", choices=Trigger.choices)
    tag = forms.CharField(required=False, max_length=MAX_VALUE, help_text="Empty: any tag.")
    stage = forms.ChoiceField(required=False, choices=STAGES)
    sequence = forms.CharField(required=False, max_length=MAX_VALUE, help_text="Its name. Empty: any sequence.")
    field = forms.ChoiceField(label="Custom field", required=False)
    field_value = forms.CharField(
        label="Gets the value", required=False, max_length=MAX_VALUE, help_text="Empty: any value."
    )
    points = forms.IntegerField(min_value=-MAX_POINTS, max_value=MAX_POINTS)
    times = forms.ChoiceField(label="How often", choices=Times.choices)
    daily_cap = forms.IntegerField(
        label="At most so many points a day", required=False, min_value=1, max_value=MAX_DAILY_CAP
    )
    half_life = DurationField("days", label="Half of them are left after", help_text="0 if they stay.")
    silence = DurationField("days", label="No answer for")

    def __init__(self, workspace: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, field.label) for key, field in by_key(workspace).items()]
        self.fields["field"].choices = [("", "Choose a field"), *choices]  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(definition: Definition) -> dict[str, Any]:
        """What the form of this rule shows at first."""
        shown = definition.as_json()
        name, value = VALUE_FIELDS.get(definition.trigger), shown.pop("value")
        if name == "field":
            key, _, wanted = value.partition("=")
            return {**shown, "field": key, "field_value": wanted}
        return {**shown, name: value} if name else shown

    def as_json(self) -> dict[str, Any]:
        """What was filled in, as ``read_definition`` takes it."""
        data = dict(self.cleaned_data)
        values = {name: data.pop(name) for name in VALUE_FIELDS.values()}
        wanted = data.pop("field_value")
        if values["field"] and wanted:
            values["field"] = f"{values['field']}={wanted}"
        name = VALUE_FIELDS.get(Trigger(data["on"]))
        half_life = None if data["half_life"] == NONE else data["half_life"]
        return {**data, "value": values[name] if name else "", "half_life": half_life}

    def add_domain_error(self, error: DomainError) -> None:
        """A service's refusal beside the field that it is about."""
        name = VALUE_FIELDS.get(self.cleaned_data["on"])
        for each in error.errors:
            field = name if each.field == "value" else each.field
            # The API takes a key there; the form has a list.
            is_unchosen = field == "field" and not self.cleaned_data["field"]
            self.add_error(field, "Choose a custom field." if is_unchosen else capfirst(each.detail))


class ScoreForm(forms.Form):
    """A change of a contact's score by hand."""

    points = forms.IntegerField(
        label="Points to add or to take away", min_value=-MAX_POINTS, max_value=MAX_POINTS, initial=10
    )
    note = forms.CharField(required=False, max_length=MAX_NOTE)


def describe(definition: Definition) -> str:
    """What a rule does, in a sentence."""
    parts = [
        f"{definition.points:+} points {'the first time' if definition.times == Times.ONCE else 'each time'}"
        f" {_occasion(definition.trigger, definition.value)}"
    ]
    if definition.daily_cap is not None:
        parts.append(f"at most {definition.daily_cap} a day")
    if definition.half_life is not None:
        parts.append(f"half of them are left after {duration_text(definition.half_life)}")
    return "; ".join(parts)


def _occasion(trigger: Trigger, value: str) -> str:
    match trigger:
        case Trigger.REPLY:
            return "the contact writes"
        case Trigger.TAG:
            return f"the contact gets the tag {value}" if value else "the contact gets a tag"
        case Trigger.STAGE:
            return f"the contact comes to the stage {value}" if value else "the contact comes to another stage"
        case Trigger.SEQUENCE_COMPLETED:
            return f"the contact finishes the sequence {value}" if value else "the contact finishes a sequence"
        case Trigger.SILENCE:
            return f"the contact has not answered for {duration_text(parse_duration(value))}"
        case Trigger.FIELD:
            key, equals, wanted = value.partition("=")
            return f"the field {key} becomes {wanted}" if equals else f"the field {key} is set"
