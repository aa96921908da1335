"""The addresses of the inbox, of alerts and of files, below the side."""

from django.urls import path

from crmsolid.panel.components.tenant_page import kept_path, page_path
from messaging.panel.alerts import AlertPage, AlertsPage
from messaging.panel.alerts_stream import alerts_stream
from messaging.panel.files import FilePage, FileUploadPage, ThumbnailPage
from messaging.panel.inbox import InboxPage
from messaging.panel.inbox_stream import inbox_stream
from messaging.panel.thread_page import ThreadPage
from messaging.panel.writing import NewMessagePage

urlpatterns = [
    page_path("inbox/", InboxPage),
    path("inbox/stream", inbox_stream, name="inbox_stream"),
    page_path("inbox/new/", NewMessagePage),
    page_path("inbox/<str:thread_id>/", ThreadPage),
    page_path("alerts/", AlertsPage),
    path("alerts/stream", alerts_stream, name="alerts_stream"),
    page_path("alerts/<int:alert_id>/", AlertPage),
    page_path("files/", FileUploadPage),
    kept_path("files/<str:file_id>/thumbnail", ThumbnailPage),
    kept_path("files/<str:file_id>/", FilePage),
]
