"""The OpenAPI 3.1 description of an operation, from the declaration of its endpoint (``crmsolid.api.endpoint``)."""

import inspect
import re
from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent, append_meta
from rest_framework import serializers

from crmsolid.api.endpoint import Endpoint
from crmsolid.api.error_codes import error_codes
from crmsolid.api.fields import StrictSerializer
from crmsolid.api.openapi import components
from crmsolid.api.responses import JSON, ListOf, Raw
from crmsolid.workspaces.scopes import DESCRIPTIONS

Schema = dict[str, Any]

WRITES = ("POST", "PUT", "PATCH", "DELETE")
_CONVERTER = re.compile(r"<(?:(\w+):)?(\w+)>")
_VERBS = {"POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete"}


class V1Schema(AutoSchema):
    """One operation of /v1. drf-spectacular finds the routes and keeps the components."""

    method: str
    path: str
    path_regex: str

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Schema | None:
        self.registry, self.path, self.path_regex = registry, path, path_regex
        self.path_prefix, self.method = path_prefix, method.upper()
        summary, description = self._texts()
        operation: Schema = {
            "operationId": self.get_operation_id(),
            "summary": summary,
            "description": description,
            "tags": self.get_tags(),
            "security": [{"apiKey": [scope.value for scope in self.endpoint.scopes]}],
            "parameters": self._parameters(),
            "responses": self._responses(),
        }
        body = self._body()
        return operation if body is None else {**operation, "requestBody": body}

    @property
    def endpoint(self) -> Endpoint:
        view: Any = self.view
        return view.endpoints[self.method]

    # --- names and texts ----------------------------------------------------------------------------------
    def get_tags(self) -> list[str]:
        first = self._segments()[0].replace("-", " ")
        return [first.capitalize()]

    def get_operation_id(self) -> str:
        """``list_contacts``, ``get_contact``, ``enroll_sequence``: stable, because clients are generated from it."""
        if self.endpoint.operation_id:
            return self.endpoint.operation_id
        nouns = self._nouns()
        of_one = self.path.rstrip("/").endswith("}")
        if self.method == "GET":
            listed = any(isinstance(shape, ListOf) for shape in self.endpoint.responses.values())
            return "_".join(("list", *nouns) if listed else ("get", *nouns[:-1], _single(nouns[-1], of_one)))
        if self.method == "POST" and len(nouns) > 1:
            return "_".join((nouns[-1], *nouns[:-2], _single(nouns[-2], True)))
        return "_".join((_VERBS[self.method], *nouns[:-1], _single(nouns[-1], True)))

    def _nouns(self) -> list[str]:
        """The names in the path; one that an id and another name follow is about one thing: ``thread_messages``."""
        segments = self._segments()
        inner = segments[:-2]
        return [
            _single(part, place < len(inner) and segments[place + 1].startswith("{")).replace("-", "_")
            for place, part in enumerate(segments)
            if not part.startswith("{")
        ]

    def _segments(self) -> list[str]:
        return [part for part in self.path.split("/") if part][1:]

    def _texts(self) -> tuple[str, str]:
        """Summary and description: of the method's docstring, else of the class's."""
        handler = getattr(self.view, self.method.lower())
        text = inspect.cleandoc(handler.__doc__ or self.view.__class__.__doc__ or "")
        summary, _, rest = text.partition("\n\n")
        scopes = self.endpoint.scopes
        needs = " and ".join(f"`{scope.value}` ({DESCRIPTIONS[scope].lower()})" for scope in scopes)
        needs = needs or self.endpoint.scope_text
        return " ".join(summary.split()), f"{rest.strip()}\n\nScope: {needs}.".strip()

    # --- what is asked ------------------------------------------------------------------------------------
    def _parameters(self) -> list[Schema]:
        found = [*self._path_parameters(), *self._query_parameters()]
        if self.method in WRITES:
            found.append(components.idempotency_key(required=self.method in ("POST", "PATCH")))
        if self.endpoint.if_match:
            found.append(components.IF_MATCH)
        return [*found, *map(dict, self.endpoint.request_headers), components.REQUEST_ID]

    def _path_parameters(self) -> list[Schema]:
        converters = {name: kind or "str" for kind, name in _CONVERTER.findall(self.path_regex)}
        segments = self._segments()
        return [
            components.path_parameter(part[1:-1], segments[place - 1], converters.get(part[1:-1], "str"))
            for place, part in enumerate(segments)
            if part.startswith("{")
        ]

    def _query_parameters(self) -> list[Schema]:
        return [self._query_parameter(name, field) for name, field in self.endpoint.query().fields.items()]

    def _query_parameter(self, name: str, field: Any) -> Schema:
        schema = dict(self._map_serializer_field(field, "request"))
        found: Schema = {"name": name, "in": "query", "required": field.required, "schema": schema}
        description = schema.pop("description", "")
        return {**found, "description": description} if description else found

    def _body(self) -> Schema | None:
        body = self.endpoint.body
        if body is None:
            return None
        if isinstance(body, Raw):
            content = {media: {"schema": {"type": "string"}} for media in body.content_types}
            return {"required": True, "content": content, "description": body.description}
        media: Schema = {"schema": self._shape(body, "request")}
        if self.endpoint.example is not None:
            media["example"] = self.endpoint.example
        return {"required": body.body_required, "content": {JSON: media}}

    # --- what is answered ---------------------------------------------------------------------------------
    def _responses(self) -> Schema:
        found = {str(status): self._success(status, shape) for status, shape in self.endpoint.responses.items()}
        for status, codes in error_codes(self.endpoint, self.method, has_ids="{" in self.path).items():
            found[str(status)] = self._shared_response(status, codes)
        return found

    def _success(self, status: int, shape: Any) -> Schema:
        answer: Schema = {
            "description": getattr(shape, "description", "") or HTTPStatus(status).phrase,
            "headers": components.header_refs((*self._success_headers(status), *getattr(shape, "headers", ()))),
        }
        if isinstance(shape, Raw):
            answer["content"] = {media: {"schema": {"type": "string"}} for media in shape.content_types}
        elif shape is not None:
            answer["content"] = {JSON: {"schema": self._shape(shape, "response")}}
        return answer

    def _success_headers(self, status: int) -> tuple[str, ...]:
        versioned = self.endpoint.etag or self._is_conditional()
        conditional = ("ETag",) if versioned and status != 204 else ()
        created = ("Location",) if status in (201, 202) else ()
        replayed = ("Idempotency-Replayed",) if self.method in WRITES else ()
        return (*components.EVERY_RESPONSE, *conditional, *created, *replayed)

    def _is_conditional(self) -> bool:
        """Whether If-Match is honoured here or by another method of the route: all of them answer the ETag then."""
        view: Any = self.view
        return any(endpoint.if_match for endpoint in view.endpoints.values())

    def _shared_response(self, status: int, codes: list[str]) -> Schema:
        """One component for each set of codes; a second set of the same status gets a number."""
        content = components.problem_response(status, codes)
        number = 1
        while True:
            name = f"{components.STATUS_NAMES[status]}{'' if number == 1 else number}"
            component = ResolvedComponent(name, ResolvedComponent.RESPONSE, content, object)
            if component not in self.registry:
                self.registry.register(component)
                return component.ref
            if self.registry[component].schema == content:
                return component.ref
            number += 1

    def _shape(self, shape: Any, direction: Any) -> Schema:
        if isinstance(shape, ListOf):
            return self._page(shape, direction)
        if isinstance(shape, serializers.ListSerializer):
            return {"type": "array", "items": self._shape(shape.child, direction)}
        component = self.resolve_serializer(shape, direction)
        return component.ref if component else {"type": "object", "additionalProperties": False}

    def _page(self, shape: ListOf, direction: Any) -> Schema:
        data = {"type": "array", "items": self._shape(shape.item, direction)}
        if not shape.paged:
            return {"type": "object", "required": ["data"], "properties": {"data": data}}
        cursor = {"type": ["string", "null"], "description": "Give it as `cursor`; null on the last page."}
        properties = {"data": data, "next_cursor": cursor}
        return {"type": "object", "required": ["data", "next_cursor"], "properties": properties}

    # --- serializers --------------------------------------------------------------------------------------
    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """Our own fields describe themselves, exactly; the rest is drf-spectacular's."""
        describe = getattr(field, "json_schema", None)
        if describe is not None:
            meta = self._get_serializer_field_meta(field, direction)  # type: ignore[no-untyped-call]
            return append_meta(describe(), {name: meta[name] for name in meta if name != "minLength"})
        found = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if isinstance(field, serializers.ListField) and direction == "request":
            least = max(field.min_length or 0, 0 if field.allow_empty else 1)
            found |= {key: value for key, value in (("minItems", least), ("maxItems", field.max_length)) if value}
        return found

    def _insert_field_validators(self, field: Any, schema: Any) -> None:
        if not hasattr(field, "json_schema"):
            super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        found = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, StrictSerializer) and direction == "request":
            found.setdefault("properties", {})
            found["additionalProperties"] = False
            if serializer.open_names:
                found["patternProperties"] = {serializer.open_names: serializer.open_schema()}
            if serializer.needs_one_of:
                found["anyOf"] = [_given(name) for name in serializer.needs_one_of]
        return found


def _given(name: str) -> Schema:
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


def _single(noun: str, wanted: bool) -> str:
    """``deliveries`` is one ``delivery``; what has no plural stays."""
    if not wanted or not noun.endswith("s") or noun.endswith("analytics"):
        return noun
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun[:-1]
