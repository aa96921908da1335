"""One conversation: its messages with the composer, the contact beside it, and what its buttons do."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.http.response import HttpResponseBase

from contacts.models import ContactNote
from contacts.panel.forms import ContactEditForm
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.ids import is_id
from crmsolid.panel.components.template_tags import moment_text
from messaging import services as messages
from messaging.alerts import recording
from messaging.files import services as files
from messaging.models import Direction, File, Message, Thread, WaitingFor
from messaging.panel import card, conversation, filling, outbox
from messaging.panel import notes as conversation_notes
from messaging.panel.conversation import Draft
from messaging.panel.formatted import source_of
from messaging.panel.inbox import DRAFT, HEAD, LIST, MESSAGES, SOURCE, given_number, given_time
from messaging.panel.notes import NotesPage
from messaging.panel.writing import undo_of_putting_away
from messaging.sandbox import sample
from messaging.threads import presence
from messaging.threads.services import actions, answering, older_messages, reading

AFTER_FOUND = 20  # messages that are shown after the one which was looked for
# After these the next conversation or the list is shown: somebody has done with this one.
LEAVING = ("close", "snooze", "unread")


class ThreadPage(NotesPage):
    def get(self, request: HttpRequest, thread_id: str) -> HttpResponse:  # type: ignore[override]
        if self.is_of_another_workspace():
            return HttpResponse(status=409)
        thread, part = self.thread(thread_id), request.GET.get("part")
        if part == LIST:
            return self.render_list(thread)
        if part == HEAD:
            return self.render("panel/inbox_head.html", is_part=True, **self.head_context(thread))
        if part in (MESSAGES, None):  # a page asks for its messages only while it is seen
            recording.mark_seen(self.actor, thread.pk)
        if part == MESSAGES:
            return self.render("panel/inbox_messages.html", thread=thread, **self.messages_context(thread))
        if part == SOURCE:
            return JsonResponse(self.source(thread))
        if part == DRAFT:
            return JsonResponse({"draft": self.kept_draft(thread)})
        if part == filling.TEMPLATES:
            return JsonResponse(filling.offered(self.actor))
        if part in (conversation_notes.NOTE, conversation_notes.MEMBERS):
            return self.note_part(part)
        if thread.unread_count and self.may_change:
            messages.mark_thread_read(self.actor, thread.pk)
            thread.unread_count = 0
        return self.show(thread, self.begun(thread))

    def source(self, thread: Thread) -> dict[str, str]:
        """The text of the message that the address names, as the composer changes it."""
        message = (
            self.rows(Message).filter(thread=thread, pk=self.request.GET.get("message", "").replace("\0", "")).first()
        )
        if message is None:
            raise Http404
        text, text_format = source_of(message)
        return {"text": text, "format": text_format}

    def begun(self, thread: Thread) -> Draft:
        """An answer that begins with the text of the message, or of what else the address names; empty if it names
        none."""
        wanted = self.request.GET.get("text_of", "")
        if is_id("msg", wanted):
            rows = self.rows(Message).filter(pk=wanted, thread=thread, direction=Direction.OUT)
            return Draft(text=rows.values_list("text", flat=True).first() or "")
        for kind, text_of in conversation.composer_texts.items():
            if is_id(kind, wanted) and (found := text_of(self.actor, thread, wanted)) is not None:
                text, format = found
                return Draft(text=text, format=format)
        return Draft()

    def post(self, request: HttpRequest, thread_id: str) -> HttpResponseBase:  # type: ignore[override]
        if outbox.is_from_outbox(request):
            return self.answer_outbox(thread_id)
        thread, action = self.thread(thread_id), request.POST.get("action", "")
        if "template" in request.POST and not action:
            action = "template"
        if action in ("send", "send_anyway", "send_close", "preview", "template"):
            return self.compose(thread, action)
        if action in conversation_notes.ACTIONS:
            return self.write_note(thread, action)
        if action == "duty":
            return self.set_on_duty()
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
            **self.note_context(),
            pane="contact" if is_card else "conversation",
            status=200 if refused_form is None else 422,
        )

    def head_context(self, thread: Thread) -> dict[str, Any]:
        """What the head of the conversation shows: its state, what can be done with it, and who else has it open."""
        members = actions.list_candidates(self.actor)
        return {
            "present": presence.others(self.actor, thread.pk),
            "thread": thread,
            "since": self.since() or thread.waiting_since,
            "snoozes": conversation.SNOOZES.items(),
            "members": members,
            "user_id": self.panel.membership.user_id,
            "query": self.query_dict(),
            "opens_next": self.opens_next(closed=True),
            "conversations": reading.threads_of_contact(self.actor, thread.contact_id),
        }

    def messages_context(self, thread: Thread) -> dict[str, Any]:
        cursor, until = self.request.GET.get("before") or None, self.until(thread)
        answer = answering.find_other_answer(self.actor, thread.pk)  # before the messages, which then have it
        try:
            shown = conversation.read(self.actor, thread, cursor=cursor, until=until, may_change=self.may_change)
        except DomainError as error:
            if error.code != "invalid_cursor":
                raise
            shown, cursor = conversation.read(self.actor, thread, until=until, may_change=self.may_change), None
        is_latest = cursor is None and until is None
        if not is_latest and shown.messages:
            last = shown.messages[-1].created_at
            answer = answering.find_other_answer(self.actor, thread.pk, until=last)
        return {
            "answer_seen": answer.pk if answer else "",
            "conversation": shown,
            "history": conversation.history_of(self.actor, thread, shown),
            "is_latest": is_latest,
            "below": conversation.read_below(self.request, self.actor, thread, may_change=self.may_change)
            if is_latest
            else "",
            "sample": sample.progress(thread, shown.messages) if self.panel.is_test else "",
            "seen": conversation.seen_until(thread, shown),
            "user_id": self.panel.membership.user_id,
            "workspace_id": self.workspace.pk,
        }

    def until(self, thread: Thread) -> datetime | None:
        """Before which time the messages are that show the one which the address names, with some of those after it.
        None if the latest do, or if it names none."""
        wanted, rows = self.request.GET.get("message", ""), self.rows(Message).filter(thread=thread)
        found = rows.filter(pk=wanted).first() if is_id("msg", wanted) else None
        note_id = self.request.GET.get("note") or self.request.GET.get("edit") or ""
        if is_id("not", note_id):
            found = self.rows(ContactNote).filter(pk=note_id, thread_id=thread.pk).first()
        if found is None:
            return None
        later = rows.filter(created_at__gt=found.created_at).order_by("created_at", "id")
        time: datetime | None = later.values_list("created_at", flat=True)[AFTER_FOUND : AFTER_FOUND + 1].first()
        return time

    def act(self, thread: Thread, action: str) -> HttpResponse:
        """What another button does to the conversation or to one of its messages."""
        message_id = self.request.POST.get("message", "")
        takes_back = given_time(self.request.POST.get("takes_back", ""))
        match action:
            case "close":
                closed = actions.close_thread(self.actor, thread.pk, seen=self.seen(), takes_back=takes_back)
                undo = undo_of_putting_away(thread, closed.closed_at)
                self.say("The conversation is closed. It opens again when they write.", undo=undo)
            case "reopen":
                actions.reopen_thread(self.actor, thread.pk, takes_back=takes_back)
                self.say("The conversation is open again.")
            case "snooze":
                until = conversation.snooze_end(self.request.POST.get("until", ""), self.request.POST.get("date", ""))
                if until is None:
                    raise invalid("until", "required", "choose a date and a time until which it sleeps")
                actions.snooze_thread(self.actor, thread.pk, until=until, seen=self.seen(), takes_back=takes_back)
                undo = undo_of_putting_away(thread, until)
                self.say("The conversation is snoozed. It comes back then, or when they write.", undo=undo)
            case "assign":
                replaces = self._user_id("replaces") if "replaces" in self.request.POST else actions.ANYBODY
                user_id = self._user_id("assignee")
                changed = actions.assign_thread(self.actor, thread.pk, user_id=user_id, replaces=replaces)
                undo = {"assignee": _text(thread.assignee_id), "replaces": _text(changed.assignee_id)}
                said = (
                    f"Assigned to {changed.assignee.shown_name}." if changed.assignee else "Nobody looks after it now."
                )
                self.say(said, undo={"action": "assign", **undo} if thread.assignee_id != changed.assignee_id else None)
            case "read":
                messages.mark_thread_read(self.actor, thread.pk)
            case "unread":
                actions.mark_thread_unread(self.actor, thread.pk)
                self.say("The conversation is marked as unread.", undo={"action": "read"})
            case "retry" | "cancel" | "replan":
                self.say(self.act_on_message(action, message_id))
            case "load":
                file = self.row(File, self.request.POST.get("file", ""))
                files.want(self.actor, file)
                return self.back(thread)
            case "history":
                older_messages.load_history(self.actor, thread.pk)
                page = self.back(thread, before=self.request.GET.get("before"))
                page["Location"] += "#inbox-history"
                return page
            case _:
                raise Http404
        return self.left(thread, action) if action in LEAVING and takes_back is None else self.back(thread)

    def left(self, thread: Thread, action: str) -> HttpResponse:
        """To the next conversation of the list, or to the list."""
        if action != "unread" and self.opens_next(closed=True):
            return HttpResponseRedirect(self.address_of_next(thread))
        return self.redirect("inbox", **self.query())

    def act_on_message(self, action: str, message_id: str) -> str:
        """Send a failed message again, cancel one, or give a planned one the text and the time of the form; without a
        time it is sent now. Returns what was done."""
        if action == "retry":
            answering.retry_message(self.actor, message_id)
            return "The message is sent again."
        if action == "cancel":
            messages.cancel_message(self.actor, message_id)
            return "The message was canceled before it was sent."
        draft = Draft.of(self.request.POST)
        time = draft.planned() or clock.now()
        message = messages.change_planned(self.actor, message_id, text=draft.text, format=draft.format, send_at=time)
        is_planned = message.delayed_by == WaitingFor.ETA
        return f"Planned for {moment_text(message.eta)}." if is_planned else "The message is sent now."

    def _user_id(self, name: str) -> int | None:
        """The id of the user that the form names; None for nobody."""
        chosen = self.request.POST.get(name, "")
        if not chosen:
            return None
        if (user_id := given_number(chosen)) is None:
            raise invalid("assignee", "invalid_choice", "choose a member")
        return user_id


def _text(user_id: int | None) -> str:
    return "" if user_id is None else str(user_id)
