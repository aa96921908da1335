"""The routes of analytics under /v1."""

from django.urls import URLPattern, path

from crmsolid.analytics import views

urlpatterns: list[URLPattern] = [
    path("analytics/funnel", views.FunnelView.as_view()),
    path("analytics/sequences", views.SequencesReportView.as_view()),
    path("analytics/enrollments", views.EnrollmentsReportView.as_view()),
    path("analytics/broadcasts", views.BroadcastsReportView.as_view()),
    path("analytics/accounts", views.AccountsReportView.as_view()),
    path("analytics/team", views.TeamReportView.as_view()),
    path("analytics/conversations", views.ConversationsReportView.as_view()),
    path("analytics/hours", views.HoursReportView.as_view()),
]
