"""``python -m tests.sdk.faults.python_driver CLIENT`` makes the calls of scenarios with the Python client ``sync`` or
``async``. It reads them as JSON from its input and writes what it saw as JSON to its output.

Its clock does not wait: it goes on when every caller sleeps.
"""

import asyncio
import contextlib
import dataclasses
import json
import logging
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx

from crmsolid_client import AsyncCrmSolid, CrmSolid, errors, idempotency_key_of, verify_webhook
from tests.sdk.faults.scenarios import SINCE, Told

MESSAGE: dict[str, Any] = {"account_id": 7421, "to": "@anna", "text": "Привіт 🚀"}
TRUSTED = httpx.create_ssl_context()
REAL = SimpleNamespace(monotonic=time.monotonic, sleep=time.sleep, async_sleep=asyncio.sleep)
OUTCOMES: list[tuple[type[BaseException], str]] = [
    (errors.APITimeoutError, "timeout"),
    (errors.APIConnectionError, "connection"),
    (errors.UnexpectedAnswerError, "unexpected_answer"),
    (errors.ApprovalPendingError, "approval_pending"),
    (errors.UnreadableEvent, "unreadable_event"),
    (errors.WebhookVerificationError, "verification"),
    (asyncio.CancelledError, "canceled"),
    (errors.BadRequestError, "bad_request"),
    (errors.UnauthorizedError, "unauthorized"),
    (errors.ForbiddenError, "forbidden"),
    (errors.NotFoundError, "not_found"),
    (errors.ConflictError, "conflict"),
    (errors.GoneError, "gone"),
    (errors.UnprocessableError, "unprocessable"),
    (errors.TooManyRequestsError, "too_many_requests"),
    (errors.ServerError, "server_error"),
]


class Clock:
    """Of several callers, threads or tasks. It moves on to the end of the earliest sleep once all of them sleep."""

    def __init__(self, callers: int) -> None:
        self.now = 0.0
        self._awake = callers
        self._sleeps: list[tuple[float, Callable[[], object]]] = []
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return 1000.0 + self.now

    def sleep(self, seconds: float) -> None:
        woken = threading.Event()
        self._begin((self.now + seconds, woken.set))
        woken.wait()

    async def async_sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        one = (self.now + seconds, woken.set)
        self._begin(one)
        try:
            await woken.wait()
        except asyncio.CancelledError:
            if one in self._sleeps:
                self._sleeps.remove(one)
                self._awake += 1
            raise

    def leave(self) -> None:
        """A caller makes no further call."""
        with self._lock:
            self._awake -= 1
            self._move_on()

    def _begin(self, sleep: tuple[float, Callable[[], object]]) -> None:
        with self._lock:
            self._sleeps.append(sleep)
            self._awake -= 1
            self._move_on()

    def _move_on(self) -> None:
        if self._awake == 0 and self._sleeps:
            earliest = min(self._sleeps, key=lambda sleep: sleep[0])
            self._sleeps.remove(earliest)
            self.now = max(self.now, earliest[0])
            self._awake += 1
            earliest[1]()


class Hook(httpx.BaseTransport):
    """Tells the server the time, and lets the clock go on for what the server says takes time."""

    def __init__(self, clock: Clock | None) -> None:
        self._clock = clock
        self._inner = httpx.HTTPTransport(verify=TRUSTED, trust_env=False)
        self.attempts = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.attempts += 1
        if self._clock is None:
            return self._inner.handle_request(request)
        request.headers["Fault-Time"] = str(self._clock.now)
        response = self._inner.handle_request(request)
        longest = request.extensions["timeout"]["read"]
        delay = float(response.headers.get("Fault-Delay", 0))
        if delay:
            self._clock.sleep(min(delay, longest))
        if delay > longest:
            response.close()
            raise httpx.ReadTimeout("nothing came", request=request)
        if "Fault-Silence" in response.headers:
            assert isinstance(response.stream, httpx.SyncByteStream)
            response.stream = Silence(response.stream, self._clock, longest)
        return response

    def close(self) -> None:
        self._inner.close()


@dataclasses.dataclass
class Silence(httpx.SyncByteStream):
    parts: httpx.SyncByteStream
    clock: Clock
    longest: float

    def __iter__(self) -> Iterator[bytes]:
        yield from self.parts
        self.clock.sleep(self.longest)
        raise httpx.ReadTimeout("nothing came")


class AsyncHook(httpx.AsyncBaseTransport):
    """The same for tasks."""

    def __init__(self, clock: Clock | None) -> None:
        self._clock = clock
        self._inner = httpx.AsyncHTTPTransport(verify=TRUSTED, trust_env=False)
        self.attempts = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.attempts += 1
        if self._clock is None:
            return await self._inner.handle_async_request(request)
        request.headers["Fault-Time"] = str(self._clock.now)
        response = await self._inner.handle_async_request(request)
        longest = request.extensions["timeout"]["read"]
        delay = float(response.headers.get("Fault-Delay", 0))
        if delay:
            await self._clock.async_sleep(min(delay, longest))
        if delay > longest:
            await response.aclose()
            raise httpx.ReadTimeout("nothing came", request=request)
        if "Fault-Silence" in response.headers:
            assert isinstance(response.stream, httpx.AsyncByteStream)
            response.stream = AsyncSilence(response.stream, self._clock, longest)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclasses.dataclass
class AsyncSilence(httpx.AsyncByteStream):
    parts: httpx.AsyncByteStream
    clock: Clock
    longest: float

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self.parts:
            yield part
        await self.clock.async_sleep(self.longest)
        raise httpx.ReadTimeout("nothing came")


class Parts:
    """A file of so many bytes that is in no memory."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, most: int = -1) -> bytes:
        part = b"x" * min(self._left, 64 * 1024 if most < 0 else most)
        self._left -= len(part)
        return part


def use_clock(clock: Any) -> None:
    """In the modules of the client alone: what is beside and below it waits by the real one."""
    import crmsolid_client._async.transport as asynchronous
    import crmsolid_client._pacing as pacing
    import crmsolid_client._retry as retry
    import crmsolid_client._stop as stop
    import crmsolid_client._sync.transport as synchronous

    replaced: Any = SimpleNamespace(monotonic=clock.monotonic, sleep=clock.sleep, time=time.time)
    for module in (asynchronous, synchronous, pacing, retry):
        module.time = replaced  # type: ignore[attr-defined]
    asynchronous.asyncio = SimpleNamespace(sleep=clock.async_sleep)  # type: ignore[attr-defined,assignment]

    async def sleep(_: Any, seconds: float) -> None:
        await clock.async_sleep(seconds)

    stop.Stop.sleep = lambda _, seconds: clock.sleep(seconds)  # type: ignore[method-assign,assignment]
    stop.AsyncStop.sleep = sleep  # type: ignore[method-assign,assignment]


def options_of(call: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Those of with_options, and those of the method."""
    own = {name: value for name, value in call["options"].items() if name in ("idempotency_key", "give_up_after")}
    return {name: value for name, value in call["options"].items() if name not in own}, own


def webhook(call: dict[str, Any]) -> list[str]:
    return [verify_webhook(call["body"].encode(), call["headers"], call["secrets"]).id]


def made(crm: CrmSolid, call: dict[str, Any]) -> list[str]:
    """Make the call. Returns the ids of what came."""
    options, own = options_of(call)
    crm = crm.with_options(**options)
    match call["kind"]:
        case "send":
            return [crm.messages.send(**MESSAGE, **own).id]
        case "raw":
            return [str(crm.request("post", "/v1/any", json={"a": 1}).status)]
        case "upload":
            return [crm.files.upload(Parts(call["size"]), name="a.bin").id]  # type: ignore[arg-type]
        case "import":
            return [crm.contacts.import_file(b"username\n@anna\n").id]
        case "contacts":
            return [one.id for one in crm.contacts.list()]
        case "events":
            return taken(iter(crm.events.list()), FOR_ALL)
        case "follow":
            with crm.events.follow(position=json.dumps([SINCE, None]), **own) as events:
                return taken(events, call["take"])
        case _:
            with crm.messages.stream(**own) as stream:
                return taken(stream, call["take"])


FOR_ALL = 1_000_000


def taken(events: Iterator[Any], most: int) -> list[str]:
    found: list[str] = []
    while len(found) < most:
        try:
            found.append(next(events).id)
        except errors.UnreadableEvent as error:
            found.append(f"?{error.id}")
        except StopIteration:
            break
    return found


async def made_async(crm: AsyncCrmSolid, call: dict[str, Any]) -> list[str]:
    options, own = options_of(call)
    crm = crm.with_options(**options)
    match call["kind"]:
        case "send":
            return [(await crm.messages.send(**MESSAGE, **own)).id]
        case "raw":
            return [str((await crm.request("post", "/v1/any", json={"a": 1})).status)]
        case "upload":
            return [(await crm.files.upload(Parts(call["size"]), name="a.bin")).id]  # type: ignore[arg-type]
        case "import":
            return [(await crm.contacts.import_file(b"username\n@anna\n")).id]
        case "contacts":
            return [one.id async for one in crm.contacts.list()]
        case "events":
            return await taken_async(aiter(crm.events.list()), FOR_ALL)
        case "follow":
            async with crm.events.follow(position=json.dumps([SINCE, None]), **own) as events:
                return await taken_async(events, call["take"])
        case _:
            async with crm.messages.stream(**own) as stream:
                return await taken_async(stream, call["take"])


async def taken_async(events: AsyncIterator[Any], most: int) -> list[str]:
    found: list[str] = []
    while len(found) < most:
        try:
            found.append((await anext(events)).id)
        except errors.UnreadableEvent as error:
            found.append(f"?{error.id}")
        except StopAsyncIteration:
            break
    return found


def sync_told(task: dict[str, Any]) -> Told:
    call = task["call"]
    clock = Clock(call["callers"]) if task["clock"] == "fake" else None
    use_clock(clock or REAL)
    hook = Hook(clock)
    left, items, failures = [None] * call["count"], [], []
    crm = CrmSolid(task["key"], task["url"], http_transport=hook, **task["options"])

    def caller() -> None:
        try:
            with contextlib.suppress(IndexError):
                while left.pop() is None:
                    items.extend(webhook(call) if call["kind"] == "webhook" else made(crm, call))
        except BaseException as error:
            failures.append(error)
        finally:
            if clock:
                clock.leave()

    began = time.monotonic()
    threads = [threading.Thread(target=caller) for _ in range(call["callers"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = clock.now if clock else time.monotonic() - began
    crm.close()
    return told(task["name"], failures, items, elapsed, hook.attempts, repr(crm))


async def async_told(task: dict[str, Any]) -> Told:
    call = task["call"]
    is_canceled = call["cancel_after"] is not None
    clock = Clock(call["callers"] + is_canceled) if task["clock"] == "fake" else None
    use_clock(clock or REAL)
    hook = AsyncHook(clock)
    left, items, failures = [None] * call["count"], [], []
    crm = AsyncCrmSolid(task["key"], task["url"], http_transport=hook, **task["options"])

    async def caller() -> None:
        try:
            with contextlib.suppress(IndexError):
                while left.pop() is None:
                    items.extend(webhook(call) if call["kind"] == "webhook" else await made_async(crm, call))
        except BaseException as error:
            failures.append(error)
        finally:
            if clock:
                clock.leave()

    began = time.monotonic()
    tasks = [asyncio.create_task(caller()) for _ in range(call["callers"])]
    if is_canceled and clock:
        await clock.async_sleep(call["cancel_after"])
        tasks[0].cancel()
        await asyncio.wait(tasks)
        clock.leave()
    await asyncio.gather(*tasks)
    elapsed = clock.now if clock else time.monotonic() - began
    await crm.aclose()
    return told(task["name"], failures, items, elapsed, hook.attempts, repr(crm))


def told(
    name: str, failures: list[BaseException], items: list[str], elapsed: float, attempts: int, client: str
) -> Told:
    text = client + "".join(LOG)
    LOG.clear()
    if not failures:
        return Told(name, "ok", elapsed, attempts, text=text, items=items)
    error: Any = failures[0]
    text += repr(error) + "".join(traceback.format_exception(error))
    if isinstance(error, errors.UnreadableEvent):
        items = [f"?{error.id}"]
    outcome = next((name for kind, name in OUTCOMES if isinstance(error, kind)), type(error).__name__)
    status, request_id = getattr(error, "status", None), getattr(error, "request_id", None)
    sent = getattr(error, "may_have_happened", None)
    return Told(name, outcome, elapsed, attempts, status, idempotency_key_of(error), request_id, sent, text, items)


LOG: list[str] = []


class Log(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        LOG.append(record.getMessage() + "\n")


def main() -> None:
    logging.basicConfig(level=logging.DEBUG, handlers=[Log()])
    for line in sys.stdin:
        task = json.loads(line)
        if sys.argv[1] == "sync" and task["call"]["cancel_after"] is not None:
            continue  # nobody can cancel a thread
        one = asyncio.run(async_told(task)) if sys.argv[1] == "async" else sync_told(task)
        print(json.dumps(dataclasses.asdict(one)), flush=True)


if __name__ == "__main__":
    main()
