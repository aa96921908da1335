"""The REST endpoints of contacts and custom fields."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from django.http import StreamingHttpResponse

from contacts import custom_fields, services
from contacts.inputs import (
    ContactIn,
    ContactPatch,
    ContactQuery,
    CustomFieldIn,
    CustomFieldPatch,
    ExportQuery,
    TagsIn,
)
from contacts.models import CustomField
from contacts.personal_data import PersonalDataOut
from contacts.repository import ContactWithTags
from contacts.representations import (
    ContactOut,
    ContactUpsertedOut,
    ContactWrittenOut,
    CustomFieldOut,
    CustomFieldWrittenOut,
)
from crmsolid.api.endpoint import ApiResponse, ListOf, Narrowed, Raw, endpoint
from crmsolid.api.examples import id_of
from crmsolid.api.fields import PageQuery
from crmsolid.api.preconditions import entity_tag
from crmsolid.api.representations import UNKNOWN
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces.actor import Actor, Scope

READ, WRITE = (Scope.READ_CONTACTS,), (Scope.WRITE_CONTACTS,)
FILTERS = ("search", "tag", "stage", "segment", "filter", "updated_since")
LIST = ListOf(ContactOut, synced=True)
PAYLOAD = attrgetter("payload")  # what GET answers of a contact
MEDIA_TYPES = {"csv": "text/csv", "ndjson": "application/x-ndjson"}
# Examples with the first columns.
EXPORTED = {
    MEDIA_TYPES["csv"]: f"id,name\r\n{id_of('contact')},Sarah Miller\r\n",
    MEDIA_TYPES["ndjson"]: f'{{"id":"{id_of("contact")}","name":"Sarah Miller"}}\n',
}


def _written(actor: Actor, written: ContactWithTags, sent: Mapping[str, Any]) -> ApiResponse:
    """The answer of a write. Without ``read:contacts`` it has no ETag either: that would tell whether anything else
    about the contact changed."""
    contact = written.contact
    if actor.has(Scope.READ_CONTACTS):
        return ApiResponse(written.payload, headers={"ETag": entity_tag(written.payload)}, contact_id=contact.id)
    return ApiResponse(ContactWrittenOut.render_sent(contact, written.payload, sent), contact_id=contact.id)


class ContactsView(WorkspaceView):
    """List contacts; create one, or update the one of that username or e-mail address."""

    @endpoint(
        scopes=READ,
        query=ContactQuery,
        responses={200: LIST},
        error_codes=("filter_too_costly",),
        slow_with=FILTERS,
        narrowed=Narrowed.SERVED,
    )
    def get(self) -> ApiResponse:
        """List contacts."""
        filters = dict(self.query)
        sort, limit, cursor = filters.pop("sort"), filters.pop("limit"), filters.pop("cursor", None)
        page = services.list_contacts(self.actor, filters, sort=sort, limit=limit, cursor=cursor)
        return ApiResponse(page.as_dict([contact.payload for contact in page.rows], synced=LIST.synced))

    @endpoint(
        scopes=WRITE,
        body=ContactIn,
        responses={200: ContactUpsertedOut, 201: ContactUpsertedOut},
        error_codes=("contact_conflict",),
        conditional=True,
        narrowed=Narrowed.SERVED,
    )
    def post(self) -> ApiResponse:
        """Create a contact, or update the one of that username or e-mail address.

        Tags are added, other fields that are given are replaced, absent ones kept. 201 when created, 200 when updated.
        With `If-None-Match: *` it only creates: 412 if there is such a contact.
        An opt-out that outlived an erasure is undone by PATCH alone.
        A key without `read:contacts` is answered `id`, `created` and what it sent.
        """
        contact = services.upsert_contact(self.actor, self.body, check=self.preconditions.check(PAYLOAD))
        response = _written(self.actor, contact, self.body)
        response.data = {"id": contact.contact.id, "created": contact.created, **response.data}
        if contact.created:
            response.status = 201
            response.headers["Location"] = f"/v1/contacts/{contact.contact.id}"
        return response


class ContactView(WorkspaceView):
    """One contact: read it, change it, erase the person."""

    @endpoint(scopes=READ, responses={200: ContactOut}, narrowed=Narrowed.SERVED)
    def get(self, contact_id: str) -> ApiResponse:
        """Read a contact."""
        return ApiResponse(services.get_contact(self.actor, contact_id).payload)

    @endpoint(
        scopes=WRITE,
        body=ContactPatch,
        responses={200: ContactWrittenOut},
        error_codes=("contact_conflict",),
        narrowed=Narrowed.SERVED,
    )
    def patch(self, contact_id: str) -> ApiResponse:
        """Change a contact.

        Fields that are given are replaced, tags too. Null clears a field that takes it, `""` a name.
        """
        contact = services.update_contact(self.actor, contact_id, self.body, check=self.preconditions.check(PAYLOAD))
        return _written(self.actor, contact, self.body)

    @endpoint(scopes=WRITE, responses={204: None}, narrowed=Narrowed.SEGMENT)
    def delete(self, contact_id: str) -> ApiResponse:
        """Erase a person, for good.

        Messages, events and stored answers about the person are emptied too.
        """
        services.erase_contact(self.actor, contact_id, check=self.preconditions.check(PAYLOAD))
        return ApiResponse(None, status=204)


class ContactTagsView(WorkspaceView):
    """Add and remove tags of a contact."""

    @endpoint(
        scopes=WRITE,
        body=TagsIn,
        responses={200: ContactWrittenOut},
        conditional=True,
        operation_id="tag_contact",
        narrowed=Narrowed.SERVED,
    )
    def post(self, contact_id: str) -> ApiResponse:
        contact = services.tag_contact(self.actor, contact_id, **self.body, check=self.preconditions.check(PAYLOAD))
        return _written(self.actor, contact, {"tags": self.body.get("add", [])})


class ExportView(WorkspaceView):
    """All contacts, or those that match, as CSV or one JSON object a line. An export that fails breaks off."""

    @endpoint(
        scopes=READ,
        query=ExportQuery,
        responses={200: Raw(EXPORTED, headers=("Content-Disposition",), text_of=UNKNOWN)},
        negotiates=False,
        operation_id="export_contacts",
        slow=True,
        narrowed=Narrowed.ACCOUNTS,
    )
    def get(self) -> StreamingHttpResponse:
        filters = dict(self.query)
        format = filters.pop("format")
        body = services.export_contacts(self.actor, filters, format=format)
        content_type = MEDIA_TYPES[format] + ("; charset=utf-8" if format == "csv" else "")
        disposition = f'attachment; filename="contacts.{format}"'
        return StreamingHttpResponse(body, content_type=content_type, headers={"Content-Disposition": disposition})


class PersonalDataView(WorkspaceView):
    """All that is kept on a person."""

    @endpoint(scopes=(Scope.READ_CONTACTS, Scope.READ_MESSAGES), responses={200: PersonalDataOut})
    def get(self, contact_id: str) -> ApiResponse:
        return ApiResponse(services.personal_data(self.actor, contact_id))


def _written_field(actor: Actor, field: CustomField, sent: Mapping[str, Any]) -> ApiResponse:
    """The answer of a write; without ``read:contacts`` it is what was sent."""
    data: dict[str, Any] = CustomFieldOut.render(field)
    if not actor.has(Scope.READ_CONTACTS):
        data = {name: value for name, value in data.items() if name == "key" or name in sent}
        return ApiResponse(data, may_name_people=True)
    return ApiResponse(data, headers={"ETag": entity_tag(data)}, may_name_people=True)


class CustomFieldsView(WorkspaceView):
    """List the custom fields of the workspace; define one."""

    @endpoint(scopes=READ, query=PageQuery, responses={200: ListOf(CustomFieldOut)}, narrowed=Narrowed.SERVED)
    def get(self) -> ApiResponse:
        """List the custom fields of the workspace, by key."""
        page = custom_fields.list_custom_fields(self.actor, **self.query)
        return ApiResponse(page.as_dict([CustomFieldOut.render(field) for field in page.rows]))

    @endpoint(
        scopes=WRITE, body=CustomFieldIn, responses={201: CustomFieldWrittenOut}, etag=True, narrowed=Narrowed.SERVED
    )
    def post(self) -> ApiResponse:
        """Define a custom field.

        Key and type cannot be changed later, and it cannot be deleted: contacts have values under the key.
        """
        field = custom_fields.create_custom_field(self.actor, **self.body)
        response = _written_field(self.actor, field, self.body)
        response.status = 201
        response.headers["Location"] = f"/v1/custom-fields/{field.key}"
        return response


class CustomFieldView(WorkspaceView):
    """One custom field: read it, change its label and choices."""

    @endpoint(scopes=READ, responses={200: CustomFieldOut}, narrowed=Narrowed.SERVED)
    def get(self, key: str) -> ApiResponse:
        """Read a custom field."""
        return ApiResponse(CustomFieldOut.render(custom_fields.get_custom_field(self.actor, key)))

    @endpoint(scopes=WRITE, body=CustomFieldPatch, responses={200: CustomFieldWrittenOut}, narrowed=Narrowed.ACCOUNTS)
    def patch(self, key: str) -> ApiResponse:
        """Change a custom field.

        Contacts keep values that are no longer among the choices.
        """
        check = self.preconditions.check(CustomFieldOut.render)
        field = custom_fields.update_custom_field(self.actor, key, **self.body, check=check)
        return _written_field(self.actor, field, self.body)
