"""The routes of jobs under /v1."""

from django.urls import URLPattern, path

from crmsolid.jobs import views

urlpatterns: list[URLPattern] = [
    path("jobs", views.JobsView.as_view()),
    path("jobs/<str:job_id>", views.JobView.as_view()),
    path("jobs/<str:job_id>/cancel", views.CancelJobView.as_view()),
]
