"""The /v1 routes of webhooks and of the event log."""

from django.urls import URLPattern, path

from webhooks import views

urlpatterns: list[URLPattern] = [
    path("webhooks", views.EndpointsView.as_view()),
    path("webhooks/events", views.EventKindsView.as_view()),
    path("webhooks/<str:endpoint_id>", views.EndpointView.as_view()),
    path("webhooks/<str:endpoint_id>/rotate-secret", views.RotateSecretView.as_view()),
    path("webhooks/<str:endpoint_id>/test", views.TestEndpointView.as_view()),
    path("webhooks/<str:endpoint_id>/deliveries", views.EndpointDeliveriesView.as_view()),
    path("webhooks/<str:endpoint_id>/replay", views.ReplayFailedView.as_view()),
    path("deliveries/<str:delivery_id>", views.DeliveryView.as_view()),
    path("deliveries/<str:delivery_id>/replay", views.ReplayDeliveryView.as_view()),
    path("events", views.EventsView.as_view()),
    path("events/<str:event_id>", views.EventView.as_view()),
]
