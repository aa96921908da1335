"""A request of ASGI as WSGI (PEP 3333) expects it: the environ, and a body that was read to its end.

The body is read on the event loop, before the request gets a thread. A body of an ASGI application is read so too, and
what no application gets to see is refused here.
"""

import sys
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import IO, NamedTuple
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIEnvironment

from django.utils.http import parse_header_parameters

from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError
from crmsolid.core.http.problem_document import CONTENT_TYPE, document, instance_of, request_id_from
from crmsolid.serving.interface import (
    SMALL_BODY_BYTES,
    AsgiApplication,
    BridgeLimits,
    EncodedHeaders,
    Message,
    Receive,
    Scope,
    Send,
)
from crmsolid.serving.uploads import BodyFile

Allowance = Callable[[], Awaitable[int]]

# Set in the environ of a request whose body was not kept: it is over the limit, other large ones are arriving, or it
# arrived too slowly.
BODY_TOO_LARGE = "crmsolid.body_too_large"
UPLOADS_BUSY = "crmsolid.uploads_busy"
UPLOAD_TOO_SLOW = "crmsolid.upload_too_slow"
# The environ lists here the keys of headers that the request has more than once. Their values are joined.
REPEATED_HEADERS = "crmsolid.repeated_headers"


def with_readable_content_type(scope: Scope) -> Scope:
    """The scope, with ``application/octet-stream`` for a Content-Type whose parameters Django cannot read: it would
    raise an exception before any of its middleware runs."""
    types = [value for name, value in scope["headers"] if name == b"content-type"]
    try:
        parse_header_parameters(b",".join(types).decode("latin-1"))
    except (ValueError, LookupError):
        others = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
        return {**scope, "headers": [*others, (b"content-type", b"application/octet-stream")]}
    return scope


def build_environ(scope: Scope) -> WSGIEnvironment:
    """Everything except the body: there is no ``wsgi.input``, and CONTENT_LENGTH is what the client declared, if it
    did."""
    client = scope.get("client")  # None on a Unix socket, as is the port of the server
    server = scope.get("server") or ("localhost", None)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # The bytes as latin-1. A path that is not UTF-8 so reaches Django as it was sent.
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": "HTTP/" + scope["http_version"],
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 80),  # PEP 3333 allows neither of these two to be empty
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if client:
        environ["REMOTE_PORT"] = str(client[1])
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        # With an underscore, ``X_Real_Ip`` would become the same key as ``X-Real-Ip``, which a proxy removes. And
        # Transfer-Encoding does not apply to a body that was read to its end (RFC 9112 7.1.3).
        if b"_" in name or key == "TRANSFER_ENCODING":
            continue
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        text = value.decode("latin-1")
        if key in environ:
            # RFC 9110 5.3 joins repeated headers with a comma; RFC 9113 8.2.3 makes an exception for cookies.
            text = environ[key] + ("; " if key == "HTTP_COOKIE" else ",") + text
            environ[REPEATED_HEADERS] = (*environ.get(REPEATED_HEADERS, ()), key)
        environ[key] = text
    if "\\" in environ.get("HTTP_COOKIE", ""):
        environ["HTTP_COOKIE"] = _without_escapes(environ["HTTP_COOKIE"])
    return environ


def _without_escapes(cookies: str) -> str:
    """The cookies that have no backslash.

    RFC 6265, 4.1.1 allows none in a value. Before 3.11.10, 3.12.6 and 3.13, Python takes time in the square of the
    number of escapes to decode them (CVE-2024-7592): seconds for 60 KiB.
    """
    return ";".join(cookie for cookie in cookies.split(";") if "\\" not in cookie)


class Body(NamedTuple):
    """A complete body. One that was refused is empty; ``must_close`` means that the client may still be sending it."""

    file: IO[bytes]
    length: int
    is_too_large: bool = False
    must_close: bool = False


async def read_body(
    scope: Scope, receive: Receive, limits: BridgeLimits, allowance: Allowance | None = None
) -> Body | None:
    """The body of the request; None if the client leaves before it has sent all of it.

    ``allowance`` is called once for a body over the limit, before more of it is received, and returns how many bytes
    this request may have, 0 for no more than others. Such a body goes to a temporary file.
    """
    headers = dict(scope["headers"])
    # Something other than a number counts as 0 here: the length that matters is the one that is read.
    text = headers.get(b"content-length", b"")
    declared = int(text) if text.isdigit() and len(text) < 20 else 0
    limit = limits.max_body_bytes
    if scope["method"] in ("GET", "HEAD"):  # which use no body, and may keep it as long as an event stream is open
        limit = min(limit, SMALL_BODY_BYTES)
    if declared > limit and allowance is not None:
        limit, allowance = max(limit, await allowance()), None
    if declared > limit:
        budget = limit + limits.drain_bytes
        # Receiving a message would send `100 Continue`, which invites the body that is refused.
        if b"expect" in headers or declared > budget:
            return refused_body(must_close=True)
        return await _drain(await receive(), receive, budget)
    file = BodyFile(limits.max_body_bytes)
    try:
        return await _receive_into(file, receive, limit, allowance, limits.drain_bytes)
    finally:
        file.close()


async def _receive_into(
    file: BodyFile, receive: Receive, limit: int, allowance: Allowance | None, drain_bytes: int
) -> Body | None:
    length = 0
    while (message := await receive())["type"] == "http.request":
        body = message.get("body", b"")
        length += len(body)
        if length > limit and allowance is not None:
            limit, allowance = max(limit, await allowance()), None
        if length > limit:
            return await _drain(message, receive, drain_bytes)
        await file.write(body)
        if not message.get("more_body", False):
            return Body(await file.complete(), length)
    return None


async def until_disconnect(receive: Receive) -> None:
    """Return when the client has left. Call it only after the end of the body."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drain(message: Message, receive: Receive, budget: int) -> Body | None:
    """Discard up to ``budget`` bytes: a client that cannot finish sending rarely reads the response."""
    while message["type"] == "http.request":
        if not message.get("more_body", False):
            return refused_body(must_close=False)
        budget -= len(message.get("body", b""))
        if budget < 0:
            return refused_body(must_close=True)
        message = await receive()
    return None


def refused_body(*, must_close: bool) -> Body:
    """What stands for a body that was not kept."""
    return Body(BytesIO(), 0, is_too_large=True, must_close=must_close)


def refusal(
    error: DomainError, raw_path: bytes = b"/", sent_headers: EncodedHeaders | None = None
) -> tuple[int, EncodedHeaders, bytes]:
    """Status, headers and body: a problem document. ``raw_path`` and ``sent_headers`` are those of the request, where
    they are known."""
    request_id = request_id_from(dict(sent_headers or ()).get(b"x-request-id", b"").decode("latin-1"))
    instance = instance_of(unquote_to_bytes(raw_path))
    body = strictjson.dumps(document(error, instance=instance, request_id=request_id))
    headers = {
        "content-type": CONTENT_TYPE,
        "content-length": str(len(body)),
        "x-request-id": request_id,
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        **error.headers,
    }
    return error.status, [(name.encode(), value.encode()) for name, value in headers.items()], body


class BodyReader:
    """An ASGI application for scopes of type http that gives another one the body in a single message.

    Django's ASGI handler would write a body to disk before the view has seen the key. A body over the limit is
    ``payload_too_large`` (413). The application does not run for a client that leaves before the end of its body.
    """

    def __init__(self, app: AsgiApplication, limits: BridgeLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(scope, receive, self._limits)
        if body is None:
            return
        if body.is_too_large:
            error = DomainError("payload_too_large")
            status, headers, document = refusal(error, scope["raw_path"], scope["headers"])
            if body.must_close:
                headers.append((b"connection", b"close"))
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": document})
            return
        messages: list[Message] = [{"type": "http.request", "body": body.file.read(), "more_body": False}]

        async def receive_body_first() -> Message:
            return messages.pop() if messages else await receive()

        await self._app(scope, receive_body_first, send)
