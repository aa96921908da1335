"""How fast an account reads conversations: Telegram refuses bursts of these requests with FLOOD_WAIT_n."""

import asyncio
import logging
import time
from collections import deque
from typing import Any

from telethon.errors import RPCError

from messaging.telegram.client import Client
from messaging.telegram.errors import classify

logger = logging.getLogger("crmsolid.telegram")

# Telethon's documentation gives 10 requests in 30 s for getHistory. A little longer, because a request may travel
# longer than the one after it.
REQUESTS = 10
SECONDS = 32.0
# Until another try after an error that may pass, such as 500.
RETRY_SECONDS = 5.0


class Pacer:
    """At most ``REQUESTS`` in any ``SECONDS``, and none while Telegram asks to wait. Lives as long as the worker holds
    the account, because Telegram counts over all connections."""

    def __init__(self) -> None:
        self._asked: deque[float] = deque(maxlen=REQUESTS)
        self._not_before = 0.0
        self._turn = asyncio.Lock()

    @property
    def pause_seconds(self) -> float:
        """How long Telegram still asks to wait."""
        return max(0.0, self._not_before - time.monotonic())

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)

    async def wait(self) -> None:
        """Until a request may be made. Who waits first goes first."""
        async with self._turn:
            while (seconds := self._seconds_left()) > 0:
                await asyncio.sleep(seconds)
            self._asked.append(time.monotonic())

    def _seconds_left(self) -> float:
        is_full = len(self._asked) == REQUESTS
        not_before = max(self._not_before, self._asked[0] + SECONDS if is_full else 0.0)
        return not_before - time.monotonic()


class PacedClient:
    """Makes the requests of a connection as fast as the pacer allows. What Telegram may answer later is asked again
    until it does; other errors are raised."""

    def __init__(self, client: Client, pacer: Pacer) -> None:
        self._client, self._pacer = client, pacer

    async def invoke(self, request: Any) -> Any:
        while True:
            await self._pacer.wait()
            try:
                return await self._client.invoke(request)
            except RPCError as error:
                refusal = classify(error)
                if refusal.retry_after is None and refusal.code != "telegram_trouble":
                    raise
                seconds = refusal.retry_after or RETRY_SECONDS
                logger.warning("conversations are read on in %.0f s: %s", seconds, error)
                self._pacer.pause(seconds)
