"""The REST door of contacts."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from rest_framework.request import Request

from contacts import export, services
from contacts.customfields import definitions
from contacts.filters import ContactQuery, ExportQuery
from contacts.profiles import Profile, answer
from contacts.serializers import (
    ContactIn,
    ContactOut,
    ContactPatch,
    ContactUpsertedOut,
    ContactWrittenOut,
    CustomFieldOut,
    PersonalDataOut,
    TagsIn,
)
from crmsolid.api.fields import PageQuery
from crmsolid.api.pagination import Page
from crmsolid.api.responses import Answer, Raw
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope

READ, WRITE = (Scope.READ_CONTACTS,), (Scope.WRITE_CONTACTS,)


def _written(actor: Actor, profile: Profile, given: Mapping[str, Any]) -> Answer:
    """Only who may read the contact gets its ETag: it would tell whether anything else changed."""
    headers = {"ETag": profile.etag} if actor.has(Scope.READ_CONTACTS) else {}
    return Answer(answer(actor, profile, given), headers=headers, contact_id=profile.contact.id)


def _if_match(request: Request) -> str | None:
    found: str | None = request._request.META.get("HTTP_IF_MATCH")
    return found


class ContactsView(WorkspaceView):
    """List contacts; create one, or update the one of that username or e-mail address."""

    scopes: ClassVar = {"GET": READ, "POST": WRITE}
    queries: ClassVar = {"GET": ContactQuery}
    bodies: ClassVar = {"POST": ContactIn}
    answers: ClassVar = {"GET": {200: ContactOut}, "POST": {200: ContactUpsertedOut, 201: ContactUpsertedOut}}
    listed: ClassVar = True
    versioned: ClassVar = ("POST",)
    refusals: ClassVar = {"POST": ("contact_conflict",)}

    def get(self, request: Request) -> Answer:
        """List contacts."""
        filters = {name: value for name, value in self.query.items() if name not in ("sort", "limit", "cursor")}
        found = services.list_contacts(
            self.actor,
            filters,
            sort=self.query["sort"],
            limit=self.query["limit"],
            cursor=self.query.get("cursor"),
        )
        return Answer(found.as_dict([profile.payload for profile in found.rows]))

    def post(self, request: Request) -> Answer:
        """Create a contact, or update the one of that username or e-mail address.

        Tags are added, other fields that are given are replaced, absent ones kept. 201 when created, 200 when updated.
        A key without `read:contacts` is answered `id`, `created` and what it sent.
        """
        profile = services.upsert_contact(self.actor, self.body)
        found = _written(self.actor, profile, self.body)
        found.data = {"id": profile.contact.id, "created": profile.created, **found.data}
        if profile.created:
            found.status = 201
            found.headers["Location"] = f"/v1/contacts/{profile.contact.id}"
        return found


class ContactView(WorkspaceView):
    """One contact: read it, change it, erase the person."""

    scopes: ClassVar = {"GET": READ, "PATCH": WRITE, "DELETE": WRITE}
    bodies: ClassVar = {"PATCH": ContactPatch}
    answers: ClassVar = {"GET": {200: ContactOut}, "PATCH": {200: ContactWrittenOut}, "DELETE": {204: None}}
    conditional: ClassVar = ("PATCH", "DELETE")
    refusals: ClassVar = {"PATCH": ("contact_conflict",), "DELETE": ()}

    def get(self, request: Request, contact_id: str) -> Answer:
        """Read a contact."""
        profile = services.get_contact(self.actor, contact_id)
        return Answer(profile.payload, headers={"ETag": profile.etag})

    def patch(self, request: Request, contact_id: str) -> Answer:
        """Change a contact.

        Fields that are given are replaced, tags too. Null clears a field that takes it, `""` a name.
        """
        profile = services.update_contact(self.actor, contact_id, self.body, if_match=_if_match(request))
        return _written(self.actor, profile, self.body)

    def delete(self, request: Request, contact_id: str) -> Answer:
        """Erase a person, for good.

        Messages, events and stored answers about the person are emptied too.
        """
        services.erase_contact(self.actor, contact_id, if_match=_if_match(request))
        return Answer(None, status=204)


class ContactTagsView(WorkspaceView):
    """Add and remove tags of a contact."""

    scopes: ClassVar = {"POST": WRITE}
    bodies: ClassVar = {"POST": TagsIn}
    answers: ClassVar = {"POST": {200: ContactWrittenOut}}
    operation_ids: ClassVar = {"POST": "tag_contact"}
    conditional: ClassVar = ("POST",)
    refusals: ClassVar = {"POST": ()}

    def post(self, request: Request, contact_id: str) -> Answer:
        profile = services.tag_contact(self.actor, contact_id, **self.body, if_match=_if_match(request))
        return _written(self.actor, profile, {"tags": self.body.get("add", [])})


class ExportView(WorkspaceView):
    """All contacts, or those that match, as CSV or one JSON object a line. An export that fails breaks off."""

    scopes: ClassVar = {"GET": READ}
    queries: ClassVar = {"GET": ExportQuery}
    answers: ClassVar = {"GET": {200: Raw("text/csv", "application/x-ndjson", headers=("Content-Disposition",))}}
    operation_ids: ClassVar = {"GET": "export_contacts"}
    negotiates: ClassVar = False  # `format` decides, whatever Accept says

    def get(self, request: Request) -> StreamingHttpResponse:
        chosen = self.query["format"]
        filters = {name: value for name, value in self.query.items() if name != "format"}
        chunks = services.export_contacts(self.actor, filters)
        if chosen == "ndjson":
            body, media = export.ndjson(chunks), "application/x-ndjson"
        else:
            body, media = export.as_csv(chunks, list(definitions(self.workspace))), "text/csv; charset=utf-8"
        disposition = f'attachment; filename="contacts.{chosen}"'
        return StreamingHttpResponse(body, content_type=media, headers={"Content-Disposition": disposition})


class PersonalDataView(WorkspaceView):
    """All that is kept on a person."""

    scopes: ClassVar = {"GET": (Scope.READ_CONTACTS, Scope.READ_MESSAGES)}
    answers: ClassVar = {"GET": {200: PersonalDataOut}}

    def get(self, request: Request, contact_id: str) -> Answer:
        return Answer(services.personal_data(self.actor, contact_id))


class CustomFieldsView(WorkspaceView):
    """The custom fields of the workspace; they are made in the panel."""

    scopes: ClassVar = {"GET": READ}
    queries: ClassVar = {"GET": PageQuery}
    answers: ClassVar = {"GET": {200: CustomFieldOut}}
    listed: ClassVar = True

    def get(self, request: Request) -> Answer:
        found: Page = services.list_custom_fields(
            self.actor, limit=self.query["limit"], cursor=self.query.get("cursor")
        )
        return Answer(
            found.as_dict(
                [
                    {"key": field.key, "label": field.label, "type": field.type, "choices": field.choices}
                    for field in found.rows
                ]
            )
        )
