"""The calls that a proposal can be of: every write of the API, by its stable name."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from crmsolid.api.operation_ids import operation_id_of
from crmsolid.mcp.tool import Tool

WRITES = ("POST", "PUT", "PATCH", "DELETE")
_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


@cache
def operations() -> dict[str, Tool]:
    """Every write of the API by the ``operationId`` of the OpenAPI document, as a tool that has all of its inputs."""
    return {
        name: Tool(name, name, "", view.as_proposal or view, method)
        for path, view in _routes(get_resolver().url_patterns)
        for method, declared in view.endpoints.items()
        if method in WRITES and not declared.reads
        for name in [operation_id_of(declared, method, path)]
    }


@cache
def _names() -> dict[tuple[Any, str], str]:
    return {(tool.view, tool.method): name for name, tool in operations().items()}


def name_of(view: Any, method: str) -> str:
    """The name of the operation that this view serves by this method."""
    return _names()[view.as_proposal or view, method]


def _routes(patterns: Iterable[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if path == "v1/" or path.startswith("v1/"):
                yield from _routes(pattern.url_patterns, path)
            continue
        view = getattr(pattern.callback, "cls", None)
        if path.startswith("v1/") and view is not None and hasattr(view, "endpoints"):
            yield "/" + _CONVERTER.sub(r"{\1}", path), view
