"""Shapes of the REST door. Inputs judge types and lengths; what values mean is judged by the services."""

from collections.abc import Sequence
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from contacts.models import Contact, FieldType, Stage
from contacts.models import first_name as first_name_of
from contacts.validation import MAX_TAG, MAX_TAGS
from crmsolid.api.fields import BLANKS, Boolean, Choice, StrictSerializer, Text
from crmsolid.api.representations import Representation

# As JSON Schema has them; the services judge them, with codes of their own.
USERNAME = r"^((https?://)?(t|telegram)\.me/|@)?[A-Za-z][A-Za-z0-9_]{3,31}/?$"
_CONTROLS = r"\u0000-\u001f\u007f-\u009f"
_SEEN = rf"[^{_CONTROLS}{BLANKS}]"
TAG = rf"^[{BLANKS}]*{_SEEN}([^{_CONTROLS}]{{0,{MAX_TAG - 2}}}{_SEEN})?[{BLANKS}]*$"  # its length once trimmed
CUSTOM_VALUE = {"type": ["string", "number", "boolean", "null"], "description": "As the type of the custom field asks."}


class Tags(serializers.ListField):
    """An array of strings; which of them are tags is the service's to say."""

    def __init__(self, **options: Any) -> None:
        child = serializers.CharField(min_length=1, max_length=MAX_TAG)
        super().__init__(child=child, max_length=MAX_TAGS, **options)

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list) or not all(isinstance(name, str) for name in data):
            raise serializers.ValidationError("give an array of strings", code="invalid")
        return data

    def json_schema(self) -> dict[str, Any]:
        item = {"type": "string", "pattern": TAG}
        return {"type": "array", "maxItems": MAX_TAGS, "items": item}


class CustomValues(serializers.DictField):
    """Values by the keys of custom fields; null removes one."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("give an object", code="not_a_dict")
        return data

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": CUSTOM_VALUE}


def _text(limit: int, help_text: str = "", **options: Any) -> Text:
    return Text(
        required=False, max_length=limit, allow_blank=True, trim_whitespace=True, help_text=help_text, **options
    )


class ContactIn(StrictSerializer):
    """A contact to create or update. The workspace's custom fields are welcome by their keys as well."""

    needs_one_of: ClassVar[Sequence[str]] = ("username", "email")
    open_names = r"^[a-z0-9_]{1,40}$"

    username = Text(
        required=False,
        allow_null=True,
        max_length=100,
        documented_pattern=USERNAME,
        help_text="`@name`, `name` or `https://t.me/name`.",
    )
    email = Text(required=False, allow_null=True, max_length=254, format="email")
    name = _text(200)
    first_name = _text(100, "Else the first word of `name`.")
    last_name = _text(100, allow_null=True)
    phone = _text(32, allow_null=True)
    time_zone = Text(required=False, allow_null=True, max_length=64, help_text="IANA name, such as `Europe/Berlin`.")
    stage = Choice(choices=Stage.values, required=False)
    opted_out = Boolean(
        required=False,
        help_text="True: send this person nothing. An opt-out that outlived an erasure is undone by PATCH alone.",
    )
    tags = Tags(required=False, help_text="Added to those the contact has.")
    custom_fields = CustomValues(required=False, help_text="By key; the keys work at the top level too.")

    def open_schema(self) -> dict[str, Any]:
        return {**CUSTOM_VALUE, "description": "A custom field of the workspace, by its key."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().to_internal_value(data)
        known = self.known
        loose = {name: value for name, value in data.items() if name not in known}
        if loose:
            given = found.get("custom_fields", {})
            _refuse_doubles(loose.keys() & given.keys())
            found["custom_fields"] = {**given, **loose}
        return found


def _refuse_doubles(names: set[str]) -> None:
    if names:
        detail = ErrorDetail("given at the top level and under custom_fields", "duplicate")
        raise serializers.ValidationError({name: [detail] for name in names})


class ContactPatch(ContactIn):
    """What to replace; absent fields are kept. Null clears a field that takes it, `""` a name."""

    needs_one_of = ()

    tags = Tags(required=False, help_text="All tags the contact shall have.")


class TagsIn(StrictSerializer):
    add = Tags(required=False)
    remove = Tags(required=False)


class ContactOut(Representation):
    """A contact, here and in events."""

    id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_null=True)
    username = serializers.CharField(allow_null=True)
    telegram_id = serializers.IntegerField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    time_zone = serializers.CharField(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    stage = serializers.ChoiceField(choices=Stage.values)
    score = serializers.IntegerField(min_value=0, max_value=100)
    opted_out = serializers.BooleanField()
    custom_fields = serializers.DictField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    read_first_name = staticmethod(first_name_of)

    @staticmethod
    def read_custom_fields(contact: Contact) -> dict[str, Any]:
        """Sorted: PostgreSQL keeps no order of keys, and equal contacts must be equal bytes."""
        return dict(sorted(contact.custom_fields.items()))


def _optional(kind: type[serializers.Serializer[Any]]) -> "dict[str, serializers.Field[Any, Any, Any, Any]]":
    """Fields of an answer that a key without ``read:contacts`` may not see all of."""
    fields = kind().get_fields()
    for name, field in fields.items():
        field.required = name == "id"
    return fields


class ContactWrittenOut(ContactOut):
    """The contact; a key without ``read:contacts`` gets ``id`` and the fields it sent."""

    def get_fields(self) -> "dict[str, serializers.Field[Any, Any, Any, Any]]":
        return _optional(ContactOut)


class ContactUpsertedOut(ContactWrittenOut):
    """As for every write, with ``created``."""

    def get_fields(self) -> "dict[str, serializers.Field[Any, Any, Any, Any]]":
        return {**super().get_fields(), "created": serializers.BooleanField()}


class PersonalDataOut(Representation):
    """``contact``, and a section for each kind of thing that is kept about the person."""

    contact = ContactOut()
    messages = serializers.ListField(child=serializers.DictField(), help_text="Oldest first, as GET answers them.")
    events = serializers.ListField(child=serializers.DictField())
    deliveries = serializers.ListField(child=serializers.DictField(), help_text="To which webhooks they went.")
    stored_answers = serializers.ListField(child=serializers.DictField())


class CustomFieldOut(Representation):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    type = serializers.ChoiceField(choices=FieldType.values)
    choices = serializers.ListField(child=serializers.CharField(), help_text="For type `choice`, else empty.")
