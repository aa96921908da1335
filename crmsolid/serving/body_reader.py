"""Reads the body of a request for an ASGI application."""

from crmsolid.core.errors import DomainError
from crmsolid.serving.interface import AsgiApplication, BridgeLimits, Message, Receive, Scope, Send
from crmsolid.serving.refusal import refusal
from crmsolid.serving.request import read_body


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
            status, headers, document = refusal(DomainError("payload_too_large"))
            if body.must_close:
                headers.append((b"connection", b"close"))
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": document})
            return
        messages: list[Message] = [{"type": "http.request", "body": body.file.read(), "more_body": False}]

        async def receive_body_first() -> Message:
            return messages.pop() if messages else await receive()

        await self._app(scope, receive_body_first, send)
