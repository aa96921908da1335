"""Which days a page of analytics is about, as its address says."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms

from crmsolid.analytics.inputs import MAX_PERIODS, Span, earlier, read_span
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.periods import INTERVALS, Period, start_of_day
from crmsolid.workspaces.models import Workspace
from messaging.threads.received import REPLY_WINDOW

PRESETS = {
    "7": "Last 7 days",
    "30": "Last 30 days",
    "90": "Last 90 days",
    "last_week": "Last week",
    "this_month": "This month",
    "last_month": "Last month",
}
DEFAULT_PRESET = "30"
# Beyond them a time zone has no midnight that Python can tell.
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
# From so many days on, weeks and months are shown unless the address says otherwise.
WEEKS_FROM, MONTHS_FROM = 63, 366


class DaysForm(forms.Form):
    """Days of the workspace's time zone, both included."""

    first = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    interval = forms.ChoiceField(
        label="Over time, by", required=False, choices=[(each, each.capitalize()) for each in INTERVALS]
    )
    # Not a box: one that is not ticked is not sent, and would be the default.
    compare = forms.ChoiceField(
        label="Compare with", required=False, choices=[("on", "The days before"), ("off", "Nothing")]
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("first", "last"):
            if name in data and not EARLIEST <= data[name] < LATEST:
                self.add_error(name, f"Choose a day from {EARLIEST.year} on.")
        return data


@dataclass(frozen=True, slots=True)
class Days:
    """From ``first`` to ``last``, both included, by ``interval``. ``preset`` is empty for days that were typed.
    ``compares``: with as many days before."""

    preset: str
    first: date
    last: date
    interval: str
    compares: bool = True

    @property
    def encoded(self) -> str:
        """As parameters of an address."""
        return urlencode(self.pairs)

    @property
    def pairs(self) -> dict[str, Any]:
        is_default = self.compares == compares_by_default(self.first, self.last)
        compare = {} if is_default else {"compare": "on" if self.compares else "off"}
        if self.preset:
            return {"period": self.preset, **compare}
        return {"first": self.first, "last": self.last, "interval": self.interval, **compare}

    @property
    def number(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def title(self) -> str:
        return PRESETS.get(self.preset) or f"{self.first:%-d %b} to {self.last:%-d %b %Y}"

    def whole(self, workspace: Workspace) -> Period:
        """The time, which ends now if the last day is today."""
        zone = workspace.zone
        ends = min(start_of_day(self.last + timedelta(days=1), zone), clock.now())
        return Period(start_of_day(self.first, zone), ends)

    def span(self, workspace: Workspace) -> Span:
        """What a report takes. Errors: ``invalid_parameter``."""
        whole = self.whole(workspace)
        return read_span(workspace, {"from": whole.begins, "to": whole.ends, "interval": self.interval})

    def span_before(self, workspace: Workspace) -> Span | None:
        """The same of the days that these are compared with; None without a comparison."""
        if not self.compares:
            return None
        periods = earlier(self.span(workspace).periods, workspace.zone)
        return Span(Period(periods[0].begins, periods[-1].ends), periods, True)


def compares_by_default(first: date, last: date) -> bool:
    """Whether these days are compared with as many before if the address does not say: counting so many takes long."""
    return (last - first).days + 1 < WEEKS_FROM


def preset_days(preset: str, workspace: Workspace, compare: str = "") -> Days:
    """The days of a preset, as of now. ``compare``: ``on``, ``off``, or empty for the default."""
    today = clock.now().astimezone(workspace.zone).date()
    first, last = today, today
    if preset == "this_month":
        first = today.replace(day=1)
    elif preset == "last_month":
        last = today.replace(day=1) - timedelta(days=1)
        first = last.replace(day=1)
    elif preset == "last_week":
        first = today - timedelta(days=today.weekday() + 7)
        last = first + timedelta(days=6)
    else:
        first = today - timedelta(days=int(preset) - 1)
    return Days(preset, first, last, default_interval(first, last), _compares(compare, first, last))


def _compares(compare: str, first: date, last: date) -> bool:
    return compare == "on" or (compare != "off" and compares_by_default(first, last))


def read_days(data: Any, workspace: Workspace) -> tuple[Days, DaysForm]:
    """From a ``QueryDict``: the days, and the form that shows them. Where the form has errors, the days are the
    default."""
    preset, compare = data.get("period", ""), data.get("compare", "")
    if preset in PRESETS or not ("first" in data or "last" in data):
        days = preset_days(preset if preset in PRESETS else DEFAULT_PRESET, workspace, compare)
        return days, _form(days)
    form = DaysForm(data)
    if form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        interval = form.cleaned_data["interval"] or default_interval(first, last)
        days = Days("", first, last, interval, _compares(compare, first, last))
        try:
            days.span(workspace)
            return days, form if form.cleaned_data["interval"] else _form(days)
        except DomainError as error:
            field = error.errors[0].field
            if field == "interval":
                form.add_error("interval", f"That is more than {MAX_PERIODS}. Choose a longer one.")
            else:
                form.add_error("last", "It must not be before the first day, and the first day not in the future.")
    return preset_days(DEFAULT_PRESET, workspace), form


def _form(days: Days) -> DaysForm:
    compare = "on" if days.compares else "off"
    shown = {"first": days.first, "last": days.last, "interval": days.interval, "compare": compare}
    return DaysForm(initial=shown)


def default_interval(first: date, last: date) -> str:
    """Days, weeks or months, so that there are not too many of them."""
    number = (last - first).days + 1
    return "day" if number < WEEKS_FROM else "week" if number < MONTHS_FROM else "month"


def completeness(days: Days, complete_until: datetime, workspace: Workspace) -> str:
    """Which of these days have the final figures of what came of their messages, in words. ``complete_until`` is that
    of the report."""
    last = complete_until.astimezone(workspace.zone).date() - timedelta(days=1)
    complete, number = (last - days.first).days + 1, (days.last - days.first).days + 1
    window = f"An answer counts for {REPLY_WINDOW.days} days after its message."
    grow = "may still be answered: their replies, opt-outs and reply rates can still grow."
    if complete >= number:
        return f"{window} The figures of these days are complete."
    if complete <= 0:
        return f"{window} All messages of these days {grow} Choose earlier days to see complete figures."
    return (
        f"{window} The first {complete} of these {number} days, up to {last:%-d %b %Y}, are complete."
        f" Later messages {grow}"
    )


def label(begins: str, ends: str, interval: str, workspace: Workspace) -> str:
    """A period of a report in words: a day, the days of a week, a month."""
    zone = workspace.zone
    first = _read(begins).astimezone(zone).date()
    last = (_read(ends) - timedelta(microseconds=1)).astimezone(zone).date()
    if interval == "month":
        return f"{first:%B %Y}"
    if interval == "day" or first == last:
        return f"{first:%-d %b %Y}"
    return f"{first:%-d %b} to {last:%-d %b %Y}"


def short_label(begins: str, interval: str, workspace: Workspace) -> str:
    """A period as it stands at an axis: its first day, or the month."""
    first = _read(begins).astimezone(workspace.zone).date()
    return f"{first:%b %Y}" if interval == "month" else f"{first:%-d %b}"


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
