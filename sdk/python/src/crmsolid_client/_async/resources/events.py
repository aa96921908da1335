"""The event log, and single deliveries of events to webhooks."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from ... import models
from ..._positions import END_OF_LOG, LogPosition, PositionStore, wanted
from ..._requests import read, rfc3339, write
from ..follow import AsyncEventFollower
from ..pages import AsyncPages
from .base import AsyncResource


class AsyncEvents(AsyncResource):
    def list(
        self,
        *,
        type: models.EventTypeOrPingIn | models.EventTypeIn | None = None,
        since: datetime.datetime | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.Event]:
        """The event log of the last 30 days, or from ``since`` on, oldest first. The iteration ends with the latest
        event; keep the ``next_cursor`` of the last page of :meth:`by_page` and start from it later, with the same
        ``type`` and ``since``, to get what has come in the meantime."""
        call = read("/v1/events", type=type, since=since, limit=limit, cursor=cursor)
        return self._pages(call, models.Event, endless=True)

    def follow(
        self,
        *,
        types: Sequence[models.EventTypeIn] = (),
        since: datetime.datetime | None = None,
        position: str | None = None,
        store: PositionStore | None = None,
        poll: float = 1.0,
        give_up_after: float | None = None,
    ) -> AsyncEventFollower:
        """The events of these types, such as ``message.received`` or ``contact.*`` (all, if none is given), as they
        come, without an end: from where ``store`` says, else from ``position``, else from ``since``, else from now on.
        ``store`` keeps the position: a :class:`PositionFile`, or any object with its ``load`` and ``save``. The log is
        asked every ``poll`` seconds. It goes on for ever, or until it has been without a connection for
        ``give_up_after`` seconds."""
        if not poll > 0:
            raise ValueError("poll is a number of seconds above 0")
        start = LogPosition(rfc3339(since or END_OF_LOG)) if position is None else LogPosition.read(position)
        return AsyncEventFollower(self._transport, start, wanted(types), store, poll, give_up_after)

    async def get(self, event_id: str) -> models.Event:
        """One event as it is delivered."""
        return await self._transport.model(read("/v1/events/{}", event_id), models.Event)


class AsyncDeliveries(AsyncResource):
    async def get(self, delivery_id: str) -> models.DeliveryDetail:
        """A delivery with its body and every attempt."""
        return await self._transport.model(read("/v1/deliveries/{}", delivery_id), models.DeliveryDetail)

    async def replay(self, delivery_id: str, *, idempotency_key: str | None = None) -> models.Delivery:
        """Deliver its event again."""
        call = write("POST", "/v1/deliveries/{}/replay", delivery_id, idempotency_key=idempotency_key)
        return await self._transport.model(call, models.Delivery)
