"""Everything that a reader or a generator meets in the OpenAPI document is described."""

from collections.abc import Iterator
from typing import Any

import pytest

# Parts that judge a value beside the part that describes it, and values.
JUDGING = ("if", "then", "else", "not", "propertyNames", "example", "examples")


def undescribed(node: Any, path: str = "") -> Iterator[str]:
    """Where a property, a parameter or a header without a description stands."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from undescribed(item, f"{path}[{number}]")
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key in JUDGING or (key == "schema" and "application/problem+json" in path):
            continue
        for name, part in named(key, value):
            if not part.get("description") and not (key == "headers" and "$ref" in part):
                yield f"{path}/{key}/{name}"
        yield from undescribed(value, f"{path}/{key}")


def named(key: str, value: Any) -> list[tuple[str, dict[str, Any]]]:
    """What stands under this key and needs a description, by name."""
    if key == "parameters":
        return [(each["name"], each) for each in value]
    if (
        key in ("properties", "headers")
        and isinstance(value, dict)
        and all(isinstance(each, dict) for each in value.values())
    ):
        return list(value.items())
    return []


def test_every_property_parameter_and_header_is_described(product_document: dict[str, Any]) -> None:
    assert list(undescribed(product_document)) == []


@pytest.mark.parametrize(
    "part",
    [
        {"parameters": [{"name": "limit", "in": "query", "schema": {}}]},
        {"responses": {"200": {"headers": {"ETag": {"schema": {}}}}}},
        {"schemas": {"Contact": {"properties": {"name": {"type": "string"}}}}},
        {"schemas": {"Contact": {"properties": {"account": {"$ref": "#/components/schemas/Account"}}}}},
        {"schemas": {"A": {"oneOf": [{"properties": {"tags": {"description": ""}}}]}}},
    ],
)
def test_what_has_no_description_is_found(part: dict[str, Any]) -> None:
    assert len(list(undescribed(part))) == 1
