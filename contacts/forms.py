"""What forms of the panel share: conditions on contacts, and durations."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from contacts.normalization import format_duration, parse_duration
from contacts.segments import builder, fields
from contacts.segments.builder import Group
from contacts.segments.conditions import ConditionErrors, definitions_of, describe, load_condition
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.core.periods import UNITS
from crmsolid.panel.components.comboboxes import ComboboxLines
from crmsolid.panel.components.forms import EditForm
from crmsolid.workspaces.models import Workspace

_ISO_UNITS = {"days": "P{}D", "hours": "PT{}H", "minutes": "PT{}M", "seconds": "PT{}S"}
_MAX_NUMBER = 99_999_999


class LinesField(forms.CharField):
    """Text of several lines. Browsers send them with CR LF. ``suggest`` is the kind of a combobox."""

    def __init__(self, rows: int, *, required: bool = False, suggest: str = "", **options: Any) -> None:
        attrs = {"rows": rows}
        widget = ComboboxLines(suggest, attrs) if suggest else forms.Textarea(attrs)
        super().__init__(required=required, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class ConditionWidget(forms.Widget):
    """The rows of a condition. Its buttons send the form with a step, ``NAME:do``, which changes the rows; who gets the
    form asks :meth:`was_stepped` and shows it again. Without JavaScript that is all; with htmx the rows alone are
    loaded again, at each change of a field too."""

    template_name = "panel/condition.html"

    def __init__(self, known: Mapping[str, fields.ConditionField]) -> None:
        super().__init__()
        self.known = known
        self._sent: tuple[Any, Group] | None = None

    def format_value(self, value: Any) -> str:
        """The condition, JSON or rows, as text: the same for a condition and for the rows that it is shown in."""
        group = value if isinstance(value, Group) else self._rows(value)
        return strictjson.dumps(builder.to_json(group, self.known)).decode()

    def was_stepped(self, data: Any, name: str) -> bool:
        """Whether a button of the rows sent this form, so that nothing else is to be done with it."""
        return f"{name}:do" in data

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Group:
        """The rows that were sent, after the step. The same object each time, on which errors are put."""
        if self._sent is None or self._sent[0] is not data:
            group = builder.from_form(data, name)
            builder.step(group, data.get(f"{name}:do", ""))
            builder.settle(group, self.known)
            self._sent = data, group
        return self._sent[1]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}::mode" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        group = value if isinstance(value, Group) else self._rows(value)
        context = super().get_context(name, None, attrs)
        return {**context, "name": name, "root": builder.shown(group, self.known), "modes": builder.MODES.items()}

    def _rows(self, condition: Any) -> Group:
        return Group() if condition is None else builder.from_json(condition)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = self.get_context(name, value, attrs)
        return mark_safe(render_to_string(self.template_name, context))


class ConditionField(forms.Field):
    """A condition on contacts, chosen in rows; its value is the JSON, None without rows if it is not required.

    ``parse_condition`` checks the JSON, in the services; :meth:`show_errors` puts what is wrong at its row.
    """

    widget: ConditionWidget

    def __init__(self, workspace: Workspace, **options: Any) -> None:
        self.known = builder.known_fields(definitions_of(workspace))
        super().__init__(widget=ConditionWidget(self.known), **options)

    def clean(self, value: Any) -> Any:
        if not isinstance(value, Group):  # the stored condition, which nobody has touched
            return value
        if not self.required and not value.parts:
            return None
        return builder.to_json(value, self.known)

    def show_errors(self, form: forms.BaseForm, name: str, errors: Iterable[FieldError]) -> None:
        """Put the errors of a condition, whose paths begin with the name of this field, at their rows."""
        group = self.widget.value_from_datadict(form.data, None, name)
        own = [each for each in errors if each.field.startswith(name)]
        for text in builder.show_errors(group, own, name):
            form.add_error(name, text)
        if own and name not in form.errors:
            form.add_error(name, "Correct the conditions that are marked.")


class FilterForm(EditForm, forms.Form):
    """A filter of contacts, and the name under which it is saved."""

    name = forms.CharField(max_length=100, required=False, label="Name")

    def __init__(self, workspace: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["filter"] = ConditionField(workspace, label="Contacts for whom")
        self.workspace = workspace

    def stored_text(self, name: str) -> str:
        if name != "filter":
            return super().stored_text(name)
        with suppress(ConditionErrors):
            return describe(load_condition(self.workspace, self["filter"].initial))
        return ""

    @property
    def was_stepped(self) -> bool:
        """Whether a button of the rows was pressed."""
        return self.is_bound and "filter:do" in self.data

    def add_domain_error(self, error: DomainError) -> None:
        """A service's refusal beside what it is about."""
        field = self.fields["filter"]
        assert isinstance(field, ConditionField)
        field.show_errors(self, "filter", error.errors)
        for each in error.errors:
            if not each.field.startswith("filter"):
                self.add_error(each.field if each.field in self.fields else None, capfirst(each.detail))
        if not error.errors:
            self.add_error("filter", capfirst(error.detail))


class TagsForm(forms.Form):
    """Tags to add and to remove, one a line."""

    add = LinesField(3, suggest="tags", label="Add these tags", help_text="One tag a line.")
    remove = LinesField(3, suggest="tags", label="Remove these tags", help_text="One tag a line.")

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
