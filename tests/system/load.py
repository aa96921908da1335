"""Clients that send messages all the time and retry as the API asks them to, and when their webhooks arrived."""

import asyncio
import json
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.webhooks.receiver import Receiver

CLIENTS = 20
PAUSE_SECONDS = 1.0  # of each client between two sends: together about 20 sends a second
TRY_SECONDS = 5.0
FIRST_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS = 0.25, 2.0
REPEATED_SHARE = 0.1
RECIPIENTS = 200


@dataclass(slots=True)
class Send:
    """One send with its own Idempotency-Key. Once it is accepted, ``answer`` is the body of the response; times are
    those of the monotonic clock, in seconds."""

    key: str
    body: dict[str, Any]
    began_at: float
    tries: int = 0
    answer: bytes = b""
    message_id: str = ""
    accepted_at: float = 0.0


class Load:
    """Twenty clients in a thread. Each sends one message after the other, about one a second. It repeats a request with
    its key after a lost connection, a timeout, a 5xx, or a 409 (the first request with the key is still running).

    The sandbox refuses one message in twenty and answers another one. One accepted request in ten is made again.
    """

    def __init__(self, port: int, token: str, accounts: Sequence[int], chance: random.Random) -> None:
        self.sends: list[Send] = []
        self.wrong: list[str] = []
        self._url, self._token = f"http://127.0.0.1:{port}", token
        self._accounts, self._random = accounts, chance
        self._stopping, self._ready = threading.Event(), threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),), daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self, seconds: float) -> None:
        """Send nothing new, and wait until what has begun is accepted."""
        self._stopping.set()
        self._thread.join(seconds)
        assert not self._thread.is_alive(), f"sends are still not accepted after {seconds} s"
        self._loop.close()

    def probe(self, account: int) -> "Future[Send]":
        """Send one message more on the account. The future ends when it is accepted."""
        return asyncio.run_coroutine_threadsafe(self._send(account, "probe"), self._loop)

    async def _run(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        timeout = aiohttp.ClientTimeout(total=TRY_SECONDS)
        async with aiohttp.ClientSession(self._url, headers=headers, timeout=timeout) as self._session:
            self._ready.set()
            await asyncio.gather(*(self._client(number) for number in range(CLIENTS)))

    async def _client(self, number: int) -> None:
        await asyncio.sleep(PAUSE_SECONDS * number / CLIENTS)
        while not self._stopping.is_set():
            next_at = time.monotonic() + PAUSE_SECONDS
            count = len(self.sends)
            name = {7: "fail_privacy", 13: "reply"}.get(count % 20, "client")
            sent = await self._send(self._accounts[count % len(self._accounts)], name)
            if self._random.random() < REPEATED_SHARE:
                await self.repeat(sent)
            await asyncio.sleep(max(0.0, next_at - time.monotonic()))

    async def _send(self, account: int, name: str) -> Send:
        number = len(self.sends)
        body = {"account_id": account, "to": f"@{name}_{number % RECIPIENTS}", "text": "hello {first_name|there}"}
        send = Send(f"send-{number}", body, time.monotonic())
        self.sends.append(send)
        send.answer = await self._until_answered(send)
        send.message_id, send.accepted_at = json.loads(send.answer).get("id", ""), time.monotonic()
        return send

    async def repeat(self, send: Send) -> None:
        """Make an accepted request again. It must get the same answer."""
        again = await self._until_answered(send)
        if again != send.answer:
            self.wrong.append(f"{send.key}: {again!r} instead of {send.answer!r}")

    async def _until_answered(self, send: Send) -> bytes:
        backoff = FIRST_BACKOFF_SECONDS
        while True:
            send.tries += 1
            try:
                key = {"Idempotency-Key": send.key}
                async with self._session.post("/v1/messages/send", json=send.body, headers=key) as response:
                    answer = await response.read()
            except (aiohttp.ClientError, TimeoutError):
                pass
            else:
                if response.status < 500 and response.status != 409:
                    if response.status != 200:
                        self.wrong.append(f"{send.key}: {response.status} {answer!r}")
                    return answer
            await asyncio.sleep(backoff * self._random.uniform(0.5, 1))
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
