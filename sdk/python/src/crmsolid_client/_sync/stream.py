# Generated from _async/stream.py by tools/generate_sync.py; do not edit.
"""The stream of messages, which goes on by itself after a lost connection."""

from __future__ import annotations

import contextlib
import random
from collections import deque
from collections.abc import Iterator
from types import TracebackType

import httpx
import pydantic

from .._requests import read
from .._sse import Frame, FrameReader, shut_down
from .._stop import Stop, Stopped
from ..errors import UnexpectedAnswerError
from ..models import WebhookEvent
from .transport import Transport

SILENCE_SECONDS = 45.0  # the server sends something every 15 s
LONGEST_PAUSE = 8.0


class MessageStream:
    """Events of messages, in and out, as they happen. Iterate over it; leave its block, or close it, to end it.

    After a lost connection it connects again and goes on right after the last event, so none is lost and none comes
    twice. If there is no connection for as long as the client's ``retry_for``, it raises APIConnectionError.
    ``last_event_id`` is the position so far; another stream can start there.
    """

    def __init__(self, transport: Transport, last_event_id: str | None) -> None:
        self.last_event_id = last_event_id
        self._transport = transport
        self._frames: deque[Frame] = deque()
        self._connection = contextlib.ExitStack()
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] | None = None
        self._reader = FrameReader()
        self._failures = 0
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
                event = _event(frame)
                self.last_event_id = frame.id
                self._failures = 0
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
            for frame in self._reader.feed(next(self._chunks)):
                if frame.data:
                    self._frames.append(frame)
                else:  # only says where the stream starts
                    self.last_event_id = frame.id
        except (httpx.RequestError, httpx.StreamError, StopIteration):
            self._disconnect()
            with contextlib.suppress(Stopped):
                self._stop.sleep(min(LONGEST_PAUSE, 0.25 * 2**self._failures) * (0.5 + random.random() / 2))
            self._failures = min(self._failures + 1, 10)
        finally:
            self._is_waiting = False

    def _disconnect(self) -> None:
        self._chunks = self._response = None
        self._connection.close()


def _event(frame: Frame) -> WebhookEvent:
    try:
        return WebhookEvent.model_validate_json(frame.data)
    except pydantic.ValidationError:
        raise UnexpectedAnswerError(f"event {frame.id} of the stream is not as the API documents it") from None
