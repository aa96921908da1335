"""The pages of messages and of the attempts at sending them."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from crmsolid.core.ids import is_id
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_base import TenantAdmin, TenantInline
from crmsolid.panel.components.admin_columns import (
    column,
    datetime_column,
    field_column,
    fixed_filter,
    milliseconds_column,
)
from crmsolid.panel.components.admin_pages import LoadingChangeList
from crmsolid.workspaces.actor import ADMINS
from messaging.formatting.entities import from_json
from messaging.models import Message, MessageAttempt
from messaging.panel.formatted import html_of
from messaging.panel.media import files_of, small_files, with_files
from messaging.panel.words import address_of, media_text, waiting_text
from messaging.sending.waiting import annotate

SEARCHED = 50_000
OUTCOMES = ("sent", "duplicate", "retry", "failed", "lost")
STATUS_COLOURS = {"queued": "info", "sending": "primary", "sent": "success", "failed": "danger", "received": "primary"}


class MessageColumns:
    """Columns for a message's status, why it is still queued, and the beginning of its text."""

    @column("status", ordering="status", label=STATUS_COLOURS)
    def status_label(self, message: Message) -> tuple[str, str]:
        return message.status, message.get_status_display()

    @column("waiting", ordering="eta")
    def waiting(self, message: Message) -> SafeString | str:
        return waiting_text(message)

    @column("status")
    def status_text(self, message: Message) -> SafeString | str:
        """The status and, of a queued message, why it waits."""
        status, reason = message.get_status_display(), waiting_text(message)
        return format_html("{}. {}", status, reason) if reason else status

    @column("text")
    def text_preview(self, message: Message) -> SafeString | str:
        """After the files."""
        files = files_of(message)
        text = Truncator(message.text).chars(90)
        if files:
            return format_html("{} {}", small_files(files, address_of(message)), text)
        return text if text or message.kind == "text" else media_text(message)


class AccountFieldAdmin(TenantAdmin):
    """Shows the account as a link to its page only to users who may open that page."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets: Any = super().get_fieldsets(request, obj)
        if self.panel_context(request).has_role(ADMINS):
            return fieldsets
        unlinked = {("contact", "account"): ("contact", "account_name")}
        return [
            (name, {**options, "fields": [unlinked.get(line, line) for line in options["fields"]]})
            for name, options in fieldsets
        ]

    @column("account")
    def account_name(self, row: Any) -> str:
        return str(row.account)


class AttemptInline(TenantInline):
    model = MessageAttempt
    fields = ("number", "time", "outcome", "error", "duration")
    readonly_fields = ("time", "outcome", "duration")
    verbose_name_plural = "attempts"
    time = datetime_column("time", "at")
    duration = milliseconds_column("took", "duration_ms")


class MessageAdmin(MessageColumns, AccountFieldAdmin):
    """Messages in and out, with the reason why one failed."""

    list_display = ("created", "direction", "contact", "text_preview", "status_label", "waiting", "account")
    list_filter = ("status", "direction", "account", "created_at")
    list_select_related = ("contact", "account__workspace__live")
    search_fields = ("text", "recipient")
    search_help_text = f"An id, or words of the newest {SEARCHED:,} messages"
    ordering = ("-created_at", "-id")
    sortable_by = ("created",)
    fieldsets = (
        (
            None,
            {"fields": (("contact", "account"), "words", "files", ("status_text", "direction"), ("error", "detail"))},
        ),
        ("Times", {"fields": (("created", "due"), ("sent", "edited"))}),
        ("More", {"fields": (("source_name", "author"), ("addressed_to", "kind"), "attempts", "conversation", "id")}),
    )
    readonly_fields = (
        *("words", "files", "status_text", "detail", "created", "due", "sent", "edited"),
        *("source_name", "author", "addressed_to", "conversation"),
    )
    inlines = (AttemptInline,)
    keeps_history = False
    empty_text = "Send one over the API with a key that may write messages; what contacts write comes here by itself."
    created = datetime_column("time", "created_at")
    due = datetime_column("due", "eta")
    sent = datetime_column("sent", "sent_at")
    edited = datetime_column("edited", "edited_at")
    detail = field_column("detail", "error_detail")
    source_name = field_column("source", "source")
    author = field_column("written by", "author_name")
    addressed_to = field_column("addressed to", "recipient")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LoadingChangeList]:
        return LoadingChangeList

    def load_rows(self, rows: list[Message]) -> None:
        """Load the files of the page."""
        with_files(rows)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return annotate(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """No index knows the words of a text, so they are looked for in the newest of the messages that the filters
        leave. An id is found whatever its age."""
        if is_id("msg", search_term.strip()):
            return queryset.filter(pk=search_term.strip()), False
        if search_term.strip():
            times = queryset.order_by("-created_at", "-id").values_list("created_at", flat=True)
            oldest = list(times[SEARCHED - 1 : SEARCHED])
            queryset = queryset.filter(created_at__gte=oldest[0]) if oldest else queryset
        return super().get_search_results(request, queryset, search_term)

    def label_of(self, obj: Message) -> str:
        return f"{'From' if obj.direction == 'in' else 'To'} {obj.contact}"

    @column("text")
    def words(self, message: Message) -> SafeString:
        return format_html('<div class="cs-kept">{}</div>', html_of(message.text, from_json(message.entities)))

    @column("files")
    def files(self, message: Message) -> SafeString | str:
        """The files, which lead to their contents."""
        [found] = with_files([message])
        return format_html_join("", "{}", ((small_files([each]),) for each in files_of(found))) or "–"

    @column("conversation")
    def conversation(self, message: Message) -> SafeString:
        page = panel_url("inbox_thread", message.thread_id)
        name = f"{message.contact} with {message.account}"
        return format_html('<a class="cs-link" href="{}">{}</a>', page, name)


class MessageAttemptAdmin(TenantAdmin):
    """Attempts at sending; each is also shown with its message."""

    list_display = ("time", "message", "number", "outcome", "error", "duration")
    list_filter = (fixed_filter("outcome", OUTCOMES),)
    list_select_related = ("message",)
    search_fields = ("message__exact",)
    search_help_text = "Id of a message"
    ordering = ("-id",)  # in the order of time, and there is an index
    sortable_by = ()
    fields = ("time", "message", "number", "outcome", "error", "duration")
    readonly_fields = ("time", "outcome", "duration")
    keeps_history = False
    empty_text = "Each try at sending a message is listed here."
    time = datetime_column("time", "at")
    duration = milliseconds_column("took", "duration_ms")
