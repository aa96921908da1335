"""The REST door of contacts."""

from collections.abc import Mapping
from typing import Any

from django.http import StreamingHttpResponse

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
from crmsolid.api.endpoint import endpoint
from crmsolid.api.fields import PageQuery
from crmsolid.api.pagination import Page
from crmsolid.api.responses import ApiResponse, ListOf, Raw
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope

READ, WRITE = (Scope.READ_CONTACTS,), (Scope.WRITE_CONTACTS,)


def _written(actor: Actor, profile: Profile, given: Mapping[str, Any]) -> ApiResponse:
    """Only who may read the contact gets its ETag: it would tell whether anything else changed."""
    headers = {"ETag": profile.etag} if actor.has(Scope.READ_CONTACTS) else {}
    return ApiResponse(answer(actor, profile, given), headers=headers, contact_id=profile.contact.id)


class ContactsView(WorkspaceView):
    """List contacts; create one, or update the one of that username or e-mail address."""

    @endpoint(scopes=READ, query=ContactQuery, responses={200: ListOf(ContactOut)})
    def get(self) -> ApiResponse:
        """List contacts."""
        filters = {name: value for name, value in self.query.items() if name not in ("sort", "limit", "cursor")}
        found = services.list_contacts(
            self.actor,
            filters,
            sort=self.query["sort"],
            limit=self.query["limit"],
            cursor=self.query.get("cursor"),
        )
        return ApiResponse(found.as_dict([profile.payload for profile in found.rows]))

    @endpoint(
        scopes=WRITE,
        body=ContactIn,
        responses={200: ContactUpsertedOut, 201: ContactUpsertedOut},
        error_codes=("contact_conflict",),
        etag=True,
    )
    def post(self) -> ApiResponse:
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

    @endpoint(scopes=READ, responses={200: ContactOut})
    def get(self, contact_id: str) -> ApiResponse:
        """Read a contact."""
        profile = services.get_contact(self.actor, contact_id)
        return ApiResponse(profile.payload, headers={"ETag": profile.etag})

    @endpoint(
        scopes=WRITE,
        body=ContactPatch,
        responses={200: ContactWrittenOut},
        error_codes=("contact_conflict",),
        if_match=True,
    )
    def patch(self, contact_id: str) -> ApiResponse:
        """Change a contact.

        Fields that are given are replaced, tags too. Null clears a field that takes it, `""` a name.
        """
        profile = services.update_contact(self.actor, contact_id, self.body, if_match=self.if_match)
        return _written(self.actor, profile, self.body)

    @endpoint(scopes=WRITE, responses={204: None}, if_match=True)
    def delete(self, contact_id: str) -> ApiResponse:
        """Erase a person, for good.

        Messages, events and stored answers about the person are emptied too.
        """
        services.erase_contact(self.actor, contact_id, if_match=self.if_match)
        return ApiResponse(None, status=204)


class ContactTagsView(WorkspaceView):
    """Add and remove tags of a contact."""

    @endpoint(scopes=WRITE, body=TagsIn, responses={200: ContactWrittenOut}, if_match=True, operation_id="tag_contact")
    def post(self, contact_id: str) -> ApiResponse:
        profile = services.tag_contact(self.actor, contact_id, **self.body, if_match=self.if_match)
        return _written(self.actor, profile, {"tags": self.body.get("add", [])})


class ExportView(WorkspaceView):
    """All contacts, or those that match, as CSV or one JSON object a line. An export that fails breaks off."""

    @endpoint(
        scopes=READ,
        query=ExportQuery,
        responses={200: Raw(("text/csv", "application/x-ndjson"), headers=("Content-Disposition",))},
        negotiates=False,
        operation_id="export_contacts",
    )
    def get(self) -> StreamingHttpResponse:
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

    @endpoint(scopes=(Scope.READ_CONTACTS, Scope.READ_MESSAGES), responses={200: PersonalDataOut})
    def get(self, contact_id: str) -> ApiResponse:
        return ApiResponse(services.personal_data(self.actor, contact_id))


class CustomFieldsView(WorkspaceView):
    """The custom fields of the workspace; they are made in the panel."""

    @endpoint(scopes=READ, query=PageQuery, responses={200: ListOf(CustomFieldOut)})
    def get(self) -> ApiResponse:
        found: Page = services.list_custom_fields(
            self.actor, limit=self.query["limit"], cursor=self.query.get("cursor")
        )
        return ApiResponse(found.as_dict([CustomFieldOut.render(field) for field in found.rows]))
