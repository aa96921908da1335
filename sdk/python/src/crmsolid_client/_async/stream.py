"""The stream of messages, which goes on by itself after a lost connection."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType

import httpx

from .._model import read_event
from .._requests import read
from .._retry import Outage
from .._sse import Frame, FrameReader, shut_down
from .._stop import AsyncStop, Stopped
from ..errors import APIConnectionError, APIError, CrmSolidError, UnreadableEvent
from ..models import WebhookEvent
from .transport import AsyncTransport

SILENCE_SECONDS = 45.0  # the server sends something every 15 s


class AsyncMessageStream:
    """Events of messages, in and out, as they happen. Iterate over it; leave its block, or close it, to end it.

    After a lost connection it connects again and goes on right after the last event, so none is lost and none comes
    twice, however long that takes; a key that is refused (401, 403, 404, 410) or a position that the server
    cannot read (``invalid_cursor``, ``invalid_parameter``) ends it. ``last_event_id`` is the position so far; another
    stream can start there. An event that cannot be read raises UnreadableEvent, and the position is after it: iterate
    further to go on."""

    def __init__(self, transport: AsyncTransport, last_event_id: str | None, give_up_after: float | None) -> None:
        self.last_event_id = last_event_id
        self._transport = transport.with_config(dataclasses.replace(transport.config, retry_for=0))
        self._outage = Outage(give_up_after)
        self._frames: deque[Frame] = deque()
        self._connection = contextlib.AsyncExitStack()
        self._response: httpx.Response | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._reader = FrameReader()
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
                event = read_event(frame.data, WebhookEvent)
                self.last_event_id = frame.id
                if isinstance(event, UnreadableEvent):
                    raise event
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
            frames = self._reader.feed(await anext(self._chunks))
            self._outage.is_over()
            for frame in frames:
                if frame.data:
                    self._frames.append(frame)
                else:  # only says where the stream starts
                    self.last_event_id = frame.id
        except (APIError, APIConnectionError, httpx.RequestError, httpx.StreamError, StopAsyncIteration) as error:
            await self._disconnect()
            told = str(error) or type(error).__name__
            lost = error if isinstance(error, CrmSolidError) else APIConnectionError(f"the stream broke off: {told}")
            with contextlib.suppress(Stopped):
                await self._stop.sleep(self._outage.pause(lost))
        finally:
            self._is_waiting = False

    async def _disconnect(self) -> None:
        self._chunks = self._response = None
        await self._connection.aclose()
