"""What forms of the panel share: conditions on contacts, and durations."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.text import capfirst

from contacts.durations import UNITS, format_duration, parse_duration
from contacts.models import CustomField
from contacts.segments import fields
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.models import Workspace

CONDITION_EXAMPLES = (
    '{"field": "tag", "op": "is", "value": "vip"}',
    '{"field": "stage", "op": "in", "value": ["replied", "qualified"]}',
)

_ISO_UNITS = {"days": "P{}D", "hours": "PT{}H", "minutes": "PT{}M", "seconds": "PT{}S"}
_MAX_NUMBER = 99_999_999


def condition_help(workspace: Workspace) -> dict[str, Any]:
    """The context of ``panel/condition_help.html``."""
    return {"condition_examples": CONDITION_EXAMPLES, "condition_fields": condition_fields(workspace)}


def condition_fields(workspace: Workspace) -> list[tuple[str, str]]:
    """The fields that conditions may name and the operators they take, as texts. Fields with the same operators are
    together."""
    custom = map(fields.custom, CustomField.objects.for_workspace(workspace).order_by("key"))
    names: dict[tuple[fields.Op, ...], list[str]] = {}
    for field in (*fields.FIELDS.values(), *custom):
        names.setdefault(fields.OPS[field.kind], []).append(field.name)
    return [(", ".join(same), ", ".join(operators)) for operators, same in names.items()]


class LinesField(forms.CharField):
    """Text of several lines. Browsers send them with CR LF."""

    def __init__(self, rows: int, **options: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": rows}), **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class ConditionField(LinesField):
    """The JSON of a condition; None if it is left empty."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return strictjson.loads(text.encode())
        except (strictjson.MalformedJSON, strictjson.NullCharacter) as error:
            raise forms.ValidationError(f"This is not JSON: {error}.") from None


class SegmentForm(forms.Form):
    """A segment: its name, and its filter as JSON."""

    name = forms.CharField(max_length=100)
    filter = ConditionField(8, label="Filter")

    def clean_filter(self) -> Any:
        if self.cleaned_data["filter"] is None:
            raise forms.ValidationError("Give a filter.")
        return self.cleaned_data["filter"]

    def add_domain_error(self, error: DomainError) -> None:
        """A service's refusal beside the field that it is about; a wrong part of the filter with its path."""
        for each in error.errors:
            field, _, path = each.field.partition(".")
            at = path or each.field.removeprefix(field)
            self.add_error(field, f"At {at}: {each.detail}" if at else capfirst(each.detail))


class TagsForm(forms.Form):
    """Tags to add and to remove, one a line."""

    add = LinesField(3, label="Add these tags")
    remove = LinesField(3, label="Remove these tags")

    def clean(self) -> dict[str, Any]:
        values = {name: _lines(self.cleaned_data.get(name, "")) for name in ("add", "remove")}
        if not any(values.values()):
            raise forms.ValidationError("Give at least one tag.")
        return values


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


class DurationWidget(forms.MultiWidget):
    """A number and its unit. ``unit`` is that of no duration."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        number = forms.NumberInput(attrs={"min": 0, "aria-label": "Number"})
        units = forms.Select(choices=[(each, each) for each in UNITS], attrs={"aria-label": "Unit"})
        super().__init__({"number": number, "unit": units}, attrs={"class": "cs-duration"})

    def decompress(self, value: str | None) -> list[Any]:
        """The number of the largest unit that the ISO 8601 duration is a multiple of."""
        duration = parse_duration(value) if value else timedelta(0)
        if not duration:
            return [0, self.unit]
        unit = next(name for name, length in UNITS.items() if not duration % length)
        return [duration // UNITS[unit], unit]


class DurationField(forms.MultiValueField):
    """A duration in ISO 8601. ``unit`` is chosen at first."""

    def __init__(self, unit: str = "minutes", **options: Any) -> None:
        number = forms.IntegerField(required=False, min_value=0, max_value=_MAX_NUMBER)
        units = forms.ChoiceField(choices=[(each, each) for each in UNITS])
        widget = DurationWidget(unit)
        super().__init__((number, units), required=False, require_all_fields=False, widget=widget, **options)

    def compress(self, values: list[Any]) -> str:
        number, unit = values or (None, "minutes")
        return format_duration(timedelta(0)) if not number else _ISO_UNITS[unit].format(number)
