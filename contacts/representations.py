"""What the API shows of contacts: each resource is declared here once, for REST answers, events and OpenAPI."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, ClassVar

from rest_framework import serializers

from contacts import normalization
from contacts.models import Contact, FieldType, Stage, first_name_of
from crmsolid.api.examples import id_of
from crmsolid.api.representations import TEAM, AnyField, Representation


class CustomValue(serializers.Field[Any, Any, Any, Any]):
    """The value of a custom field. Of a date it is text."""

    def json_schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean", "null"]}


class ContactOut(Representation):
    """A contact, here and in events."""

    untrusted: ClassVar[tuple[str, ...]] = (
        *("name", "first_name", "last_name", "username", "email", "phone", "tags", "custom_fields"),
    )
    text_of = "id"
    is_resource = True
    example = {"name": "Sarah Miller"}

    id = serializers.CharField(help_text="The contact's id.")
    name = serializers.CharField(allow_blank=True, help_text="The whole name; empty if there is none.")
    first_name = serializers.CharField(
        allow_blank=True, help_text="The first name; the first word of `name` where none was given."
    )
    last_name = serializers.CharField(
        allow_null=True,
        help_text='`""` if there is none, as `name` and `first_name`; null in older events.',
    )
    username = serializers.CharField(allow_null=True, help_text="On Telegram, without `@`; null if there is none.")
    telegram_id = serializers.IntegerField(
        allow_null=True, help_text="The numeric id on Telegram; null while no account knows it."
    )
    email = serializers.CharField(allow_null=True, help_text="The e-mail address; null if there is none.")
    phone = serializers.CharField(allow_null=True, help_text="The phone number; null if there is none.")
    time_zone = serializers.CharField(
        allow_null=True, help_text="IANA name, such as `Europe/Berlin`; null if it is not known."
    )
    tags = serializers.ListField(child=serializers.CharField(), help_text="The names of its tags.")
    stage = serializers.ChoiceField(choices=Stage.values, help_text="Where it stands in the funnel.")
    score = serializers.IntegerField(min_value=0, max_value=100, help_text="0 to 100, from the rules of scoring.")
    opted_out = serializers.BooleanField(help_text="Whether the person wants no messages.")
    custom_fields = serializers.DictField(
        child=CustomValue(), help_text="Values by the keys of the custom fields; a field without a value is missing."
    )
    last_in_at = serializers.DateTimeField(allow_null=True, help_text="When the contact last wrote.")
    last_out_at = serializers.DateTimeField(allow_null=True, help_text="When the contact was last written to.")
    unanswered_since = serializers.DateTimeField(
        allow_null=True, help_text="When the first message was sent to the contact that none of theirs has followed."
    )
    created_at = serializers.DateTimeField(help_text="When it was added.")
    updated_at = serializers.DateTimeField(help_text="When it was changed last.")

    read_first_name = staticmethod(first_name_of)
    read_last_name = staticmethod(attrgetter("last_name"))

    @staticmethod
    def read_custom_fields(contact: Contact) -> dict[str, Any]:
        """Sorted by key: jsonb does not keep the order of keys, and equal contacts must have equal ETags."""
        return dict(sorted(contact.custom_fields.items()))


class ContactNameOut(Representation):
    """The contact, of whom ``GET /v1/contacts/{id}`` tells more."""

    untrusted: ClassVar[tuple[str, ...]] = ("name", "username")
    text_of = "id"
    is_resource = True
    example = {"id": id_of("contact"), "name": "Sarah Miller", "username": "sarah_miller"}

    id = serializers.CharField(help_text="The contact's id.")
    name = serializers.CharField(allow_blank=True, help_text="The contact's name; empty if there is none.")
    username = serializers.CharField(allow_null=True, help_text="On Telegram, without `@`; null if there is none.")


class ContactWrittenOut(ContactOut):
    """The contact; a key without ``read:contacts`` gets ``id`` and the fields it sent."""

    always_present: ClassVar[tuple[str, ...]] = ("id",)

    def get_fields(self) -> dict[str, AnyField]:
        fields = super().get_fields()
        for name, field in fields.items():
            field.required = name in self.always_present
        return fields

    @classmethod
    def render_sent(cls, contact: Contact, payload: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
        """``id`` and what was sent, in the form that is stored; nothing else that is known about the person.

        ``payload`` is the whole contact, ``sent`` the validated request body.
        """
        shown = {name: payload[name] for name in ("id", *sent) if name in payload}
        if "first_name" in sent:
            shown["first_name"] = contact.given_first_name  # the payload may have the first word of the name
        if "tags" in sent:
            names = set(map(normalization.tag, sent["tags"]))
            shown["tags"] = [name for name in payload["tags"] if name in names]
        keys = [*sent.get("custom_fields", ()), *(name for name in sent if name not in payload)]
        if keys or "custom_fields" in sent:
            shown["custom_fields"] = {key: payload["custom_fields"].get(key) for key in keys}
        return shown


class ContactUpsertedOut(ContactWrittenOut):
    """As for every write, with ``created``."""

    always_present = ("id", "created")
    is_resource = False  # `created` is no part of the contact

    created = serializers.BooleanField(help_text="Whether it was added rather than updated.")


class CustomFieldOut(Representation):
    """A field that the workspace has defined for its contacts."""

    is_resource = True
    # An import makes fields of the headers of a file.
    untrusted: ClassVar[tuple[str, ...]] = ("key", "label", "choices")
    text_of = TEAM
    example = {"key": "company", "label": "Company"}

    key = serializers.CharField(help_text="Its name in `custom_fields`.")
    label = serializers.CharField(help_text="What people see.")  # type: ignore[assignment]
    type = serializers.ChoiceField(choices=FieldType.values, help_text="What its values are.")
    choices = serializers.ListField(child=serializers.CharField(), help_text="For type `choice`, else empty.")


class CustomFieldWrittenOut(CustomFieldOut):
    """The custom field; a key without `read:contacts` gets `key` and the members it sent."""

    is_resource = False

    def get_fields(self) -> dict[str, AnyField]:
        fields = super().get_fields()
        for name, field in fields.items():
            field.required = name == "key"
        return fields
