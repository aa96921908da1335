"""Clients that write all the time and retry as the API asks them to, and when their webhooks arrived.

What they write is up to the kinds of :mod:`tests.system.kinds`: a further kind of load is one class more.
"""

import asyncio
import json
import random
import threading
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import aiohttp

from tests.system.seen import Seen
from tests.system.stack import Stack
from tests.webhooks.receiver import Receiver

T = TypeVar("T")

TRY_SECONDS = 5.0
FIRST_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS = 0.25, 2.0
REPEATED_SHARE = 0.1
# Refusals of a tool after which it is called again.
PASSING = {"internal_error", "service_unavailable", "idempotency_in_progress"}


@dataclass(slots=True)
class Request:
    """One request with its own Idempotency-Key, which is empty for a read; ``token`` is its API key if not that of the
    load. Once it is answered, ``status``, ``answer`` and ``headers`` are those of the response; ``began_at`` is of the
    monotonic clock, in seconds."""

    method: str
    path: str
    key: str
    body: bytes
    content_type: str = "application/json"
    token: str = ""
    began_at: float = 0.0
    tries: int = 0
    repeats: int = 0
    status: int = 0
    answer: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        return json.loads(self.answer)

    def final_answer(self, status: int, content: bytes) -> bytes | None:
        """What of the response must be the same each time; None if the client has to make the request again."""
        in_progress = status == 409 and json.loads(content)["code"] == "idempotency_in_progress"
        return None if status >= 500 or status == 408 or in_progress else content


class ToolCall(Request):
    """A call of an MCP tool. Its answer is the structured content of the result: the rest says whether it is stored."""

    def final_answer(self, status: int, content: bytes) -> bytes | None:
        answer = super().final_answer(status, content)
        if answer is None or status != 200:
            return answer
        result = json.loads(answer)["result"]
        structured = result["structuredContent"]
        refused = result["isError"] and structured["code"] in PASSING
        return None if refused else json.dumps([result["isError"], structured], sort_keys=True).encode()

    def json(self) -> Any:
        is_error, structured = json.loads(self.answer)
        assert not is_error, structured
        return structured


class Kind(ABC):
    """One kind of load. ``clients`` of it act one after the other every ``pause_seconds``; each act is some requests.

    One time in ten an earlier request of the kind is made again, which must get the same answer."""

    name: ClassVar[str]
    clients: ClassVar[int] = 1
    pause_seconds: ClassVar[float]
    accepted: ClassVar[Sequence[int]] = (200, 201, 202)

    def __init__(self, stack: Stack, load: "Load") -> None:
        self.requests: list[Request] = []
        self.stack, self.load = stack, load

    def prepare(self) -> None:  # noqa: B027  most kinds need nothing
        """Make what the kind needs; called before anything is killed."""

    @abstractmethod
    async def act(self, number: int) -> None:
        """Make the requests of one act; ``number`` counts the acts of this kind."""

    @abstractmethod
    def audit(self, seen: Seen) -> int:
        """Find everything that was accepted in what the API lists, and take it from there. Returns how many rows that
        were."""

    async def request(self, method: str, path: str, body: Any) -> Request:
        """Make the request until it is answered. ``body`` is bytes of CSV, or becomes JSON."""
        is_csv = isinstance(body, bytes)
        content = body if is_csv else json.dumps(body).encode()
        request = Request(method, path, self.next_key(), content, "text/csv" if is_csv else "application/json")
        return await self.answered(request)

    async def call_tool(self, tool: str, arguments: dict[str, Any]) -> Request:
        key = self.next_key()
        params = {"name": tool, "arguments": {**arguments, "idempotency_key": key}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        return await self.answered(ToolCall("POST", "/mcp", key, json.dumps(message).encode()))

    async def answered(self, request: Request) -> Request:
        self.requests.append(request)
        await self.load.call(request)
        if request.status not in self.accepted:
            self.load.wrong.append(f"{request.key}: {request.status} {request.answer!r}")
        if self.load.chance.random() < REPEATED_SHARE:
            await self.load.repeat(self.load.chance.choice([each for each in self.requests if each.status]))
        return request

    def next_key(self) -> str:
        return f"{self.name}-{len(self.requests)}".replace(" ", "-")


class Load:
    """The clients of all kinds, in a thread. They repeat a request with its key after a lost connection, a timeout, a
    5xx, or while the first request with the key is still running. ``wrong`` is what should not have been answered."""

    def __init__(self, port: int, token: str, chance: random.Random) -> None:
        self.kinds: list[Kind] = []
        self.wrong: list[str] = []
        self.chance = chance
        self._url, self._token = f"http://127.0.0.1:{port}", token
        self._stopping, self._ready = threading.Event(), threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),), daemon=True)

    def start(self) -> None:
        for kind in self.kinds:
            kind.prepare()
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self, seconds: float) -> None:
        """Begin nothing new, and wait until what has begun is answered."""
        self._stopping.set()
        self._thread.join(seconds)
        unanswered = [each.key for kind in self.kinds for each in kind.requests if not each.status]
        assert not self._thread.is_alive(), f"still not answered after {seconds} s: {unanswered}"
        self._loop.close()

    def submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run one act more, in the thread of the clients."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def call(self, request: Request) -> None:
        request.began_at = time.monotonic()
        request.status, request.answer = await self._until_answered(request)

    async def repeat(self, request: Request) -> None:
        """Make an answered request again. It must get the same answer, unless it was refused."""
        if request.status >= 400:
            return
        request.repeats += 1
        again = await self._until_answered(request)
        if again != (request.status, request.answer):
            self.wrong.append(f"{request.key}: {again!r} instead of {request.answer!r}")

    async def _run(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        timeout = aiohttp.ClientTimeout(total=TRY_SECONDS)
        async with aiohttp.ClientSession(self._url, headers=headers, timeout=timeout) as self._session:
            self._ready.set()
            await asyncio.gather(*(self._client(kind, number) for kind in self.kinds for number in range(kind.clients)))

    async def _client(self, kind: Kind, number: int) -> None:
        await asyncio.sleep(kind.pause_seconds * number / kind.clients)
        while not self._stopping.is_set():
            next_at = time.monotonic() + kind.pause_seconds
            try:
                await kind.act(number)
            except Exception:  # such as an answer without an id; the other clients go on
                self.wrong.append(f"{kind.name} {number}: {traceback.format_exc()}")
            number += kind.clients
            while not self._stopping.is_set() and time.monotonic() < next_at:
                await asyncio.sleep(min(0.2, max(0.0, next_at - time.monotonic())))

    async def _until_answered(self, request: Request) -> tuple[int, bytes]:
        backoff = FIRST_BACKOFF_SECONDS
        headers = {"Content-Type": request.content_type}
        if request.key:
            headers["Idempotency-Key"] = request.key
        if request.token:
            headers["Authorization"] = f"Bearer {request.token}"
        while True:
            request.tries += 1
            try:
                call = self._session.request(request.method, request.path, data=request.body, headers=headers)
                async with call as response:
                    content = await response.read()
            except (aiohttp.ClientError, TimeoutError):
                pass
            else:
                answer = request.final_answer(response.status, content)
                if answer is not None:
                    request.headers = response.headers
                    return response.status, answer
            await asyncio.sleep(backoff * self.chance.uniform(0.5, 1))
            backoff = min(2 * backoff, MAX_BACKOFF_SECONDS)


class Arrivals:
    """When the receiver got the first post about each message, on one path."""

    def __init__(self, receiver: Receiver, path: str) -> None:
        self._receiver, self._path, self._read = receiver, path, 0
        self._first: dict[str, float] = {}

    def of(self, message_id: str) -> float | None:
        return self.all().get(message_id)

    def all(self) -> dict[str, float]:
        """The first arrival by message id, in the order of arrival; times of the monotonic clock, in seconds."""
        posts = self._receiver.posts[self._read :]
        self._read += len(posts)
        for post in posts:
            if post.path == self._path:
                self._first.setdefault(json.loads(post.body)["data"]["message"]["id"], post.at)
        return self._first

    def longest_gap(self, start: float, end: float) -> float:
        """The longest time without an arrival, in seconds, between two times."""
        times = [start, *(at for at in sorted(self.all().values()) if start < at < end), end]
        return max(after - before for before, after in zip(times, times[1:], strict=False))
