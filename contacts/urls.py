"""The routes of contacts under /v1."""

from django.urls import URLPattern, path

from contacts import note_views, tag_views, views
from contacts.imports import views as imports
from contacts.scoring import views as scoring
from contacts.segments import views as segments

urlpatterns: list[URLPattern] = [
    path("contacts", views.ContactsView.as_view()),
    path("contacts/export", views.ExportView.as_view()),
    path("contacts/import", imports.ImportView.as_view()),
    path("contacts/<str:contact_id>", views.ContactView.as_view()),
    path("contacts/<str:contact_id>/tags", views.ContactTagsView.as_view()),
    path("contacts/<str:contact_id>/score", scoring.ScoreView.as_view()),
    path("contacts/<str:contact_id>/points", scoring.PointsView.as_view()),
    path("contacts/<str:contact_id>/data", views.PersonalDataView.as_view()),
    path("contacts/<str:contact_id>/notes", note_views.NotesView.as_view()),
    path("notes/<str:note_id>", note_views.NoteView.as_view()),
    path("tags", tag_views.TagsView.as_view()),
    # A tag may have any character.
    path("tags/<path:tag>", tag_views.TagView.as_view()),
    path("segments", segments.SegmentsView.as_view()),
    path("segments/preview", segments.PreviewView.as_view()),
    path("segments/<str:segment_id>", segments.SegmentView.as_view()),
    path("segments/<str:segment_id>/explain", segments.ExplainView.as_view()),
    path("segments/<str:segment_id>/tags", segments.SegmentTagsView.as_view()),
    path("jobs/<str:job_id>/failed-rows", imports.FailedRowsView.as_view()),
    path("custom-fields", views.CustomFieldsView.as_view()),
    path("custom-fields/<str:key>", views.CustomFieldView.as_view()),
]
