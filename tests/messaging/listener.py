"""A client of the stream: speaks ASGI to the application, in the test's own event loop."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.asgi import get_asgi_application
from django.db import connections, transaction

from crmsolid.events.catalogue import event_type
from crmsolid.events.publishing import publish
from crmsolid.workspaces.models import Workspace
from messaging.streaming import hub

Listen = Callable[..., Any]
Key = Callable[..., Awaitable[str]]
PATIENCE = 20.0
T = TypeVar("T")


async def do(work: Callable[[], T]) -> T:
    """Database work of the test itself, in a thread that keeps no connection."""

    def run() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of the stream, or a comment (``id`` None)."""

    id: int | None
    event: str
    data: str


class Listener:
    """One request for the stream. ``hold()`` makes it a reader that takes nothing more, until ``go_on()``."""

    def __init__(
        self, token: str | None, last: int | str | None = None, *, method: str = "GET", query: str = ""
    ) -> None:
        headers = [(b"host", b"testserver")]
        if token is not None:
            headers.append((b"authorization", f"Bearer {token}".encode()))
        if last is not None:
            headers.append((b"last-event-id", str(last).encode()))
        self._scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": "/v1/messages/stream",
            "raw_path": b"/v1/messages/stream",
            "query_string": query.encode(),
            "headers": headers,
            "client": ("127.0.0.1", 5000),
            "server": ("testserver", 80),
            "scheme": "http",
        }
        self._got: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._left, self._takes, self._asked = asyncio.Event(), asyncio.Event(), False
        self._takes.set()
        self._rest = b""
        self.status, self.headers = 0, dict[str, str]()
        self._task = asyncio.create_task(get_asgi_application()(self._scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self._got.put_nowait(message)
        await self._takes.wait()

    async def start(self) -> "Listener":
        """Wait for the headers."""
        message = await asyncio.wait_for(self._got.get(), PATIENCE)
        self.status = message["status"]
        self.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        return self

    async def frame(self) -> Frame | None:
        """The next frame; None at the end of the stream."""
        while b"\n\n" not in self._rest:
            message = await asyncio.wait_for(self._got.get(), PATIENCE)
            self._rest += message.get("body", b"")
            if not message.get("more_body", False):
                return None
        raw, _, self._rest = self._rest.partition(b"\n\n")
        return _parse(raw.decode())

    async def event(self) -> Frame | None:
        """The next frame that is no comment."""
        while (found := await self.frame()) is not None and found.id is None:
            pass
        return found

    async def body(self) -> bytes:
        """All of an answer that ends."""
        found = b""
        while True:
            message = await asyncio.wait_for(self._got.get(), PATIENCE)
            found += message.get("body", b"")
            if not message.get("more_body", False):
                return found

    def hold(self) -> None:
        self._takes.clear()

    def go_on(self) -> None:
        self._takes.set()

    async def leave(self) -> None:
        """Close the connection and wait until the application is through with it."""
        self._left.set()
        self._takes.set()
        await asyncio.wait_for(self._task, PATIENCE)


def _parse(raw: str) -> Frame:
    if raw.startswith(":"):
        return Frame(None, "", raw[1:].strip())
    fields = dict(line.split(": ", 1) for line in raw.split("\n"))
    assert list(fields) == ["id", "event", "data"]
    return Frame(int(fields["id"]), fields["event"], fields["data"])


def happen(workspace: Workspace, number: int) -> str:
    """One event with this number; its id."""
    with transaction.atomic():
        return publish(workspace, event_type("message.sent"), {"number": number})


def number(frame: Frame | None) -> int:
    """The number of the event in a frame."""
    assert frame is not None
    found: int = json.loads(frame.data)["data"]["number"]
    return found


async def quiet() -> None:
    """The watcher has ended and both threads are idle: nobody reads while the tables are emptied."""
    watcher, meeting = hub.hub()._watcher, threading.Barrier(2)
    if watcher is not None:
        await asyncio.wait_for(watcher, 10)
    await asyncio.gather(*(hub.in_thread(meeting.wait, 10) for _ in range(2)))
