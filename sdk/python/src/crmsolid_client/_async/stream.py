"""The stream of messages, which goes on by itself after a lost connection."""

from __future__ import annotations

import contextlib
import random
from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType

import httpx
import pydantic

from .._requests import read
from .._sse import Frame, FrameReader, shut_down
from .._stop import AsyncStop, Stopped
from ..errors import UnexpectedAnswerError
from ..models import WebhookEvent
from .transport import AsyncTransport

SILENCE_SECONDS = 45.0  # the server sends something every 15 s
LONGEST_PAUSE = 8.0


class AsyncMessageStream:
    """Events of messages, in and out, as they happen. Iterate over it; leave its block, or close it, to end it.

    After a lost connection it connects again and goes on right after the last event, so none is lost and none comes
    twice. If there is no connection for as long as the client's ``retry_for``, it raises APIConnectionError.
    ``last_event_id`` is the position so far; another stream can start there.
    """

    def __init__(self, transport: AsyncTransport, last_event_id: str | None) -> None:
        self.last_event_id = last_event_id
        self._transport = transport
        self._frames: deque[Frame] = deque()
        self._connection = contextlib.AsyncExitStack()
        self._response: httpx.Response | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._reader = FrameReader()
        self._failures = 0
        self._is_waiting = False
        self._stop = AsyncStop()

    async def __aenter__(self) -> AsyncMessageStream:
        """Connect, so that everything that happens from now on comes. The position is known then, and the stream goes
        on from it even if the connection is lost before the first event."""
        try:
            while not (self._stop.is_set or self._is_positioned):
                await self._receive()
        except BaseException:
            await self._disconnect()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> AsyncMessageStream:
        return self

    async def __anext__(self) -> WebhookEvent:
        while not self._stop.is_set:
            if self._frames:
                frame = self._frames.popleft()
                event = _event(frame)
                self.last_event_id = frame.id
                self._failures = 0
                return event
            await self._receive()
        await self._disconnect()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """End the stream. Another thread or task that waits for its next event, or between two attempts to connect,
        stops waiting. An attempt to connect that has begun ends first, for which a silent server has 45 s."""
        self._stop.set()
        if self._response is not None:
            shut_down(self._response)
        if not self._is_waiting:
            await self._disconnect()

    @property
    def _is_positioned(self) -> bool:
        """Events wait to be read, or it is connected and knows what they follow."""
        return bool(self._frames) or (self._chunks is not None and self.last_event_id is not None)

    async def _connect(self) -> None:
        call = read("/v1/messages/stream", accept="text/event-stream")
        if self.last_event_id is not None:
            call = call.with_header("Last-Event-ID", self.last_event_id)
        response = await self._connection.enter_async_context(self._transport.opened(call, SILENCE_SECONDS, self._stop))
        self._response = response
        self._chunks = response.aiter_bytes()
        self._reader = FrameReader()

    async def _receive(self) -> None:
        """Wait for the next part of the stream. If the connection is lost, disconnect and pause."""
        self._is_waiting = True
        try:
            if self._chunks is None:
                with contextlib.suppress(Stopped):
                    await self._connect()
                return
            for frame in self._reader.feed(await anext(self._chunks)):
                if frame.data:
                    self._frames.append(frame)
                else:  # only says where the stream starts
                    self.last_event_id = frame.id
        except (httpx.RequestError, httpx.StreamError, StopAsyncIteration):
            await self._disconnect()
            with contextlib.suppress(Stopped):
                await self._stop.sleep(min(LONGEST_PAUSE, 0.25 * 2**self._failures) * (0.5 + random.random() / 2))
            self._failures = min(self._failures + 1, 10)
        finally:
            self._is_waiting = False

    async def _disconnect(self) -> None:
        self._chunks = self._response = None
        await self._connection.aclose()


def _event(frame: Frame) -> WebhookEvent:
    try:
        return WebhookEvent.model_validate_json(frame.data)
    except pydantic.ValidationError:
        raise UnexpectedAnswerError(f"event {frame.id} of the stream is not as the API documents it") from None
