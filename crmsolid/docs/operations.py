"""The operations of the REST API as the documentation names them, from the OpenAPI document."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings

from crmsolid.api.openapi import document
from crmsolid.core.http.problem_document import CONTENT_TYPE

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """``codes`` are the error codes that it may answer."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    codes: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def address(self) -> str:
        """Its place in the API reference, as Swagger UI links to it (``deepLinking``)."""
        return f"/swagger#/{quote(self.tag)}/{self.id}"


def operations() -> tuple[Operation, ...]:
    """All operations, in the order of the document."""
    return _operations(settings.ROOT_URLCONF)


@lru_cache(maxsize=1)
def _operations(urlconf: str) -> tuple[Operation, ...]:
    parsed = json.loads(document.served(urlconf).body)
    shared = parsed["components"].get("responses", {})
    return tuple(
        Operation(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            tag=operation["tags"][0],
            summary=operation.get("summary", ""),
            description=operation.get("description", ""),
            codes=frozenset(code for each in operation["responses"].values() for code in _codes(each, shared)),
        )
        for path, item in parsed["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    )


def _codes(response: dict[str, Any], shared: dict[str, Any]) -> list[str]:
    """The error codes of one response; none if it is a success."""
    if "$ref" in response:
        response = shared[response["$ref"].rpartition("/")[2]]
    schema = response.get("content", {}).get(CONTENT_TYPE, {}).get("schema", {})
    return [
        code for part in schema.get("allOf", ()) for code in part.get("properties", {}).get("code", {}).get("enum", ())
    ]
