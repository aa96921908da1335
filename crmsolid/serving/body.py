"""Request bodies: read to their end on the event loop, before any thread is taken."""

from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple
from wsgiref.types import WSGIEnvironment

from crmsolid.serving.limits import BridgeLimits
from crmsolid.serving.types import Message, Receive


class Upload(NamedTuple):
    """A body that has arrived. A refused one is empty; `must_close` says that the client may still be sending it."""

    file: IO[bytes]
    length: int
    is_too_large: bool = False
    must_close: bool = False


async def read_upload(environ: WSGIEnvironment, receive: Receive, limits: BridgeLimits) -> Upload | None:
    """None if the client leaves before the body's end."""
    if "CONTENT_LENGTH" in environ:
        declared = _declared_length(environ["CONTENT_LENGTH"])
        if declared > limits.max_body_bytes:
            return await _refuse_declared(environ, declared, receive, limits)
    message = await receive()
    if message["type"] != "http.request":
        return None
    body = message.get("body", b"")
    if message.get("more_body", False) or len(body) > limits.max_body_bytes:
        return await _spool(message, receive, limits)
    return Upload(BytesIO(body), len(body))


def _declared_length(text: str) -> int:
    """Zero if it is no number: the length that counts is the one read."""
    return int(text) if text.isdecimal() and len(text) < 20 else 0


async def _spool(message: Message, receive: Receive, limits: BridgeLimits) -> Upload | None:
    file: IO[bytes] = SpooledTemporaryFile(max_size=limits.memory_bytes)  # noqa: SIM115 - the exchange closes it
    kept = False
    try:
        length = 0
        while message["type"] == "http.request":
            body = message.get("body", b"")
            length += len(body)
            if length > limits.max_body_bytes:
                return await _drain(message, receive, limits.drain_bytes)
            file.write(body)
            if not message.get("more_body", False):
                file.seek(0)
                kept = True
                return Upload(file, length)
            message = await receive()
        return None
    finally:
        if not kept:
            file.close()


async def _refuse_declared(
    environ: WSGIEnvironment, declared: int, receive: Receive, limits: BridgeLimits
) -> Upload | None:
    """To ask for the first message would send `100 Continue` and invite the body that is refused."""
    if environ.get("HTTP_EXPECT") or declared > limits.max_body_bytes + limits.drain_bytes:
        return _refusal(must_close=True)
    message = await receive()
    return await _drain(message, receive, limits.max_body_bytes + limits.drain_bytes)


async def _drain(message: Message, receive: Receive, budget: int) -> Upload | None:
    """Throw the rest away: a client that cannot finish sending seldom reads the answer."""
    while message["type"] == "http.request":
        if not message.get("more_body", False):
            return _refusal(must_close=False)
        budget -= len(message.get("body", b""))
        if budget < 0:
            return _refusal(must_close=True)
        message = await receive()
    return None


def _refusal(*, must_close: bool) -> Upload:
    return Upload(BytesIO(), 0, is_too_large=True, must_close=must_close)
