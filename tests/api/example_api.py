"""An example API: notes, stored in the audit log. It tests the framework apart from what the product makes of it."""

from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.urls import include, path
from rest_framework import serializers

from crmsolid.api.endpoint import ApiResponse, ListOf, Raw, endpoint
from crmsolid.api.fields import (
    Boolean,
    Choice,
    Integer,
    List,
    PageQuery,
    QueryBoolean,
    QueryInteger,
    StrictSerializer,
    Text,
    Timestamp,
    id_pattern,
)
from crmsolid.api.me import MeView
from crmsolid.api.openapi import openapi
from crmsolid.api.pagination import page
from crmsolid.api.preconditions import entity_tag
from crmsolid.api.representations import Representation
from crmsolid.api.views import WorkspaceView
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import not_found
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry

NOTE_ACTION = "note.created"


class LocationIn(StrictSerializer):
    city = Text(max_length=20)
    altitude = Integer(required=False, allow_null=True)


class NoteIn(StrictSerializer):
    """A field of every type."""

    title = Text(max_length=40, trim_whitespace=True)
    body = Text(required=False, allow_blank=True, max_length=200)
    count = Integer(required=False, min_value=0)
    big = Integer(required=False, allow_null=True)
    done = Boolean(required=False)
    kind = Choice(choices=["plain", "1"], required=False, allow_null=True)
    due = Timestamp(required=False, allow_null=True)
    tags = List(child=Text(max_length=10), required=False, max_length=3)
    job = Text(required=False, pattern=id_pattern("job"))
    location = LocationIn(required=False, allow_null=True)


class NotePatch(StrictSerializer):
    needs_one_of = ("title", "done")

    title = Text(required=False, max_length=40)
    done = Boolean(required=False, allow_null=True)


class CloseIn(StrictSerializer):
    body_required = False

    reason = Text(required=False, max_length=40)


class NoteOut(Representation):
    id = serializers.IntegerField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=["plain", "1"], allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    due = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField(source="at")

    @staticmethod
    def read_title(note: AuditEntry) -> Any:
        return note.data["title"]

    @staticmethod
    def read_kind(note: AuditEntry) -> Any:
        return note.data.get("kind")

    @staticmethod
    def read_tags(note: AuditEntry) -> Any:
        return note.data.get("tags", [])

    @staticmethod
    def read_due(note: AuditEntry) -> Any:
        return note.data.get("due")


class NoteQuery(PageQuery):
    repeatable = ("tag",)

    tag = List(child=Text(max_length=10), required=False, max_length=20, help_text="Notes with any of these.")
    kind = Choice(choices=["plain", "1"], required=False)
    done = QueryBoolean(required=False)
    since = Timestamp(required=False)
    min_count = QueryInteger(required=False, min_value=0, max_value=9)


def storable(values: dict[str, Any]) -> dict[str, Any]:
    """The values as the JSON column of the audit log can hold them."""
    return {name: rfc3339(value) if isinstance(value, datetime) else value for name, value in values.items()}


class NotesView(WorkspaceView):
    """Notes."""

    @endpoint(scopes=(Scope.READ_CONTACTS,), query=NoteQuery, responses={200: ListOf(NoteOut)})
    def get(self) -> ApiResponse:
        """List notes.

        Newest first.
        """
        notes = page(
            AuditEntry.objects.for_workspace(self.workspace).filter(action=NOTE_ACTION),
            sort="-at",
            limit=self.query["limit"],
            cursor=self.query.get("cursor"),
            workspace_id=self.workspace.pk,
            filters=self.query,
        )
        return ApiResponse(notes.as_dict([NoteOut.render(note) for note in notes.rows]))

    @endpoint(scopes=(Scope.WRITE_CONTACTS,), body=NoteIn, responses={201: NoteOut})
    def post(self) -> ApiResponse:
        """Write a note."""
        note = audit.record(self.actor, NOTE_ACTION, **storable(self.body))
        return ApiResponse(NoteOut.render(note), 201, headers={"Location": f"/v1/notes/{note.pk}"})


class NoteView(WorkspaceView):
    """One note."""

    def get_note(self, note_id: int) -> AuditEntry:
        note = AuditEntry.objects.for_workspace(self.workspace).filter(action=NOTE_ACTION, pk=note_id).first()
        if note is None:
            raise not_found("note")
        return note

    @endpoint(scopes=(Scope.READ_CONTACTS,), responses={200: NoteOut})
    def get(self, note_id: int) -> ApiResponse:
        return ApiResponse(NoteOut.render(self.get_note(note_id)))

    @endpoint(scopes=(Scope.WRITE_CONTACTS,), body=NotePatch, responses={200: NoteOut})
    def patch(self, note_id: int) -> ApiResponse:
        note = self.get_note(note_id)
        self.preconditions.check(NoteOut.render)(note)
        note.data |= storable(self.body)
        note.save()
        return ApiResponse(NoteOut.render(note), headers={"ETag": entity_tag(NoteOut.render(note))})

    @endpoint(scopes=(), responses={204: None})
    def delete(self, note_id: int) -> ApiResponse:
        note = self.get_note(note_id)
        self.preconditions.check(NoteOut.render)(note)
        note.delete()
        return ApiResponse(None, 204)


class CloseView(WorkspaceView):
    """Close a note."""

    @endpoint(scopes=(Scope.WRITE_CONTACTS,), body=CloseIn, responses={204: None}, error_codes=("invalid_state",))
    def post(self, note_id: int) -> ApiResponse:
        return ApiResponse(None, 204)


class ExportView(WorkspaceView):
    """Export all notes."""

    @endpoint(
        scopes=(Scope.READ_CONTACTS,),
        responses={
            200: Raw(
                {"text/csv": "title\r\nFirst\r\n", "application/x-ndjson": "{}\n"}, headers=("Content-Disposition",)
            )
        },
        negotiates=False,
    )
    def get(self) -> StreamingHttpResponse:
        return StreamingHttpResponse([b"id\n"], content_type="text/csv")


v1 = [
    path("me", MeView.as_view()),
    path("notes", NotesView.as_view()),
    path("notes/export", ExportView.as_view()),
    path("notes/<int:note_id>", NoteView.as_view()),
    path("notes/<int:note_id>/close", CloseView.as_view()),
]
urlpatterns = [path("v1/", include(v1)), path("openapi.json", openapi)]
