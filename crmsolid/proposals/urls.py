"""The routes of proposals under /v1."""

from django.urls import URLPattern, path

from crmsolid.proposals import views

urlpatterns: list[URLPattern] = [
    path("proposals", views.ProposalsView.as_view()),
    path("proposals/<str:proposal_id>", views.ProposalView.as_view()),
    path("proposals/<str:proposal_id>/cancel", views.CancelProposalView.as_view()),
]
