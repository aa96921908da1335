"""Request bodies and query parameters. They check types and lengths; the services check what the values mean."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from contacts import custom_fields, normalization
from contacts.models import FieldType, Stage
from contacts.normalization import IdAsUsername, InvalidValue
from contacts.representations import ContactOut, CustomFieldOut
from contacts.segments.representations import FILTER_HELP, FilterField
from contacts.validation import MAX_TAG, MAX_TAGS, TAG, USERNAME
from crmsolid.api.fields import (
    NO_NUL,
    Boolean,
    Choice,
    Id,
    Ids,
    List,
    PageQuery,
    QuerySerializer,
    StrictSerializer,
    Text,
    Timestamp,
    id_pattern,
)
from crmsolid.core import strictjson

SORTS = ("created_at", "-created_at", "updated_at", "-updated_at", "name", "-name", "score", "-score")

# For the JSON Schema; validation.py and normalization.py check the values and have error codes of their own.
CUSTOM_VALUE = {
    "type": ["string", "number", "boolean", "null"],
    "pattern": NO_NUL,
    "description": "As the type of the custom field asks.",
}


class Tags(List):
    """An array of strings; ``validation.read_tags`` checks the strings themselves."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_TAGS, **options)

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list) or not all(isinstance(name, str) for name in data):
            raise serializers.ValidationError("give an array of strings", code="invalid")
        return data

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "maxItems": MAX_TAGS, "items": {"type": "string", "pattern": TAG}}


class CustomValues(serializers.DictField):
    """An object with values by the keys of custom fields; null removes a value."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("give an object", code="not_a_dict")
        return data

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object", "propertyNames": {"pattern": NO_NUL}, "additionalProperties": CUSTOM_VALUE}


def _optional_text(max_length: int, help_text: str = "", **options: Any) -> Text:
    return Text(
        required=False, max_length=max_length, allow_blank=True, trim_whitespace=True, help_text=help_text, **options
    )


class ContactIn(StrictSerializer):
    """A contact to create or update. The workspace's custom fields are welcome by their keys as well."""

    needs_one_of: ClassVar[Sequence[str]] = ("username", "email")
    open_names = r"^[a-z0-9_]{1,40}$"
    resource = ContactOut
    example = {
        "username": "@sarah_miller",
        "name": "Sarah Miller",
        "email": "sarah@example.com",
        "tags": ["trial", "webinar-2026-06"],
    }

    username = Text(
        required=False,
        allow_null=True,
        max_length=100,
        documented_pattern=USERNAME,
        help_text="`@name`, `name` or `https://t.me/name`.",
    )
    email = Text(required=False, allow_null=True, max_length=254, format="email")
    name = _optional_text(200)
    first_name = _optional_text(100, "Else the first word of `name`.")
    last_name = _optional_text(100, allow_null=True)
    phone = _optional_text(32, allow_null=True)
    time_zone = Text(required=False, allow_null=True, max_length=64, help_text="IANA name, such as `Europe/Berlin`.")
    stage = Choice(choices=Stage.values, required=False)
    opted_out = Boolean(
        required=False,
        help_text="True: send this person nothing.",
    )
    tags = Tags(required=False, help_text="Added to those the contact has.")
    custom_fields = CustomValues(required=False, help_text="Values by the keys of the custom fields; null removes one.")

    def open_schema(self) -> dict[str, Any]:
        return {**CUSTOM_VALUE, "description": "A custom field of the workspace, by its key."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The declared fields, and under their own names the custom fields that are given beside them."""
        values: dict[str, Any] = super().to_internal_value(data)
        top_level = {name: value for name, value in data.items() if name not in self.known}
        twice = top_level.keys() & values.get("custom_fields", {}).keys()
        if twice:
            detail = ErrorDetail("given at the top level and under custom_fields", "duplicate")
            raise serializers.ValidationError({name: [detail] for name in twice})
        return {**values, **top_level}


class ContactPatch(ContactIn):
    """What to replace; absent fields are kept. Null clears a field that takes it, `""` a name."""

    needs_one_of = ()
    example = {"stage": "qualified", "time_zone": "Europe/Berlin"}

    tags = Tags(required=False, help_text="All tags the contact shall have.")


class TagsIn(StrictSerializer):
    example = {"add": ["vip"], "remove": ["trial"]}

    add = Tags(required=False)
    remove = Tags(required=False)


_LABEL_HELP = "What the panel calls it."
_CHOICES_HELP = "For the type `choice`: the values, of which contacts keep those that are taken away later."


class _Choices(List):
    def __init__(self) -> None:
        child = Text(max_length=custom_fields.MAX_CHOICE)
        super().__init__(child=child, max_length=custom_fields.MAX_CHOICES, required=False, help_text=_CHOICES_HELP)


class CustomFieldIn(StrictSerializer):
    example = {"key": "plan_size", "label": "Plan", "type": "choice", "choices": ["small", "large"]}
    resource = CustomFieldOut

    key = Text(documented_pattern=custom_fields.KEY, help_text="The name in requests and templates.")
    label = Text(max_length=custom_fields.MAX_LABEL, trim_whitespace=True, help_text=_LABEL_HELP)  # type: ignore[assignment]
    type = Choice(choices=FieldType.values)
    choices = _Choices()


class CustomFieldPatch(StrictSerializer):
    """What to replace; absent members are kept."""

    example = {"choices": ["small", "medium", "large"]}
    resource = CustomFieldOut

    label = Text(  # type: ignore[assignment]
        required=False, max_length=custom_fields.MAX_LABEL, trim_whitespace=True, help_text=_LABEL_HELP
    )
    type = Choice(choices=FieldType.values, required=False, help_text="The one that it has: it cannot be changed.")
    choices = _Choices()


class _Compared(Text):
    """A value of one contact. It is answered in the normal form in which it is compared."""

    def __init__(self, normal_form: Callable[[str], str], **options: Any) -> None:
        self.normal_form = normal_form
        super().__init__(required=False, **options)

    def to_internal_value(self, data: Any) -> str:
        try:
            return self.normal_form(super().to_internal_value(data))
        except InvalidValue as error:
            hint = "; give the ids of contacts as `ids`" if isinstance(error, IdAsUsername) else ""
            raise serializers.ValidationError(f"{error.detail}{hint}", code=error.code) from None


def _username_key(text: str) -> str:
    return normalization.parse_username(text).lower()


class QueryFilter(FilterField):
    """A condition as JSON in a query string; a tool gets it as an object."""

    media_type = "application/json"

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        try:
            return strictjson.loads(data.encode("utf-8", "surrogatepass"))
        except strictjson.StrictJSONError as error:
            raise serializers.ValidationError(f"give a condition as JSON: {error.detail}", code="invalid") from None


class ContactFilters(QuerySerializer):
    """The filters of a list or an export. A contact must match all that are given."""

    repeatable = ("tag",)

    username = _Compared(
        _username_key, max_length=100, documented_pattern=USERNAME, help_text="`@name`, `name` or `https://t.me/name`."
    )
    email = _Compared(normalization.email_key, max_length=254, format="email", help_text="The whole address.")
    phone = _Compared(
        normalization.phone_digits, max_length=64, pattern=r"^[^\u0000]*[1-9][^\u0000]*$", help_text="By its digits."
    )
    ids = Ids("contact", max_length=100, required=False, help_text="Separated by commas. Unknown ones are left out.")
    filter = QueryFilter(required=False, help_text=FILTER_HELP)
    search = Text(required=False, max_length=200, help_text="Part of the name, username or e-mail address, case-blind.")
    tag = List(
        child=Text(max_length=MAX_TAG),
        required=False,
        max_length=20,
        help_text="Tags that the contact must have, all of them.",
    )
    stage = Choice(choices=Stage.values, required=False)
    segment = Id("segment", pattern=id_pattern("seg"), required=False, help_text="Contacts in this segment.")
    updated_since = Timestamp(required=False, help_text="Changed at this time or later (RFC 3339).")


class ContactQuery(PageQuery, ContactFilters):
    sort = Choice(choices=SORTS, default="-created_at", help_text="`-` is the other way round.")


class ExportQuery(ContactFilters):
    format = Choice(choices=["csv", "ndjson"], default="csv")
