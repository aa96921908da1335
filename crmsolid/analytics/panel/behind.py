"""The list of what a figure of analytics counts: the same rows as the figure, so both are equal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.text import capfirst

from contacts.models import Contact, Stage, name_of
from contacts.stages import IMPLIED
from contacts.stats import STAGE_FIGURES, list_stage_figure
from crmsolid.analytics.panel.days import read_days
from crmsolid.analytics.panel.frame import TABS
from crmsolid.api.pagination import Page
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import is_id
from crmsolid.core.periods import Period
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.tenant_page import TenantPage
from messaging.broadcasts.models import Broadcast
from messaging.broadcasts.stats import list_broadcast_figure
from messaging.models import Account
from messaging.stats import ACCOUNT_FIGURES, Outcomes, list_account_messages
from sequences.models import EnrollmentStatus, Reason, Sequence
from sequences.stats import Results, list_results, list_step_figure

FIGURES = {
    "funnel": STAGE_FIGURES,
    "sequences": Outcomes._fields,
    "enrollments": Results._fields,
    "broadcasts": Outcomes._fields,
    "accounts": ACCOUNT_FIGURES,
}
WORDS = {
    "sent": "Sent",
    "failed": "Failed",
    "replied": "Replied",
    "auto_replied": "Auto-replied",
    "opted_out": "Opted out",
    "replies": "Replies",
    "auto_replies": "Auto-replies",
    "received": "From customers",
    "enrolled": "Enrolled",
    "completed": "Completed",
    "won": "Won",
    "count": "Reached it in these days",
    "reached": "Added in these days and reached it",
}
# The page that shows the figures of a report, where it is not called like it.
TAB_OF = {"enrollments": "sequences"}
MAX_TEXT = 120


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list: ``at`` is the time by which the figure counts it, ``then`` what happened to it when."""

    contact: Contact | None
    at: Any
    text: str = ""
    then: Any = None
    message_id: str | None = None

    @property
    def name(self) -> str:
        return name_of(self.contact) if self.contact else "Erased contact"


class FigurePage(TenantPage):
    """``report`` and ``figure`` say which figure it is, ``id``, ``version`` and ``step`` of what."""

    name = "analytics_behind"
    title = "Behind a figure"
    template = "panel/analytics_behind.html"
    may_be_slow = True

    def get(self, request: Any) -> HttpResponseBase:
        asked, report = request.GET, request.GET.get("report", "")
        figure = asked.get("figure", "")
        if figure not in FIGURES.get(report, ()):
            return self.redirect("analytics_overview")
        days, _ = read_days(asked, self.workspace)
        period, cursor = days.whole(self.workspace), asked.get("cursor") or None
        read: Callable[..., tuple[str, Page, list[Line]]] = getattr(self, f"_{report}")
        query = {name: value for name, value in asked.items() if name != "cursor"}
        try:
            subject, page, lines = read(asked, figure, period, cursor)
        except DomainError as error:
            if error.code == "invalid_cursor":
                return HttpResponseRedirect(f"?{urlencode(query)}")
            raise Http404 from None
        dates = {"first": days.first, "last": days.last}
        return self.render(
            page_label=f"{WORDS[figure]}: {subject}",
            title=f"{WORDS[figure]}: {subject}",
            days=days,
            lines=lines,
            is_about_accounts=report == "accounts",
            has_messages=report not in ("funnel", "enrollments"),
            at_title={"funnel": "Added", "enrollments": "Enrolled"}.get(report, "Message"),
            tab=TABS[TAB_OF.get(report, report)],
            is_later=cursor is not None,
            first=f"?{urlencode(query)}",
            more=f"?{urlencode({**query, 'cursor': page.next_cursor})}" if page.next_cursor else "",
            back=f"{panel_url(f'analytics_{TAB_OF.get(report, report)}')}?{urlencode(dates)}",
        )

    def _funnel(self, asked: Any, figure: str, period: Period, cursor: str | None) -> tuple[str, Page, list[Line]]:
        stage = asked.get("id", "")
        if stage not in Stage.values:
            raise Http404
        page = list_stage_figure(self.actor, stage, figure, period, cursor=cursor)
        word = str(Stage(stage).label)
        implied, came = f"Reached {word} with a later stage", f"Came to {word}"
        lines = [
            Line(each.contact, each.entered_at, implied if each.cause == IMPLIED else came, each.at)
            for each in page.rows
        ]
        return word, page, lines

    def _sequences(self, asked: Any, figure: str, period: Period, cursor: str | None) -> tuple[str, Page, list[Line]]:
        sequence = self.row(Sequence, _id("seq", asked))
        number, step = _number(asked.get("version", "")), asked.get("step", "").replace("\0", "")
        page = list_step_figure(self.actor, sequence.pk, number, step, figure, period, cursor=cursor)
        lines = [_of_outcome(row, row.enrollment.contact, row.outcome, row.error, figure) for row in page.rows]
        return f"{sequence.name}, version {number}, step {step}", page, lines

    def _enrollments(self, asked: Any, figure: str, period: Period, cursor: str | None) -> tuple[str, Page, list[Line]]:
        sequence = self.row(Sequence, _id("seq", asked))
        page = list_results(self.actor, sequence.pk, figure, period, cursor=cursor)
        lines = []
        for row in page.rows:
            text = str(EnrollmentStatus(row.status).label)
            if row.ended_at and row.reason:
                text = f"{text}: {Reason(row.reason).label}"
            lines.append(Line(row.contact, row.created_at, text, row.ended_at))
        return sequence.name, page, lines

    def _broadcasts(self, asked: Any, figure: str, period: Period, cursor: str | None) -> tuple[str, Page, list[Line]]:
        broadcast = self.row(Broadcast, _id("brd", asked))
        page = list_broadcast_figure(self.actor, broadcast.pk, figure, period, cursor=cursor)
        lines = [_of_outcome(row, row.contact, row.status, row.reason, figure) for row in page.rows]
        return broadcast.name, page, lines

    def _accounts(self, asked: Any, figure: str, period: Period, cursor: str | None) -> tuple[str, Page, list[Line]]:
        is_of_all = figure == "received" and not asked.get("id")
        account = None if is_of_all else self.row(Account, _number(asked.get("id", "")))
        page = list_account_messages(self.actor, account.pk if account else None, figure, period, cursor=cursor)
        lines = []
        for row in page.rows:
            if figure == "failed":
                at, text = row.eta, _words(row.error)
            else:
                at, text = row.sent_at, row.text if len(row.text) <= MAX_TEXT else f"{row.text[:MAX_TEXT]}…"
            lines.append(Line(row.contact, at, text, message_id=row.pk))
        return account.name if account else "all accounts", page, lines


def _of_outcome(row: Any, contact: Contact | None, outcome: str, error: str, figure: str) -> Line:
    if figure in ("sent", "failed"):
        return Line(contact, row.settled_at, _words(error) if outcome == "failed" else "", None, row.message_id)
    return Line(contact, row.settled_at, WORDS[figure], getattr(row, f"{figure}_at"), row.message_id)


def _words(error: str) -> str:
    return capfirst(error.replace("_", " "))


def _id(prefix: str, asked: Any) -> str:
    value: str = asked.get("id", "")
    if not is_id(prefix, value):
        raise Http404
    return value


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Http404
    return int(text)
