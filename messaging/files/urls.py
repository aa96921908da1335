"""The paths of files, below /v1."""

from django.urls import URLPattern, path

from messaging.files import views

urlpatterns: list[URLPattern] = [
    path("files", views.FilesView.as_view()),
    path("files/<str:file_id>", views.FileView.as_view()),
    path("files/<str:file_id>/thumbnail", views.ThumbnailView.as_view()),
]
