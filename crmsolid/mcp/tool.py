"""A tool of the MCP server. It is derived from a REST endpoint, so that it can do nothing that REST cannot do: scopes,
inputs, outputs and the handler are those of the endpoint."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from rest_framework.exceptions import ErrorDetail, ValidationError

from crmsolid.api.endpoint import Endpoint
from crmsolid.api.fields import PageQuery, QueryBoolean, QueryInteger, StrictSerializer, as_integer
from crmsolid.api.idempotency import VALID_KEY
from crmsolid.api.problems import field_errors
from crmsolid.api.views import WorkspaceView
from crmsolid.core.errors import DomainError, invalid
from crmsolid.mcp import schemas
from crmsolid.workspaces.actor import Actor

IDEMPOTENCY_KEY = "idempotency_key"
DEFAULT_LIMIT = 20  # rows a page, less than REST's, because an assistant reads all of them


@dataclass(frozen=True)
class Arguments:
    """The validated arguments of a call: ids of the path, query or body, and the idempotency key."""

    ids: dict[str, Any]
    values: dict[str, Any]
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Tool:
    """One method of a REST view as a tool.

    ``description`` is what the model reads. The flags are the annotations of MCP, for a write: ``destructive`` if it
    cannot be undone (a message that was sent), ``idempotent`` if a second call changes nothing more, ``open_world`` if
    it reaches people outside of the CRM. ``read_only``: a POST that changes nothing. ``leave_out`` names inputs of the
    endpoint that the tool does not take.
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
        return {name: field for name, field in self.serializer.fields.items() if name not in self.leave_out}

    @property
    def is_paged(self) -> bool:
        return isinstance(self.serializer, PageQuery)

    @cached_property
    def output(self) -> Any:
        """The shape of the answer; where statuses differ, their shapes are the same."""
        return next(iter(self.endpoint.responses.values()))

    @cached_property
    def untrusted_fields(self) -> list[str]:
        """The paths in the answer of text that other people wrote."""
        return schemas.untrusted_fields(self.output)

    def is_listed_for(self, actor: Actor) -> bool:
        """Reads are listed for those who have the scopes, writes always: a refusal says which scope is missing."""
        return self.writes or all(actor.has(scope) for scope in self.endpoint.scopes)

    # --- what tools/list says of it -----------------------------------------------------------------------
    @property
    def annotations(self) -> dict[str, bool]:
        return {
            "readOnlyHint": not self.writes,
            "destructiveHint": self.destructive,
            "idempotentHint": not self.writes or self.idempotent,
            "openWorldHint": self.open_world,
        }

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        return schemas.answer(self.output, self.untrusted_fields)

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        properties = {name: schemas.identifier(name, kind) for name, kind in self.ids.items()}
        properties |= {name: schemas.argument(field) for name, field in self.fields.items()}
        if self.is_paged:
            properties["limit"]["default"] = DEFAULT_LIMIT
        if self.writes:
            properties[IDEMPOTENCY_KEY] = schemas.IDEMPOTENCY_KEY
        required = [*self.ids, *(name for name, field in self.fields.items() if field.required)]
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        return {**schema, "required": required} if required else schema

    # --- arguments ----------------------------------------------------------------------------------------
    def parse(self, arguments: dict[str, Any]) -> Arguments:
        """Validate the arguments of a call. ``validation_failed`` names each that is wrong, ``invalid_cursor``."""
        rest = dict(arguments)
        known = [*self.ids, *self.fields, *([IDEMPOTENCY_KEY] if self.writes else [])]
        unknown = {name: [self.serializer.refusal(name, known)] for name in arguments if name not in known}
        if unknown:
            raise DomainError("validation_failed", errors=field_errors(unknown))
        key = self._parse_key(rest.pop(IDEMPOTENCY_KEY, None))
        ids = {name: _identifier(name, kind, rest.pop(name, None)) for name, kind in self.ids.items()}
        try:
            values = self.serializer.run_validation(rest if self.has_body else self._as_query(rest))
        except ValidationError as error:
            errors = field_errors(error.detail)
            code = "invalid_cursor" if all(part.field == "cursor" for part in errors) else "validation_failed"
            raise DomainError(code, errors=errors) from None
        return Arguments(ids, dict(values), key)

    def _parse_key(self, key: Any) -> str | None:
        if key is None or (isinstance(key, str) and VALID_KEY.match(key)):
            return key
        raise invalid(IDEMPOTENCY_KEY, "invalid", "give 1 to 255 printable ASCII characters")

    def _as_query(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments as query parameters, which are strings."""
        if self.is_paged:
            arguments = {"limit": DEFAULT_LIMIT, **arguments}
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
        raise invalid(name, "invalid", f"give `{name}` as it was answered, a {schemas.JSON_TYPES[kind]}")
    return value
