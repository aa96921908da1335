"""Segments: saved filters of contacts. A filter is a condition such as
``{"all": [{"field": "tag", "op": "is", "value": "vip"}]}``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ... import models
from ..._requests import NOT_GIVEN, NotGiven, read, write
from ..pages import AsyncPages
from .base import AsyncResource


class AsyncSegments(AsyncResource):
    def list(self, *, limit: int | None = None, cursor: str | None = None) -> AsyncPages[models.Segment]:
        """Segments, newest first."""
        return self._pages(read("/v1/segments", limit=limit, cursor=cursor), models.Segment)

    async def get(self, segment_id: str) -> models.Segment:
        """A segment, with how many contacts are in it now."""
        return await self._transport.model(read("/v1/segments/{}", segment_id), models.Segment)

    async def create(
        self, *, name: str, filter: Mapping[str, Any], idempotency_key: str | None = None
    ) -> models.SegmentWritten:
        """Save a filter. ``errors`` of ValidationFailedError name each wrong part by its path."""
        call = write("POST", "/v1/segments", idempotency_key=idempotency_key, name=name, filter=filter)
        return await self._transport.model(call, models.SegmentWritten)

    async def update(
        self,
        segment_id: str,
        *,
        name: str | NotGiven = NOT_GIVEN,
        filter: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SegmentWritten:
        """Replace the name, the filter, or both. With ``if_match`` PreconditionFailedError if the segment or its count
        has changed since it was read."""
        call = write(
            "PATCH",
            "/v1/segments/{}",
            segment_id,
            idempotency_key=idempotency_key,
            if_match=if_match,
            name=name,
            filter=filter,
        )
        return await self._transport.model(call, models.SegmentWritten)

    async def delete(self, segment_id: str, *, if_match: str | None = None, idempotency_key: str | None = None) -> None:
        """Delete a segment. Its contacts stay as they are."""
        call = write("DELETE", "/v1/segments/{}", segment_id, idempotency_key=idempotency_key, if_match=if_match)
        await self._transport.send(call)

    async def preview(self, *, filter: Mapping[str, Any], idempotency_key: str | None = None) -> models.SegmentPreview:
        """Count the contacts that a filter matches, with the ten newest. Nothing is saved."""
        call = write("POST", "/v1/segments/preview", idempotency_key=idempotency_key, filter=filter)
        return await self._transport.model(call, models.SegmentPreview)

    async def explain(self, segment_id: str, *, contact_id: str) -> models.Explanation:
        """Why a contact is in a segment or not: each comparison with the contact's value, and whether it holds."""
        call = read("/v1/segments/{}/explain", segment_id, contact_id=contact_id)
        return await self._transport.model(call, models.Explanation)

    async def tag(
        self,
        segment_id: str,
        *,
        add: Sequence[str] | NotGiven = NOT_GIVEN,
        remove: Sequence[str] | NotGiven = NOT_GIVEN,
        idempotency_key: str | None = None,
    ) -> models.Job:
        """Start a job that adds and removes tags of all contacts in a segment."""
        call = write(
            "POST", "/v1/segments/{}/tags", segment_id, idempotency_key=idempotency_key, add=add, remove=remove
        )
        return await self._transport.model(call, models.Job)
