"""OpenAPI `links`: which operations take the ids that a response holds, so that clients and tests can follow them."""

import re
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
# Collection name (``contacts``) -> the operations on one object of it, as (path parameter, HTTP method, operation).
Targets = dict[str, list[tuple[str, str, Schema]]]

_OBJECT_PATH = re.compile(r"^/v1/([\w-]+)/\{(\w+)\}(/[\w-]+)?$")


def add_links(document: Schema) -> None:
    """Add links to each JSON response with status 2xx.

    A POST links to all operations on the object it answers, by the object's ``id``. Every response links to the
    operations that read the other objects it refers to, such as ``contact_id``.
    """
    paths, components = document["paths"], document["components"]
    targets = _targets(paths)
    collections = _collections(paths, targets)
    all_links: Schema = {}
    for path, method, operation in _operations(paths):
        for status, response in operation["responses"].items():
            schema = _json_schema(response)
            if schema is None or not status.startswith("2"):
                continue
            properties = _properties(schema, components["schemas"])
            links = dict(_links_to_referenced(properties, targets))
            if method == "post" and "id" in properties:
                collection = collections.get(_schema_name(schema), path.split("/")[2])
                links |= dict(_links_to_object(collection, targets))
            links = {name: link for name, link in links.items() if link["operationId"] != operation["operationId"]}
            if links:
                response["links"] = {name: {"$ref": f"#/components/links/{name}"} for name in sorted(links)}
                all_links |= links
    if all_links:
        components["links"] = dict(sorted(all_links.items()))


def _operations(paths: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, item in paths.items():
        for method, operation in item.items():
            yield path, method, operation


def _targets(paths: Schema) -> Targets:
    targets: Targets = {}
    for path, method, operation in _operations(paths):
        match = _OBJECT_PATH.match(path)
        if match:
            targets.setdefault(match[1], []).append((match[2], method, operation))
    return targets


def _collections(paths: Schema, targets: Targets) -> dict[str, str]:
    """Schema name -> the collection its objects belong to: the one whose GET reads or lists them."""
    collections: dict[str, str] = {}
    for path, method, operation in _operations(paths):
        schema = _json_schema(operation["responses"].get("200", {}))
        if method != "get" or schema is None:
            continue
        last_segment = path.rsplit("/", 1)[-1]
        item_schema = schema.get("properties", {}).get("data", {}).get("items")
        if item_schema is not None and last_segment in targets:
            collections.setdefault(_schema_name(item_schema), last_segment)
        elif last_segment.startswith("{"):
            collections[_schema_name(schema)] = path.split("/")[2]
    return collections


def _links_to_object(collection: str, targets: Targets) -> Iterator[tuple[str, Schema]]:
    """Links to every operation on the object whose ``id`` the response holds."""
    for parameter, _, operation in targets.get(collection, ()):
        operation_id = operation["operationId"]
        yield operation_id, {"operationId": operation_id, "parameters": {parameter: "$response.body#/id"}}


def _links_to_referenced(properties: Schema, targets: Targets) -> Iterator[tuple[str, Schema]]:
    """Links by other objects' ids: ``thread_id`` leads to the operations that read a thread."""
    for operations in targets.values():
        for parameter, method, operation in operations:
            if method == "get" and parameter in properties:
                operation_id = operation["operationId"]
                parameters = {parameter: f"$response.body#/{parameter}"}
                yield f"{operation_id}_by_{parameter}", {"operationId": operation_id, "parameters": parameters}


def _json_schema(response: Schema) -> Schema | None:
    schema: Schema | None = response.get("content", {}).get("application/json", {}).get("schema")
    return schema


def _schema_name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1]


def _properties(schema: Schema, schemas: Schema) -> Schema:
    """The properties of a schema, including those of its ``anyOf`` and ``allOf`` branches."""
    if "$ref" in schema:
        return _properties(schemas[_schema_name(schema)], schemas)
    properties: Schema = dict(schema.get("properties", {}))
    for branch in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        properties |= _properties(branch, schemas)
    return properties
