"""The routes of broadcasts under /v1."""

from django.urls import URLPattern, path

from messaging.broadcasts import views

urlpatterns: list[URLPattern] = [
    path("broadcasts", views.BroadcastsView.as_view()),
    path("broadcasts/preview", views.PreviewView.as_view()),
    path("broadcasts/<str:broadcast_id>", views.BroadcastView.as_view()),
    path("broadcasts/<str:broadcast_id>/pause", views.PauseBroadcastView.as_view()),
    path("broadcasts/<str:broadcast_id>/resume", views.ResumeBroadcastView.as_view()),
    path("broadcasts/<str:broadcast_id>/cancel", views.CancelBroadcastView.as_view()),
    path("broadcasts/<str:broadcast_id>/retry-failed", views.RetryFailedView.as_view()),
    path("broadcasts/<str:broadcast_id>/recipients", views.RecipientsView.as_view()),
]
