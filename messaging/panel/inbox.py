"""The inbox: the list of conversations, one conversation with its composer, and the contact beside it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from contacts.models import Contact
from contacts.panel.forms import ContactEditForm
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.ids import is_id
from crmsolid.events import feed
from messaging import services as messages
from messaging.accounts import get_account
from messaging.models import Account, AccountState, Direction, Message, Template, Thread, account_state
from messaging.panel import card, conversation, outbox, words
from messaging.panel.conversation import Draft
from messaging.querysets import MAX_COUNT
from messaging.sending.automatic import recipient_of
from messaging.threads import sample
from messaging.threads import services as threads
from messaging.threads.services import GROUPED, VIEWS, InboxFilter, View

PAGE = 50
MAX_TEMPLATES = 200
AFTER_FOUND = 20  # messages that are shown after the one which was looked for
VARIABLES = ("first_name", "last_name", "name", "username", "email")
# The views in the side: their titles and icons, in groups. MORE is what has been put away.
MAIN: dict[str, tuple[str, str]] = {
    "waiting": ("Waiting for us", "clock"),
    "mine": ("Mine", "user-check"),
    "unassigned": ("Unassigned", "users"),
    "unread": ("Unread", "mail"),
    "open": ("All open", "inbox"),
}
MORE: dict[str, tuple[str, str]] = {
    "snoozed": ("Snoozed", "alarm-clock"),
    "failed": ("Not delivered", "triangle-alert"),
    "closed": ("Closed", "archive"),
    "all": ("Everything", "list"),
}
VIEW_TITLES = {view: title for view, (title, _) in {**MAIN, **MORE}.items()}
NOTHING = {
    "open": "Nobody has written yet, or everything is closed or snoozed.",
    "unread": "Everything has been read.",
    "waiting": "Nobody waits for an answer.",
    "failed": "Every message was delivered.",
    "mine": "No open conversation is assigned to you.",
    "unassigned": "Every open conversation has somebody who looks after it.",
    "snoozed": "Nothing is snoozed.",
    "closed": "Nothing is closed.",
    "all": "Nobody has written yet.",
}
# Parts of the page that its script asks for by themselves.
LIST, HEAD, MESSAGES, ERASED = "list", "head", "messages", "erased"
# After these the list is shown: somebody has done with the conversation.
LEAVING = ("close", "snooze", "unread")


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of the list below a title, with how many there are in all, as far as that is known."""

    title: str
    count: str
    rows: list[tuple[Thread, words.Preview]]


class InboxPage(outbox.OutboxPage):
    name = "inbox"
    title = "Inbox"
    template = "panel/inbox.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.is_of_another_workspace():
            return HttpResponse(status=409)
        if request.GET.get("part") == LIST:
            return self.render_list()
        if request.GET.get("part") == ERASED:
            return JsonResponse({"erased": outbox.erased(self, request.GET.getlist("place"))})
        if "next_after" in request.GET:
            return self.next_waiting(request.GET["next_after"].replace("\0", ""))
        return self.render(**self.frame(), **self.list_context(), pane="list")

    def next_waiting(self, thread_id: str) -> HttpResponse:
        """To the conversation after this one in the queue of those whose contact waits, the longest first."""
        thread = threads.next_waiting(self.actor, thread_id, after=self.since())
        if thread is None:
            self.say("Nobody else waits for an answer.")
            return self.redirect(self.name, view="waiting")
        return self.redirect("inbox_thread", thread.pk, **self.query(since=thread.waiting_since))

    def since(self) -> datetime | None:
        """Since when the contact of the conversation has waited: where it stood in the queue before it was answered."""
        return _time(self.request.GET.get("since", ""))

    def is_of_another_workspace(self) -> bool:
        """Whether the page that asks for a part of itself shows another workspace than the session does by now."""
        return "part" in self.request.GET and self.request.GET.get("workspace") != str(self.workspace.pk)

    def frame(self) -> dict[str, Any]:
        """What surrounds the panes. Read before them: the stream goes on after ``position``."""
        return {"position": feed.last_position(), "accounts": self.accounts()}

    def accounts(self) -> list[Account]:
        return list(self.rows(Account).order_by("name", "id"))

    def render_list(self, thread: Thread | None = None) -> HttpResponse:
        """The list alone, with the counts that stand elsewhere on the page."""
        return self.render("panel/inbox_list.html", is_part=True, accounts=self.accounts(), **self.list_context(thread))

    def wanted(self) -> InboxFilter:
        """The filter that the address names. What it does not understand is left out. A search finds what is closed
        too, unless the address says otherwise."""
        given = self.request.GET
        view = given.get("view", "all" if given.get("q") else "open")
        return InboxFilter(
            view=cast(View, view if view in VIEWS else "open"),
            account_id=_number(given.get("account", "")),
            tag=given.get("tag", "").replace("\0", "")[:64],
            search=given.get("q", "").replace("\0", "")[:200],
        )

    def query(self, **changes: Any) -> dict[str, Any]:
        """The filter as parameters of an address; it stays while one goes from one conversation to the next."""
        wanted = self.wanted()
        view = None if wanted.view == ("all" if wanted.search else "open") else wanted.view
        parameters = {"view": view, "account": wanted.account_id, "tag": wanted.tag, "q": wanted.search}
        parameters |= {"after": self.request.GET.get("after"), **changes}
        return {name: value for name, value in parameters.items() if value}

    def query_dict(self) -> QueryDict:
        """:meth:`query` for ``{% querystring %}``."""
        parameters = QueryDict(mutable=True)
        parameters.update({name: str(value) for name, value in self.query().items()})
        return parameters

    def list_context(self, current: Thread | None = None) -> dict[str, Any]:
        wanted = self.wanted()
        is_filtered = bool(wanted.tag or wanted.search or wanted.account_id)
        try:
            found = threads.list_inbox(self.actor, wanted, limit=PAGE, cursor=self.request.GET.get("after") or None)
        except DomainError as error:
            if error.code != "invalid_cursor":
                raise
            found = threads.list_inbox(self.actor, wanted, limit=PAGE)
        counts = {} if is_filtered else threads.count_views(self.actor)
        return {
            "groups": self.groups(found.rows, wanted, counts),
            "next_cursor": found.next_cursor,
            "is_first_page": not self.request.GET.get("after"),
            "wanted": wanted,
            "view_title": VIEW_TITLES[wanted.view],
            "view_count": words.count_text(counts.get(wanted.view, 0)),
            "view_groups": [
                (title, [(view, *of, words.count_text(counts.get(view, 0))) for view, of in views.items()])
                for title, views in (("", MAIN), ("Put away", MORE))
            ],
            "nothing": NOTHING[wanted.view],
            "is_filtered": is_filtered,
            "thread": current,
            "query": self.query_dict(),
            "user_id": self.panel.membership.user_id,
            "workspace_id": self.workspace.pk,
        }

    def groups(self, rows: list[Thread], wanted: InboxFilter, counts: dict[str, int]) -> list[Group]:
        """The rows of the list below their titles: those who wait for us, and those for whom we wait."""
        shown = [(thread, words.last_words(thread)) for thread in rows]
        if wanted.view != "waiting" and wanted.view not in GROUPED:
            return [Group("", "", shown)] if shown else []
        ours = [row for row in shown if row[0].waiting_since]
        theirs = [row for row in shown if not row[0].waiting_since]
        waiting, others = counts.get("waiting", 0), 0
        if wanted.view == "open" and counts.get("open", 0) <= MAX_COUNT:
            others = counts.get("open", 0) - waiting
        is_counted = wanted.view in ("open", "waiting")
        groups = [
            Group("Longest wait first", words.count_text(waiting) if is_counted else "", ours),
            Group("Waiting for them", words.count_text(others), theirs),
        ]
        return [group for group in groups if group.rows]


class ThreadPage(InboxPage):
    name = "inbox_thread"
    model = Thread

    def get(self, request: HttpRequest, thread_id: str) -> HttpResponse:  # type: ignore[override]
        if self.is_of_another_workspace():
            return HttpResponse(status=409)
        thread, part = self.thread(thread_id), request.GET.get("part")
        if part == LIST:
            return self.render_list(thread)
        if part == HEAD:
            return self.render("panel/inbox_head.html", **self.head_context(thread))
        if part == MESSAGES:
            return self.render("panel/inbox_messages.html", thread=thread, **self.messages_context(thread))
        if thread.unread_count and self.may_change:
            messages.mark_thread_read(self.actor, thread.pk)
            thread.unread_count = 0
        return self.show(thread, Draft(text=self.text_again(thread)))

    def text_again(self, thread: Thread) -> str:
        """The text of the message that the address names, to be changed and sent again; empty if it names none."""
        wanted = self.request.GET.get("text_of", "")
        if not is_id("msg", wanted):
            return ""
        rows = self.rows(Message).filter(pk=wanted, thread=thread, direction=Direction.OUT)
        return rows.values_list("text", flat=True).first() or ""

    def post(self, request: HttpRequest, thread_id: str) -> HttpResponseBase:
        if outbox.is_from_outbox(request):
            return self.answer_outbox(thread_id)
        thread, action = self.thread(thread_id), request.POST.get("action", "")
        if "template" in request.POST and not action:
            action = "template"
        if action in ("send", "send_close", "preview", "template"):
            return self.compose(thread, action)
        if action in card.FORMS:
            form, saved = card.save_form(action, self.actor, thread.contact, request.POST)
            if not form.is_valid():
                return self.show(thread, Draft(), refused_form=form)
            self.say(saved.said, undo=saved.undo)
            return self.back(thread, pane="contact")
        try:
            done = card.act(self.actor, thread.contact, request.POST)
        except DomainError as error:
            if action not in card.TYPED:
                raise
            self.show_error(error)
            return self.show(thread, Draft(), refused=request.POST)
        if done is not None:
            self.say(done.said, undo=done.undo)
            return self.back(thread, pane="contact")
        return self.act(thread, action)

    def thread(self, thread_id: str) -> Thread:
        """The thread of the address; 404 if it is not in this workspace."""
        try:
            return threads.get_thread(self.actor, thread_id)
        except DomainError:
            raise Http404 from None

    def back(self, thread: Thread, **query: Any) -> HttpResponse:
        return self.redirect(self.name, thread.pk, **self.query(**query))

    # --- Reading --------------------------------------------------------------------------------------------------
    def show(
        self,
        thread: Thread,
        draft: Draft,
        *,
        refused: QueryDict | None = None,
        refused_form: ContactEditForm | None = None,
    ) -> HttpResponse:
        """``refused`` and ``refused_form`` are what was sent of the contact's card and refused."""
        is_card = refused is not None or refused_form is not None or self.request.GET.get("pane") == "contact"
        return self.render(
            **self.frame(),
            **{**self.list_context(thread), **self.head_context(thread), **self.messages_context(thread)},
            **card.context(
                self.actor, thread.contact, may_change=self.may_change, posted=refused, refused=refused_form
            ),
            **self.composer_context(thread, draft),
            pane="contact" if is_card else "conversation",
            status=200 if refused_form is None else 422,
        )

    def head_context(self, thread: Thread) -> dict[str, Any]:
        """What the head of the conversation shows: its state, and what can be done with it."""
        return {
            "thread": thread,
            "since": self.since() or thread.waiting_since,
            "snoozes": conversation.SNOOZES.items(),
            "members": threads.assignable_members(self.actor).select_related("user").order_by("user__email"),
            "user_id": self.panel.membership.user_id,
            "query": self.query_dict(),
        }

    def messages_context(self, thread: Thread) -> dict[str, Any]:
        cursor, until = self.request.GET.get("before") or None, self.until(thread)
        try:
            shown = conversation.read(self.actor, thread, cursor=cursor, until=until)
        except DomainError as error:
            if error.code != "invalid_cursor":
                raise
            shown, cursor = conversation.read(self.actor, thread, until=until), None
        return {
            "conversation": shown,
            "history": conversation.history_of(self.actor, thread, shown),
            "is_latest": cursor is None and until is None,
            "sample": sample.progress(thread, shown.messages) if self.panel.is_test else "",
            "seen": conversation.seen_until(thread, shown),
            "workspace_id": self.workspace.pk,
        }

    def until(self, thread: Thread) -> datetime | None:
        """Before which time the messages are that show the one which the address names, with some of those after it.
        None if the latest do, or if it names none."""
        wanted, rows = self.request.GET.get("message", ""), self.rows(Message).filter(thread=thread)
        found = rows.filter(pk=wanted).first() if is_id("msg", wanted) else None
        if found is None:
            return None
        later = rows.filter(created_at__gt=found.created_at).order_by("created_at", "id")
        time: datetime | None = later.values_list("created_at", flat=True)[AFTER_FOUND : AFTER_FOUND + 1].first()
        return time

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
                draft.preview = threads.preview_text(self.actor, thread.contact_id, text=draft.text)
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
        found = self.rows(Template).filter(pk=_number(self.request.POST.get("template", ""))).first()
        if found is None:
            draft.errors["template"] = "Choose a template."
        else:
            draft.text = f"{draft.text.rstrip()}\n{found.text}" if draft.text.strip() else found.text
        return self.show(thread, draft)

    def seen(self) -> datetime | None:
        """The time of the latest message on the page that sent the form, if the page says."""
        return _time(self.request.POST.get("seen", ""))

    def act(self, thread: Thread, action: str) -> HttpResponse:
        """What another button does to the conversation or to one of its messages."""
        message_id = self.request.POST.get("message", "")
        takes_back = _time(self.request.POST.get("takes_back", ""))
        match action:
            case "close":
                closed = threads.close_thread(self.actor, thread.pk, seen=self.seen(), takes_back=takes_back)
                undo = _undo_of_putting_away(thread, closed.closed_at)
                self.say("The conversation is closed. It opens again when they write.", undo=undo)
            case "reopen":
                threads.reopen_thread(self.actor, thread.pk, takes_back=takes_back)
                self.say("The conversation is open again.")
            case "snooze":
                until = conversation.snooze_end(self.request.POST.get("until", ""), self.request.POST.get("date", ""))
                if until is None:
                    raise invalid("until", "required", "choose a date and a time until which it sleeps")
                threads.snooze_thread(self.actor, thread.pk, until=until, seen=self.seen(), takes_back=takes_back)
                undo = _undo_of_putting_away(thread, until)
                self.say("The conversation is snoozed. It comes back then, or when they write.", undo=undo)
            case "assign":
                replaces = self._user_id("replaces") if "replaces" in self.request.POST else threads.ANYBODY
                user_id = self._user_id("assignee")
                changed = threads.assign_thread(self.actor, thread.pk, user_id=user_id, replaces=replaces)
                undo = {"assignee": _text(thread.assignee_id), "replaces": _text(changed.assignee_id)}
                said = f"Assigned to {changed.assignee}." if changed.assignee else "Nobody looks after it now."
                self.say(said, undo={"action": "assign", **undo} if thread.assignee_id != changed.assignee_id else None)
            case "read":
                messages.mark_thread_read(self.actor, thread.pk)
            case "unread":
                threads.mark_thread_unread(self.actor, thread.pk)
                self.say("The conversation is marked as unread.", undo={"action": "read"})
            case "retry":
                threads.retry_message(self.actor, message_id)
                self.say("The message is sent again.")
            case "cancel":
                messages.cancel_message(self.actor, message_id)
                self.say("The message was canceled before it was sent.")
            case "history":
                threads.load_history(self.actor, thread.pk)
                page = self.back(thread, before=self.request.GET.get("before"))
                page["Location"] += "#inbox-history"
                return page
            case _:
                raise Http404
        return self.redirect("inbox", **self.query()) if action in LEAVING else self.back(thread)

    def _user_id(self, name: str) -> int | None:
        """The id of the user that the form names; None for nobody."""
        chosen = self.request.POST.get(name, "")
        if not chosen:
            return None
        if (user_id := _number(chosen)) is None:
            raise invalid("assignee", "invalid_choice", "choose a member")
        return user_id


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
        send_at, account_id = draft.planned(), _number(self.request.POST.get("account", ""))
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


def _undo_of_putting_away(before: Thread, put_away: datetime | None) -> dict[str, str] | None:
    """What is posted to take back that the thread was closed at, or snoozed until, that time. None if it was before."""
    if put_away is None or put_away in (before.closed_at, before.snoozed_until):
        return None
    undo = {"action": "reopen", "takes_back": put_away.isoformat()}
    if before.closed_at is not None:
        undo["action"] = "close"
    elif before.snoozed_until is not None and before.is_snoozed:
        undo |= {"action": "snooze", "until": "date", "date": before.snoozed_until.isoformat()}
    return undo


def _time(text: str) -> datetime | None:
    """The time with its zone that a form or an address has; None if it is none."""
    try:
        time = parse_datetime(text[:40])
    except ValueError:
        return None
    return time if time is not None and timezone.is_aware(time) else None


def _text(user_id: int | None) -> str:
    return "" if user_id is None else str(user_id)


def _number(text: str) -> int | None:
    """The id that a form or an address has; None if it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
