"""Reports > Overview and Team: how fast customers are answered, when they write, and the slowest answers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from contacts.models import Stage, name_of
from contacts.stats import reached_report
from crmsolid.analytics.inputs import Span
from crmsolid.analytics.panel import charts
from crmsolid.analytics.panel.charts import MINUTES, NUMBER, RATE, Series, percent
from crmsolid.analytics.panel.conversations import ConversationTables, hours_text
from crmsolid.analytics.panel.days import Days, read_days
from crmsolid.analytics.panel.frame import FramedPage, as_part, csv_file, draw_funnel, tile, time_of
from crmsolid.core.errors import DomainError
from crmsolid.core.periods import Period, Report
from crmsolid.panel.components.addresses import panel_url
from crmsolid.workspaces.actor import Actor
from messaging.broadcasts.stats import outcome_report
from messaging.stats import Outcomes, received_by_period, writing_hours
from messaging.team import (
    WRITTEN_FIGURES,
    Waiting,
    WriterFigures,
    aim_of,
    everyone_by_period,
    everyone_report,
    list_written,
    waiting_now,
    writers_by_period,
)
from sequences import stats as sequences_stats

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
VIA = {
    "panel": "Somebody who has left",
    "rest": "API keys",
    "mcp": "Assistants",
    "phone": "On the phone",
    "command": "Commands",
    "system": "CRM Solid",
}
SLOWEST = 10


def writer_name(figures_of: Any, via: str) -> str:
    """What the author of messages is called."""
    return figures_of.shown_name if figures_of else VIA.get(via, via)


def _minutes(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds() / 60


class _Numbers:
    """The figures of the overview in these periods, and in all of them."""

    def __init__(self, actor: Actor, periods: Sequence[Period]) -> None:
        self.answers = everyone_report(actor, periods)
        self.stages = reached_report(actor, periods)
        sequences, broadcasts = sequences_stats.outcome_report(actor, periods), outcome_report(actor, periods)
        both = zip(sequences.series, broadcasts.series, strict=True)
        self.reply_rate = Report(_rate(sequences.total, broadcasts.total), [_rate(*each) for each in both])

    def reached(self, stage: Stage) -> Report[int]:
        """How many contacts came to the stage."""
        return Report(self.stages.total[stage], [each[stage] for each in self.stages.series])


def _rate(*outcomes: Outcomes) -> float | None:
    sent = sum(each.sent for each in outcomes)
    return sum(each.replied for each in outcomes) / sent if sent else None


class OverviewPage(FramedPage):
    """The figures of the whole workspace against the days before."""

    name = "analytics_overview"
    title = "Overview"
    tab = "overview"
    template = "panel/analytics_overview.html"

    def get(self, request: Any) -> HttpResponseBase:
        days, form = read_days(request.GET, self.workspace)
        span, span_before = days.span(self.workspace), days.span_before(self.workspace)
        now, received = _Numbers(self.actor, span.periods), received_by_period(self.actor, span.periods)
        parts = [as_part(period) for period in span.periods]
        if request.GET.get("csv") == "series" and not form.errors:
            return self._file(now, received, parts)
        before, received_before = None, None
        time = time_of(parts, days, self.workspace, len(parts))
        series = [Series("is-s0", "These days", received, f"{sum(received):,}")]
        if span_before is not None:
            before = _Numbers(self.actor, [span_before.whole])
            received_before = received_by_period(self.actor, span_before.periods)
            series.append(Series("is-then", "Before", received_before, f"{sum(received_before):,}"))
        hours = writing_hours(self.actor, [span.whole]).total
        return self.render_framed(
            days,
            form,
            tiles=self._tiles(now, before, days),
            chart=charts.chart("Messages from customers", series, time, size=charts.HALF),
            received=self._received_rows(received, received_before, span, time),
            left_out=sum(not number for number in received),
            has_received=any(received),
            funnel=draw_funnel(now.stages.total, before.stages.total if before else None),
            funnel_link=f"{panel_url('analytics_funnel')}?{days.encoded}",
            team=_team_table(self, days, span, now.answers.total),
            team_link=f"{panel_url('analytics_team')}?{days.encoded}",
            working_hours=hours_text(self.workspace),
            file=f"?{urlencode({**days.pairs, 'csv': 'series'})}",
            **_heat(hours),
        )

    def _tiles(self, now: _Numbers, before: _Numbers | None, days: Days) -> list[Any]:
        """What the tiles show, and where each leads."""

        def behind(report: str, figure: str, of: str) -> str:
            about = {"report": report, "figure": figure, "id": of, "first": days.first, "last": days.last}
            return f"{panel_url('analytics_behind')}?{urlencode(about)}"

        def stage(title: str, which: Stage) -> Any:
            new, then = now.reached(which), before.reached(which).total if before else None
            return tile(title, new.total, then, new.series, better="up", link=behind("funnel", "count", which))

        answers, then = now.answers, before.answers.total if before else WriterFigures(now.answers.total.writer)
        medians = [_minutes(each.median) for each in answers.series]
        slowest = f"{panel_url('analytics_answers')}?{days.encoded}"
        rate = now.reply_rate
        return [
            tile(
                "First response, median",
                _minutes(answers.total.median),
                _minutes(then.median),
                medians,
                MINUTES,
                better="down",
                link=slowest,
            ),
            tile(
                "Conversations answered",
                answers.total.answered,
                then.answered if before else None,
                [each.answered for each in answers.series],
                better="up",
                link=slowest,
            ),
            tile(
                "Reply rate",
                rate.total,
                before.reply_rate.total if before else None,
                rate.series,
                RATE,
                better="up",
                link=f"{panel_url('analytics_sequences')}?{days.encoded}",
            ),
            stage("New contacts", Stage.NEW),
            stage("Won", Stage.WON),
        ]

    def _received_rows(
        self, received: Sequence[int], before: Sequence[int] | None, span: Span, time: charts.Time
    ) -> list[dict[str, Any]]:
        """The days on which somebody wrote, the latest first, each with the list of these messages."""
        rows = []
        for index, number in enumerate(received):
            if number:
                zone = self.workspace.zone
                first, last = span.periods[index].begins, span.periods[index].ends - timedelta(microseconds=1)
                about = {"first": first.astimezone(zone).date(), "last": last.astimezone(zone).date()}
                query = urlencode({"report": "accounts", "figure": "received", **about})
                rows.append(
                    {
                        "title": time.labels[index],
                        "value": f"{number:,}",
                        "before": f"{before[index]:,}" if before else "",
                        "link": f"{panel_url('analytics_behind')}?{query}",
                    }
                )
        return rows[::-1]

    def _file(self, now: _Numbers, received: Sequence[int], parts: Sequence[dict[str, Any]]) -> HttpResponseBase:
        header = ["from", "to", "median_seconds", "answered", "reply_rate", "new", "won", "received"]
        rows = [
            [
                *(part["from"], part["to"]),
                *(answers.median.total_seconds() if answers.median else None, answers.answered),
                *(rate, new, won, number),
            ]
            for part, answers, rate, new, won, number in zip(
                parts,
                now.answers.series,
                now.reply_rate.series,
                now.reached(Stage.NEW).series,
                now.reached(Stage.WON).series,
                received,
                strict=True,
            )
        ]
        return csv_file("overview-series.csv", header, rows)


def _heat(hours: Sequence[Sequence[int]]) -> dict[str, Any]:
    """The heat map for a desk and a phone, over the hours in which anybody writes but at least from 7 to 22."""
    written = [hour for hour in range(24) if any(row[hour] for row in hours)]
    shown = range(min([7, *written]), max([22, *written]) + 1)
    counts = [[row[hour] for hour in shown] for row in hours]
    busiest = max(((row[h], WEEKDAYS[day], h) for day, row in enumerate(hours) for h in range(24)), default=(0, "", 0))
    return {
        "heat_wide": charts.heat(WEEKDAYS, counts, shown, 460),
        "heat_narrow": charts.heat(WEEKDAYS, counts, shown, 350),
        "heat_says": f"Most write on {busiest[1]} at {busiest[2]}:00" if busiest[0] else "Nobody wrote in these days",
        "heat_rows": [
            (f"{hour}:00", [row[hour] for row in hours]) for hour in shown if any(row[hour] for row in hours)
        ],
        "weekdays": WEEKDAYS,
    }


def _team_table(page: FramedPage, days: Days, span: Span, everyone: WriterFigures) -> dict[str, Any]:
    """Who answered how many and how fast, with everybody below, and who waits now for whom."""
    [writers] = writers_by_period(page.actor, [span.whole])
    waiting = waiting_now(page.actor)
    rows = [_row(each, waiting.pop(each.writer.user.pk if each.writer.user else -1, None), days) for each in writers]
    unassigned = waiting.pop(None, None)
    others = _together([*waiting.values()])
    return {
        "rows": rows,
        "everyone": _row(everyone, None, days),
        "waiting": sum(each["waiting"].number for each in rows if each["waiting"])
        + sum(each.number for each in (unassigned, others) if each),
        "unassigned": unassigned,
        "others": others,
        "aim": int(aim_of(page.workspace).total_seconds() // 60),
    }


def _together(waiting: Sequence[Waiting]) -> Waiting | None:
    """Of members who have answered nobody in these days."""
    return Waiting(sum(each.number for each in waiting), min(each.since for each in waiting)) if waiting else None


def _row(figures: WriterFigures, waiting: Waiting | None, days: Days) -> dict[str, Any]:
    writer = figures.writer
    about = {**days.pairs}
    if writer.via:
        about |= {"via": writer.via, "author": writer.user.pk if writer.user else ""}
    share = figures.in_time / figures.answered if figures.answered else None
    median, slowest = _minutes(figures.median), _minutes(figures.slowest_tenth)

    def link(figure: str) -> str:
        return f"{panel_url('analytics_answers')}?{urlencode({**about, 'figure': figure})}"

    return {
        "name": writer_name(writer.user, writer.via) if writer.via else "Everyone",
        "id": writer.user.pk if writer.user else "",
        "is_member": writer.user is not None,
        "answered": NUMBER.text(figures.answered),
        "median": "" if median is None else MINUTES.text(median),
        "slowest": "" if slowest is None else MINUTES.text(slowest),
        "share": None if share is None else round(share * 100),
        "in_time": percent(share),
        "written": NUMBER.text(figures.written),
        "answered_link": link("answered") if figures.answered else "",
        "late_link": link("late") if figures.answered > figures.in_time else "",
        "written_link": link("written"),
        "waiting": waiting,
    }


class TeamPage(FramedPage):
    """What became of conversations, who waits now, how fast everybody answers, and the slowest answers."""

    name = "analytics_team"
    title = "Team"
    tab = "team"
    template = "panel/analytics_team.html"

    def get(self, request: Any) -> HttpResponseBase:
        days, form = read_days(request.GET, self.workspace)
        span, span_before = days.span(self.workspace), days.span_before(self.workspace)
        now = everyone_report(self.actor, span.periods)
        parts = [as_part(period) for period in span.periods]
        conversations = ConversationTables(self, days, span, span_before)
        if request.GET.get("csv") and not form.errors:
            if request.GET["csv"] == "conversations":
                return conversations.file()
            return self._file(request.GET["csv"], span, now, parts)
        before = None if span_before is None else everyone_by_period(self.actor, span_before.periods)
        medians = [_minutes(each.median) for each in now.series]
        series = [Series("is-s0", "First response, median", medians)]
        if before is not None:
            series.append(Series("is-then", "Before", [_minutes(each.median) for each in before]))
        time = time_of(parts, days, self.workspace, len(parts))
        slowest = list_written(self.actor, "answered", days.whole(self.workspace), limit=SLOWEST).rows
        return self.render_framed(
            days,
            form,
            has_answers=bool(now.total.answered),
            chart=charts.chart("First response", series, time, MINUTES),
            table=[
                (name, NUMBER.text(each.answered), MINUTES.text(_minutes(each.median) or 0),
                 MINUTES.text(_minutes(each.slowest_tenth) or 0))
                for name, each in reversed(list(zip(time.labels, now.series, strict=True)))
                if each.answered
            ],
            left_out=sum(not each.answered for each in now.series),
            team=_team_table(self, days, span, now.total),
            lines=[_answer(each) for each in slowest],
            all_slowest=f"{panel_url('analytics_answers')}?{days.encoded}",
            files=[f"?{urlencode({**days.pairs, 'csv': name})}" for name in ("figures", "series")],
            **conversations.context(),
        )  # fmt: skip

    def _file(
        self, name: str, span: Span, now: Report[WriterFigures], parts: Sequence[dict[str, Any]]
    ) -> HttpResponseBase:
        columns = ("written", "answered", "in_time", "median_seconds", "slowest_tenth_seconds")

        def values(each: WriterFigures) -> list[Any]:
            times = [None if time is None else int(time.total_seconds()) for time in (each.median, each.slowest_tenth)]
            return [each.written, each.answered, each.in_time, *times]

        if name == "series":
            rows = [[part["from"], part["to"], *values(each)] for part, each in zip(parts, now.series, strict=True)]
            return csv_file("team-series.csv", ["from", "to", *columns], rows)
        whole, [writers] = as_part(span.whole), writers_by_period(self.actor, [span.whole])
        figures = [
            [whole["from"], whole["to"], writer_name(each.writer.user, each.writer.via), each.writer.via, *values(each)]
            for each in writers
        ]
        return csv_file("team-figures.csv", ["from", "to", "name", "via", *columns], figures)


def _answer(row: Any) -> dict[str, Any]:
    """A line of the list of answers."""
    contact = row.message.contact if row.message else None
    waited = None if row.waited is None else timedelta(seconds=row.waited)
    worked = None if row.worked is None else timedelta(seconds=row.worked)
    return {
        "contact": contact,
        "name": name_of(contact) if contact else "Erased contact",
        "waited": "" if worked is None else MINUTES.text(worked.total_seconds() / 60),
        "asked_at": None if waited is None else row.at - waited,
        "at": row.at,
        "author": writer_name(row.author, row.via),
        "author_id": row.author_id or "",
        "is_member": row.author is not None,
        "thread_id": row.message.thread_id if row.message else "",
    }


class AnswersPage(FramedPage):
    """What members wrote: every answer, the slowest first, those that took longer than the aim, or all messages; of
    ``author`` and ``via`` in the address alone, else of everybody."""

    name = "analytics_answers"
    title = "Slowest answers"
    tab = "team"
    template = "panel/analytics_answers.html"
    figures = {
        "answered": "Answers, the slowest first",
        "late": "Answers that took longer than the aim",
        "written": "Messages written by hand",
    }

    def get(self, request: Any) -> HttpResponseBase:
        asked = request.GET
        days, form = read_days(asked, self.workspace)
        figure = asked.get("figure") if asked.get("figure") in WRITTEN_FIGURES else "answered"
        author, via = asked.get("author", ""), asked.get("via", "")
        author_id = int(author) if author.isascii() and author.isdigit() and len(author) < 10 else None
        query = {name: value for name, value in asked.items() if name != "cursor"}
        try:
            page = list_written(
                self.actor,
                figure,
                days.whole(self.workspace),
                author_id=author_id,
                via=via.replace("\0", ""),
                cursor=asked.get("cursor") or None,
            )
        except DomainError:
            return HttpResponseRedirect(f"?{urlencode(query)}")
        lines = [_answer(row) for row in page.rows]
        kept = {name: value for name, value in query.items() if name in ("figure", "author", "via")}
        return self.render_framed(
            days,
            form,
            kept=kept,
            heading=self.figures[figure],
            whose=lines[0]["author"] if via and lines else "",
            figure=figure,
            aim=int(aim_of(self.workspace).total_seconds() // 60),
            working_hours=hours_text(self.workspace),
            lines=lines,
            first=f"?{urlencode(query)}" if asked.get("cursor") else "",
            more=f"?{urlencode({**query, 'cursor': page.next_cursor})}" if page.next_cursor else "",
            back=f"{panel_url('analytics_team')}?{days.encoded}",
        )
