"""Examples of answers for the OpenAPI document, built from the representations.

A field has the value that its representation gives in ``example``, else the one that its name has everywhere
(``_BY_NAME``), else null if it may be null, else a value of its type.
"""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from crmsolid.api.endpoint import ListOf
from crmsolid.api.representations import AnyField, Representation
from crmsolid.core.ids import KINDS

ULID = "01M8G4CXAACHKKMDJ7HSGPBW6C"
TIME = "2026-06-04T09:00:00.000000Z"
_CURSOR = "eyJwIjpbIjAxTThHNCJdfQ"

_BY_NAME: Mapping[str, Any] = {
    "first_name": "Sarah",
    "last_name": "Miller",
    "username": "sarah_miller",
    "email": "sarah@example.com",
    "telegram_id": 5512345678,
    "time_zone": "Europe/Berlin",
    "tags": ["trial"],
    "score": 40,
    "custom_fields": {"company": "Acme"},
    "account_id": 7421,
    "account_ids": [7421],
    "step": "welcome",
    "text": "Hi Sarah, your invite is ready.",
    "daily_limit": 50,
    "left_today": 38,
    "used_today": 12,
    "filter": {"all": [{"field": "tag", "op": "is", "value": "vip"}]},
    "enabled": True,
    "matches": True,
    "holds": True,
    "created": True,
    "description": "A contact was created.",
    "from": "2026-05-05T00:00:00.000000Z",
    "to": "2026-06-04T00:00:00.000000Z",
    "url": "https://your-app.example.com/webhooks/crm",
}


def id_of(kind: str) -> str:
    """An id of this kind of :data:`~crmsolid.core.ids.KINDS`."""
    return f"{KINDS[kind].prefix}_{ULID}"


def example_of(shape: Any) -> Any:
    """The JSON value that an answer of this shape may be."""
    if isinstance(shape, ListOf):
        return {"data": [example_of(shape.item)], "next_cursor": _CURSOR if shape.endless else None}
    representation: type[Representation] = shape if isinstance(shape, type) else type(shape)
    fields = representation().get_fields()
    return {name: _field_example(representation, name, field) for name, field in fields.items()}


def _field_example(representation: type[Representation], name: str, field: AnyField) -> Any:
    if name in representation.example:
        return representation.example[name]
    if name == "id" and isinstance(field, serializers.CharField):
        return next(id_of(kind) for kind in KINDS if kind.split()[-1].title() in representation.__name__)
    for kind in KINDS:
        if name == f"{kind.split()[-1]}_id":
            return id_of(kind)
    if name in _BY_NAME and not isinstance(getattr(field, "child", field), Representation):
        return _BY_NAME[name]
    return None if field.allow_null else _value(field)


def _value(field: AnyField) -> Any:
    """A value of the field's type."""
    child = getattr(field, "child", None)
    if isinstance(field, Representation):
        return example_of(field)
    if isinstance(child, Representation):
        return [example_of(child)]
    if isinstance(field, serializers.ChoiceField):
        return next(iter(field.choices))
    if isinstance(field, serializers.ListField):
        return [_value(child)] if isinstance(child, serializers.ChoiceField) else []
    for kind, value in _BY_TYPE.items():
        if isinstance(field, kind):
            return value
    raise TypeError(f"no example of a {type(field).__name__}")


_BY_TYPE: Mapping[type[AnyField], Any] = {
    serializers.BooleanField: False,
    serializers.DateTimeField: TIME,
    serializers.DictField: {},
    serializers.FloatField: 0.25,
    serializers.IntegerField: 3,
    serializers.CharField: "text",
}
