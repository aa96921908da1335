"""The table of /v1. Each app brings its own rows."""

from django.urls import URLPattern, path

from contacts.urls import urlpatterns as contacts
from crmsolid.api.jobs import JobView
from crmsolid.api.me import MeView
from messaging.urls import urlpatterns as messaging
from webhooks.urls import urlpatterns as webhooks

urlpatterns: list[URLPattern] = [
    path("me", MeView.as_view()),
    path("jobs/<str:job_id>", JobView.as_view()),
    *contacts,
    *messaging,
    *webhooks,
]
