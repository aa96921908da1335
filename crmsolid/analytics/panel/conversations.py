"""Reports > Team: how many conversations began, were handled and closed, in what time, and who waits now."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from contacts.models import name_of
from crmsolid.analytics.inputs import Span
from crmsolid.analytics.panel.charts import MINUTES, NUMBER
from crmsolid.analytics.panel.days import Days, read_days
from crmsolid.analytics.panel.frame import FramedPage, Tile, as_part, csv_file, tile
from crmsolid.core.errors import DomainError
from crmsolid.core.periods import Report
from crmsolid.panel.components.addresses import panel_url
from crmsolid.workspaces.models import Workspace
from crmsolid.workspaces.services import DAY_NAMES
from crmsolid.workspaces.working_hours import DAY, hours_of
from messaging.conversation_stats import (
    EPISODE_FIGURES,
    Age,
    ConversationFigures,
    Conversations,
    Durations,
    conversation_report,
    counted_since,
    list_episodes,
    read_backlog,
)
from messaging.models import Account

OTHERS = "Phone, API and others"


def hours_text(workspace: Workspace) -> str:
    """Such as ``Mon to Fri, 09:00 to 18:00``; empty if all hours count."""
    hours = hours_of(workspace)
    if hours is None:
        return ""
    names, first, last = [DAY_NAMES[day] for day in hours.days], hours.days[0], hours.days[-1]
    is_row = len(names) > 2 and last - first == len(names) - 1
    days = f"{names[0]} to {names[-1]}" if is_row else ", ".join(names)
    begins, ends = (f"{second // 3600:02}:{second % 3600 // 60:02}" for second in (hours.begins, hours.ends))
    return f"{days}, {begins} to {ends}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in a table, its value in the days before, and where it leads, with what that link is called."""

    label: str
    value: str
    before: str = ""
    link: str = ""
    title: str = ""


# The columns of the tables; "Slowest tenth" belongs to the one before it.
TIMES = ("First answer", "Slowest tenth", "Closed", "Time to close", "Slowest tenth")


def _text(duration: timedelta | None) -> str:
    return "" if duration is None else MINUTES.text(duration.total_seconds() / 60)


def _minutes(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds() / 60


class Links:
    """The addresses of the lists of conversations behind the figures of these days."""

    def __init__(self, days: Days) -> None:
        self.days = days

    def to(self, figure: str, **whose: Any) -> str:
        return f"{panel_url('analytics_conversations')}?{urlencode({**self.days.pairs, 'figure': figure, **whose})}"


class ConversationTables:
    """What Team shows of conversations. The days before are left out if some of their conversations are not counted."""

    def __init__(self, page: FramedPage, days: Days, span: Span, span_before: Span | None) -> None:
        self.actor, self.workspace, self.days, self.span = page.actor, page.workspace, days, span
        self.links, self.since = Links(days), counted_since(page.actor)
        self.now: Report[Conversations] = conversation_report(self.actor, span.periods)
        is_counted = span_before is not None and (self.since is None or self.since <= span_before.whole.begins)
        self.before = conversation_report(self.actor, [span_before.whole]).total if is_counted and span_before else None

    def context(self) -> dict[str, Any]:
        backlog, whole = read_backlog(self.actor), self.span.whole
        return {
            "tiles": self._tiles(),
            "members": self._members(),
            "accounts": self._accounts(backlog.by_account),
            "everyone": self._cells(self.now.total.everyone, self.before.everyone if self.before else None, "", {}),
            "times": TIMES,
            "has_conversations": self.now.total.everyone != ConversationFigures(),
            "backlog": backlog,
            "ages": self._ages(backlog.ages),
            "working_hours": hours_text(self.workspace),
            "counted_since": self.since if self.since is not None and self.since > whole.begins else None,
            "conversations_file": f"?{urlencode({**self.days.pairs, 'csv': 'conversations'})}",
        }

    def _tiles(self) -> list[Tile]:
        now, series = self.now.total.everyone, [each.everyone for each in self.now.series]
        then = self.before.everyone if self.before else None

        def of(durations: Durations) -> str:
            return f"a tenth took longer than {_text(durations.slowest_tenth)}" if durations.number > 1 else ""

        people = f"{now.new_people:,} with people who had never written" if now.new_people else ""
        new = tile("New conversations", now.new, then.new if then else None, [each.new for each in series],
                   link=self.links.to("new"))  # fmt: skip
        answered = tile(
            "First answer, median",
            _minutes(now.answered.median),
            _minutes(then.answered.median) if then else None,
            [_minutes(each.answered.median) for each in series],
            MINUTES,
            better="down",
            link=self.links.to("answered"),
        )
        close = tile(
            "Time to close, median",
            _minutes(now.closed.median),
            _minutes(then.closed.median) if then else None,
            [_minutes(each.closed.median) for each in series],
            MINUTES,
            better="down",
            link=self.links.to("closed"),
        )
        return [
            replace(new, note=people),
            tile("Handled", now.handled, then.handled if then else None, [each.handled for each in series],
                 better="up"),
            replace(answered, note=of(now.answered)),
            replace(close, note=of(now.closed)),
            tile("Closed", now.closed.number, then.closed.number if then else None,
                 [each.closed.number for each in series], better="up", link=self.links.to("closed")),
        ]  # fmt: skip

    def _members(self) -> list[dict[str, Any]]:
        before = {user.pk if user else 0: each for user, each in self.before.members} if self.before else {}
        rows = []
        for user, each in self.now.total.members:
            name, user_id = (user.shown_name, user.pk) if user else (OTHERS, 0)
            cells = self._cells(each, before.get(user_id), name, {"member": user_id})
            rows.append({"name": name, "id": user_id, "is_member": user is not None, "cells": cells})
        return rows

    def _accounts(self, waiting: Mapping[int, int]) -> list[dict[str, Any]]:
        before = {account.pk: each for account, each in self.before.accounts} if self.before else {}
        rows = []
        for account, each in self.now.total.accounts:
            then = before.get(account.pk)
            if each == ConversationFigures() and then in (None, ConversationFigures()) and account.pk not in waiting:
                continue
            whose = {"account": account.pk}
            new = Cell(
                "New",
                NUMBER.text(each.new),
                _from(NUMBER.text(then.new) if then else "", NUMBER.text(each.new)),
                self.links.to("new", **whose) if each.new else "",
                f"{each.new} new of {account.name}",
            )
            cells = [new, *self._cells(each, then, account.name, whose)]
            rows.append({"name": account.name, "cells": cells, "waiting": waiting.get(account.pk, 0)})
        return rows

    def _cells(
        self, now: ConversationFigures, then: ConversationFigures | None, name: str, whose: Mapping[str, Any]
    ) -> list[Cell]:
        texts, old = _texts(now), _texts(then) if then else [""] * len(TIMES)
        figures = ["answered", "answered", "closed", "closed", "closed"]
        counts = {"answered": now.answered.number, "closed": now.closed.number}
        handled = Cell(
            "Handled",
            NUMBER.text(now.handled),
            _from(NUMBER.text(then.handled) if then else "", NUMBER.text(now.handled)),
        )
        cells = [handled]
        for title, text, before, figure in zip(TIMES, texts, old, figures, strict=True):
            link = self.links.to(figure, **whose) if counts[figure] else ""
            words = f"{title} of {name or 'everyone'}: {text}"
            cells.append(Cell(title, text, _from(before, text), link, words))
        return cells

    def _ages(self, ages: Sequence[Age]) -> list[dict[str, Any]]:
        most, rows, above = max((age.waiting for age in ages), default=0), [], timedelta()
        for age in ages:
            if age.below is None:
                title = f"{_length(above)} and longer"
            elif not above:
                title = f"Under {_length(age.below)}"
            else:
                title = f"{_length(above)} to {_length(age.below)}"
            rows.append({**asdict(age), "title": title, "most": most or 1, "is_late": bool(above)})
            above = age.below or above
        return rows

    def file(self) -> HttpResponseBase:
        """All figures as the API names them."""
        whole, report = as_part(self.span.whole), self.now.total
        rows: list[tuple[str, str, ConversationFigures]] = [("everyone", "", report.everyone)]
        rows += [("member", user.shown_name if user else OTHERS, each) for user, each in report.members]
        rows += [("account", account.name, each) for account, each in report.accounts]
        columns = ["new", "new_people", "handled", "first_answers", "first_answer_median_seconds",
                   "first_answer_slowest_tenth_seconds", "closed", "close_median_seconds",
                   "close_slowest_tenth_seconds"]  # fmt: skip
        lines = [[whole["from"], whole["to"], of, name, *_values(each)] for of, name, each in rows]
        return csv_file("conversations.csv", ["from", "to", "of", "name", *columns], lines)


def _values(each: ConversationFigures) -> list[Any]:
    def seconds(durations: Durations) -> list[int | None]:
        both = (durations.median, durations.slowest_tenth)
        return [None if time is None else int(time.total_seconds()) for time in both]

    answered, closed = each.answered, each.closed
    return [
        each.new,
        each.new_people,
        each.handled,
        answered.number,
        *seconds(answered),
        closed.number,
        *seconds(closed),
    ]


def _texts(figures: ConversationFigures) -> list[str]:
    answered, closed = figures.answered, figures.closed
    return [
        *(_text(answered.median), _text(answered.slowest_tenth)),
        *(NUMBER.text(closed.number), _text(closed.median), _text(closed.slowest_tenth)),
    ]


def _from(before: str, now: str) -> str:
    return f"from {before}" if before and before != now else ""


def _length(age: timedelta) -> str:
    """An age in words: ``15 min``, ``1 hour``, ``1 working day``."""
    if age >= timedelta(seconds=DAY):
        return "1 day"
    minutes = int(age.total_seconds() // 60)
    if minutes % 60:
        return f"{minutes} min"
    return f"{minutes // 60} hour{'' if minutes == 60 else 's'}"


class ConversationsPage(FramedPage):
    """The conversations that a figure of the team counts: of ``account`` or ``member`` in the address alone (0 are all
    who are none), else of everybody."""

    name = "analytics_conversations"
    title = "Conversations"
    tab = "team"
    template = "panel/analytics_conversations.html"
    figures = {
        "new": "New conversations",
        "answered": "First answers, the slowest first",
        "closed": "Closed conversations, the longest first",
    }

    def get(self, request: Any) -> HttpResponseBase:
        asked = request.GET
        days, form = read_days(asked, self.workspace)
        figure = asked.get("figure") if asked.get("figure") in EPISODE_FIGURES else "new"
        account_id, user_id = _number(asked.get("account", "")), _number(asked.get("member", ""))
        whose = self.row(Account, account_id).name if account_id is not None else ""
        query = {name: value for name, value in asked.items() if name != "cursor"}
        try:
            page = list_episodes(
                self.actor,
                figure,
                days.whole(self.workspace),
                account_id=account_id,
                user_id=user_id,
                cursor=asked.get("cursor") or None,
            )
        except DomainError:
            return HttpResponseRedirect(f"?{urlencode(query)}")
        lines = [_line(row, figure) for row in page.rows]
        if user_id is not None and lines and figure != "new":
            whose = lines[0]["by"] if user_id else OTHERS
        return self.render_framed(
            days,
            form,
            kept={name: value for name, value in query.items() if name in ("figure", "account", "member")},
            heading=self.figures[figure],
            whose=whose,
            figure=figure,
            working_hours=hours_text(self.workspace),
            lines=lines,
            first=f"?{urlencode(query)}" if asked.get("cursor") else "",
            more=f"?{urlencode({**query, 'cursor': page.next_cursor})}" if page.next_cursor else "",
            back=f"{panel_url('analytics_team')}?{days.encoded}",
        )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _line(row: Any, figure: str) -> dict[str, Any]:
    """A line of the list."""
    contact = row.thread.contact if row.thread else None
    user = row.first_answer_by if figure == "answered" else row.closed_by
    took = getattr(row, "took", None)
    return {
        "contact": contact,
        "name": name_of(contact) if contact else "Erased contact",
        "account": row.account.name,
        "opened_at": row.opened_at,
        "at": None if figure == "new" else row.first_answer_at if figure == "answered" else row.closed_at,
        "took": "" if took is None else MINUTES.text(took / 60),
        "by": user.shown_name if user else OTHERS,
        "thread_id": row.thread_id or "",
    }
