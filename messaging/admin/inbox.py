"""The inbox, and the messages with every attempt at sending. The accounts are in ``messaging.admin.accounts``."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from crmsolid.workspaces.admin_base import ADMINS, TenantAdmin, TenantInline
from crmsolid.workspaces.admin_columns import (
    column,
    datetime_column,
    field_column,
    fixed_filter,
    format_time,
    milliseconds_column,
)
from messaging.admin.accounts import AccountAdmin as AccountAdmin  # found by Django through this module
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
        if self.panel_context(request).has_role(ADMINS):
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
    fields = ("made", "direction", "linked", "status")
    readonly_fields = fields
    made = datetime_column("time", "created_at")

    @column("text")
    def linked(self, message: Message) -> SafeString:
        """To the message's page, which says why it failed and when it is due."""
        page = reverse("admin:messaging_message_change", args=[message.pk])
        return format_html('<a class="cs-link" href="{}">{}</a>', page, self.beginning(message) or f"({message.kind})")

    ordering = ("-created_at", "-id")
    per_page = 20


@admin.register(Thread)
class ThreadAdmin(AccountLink):
    """The inbox: conversations, the one with the latest message first."""

    list_display = ("contact", "account", "unread", "latest")
    list_filter = ("account",)
    list_select_related = ("contact", "account")
    search_fields = ("contact__search",)
    search_help_text = "Name, username or e-mail of the contact"
    ordering = ("-last_message_at", "-id")
    fields = (("contact", "account"), ("unread_messages", "latest"), ("begun", "id"))
    readonly_fields = ("unread_messages", "latest", "begun")
    inlines = (MessageInline,)
    keeps_history = False
    empty_text = "A conversation begins with the first message that you send or get."
    latest = datetime_column("last message", "last_message_at")
    begun = datetime_column("begun", "created_at")
    unread_messages = field_column("unread", "unread_count")

    def label_of(self, obj: Thread) -> str:
        return f"{obj.contact} with {obj.account}"

    @column("unread", ordering="unread_count", label=True)
    def unread(self, thread: Thread) -> str:
        return str(thread.unread_count) if thread.unread_count else ""


class AttemptInline(TenantInline):
    model = MessageAttempt
    fields = ("number", "when", "outcome", "error", "took")
    readonly_fields = ("when", "outcome", "took")
    show_change_link = False
    verbose_name_plural = "attempts"
    when = datetime_column("time", "at")
    took = milliseconds_column("took", "duration_ms")


@admin.register(Message)
class MessageAdmin(StatusColumn, AccountLink):
    """Every message in and out, and why one failed."""

    list_display = ("made", "direction", "contact", "beginning", "shown_status", "account", "due")
    list_filter = ("status", "direction", "account", "created_at")
    list_select_related = ("contact", "account")
    search_fields = ("id", "text", "recipient")
    search_help_text = "Words of the text, a recipient or an id"
    ordering = ("-created_at", "-id")
    fieldsets = (
        (None, {"fields": (("contact", "account"), "text", ("status", "direction"), ("error", "detail"))}),
        ("Times", {"fields": (("made", "planned"), ("sent", "edited"))}),
        ("More", {"fields": (("began_as", "addressed"), ("kind", "attempts"), "conversation", "id")}),
    )
    readonly_fields = ("detail", "made", "planned", "sent", "edited", "began_as", "addressed", "conversation")
    inlines = (AttemptInline,)
    keeps_history = False
    empty_text = "Send one over the API with a key that may write messages; what contacts write comes here by itself."
    made = datetime_column("time", "created_at")
    planned = datetime_column("due", "eta")
    sent = datetime_column("sent", "sent_at")
    edited = datetime_column("edited", "edited_at")
    detail = field_column("detail", "error_detail")
    began_as = field_column("source", "source")
    addressed = field_column("addressed to", "recipient")

    def label_of(self, obj: Message) -> str:
        return f"{'From' if obj.direction == 'in' else 'To'} {obj.contact}"

    @column("conversation")
    def conversation(self, message: Message) -> SafeString:
        page = reverse("admin:messaging_thread_change", args=[message.thread_id])
        name = f"{message.contact} with {message.account}"
        return format_html('<a class="cs-link" href="{}">{}</a>', page, name)

    @column("due", ordering="eta")
    def due(self, message: Message) -> SafeString | str:
        return format_time(message.eta if message.status == "queued" else None)


@admin.register(MessageAttempt)
class MessageAttemptAdmin(TenantAdmin):
    """Each try at sending; shown with its message."""

    list_display = ("when", "message", "number", "outcome", "error", "took")
    list_filter = (fixed_filter("outcome", OUTCOMES),)
    list_select_related = ("message",)
    search_fields = ("message__id",)
    search_help_text = "Id of a message"
    ordering = ("-at", "-id")
    fields = ("when", "message", "number", "outcome", "error", "took")
    readonly_fields = ("when", "outcome", "took")
    keeps_history = False
    empty_text = "Each try at sending a message is listed here."
    when = datetime_column("time", "at")
    took = milliseconds_column("took", "duration_ms")
