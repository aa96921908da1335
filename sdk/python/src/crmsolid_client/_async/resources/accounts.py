"""Telegram accounts and sandbox accounts."""

from __future__ import annotations

from ... import models
from ..._requests import read
from ..pages import AsyncPages
from .base import AsyncResource


class AsyncAccounts(AsyncResource):
    def list(self, *, limit: int | None = None, cursor: str | None = None) -> AsyncPages[models.Account]:
        """The accounts, with what is used and left of their 24 hours. ``limit`` is the size of a page."""
        return self._pages(read("/v1/accounts", limit=limit, cursor=cursor), models.Account)

    async def get(self, account_id: int) -> models.Account:
        """One account."""
        return await self._transport.model(read("/v1/accounts/{}", account_id), models.Account)
