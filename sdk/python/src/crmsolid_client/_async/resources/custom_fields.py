"""The custom fields of the workspace."""

from __future__ import annotations

from ... import models
from ..._requests import read
from ..pages import AsyncPages
from .base import AsyncResource


class AsyncCustomFields(AsyncResource):
    def list(self, *, limit: int | None = None, cursor: str | None = None) -> AsyncPages[models.CustomField]:
        """The definitions, which are made in the panel."""
        return self._pages(read("/v1/custom-fields", limit=limit, cursor=cursor), models.CustomField)
