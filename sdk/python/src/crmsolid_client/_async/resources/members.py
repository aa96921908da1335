"""The members of the workspace."""

from __future__ import annotations

from ... import models
from ..._requests import read
from ..pages import AsyncPages
from .base import AsyncResource


class AsyncMembers(AsyncResource):
    def list(self, *, limit: int | None = None, cursor: str | None = None) -> AsyncPages[models.Member]:
        """The members, who joined last first."""
        return self._pages(read("/v1/members", limit=limit, cursor=cursor), models.Member)
