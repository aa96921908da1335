"""What the API shows of segments, and what it takes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from contacts.models import Segment
from contacts.representations import ContactNameOut, ContactOut
from contacts.segments.fields import FIELDS, Op
from contacts.segments.schema import CONDITION_COMPONENTS
from crmsolid.api.fields import Id, QuerySerializer, StrictSerializer, Text, id_pattern
from crmsolid.api.representations import TEAM, AnyField, Representation

ESTIMATE_HELP = "Whether `count` was estimated from a sample, because counting takes more than a second."


class FilterField(serializers.Field[Any, Any, Any, Any]):
    """A condition as JSON. ``conditions.parse_condition`` reads it, and names what is wrong in it by its path."""

    components: ClassVar[Mapping[str, dict[str, Any]]] = CONDITION_COMPONENTS

    def to_internal_value(self, data: Any) -> Any:
        return data

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object", "$ref": "#/components/schemas/Condition"}


class JsonField(serializers.Field[Any, Any, Any, Any]):
    """Any JSON value."""

    def json_schema(self) -> dict[str, Any]:
        return {}


class SegmentOut(Representation):
    """A saved filter of contacts."""

    untrusted: ClassVar[tuple[str, ...]] = ("name", "filter")
    text_of = TEAM
    example = {"name": "VIPs", "count": 120}

    id = serializers.CharField(help_text="The segment's id.")
    name = serializers.CharField(help_text="What people call it.")
    filter = FilterField(help_text="What a contact must fulfil.")
    count = serializers.IntegerField(
        min_value=0,
        allow_null=True,
        help_text="Contacts in it now. Null if the filter does not fit the custom fields any more, or takes too long; "
        "in a list also if counting those before it took two seconds.",
    )
    count_is_estimate = serializers.BooleanField(help_text=ESTIMATE_HELP)
    created_at = serializers.DateTimeField(help_text="When it was saved.")
    updated_at = serializers.DateTimeField(help_text="When it was changed last.")

    @staticmethod
    def read_filter(segment: Segment) -> Any:
        return _sorted(segment.filter)


def _sorted(node: Any) -> Any:
    """Sorted by key: jsonb does not keep the order of keys, and equal filters must have equal ETags."""
    if isinstance(node, list):
        return [_sorted(each) for each in node]
    return {name: _sorted(node[name]) for name in sorted(node)} if isinstance(node, dict) else node


class SegmentWrittenOut(SegmentOut):
    """The segment; a key without `read:contacts` gets `id` and the fields it sent."""

    def get_fields(self) -> dict[str, AnyField]:
        fields = super().get_fields()
        for name, field in fields.items():
            field.required = name == "id"
        return fields


class SegmentPreviewOut(Representation):
    count = serializers.IntegerField(min_value=0, help_text="Contacts that fulfil the filter.")
    count_is_estimate = serializers.BooleanField(help_text=ESTIMATE_HELP)
    sample = serializers.ListField(child=ContactOut(), help_text="The ten newest.")


class LeafOut(Representation):
    """One comparison of the filter, for one contact."""

    untrusted: ClassVar[tuple[str, ...]] = ("field", "value", "actual")
    example = {"path": "all[0]", "field": "tag", "op": "is", "value": "vip", "actual": ["trial", "vip"]}

    path = serializers.CharField(
        allow_blank=True, help_text="Where it stands in the filter, such as `all[1].any[0]`; empty for the whole."
    )
    field = serializers.CharField(help_text="The field that is compared.")
    op = serializers.CharField(help_text="How it is compared.")
    value = JsonField(help_text="What it compares with.")
    actual = JsonField(help_text="What the contact has; null if there is no value.")
    holds = serializers.BooleanField(help_text="Whether it holds for the contact.")


class ExplanationOut(Representation):
    text_of = "contact_id"

    contact_id = serializers.CharField(help_text="The contact.")
    contact = ContactNameOut(help_text="The same contact with its name.")
    matches = serializers.BooleanField(help_text="Whether the contact is in the segment.")
    leaves = serializers.ListField(child=LeafOut(), help_text="Each comparison of the filter.")


# --- Request bodies and query parameters ------------------------------------------------------------------------------
FILTER_HELP = (
    'Such as `{"all": [{"field": "tag", "op": "is", "value": "vip"}]}`. Groups: all, any, not. '
    f"Fields: {' '.join(FIELDS)} custom.<key>. Ops: {' '.join(Op)}."
)
EXAMPLE = {"all": [{"field": "tag", "op": "is", "value": "vip"}]}


class FilterIn(StrictSerializer):
    example: ClassVar[Mapping[str, Any]] = {"filter": EXAMPLE}

    filter = FilterField(help_text=FILTER_HELP)


class SegmentIn(FilterIn):
    example = {"name": "VIPs", "filter": EXAMPLE}
    resource = SegmentOut

    name = Text(max_length=100, trim_whitespace=True)


class SegmentPatch(StrictSerializer):
    """What to replace; absent fields are kept."""

    example = {"name": "VIPs"}
    resource = SegmentOut

    name = Text(required=False, max_length=100, trim_whitespace=True)
    filter = FilterField(required=False, help_text=FILTER_HELP)


class ExplainQuery(QuerySerializer):
    contact_id = Id("contact", pattern=id_pattern("con"), help_text="The contact to explain.")
