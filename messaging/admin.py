"""The inbox, and the messages with every attempt at sending. The accounts are in ``account_admin``."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import Truncator

from crmsolid.workspaces.admin_base import ADMINS, TenantAdmin, TenantInline
from crmsolid.workspaces.admin_parts import column, fixed_filter
from messaging.account_admin import AccountAdmin as AccountAdmin  # found by Django through this module
from messaging.models import Message, MessageAttempt, Thread

OUTCOMES = ("sent", "duplicate", "retry", "failed", "lost")
STATUS_COLOURS = {
    "queued": "info",
    "sending": "warning",
    "sent": "success",
    "failed": "danger",
    "received": "primary",
}


class StatusColumn:
    """A message's status as a coloured label, and the beginning of its text."""

    @column("status", ordering="status", label=STATUS_COLOURS)
    def shown_status(self, message: Message) -> tuple[str, str]:
        return message.status, message.get_status_display()

    @column("text")
    def beginning(self, message: Message) -> str:
        return Truncator(message.text).chars(90)


class AccountLink(TenantAdmin):
    """The account's name without its link for those whom its page would refuse."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if self.seat(request).has_role(ADMINS):
            return fieldsets
        return [(name, {**options, "fields": _unlinked(options["fields"])}) for name, options in fieldsets]

    @column("account")
    def account_name(self, row: Any) -> str:
        return str(row.account)


def _unlinked(fields: Any) -> Any:
    if isinstance(fields, str):
        return "account_name" if fields == "account" else fields
    return tuple(_unlinked(each) for each in fields)


class MessageInline(StatusColumn, TenantInline):
    model = Message
    fields = ("created_at", "direction", "beginning", "status")
    readonly_fields = fields
    ordering = ("-created_at", "-id")
    per_page = 20


@admin.register(Thread)
class ThreadAdmin(AccountLink):
    """The inbox: conversations, the one with the latest message first."""

    list_display = ("contact", "account", "unread", "last_message_at")
    list_filter = ("account",)
    list_select_related = ("contact", "account")
    search_fields = ("contact__search",)
    search_help_text = "Name, username or e-mail of the contact"
    ordering = ("-last_message_at", "-id")
    fields = (("contact", "account"), "unread_count", "last_message_at", "created_at")
    inlines = (MessageInline,)

    def label_of(self, obj: Thread) -> str:
        return f"{obj.contact} with {obj.account}"

    @column("unread", ordering="unread_count", label=True)
    def unread(self, thread: Thread) -> str:
        return str(thread.unread_count) if thread.unread_count else ""


class AttemptInline(TenantInline):
    model = MessageAttempt
    fields = ("number", "at", "outcome", "error", "duration_ms")
    show_change_link = False
    verbose_name_plural = "attempts"


@admin.register(Message)
class MessageAdmin(StatusColumn, AccountLink):
    """Every message in and out, and why one failed."""

    list_display = ("created_at", "direction", "contact", "beginning", "shown_status", "account", "due")
    list_filter = ("status", "direction", "account", "created_at")
    list_select_related = ("contact", "account")
    search_fields = ("id", "text", "recipient")
    ordering = ("-created_at", "-id")
    fieldsets = (
        (None, {"fields": (("contact", "account"), "text", ("status", "direction"), ("error", "error_detail"))}),
        ("Times", {"fields": (("created_at", "eta"), ("sent_at", "edited_at"))}),
        ("More", {"fields": (("id", "thread"), ("source", "recipient"), ("kind", "attempts"))}),
    )
    inlines = (AttemptInline,)

    @column("due", ordering="eta")
    def due(self, message: Message) -> datetime | None:
        return message.eta if message.status == "queued" else None


@admin.register(MessageAttempt)
class MessageAttemptAdmin(TenantAdmin):
    """Each try at sending; shown with its message."""

    list_display = ("at", "message", "number", "outcome", "error", "duration_ms")
    list_filter = (fixed_filter("outcome", OUTCOMES),)
    list_select_related = ("message",)
    search_fields = ("message__id",)
    ordering = ("-at", "-id")
