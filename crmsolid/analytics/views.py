"""REST endpoints of analytics: parse, call one service, render."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contacts.stats import funnel_report
from crmsolid.analytics.inputs import ReportQuery, read_span
from crmsolid.analytics.representations import (
    AccountFiguresOut,
    AccountsOut,
    BroadcastFiguresOut,
    BroadcastsOut,
    FunnelOut,
    SequencesOut,
    StageOut,
    VersionFiguresOut,
)
from crmsolid.api.endpoint import ApiResponse, endpoint
from crmsolid.api.views import WorkspaceView
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.periods import Period, Report
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope
from messaging.broadcasts.stats import BroadcastFigures, broadcast_report
from messaging.replies import REPLY_WINDOW
from messaging.stats import account_report
from sequences.stats import sequence_report

READ = (Scope.READ_ANALYTICS,)


@dataclass(frozen=True)
class ReportKind:
    """A report: the service that counts, the name of the list in the answer, and what an item of it looks like."""

    count: Callable[[Actor, Sequence[Period]], Report[Any]]
    list_name: str
    render: Callable[[Any], dict[str, Any]]


def _broadcast(figures: BroadcastFigures) -> dict[str, Any]:
    broadcast = figures.broadcast
    return BroadcastFiguresOut.render(figures.outcomes, broadcast_id=broadcast.pk, name=broadcast.name)


REPORTS = {
    "funnel": ReportKind(funnel_report, "stages", StageOut.render),
    "sequences": ReportKind(sequence_report, "data", VersionFiguresOut.render),
    "broadcasts": ReportKind(broadcast_report, "data", _broadcast),
    "accounts": ReportKind(account_report, "data", AccountFiguresOut.render),
}


def answer(name: str, actor: Actor, query: dict[str, Any]) -> ApiResponse:
    """The report with this name, as the parameters ask for it."""
    kind, span = REPORTS[name], read_span(actor.workspace, query)
    report = kind.count(actor, span.periods)

    def part(period: Period, figures: Sequence[Any]) -> dict[str, Any]:
        items = [kind.render(item) for item in figures]
        return {"from": rfc3339(period.begins), "to": rfc3339(period.ends), kind.list_name: items}

    series = [part(*each) for each in zip(span.periods, report.series, strict=True)] if span.is_divided else None
    complete_until = rfc3339(clock.now() - REPLY_WINDOW)
    return ApiResponse({**part(span.whole, report.total), "complete_until": complete_until, "series": series})


class FunnelView(WorkspaceView):
    """The funnel: how many contacts came to each stage, how many of those added, and in what time."""

    @endpoint(scopes=READ, query=ReportQuery, responses={200: FunnelOut})
    def get(self) -> ApiResponse:
        return answer("funnel", self.actor, self.query)


class SequencesReportView(WorkspaceView):
    """What came of the messages of sequences, by version and step."""

    @endpoint(scopes=READ, query=ReportQuery, responses={200: SequencesOut})
    def get(self) -> ApiResponse:
        return answer("sequences", self.actor, self.query)


class BroadcastsReportView(WorkspaceView):
    """What came of the messages of broadcasts."""

    @endpoint(scopes=READ, query=ReportQuery, responses={200: BroadcastsOut})
    def get(self) -> ApiResponse:
        return answer("broadcasts", self.actor, self.query)


class AccountsReportView(WorkspaceView):
    """What the accounts sent, what failed, and what came back."""

    @endpoint(scopes=READ, query=ReportQuery, responses={200: AccountsOut})
    def get(self) -> ApiResponse:
        return answer("accounts", self.actor, self.query)
