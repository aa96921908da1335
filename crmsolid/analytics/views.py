"""REST endpoints of analytics: parse, call one service, render."""

from typing import Any

from crmsolid.analytics.inputs import ReportQuery, read_span
from crmsolid.analytics.reports import read_report
from crmsolid.analytics.representations import (
    AccountsOut,
    BroadcastsOut,
    ConversationsOut,
    EnrollmentsOut,
    FunnelOut,
    HoursOut,
    SequencesOut,
    TeamOut,
)
from crmsolid.api.endpoint import ApiResponse, endpoint
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces.actor import Actor, Scope

READ = (Scope.READ_ANALYTICS,)


def answer(name: str, actor: Actor, query: dict[str, Any]) -> ApiResponse:
    """The report with this name, as the parameters ask for it."""
    return ApiResponse(read_report(name, actor, read_span(actor.workspace, query)))


class FunnelView(WorkspaceView):
    """The funnel: how many contacts reached each stage, how many of those added, and in what time."""

    @endpoint(scopes=READ, query=ReportQuery, responses={200: FunnelOut}, slow=True)
    def get(self) -> ApiResponse:
        return answer("funnel", self.actor, self.query)


class SequencesReportView(WorkspaceView):
    """What came of the messages of sequences, by version and step."""

    @endpoint(scopes=READ, query=ReportQuery, responses={200: SequencesOut}, slow=True)
    def get(self) -> ApiResponse:
        return answer("sequences", self.actor, self.query)


class EnrollmentsReportView(WorkspaceView):
    """What came of the contacts who were enrolled, by sequence."""

    @endpoint(scopes=READ, query=ReportQuery, responses={200: EnrollmentsOut}, slow=True)
    def get(self) -> ApiResponse:
        return answer("enrollments", self.actor, self.query)


class BroadcastsReportView(WorkspaceView):
    """What came of the messages of broadcasts."""

    @endpoint(scopes=READ, query=ReportQuery, responses={200: BroadcastsOut}, slow=True)
    def get(self) -> ApiResponse:
        return answer("broadcasts", self.actor, self.query)


class AccountsReportView(WorkspaceView):
    """What the accounts sent, what failed, and what came back."""

    @endpoint(scopes=READ, query=ReportQuery, responses={200: AccountsOut}, slow=True)
    def get(self) -> ApiResponse:
        return answer("accounts", self.actor, self.query)


class TeamReportView(WorkspaceView):
    """How many messages members wrote by hand, and how long contacts had waited for them."""

    @endpoint(scopes=READ, query=ReportQuery, responses={200: TeamOut}, slow=True)
    def get(self) -> ApiResponse:
        return answer("team", self.actor, self.query)


class ConversationsReportView(WorkspaceView):
    """How many conversations began, were handled and closed, in what time, and who waits now."""

    @endpoint(scopes=READ, query=ReportQuery, responses={200: ConversationsOut}, slow=True)
    def get(self) -> ApiResponse:
        return answer("conversations", self.actor, self.query)


class HoursReportView(WorkspaceView):
    """When people write: their messages by weekday and hour."""

    @endpoint(scopes=READ, query=ReportQuery, responses={200: HoursOut}, slow=True)
    def get(self) -> ApiResponse:
        return answer("hours", self.actor, self.query)
