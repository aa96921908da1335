"""The event log, and single deliveries of events to webhooks."""

from __future__ import annotations

import datetime

from ... import models
from ..._requests import read, write
from ..pages import AsyncPages
from .base import AsyncResource


class AsyncEvents(AsyncResource):
    def list(
        self,
        *,
        type: models.EventTypeOrPing | None = None,
        since: datetime.datetime | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.Event]:
        """The event log of the last 30 days, or from ``since`` on, oldest first. The iteration ends with the latest
        event; keep the ``next_cursor`` of the last page of :meth:`by_page` and start from it later, with the same
        ``type`` and ``since``, to get what has come in the meantime."""
        call = read("/v1/events", type=type, since=since, limit=limit, cursor=cursor)
        return self._pages(call, models.Event, endless=True)

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
