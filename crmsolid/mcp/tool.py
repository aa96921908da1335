"""A tool of the MCP server. It is derived from a REST endpoint, so that it can do nothing that REST cannot do: scopes,
inputs, outputs and the handler are those of the endpoint."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, cast

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty

from crmsolid.api.endpoint import ApiResponse, Endpoint, ListOf
from crmsolid.api.fields import (
    PageQuery,
    QueryBoolean,
    QueryInteger,
    QuerySerializer,
    StrictSerializer,
    Timestamp,
    as_integer,
)
from crmsolid.api.given_text import Call, untrusted_paths
from crmsolid.api.held_writes import WriteCall, run_write
from crmsolid.api.idempotency import VALID_KEY
from crmsolid.api.problems import field_errors
from crmsolid.api.representations import Representation, field_schema
from crmsolid.api.request_context import RequestContext
from crmsolid.api.views import WorkspaceView
from crmsolid.core.errors import DomainError, invalid
from crmsolid.mcp import times
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace

IDEMPOTENCY_KEY = "idempotency_key"
JSON_TYPES = {str: "string", int: "integer"}
UNTRUSTED_FIELDS = "untrusted_fields"

_KEPT = ("type", "enum", "minimum", "maximum", "items", "anyOf", "properties")
_LENGTHS = ("minLength", "maxLength")
_LARGE = 1_000  # limits beyond this are met by mistake alone
# What their names, their values and the server's instructions say is not said in each tool.
_EXPLAINED = ("limit", "cursor", "format")
DEFAULT_LIMIT = 20  # rows a page, less than REST's, because an assistant reads all of them


@dataclass(frozen=True)
class Arguments:
    """The validated arguments of a call: ids of the path, query or body, and the idempotency key. ``as_of`` is what
    relative times among them were relative to, None without any. ``sent`` are the values before they were validated,
    with absolute times."""

    ids: dict[str, Any]
    values: dict[str, Any]
    idempotency_key: str | None = None
    as_of: datetime | None = None
    sent: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Tool:
    """One method of a REST view as a tool.

    ``description`` is what the model reads. The flags are the annotations of MCP, for a write: ``destructive`` if it
    cannot be undone (a message that was sent), ``idempotent`` if a second call changes nothing more, ``open_world`` if
    it reaches people outside of the CRM. ``read_only``: a POST that changes nothing. ``leave_out`` names inputs of the
    endpoint that the tool does not take, ``needs`` those that it takes and the endpoint can do without. ``defaults`` of
    query parameters are those it has in place of the endpoint's, ``about`` is what it says of arguments in place of
    their help texts. ``as_listed``: another tool or the description says what the answer has, or it is what was sent.
    ``stands_for`` are further views whose GET this tool answers, for texts that name their calls.
    """

    name: str
    title: str
    description: str
    view: type[WorkspaceView]
    method: str = "GET"
    destructive: bool = False
    idempotent: bool = True
    open_world: bool = False
    read_only: bool = False
    leave_out: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    defaults: tuple[tuple[str, Any], ...] = ()
    about: Mapping[str, str] = MappingProxyType({})
    as_listed: bool = False
    stands_for: tuple[type[WorkspaceView], ...] = ()

    @property
    def endpoint(self) -> Endpoint:
        return self.view.endpoints[self.method]

    @property
    def writes(self) -> bool:
        return self.method != "GET" and not self.read_only

    @property
    def has_body(self) -> bool:
        return self.method != "GET"

    @cached_property
    def handler(self) -> Callable[..., Any]:
        """The handler of the view, beneath the decorator that serves it to REST."""
        return cast("Callable[..., Any]", getattr(self.view, self.method.lower()).__wrapped__)

    @cached_property
    def ids(self) -> dict[str, type]:
        """The ids that the REST path has, with their types."""
        parameters = list(inspect.signature(self.handler).parameters.values())[1:]
        return {parameter.name: parameter.annotation for parameter in parameters}

    @cached_property
    def serializer(self) -> StrictSerializer:
        """Validates the arguments that are no ids."""
        shape = self.endpoint.body if self.has_body else self.endpoint.query
        return (shape or StrictSerializer)()

    @cached_property
    def fields(self) -> dict[str, Any]:
        return {name: each for name, each in self.serializer.fields.items() if name not in self.leave_out}

    @property
    def is_paged(self) -> bool:
        return isinstance(self.serializer, PageQuery)

    @property
    def own_defaults(self) -> dict[str, Any]:
        """The defaults of query parameters where they are not those of the endpoint."""
        return {**({"limit": DEFAULT_LIMIT} if self.is_paged else {}), **dict(self.defaults)}

    @cached_property
    def output(self) -> Any:
        """The shape of the answer, None if there is none; where statuses differ in it, that of the first."""
        return next(iter(self.endpoint.responses.values()))

    @cached_property
    def untrusted_fields(self) -> list[str]:
        """The paths in the answer of text that other people wrote."""
        shapes = [shape for shape in self.endpoint.responses.values() if shape is not None]
        return list(dict.fromkeys(path for shape in shapes for path in untrusted_paths(shape)))

    def is_listed_for(self, actor: Actor) -> bool:
        """Reads are listed for those who have the scopes, writes always: a refusal says which scope is missing."""
        return self.writes or all(actor.has(scope) for scope in self.endpoint.scopes)

    # --- what tools/list says of it -----------------------------------------------------------------------
    @property
    def annotations(self) -> dict[str, bool]:
        hints = {
            "readOnlyHint": not self.writes,
            "destructiveHint": self.destructive,
            "openWorldHint": self.open_world,
        }
        return {**hints, "idempotentHint": self.idempotent} if self.writes else hints

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        if self.as_listed or self.output is None or (self.writes and getattr(self.output, "is_resource", False)):
            return {"type": "object"}
        return _output(self.output)

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        properties: dict[str, Any] = {name: {"type": JSON_TYPES[kind]} for name, kind in self.ids.items()}
        properties |= {name: _argument(name, each, self.about) for name, each in self.fields.items()}
        for name, value in self.own_defaults.items():
            properties[name]["default"] = value
        if self.writes:
            properties[IDEMPOTENCY_KEY] = {"type": "string"}  # which the server's instructions explain
        required = [*self.ids, *(name for name, each in self.fields.items() if each.required or name in self.needs)]
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        return {**schema, "required": required} if required else schema

    # --- arguments ----------------------------------------------------------------------------------------
    @cached_property
    def times(self) -> frozenset[str]:
        """The arguments that are times."""
        return frozenset(name for name, each in self.fields.items() if isinstance(each, Timestamp))

    def parse(self, arguments: dict[str, Any], workspace: Workspace) -> Arguments:
        """Validate the arguments of a call. ``validation_failed`` names each that is wrong, ``invalid_cursor``."""
        known = [*self.ids, *self.fields, *([IDEMPOTENCY_KEY] if self.writes else [])]
        unknown = {name: [self.serializer.refusal(name, known)] for name in arguments if name not in known}
        if unknown:
            raise DomainError("validation_failed", errors=field_errors(unknown))
        absolute = times.absolute(arguments, self.times, workspace)
        rest = dict(absolute.values)
        key = rest.pop(IDEMPOTENCY_KEY, None)
        if key is not None and not (isinstance(key, str) and VALID_KEY.match(key)):
            raise invalid(IDEMPOTENCY_KEY, "invalid", "give 1 to 255 printable ASCII characters")
        ids = {name: _identifier(name, kind, rest.pop(name, None)) for name, kind in self.ids.items()}
        missing = {name: [ErrorDetail(f"give `{name}`", "required")] for name in self.needs if rest.get(name) is None}
        if missing:
            raise DomainError("validation_failed", errors=field_errors(missing))
        try:
            values = self.serializer.run_validation(rest if self.has_body else self._as_query(rest))
        except ValidationError as error:
            errors = [
                replace(each, hint=times.HINT) if each.field in self.times else each
                for each in field_errors(error.detail)
            ]
            code = "invalid_cursor" if all(part.field == "cursor" for part in errors) else "validation_failed"
            raise DomainError(code, errors=errors) from None
        return Arguments(ids, dict(values), key, absolute.as_of, rest)

    def run(self, actor: Actor, arguments: Arguments, context: RequestContext | None = None) -> ApiResponse:
        """Call the endpoint for the actor, whose limits a write obeys."""
        self.endpoint.require_served(actor.limits)
        view = self.view()
        view.actor = actor
        if context is not None:
            view.context = context
        view.query = view.body = arguments.values

        def handler() -> ApiResponse:
            response: ApiResponse = self.handler(view, **arguments.ids)
            return response

        if not self.writes:
            return handler()
        call = WriteCall(self.view, self.method, {**arguments.ids, **arguments.sent})
        response: ApiResponse = run_write(view, self.endpoint, lambda: call, handler)
        return response

    def call_of(self, arguments: Arguments) -> Call:
        """The call, for what it is recorded that it was answered."""
        return Call({**arguments.values, **arguments.ids}, arguments.sent if self.has_body else None)

    def _as_query(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments as query parameters, which are strings."""
        arguments = {**self.own_defaults, **arguments}
        return {name: self._as_parameter(name, value) for name, value in arguments.items()}

    def _as_parameter(self, name: str, value: Any) -> Any:
        field = self.fields[name]
        if isinstance(field, QueryInteger):
            number = as_integer(value)
            if number is None:
                raise ValidationError({name: [ErrorDetail("give an integer", "invalid")]})
            return str(number)
        if isinstance(field, QueryBoolean):
            if not isinstance(value, bool):
                raise ValidationError({name: [ErrorDetail("give true or false", "invalid")]})
            return "true" if value else "false"
        return value


def _identifier(name: str, kind: type, value: Any) -> Any:
    if value is None:
        raise invalid(name, "required", f"give `{name}`")
    if not isinstance(value, kind) or isinstance(value, bool):
        raise invalid(name, "invalid", f"give `{name}` as it was answered, a {JSON_TYPES[kind]}")
    return value


# --- JSON Schemas -----------------------------------------------------------------------------------------------
# From the declarations of the REST API, and shorter than those of the OpenAPI document, because a model reads all of
# them in every conversation: without patterns and limits that the error messages explain. What they forbid is refused;
# what they allow may be refused too.
def _argument(name: str, field: Any, about: Mapping[str, str]) -> dict[str, Any]:
    """The schema of an input field. The lengths are those of the text that a call is about, and is refused for."""
    described = _described(field)
    schema = _compact(described)
    if "maximum" not in schema or schema.get("minimum") == 1:  # who reads the name knows
        schema.pop("minimum", None)
    if field.required and schema.get("type") == "string":
        schema |= {key: described[key] for key in _LENGTHS if key in described}
    if field.allow_null and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    if field.default is not empty and not callable(field.default):
        schema["default"] = field.default
    explained = name in _EXPLAINED or (isinstance(field.parent, QuerySerializer) and name.endswith("_id"))
    description = about.get(name, "" if explained else str(field.help_text or ""))  # "": the tool has said it
    if about.get(name) == "":
        schema.pop("properties", None)
    if description:
        schema["description"] = description.replace(" (RFC 3339)", "")  # the server's instructions say so of all times
    return schema


def _described(field: Any) -> dict[str, Any]:
    if hasattr(field, "json_schema"):
        schema: dict[str, Any] = field.json_schema()
        return schema
    if isinstance(field, serializers.ListField):
        return {"type": "array", "items": _described(field.child), "maxItems": field.max_length}
    if isinstance(field, StrictSerializer):
        return {"type": "object", "properties": {name: _described(each) for name, each in field.fields.items()}}
    raise TypeError(f"no JSON Schema is known for {type(field).__name__}")


def _compact(schema: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name in _KEPT:
        value = schema.get(name)
        if value is None or (isinstance(value, int) and abs(value) > _LARGE):
            continue
        if name == "items":
            value = _compact(value)
        elif name == "properties" and isinstance(value, dict):
            value = {member: _compact(each) for member, each in value.items()}
        elif name == "anyOf":
            value = [_compact(option) for option in value]
            if all(option == value[0] for option in value):  # they differ in their formats, which the help text names
                kept |= value[0]
                continue
            if all(set(option) <= {"type", "minimum"} for option in value):
                kept["type"] = [option["type"] for option in value]
                continue
        kept[name] = value
    return kept


def _output(shape: Any) -> dict[str, Any]:
    """The schema of an object or a list; the server's instructions say what ``untrusted_fields`` is. Within v1 more may
    be added to it. A refusal fits it too, because no member is required: clients built on the TypeScript SDK hold
    refusals against it as well."""
    if isinstance(shape, ListOf):
        properties = {"data": {"type": "array", "items": _output(shape.item)}, "next_cursor": _or_null("string")}
    else:
        properties = {name: _output_field(field) for name, field in shape().get_fields().items()}
    return {"type": "object", "properties": properties}


def _output_field(field: Any) -> dict[str, Any]:
    """What is below it stays unsaid: another tool says it, or the names of its members do."""
    if isinstance(field, Representation):
        return _or_null("object") if field.allow_null else {"type": "object"}
    if isinstance(field, serializers.ListField):
        return _or_null("array") if field.allow_null else {"type": "array"}
    return _types(field_schema(field))


def _or_null(type: str) -> dict[str, Any]:
    return {"type": [type, "null"]}


def _types(schema: dict[str, Any]) -> dict[str, Any]:
    """Types alone. Clients check answers against the list of tools they have kept, and an enum may get more values."""
    if "anyOf" in schema:
        return _or_null(_types(schema["anyOf"][0])["type"])
    if "enum" in schema:
        return {"type": "string"}
    return {"type": schema["type"]} if "type" in schema else {}
