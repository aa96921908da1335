"""The four reports, as REST, MCP and the panel show them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from contacts.stats import funnel_report
from crmsolid.analytics.inputs import Span
from crmsolid.analytics.representations import AccountFiguresOut, BroadcastFiguresOut, StageOut, VersionFiguresOut
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.periods import Period, Report
from crmsolid.workspaces.actor import Actor
from messaging.broadcasts.stats import BroadcastFigures, broadcast_report
from messaging.stats import account_report
from messaging.threads.received import REPLY_WINDOW
from sequences.stats import sequence_report


@dataclass(frozen=True)
class ReportKind:
    """A report: the service that counts, the name of the list in the answer, what an item of it looks like, and for how
    long what comes later changes the figures of a moment."""

    count: Callable[[Actor, Sequence[Period]], Report[Any]]
    list_name: str
    render: Callable[[Any], dict[str, Any]]
    grows_for: timedelta = timedelta()


def _broadcast(figures: BroadcastFigures) -> dict[str, Any]:
    broadcast = figures.broadcast
    return BroadcastFiguresOut.render(figures.outcomes, broadcast_id=broadcast.pk, name=broadcast.name)


REPORTS = {
    "funnel": ReportKind(funnel_report, "stages", StageOut.render),
    "sequences": ReportKind(sequence_report, "data", VersionFiguresOut.render, REPLY_WINDOW),
    "broadcasts": ReportKind(broadcast_report, "data", _broadcast, REPLY_WINDOW),
    "accounts": ReportKind(account_report, "data", AccountFiguresOut.render),
}


def read_report(name: str, actor: Actor, span: Span) -> dict[str, Any]:
    """The report with this name, as the API answers it."""
    kind = REPORTS[name]
    report = kind.count(actor, span.periods)

    def part(period: Period, figures: Sequence[Any]) -> dict[str, Any]:
        items = [kind.render(item) for item in figures]
        return {"from": rfc3339(period.begins), "to": rfc3339(period.ends), kind.list_name: items}

    series = [part(*each) for each in zip(span.periods, report.series, strict=True)] if span.is_divided else None
    complete_until = rfc3339(clock.now() - kind.grows_for)
    return {**part(span.whole, report.total), "complete_until": complete_until, "series": series}
