"""JSON Schemas of the tools, from the declarations of the REST API.

They are shorter than those of the OpenAPI document, because a model reads all of them in every conversation: without
patterns and limits that the error messages explain. What they forbid is refused; what they allow may be refused too.
"""

from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from crmsolid.api.endpoint import ListOf
from crmsolid.api.representations import Representation, field_schema

JSON_TYPES = {str: "string", int: "integer"}
UNTRUSTED_FIELDS = "untrusted_fields"
IDEMPOTENCY_KEY = {
    "type": "string",
    "description": "UUID; same in a retry.",
}

_KEPT = ("type", "enum", "maximum", "items", "anyOf")
_LARGE = 1_000_000  # limits beyond this are those of the database


def identifier(name: str, kind: type) -> dict[str, Any]:
    """The schema of an id, such as ``contact_id``."""
    return {"type": JSON_TYPES[kind], "description": f"{name.removesuffix('_id').capitalize()} id."}


def argument(field: Any) -> dict[str, Any]:
    """The schema of an input field."""
    schema = _compact(_described(field))
    if field.allow_null and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    if field.default is not empty and not callable(field.default):
        schema["default"] = field.default
    if field.help_text:
        schema["description"] = str(field.help_text)
    return schema


def _described(field: Any) -> dict[str, Any]:
    if hasattr(field, "json_schema"):
        schema: dict[str, Any] = field.json_schema()
        return schema
    if isinstance(field, serializers.ListField):
        return {"type": "array", "items": _described(field.child), "maxItems": field.max_length}
    raise TypeError(f"no JSON Schema is known for {type(field).__name__}")


def _compact(schema: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name in _KEPT:
        value = schema.get(name)
        if value is None or (isinstance(value, int) and abs(value) > _LARGE):
            continue
        if name == "items":
            value = _compact(value)
        elif name == "anyOf":
            value = [_compact(option) for option in value]
            if all(option == value[0] for option in value):  # they differ in their formats, which the help text names
                kept |= value[0]
                continue
        kept[name] = value
    return kept


def answer(shape: Any, untrusted: list[str]) -> dict[str, Any]:
    """The schema of what a tool answers: the object or list, or the problem of a refusal, which has a ``status`` too.

    Clients built on the TypeScript SDK hold refusals against the output schema as well.
    """
    schema = output(shape, untrusted)
    if "status" in schema["properties"]:
        schema["properties"]["status"] = {"type": ["string", "integer"]}
    return schema


def output(shape: Any, untrusted: list[str]) -> dict[str, Any]:
    """The schema of an object or a list. Within v1 more may be added to it. What may be null is only named."""
    if isinstance(shape, ListOf):
        properties = {
            "data": {"type": "array", "items": output(shape.item, [])},
            "next_cursor": {},
        }
    else:
        fields = shape().get_fields()
        properties = {name: _output_field(shape, name, field) for name, field in fields.items()}
    if untrusted:
        properties[UNTRUSTED_FIELDS] = {}
    return {"type": "object", "properties": properties}


def _output_field(shape: type[Representation], name: str, field: Any) -> dict[str, Any]:
    if field.allow_null:
        return {}
    if isinstance(field, Representation):
        return _nested(field)
    if isinstance(getattr(field, "child", None), Representation):
        return {"type": "array", "items": _nested(field.child)}
    return _types(field_schema(field))


def _nested(shape: Representation) -> dict[str, Any]:
    """Another tool says what a resource of its own has."""
    return {"type": "object"} if shape.is_resource else output(type(shape), [])


def _types(schema: dict[str, Any]) -> dict[str, Any]:
    """Types alone. Clients check answers against the list of tools they have kept, and an enum may get more values."""
    if "enum" in schema:
        return {"type": "string"}
    return {"type": schema["type"]} if "type" in schema else {}


def untrusted_fields(shape: Any, path: str = "") -> list[str]:
    """The paths of text that other people can have written, such as ``data[].last_message.text``."""
    if isinstance(shape, ListOf):
        return untrusted_fields(shape.item, f"{path}data[].")
    paths = [f"{path}{name}" for name in shape.untrusted]
    for name, field in shape().get_fields().items():
        child = getattr(field, "child", None)
        if isinstance(field, Representation):
            paths += untrusted_fields(type(field), f"{path}{name}.")
        elif isinstance(child, Representation):
            paths += untrusted_fields(type(child), f"{path}{name}[].")
    return paths
