"""The OpenAPI description of a route that is a plain function: a stream, which DRF's views cannot serve."""

from collections.abc import Callable
from typing import Any, TypeVar

from crmsolid.api.endpoint import endpoint
from crmsolid.api.views import WorkspaceView

F = TypeVar("F", bound=Callable[..., Any])


def openapi_route(**declaration: Any) -> Callable[[F], F]:
    """Put the function into the OpenAPI document as a GET with this declaration (see ``endpoint``).

    The function does all of its own work; its docstring is the summary.
    """

    def declare(function: F) -> F:
        members = {"__doc__": function.__doc__, "get": endpoint(**declaration)(function)}
        # Where DRF and the tests look for the view behind a route.
        function.cls = function.view_class = type(function.__name__, (WorkspaceView,), members)  # type: ignore[attr-defined]
        function.initkwargs = {}  # type: ignore[attr-defined]
        return function

    return declare
