"""The addresses of analytics, below the side."""

from crmsolid.analytics.panel import pages
from crmsolid.analytics.panel.behind import FigurePage
from crmsolid.analytics.panel.conversations import ConversationsPage
from crmsolid.analytics.panel.overview import AnswersPage, OverviewPage, TeamPage
from crmsolid.panel.components.tenant_page import page_path

urlpatterns = [
    page_path("analytics/", OverviewPage),
    page_path("analytics/team/", TeamPage),
    page_path("analytics/team/answers/", AnswersPage),
    page_path("analytics/team/conversations/", ConversationsPage),
    page_path("analytics/funnel/", pages.FunnelPage),
    page_path("analytics/sequences/", pages.SequencesPage),
    page_path("analytics/broadcasts/", pages.BroadcastsPage),
    page_path("analytics/accounts/", pages.AccountsPage),
    page_path("analytics/behind/", FigurePage),
]
