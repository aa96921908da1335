# Generated from _async/stream.py by tools/generate_sync.py; do not edit.
"""The stream of messages, which goes on by itself after a lost connection."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import deque
from collections.abc import Iterator
from types import TracebackType

import httpx

from .._model import read_event
from .._requests import read
from .._retry import Outage
from .._sse import Frame, FrameReader, shut_down
from .._stop import Stop, Stopped
from ..errors import APIConnectionError, APIError, CrmSolidError, UnreadableEvent
from ..models import WebhookEvent
from .transport import Transport

SILENCE_SECONDS = 45.0  # the server sends something every 15 s


class MessageStream:
    """Events of messages, in and out, as they happen. Iterate over it; leave its block, or close it, to end it.

    After a lost connection it connects again and goes on right after the last event, so none is lost and none comes
    twice, however long that takes; a key that is refused (401, 403, 404, 410) or a position that the server
    cannot read (``invalid_cursor``, ``invalid_parameter``) ends it. ``last_event_id`` is the position so far; another
    stream can start there. An event that cannot be read raises UnreadableEvent, and the position is after it: iterate
    further to go on."""

    def __init__(self, transport: Transport, last_event_id: str | None, give_up_after: float | None) -> None:
        self.last_event_id = last_event_id
        self._transport = transport.with_config(dataclasses.replace(transport.config, retry_for=0))
        self._outage = Outage(give_up_after)
        self._frames: deque[Frame] = deque()
        self._connection = contextlib.ExitStack()
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] | None = None
        self._reader = FrameReader()
        self._is_waiting = False
        self._stop = Stop()

    def __enter__(self) -> MessageStream:
        """Connect, so that everything that happens from now on comes. The position is known then, and the stream goes
        on from it even if the connection is lost before the first event."""
        try:
            while not (self._stop.is_set or self._is_positioned):
                self._receive()
        except BaseException:
            self._disconnect()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> MessageStream:
        return self

    def __next__(self) -> WebhookEvent:
        while not self._stop.is_set:
            if self._frames:
                frame = self._frames.popleft()
                event = read_event(frame.data, WebhookEvent)
                self.last_event_id = frame.id
                if isinstance(event, UnreadableEvent):
                    raise event
                return event
            self._receive()
        self._disconnect()
        raise StopIteration

    def close(self) -> None:
        """End the stream. Another thread or task that waits for its next event, or between two attempts to connect,
        stops waiting. An attempt to connect that has begun ends first, for which a silent server has 45 s."""
        self._stop.set()
        if self._response is not None:
            shut_down(self._response)
        if not self._is_waiting:
            self._disconnect()

    @property
    def _is_positioned(self) -> bool:
        """Events wait to be read, or it is connected and knows what they follow."""
        return bool(self._frames) or (self._chunks is not None and self.last_event_id is not None)

    def _connect(self) -> None:
        call = read("/v1/messages/stream", accept="text/event-stream")
        if self.last_event_id is not None:
            call = call.with_header("Last-Event-ID", self.last_event_id)
        response = self._connection.enter_context(self._transport.opened(call, SILENCE_SECONDS, self._stop))
        self._response = response
        self._chunks = response.iter_bytes()
        self._reader = FrameReader()

    def _receive(self) -> None:
        """Wait for the next part of the stream. If the connection is lost, disconnect and pause."""
        self._is_waiting = True
        try:
            if self._chunks is None:
                with contextlib.suppress(Stopped):
                    self._connect()
                return
            frames = self._reader.feed(next(self._chunks))
            self._outage.is_over()
            for frame in frames:
                if frame.data:
                    self._frames.append(frame)
                else:  # only says where the stream starts
                    self.last_event_id = frame.id
        except (APIError, APIConnectionError, httpx.RequestError, httpx.StreamError, StopIteration) as error:
            self._disconnect()
            told = str(error) or type(error).__name__
            lost = error if isinstance(error, CrmSolidError) else APIConnectionError(f"the stream broke off: {told}")
            with contextlib.suppress(Stopped):
                self._stop.sleep(self._outage.pause(lost))
        finally:
            self._is_waiting = False

    def _disconnect(self) -> None:
        self._chunks = self._response = None
        self._connection.close()
