"""What members write in the inbox: the composer of a conversation, and the page of a new message."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from contacts.models import Contact
from crmsolid.core.errors import DomainError, invalid
from messaging import services as messages
from messaging.accounts import get_account
from messaging.models import Account, AccountState, Message, Template, Thread, account_state
from messaging.panel import conversation, outbox
from messaging.panel.composing import as_html
from messaging.panel.conversation import Draft
from messaging.panel.inbox import InboxPage, given_number, given_time
from messaging.sending.automatic import recipient_of
from messaging.threads import services as threads

MAX_TEMPLATES = 200
VARIABLES = ("first_name", "last_name", "name", "username", "email")


class WritingPage(InboxPage):
    """The composer of a conversation."""

    name = "inbox_thread"
    model = Thread

    def show(self, thread: Thread, draft: Draft) -> HttpResponse:
        """The conversation, with this in its composer."""
        raise NotImplementedError

    def thread(self, thread_id: str) -> Thread:
        """The thread of the address; 404 if it is not in this workspace."""
        try:
            return threads.get_thread(self.actor, thread_id)
        except DomainError:
            raise Http404 from None

    def back(self, thread: Thread, **query: Any) -> HttpResponse:
        return self.redirect(self.name, thread.pk, **self.query(**query))

    def composer_context(self, thread: Thread, draft: Draft) -> dict[str, Any]:
        account = get_account(self.actor, thread.account_id)
        state = account_state(account)
        return {
            "draft": draft,
            "planned_at": conversation.local_time(draft.send_at) if draft.send_at else None,
            "zone": timezone.get_current_timezone_name(),
            "account": account,
            "account_state": "" if state == AccountState.CONNECTED else account.get_state_display().lower(),
            "left": conversation.left_text(account),
            "templates": self.rows(Template).order_by("name").values_list("pk", "name")[:MAX_TEMPLATES],
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
                draft.preview = as_html(threads.preview_text(self.actor, thread.contact_id, text=draft.text))
                return self.show(thread, draft)
            self.reply(thread, draft, close=action == "send_close")
        except DomainError as error:
            draft.refuse(error)
            return self.show(thread, draft)
        return self.back(thread, since=self.request.GET.get("since"))

    def reply(self, thread: Thread, draft: Draft, *, close: bool = False) -> Message:
        """Send the draft. ``close`` the conversation too, unless the contact has written meanwhile."""
        seen = self.seen()
        has_seen_all = seen is not None and thread.last_message_at <= seen
        message = threads.reply(
            self.actor, thread.pk, text=draft.text, send_at=draft.planned(), message_id=draft.message_id
        )
        if close and has_seen_all:
            with suppress(DomainError):
                threads.close_thread(self.actor, thread.pk, seen=max(thread.last_message_at, message.created_at))
        return message

    def answer_outbox(self, thread_id: str) -> HttpResponse:
        try:
            thread = self.thread(thread_id)
        except Http404:
            return outbox.gone()
        if self.request.POST.get("action") == "read":
            messages.mark_thread_read(self.actor, thread.pk)
            return HttpResponse(status=204)
        close = "close" in self.request.POST
        return outbox.answer(self, lambda draft: self.reply(thread, draft, close=close))

    def with_template(self, thread: Thread, draft: Draft) -> HttpResponse:
        found = self.rows(Template).filter(pk=given_number(self.request.POST.get("template", ""))).first()
        if found is None:
            draft.errors["template"] = "Choose a template."
        else:
            draft.text = f"{draft.text.rstrip()}\n{found.text}" if draft.text.strip() else found.text
        return self.show(thread, draft)

    def seen(self) -> datetime | None:
        """The time of the latest message on the page that sent the form, if the page says."""
        return given_time(self.request.POST.get("seen", ""))


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
        send_at, account_id = draft.planned(), given_number(self.request.POST.get("account", ""))
        if account_id is None:
            raise invalid("account", "required", "choose an account to send from")
        to = self.request.POST.get("to", "")
        return threads.begin(
            self.actor, account_id=account_id, to=to, text=draft.text, send_at=send_at, message_id=draft.message_id
        )

    def show(self, chosen: dict[str, str], draft: Draft, *, unknown: Contact | None = None) -> HttpResponse:
        """``unknown`` is a contact of whom no identity on Telegram is known."""
        accounts = list(self.rows(Account).order_by("name", "id"))
        chosen.setdefault("account", str(accounts[0].pk) if len(accounts) == 1 else "")
        choices = [(str(each.pk), each.name) for each in accounts]
        zone = timezone.get_current_timezone_name()
        return self.render(accounts=choices, chosen=chosen, draft=draft, unknown=unknown, zone=zone)
