"""Notes in a conversation: written in place of an answer, edited and deleted where they stand."""

from typing import Any

from django.http import HttpResponse, JsonResponse

from contacts import mentions, notes
from contacts.models import ContactNote
from contacts.panel.notes import shown_notes
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import is_id, new_id
from crmsolid.panel.components.tenant_page import error_text
from messaging.models import Thread
from messaging.panel.conversation import Draft
from messaging.panel.outbox import answer_change
from messaging.panel.writing import WritingPage

# Parts of the page: a note as it is, or with a form of its text, and whom a note can mention.
NOTE, MEMBERS = "note", "members"
ADD, EDIT, DELETE = "note", "edit_note_here", "delete_note_here"
ACTIONS = (ADD, EDIT, DELETE)


class NotesPage(WritingPage):
    """The notes of a conversation."""

    def note_context(self, *, text: str | None = None, error: str = "", note_id: str = "") -> dict[str, Any]:
        """What the form of a new note and the forms of notes show. ``text`` is what was refused with ``error``, of the
        note ``edit`` of the address or of a new one, which gets ``note_id``."""
        edited = self.request.GET.get("edit", "")
        return {
            "writes_note": self.request.GET.get("compose") == "note",
            "note_id": note_id or new_id("not"),
            "note_text": "" if edited else text or "",
            "edited_note": edited,
            "edited_text": text,
            "note_error": error,
        }

    def note_part(self, part: str) -> HttpResponse:
        """A part of the page that its script asks for."""
        if part == MEMBERS:
            found = mentions.list_mentionable(self.workspace) if self.may_change else []
            return JsonResponse({"members": [{"name": each.name, "email": each.email} for each in found]})
        note = self.row(ContactNote, self.request.GET.get("edit", "").replace("\0", ""))
        [shown] = shown_notes(self.actor, [notes.get_note(self.actor, note.pk)], may_change=self.may_change)
        return self.render("panel/inbox_note.html", each=shown, **self.note_context())

    def write_note(self, thread: Thread, action: str) -> HttpResponse:
        """What the forms of notes do without a script."""
        note_id = self._note_id()
        try:
            self.change_note(thread, action)
        except DomainError as error:
            if action == DELETE:
                raise
            return self.show_note(thread, text=self.request.POST.get("text", ""), error=_reason(error), note_id=note_id)
        if action == DELETE:
            self.say("The note was deleted.")
            return self.back(thread)
        page = self.back(thread, note=note_id)
        page["Location"] += f"#note-{note_id}"
        return page

    def answer_note(self, thread: Thread, action: str) -> JsonResponse:
        """The same for the script."""
        return answer_change(lambda: self.change_note(thread, action))

    def change_note(self, thread: Thread, action: str) -> None:
        note_id, text = self._note_id(), self.request.POST.get("text", "")
        if action == ADD:
            notes.add_note(self.actor, thread.contact_id, text=text, thread_id=thread.pk, note_id=note_id)
        elif action == EDIT:
            notes.edit_note(self.actor, note_id, text=text)
        else:
            notes.delete_note(self.actor, note_id)

    def show_note(self, thread: Thread, **refused: Any) -> HttpResponse:
        """The conversation with a note that was refused."""
        page = self.show(thread, Draft())
        page.context_data |= self.note_context(**refused)  # type: ignore[attr-defined]
        page.context_data["writes_note"] = not self.request.GET.get("edit")  # type: ignore[attr-defined]
        page.status_code = 422
        return page

    def _note_id(self) -> str:
        given = self.request.POST.get("note_id", "")
        return given if is_id("not", given) else ""


def _reason(error: DomainError) -> str:
    first = next(iter(error.errors), None)
    return f"{first.detail[:1].upper()}{first.detail[1:]}." if first else error_text(error)
