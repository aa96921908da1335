"""The endpoint /mcp: who may call it, before the protocol begins."""

import re
from collections.abc import Callable
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.urls import reverse

from crmsolid.api import problems
from crmsolid.api.parsing import read_body
from crmsolid.api.request_context import request_context
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError
from crmsolid.mcp.calls import Caller
from crmsolid.mcp.resources import Catalogue
from crmsolid.workspaces.slow_requests import answer_in_slot

if TYPE_CHECKING:
    from crmsolid.mcp.server import McpServer


_REVISION = re.compile(r"[A-Za-z0-9.-]{0,32}")


def mcp_view(catalogue: Catalogue) -> Callable[[HttpRequest], HttpResponseBase]:
    """The view that serves what is in the catalogue, for the paths /mcp and /mcp/."""

    @cache
    def server() -> "McpServer":
        # Loading the SDK takes as long as all the rest. Commands, which load the URLs too, do without it; a web process
        # loads it at its start (crmsolid/asgi.py).
        from crmsolid.mcp.server import McpServer

        return McpServer(catalogue)

    slow = {tool.name: tool.endpoint for tool in catalogue.tools if tool.endpoint.slow or tool.endpoint.slow_with}

    def mcp(request: HttpRequest) -> HttpResponseBase:
        body, message, caller = _admit(request)
        # They are not validated yet.
        name, arguments = (message.get("params", {}).get(member) for member in ("name", "arguments"))
        called = slow.get(name) if message.get("method") == "tools/call" and isinstance(name, str) else None
        if called is None or not called.may_be_slow(arguments if isinstance(arguments, dict) else {}):
            return server().answer(request, body, caller)
        # Before the protocol begins, which could not begin once more.
        return answer_in_slot(request, caller.actor.workspace, lambda: server().answer(request, body, caller))

    return mcp


def _admit(request: HttpRequest) -> tuple[bytes, dict[str, Any], Caller]:
    """The body, the message in it, and who sent it. Raises the refusals that have an HTTP status of their own: 400,
    401, 403, 405, 413, 429."""
    context = request_context(request)
    check_origin(request)
    if request.method != "POST":
        raise DomainError("method_not_allowed", "only POST works here", headers={"Allow": "POST"})
    body = read_body(request)
    try:
        actor = context.authenticate(request)
    except DomainError as error:
        if error.status == 401:  # says where an OAuth client begins (RFC 9728, 5.1)
            metadata = request.build_absolute_uri(reverse("oauth:resource-metadata"))
            error.headers["WWW-Authenticate"] = f'{problems.challenge(error)}, resource_metadata="{metadata}"'
        raise
    context.check_rate_limit()
    assert context.credentials is not None
    message = _read_message(body)
    context.rpc_id = message.get("id")
    if not _REVISION.fullmatch(request.headers.get("MCP-Protocol-Version", "")):  # the protocol has it repeated
        raise DomainError("bad_request", "MCP-Protocol-Version must be a revision such as 2025-11-25")
    return body, message, Caller(actor, context.credentials, context)


def _read_message(body: bytes) -> dict[str, Any]:
    """The JSON-RPC message, whose form is checked here because the SDK would show the errors of its parser.

    A response is none of ours to read: nothing is ever asked of a client.
    """
    try:
        message = strictjson.loads(body)
    except strictjson.StrictJSONError as error:
        raise DomainError("malformed_json", str(error)) from None
    if not (
        isinstance(message, dict)
        and message.get("jsonrpc") == "2.0"
        and isinstance(message.get("method"), str)
        and isinstance(message.get("params", {}), dict)
        and isinstance(message.get("id", ""), str | int)
        and not isinstance(message.get("id"), bool)
    ):
        raise DomainError("bad_request", "the body must be one JSON-RPC 2.0 request or notification")
    return message


def check_origin(request: HttpRequest) -> None:
    """Raise ``origin_not_allowed`` (403) for a page of another site, also for one whose name was made to point here.

    The host must be one of ``ALLOWED_HOSTS``, or without that setting an IP address or localhost. A browser's page must
    come from the same host, or from one of ``CSRF_TRUSTED_ORIGINS``.
    """
    try:
        host = request.get_host()
    except DisallowedHost:
        raise DomainError("origin_not_allowed") from None
    if "*" in settings.ALLOWED_HOSTS and not _is_local_or_address(split_domain_port(host)[0]):
        raise DomainError("origin_not_allowed")
    origin = request.META.get("HTTP_ORIGIN")
    if origin is None or origin in settings.CSRF_TRUSTED_ORIGINS:
        return
    if origin not in (f"http://{host}", f"https://{host}"):
        raise DomainError("origin_not_allowed")


def _is_local_or_address(domain: str) -> bool:
    if domain == "localhost" or domain.endswith(".localhost"):
        return True
    try:
        ip_address(domain.strip("[]"))
    except ValueError:
        return False
    return True
