"""The description of a route that is a plain function: what a stream needs and DRF's views do not do."""

from collections.abc import Callable
from typing import Any, TypeVar

from crmsolid.api.views import WorkspaceView

F = TypeVar("F", bound=Callable[..., Any])


def described(**declarations: Any) -> Callable[[F], F]:
    """Put the function into the OpenAPI document as if a view with these declarations answered GET.

    The function does all of its own work; its docstring is the summary.
    """

    def describe(function: F) -> F:
        body = {"__doc__": function.__doc__, "get": function, **declarations}
        # Where DRF and the tests look for the view behind a route.
        function.cls = function.view_class = type(function.__name__, (WorkspaceView,), body)  # type: ignore[attr-defined]
        function.initkwargs = {}  # type: ignore[attr-defined]
        return function

    return describe
