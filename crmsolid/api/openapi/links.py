"""OpenAPI `links`: which calls take the ids that an answer holds, so that clients and tests can go on from it."""

import re
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
# By collection, the calls on one thing of it: (parameter, method, operation).
Targets = dict[str, list[tuple[str, str, Schema]]]

_OF_ONE = re.compile(r"^/v1/([\w-]+)/\{(\w+)\}(/[\w-]+)?$")


def add_links(document: Schema) -> None:
    """To every answer about one thing: a write links to all calls on what it made or changed, and each id of another
    thing to what reads that one."""
    paths, components = document["paths"], document["components"]
    targets = _targets(paths)
    kinds = _kinds(paths, targets)
    links: Schema = {}
    for path, method, operation in _operations(paths):
        for status, answer in operation["responses"].items():
            schema = _json(answer)
            if schema is None or not status.startswith("2"):
                continue
            properties = _properties(schema, components["schemas"])
            found = dict(_foreign(properties, targets))
            if method == "post" and "id" in properties:
                found |= dict(_own(kinds.get(_name(schema), path.split("/")[2]), targets))
            found = {name: link for name, link in found.items() if link["operationId"] != operation["operationId"]}
            if found:
                answer["links"] = {name: {"$ref": f"#/components/links/{name}"} for name in sorted(found)}
                links |= found
    if links:
        components["links"] = dict(sorted(links.items()))


def _operations(paths: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, item in paths.items():
        for method, operation in item.items():
            yield path, method, operation


def _targets(paths: Schema) -> Targets:
    found: Targets = {}
    for path, method, operation in _operations(paths):
        match = _OF_ONE.match(path)
        if match:
            found.setdefault(match[1], []).append((match[2], method, operation))
    return found


def _kinds(paths: Schema, targets: Targets) -> dict[str, str]:
    """The collection that a schema's objects are in: the one that reads or lists them."""
    found: dict[str, str] = {}
    for path, method, operation in _operations(paths):
        schema = _json(operation["responses"].get("200", {}))
        if method != "get" or schema is None:
            continue
        last = path.rsplit("/", 1)[-1]
        item = schema.get("properties", {}).get("data", {}).get("items")
        if item is not None and last in targets:
            found.setdefault(_name(item), last)
        elif last.startswith("{"):
            found[_name(schema)] = path.split("/")[2]
    return found


def _own(collection: str, targets: Targets) -> Iterator[tuple[str, Schema]]:
    for parameter, _, operation in targets.get(collection, ()):
        name = operation["operationId"]
        yield name, {"operationId": name, "parameters": {parameter: "$response.body#/id"}}


def _foreign(properties: Schema, targets: Targets) -> Iterator[tuple[str, Schema]]:
    """``thread_id`` leads to the calls that read a thread."""
    for calls in targets.values():
        for parameter, method, operation in calls:
            if method == "get" and parameter in properties:
                name = operation["operationId"]
                expression = f"$response.body#/{parameter}"
                yield f"{name}_by_{parameter}", {"operationId": name, "parameters": {parameter: expression}}


def _json(answer: Schema) -> Schema | None:
    found: Schema | None = answer.get("content", {}).get("application/json", {}).get("schema")
    return found


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1]


def _properties(schema: Schema, schemas: Schema) -> Schema:
    """Those that any of its forms has."""
    if "$ref" in schema:
        return _properties(schemas[_name(schema)], schemas)
    found: Schema = dict(schema.get("properties", {}))
    for form in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        found |= _properties(form, schemas)
    return found
