"""The REST endpoints of notes."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rest_framework import serializers

from contacts import notes
from contacts.models import ContactNote
from contacts.repository import load_names
from contacts.representations import ContactNameOut
from crmsolid.api.endpoint import ApiResponse, ListOf, Narrowed, endpoint
from crmsolid.api.fields import Id, PageQuery, StrictSerializer, Text
from crmsolid.api.people import AuthorOut, MemberNameOut
from crmsolid.api.preconditions import entity_tag
from crmsolid.api.representations import Representation
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import User

READ, WRITE = (Scope.READ_CONTACTS,), (Scope.WRITE_CONTACTS,)


# --- Shapes -----------------------------------------------------------------------------------------------------------
class NoteOut(Representation):
    """What a member, a key or an assistant wrote down about a contact. Nothing of it is sent to anybody."""

    untrusted: ClassVar[tuple[str, ...]] = ("text",)
    text_of = "contact_id"
    example = {"text": "Wants a quote for 40 seats. @Vera, can you call?", "mentions": [{"id": 12, "name": "Vera"}]}

    id = serializers.CharField(help_text="The note's id.")
    text = serializers.CharField(help_text="What it says.")
    author = AuthorOut(allow_null=True, help_text="A member, a key or an assistant.")
    contact_id = serializers.CharField(help_text="The contact it is about.")
    contact = ContactNameOut(allow_null=True, help_text="Null without `read:contacts`.")
    thread_id = serializers.CharField(allow_null=True, help_text="The conversation that it was written in, if any.")
    created_at = serializers.DateTimeField(help_text="When it was written.")
    edited_at = serializers.DateTimeField(allow_null=True, help_text="When its text was changed last; null for never.")
    mentions = serializers.ListField(child=MemberNameOut(), help_text="The members whom `@name` in the text means.")

    @staticmethod
    def read_author(note: ContactNote) -> dict[str, Any] | None:
        return AuthorOut.of(notes.author_of(note))

    @classmethod
    def render_all(cls, rows: Sequence[ContactNote], **values: Any) -> list[dict[str, Any]]:
        """The notes with their contacts, one query, and with the names of those whom they mention: one more, if they
        mention anybody."""
        users = User.objects.in_bulk({user_id for note in rows for user_id in note.mentioned})
        if "contact" not in values:
            load_names(rows)
        return [cls.render(note, mentions=_mentioned(note, users), **values) for note in rows]


def _mentioned(note: ContactNote, users: Mapping[int, User]) -> list[dict[str, Any]]:
    """Without those who are gone."""
    return [MemberNameOut.render(users[user_id]) for user_id in note.mentioned if user_id in users]


class NoteIn(StrictSerializer):
    example = {"text": "Wants a quote for 40 seats. @Vera, can you call?"}
    resource = NoteOut

    text = Text(
        max_length=notes.MAX_TEXT, trim_whitespace=True, help_text="`@name` mentions a member of the workspace."
    )
    thread_id = Id("thread", required=False, help_text="The conversation with the contact that it belongs to.")


class NotePatch(StrictSerializer):
    example = {"text": "Wants a quote for 50 seats."}
    resource = NoteOut

    text = Text(max_length=notes.MAX_TEXT, trim_whitespace=True, help_text="What it says from now on.")


# --- Views ------------------------------------------------------------------------------------------------------------
def _note(note: ContactNote) -> dict[str, Any]:
    """What GET answers of a note."""
    (rendered,) = NoteOut.render_all([note])
    return rendered


def _note_written(actor: Actor, note: ContactNote, **answer: Any) -> ApiResponse:
    """The whole note: what it says, the key has sent itself. Its ETag is for those who may read notes."""
    if actor.has(Scope.READ_CONTACTS):
        data = _note(note)
        headers = {"ETag": entity_tag(data)}
    else:
        (data,), headers = NoteOut.render_all([note], contact=None), {}
    return ApiResponse(data, headers=headers, contact_id=note.contact_id, **answer)


class NotesView(WorkspaceView):
    """The notes about a contact."""

    @endpoint(
        scopes=READ,
        query=PageQuery,
        responses={200: ListOf(NoteOut)},
        operation_id="list_notes",
        narrowed=Narrowed.SERVED,
    )
    def get(self, contact_id: str) -> ApiResponse:
        """List the notes about a contact, newest first."""
        page = notes.list_notes(self.actor, contact_id, **self.query)
        return ApiResponse(page.as_dict(NoteOut.render_all(page.rows)))

    @endpoint(
        scopes=WRITE,
        body=NoteIn,
        responses={201: NoteOut},
        etag=True,
        operation_id="create_note",
        narrowed=Narrowed.SERVED,
    )
    def post(self, contact_id: str) -> ApiResponse:
        """Write a note about a contact.

        Members read it, the contact never does. With `thread_id` it stands in that conversation. Whom `@name` mentions
        is told.
        """
        note = notes.add_note(self.actor, contact_id, **self.body)
        response = _note_written(self.actor, note, status=201)
        response.headers["Location"] = f"/v1/notes/{note.pk}"
        return response


class NoteView(WorkspaceView):
    """One note: read it, change it, delete it."""

    @endpoint(scopes=READ, responses={200: NoteOut}, narrowed=Narrowed.SERVED)
    def get(self, note_id: str) -> ApiResponse:
        """Read a note."""
        return ApiResponse(_note(notes.get_note(self.actor, note_id)))

    @endpoint(
        scopes=WRITE, body=NotePatch, responses={200: NoteOut}, error_codes=("forbidden",), narrowed=Narrowed.SERVED
    )
    def patch(self, note_id: str) -> ApiResponse:
        """Change the text of a note that the key has written.

        `edited_at` says so from then on. Members whom the text mentions anew are told.
        """
        check = self.preconditions.check(_note)
        return _note_written(self.actor, notes.edit_note(self.actor, note_id, **self.body, check=check))

    @endpoint(scopes=WRITE, responses={204: None}, error_codes=("forbidden",), narrowed=Narrowed.SERVED)
    def delete(self, note_id: str) -> ApiResponse:
        """Delete a note that the key has written."""
        notes.delete_note(self.actor, note_id, check=self.preconditions.check(_note))
        return ApiResponse(None, status=204)
