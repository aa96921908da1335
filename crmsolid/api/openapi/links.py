"""OpenAPI `links`: which operations take the ids that a response holds, so that clients and tests can follow them."""

import re
from typing import Any

Schema = dict[str, Any]
Operations = list[tuple[str, str, Schema]]  # path, method, operation
# Collection name (``contacts``) -> the operations on one object of it: path parameter, method, operation id.
Targets = dict[str, list[tuple[str, str, str]]]

_OBJECT_PATH = re.compile(r"^/v1/([\w-]+)/\{(\w+)\}(/[\w-]+)?$")


def add_links(document: Schema) -> None:
    """Add links to each JSON response with status 2xx.

    A POST links to all operations on the object it answers, by the object's ``id``. Every response links to the
    operations that read the other objects it refers to, such as ``contact_id``.
    """
    components = document["components"]
    operations = [(path, *operation) for path, item in document["paths"].items() for operation in item.items()]
    targets: Targets = {}
    for path, method, operation in operations:
        if match := _OBJECT_PATH.match(path):
            targets.setdefault(match[1], []).append((match[2], method, operation["operationId"]))
    collections = _collections(operations, targets)
    all_links: Schema = {}
    for path, method, operation in operations:
        for status, response in operation["responses"].items():
            schema = _json_schema(response)
            if schema is None or not status.startswith("2"):
                continue
            properties = _properties(schema, components["schemas"])
            links = {
                f"{operation_id}_by_{parameter}": _link(operation_id, parameter, parameter)
                for operations_on_one in targets.values()
                for parameter, target_method, operation_id in operations_on_one
                if target_method == "get" and parameter in properties
            }
            if method == "post" and "id" in properties:
                collection = collections.get(_schema_name(schema), path.split("/")[2])
                for parameter, _, operation_id in targets.get(collection, ()):
                    links[operation_id] = _link(operation_id, parameter, "id")
            links = {name: link for name, link in links.items() if link["operationId"] != operation["operationId"]}
            if links:
                response["links"] = {name: {"$ref": f"#/components/links/{name}"} for name in sorted(links)}
                all_links |= links
    if all_links:
        components["links"] = dict(sorted(all_links.items()))


def _collections(operations: Operations, targets: Targets) -> dict[str, str]:
    """Schema name -> the collection its objects belong to: the one whose GET reads or lists them."""
    collections: dict[str, str] = {}
    for path, method, operation in operations:
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


def _link(operation_id: str, parameter: str, member: str) -> Schema:
    return {"operationId": operation_id, "parameters": {parameter: f"$response.body#/{member}"}}


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
