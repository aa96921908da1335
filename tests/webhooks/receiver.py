"""A receiver of webhooks on the loopback interface, in its own thread, with a behaviour for each path."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Answer = tuple[int, dict[str, str], bytes]
OK: Answer = (200, {}, b"ok")


@dataclass(frozen=True)
class Post:
    """One request as it came in; header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float


Behaviour = Callable[[Post], Answer | None]


def hang(post: Post) -> None:
    """Never answer."""


def answering(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Behaviour:
    return lambda post: (status, headers or {}, body)


@dataclass
class Receiver:
    """``posts`` are in the order of arrival. Paths without a behaviour answer 200."""

    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    running: dict[str, int] = field(default_factory=dict)
    most_at_once: dict[str, int] = field(default_factory=dict)
    port: int = 0

    def __enter__(self) -> "Receiver":
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)
        self._loop.close()

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def to(self, path: str) -> list[Post]:
        return [post for post in self.posts if post.path == path]

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._client, "127.0.0.1", self.port, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while True:
                await self._one(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        post = Post(first.split(" ")[1], headers, body, time.monotonic())
        self.posts.append(post)
        self.running[post.path] = self.running.get(post.path, 0) + 1
        self.most_at_once[post.path] = max(self.most_at_once.get(post.path, 0), self.running[post.path])
        try:
            await self._answer(post, reader, writer)
        finally:
            self.running[post.path] -= 1

    async def _answer(self, post: Post, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behaviour = self.behaviours.get(post.path)
        answer = behaviour(post) if behaviour is not None else OK
        if answer is None:
            await reader.read()  # until the client closes the connection
            raise ConnectionResetError
        status, extra, text = answer
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(text)}", *(f"{k}: {v}" for k, v in extra.items())]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + text)
        await writer.drain()
