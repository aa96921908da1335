"""Analytics: a page for each report, and the list of what one of its figures counts.

The figures are those that the API answers. The address says the days and, with ``only``, the one sequence, broadcast or
account; with ``csv`` the answer is a file, ``figures`` or ``series``.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from contacts.export import cell
from contacts.models import Stage
from crmsolid.analytics.panel.days import PRESETS, Days, completeness, label, read_days
from crmsolid.analytics.reports import read_report
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.tenant_page import TenantPage

HEIGHT = 100
STEP = 10
BAR = 8


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar for each period, in a box of ``width`` by ``HEIGHT`` that the page stretches: in ``path`` those that are
    final, in ``growing`` the others. ``most`` is the highest value, empty if it is 0, and ``when`` the first period
    that has it."""

    title: str
    total: str
    most: str
    when: str
    path: str
    growing: str
    width: int


def bars(title: str, labels: Sequence[str], values: Sequence[int], final: int) -> Chart:
    """The chart of these values, of which there is at least one. So many of them, from the first on, are final."""
    most = max(values)
    drawn = [
        f"M{number * STEP + (STEP - BAR) // 2} {HEIGHT}v-{max(round(HEIGHT * value / most), 1)}h{BAR}V{HEIGHT}z"
        if value
        else ""
        for number, value in enumerate(values)
    ]
    return Chart(
        title,
        total=f"{sum(values):,}",
        most=f"{most:,}" if most else "",
        when=labels[values.index(most)] if most else "",
        path="".join(drawn[:final]),
        growing="".join(drawn[final:]),
        width=len(values) * STEP,
    )


PER_PAGE = 50
MAX_CHOICES = 200
# A longer table is folded.
MAX_OPEN = 31
TABS = {
    "funnel": "Funnel",
    "sequences": "Sequences",
    "broadcasts": "Broadcasts",
    "accounts": "Accounts",
}
OUTCOMES = {
    "sent": "Sent",
    "failed": "Failed",
    "replied": "Replied",
    "auto_replied": "Auto-replied",
    "opted_out": "Opted out",
}
Line = dict[str, Any]


def percent(rate: float | None) -> str:
    """A rate as people read it; empty without one. Small ones have a decimal, so that few are not shown as none."""
    if rate is None:
        return ""
    return f"{rate:.1%}" if 0 < rate < 0.1 else f"{rate:.0%}"


class ReportPage(TenantPage):
    """A page about the figures of one report. Subclasses say how its items become lines and what a line shows."""

    template = "panel/analytics.html"
    may_be_slow = True
    report: ClassVar[str]
    lead: ClassVar[str]
    nothing: ClassVar[str]  # what will fill the page
    columns: ClassVar[dict[str, str]]  # the counts of a line, and their titles
    item: ClassVar[str]  # what a line is called
    rate: ClassVar[str]  # the rate of a line, and what it is of
    rate_title: ClassVar[str]
    rate_figure: ClassVar[str]  # the figure that the rate's numerator counts; empty if no list shows it
    growing: ClassVar[frozenset[str]] = frozenset()  # the figures that answers to come still change
    file_columns: ClassVar[tuple[str, ...]]
    can_be_narrowed: ClassVar[bool] = True  # to one item

    def get(self, request: Any) -> HttpResponseBase:
        days, form = read_days(request.GET, self.workspace)
        payload = read_report(self.report, self.actor, days.span(self.workspace))
        all_lines, only = self.lines(payload), request.GET.get("only", "")
        choices = {line["key"]: line["name"] for line in all_lines} if self.can_be_narrowed else {}
        only = only if only in choices else ""
        lines = _narrowed(all_lines, only)
        parts = [(part, _narrowed(self.lines(part), only)) for part in payload["series"]]
        wanted = request.GET.get("csv", "")
        if wanted in ("figures", "series") and not form.errors:
            return self._file(wanted, [(payload, lines)] if wanted == "figures" else parts)
        page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
        complete_until = datetime.fromisoformat(payload["complete_until"])
        return self.render(
            status=422 if form.errors else 200,
            page_label="Analytics",
            **self._links(days, only, page),
            form=form,
            days=days,
            zone=self.workspace.zone.key,
            lead=self.lead,
            nothing=self.nothing,
            item=self.item,
            has_data=any(line[column] for line in lines for column in self.counted),
            completeness=completeness(days, complete_until, self.workspace) if self.growing else "",
            headers=[*self.headers, self.rate_title],
            rate_title=self.rate_title,
            rows=[self.row_of(line, days) for line in page],
            page=page,
            choices=list(choices.items())[:MAX_CHOICES],
            only=only,
            **self._over_time(parts, days, complete_until),
        )

    # --- What a report is made of -----------------------------------------------------------------------------
    def lines(self, part: dict[str, Any]) -> list[Line]:
        """The items of the report, or of one of its periods: a line each, with ``key`` and ``name``."""
        raise NotImplementedError

    def name_of(self, line: Line) -> tuple[str, str]:
        """What the line is called, and what stands below that."""
        return line["name"], ""

    def about(self, line: Line) -> dict[str, Any]:
        """The parameters that say to ``FigurePage`` which item it is about."""
        return {"id": line["key"]}

    @property
    def headers(self) -> list[str]:
        return list(self.columns.values())

    @property
    def counted(self) -> Iterable[str]:
        """The figures that say whether there is anything to show."""
        return self.columns

    @property
    def series_columns(self) -> dict[str, str]:
        return self.columns

    def counts(self, lines: Sequence[Line]) -> dict[str, int]:
        """The sums of these lines, by the columns of the series."""
        return {column: sum(line[column] for line in lines) for column in self.series_columns}

    further_headers: ClassVar[tuple[str, ...]] = ()

    def further(self, counts: dict[str, int]) -> list[str]:
        """What follows from the sums of a period, under ``further_headers``."""
        return []

    # --- What is shown ----------------------------------------------------------------------------------------
    def _links(self, days: Days, only: str, page: Any) -> dict[str, Any]:
        """The links to the other reports, to other days, to the next page and to the files."""
        chosen = {"only": only} if only else {}
        query = {**days.pairs, **chosen}
        return {
            "tabs": [
                (title, f"{panel_url(f'analytics_{name}')}?{days.encoded}", name == self.report)
                for name, title in TABS.items()
            ],
            "presets": [
                (f"?{urlencode({'period': key, **chosen})}", title, key == days.preset)
                for key, title in PRESETS.items()
            ],
            "more": f"?{urlencode({**query, 'page': page.next_page_number()})}" if page.has_next() else "",
            "files": [f"?{urlencode({**query, 'csv': name})}" for name in ("figures", "series")],
        }

    def _over_time(
        self, parts: Sequence[tuple[dict[str, Any], list[Line]]], days: Days, complete_until: datetime
    ) -> dict[str, Any]:
        """The charts, and the table of their numbers."""
        labels = [label(part["from"], part["to"], days.interval, self.workspace) for part, _ in parts]
        series = [self.counts(part_lines) for _, part_lines in parts]
        final = sum(datetime.fromisoformat(part["to"]) <= complete_until for part, _ in parts)
        return {
            "charts": [
                bars(title, labels, [counts[name] for counts in series], final if name in self.growing else len(parts))
                for name, title in self.series_columns.items()
            ],
            "series_headers": [*self.series_columns.values(), *self.further_headers],
            "series": [
                (
                    name,
                    [*(f"{counts[column]:,}" for column in self.series_columns), *self.further(counts)],
                    index >= final,
                )
                for index, (name, counts) in enumerate(zip(labels, series, strict=True))
            ],
            "still_grows": final < len(parts),
            "first_label": labels[0],
            "last_label": labels[-1],
            "is_long": len(labels) > MAX_OPEN,
        }

    def row_of(self, line: Line, days: Days) -> dict[str, Any]:
        """A row of the table: counts that lead to what they count, and the rate."""
        title, below = self.name_of(line)
        cells = [(name, f"{line[column]:,}", self._link(line, column, days)) for column, name in self.columns.items()]
        return {"title": title, "below": below, "cells": cells, "rate": self._rate(line, days), "more": self.more(line)}

    def more(self, line: Line) -> list[tuple[str, str]]:
        """Further cells of the row, with the titles of their columns."""
        return []

    def _rate(self, line: Line, days: Days) -> dict[str, Any] | None:
        rate = line[self.rate]
        if rate["rate"] is None:
            return None
        return {
            "text": percent(rate["rate"]),
            "of": f"{rate['numerator']:,} of {rate['denominator']:,}",
            "width": round(100 * min(rate["rate"], 1)),
            "link": self._link(line, self.rate_figure, days, rate["numerator"]),
        }

    def _link(self, line: Line, figure: str, days: Days, value: int | None = None) -> str:
        if not (line[figure] if value is None else value):
            return ""
        about = {"report": self.report, "figure": figure, **self.about(line), "first": days.first, "last": days.last}
        return f"{panel_url('analytics_behind')}?{urlencode(about)}"

    def _file(self, name: str, parts: Iterable[tuple[dict[str, Any], Sequence[Line]]]) -> HttpResponse:
        """The figures as the API names them, with the time that they are about. Texts are defused as in the export of
        contacts."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["from", "to", *self.file_columns])
        for part, lines in parts:
            for line in lines:
                values = (line[column] for column in self.file_columns)
                flat = (value["rate"] if isinstance(value, dict) else value for value in values)
                writer.writerow([part["from"], part["to"], *map(cell, flat)])
        disposition = f'attachment; filename="{self.report}-{name}.csv"'
        return HttpResponse(
            text.getvalue(), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
        )


def _narrowed(lines: Iterable[Line], only: str) -> list[Line]:
    return [line for line in lines if only in ("", line["key"])]


class FunnelPage(ReportPage):
    name = "analytics_funnel"
    title = "Funnel"
    report = "funnel"
    lead = (
        "How many contacts reached each stage, and how many of those added have reached it up to now. Who reaches a"
        " stage has reached the earlier ones too; of a lost contact that says only that it was new."
    )
    nothing = "No contact was added or reached a stage in these days. Contacts that you add, import or write to appear."
    item = "Stage"
    columns: ClassVar[dict[str, str]] = {"count": "Reached it"}
    rate, rate_title, rate_figure = "conversion", "Of those added", "reached"
    file_columns = ("stage", "count", "reached", "added", "conversion", "median_days")
    can_be_narrowed = False

    def lines(self, part: dict[str, Any]) -> list[Line]:
        return [
            {
                **each,
                "key": each["stage"],
                "name": str(Stage(each["stage"]).label),
                "reached": each["conversion"]["numerator"],
                "added": each["conversion"]["denominator"],
            }
            for each in part["stages"]
        ]

    @property
    def headers(self) -> list[str]:
        return ["Reached it", "Median time"]

    def more(self, line: Line) -> list[tuple[str, str]]:
        days = line["median_days"]
        return [("Median time", "no data yet" if days is None else f"{days:,.1f} days")]

    @property
    def counted(self) -> Iterable[str]:
        return ("count", "reached")

    @property
    def series_columns(self) -> dict[str, str]:
        return {stage.value: str(stage.label) for stage in Stage}

    def counts(self, lines: Sequence[Line]) -> dict[str, int]:
        return {line["stage"]: line["count"] for line in lines}


class _OutcomesPage(ReportPage):
    """About messages and what came of them."""

    columns = OUTCOMES
    rate, rate_title, rate_figure = "reply_rate", "Reply rate", "replied"
    growing = frozenset({"replied", "auto_replied", "opted_out"})
    further_headers = ("Reply rate",)

    def further(self, counts: dict[str, int]) -> list[str]:
        return [percent(counts["replied"] / counts["sent"]) if counts["sent"] else "no data yet"]


class SequencesPage(_OutcomesPage):
    name = "analytics_sequences"
    title = "Sequences"
    report = "sequences"
    lead = "What came of the messages that each step sent in these days."
    nothing = "No sequence sent a message in these days. Start a sequence and enroll contacts, and its steps appear."
    item = "Step"
    file_columns = ("sequence_id", "name", "version", "step", *OUTCOMES, "reply_rate")

    def lines(self, part: dict[str, Any]) -> list[Line]:
        return [
            {**each, **step, "key": each["sequence_id"], "position": position}
            for each in part["data"]
            for position, step in enumerate(each["steps"], 1)
        ]

    def name_of(self, line: Line) -> tuple[str, str]:
        return f"{line['name']}, step {line['position']}", f"version {line['version']}, {line['step']}"

    def about(self, line: Line) -> dict[str, Any]:
        return {"id": line["key"], "version": line["version"], "step": line["step"]}


class BroadcastsPage(_OutcomesPage):
    name = "analytics_broadcasts"
    title = "Broadcasts"
    report = "broadcasts"
    lead = "What came of the messages that each broadcast sent in these days."
    nothing = "No broadcast sent a message in these days. Start a broadcast, and its messages are counted here."
    item = "Broadcast"
    file_columns = ("broadcast_id", "name", *OUTCOMES, "reply_rate")

    def lines(self, part: dict[str, Any]) -> list[Line]:
        return [{**each, "key": each["broadcast_id"]} for each in part["data"]]


class AccountsPage(ReportPage):
    name = "analytics_accounts"
    title = "Accounts"
    report = "accounts"
    lead = "What each account sent in these days, also from the phone, and the answers that came in."
    nothing = "No message was sent or answered in these days. Messages appear as soon as an account sends them."
    item = "Account"
    columns: ClassVar[dict[str, str]] = {
        "sent": "Sent",
        "failed": "Failed",
        "replies": "Replies",
        "auto_replies": "Auto-replies",
    }
    rate, rate_title, rate_figure = "use", "Used in the last 24 hours", ""
    file_columns = ("account_id", "name", *columns, "used_today", "daily_limit")

    def lines(self, part: dict[str, Any]) -> list[Line]:
        return [{**each, "key": str(each["account_id"]), "use": _use(each)} for each in part["data"]]

    def _link(self, line: Line, figure: str, days: Days, value: int | None = None) -> str:
        return super()._link(line, figure, days, value) if figure else ""


def _use(figures: dict[str, Any]) -> dict[str, Any]:
    used, limit = figures["used_today"], figures["daily_limit"]
    return {"numerator": used, "denominator": limit, "rate": used / limit if limit else None}
