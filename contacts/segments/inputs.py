"""Request bodies and query parameters of segments."""

from collections.abc import Mapping
from typing import Any, ClassVar

from contacts.segments.fields import FIELDS, Op
from contacts.segments.representations import FilterField, SegmentOut
from crmsolid.api.fields import Id, QuerySerializer, StrictSerializer, Text, id_pattern

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
