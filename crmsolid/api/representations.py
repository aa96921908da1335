"""The JSON Schema of an output serializer: events describe their objects by the shape that GET answers."""

from typing import Any

from rest_framework import serializers

AnyField = serializers.Field[Any, Any, Any, Any]


def json_shape(kind: "type[serializers.Serializer[Any]]") -> dict[str, Any]:
    """An object with all of the serializer's fields, every one of them required. More may be added within v1."""
    fields = kind().get_fields()
    return {
        "type": "object",
        "required": list(fields),
        "properties": {name: _field(field) for name, field in fields.items()},
    }


def _field(field: AnyField) -> dict[str, Any]:
    shape = _plain(field)
    if not field.allow_null:
        return shape
    return {"anyOf": [shape, {"type": "null"}]}


def _plain(field: AnyField) -> dict[str, Any]:
    if isinstance(field, serializers.Serializer):
        return json_shape(type(field))
    if isinstance(field, serializers.ChoiceField):
        return {"enum": list(field.choices)}
    if isinstance(field, serializers.ListField):
        return {"type": "array", "items": _field(field.child)}
    for known, shape in _SHAPES:
        if isinstance(field, known):
            return dict(shape)
    raise TypeError(f"no JSON Schema is known for {type(field).__name__}")


_SHAPES: tuple[tuple[type[AnyField], dict[str, Any]], ...] = (
    (serializers.DateTimeField, {"type": "string", "format": "date-time"}),
    (serializers.BooleanField, {"type": "boolean"}),
    (serializers.IntegerField, {"type": "integer"}),
    (serializers.DictField, {"type": "object"}),
    (serializers.CharField, {"type": "string"}),
)
