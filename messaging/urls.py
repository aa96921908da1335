"""Messaging's rows of the /v1 table."""

from django.urls import URLPattern, path

from messaging import template_views, views
from messaging.broadcasts.urls import urlpatterns as broadcasts
from messaging.files.urls import urlpatterns as files

urlpatterns: list[URLPattern] = [
    path("messages/send", views.SendView.as_view()),
    path("messages/stream", views.stream),
    path("messages", views.MessagesView.as_view()),
    path("messages/<str:message_id>", views.MessageView.as_view()),
    path("messages/<str:message_id>/cancel", views.CancelView.as_view()),
    path("messages/<str:message_id>/reactions", views.ReactionsView.as_view()),
    path("threads", views.ThreadsView.as_view()),
    path("threads/<str:thread_id>", views.ThreadView.as_view()),
    path("threads/<str:thread_id>/messages", views.ThreadMessagesView.as_view()),
    path("threads/<str:thread_id>/history", views.HistoryView.as_view()),
    path("threads/<str:thread_id>/read", views.ReadThreadView.as_view()),
    path("threads/<str:thread_id>/unread", views.UnreadThreadView.as_view()),
    path("templates", template_views.TemplatesView.as_view()),
    path("templates/<int:template_id>", template_views.TemplateView.as_view()),
    path("accounts", views.AccountsView.as_view()),
    path("accounts/<int:account_id>", views.AccountView.as_view()),
    *broadcasts,
    *files,
]
