"""The JSON Schemas of conditions, as components of the OpenAPI document.

Each field has a schema with its own ops and values, and all of them together are discriminated by ``field``. The names
of custom fields are free, so no discriminator can list them: their schema stands beside the discriminated ones, and
takes what one of the types of custom fields takes.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from contacts.custom_fields import MAX_NUMBER, MAX_TEXT
from contacts.segments.conditions import MAX_LEAVES, MAX_LEVELS, MAX_VALUES
from contacts.segments.fields import CUSTOM, FIELDS, MAX_DAYS, MAX_SCORE, OPS, TAG, ConditionField, Kind, Op
from contacts.validation import USERNAME
from crmsolid.api.fields import DAY_OF_ANY_YEAR, NO_NUL, DateOrTimestamp

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "maxLength": MAX_TEXT, "pattern": NO_NUL}
_BOOLEAN: Schema = {"type": "boolean"}
_CUSTOM_KINDS = (Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE, Kind.CHOICE)


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _value(field: ConditionField, op: Op) -> Schema:
    """What the field takes with this op: the schema of what ``fields.read_value`` accepts."""
    match op:
        case Op.EXISTS:
            return _BOOLEAN
        case Op.WITHIN_DAYS:
            return {"type": "integer", "minimum": 0, "maximum": MAX_DAYS}
        case Op.IN:
            return {"type": "array", "minItems": 1, "maxItems": MAX_VALUES, "items": _value(field, Op.IS)}
        case Op.CONTAINS | Op.STARTS_WITH if field.kind is Kind.TEXT:
            return _TEXT
    if field.name == "score":
        return {"type": "integer", "minimum": 0, "maximum": MAX_SCORE}
    if field.name == "username":
        return {"type": "string", "pattern": USERNAME}
    if field.name == "email":
        return {"type": "string", "format": "email", "maxLength": 254}
    if field.choices is not None:
        return {"type": "string", "enum": list(field.choices)}
    return _PLAIN_VALUES[field.kind]


_PLAIN_VALUES: dict[Kind, Schema] = {
    Kind.TAG: {"type": "string", "maxLength": MAX_TEXT, "pattern": TAG},
    Kind.TEXT: _TEXT,
    Kind.CHOICE: _TEXT,
    Kind.NUMBER: {"type": "number", "minimum": -MAX_NUMBER, "maximum": MAX_NUMBER},
    Kind.BOOLEAN: _BOOLEAN,
    Kind.TIME: DateOrTimestamp().json_schema(),
    Kind.DATE: {"type": "string", "format": "date", "pattern": DAY_OF_ANY_YEAR},
}


def _any_of(schemas: Sequence[Schema]) -> Schema:
    """Any of these, each once."""
    distinct = [schema for index, schema in enumerate(schemas) if schema not in schemas[:index]]
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}


def _types(schema: Schema) -> Schema:
    """The types alone, without limits and patterns."""
    if schema["type"] == "array":
        return {"type": "array", "items": _types(schema["items"])}
    return {name: schema[name] for name in ("type", "enum") if name in schema}


def _comparison(name: Schema, fields: Sequence[ConditionField]) -> Schema:
    """The schema of a leaf about one of these fields, whose ``field`` has the schema ``name``.

    ``value`` has the types that any of the ops takes, for tools that read no more; ``if``, ``then`` and ``else`` say
    what each op takes.
    """
    values = {
        op: _any_of([_value(field, op) for field in fields if op in OPS[field.kind]])
        for op in Op
        if any(op in OPS[field.kind] for field in fields)
    }
    by_value = [(value, list(ops)) for value, ops in groupby(values, key=lambda op: values[op])]
    *others, (rest, _) = by_value
    precise: Schema = {"properties": {"value": rest}}
    for value, ops in reversed(others):
        precise = {
            "if": {"properties": {"op": {"enum": [op.value for op in ops]}}},
            "then": {"properties": {"value": value}},
            "else": precise,
        }
    return {
        "type": "object",
        "required": ["field", "op", "value"],
        "properties": {
            "field": {"type": "string", "description": "The field that is compared.", **name},
            "op": {"type": "string", "description": "How it is compared.", "enum": [op.value for op in values]},
            "value": {
                "description": "What it is compared with. `exists` takes true or false, `in` a list.",
                **_any_of([_types(part) for value in values.values() for part in value.get("anyOf", [value])]),
            },
        },
        "additionalProperties": False,
        **(precise if others else {}),
    }


def _group(name: str, inner: Schema, description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "required": [name],
        "properties": {name: {"description": "What is combined.", **inner}},
        "additionalProperties": False,
    }


def _components() -> dict[str, Schema]:
    by_field = {f"{name.title().replace('_', '')}Condition": field for name, field in FIELDS.items()}
    custom_fields = [ConditionField(CUSTOM, "", kind) for kind in _CUSTOM_KINDS]
    parts: Schema = {"type": "array", "maxItems": MAX_LEAVES, "items": _ref("Condition")}
    mapping = {field.name: _ref(name)["$ref"] for name, field in by_field.items()}
    branches = ("AllCondition", "AnyCondition", "NotCondition", "FieldCondition", "CustomFieldCondition")
    return {
        "Condition": {
            "description": f"A condition on a contact: at most {MAX_LEVELS} levels and {MAX_LEAVES} comparisons.",
            "oneOf": [_ref(name) for name in branches],
        },
        "AllCondition": _group("all", parts, "Holds if every part holds; without parts for everybody."),
        "AnyCondition": _group("any", parts, "Holds if at least one part holds; without parts for nobody."),
        "NotCondition": _group("not", _ref("Condition"), "Holds if its part does not."),
        "FieldCondition": {
            "description": "Compares a field that every contact has.",
            "oneOf": [_ref(name) for name in by_field],
            "discriminator": {"propertyName": "field", "mapping": mapping},
        },
        **{name: _comparison({"const": field.name}, [field]) for name, field in by_field.items()},
        "CustomFieldCondition": {
            "description": "Compares a custom field. Its type decides which of the ops and values it takes.",
            **_comparison({"pattern": rf"^{CUSTOM.replace('.', '[.]')}[a-z][a-z0-9_]{{0,39}}$"}, custom_fields),
        },
    }


CONDITION_COMPONENTS: dict[str, Schema] = _components()
"""The component ``Condition`` of the OpenAPI document, and those that it refers to."""
