"""The routes of contacts under /v1."""

from django.urls import URLPattern, path

from contacts import views
from contacts.imports import views as imports

urlpatterns: list[URLPattern] = [
    path("contacts", views.ContactsView.as_view()),
    path("contacts/export", views.ExportView.as_view()),
    path("contacts/import", imports.ImportView.as_view()),
    path("contacts/<str:contact_id>", views.ContactView.as_view()),
    path("contacts/<str:contact_id>/tags", views.ContactTagsView.as_view()),
    path("contacts/<str:contact_id>/data", views.PersonalDataView.as_view()),
    path("jobs/<str:job_id>/failed-rows", imports.FailedRowsView.as_view()),
    path("custom-fields", views.CustomFieldsView.as_view()),
]
