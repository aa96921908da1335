"""The MCP tool of analytics: one for all reports, because a model reads the list of tools in every conversation."""

from typing import ClassVar

from rest_framework import serializers

from crmsolid.analytics.inputs import ReportQuery
from crmsolid.analytics.reports import REPORTS
from crmsolid.analytics.views import (
    READ,
    AccountsReportView,
    BroadcastsReportView,
    ConversationsReportView,
    EnrollmentsReportView,
    FunnelView,
    HoursReportView,
    SequencesReportView,
    TeamReportView,
    answer,
)
from crmsolid.api.endpoint import ApiResponse, endpoint
from crmsolid.api.fields import Choice
from crmsolid.api.representations import TEAM, AnyField, Representation
from crmsolid.api.views import WorkspaceView
from crmsolid.mcp.tool import Tool


class AnyReportQuery(ReportQuery):
    report = Choice(choices=list(REPORTS), default="funnel", help_text="On what.")


class AnyReportOut(Representation):
    """One of the reports: the funnel has ``stages``, the others ``data``."""

    untrusted: ClassVar[tuple[str, ...]] = tuple(
        f"{part}{name}"
        for part in ("", "series[].", "before.")
        for name in ("data[].name", "data[].steps[].step", "accounts[].name")
    )
    text_of = TEAM

    complete_until = serializers.DateTimeField()

    def get_fields(self) -> dict[str, AnyField]:
        """``from`` is a keyword of Python, and ``data`` a property of serializers."""
        span = {name: serializers.DateTimeField() for name in ("from", "to")}
        lists = {name: serializers.ListField(allow_null=True) for name in ("stages", "data", "series", "accounts")}
        objects = {name: serializers.DictField(allow_null=True) for name in ("everyone", "before", "backlog")}
        return {**span, **super().get_fields(), **lists, **objects}


class AnalyticsView(WorkspaceView):
    """Any of the reports at /v1/analytics."""

    @endpoint(scopes=READ, query=AnyReportQuery, responses={200: AnyReportOut}, slow=True)
    def get(self) -> ApiResponse:
        return answer(self.query["report"], self.actor, self.query)


TOOLS = (
    Tool(
        "get_analytics",
        "Read statistics",
        "Statistics. Of sequences and broadcasts, what was sent after `complete_until` may yet be answered.",
        AnalyticsView,
        as_listed=True,  # what the answer has depends on the report
        about={
            "from": "A date in the workspace's time zone, or a time. Default: 30 days ago.",
            "to": "A date, which is included, or a time, exclusive. Default: now.",
        },
        stands_for=(
            FunnelView,
            SequencesReportView,
            EnrollmentsReportView,
            BroadcastsReportView,
            AccountsReportView,
            TeamReportView,
            ConversationsReportView,
            HoursReportView,
        ),
    ),
)
