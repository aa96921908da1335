"""What members write in the inbox: the composer of a conversation, and the page of a new message."""

import json
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from contacts.models import Contact
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.ids import is_id
from crmsolid.panel.components.tenant_page import TenantPage, error_text
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.authors import author_of
from messaging import services as messages
from messaging import texts
from messaging.accounts import get_account
from messaging.changes import services as changes
from messaging.files import services as files
from messaging.models import Account, AccountState, File, Format, Message, Thread, ThreadDraft, account_state
from messaging.panel import conversation, filling, outbox
from messaging.panel.conversation import Draft
from messaging.panel.files import described
from messaging.panel.formatted import html_of
from messaging.panel.inbox import InboxPage, given_number, given_time
from messaging.panel.media import shown
from messaging.sending.automatic import recipient_of
from messaging.threads import drafts, presence
from messaging.threads.drafts import Content
from messaging.threads.presence import Visit
from messaging.threads.services import actions, answering, reading
from messaging.typing import show_typing

# Without a script. With one, more are offered.
MAX_TEMPLATES = 50
VARIABLES = ("first_name", "last_name", "name", "username", "email")


class WritingPage(InboxPage):
    """The composer of a conversation."""

    name = "inbox_thread"
    model = Thread
    is_closed = False  # whether the answer has closed the conversation

    def show(self, thread: Thread, draft: Draft) -> HttpResponse:
        """The conversation, with this in its composer."""
        raise NotImplementedError

    def answer_note(self, thread: Thread, action: str) -> JsonResponse:
        """Write, edit or delete a note."""
        raise NotImplementedError

    def thread(self, thread_id: str) -> Thread:
        """The thread of the address; 404 if it is not in this workspace."""
        try:
            return reading.get_thread(self.actor, thread_id)
        except DomainError:
            raise Http404 from None

    def back(self, thread: Thread, **query: Any) -> HttpResponse:
        return self.redirect(self.name, thread.pk, **self.query(**query))

    def composer_context(self, thread: Thread, draft: Draft) -> dict[str, Any]:
        account = get_account(self.actor, thread.account_id)
        state = account_state(account)
        show_files(self, draft)
        return {
            "draft": draft,
            "me": author_of(self.actor).name,
            "planned_at": conversation.local_time(draft.send_at) if draft.send_at else None,
            "zone": timezone.get_current_timezone_name(),
            "kept": json.dumps(self.kept_draft(thread)),
            "account": account,
            "account_state": "" if state == AccountState.CONNECTED else account.get_state_display().lower(),
            "left": conversation.left_text(account),
            "templates": texts.most_used_templates(self.actor, MAX_TEMPLATES),
            "variables": VARIABLES,
        }

    # --- Writing --------------------------------------------------------------------------------------------------
    def compose(self, thread: Thread, action: str) -> HttpResponse:
        """Send, preview, or put a template into the text. What was written stays unless it was sent."""
        draft = Draft.of(self.request.POST)
        if action == "template":
            return self.with_template(thread, draft)
        try:
            if action == "preview":
                draft.preview = preview(self.actor, thread.contact_id, draft)
                return self.show(thread, draft)
            self.reply(thread, draft, close=action == "send_close")
        except DomainError as error:
            draft.refuse(error)
            return self.show(thread, draft)
        following = self.next_after_answer(thread)
        return HttpResponseRedirect(following) if following else self.back(thread, since=self.request.GET.get("since"))

    def reply(self, thread: Thread, draft: Draft, *, close: bool = False) -> Message:
        """Send the draft. ``close`` the conversation too, unless the contact has written meanwhile."""
        seen = self.seen()
        has_seen_all = seen is not None and thread.last_message_at <= seen
        upload(self, draft)
        message = answering.reply(self.actor, thread.pk, **draft.content())
        if close and has_seen_all:
            with suppress(DomainError):
                seen = max(thread.last_message_at, message.created_at)
                closed = actions.close_thread(self.actor, thread.pk, seen=seen)
                self.is_closed = True
                self.say("Sent, and the conversation is closed.", undo=undo_of_putting_away(thread, closed.closed_at))
        return message

    def next_after_answer(self, thread: Thread) -> str:
        """The address of the conversation that opens after the answer; empty if this one stays."""
        if not self.opens_next(closed=self.is_closed):
            return ""
        if not self.is_closed:
            self.say(f"Sent to {thread.contact}.")
        return self.address_of_next(thread)

    def answer_outbox(self, thread_id: str) -> HttpResponse:
        try:
            thread = self.thread(thread_id)
        except Http404:
            return outbox.gone()
        posted = self.request.POST
        match posted.get("action"):
            case "note" | "edit_note_here" | "delete_note_here" as action:
                return self.answer_note(thread, action)
            case "read":
                messages.mark_thread_read(self.actor, thread.pk)
                return HttpResponse(status=204)
            case "typing":
                show_typing(self.actor, thread.pk)
                presence.tell_writing(self.actor, thread.pk)
                return HttpResponse(status=204)
            case "fill":
                return filling.answer_filled(self, thread.contact_id)
            case "present":
                Visit(self.actor, thread.pk, posted.get("visit", "")).renew()
                return HttpResponse(status=204)
            case "keep":
                return self.keep_draft(thread)
            case "edit" | "delete" | "react" as action:
                return outbox.answer_change(lambda: self.change(thread, action))
        return outbox.answer(
            self,
            lambda draft: self.reply(thread, draft, close="close" in posted),
            partial(self.drawn, thread),
            lambda: self.next_after_answer(thread),
        )

    def drawn(self, thread: Thread, message: Message) -> str:
        """The message as the conversation shows it, so that the page has it without a second request."""
        part = conversation.part_of(self.actor, thread, message.pk)
        shown = {"part": part, "thread": thread, "user_id": self.panel.membership.user_id, "may_change": True}
        return render_to_string("panel/inbox_part.html", shown, self.request)

    # --- The draft ------------------------------------------------------------------------------------------------
    def keep_draft(self, thread: Thread) -> JsonResponse:
        """Keep what stands in the composer, and say what became of it: ``kept`` or ``conflict`` with what is kept now,
        ``sent`` with the text that was sent, or ``refused``."""
        posted = self.request.POST
        draft = Draft.of(posted)
        try:
            kept = drafts.keep(
                self.actor,
                thread.pk,
                message_id=draft.message_id,
                content=draft.to_keep(),
                revision=posted.get("revision", ""),
                base=posted.get("base", ""),
            )
        except DomainError as error:
            return JsonResponse({"state": "refused"}, status=error.status)
        if kept.message is not None:
            return JsonResponse({"state": kept.state, "text": kept.message.text})
        return JsonResponse({"state": kept.state, "draft": self.described_draft(kept.draft)})

    def kept_draft(self, thread: Thread) -> dict[str, Any] | None:
        """What the member has begun to write here, on any device, as the script of the composer shows it."""
        return self.described_draft(drafts.of_thread(self.actor, thread.pk))

    def described_draft(self, draft: ThreadDraft | None) -> dict[str, Any] | None:
        if draft is None:
            return None
        content = Content.of(draft)
        shown = self.rows(File).in_bulk(content.attachments) if content.attachments else {}
        found = [each for each in content.attachments if each in shown]
        return {
            "id": draft.message_id,
            "revision": draft.revision,
            "fields": {
                **asdict(content),
                "attachments": " ".join(found),
                "no_link_preview": "yes" if content.no_link_preview else "",
            },
            "files": [described(shown[each]) for each in found],
        }

    # --- Changes of messages --------------------------------------------------------------------------------------
    def change(self, thread: Thread, action: str) -> None:
        """Change one of the conversation's messages."""
        message, posted = self.row(Message, self.request.POST.get("message", "")), self.request.POST
        match action:
            case "edit":
                text, text_format = posted.get("text", ""), posted.get("format") or Format.PLAIN
                changes.edit_message(self.actor, message.pk, text=text, format=text_format)
            case "delete":
                changes.delete_message(self.actor, message.pk)
            case "react":
                changes.react(self.actor, message.pk, emoji=posted.get("emoji") or None)

    def with_template(self, thread: Thread, draft: Draft) -> HttpResponse:
        template_id = given_number(self.request.POST.get("template", "")) or 0
        try:
            add_template(draft, template_id, texts.filled(self.actor, template_id, thread.contact_id))
        except DomainError as error:
            draft.errors["template"] = "Choose a template." if error.code == "not_found" else error_text(error)
        return self.show(thread, draft)

    def seen(self) -> datetime | None:
        """The time of the latest message on the page that sent the form, if the page says."""
        return given_time(self.request.POST.get("seen", ""))


def undo_of_putting_away(before: Thread, put_away: datetime | None) -> dict[str, str] | None:
    """What is posted to take back that the thread was closed at, or snoozed until, that time. None if it was before."""
    if put_away is None or put_away in (before.closed_at, before.snoozed_until):
        return None
    undo = {"action": "reopen", "takes_back": put_away.isoformat()}
    if before.closed_at is not None:
        undo["action"] = "close"
    elif before.snoozed_until is not None and before.is_snoozed:
        undo |= {"action": "snooze", "until": "date", "date": before.snoozed_until.isoformat()}
    return undo


def upload(page: TenantPage, draft: Draft) -> None:
    """Keep the file that a browser without a script has sent with the form. The draft has its id from then on."""
    sent = page.request.FILES.get("file")
    if sent is None or sent.file is None:
        return
    file = files.upload(page.actor, sent.file, str(sent.name))
    draft.attachments.append(file.pk)


def show_files(page: TenantPage, draft: Draft) -> None:
    """Have the composer show the files of the draft; those that are not there any more are left out."""
    known = [each for each in draft.attachments if is_id("fil", each)]
    rows = page.rows(File).in_bulk(known) if known else {}
    draft.attachments = [each for each in draft.attachments if each in rows]
    draft.shown_files = [shown(rows[each]) for each in draft.attachments]


def preview(actor: Actor, contact_id: str, draft: Draft) -> SafeString:
    """The draft as this contact would get it. Errors: as :func:`messaging.threads.services.answering.preview_text`."""
    found = answering.preview_text(actor, contact_id, text=draft.text, format=draft.format)
    return html_of(found.text, found.entities)


def add_template(draft: Draft, template_id: int, filled: texts.Filled) -> None:
    """Put a template below what is written, with its files and in a format that both have."""
    [text], added, draft.format = filling.in_one_format(draft.format, [draft.text], filled)
    draft.text = f"{text.rstrip()}\n{added}" if text.strip() else added
    draft.attachments = list(dict.fromkeys([*draft.attachments, *filled.attachments]))
    draft.templates.append(template_id)
    if filled.missing:
        draft.errors["text"] = f"Nothing is known for {', '.join(f'{{{name}}}' for name in filled.missing)}. Write it."


class NewMessagePage(outbox.OutboxPage):
    """A message to somebody with whom there may be no conversation yet."""

    name = "inbox_new"
    title = "New message"
    template = "panel/inbox_new.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        contact = self.row(Contact, request.GET["contact"]) if "contact" in request.GET else None
        to = recipient_of(contact) if contact else ""
        return self.show({"to": to}, Draft(), unknown=contact if not to else None)

    def post(self, request: HttpRequest) -> HttpResponse:
        if outbox.is_from_outbox(request):
            return outbox.answer(self, self.begin)
        draft = Draft.of(request.POST)
        try:
            message = self.begin(draft)
        except DomainError as error:
            draft.refuse(error)
            return self.show({name: request.POST.get(name, "") for name in ("to", "account")}, draft)
        return self.redirect("inbox_thread", message.thread_id)

    def begin(self, draft: Draft) -> Message:
        account_id = given_number(self.request.POST.get("account", ""))
        if account_id is None:
            raise invalid("account", "required", "choose an account to send from")
        upload(self, draft)
        return answering.begin(self.actor, account_id=account_id, to=self.request.POST.get("to", ""), **draft.content())

    def show(self, chosen: dict[str, str], draft: Draft, *, unknown: Contact | None = None) -> HttpResponse:
        """``unknown`` is a contact of whom no identity on Telegram is known."""
        accounts = list(self.rows(Account).order_by("name", "id"))
        chosen.setdefault("account", str(accounts[0].pk) if len(accounts) == 1 else "")
        choices = [(str(each.pk), each.name) for each in accounts]
        zone = timezone.get_current_timezone_name()
        show_files(self, draft)
        return self.render(accounts=choices, chosen=chosen, draft=draft, unknown=unknown, zone=zone)
