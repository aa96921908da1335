"""How tests find things in an OpenAPI document."""

from typing import Any

Schema = dict[str, Any]


def operations(document: Schema) -> list[tuple[str, str, Schema]]:
    """Path, HTTP method in lower case, operation."""
    return [(path, method, operation) for path, item in document["paths"].items() for method, operation in item.items()]


def parameters(document: Schema, method: str, path: str) -> dict[str, Schema]:
    """The parameters of an operation by name."""
    return {parameter["name"]: parameter for parameter in document["paths"][path][method]["parameters"]}


def responses(document: Schema, method: str, path: str) -> dict[str, Schema]:
    """The responses of an operation by status, with references to components followed."""
    shared = document["components"]["responses"]
    return {
        status: shared[response["$ref"].rsplit("/", 1)[1]] if "$ref" in response else response
        for status, response in document["paths"][path][method]["responses"].items()
    }


def error_codes(response: Schema) -> list[str]:
    """The error codes that an error response may have."""
    schema = response["content"]["application/problem+json"]["schema"]
    codes: list[str] = schema["properties"]["code"]["enum"]
    return codes
