"""A small API over the audit log, as strict as the product's own: it shows what the machinery does with any view."""

from datetime import datetime
from typing import Any

from django.urls import include, path
from rest_framework import serializers

from crmsolid.api.endpoint import endpoint
from crmsolid.api.fields import (
    Boolean,
    Choice,
    Id,
    Integer,
    Number,
    PageQuery,
    QueryBoolean,
    QueryInteger,
    StrictSerializer,
    Text,
    Timestamp,
)
from crmsolid.api.me import MeView
from crmsolid.api.pagination import page
from crmsolid.api.responses import ApiResponse, ListOf, Raw
from crmsolid.api.views import WorkspaceView
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import DomainError, not_found
from crmsolid.workspaces import audit
from crmsolid.workspaces.models import AuditEntry
from crmsolid.workspaces.scopes import Scope

ACTION = "note.made"


class PlaceIn(StrictSerializer):
    city = Text(max_length=20)
    height = Number(required=False, allow_null=True)


class NoteIn(StrictSerializer):
    """A field of every kind."""

    title = Text(max_length=40, trim_whitespace=True)
    body = Text(required=False, allow_blank=True, max_length=200)
    count = Integer(required=False, min_value=0)
    big = Integer(required=False, allow_null=True)
    done = Boolean(required=False)
    kind = Choice(choices=["plain", "1"], required=False, allow_null=True)
    due = Timestamp(required=False, allow_null=True)
    tags = serializers.ListField(child=Text(max_length=10), required=False, max_length=3)
    job = Id("job", required=False)
    place = PlaceIn(required=False, allow_null=True)


class NotePatch(StrictSerializer):
    needs_one_of = ("title", "done")

    title = Text(required=False, max_length=40)
    done = Boolean(required=False, allow_null=True)


class CloseIn(StrictSerializer):
    body_required = False

    reason = Text(required=False, max_length=40)


class NoteOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=["plain", "1"], allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    due = serializers.DateTimeField(allow_null=True)
    made_at = serializers.DateTimeField()


class NoteQuery(PageQuery):
    repeatable = ("tag",)

    tag = serializers.ListField(child=Text(max_length=10), required=False, help_text="Notes with any of these.")
    kind = Choice(choices=["plain", "1"], required=False)
    done = QueryBoolean(required=False)
    since = Timestamp(required=False)
    least = QueryInteger(required=False, min_value=0, max_value=9)


def show(note: AuditEntry) -> dict[str, Any]:
    data = note.data
    made = {"id": note.pk, "title": data["title"], "kind": data.get("kind"), "tags": data.get("tags", [])}
    return {**made, "due": data.get("due"), "made_at": rfc3339(note.at)}


def plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: rfc3339(value) if isinstance(value, datetime) else value for name, value in values.items()}


class NotesView(WorkspaceView):
    """Notes."""

    @endpoint(scopes=(Scope.READ_CONTACTS,), query=NoteQuery, responses={200: ListOf(NoteOut)})
    def get(self) -> ApiResponse:
        """List notes.

        Newest first.
        """
        rows = AuditEntry.objects.for_workspace(self.workspace).filter(action=ACTION)
        options = {"limit": self.query.pop("limit"), "cursor": self.query.pop("cursor", None)}
        found = page(rows, sort="-at", workspace_id=self.workspace.pk, filters=self.query, **options)
        return ApiResponse(found.as_dict([show(row) for row in found.rows]))

    @endpoint(
        scopes=(Scope.WRITE_CONTACTS,),
        body=NoteIn,
        responses={201: NoteOut},
        example={"title": "Call back", "tags": ["urgent"]},
    )
    def post(self) -> ApiResponse:
        """Write a note."""
        note = audit.record(self.actor, ACTION, **plain(self.body))
        return ApiResponse(show(note), 201, headers={"Location": f"/v1/notes/{note.pk}"})


class NoteView(WorkspaceView):
    """One note."""

    def find(self) -> AuditEntry:
        note = AuditEntry.objects.for_workspace(self.workspace).filter(action=ACTION, pk=self.kwargs["note_id"]).first()
        if note is None:
            raise not_found("note")
        return note

    @endpoint(scopes=(Scope.READ_CONTACTS,), responses={200: NoteOut})
    def get(self, note_id: int) -> ApiResponse:
        note = self.find()
        return ApiResponse(show(note), headers={"ETag": f'"{note.pk}"'})

    @endpoint(scopes=(Scope.WRITE_CONTACTS,), body=NotePatch, responses={200: NoteOut}, if_match=True)
    def patch(self, note_id: int) -> ApiResponse:
        note = self.find()
        wanted = self.if_match
        if wanted not in (None, "*", f'"{note.pk}"'):
            raise DomainError("precondition_failed")
        note.data |= plain(self.body)
        note.save()
        return ApiResponse(show(note), headers={"ETag": f'"{note.pk}"'})

    @endpoint(scopes=(), responses={204: None})
    def delete(self, note_id: int) -> ApiResponse:
        self.find().delete()
        return ApiResponse(None, 204)


class CloseView(WorkspaceView):
    """Close a note."""

    @endpoint(scopes=(Scope.WRITE_CONTACTS,), body=CloseIn, responses={204: None}, error_codes=("invalid_state",))
    def post(self, note_id: int) -> ApiResponse:
        return ApiResponse(None, 204)


class ExportView(WorkspaceView):
    """All notes as lines."""

    @endpoint(
        scopes=(Scope.READ_CONTACTS,),
        responses={200: Raw(("text/csv", "application/x-ndjson"), headers=("Content-Disposition",))},
        negotiates=False,
    )
    def get(self) -> Any:
        from django.http import StreamingHttpResponse

        return StreamingHttpResponse([b"id\n"], content_type="text/csv")


urlpatterns = [
    path(
        "v1/",
        include(
            [
                path("me", MeView.as_view()),
                path("notes", NotesView.as_view()),
                path("notes/export", ExportView.as_view()),
                path("notes/<int:note_id>", NoteView.as_view()),
                path("notes/<int:note_id>/close", CloseView.as_view()),
            ]
        ),
    ),
    path("", include("crmsolid.api.openapi.pages")),
]
