# Generated from _async/resources/custom_fields.py by tools/generate_sync.py; do not edit.
"""The custom fields of the workspace."""

from __future__ import annotations

from ... import models
from ..._requests import read
from ..pages import Pages
from .base import Resource


class CustomFields(Resource):
    def list(self, *, limit: int | None = None, cursor: str | None = None) -> Pages[models.CustomField]:
        """The definitions, which are made in the panel."""
        return self._pages(read("/v1/custom-fields", limit=limit, cursor=cursor), models.CustomField)
