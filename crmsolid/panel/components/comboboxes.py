"""Fields with suggestions. Without a script each is a plain field of Django's; ``combobox.js`` makes a combobox of it.

The script finds a field by ``data-combo``, its kind:

- ``tags``: tags, one a line in a text area, separated by commas in a line; with ``data-single`` one tag alone
- ``people``: a contact, or several in a text area, one a line; the value is an id, or what somebody typed
- ``zone``: the name of a time zone
- ``date``: a day, of ``<input type="date">``
- ``hour``: a time of day; with ``data-midnight`` also 24:00
- ``choice``: one of the options of a ``<select>``
"""

import re
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from crmsolid.core.periods import time_zones
from crmsolid.panel.components.addresses import panel_url

# How many suggestions are shown at most.
LIMIT = 12
# The first parts of the names of zones, but for UTC and older names.
_REGIONS = frozenset(
    ["Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"]
)
_HOUR = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?", re.ASCII)


def attributes(kind: str) -> dict[str, str]:
    """The attributes with which the script finds a field, and its suggestions."""
    attrs = {"data-combo": kind, "autocomplete": "off"}
    if kind in ("tags", "people"):
        attrs["data-suggest"] = panel_url(f"suggest_{kind}")
    elif kind == "zone":
        attrs["data-suggest"] = reverse("account:time_zones")
    elif kind == "date":
        attrs["data-today"] = f"{timezone.localdate():%Y-%m-%d}"
    return attrs


class _Combobox(forms.Widget):
    """``kind`` as the module says. Addresses depend on the side of the request, so they are set when it is drawn."""

    def __init__(self, kind: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.kind = kind

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, {**attributes(self.kind), **(attrs or {})})


class Combobox(_Combobox, forms.TextInput):
    """A line."""


class ComboboxLines(_Combobox, forms.Textarea):
    """Several values, one a line."""


class ComboboxDate(_Combobox, forms.DateInput):
    """A day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__("date")
        self.format = "%Y-%m-%d"


class ZoneField(forms.CharField):
    """A time zone by its name, or by its city where only one zone has it. The services refuse others."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=Combobox("zone"), **options)

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value))
        wanted = text.lower().replace(" ", "_")
        found = [zone for zone in current_time_zones() if wanted in (zone.lower(), city_of(zone).lower())]
        return found[0] if len(found) == 1 else text


def current_time_zones() -> list[str]:
    """The names of all zones without the older names that some of them have too."""
    return [zone for zone in time_zones() if zone == "UTC" or zone.partition("/")[0] in _REGIONS]


def city_of(zone: str) -> str:
    """``New_York`` of ``America/New_York``."""
    return zone.rpartition("/")[2]


class HourField(forms.CharField):
    """A time of day such as "9", "930" or "9:30", which is 09:30. What is no time is left for others to refuse."""

    def __init__(self, *, midnight: bool = False, **options: Any) -> None:
        super().__init__(widget=Combobox("hour", {"data-midnight": ""} if midnight else None), **options)

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value))
        found = _HOUR.fullmatch(text)
        return f"{int(found[1]):02}:{found[2] or '00'}" if found else text
