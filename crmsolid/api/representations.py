"""What the API shows of an object, declared once.

The REST response, the ``data`` of events, their JSON Schema and the component of the OpenAPI document derive from it.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar

from rest_framework import serializers

from crmsolid.api.public_names import public_name
from crmsolid.core.clock import rfc3339

AnyField = serializers.Field[Any, Any, Any, Any]

# Whose text the untrusted fields of an object are, where no member of it has the contact's id. TEAM: nobody's from
# outside; members and keys write it for the workspace, not about a contact. UNKNOWN: somebody's. NAMED: of the contacts
# whose ids are in the object. RECORDED: the service that reads the object knows, and records it.
TEAM, UNKNOWN, NAMED, RECORDED = "(team)", "(unknown)", "(named)", "(recorded)"

_JSON_TYPES = {
    serializers.BooleanField: "boolean",
    serializers.IntegerField: "integer",
    serializers.DictField: "object",
    serializers.CharField: "string",
}


class Representation(serializers.Serializer[Any]):
    """The shape of a resource, as DRF fields. :meth:`render` makes the JSON object of a row.

    A field is read from the row's attribute of its name (or ``source``). Where that does not do, a static method
    ``read_<field>(row)`` computes the value. Text and choices that may be null are null where the row has ``""``.
    ``untrusted`` names the fields, or paths into them, which other people's text can reach: they and all below them are
    marked for assistants. It comes from Telegram, by a key, from a file, or as a client's name or id of a request, and
    what members write may quote it. ``tests/mcp/test_untrusted.py`` has the reason for each that is not named.
    ``text_of`` says whose text that is: the name of the member, or of the argument of the call, with the id of the
    contact, or ``TEAM``, ``UNKNOWN``, ``NAMED`` or ``RECORDED``; empty: that of the object which this is a part of.
    ``is_resource``: assistants have a tool that reads or lists it, so writes and the schemas of other objects need not
    repeat what it has. ``example``: values of some fields, for the examples of the OpenAPI document.
    """

    untrusted: ClassVar[tuple[str, ...]] = ()
    text_of: ClassVar[str] = ""
    is_resource: ClassVar[bool] = False
    example: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def render(cls, row: Any, **values: Any) -> dict[str, Any]:
        """The JSON object of the row; ``values`` are the fields that its caller knows and the row does not."""
        return {name: values[name] if name in values else read(row) for name, read in _readers(cls).items()}

    @classmethod
    def render_only(cls, row: Any, names: Iterable[str]) -> dict[str, Any]:
        """These fields of the JSON object of the row."""
        readers = _readers(cls)
        return {name: readers[name](row) for name in names}

    @classmethod
    def data_schema(cls) -> dict[str, Any]:
        """An object with all fields, every one of them required. Within v1 more may be added. Its title is the name of
        the component in the OpenAPI document."""
        fields = cls().get_fields()
        return {
            "title": public_name(cls.__name__),
            "type": "object",
            "required": list(fields),
            "properties": {name: field_schema(field) for name, field in fields.items()},
        }


class ObjectField(serializers.DictField):
    """A JSON object that is shown as it is kept. The OpenAPI document describes it by ``shape``: a representation, or
    the name of a component."""

    def __init__(self, shape: type[Representation] | str, **options: Any) -> None:
        self.shape = shape
        super().__init__(**options)


@cache
def _readers(representation: type[Representation]) -> dict[str, Callable[[Any], Any]]:
    return {
        name: getattr(representation, f"read_{name}", None) or _reader(field.source or name, field)
        for name, field in representation().get_fields().items()
    }


def _reader(source: str, field: AnyField) -> Callable[[Any], Any]:
    """A function from a row to the JSON value of a field. DRF's own to_representation takes several times as long."""
    get = attrgetter(source)
    if isinstance(field, serializers.DateTimeField):
        return lambda row: rfc3339(get(row))
    if isinstance(field, Representation):
        inner = type(field)
        return lambda row: None if get(row) is None else inner.render(get(row))
    if isinstance(field, serializers.ChoiceField):
        return lambda row: str(get(row)) or None if field.allow_null else str(get(row))
    if isinstance(field, serializers.CharField) and field.allow_null:
        return lambda row: get(row) or None
    return get


def _json_type(field: AnyField) -> str:
    for kind, name in _JSON_TYPES.items():
        if isinstance(field, kind):
            return name
    raise TypeError(f"no JSON Schema is known for {type(field).__name__}")


def field_schema(field: AnyField) -> dict[str, Any]:
    """The JSON Schema of a field's value."""
    if isinstance(field, Representation):
        schema = type(field).data_schema()
    elif isinstance(field, serializers.ChoiceField):
        schema = {"type": "string", "enum": list(field.choices)}
    elif isinstance(field, serializers.ListField):
        schema = {"type": "array", "items": field_schema(field.child)}
    elif isinstance(field, serializers.DateTimeField):
        schema = {"type": "string", "format": "date-time"}
    elif hasattr(field, "json_schema"):
        schema = field.json_schema()
    else:
        schema = {"type": _json_type(field)}
    return {"anyOf": [schema, {"type": "null"}]} if field.allow_null else schema
