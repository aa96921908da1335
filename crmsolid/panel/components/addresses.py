"""Addresses of the panel's pages. Each page of a workspace exists twice: below /panel/live/ and below /panel/test/.

The two are instances of one URL namespace, ``admin``. So the address says which side a page shows and a form changes,
and a page that was opened on one side can never act on the other.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

Side = Literal["live", "test"]
SIDES: tuple[Side, ...] = get_args(Side)
ROOT = "/panel/"

_side: ContextVar[Side] = ContextVar("panel_side", default="live")


def current_side() -> Side:
    """The side of the request that this thread answers; live outside a request and on pages that have no side."""
    return _side.get()


def side_of(path: str) -> Side | None:
    """The side that an address names, or None."""
    for side in SIDES:
        if path.startswith(f"{ROOT}{side}/"):
            return side
    return None


def panel_url(name: str, *args: Any, side: Side | None = None, query: dict[str, Any] | None = None) -> str:
    """The address of the page with this URL name (without ``admin:``), on the side of the current request."""
    address = reverse(f"admin:{name}", args=args, current_app=side or current_side())
    return f"{address}?{urlencode(query)}" if query else address


class PanelSideMiddleware:
    """Makes the side of the request's address the current one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        side = side_of(request.path_info) or "live"
        request.current_app = side  # what {% url %} asks for
        token = _side.set(side)
        try:
            return self.get_response(request)
        finally:
            _side.reset(token)
