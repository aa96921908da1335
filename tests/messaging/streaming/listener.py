"""A client of the stream that speaks ASGI to the application, in the event loop of the test."""

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
TIMEOUT_SECONDS = 20.0
T = TypeVar("T")


async def run_in_thread(work: Callable[[], T]) -> T:
    """Do the test's own database work in a thread, and close its connection."""

    def run() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of the stream, or a comment or a notice (then ``id`` is None)."""

    id: int | None
    event: str
    data: str


class Listener:
    """One request for the stream. Between ``stop_reading()`` and ``read_on()`` it is a client that reads nothing.
    ``position`` is where the stream started, as its first frame says."""

    def __init__(
        self,
        token: str | None,
        last: int | str | None = None,
        *,
        method: str = "GET",
        query: str = "",
        path: str = "/v1/messages/stream",
        cookie: str = "",
    ) -> None:
        headers = [(b"host", b"testserver")]
        if token is not None:
            headers.append((b"authorization", f"Bearer {token}".encode()))
        if cookie:
            headers.append((b"cookie", cookie.encode()))
        if last is not None:
            headers.append((b"last-event-id", str(last).encode()))
        self._scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": headers,
            "client": ("127.0.0.1", 5000),
            "server": ("testserver", 80),
            "scheme": "http",
        }
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._disconnected, self._reads, self._request_sent = asyncio.Event(), asyncio.Event(), False
        self._reads.set()
        self._buffer = b""
        self.position: int | None = None
        self.status, self.headers = 0, dict[str, str]()
        self._task = asyncio.create_task(get_asgi_application()(self._scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if not self._request_sent:
            self._request_sent = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._disconnected.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self._messages.put_nowait(message)
        await self._reads.wait()

    async def start(self) -> "Listener":
        """Wait for the headers."""
        message = await asyncio.wait_for(self._messages.get(), TIMEOUT_SECONDS)
        self.status = message["status"]
        self.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        return self

    async def frame(self) -> Frame | None:
        """The next frame; None at the end of the stream."""
        while b"\n\n" not in self._buffer:
            message = await asyncio.wait_for(self._messages.get(), TIMEOUT_SECONDS)
            self._buffer += message.get("body", b"")
            if not message.get("more_body", False):
                return None
        raw, _, self._buffer = self._buffer.partition(b"\n\n")
        first, _, position = raw.partition(b"\nid: ")
        if first == b": connected":
            self.position = int(position)
            return _parse(first.decode())
        return _parse(raw.decode())

    async def event(self) -> Frame | None:
        """The next frame that is neither a comment nor a notice."""
        while (frame := await self.frame()) is not None and frame.id is None:
            pass
        return frame

    async def body(self) -> bytes:
        """The whole body of a response that ends."""
        body = b""
        while True:
            message = await asyncio.wait_for(self._messages.get(), TIMEOUT_SECONDS)
            body += message.get("body", b"")
            if not message.get("more_body", False):
                return body

    def stop_reading(self) -> None:
        self._reads.clear()

    def read_on(self) -> None:
        self._reads.set()

    async def disconnect(self) -> None:
        """Close the connection and wait until the application has noticed."""
        self._disconnected.set()
        self._reads.set()
        await asyncio.wait_for(self._task, TIMEOUT_SECONDS)


def _parse(raw: str) -> Frame:
    if raw.startswith(":"):
        return Frame(None, "", raw[1:].strip())
    fields = dict(line.split(": ", 1) for line in raw.split("\n"))
    if "id" not in fields:
        assert list(fields) == ["event", "data"]
        return Frame(None, fields["event"], fields["data"])
    assert list(fields) == ["id", "event", "data"]
    return Frame(int(fields["id"]), fields["event"], fields["data"])


def publish_numbered(workspace: Workspace, number: int) -> str:
    """Publish one event with this number; returns its id."""
    with transaction.atomic():
        return publish(workspace, event_type("message.sent"), {"number": number})


def number(frame: Frame | None) -> int:
    """The number of the event in a frame."""
    assert frame is not None
    value: int = json.loads(frame.data)["data"]["number"]
    return value


def watchers() -> list["asyncio.Task[None]"]:
    """The running watchers of this event loop."""
    return [task for task in asyncio.all_tasks() if task.get_name() == hub.WATCHER_TASK]


async def wait_until_idle() -> None:
    """Wait until the watcher has stopped and both stream threads are idle, so that the tables can be emptied."""
    both_threads = threading.Barrier(2)
    await asyncio.wait_for(asyncio.gather(*watchers()), 10)
    await asyncio.gather(*(hub.in_thread(both_threads.wait, 10) for _ in range(2)))
