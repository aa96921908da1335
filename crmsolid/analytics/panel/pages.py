"""Reports: a page for each report of the API.

The figures are those that the API answers. The address says the days and, with ``only``, the one sequence, broadcast or
account; with ``csv`` the answer is a file, ``figures`` or ``series``.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from contacts.models import Stage
from contacts.stats import reached_report
from crmsolid.analytics.inputs import Span
from crmsolid.analytics.panel import charts
from crmsolid.analytics.panel.charts import percent
from crmsolid.analytics.panel.days import Days, completeness, read_days
from crmsolid.analytics.panel.frame import FramedPage, Tile, csv_file, draw_funnel, tile, time_of
from crmsolid.analytics.reports import read_report
from crmsolid.core.periods import Report
from crmsolid.panel.components.addresses import panel_url
from messaging.broadcasts import stats as broadcasts_stats
from messaging.stats import Outcomes
from sequences import stats as sequences_stats
from sequences.stats import MATURE_AFTER

PER_PAGE = 50
MAX_CHOICES = 200
OUTCOMES = {
    "sent": "Sent",
    "failed": "Failed",
    "replied": "Replied",
    "auto_replied": "Auto-replied",
    "opted_out": "Opted out",
}
# What came of enrollments, with the rate of each and its title.
RESULTS = {
    "enrolled": ("", "Enrolled"),
    "completed": ("completion_rate", "Completed"),
    "replied": ("reply_rate", "Replied"),
    "won": ("win_rate", "Won"),
}
# Whether more of a figure is good news; of others it is none.
BAD = frozenset({"failed", "lost"})
BETTER = {"sent": "", "replied": "up", "replies": "up", "received": "up", "failed": "down", "opted_out": "down"}
Line = dict[str, Any]


class ReportPage(FramedPage):
    """A page about the figures of one report. Subclasses say how its items become lines and what a line shows."""

    template = "panel/analytics.html"
    report: ClassVar[str]
    lead: ClassVar[str]
    nothing: ClassVar[str]  # what will fill the page
    columns: ClassVar[dict[str, str]]  # the counts of a line, and their titles
    item: ClassVar[str]  # what a line is called
    drawn_first: ClassVar[frozenset[str]] = frozenset()  # the lines that the chart shows beside the first one
    chart_size: ClassVar[tuple[int, int]] = charts.FULL
    rate: ClassVar[str]  # the rate of a line, and what it is of
    rate_title: ClassVar[str]
    rate_figure: ClassVar[str]  # the figure that the rate's numerator counts; empty if no list shows it
    growing: ClassVar[frozenset[str]] = frozenset()  # the figures that answers to come still change
    file_columns: ClassVar[tuple[str, ...]]
    can_be_narrowed: ClassVar[bool] = True  # to one item

    def get(self, request: Any) -> HttpResponseBase:
        days, form = read_days(request.GET, self.workspace)
        span, span_before = days.span(self.workspace), days.span_before(self.workspace)
        payload = read_report(self.report, self.actor, span)
        all_lines, only = self.lines(payload), request.GET.get("only", "")
        choices = {line["key"]: line["name"] for line in all_lines} if self.can_be_narrowed else {}
        only = only if only in choices else ""
        lines = _narrowed(all_lines, only)
        parts = [(part, _narrowed(self.lines(part), only)) for part in payload["series"]]
        wanted = request.GET.get("csv", "")
        if wanted in ("figures", "series") and not form.errors:
            return self._file(wanted, [(payload, lines)] if wanted == "figures" else parts)
        before = None if span_before is None else self.count_before(span_before, only)
        page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
        complete_until = datetime.fromisoformat(payload["complete_until"])
        kept = {"only": only} if only else {}
        query = {**days.pairs, **kept}
        return self.render_framed(
            days,
            form,
            kept=kept,
            only=only,
            choices=list(choices.items())[:MAX_CHOICES],
            lead=self.lead,
            nothing=self.nothing,
            item=self.item,
            has_data=any(line[column] for line in lines for column in self.counted),
            completeness=completeness(days, complete_until, self.workspace) if self.growing else "",
            headers=[*self.headers, self.rate_title],
            rate_title=self.rate_title,
            rows=[self.row_of(line, days) for line in page],
            page=page,
            more=f"?{urlencode({**query, 'page': page.next_page_number()})}" if page.has_next() else "",
            files=[f"?{urlencode({**query, 'csv': name})}" for name in ("figures", "series")],
            **self._over_time(parts, before, days, complete_until),
            **self.further_parts(days, span, payload, before),
        )

    def further_parts(
        self, days: Days, span: Span, payload: dict[str, Any], before: Sequence[dict[str, int]] | None
    ) -> dict[str, Any]:
        """What else the page shows. ``before`` are the sums of each period of the time before."""
        return {}

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

    def count_before(self, span: Span, only: str) -> list[dict[str, int]]:
        """The sums of each period of the time before."""
        payload = read_report(self.report, self.actor, span)
        return [self.counts(_narrowed(self.lines(part), only)) for part in payload["series"]]

    further_headers: ClassVar[tuple[str, ...]] = ()

    def further(self, counts: dict[str, int]) -> list[str]:
        """What follows from the sums of a period, under ``further_headers``."""
        return []

    # --- What is shown ----------------------------------------------------------------------------------------
    def _over_time(
        self,
        parts: Sequence[tuple[dict[str, Any], list[Line]]],
        before: Sequence[dict[str, int]] | None,
        days: Days,
        complete_until: datetime,
    ) -> dict[str, Any]:
        """The tiles, the chart, and the table of its numbers."""
        series = [self.counts(part_lines) for _, part_lines in parts]
        final = sum(datetime.fromisoformat(part["to"]) <= complete_until for part, _ in parts)
        time = time_of([part for part, _ in parts], days, self.workspace, final if self.growing else len(parts))
        columns = list(self.series_columns)
        main = columns[0]
        drawn = [
            charts.Series(
                "is-bad" if name in BAD else f"is-s{number}",
                title,
                [counts[name] for counts in series],
                f"{sum(counts[name] for counts in series):,}",
                shown=name in self.drawn_first or name == main,
            )
            for number, (name, title) in enumerate(self.series_columns.items())
        ]
        if before is not None:
            total = f"{sum(counts[main] for counts in before):,}"
            earlier = [counts[main] for counts in before]
            drawn.append(charts.Series("is-then", f"{self.series_columns[main]}, before", earlier, total))
        rows = [
            (
                name,
                [*(f"{counts[column]:,}" for column in columns), *self.further(counts)],
                index >= final,
            )
            for index, (name, counts) in enumerate(zip(time.labels, series, strict=True))
            if any(counts.values())
        ]
        return {
            "tiles": self.tiles(series, before),
            "chart": charts.chart(self.title, drawn, time, size=self.chart_size),
            "series_headers": [*self.series_columns.values(), *self.further_headers],
            "series": rows[::-1],
            "left_out": len(series) - len(rows),
            "still_grows": 0 < final < len(parts),
        }

    def tiles(self, series: Sequence[dict[str, int]], before: Sequence[dict[str, int]] | None) -> list[Tile]:
        """The sums of the first figures."""

        def total(counts: Sequence[dict[str, int]], name: str) -> int:
            return sum(each[name] for each in counts)

        return [
            tile(
                title,
                total(series, name),
                None if before is None else total(before, name),
                [counts[name] for counts in series],
                better=BETTER.get(name, ""),
            )
            for name, title in list(self.series_columns.items())[:5]
        ]

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
            "share": round(100 * min(rate["rate"], 1)),
            "link": self._link(line, self.rate_figure, days, rate["numerator"]),
        }

    def _link(self, line: Line, figure: str, days: Days, value: int | None = None) -> str:
        if not (line[figure] if value is None else value):
            return ""
        about = {"report": self.report, "figure": figure, **self.about(line), "first": days.first, "last": days.last}
        return f"{panel_url('analytics_behind')}?{urlencode(about)}"

    def _file(self, name: str, parts: Iterable[tuple[dict[str, Any], Sequence[Line]]]) -> HttpResponse:
        """The figures as the API names them, with the time that they are about."""
        rows = []
        for part, lines in parts:
            for line in lines:
                values = (line[column] for column in self.file_columns)
                flat = (value["rate"] if isinstance(value, dict) else value for value in values)
                rows.append([part["from"], part["to"], *flat])
        return csv_file(f"{self.report}-{name}.csv", ["from", "to", *self.file_columns], rows)


def _narrowed(lines: Iterable[Line], only: str) -> list[Line]:
    return [line for line in lines if only in ("", line["key"])]


class FunnelPage(ReportPage):
    name = "analytics_funnel"
    title = "Funnel"
    report = tab = "funnel"
    lead = (
        "How many contacts reached each stage, and how many of those added have reached it up to now. Who reaches a"
        " stage has reached the earlier ones too; of a lost contact that says only that it was new."
    )
    nothing = "No contact was added or reached a stage in these days. Contacts that you add, import or write to appear."
    item = "Stage"
    columns: ClassVar[dict[str, str]] = {"count": "Reached it"}
    chart_size = charts.HALF
    rate, rate_title, rate_figure = "conversion", "Of those added", "reached"
    file_columns = ("stage", "count", "reached", "added", "conversion", "median_days")
    can_be_narrowed = False

    def further_parts(
        self, days: Days, span: Span, payload: dict[str, Any], before: Sequence[dict[str, int]] | None
    ) -> dict[str, Any]:
        sums = None if before is None else {stage: sum(each[stage] for each in before) for stage in Stage.values}
        return {"funnel": draw_funnel(self.counts(self.lines(payload)), sums)}

    def count_before(self, span: Span, only: str) -> list[dict[str, int]]:
        return list(reached_report(self.actor, span.periods).series)

    def tiles(self, series: Sequence[dict[str, int]], before: Sequence[dict[str, int]] | None) -> list[Tile]:
        return []

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
    drawn_first = frozenset({"replied"})
    growing = frozenset({"replied", "auto_replied", "opted_out"})
    further_headers = ("Reply rate",)
    outcomes: ClassVar[ModuleType]  # which has ``outcome_report``

    def count_before(self, span: Span, only: str) -> list[dict[str, int]]:
        counted: Report[Outcomes] = self.outcomes.outcome_report(self.actor, span.periods, only)
        return [each._asdict() for each in counted.series]

    def further(self, counts: dict[str, int]) -> list[str]:
        return [percent(counts["replied"] / counts["sent"]) if counts["sent"] else "no data yet"]


class SequencesPage(_OutcomesPage):
    name = "analytics_sequences"
    title = "Sequences"
    report = tab = "sequences"
    outcomes: ClassVar[ModuleType] = sequences_stats
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

    def get(self, request: Any) -> HttpResponseBase:
        if request.GET.get("csv") == "results":
            days, _ = read_days(request.GET, self.workspace)
            payload = read_report("enrollments", self.actor, days.span(self.workspace))
            rows = [
                [payload["from"], payload["to"], each["sequence_id"], each["name"]]
                + [each[name] for name in RESULTS]
                + [each[name]["rate"] for name, _ in RESULTS.values() if name]
                for each in payload["data"]
            ]
            header = ["from", "to", "sequence_id", "name", *RESULTS, *(name for name, _ in RESULTS.values() if name)]
            return csv_file("sequences-results.csv", header, rows)
        return super().get(request)

    def further_parts(
        self, days: Days, span: Span, payload: dict[str, Any], before: Sequence[dict[str, int]] | None
    ) -> dict[str, Any]:
        results = read_report("enrollments", self.actor, Span(span.whole, [span.whole], False))["data"]
        only = self.request.GET.get("only", "")
        return {
            "results": [self._results_of(each, days) for each in results if only in ("", each["sequence_id"])],
            "mature_days": MATURE_AFTER.days,
            "results_file": f"?{urlencode({**days.pairs, 'csv': 'results'})}",
        }

    def _results_of(self, each: dict[str, Any], days: Days) -> dict[str, Any]:
        cells = []
        for figure, (rate_name, title) in RESULTS.items():
            rate = each[rate_name] if rate_name else None
            about = {"report": "enrollments", "figure": figure, "id": each["sequence_id"]}
            about |= {"first": days.first, "last": days.last}
            cells.append(
                {
                    "title": title,
                    "value": f"{each[figure]:,}",
                    "link": f"{panel_url('analytics_behind')}?{urlencode(about)}" if each[figure] else "",
                    "rate": percent(rate["rate"]) if rate else "",
                    "denominator": f"{rate['denominator']:,}" if rate else "",
                }
            )
        return {"name": each["name"], "id": each["sequence_id"], "cells": cells}


class BroadcastsPage(_OutcomesPage):
    name = "analytics_broadcasts"
    title = "Broadcasts"
    report = tab = "broadcasts"
    outcomes: ClassVar[ModuleType] = broadcasts_stats
    lead = "What came of the messages that each broadcast sent in these days."
    nothing = "No broadcast sent a message in these days. Start a broadcast, and its messages are counted here."
    item = "Broadcast"
    file_columns = ("broadcast_id", "name", *OUTCOMES, "reply_rate")

    def lines(self, part: dict[str, Any]) -> list[Line]:
        return [{**each, "key": each["broadcast_id"]} for each in part["data"]]


class AccountsPage(ReportPage):
    name = "analytics_accounts"
    title = "Accounts"
    report = tab = "accounts"
    lead = "What each account sent in these days, also from the phone, and the answers that came in."
    nothing = "No message was sent or answered in these days. Messages appear as soon as an account sends them."
    item = "Account"
    columns: ClassVar[dict[str, str]] = {
        "sent": "Sent",
        "received": "From customers",
        "replies": "Replies",
        "auto_replies": "Auto-replies",
        "failed": "Failed",
    }
    drawn_first = frozenset({"received"})
    rate, rate_title, rate_figure = "use", "Used in the last 24 hours", ""
    file_columns = ("account_id", "name", *columns, "used_today", "daily_limit")

    def lines(self, part: dict[str, Any]) -> list[Line]:
        return [{**each, "key": str(each["account_id"]), "use": _use(each)} for each in part["data"]]

    def _link(self, line: Line, figure: str, days: Days, value: int | None = None) -> str:
        return super()._link(line, figure, days, value) if figure else ""


def _use(figures: dict[str, Any]) -> dict[str, Any]:
    used, limit = figures["used_today"], figures["daily_limit"]
    return {"numerator": used, "denominator": limit, "rate": used / limit if limit else None}
