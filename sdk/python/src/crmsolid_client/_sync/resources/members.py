# Generated from _async/resources/members.py by tools/generate_sync.py; do not edit.
"""The members of the workspace."""

from __future__ import annotations

from ... import models
from ..._requests import read
from ..pages import Pages
from .base import Resource


class Members(Resource):
    def list(self, *, limit: int | None = None, cursor: str | None = None) -> Pages[models.Member]:
        """The members, who joined last first."""
        return self._pages(read("/v1/members", limit=limit, cursor=cursor), models.Member)
