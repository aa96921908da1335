"""Conversations > Broadcasts: the list, the form of a draft, its preview with the start, and the page of one."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.views.decorators.http import require_POST, require_safe

from contacts.models import Contact, Segment
from crmsolid.core.errors import DomainError
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_columns import column, datetime_column, fixed_filter, time_text
from crmsolid.panel.components.admin_pages import FormPageAdmin, label_for
from crmsolid.panel.components.forms import lock_row
from crmsolid.workspaces.actor import WRITERS
from messaging.broadcasts import services
from messaging.broadcasts.definition import Definition
from messaging.broadcasts.models import (
    SENDS,
    Broadcast,
    BroadcastStatus,
    BroadcastWaiting,
    ExclusionReason,
    Recipient,
    RecipientStatus,
)
from messaging.broadcasts.querysets import load_counts, load_waits, retryable, status_of, waiting_text
from messaging.models import Account, Message
from messaging.panel.broadcast_form import BroadcastForm
from messaging.panel.composing import as_html, field_labels, insertions, with_fields_marked, with_small_files
from messaging.panel.media import kept_files
from messaging.panel.words import contact_corrections, failure

COLOURS = {"draft": "", "scheduled": "info", "running": "primary", "paused": "warning", "done": "success"}
COLOURS |= {"canceled": "danger"}
RECIPIENT_COLOURS = {"pending": "info", "sent": "success", "failed": "danger", "skipped": "", "canceled": ""}
RECIPIENT_COLOURS |= {"needs_attention": "warning"}
# How often the page of a broadcast that is sent is loaded again, in seconds.
REFRESH_SECONDS = 3
# What the address of a new broadcast may fill in: whom somebody has chosen in the list of contacts.
AUDIENCE = ("segment_id", "tags", "contacts")
# The preview that follows what is typed counts an audience of so many contacts: that takes about a quarter of a second.
MAX_COUNTED_WHILE_TYPING = 5_000
# Waits that are a part of sending: they begin and end with each message.
PACING = (BroadcastWaiting.PER_HOUR, BroadcastWaiting.GAP)
RETRYABLE = (BroadcastStatus.RUNNING, BroadcastStatus.PAUSED, BroadcastStatus.DONE)
# Why the product itself canceled a broadcast.
CANCELED_BECAUSE = {
    "audience_changed": "The audience changed while it was started, so nothing was sent. Make another one.",
    "filter_too_costly": "Finding its audience took too long, so nothing was sent. Ask for less in the filter of the "
    "segment, above all for less with contains.",
    "internal_error": "It failed several times and was given up. The log of the server says why.",
}


class BroadcastAdmin(FormPageAdmin):
    adders = WRITERS
    may_be_slow = True
    list_display = ("name", "status_label", "progress", "waits", "failed", "starts", "created")
    list_filter = (fixed_filter("status", BroadcastStatus.values),)
    search_fields = ("name",)
    search_help_text = "Name"
    ordering = ("-created_at", "-id")
    empty_text = "A broadcast sends one message to many contacts: to a segment, or to everybody with a tag."
    starts = datetime_column("starts", "starts_at")
    created = datetime_column("made", "created_at")

    # --- List -------------------------------------------------------------------------------------------------
    def load_rows(self, rows: list[Any]) -> None:
        if rows:
            load_counts(rows[0].workspace_id, rows)
            load_waits(rows[0].workspace_id, rows)

    @column("status", ordering="status", label=COLOURS)
    def status_label(self, broadcast: Broadcast) -> tuple[str, str]:
        return broadcast.status, broadcast.get_status_display()

    @column("sent")
    def progress(self, broadcast: Broadcast) -> SafeString:
        total, sent = sum(broadcast.counts.values()), broadcast.counts["sent"]
        if not total:
            return SafeString("")
        meter = '<progress class="cs-meter cs-meter-s" max="{}" value="{}" aria-hidden="true"></progress>'
        text = f'<span class="cs-line-h cs-nowrap">{meter}{{}} of {{}}</span>'
        return format_html(text, total, total - broadcast.counts["pending"], f"{sent:,}", f"{total:,}")

    @column("waits")
    def waits(self, broadcast: Broadcast) -> str:
        return capfirst(waiting_text(broadcast))

    @column("failed")
    def failed(self, broadcast: Broadcast) -> str:
        return f"{broadcast.counts['failed']:,}" if broadcast.counts["failed"] else ""

    # --- One broadcast ----------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("<path:object_id>/preview/", self.preview_view, "preview"),
            self.own_url("<path:object_id>/start/", require_POST(self.start_view), "start"),
            self.own_url("<path:object_id>/pause/", self.action_view(self._pause), "pause"),
            self.own_url("<path:object_id>/resume/", self.action_view(self._resume), "resume"),
            self.own_url("<path:object_id>/cancel/", self.action_view(self._cancel), "cancel"),
            self.own_url("<path:object_id>/retry/", self.action_view(self._retry), "retry"),
            self.own_url("<path:object_id>/discard/", require_POST(self.discard_view), "discard"),
            self.own_url("<path:object_id>/recipients.csv", require_safe(self.export_view), "export"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        broadcast: Broadcast = self.row(request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        load_counts(broadcast.workspace_id, [broadcast])
        load_waits(broadcast.workspace_id, [broadcast])
        total, counts = sum(broadcast.counts.values()), broadcast.counts
        context = {
            **self._titles(broadcast, broadcast.name),
            "status": label_for(COLOURS, broadcast),
            "marked": with_small_files(
                with_fields_marked(broadcast.text, field_labels(broadcast.workspace_id), broadcast.format),
                broadcast.attachments,
                kept_files(broadcast.workspace_id, broadcast.attachments),
            ),
            "facts": self._facts(request, broadcast),
            "stands_still_for": "" if broadcast.waiting_for in PACING else waiting_text(broadcast),
            "why_canceled": CANCELED_BECAUSE.get(broadcast.reason, broadcast.reason),
            "total": total,
            "done": total - counts["pending"] - counts["needs_attention"],
            "counts": [(status.label, status.value, counts[status]) for status in RecipientStatus],
            "may_change": self.has_change_permission(request),
            "may_retry": broadcast.status in RETRYABLE and counts["failed"] and retryable(broadcast).exists(),
            # A page of the middle of the list stays as it is.
            "refresh_seconds": REFRESH_SECONDS if broadcast.status in SENDS and "cursor" not in request.GET else 0,
            **self._recipients(request, broadcast),
        }
        return self.render_page(request, "panel/broadcast.html", **context)

    def export_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The recipients, of one status if the address names one, as a file to save. It is streamed."""
        broadcast = self.row(request, object_id)
        rows = services.export_recipients(self.actor(request), broadcast.pk, status=_status(request))
        headers = {"Content-Disposition": f'attachment; filename="{broadcast.pk}.csv"'}
        return StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)

    def discard_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Delete a draft."""
        broadcast = self.row(request, object_id, to_change=True)
        try:
            services.delete_draft(self.actor(request), broadcast.pk)
        except DomainError as error:
            self.show_error(request, error)
            return self.page_of(broadcast)
        messages.success(request, f"The draft {broadcast.name} is deleted.")
        return HttpResponseRedirect(panel_url("messaging_broadcast_changelist"))

    def _titles(self, broadcast: Broadcast | None, title: str) -> dict[str, Any]:
        return {"title": title, "page_label": title, "original": broadcast, "broadcast": broadcast}

    def _facts(self, request: HttpRequest, broadcast: Broadcast) -> list[tuple[str, str]]:
        """What the broadcast says besides its text, as pairs of a title and a text."""
        workspace = self.current_workspace(request)
        accounts = Account.objects.for_workspace(workspace).filter(pk__in=broadcast.account_ids).order_by("id")
        facts = [
            ("Goes to", self._audience_text(request, broadcast)),
            ("Sends from", ", ".join(f"{each.name} (#{each.pk})" for each in accounts)),
        ]
        if waits := waiting_text(broadcast):
            facts.append(("Waits", waits))
        if broadcast.per_hour:
            facts.append(("At most", f"{broadcast.per_hour:,} messages an hour"))
        if broadcast.cooldown_days:
            facts.append(("Leaves out", f"whoever got another broadcast within {broadcast.cooldown_days} days"))
        if broadcast.status == BroadcastStatus.DRAFT and broadcast.send_at:
            facts.append(("To be sent at", time_text(broadcast.send_at)))
        if broadcast.starts_at:
            facts.append(
                (
                    "Starts" if broadcast.status == BroadcastStatus.SCHEDULED else "Started",
                    time_text(broadcast.starts_at),
                )
            )
        if broadcast.finishes_at:
            has_ended = broadcast.status in (BroadcastStatus.DONE, BroadcastStatus.CANCELED)
            facts.append(("Ended" if has_ended else "Done at about", time_text(broadcast.finishes_at)))
        return facts

    def _audience_text(self, request: HttpRequest, broadcast: Broadcast) -> str:
        audience = broadcast.audience
        if "segment_id" in audience:
            segments = Segment.objects.for_workspace(self.current_workspace(request))
            name = segments.filter(pk=audience["segment_id"]).values_list("name", flat=True).first()
            return f"the segment {name}" if name else "a segment that was deleted"
        if "tags" in audience:
            return f"everybody with {' and '.join(audience['tags'])}"
        return f"{len(audience.get('contact_ids', ())):,} contacts"

    def _recipients(self, request: HttpRequest, broadcast: Broadcast) -> dict[str, Any]:
        """A page of the recipients, of one status if the address names one."""
        chosen = _status(request)
        try:
            page = services.list_recipients(
                self.actor(request), broadcast.pk, status=chosen, cursor=request.GET.get("cursor")
            )
        except DomainError as error:
            self.show_error(request, error)
            page = services.list_recipients(self.actor(request), broadcast.pk, status=chosen)
        ids = [row.contact_id for row in page.rows if row.contact_id]
        contacts = Contact.objects.for_workspace(self.current_workspace(request)).in_bulk(ids)
        failed = [row.message_id for row in page.rows if row.status == RecipientStatus.FAILED and row.message_id]
        sent = Message.objects.for_workspace(self.current_workspace(request)).in_bulk(failed)
        rows = [
            {
                **_shown(row, contacts.get(row.contact_id)),
                "corrections": contact_corrections(sent[row.message_id], request.path)
                if row.message_id in sent
                else (),
            }
            for row in page.rows
        ]
        query = {"status": chosen or "", "cursor": page.next_cursor or ""}
        more = f"?{urlencode({name: value for name, value in query.items() if value})}" if page.next_cursor else ""
        return {"recipients": rows, "chosen": chosen, "more": more}

    # --- Changes of its state ---------------------------------------------------------------------------------
    def start_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Start a draft as its preview has shown it. If it is another one by now, say what has changed, and show the
        new preview first."""
        broadcast = self.row(request, object_id, to_change=True)
        audience_hash = request.POST.get("audience_hash", "")
        try:
            started = services.start_draft(self.actor(request), broadcast.pk, audience_hash=audience_hash)
        except DomainError as error:
            self.show_error(request, error)
            if error.code == "audience_changed":
                return HttpResponseRedirect(panel_url("messaging_broadcast_preview", broadcast.pk))
            return self.page_of(broadcast)
        if started.status == BroadcastStatus.SCHEDULED:
            messages.success(request, f"The broadcast is scheduled for {time_text(started.starts_at)}.")
        else:
            messages.success(request, "The broadcast is started.")
        return self.page_of(broadcast)

    def _pause(self, request: HttpRequest, broadcast: Broadcast) -> str:
        services.pause_broadcast(self.actor(request), broadcast.pk)
        return "Paused. Nothing more is sent until it is resumed."

    def _resume(self, request: HttpRequest, broadcast: Broadcast) -> str:
        services.resume_broadcast(self.actor(request), broadcast.pk)
        return "Resumed. It goes on where it was."

    def _cancel(self, request: HttpRequest, broadcast: Broadcast) -> str:
        services.cancel_broadcast(self.actor(request), broadcast.pk)
        return "Canceled. Nobody else gets the message."

    def _retry(self, request: HttpRequest, broadcast: Broadcast) -> str:
        services.retry_failed(self.actor(request), broadcast.pk)
        return "Those whose message failed and certainly did not arrive get a new one."

    # --- The form and the preview -----------------------------------------------------------------------------
    def form_view(self, request: HttpRequest, broadcast: Broadcast | None) -> HttpResponse:
        if broadcast is not None and broadcast.status != BroadcastStatus.DRAFT:
            messages.warning(request, "Only a draft can be edited. This broadcast was started or canceled.")
            return self.page_of(broadcast)
        form = self._form(request, broadcast)
        try:
            if request.POST.get("do") == "preview":
                if form.is_valid():
                    definition = replace(form.definition(), name="Preview")
                    at_most = MAX_COUNTED_WHILE_TYPING if request.POST.get("by_itself") else None
                    return self._form_page(request, broadcast, form, self._preview(request, definition, at_most))
            elif form.is_bound:
                with unit_of_work():
                    form = self._form(request, broadcast and lock_row(broadcast))
                    if form.is_valid():
                        return self._save(request, broadcast, form.definition())
        except DomainError as error:
            form.add_domain_error(error)
        return self._form_page(request, broadcast, form, {})

    def _form(self, request: HttpRequest, broadcast: Broadcast | None) -> BroadcastForm:
        asked = {name: request.GET[name] for name in AUDIENCE if name in request.GET}
        stored = BroadcastForm.values_of(Definition.of(broadcast)) if broadcast else asked
        data = request.POST if request.method == "POST" else None
        form = BroadcastForm(self.current_workspace(request), data, initial=stored)
        form.fields["name"].required = request.POST.get("do") != "preview"
        return form

    def _save(self, request: HttpRequest, broadcast: Broadcast | None, definition: Definition) -> HttpResponse:
        draft_id = broadcast.pk if broadcast else None
        draft = services.save_draft(self.actor(request), definition, broadcast_id=draft_id)
        return HttpResponseRedirect(panel_url("messaging_broadcast_preview", draft.pk))

    def _form_page(
        self, request: HttpRequest, broadcast: Broadcast | None, form: BroadcastForm, preview: dict[str, Any]
    ) -> HttpResponse:
        title = broadcast.name if broadcast else "New broadcast"
        context = {**self._titles(broadcast, title), **preview, "form": form, "says": form.sentences()}
        if request.headers.get("HX-Target") == "preview":
            return self.render_page(request, "panel/broadcast_pane.html", is_alone=True, **context)
        return self.render_page(request, "panel/broadcast_form.html", **insertions(self.actor(request)), **context)

    def _preview(self, request: HttpRequest, definition: Definition, at_most: int | None = None) -> dict[str, Any]:
        """What the pages show of a preview; of an audience of more than ``at_most`` contacts, one text."""
        preview = services.preview_broadcast(self.actor(request), definition, at_most=at_most)
        if preview.is_partial:
            preview = replace(preview, sample=preview.sample[:1])
        ids, files = definition.attachments, kept_files(self.current_workspace(request), definition.attachments)
        sample = [(contact, with_small_files(as_html(text), ids, files)) for contact, text in preview.sample]
        shown = {"preview": preview, "sample": sample}
        if preview.is_partial:
            return shown
        return shown | {
            "excluded": [(ExclusionReason(reason).label, number) for reason, number in preview.excluded.items()],
            "finishes": time_text(preview.finishes_at),
        }

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Who would get the draft and who not, the first texts, and the button that starts exactly this."""
        broadcast: Broadcast = self.row(request, object_id, to_change=True)
        if broadcast.status != BroadcastStatus.DRAFT:
            return self.page_of(broadcast)
        try:
            preview = self._preview(request, Definition.of(broadcast))
        except DomainError as error:
            self.show_error(request, error)
            return HttpResponseRedirect(panel_url("messaging_broadcast_edit", broadcast.pk))
        context = {**preview, "facts": self._facts(request, broadcast)}
        title = self._titles(broadcast, f"Preview of {broadcast.name}")
        return self.render_page(request, "panel/broadcast_preview.html", **context, **title)


def _status(request: HttpRequest) -> str | None:
    """The status that the address names, if there is such a one."""
    status = request.GET.get("status")
    return status if status in RecipientStatus.values else None


def _shown(recipient: Recipient, contact: Contact | None) -> dict[str, Any]:
    """What the page shows of a recipient."""
    status = RecipientStatus(status_of(recipient))
    known = {each.value: str(each.label) for each in ExclusionReason}
    reason, advice = known.get(recipient.reason, capfirst(recipient.reason.replace("_", " "))), ""
    if status == RecipientStatus.FAILED:
        reason, advice = failure(recipient.reason)
    return {
        "contact": contact,
        "name": str(contact) if contact else "Erased contact",
        "label": {"type": RECIPIENT_COLOURS[status], "text": status.label},
        "reason": reason,
        "advice": advice,
        "message_id": recipient.message_id,
        "time": time_text(recipient.settled_at),
    }
