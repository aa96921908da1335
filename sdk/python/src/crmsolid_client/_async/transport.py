"""Sends the calls of a client: key, retries, pacing, and what an answer means."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import AsyncIterator
from typing import Any, TypeVar

import httpx
import pydantic

from .. import models
from .._config import USER_AGENT, Config
from .._model import EventBase, Model, Time, read_event, response_info
from .._pacing import RateLimit
from .._pages import Page
from .._requests import Call
from .._retry import Attempts
from .._stop import AsyncStop
from ..errors import ApprovalPendingError, CrmSolidError, UnexpectedAnswerError, UnreadableEvent

M = TypeVar("M", bound=Model)

_TIME = pydantic.TypeAdapter(Time | None)
CONNECT_SECONDS = 10.0
REDIRECTS = "the server redirects, which is not followed with an API key: correct base_url"
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30)


class AsyncConnections:
    """One pool of connections with the rate limit of its key. A process that was forked gets a new pool."""

    def __init__(self, http_transport: httpx.AsyncBaseTransport | None, is_encrypted: bool) -> None:
        self.rate_limit = RateLimit()
        self._http_transport = http_transport
        self._is_encrypted = is_encrypted
        self._lock = threading.Lock()
        self._http: httpx.AsyncClient | None = None
        self._process = os.getpid()
        self._is_closed = False

    def client(self) -> httpx.AsyncClient:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the client is closed")
            if self._http is None:
                self._http = httpx.AsyncClient(
                    transport=self._http_transport,
                    headers={"User-Agent": USER_AGENT},
                    trust_env=self._is_encrypted,  # over plain http the key would go to a proxy in clear text
                    follow_redirects=False,  # the key would go to wherever the answer points
                    limits=LIMITS,
                )
            return self._http

    def start_again_after_fork(self) -> None:
        """The connections of the parent are the parent's, and its threads, which may hold the lock, are not here."""
        if self._process != os.getpid():
            self._lock = threading.Lock()
            self.rate_limit = RateLimit()
            self._http = None
            self._process = os.getpid()  # last: another thread may ask meanwhile, and must not use what is the parent's

    async def aclose(self) -> None:
        """Close the connections. No call can be made afterwards."""
        self._is_closed = True
        if self._http is not None and self._process == os.getpid():
            await self._http.aclose()


class AsyncTransport:
    """Makes calls with a configuration. Several may share the connections."""

    def __init__(self, config: Config, connections: AsyncConnections) -> None:
        self.config = config
        self.connections = connections

    def with_config(self, config: Config) -> AsyncTransport:
        return AsyncTransport(config, self.connections)

    async def model(self, call: Call, shape: type[M]) -> M:
        """Make the call and read its answer."""
        response = await self.send(call)
        try:
            answer = shape.model_validate_json(response.content)
        except pydantic.ValidationError as error:
            raise _unexpected(call, response, _misfit(shape, error)) from None
        return answer.with_response(response_info(response))

    async def page(self, call: Call, shape: type[M]) -> Page[M]:
        """Make the call of a list."""
        response = await self.send(call)
        try:
            answer: Any = response.json()
            rows = [_row(row, shape) for row in answer.get("data") or () if row is not None]
            cursor, synced_until = answer.get("next_cursor"), _TIME.validate_python(answer.get("synced_until"))
        except pydantic.ValidationError as error:
            raise _unexpected(call, response, _misfit(shape, error)) from None
        except (ValueError, TypeError, KeyError, AttributeError):
            raise _unexpected(call, response, _misfit(shape, None)) from None
        readable = [row for row in rows if not isinstance(row, UnreadableEvent)]
        unreadable = [row for row in rows if isinstance(row, UnreadableEvent)]
        return Page(readable, cursor, synced_until, unreadable, response_info(response), rows)

    async def send(self, call: Call) -> httpx.Response:
        """Make the call, with its retries. Returns a successful answer that has been read."""
        return await self._answer(call, None)

    @contextlib.asynccontextmanager
    async def opened(
        self, call: Call, read_seconds: float, stop: AsyncStop | None = None
    ) -> AsyncIterator[httpx.Response]:
        """Make the call, with its retries. Yields a successful answer that has not been read yet. ``read_seconds`` is
        the longest time between two parts of it. ``stop`` ends a wait between two attempts: it raises Stopped."""
        response = await self._answer(call, read_seconds, stop)
        try:
            yield response
        finally:
            await response.aclose()

    def attempts(self, call: Call) -> Attempts:
        """Those of a call that begins now."""
        return Attempts(
            self.connections.rate_limit,
            self.config,
            call.idempotency_key,
            f"{call.method} {call.path.partition('?')[0]}",
        )

    async def _answer(self, call: Call, read_seconds: float | None, stop: AsyncStop | None = None) -> httpx.Response:
        self.connections.start_again_after_fork()
        try:
            return await self._repeated(call, read_seconds, asyncio.sleep if stop is None else stop.sleep)
        except BaseException as error:
            # A cancelled write may have been done. What the language raises for it stays what it is.
            if call.idempotency_key is not None and not isinstance(error, CrmSolidError):
                error.idempotency_key = call.idempotency_key  # type: ignore[attr-defined]
                error.add_note(f"Idempotency-Key: {call.idempotency_key}")
            raise

    async def _repeated(self, call: Call, read_seconds: float | None, sleep: Any) -> httpx.Response:
        attempts = self.attempts(call)
        while True:
            while (pause := attempts.pause()) > 0:
                await sleep(pause)
            try:
                response = await self._attempt(call, read_seconds, attempts)
            except httpx.RequestError as error:
                delay = attempts.after_error(error)
            else:
                if response.is_success:
                    if response.status_code == 202 and call.idempotency_key is not None:
                        _check_not_held(call, response)
                    return response
                if response.is_redirect and response.status_code != 304:
                    raise _unexpected(call, response, REDIRECTS)
                delay = attempts.after_answer(response.status_code, response.headers, response.content)
            await sleep(delay)

    async def _attempt(self, call: Call, read_seconds: float | None, attempts: Attempts) -> httpx.Response:
        """One request. An error answer has been read, and so has any other unless ``read_seconds`` is given."""
        rate_limit = self.connections.rate_limit
        window = rate_limit.window
        try:
            client = self.connections.client()
            with contextlib.ExitStack() as files:
                request = self._build(client, call, attempts.seconds(), read_seconds, files)
                response = await client.send(request, stream=True)
        except BaseException:
            rate_limit.unanswered()
            raise
        rate_limit.update(response.headers, window)
        if read_seconds is None or not response.is_success:
            assert isinstance(response.stream, httpx.AsyncByteStream)
            response.stream = _LimitedStream(response.stream, attempts.seconds())
            try:
                await response.aread()
            finally:
                await response.aclose()
        return response

    def _build(
        self,
        client: httpx.AsyncClient,
        call: Call,
        seconds: float,
        read_seconds: float | None,
        files: contextlib.ExitStack,
    ) -> httpx.Request:
        headers = {**self.config.headers, **call.headers, "Authorization": f"Bearer {self.config.key}"}
        options: dict[str, Any] = {"content": call.body}
        if call.upload is not None:
            content = call.upload.open()
            if not isinstance(content, bytes) and call.upload.is_path:
                files.enter_context(content)
            options = {"data": dict(call.form or {}), "files": {"file": (call.upload.name, content, call.upload.type)}}
        return client.build_request(
            call.method,
            f"{self.config.base_url}{call.path}",
            params=call.params or None,
            headers=headers,
            timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS), read=read_seconds or seconds),
            **options,
        )


class _LimitedStream(httpx.AsyncByteStream):
    """The body of an answer, which must be complete within ``seconds``. httpx limits only the time between two parts,
    so without this a server that sends a byte now and then would be waited for without an end."""

    def __init__(self, parts: httpx.AsyncByteStream, seconds: float) -> None:
        self._parts = parts
        self._seconds = seconds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        ends_at = time.monotonic() + self._seconds
        async for part in self._parts:
            if time.monotonic() > ends_at:
                raise httpx.ReadTimeout(f"the answer was not complete after {self._seconds:g} s")
            yield part

    async def aclose(self) -> None:
        await self._parts.aclose()


def _check_not_held(call: Call, response: httpx.Response) -> None:
    """Raise ApprovalPendingError if the write waits: its answer is a proposal in place of what the call answers."""
    try:
        answer = response.json()
    except ValueError:
        return  # whoever reads it says what is wrong
    if not isinstance(answer, dict) or not str(answer.get("id")).startswith("prp_"):
        return
    try:
        proposal = models.Proposal.model_validate_json(response.content)
    except pydantic.ValidationError as error:
        raise _unexpected(call, response, _misfit(models.Proposal, error)) from None
    info = response_info(response)
    request_id = response.headers.get("x-request-id", "")
    raise ApprovalPendingError(proposal.with_response(info), request_id, call.idempotency_key)


def _row(row: Any, shape: type[M]) -> M | UnreadableEvent:
    return read_event(row, shape) if issubclass(shape, EventBase) else shape.model_validate(row)


def _unexpected(call: Call, response: httpx.Response, message: str) -> UnexpectedAnswerError:
    request_id = response.headers.get("x-request-id", "")
    return UnexpectedAnswerError(message, request_id, call.idempotency_key, response.status_code)


def _misfit(shape: type[Model], error: pydantic.ValidationError | None) -> str:
    """Names what does not fit, never a value of it: it may be a secret or a person's."""
    mistakes = error.errors(include_input=False) if error else []
    wrong = [".".join(map(str, one["loc"])) + f" ({one['type']})" for one in mistakes[:5]]
    return f"the answer is not the {shape.__name__} that the API documents: {', '.join(wrong) or 'no such JSON'}"
