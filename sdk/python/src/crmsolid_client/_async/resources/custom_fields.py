"""The custom fields of the workspace."""

from __future__ import annotations

from collections.abc import Sequence

from ... import models
from ..._requests import NOT_GIVEN, NotGiven, read, write
from ..pages import AsyncPages
from .base import AsyncResource


class AsyncCustomFields(AsyncResource):
    def list(self, *, limit: int | None = None, cursor: str | None = None) -> AsyncPages[models.CustomField]:
        """The definitions, by key."""
        return self._pages(read("/v1/custom-fields", limit=limit, cursor=cursor), models.CustomField)

    async def get(self, key: str) -> models.CustomField:
        """One definition."""
        return await self._transport.model(read("/v1/custom-fields/{}", key), models.CustomField)

    async def create(
        self,
        *,
        key: str,
        label: str,
        type: models.CustomFieldTypeIn,
        choices: Sequence[str] | NotGiven = NOT_GIVEN,
        idempotency_key: str | None = None,
    ) -> models.CustomFieldWritten:
        """Define a field. Key and type cannot be changed later. ``choices`` are for the type ``choice``."""
        call = write(
            "POST",
            "/v1/custom-fields",
            idempotency_key=idempotency_key,
            key=key,
            label=label,
            type=type,
            choices=choices,
        )
        return await self._transport.model(call, models.CustomFieldWritten)

    async def update(
        self,
        key: str,
        *,
        label: str | NotGiven = NOT_GIVEN,
        choices: Sequence[str] | NotGiven = NOT_GIVEN,
        type: models.CustomFieldTypeIn | NotGiven = NOT_GIVEN,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.CustomFieldWritten:
        """Replace the label or all choices. Contacts keep values that are no longer among these. ``type`` is refused
        unless it is the one that the field has."""
        call = write(
            "PATCH",
            "/v1/custom-fields/{}",
            key,
            idempotency_key=idempotency_key,
            if_match=if_match,
            label=label,
            choices=choices,
            type=type,
        )
        return await self._transport.model(call, models.CustomFieldWritten)
