# Generated from _async/resources/tags.py by tools/generate_sync.py; do not edit.
"""The tags of the workspace. One exists for as long as a contact has it."""

from __future__ import annotations

from ... import models
from ..._requests import read, write
from ..pages import Pages
from .base import Resource


class Tags(Resource):
    def list(self, *, limit: int | None = None, cursor: str | None = None) -> Pages[models.Tag]:
        """The tags by name, each with how many contacts have it."""
        return self._pages(read("/v1/tags", limit=limit, cursor=cursor), models.Tag)

    def get(self, name: str) -> models.Tag:
        """A tag, with how many contacts have it."""
        return self._transport.model(read("/v1/tags/{}", name), models.Tag)

    def rename(
        self, name: str, *, to: str, if_match: str | None = None, idempotency_key: str | None = None
    ) -> models.Job:
        """Start a job that gives the tag ``to`` to all contacts that have this one, and takes this one from them. With
        ``if_match`` PreconditionFailedError if not as many contacts have the tag as when it was read."""
        call = write("PATCH", "/v1/tags/{}", name, idempotency_key=idempotency_key, if_match=if_match, name=to)
        return self._transport.model(call, models.Job)

    def delete(self, name: str, *, if_match: str | None = None, idempotency_key: str | None = None) -> models.Job:
        """Start a job that takes the tag from all contacts that have it."""
        call = write("DELETE", "/v1/tags/{}", name, idempotency_key=idempotency_key, if_match=if_match)
        return self._transport.model(call, models.Job)
