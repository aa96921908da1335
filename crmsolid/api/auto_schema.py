"""The OpenAPI 3.1 description of an operation, from the declaration of its endpoint (``crmsolid.api.endpoint``)."""

import inspect
import re
from http import HTTPStatus
from itertools import combinations
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent, append_meta
from rest_framework import serializers

from crmsolid.api import held_writes
from crmsolid.api import openapi_components as components
from crmsolid.api import openapi_texts as texts
from crmsolid.api.endpoint import JSON, Endpoint, ListOf, Raw
from crmsolid.api.examples import example_of
from crmsolid.api.fields import StrictSerializer
from crmsolid.api.operation_ids import operation_id_of, segments_of
from crmsolid.api.public_names import public_name
from crmsolid.api.representations import ObjectField
from crmsolid.api.uploads import FORM

Schema = dict[str, Any]

WRITES = ("POST", "PUT", "PATCH", "DELETE")
_CONVERTER = re.compile(r"<(?:(\w+):)?(\w+)>")


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
            "tags": [segments_of(self.path)[0].replace("-", " ").capitalize()],
            "security": [{"apiKey": [scope.value for scope in self.endpoint.scopes]}],
            "parameters": self._parameters(),
            "responses": self._responses(),
        }
        body = self.endpoint.body
        if body is not None:
            content = {JSON: {"schema": self._shape(body, "request")}}
            operation["requestBody"] = {"required": body.body_required, "content": content}
        if self.endpoint.file_body is not None:
            file: Schema = {"schema": {"type": "string", "format": "binary"}}
            form: Schema = {"schema": dict(self.endpoint.file_body.form_schema)}
            content = {self.endpoint.file_body.media_type: file, FORM: form}
            operation["requestBody"] = {"required": True, "content": content}
        return operation

    @property
    def endpoint(self) -> Endpoint:
        view: Any = self.view
        return view.endpoints[self.method]

    # --- names and texts ----------------------------------------------------------------------------------
    def get_operation_id(self) -> str:
        return operation_id_of(self.endpoint, self.method, self.path)

    def _texts(self) -> tuple[str, str]:
        """Summary and description: of the method's docstring, else of the class's."""
        handler = getattr(self.view, self.method.lower())
        text = inspect.cleandoc(handler.__doc__ or self.view.__class__.__doc__ or "")
        summary, _, rest = text.partition("\n\n")
        scopes = self.endpoint.scopes
        needs = " and ".join(f"`{scope.value}` ({scope.label.lower()})" for scope in scopes)
        return " ".join(summary.split()), f"{rest.strip()}\n\nScope: {needs or self.endpoint.scope_text}.".strip()

    # --- request -------------------------------------------------------------------------------------------
    def _parameters(self) -> list[Schema]:
        converters = {name: kind or "str" for kind, name in _CONVERTER.findall(self.path_regex)}
        segments = segments_of(self.path)
        parameters = [
            components.path_parameter(part[1:-1], segments[index - 1], converters.get(part[1:-1], "str"))
            for index, part in enumerate(segments)
            if part.startswith("{")
        ]
        for name, field in self.endpoint.query().fields.items():
            schema = dict(self._map_serializer_field(field, "request"))
            text = schema.pop("description", "") or texts.of_parameter(name)
            media_type = getattr(field, "media_type", "")
            content: Schema = {"content": {media_type: {"schema": schema}}} if media_type else {"schema": schema}
            style = getattr(field, "parameter_style", {})
            parameters.append(
                {"name": name, "in": "query", "required": field.required, **content, **style, "description": text}
            )
        if self.method in WRITES:
            parameters.append(components.idempotency_key(self.endpoint, self.method))
        if self.endpoint.is_conditional(self.method):
            parameters += [components.IF_MATCH, components.IF_NONE_MATCH]
        return [*parameters, *map(dict, self.endpoint.request_headers), components.REQUEST_ID]

    # --- responses ----------------------------------------------------------------------------------------
    def _responses(self) -> Schema:
        responses = {str(status): self._success(status, shape) for status, shape in self.endpoint.responses.items()}
        view: Any = self.view
        if self.endpoint.may_be_held(self.method) or view.as_proposal is not None:
            self._add_held(responses)
        if self.method == "GET" and self.endpoint.is_conditional("GET"):
            responses["304"] = self._component("NotModified", ResolvedComponent.RESPONSE, components.NOT_MODIFIED)
        for status, codes in components.error_codes(self.endpoint, self.method, has_ids="{" in self.path).items():
            responses[str(status)] = self._shared_response(status, codes)
        return responses

    def _success(self, status: int, shape: Any) -> Schema:
        versioned = self.endpoint.etag or self.endpoint.is_conditional(self.method)
        headers = [
            *components.EVERY_RESPONSE,
            *(["ETag"] if versioned and status != 204 else []),
            *(["Location"] if status in (201, 202) else []),
            *(["Idempotency-Replayed"] if self.method in WRITES else []),
            *getattr(shape, "headers", ()),
        ]
        answer: Schema = {
            "description": getattr(shape, "description", "") or HTTPStatus(status).phrase,
            "headers": components.header_refs(headers),
        }
        if isinstance(shape, Raw) and shape.content:
            answer["content"] = {
                media: {"schema": {"type": "string"}, "example": text} for media, text in shape.content.items()
            }
        elif shape is not None and not isinstance(shape, Raw):
            answer["content"] = {JSON: {"schema": self._shape(shape, "response"), "example": example_of(shape)}}
        return answer

    def _add_held(self, responses: Schema) -> None:
        """The proposal that a write may be answered with; beside what else its 202 is, such as a job."""
        shape = held_writes.makers["proposals"].shape
        proposal = self._shape(shape, "response")
        content = {
            "description": "The write waits for an approval, because the key's `approval` asks for one, and nothing "
            "was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.",
            "headers": components.header_refs((*components.EVERY_RESPONSE, "Location", "Idempotency-Replayed")),
            "content": {JSON: {"schema": proposal, "example": example_of(shape)}},
        }
        held = self._component("HeldForApproval", ResolvedComponent.RESPONSE, content)
        own = responses.setdefault("202", held)
        if own is not held:
            media = own["content"][JSON]
            media["schema"] = {"anyOf": [media["schema"], proposal]}
            own["description"] += ", or the write waits for an approval: a proposal, and nothing was done yet"

    def _shared_response(self, status: int, codes: list[str]) -> Schema:
        """One component for each set of codes, named after those that not every operation may answer."""
        content = components.problem_response(status, codes)
        return self._component(components.response_name(status, codes), ResolvedComponent.RESPONSE, content)

    def _component(self, name: str, kind: str, content: Schema) -> Schema:
        component = ResolvedComponent(name, kind, content, object)
        self.registry.register_on_missing(component)
        assert self.registry[component].schema == content, f"two components are named {name}"
        return component.ref

    def _shape(self, shape: Any, direction: Any) -> Schema:
        if isinstance(shape, ListOf):
            return self._page(shape)
        if isinstance(shape, serializers.ListSerializer):
            return {"type": "array", "items": self._shape(shape.child, direction)}
        component = self.resolve_serializer(shape, direction)
        return component.ref if component else {"type": "object", "additionalProperties": False}

    def _page(self, page: ListOf) -> Schema:
        """A component for each kind of page."""
        item = self._shape(page.item, "response")
        cursor: Schema = {"type": ["string", "null"], "description": "Give it as `cursor`; null on the last page."}
        if page.endless:
            cursor = {"type": "string", "description": "Give it as `cursor` to read on, also later; never null."}
        data = {"type": "array", "description": "The objects of this page.", "items": item}
        properties = {"data": data, "next_cursor": cursor}
        if page.synced:
            properties["synced_until"] = components.SYNCED_UNTIL
        schema = {"type": "object", "required": ["data", "next_cursor"], "properties": properties}
        return self._component(f"{item['$ref'].rpartition('/')[2]}Page", ResolvedComponent.SCHEMA, schema)

    # --- serializers --------------------------------------------------------------------------------------
    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return public_name(type(serializer).__name__)

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """Our own fields describe themselves exactly; drf-spectacular describes the others. A field that refers to
        components has their schemas by name as ``components``."""
        for name, component in getattr(field, "components", {}).items():
            self.registry.register_on_missing(ResolvedComponent(name, ResolvedComponent.SCHEMA, component, name))
        if isinstance(field, ObjectField):
            return self._object(field, direction)
        describe = getattr(field, "json_schema", None)
        if describe is not None:
            meta = self._get_serializer_field_meta(field, direction)  # type: ignore[no-untyped-call]
            schema = describe()
            if "$ref" in schema:
                reference = {"$ref": schema["$ref"]}
                shape = {"oneOf": [reference, {"type": "null"}]} if field.allow_null else reference
                return shape | {name: meta[name] for name in ("description",) if name in meta}
            return append_meta(schema, {name: meta[name] for name in meta if name != "minLength"})
        schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if isinstance(field, serializers.ListField) and direction == "request":
            min_items = max(field.min_length or 0, 0 if field.allow_empty else 1)
            schema |= {key: value for key, value in (("minItems", min_items), ("maxItems", field.max_length)) if value}
        return schema

    def _object(self, field: ObjectField, direction: Any) -> Schema:
        shape = field.shape
        if isinstance(shape, str):
            reference: Schema = {"$ref": f"#/components/schemas/{shape}"}
        else:
            reference = self.resolve_serializer(shape(), direction).ref
        return reference | ({"description": field.help_text} if field.help_text else {})

    def _insert_field_validators(self, field: Any, schema: Any) -> None:
        if not hasattr(field, "json_schema"):
            super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, StrictSerializer) and direction == "request":
            schema.setdefault("properties", {})
            schema["additionalProperties"] = False
            if serializer.open_names:
                # Not `patternProperties`, which would also judge the declared fields whose names fit the pattern. Not
                # `additionalProperties`, of which generators make a type that takes any name, so also a mistyped one.
                del schema["additionalProperties"]
                schema["unevaluatedProperties"] = serializer.open_schema()
                further: Schema = {"pattern": serializer.open_names}
                if serializer.read_only_names:
                    further["not"] = {"enum": sorted(serializer.read_only_names)}
                schema["propertyNames"] = {"anyOf": [{"enum": list(schema["properties"])}, further]}
            if serializer.example:
                schema["examples"] = [dict(serializer.example)]
            if serializer.exactly_one:
                schema = _one_of_each(schema)
            if refused := _refused(serializer):
                schema["not"] = refused[0] if len(refused) == 1 else {"anyOf": refused}
        for name, part in schema.get("properties", {}).items():
            text = "" if "description" in part else texts.of_member(serializer, name)
            part |= {"description": text} if text else {}
        return schema


def _one_of_each(schema: Schema) -> Schema:
    """An alternative for each property, which has no other."""
    alternatives = [
        {"type": "object", "required": [name], "properties": {name: part}, "additionalProperties": False}
        for name, part in schema["properties"].items()
    ]
    return {"description": schema["description"], "oneOf": alternatives}


def _refused(serializer: StrictSerializer) -> list[Schema]:
    """Schemas that no valid body fits: what it must have of several fields, so that ``properties`` says all that
    generators make a type of. Of alternatives of ``required`` they make types that refuse nothing."""
    refused: list[Schema] = []
    if serializer.needs_one_of:
        refused.append({"properties": {name: {"type": "null"} for name in serializer.needs_one_of}})
    if serializer.exactly_one_of:
        given = [{"required": [name], "properties": {name: {}}} for name in serializer.exactly_one_of]
        refused += [{"allOf": list(two)} for two in combinations(given, 2)]
        refused.append({"not": {"anyOf": given}})
    return refused
