# Generated from _async/resources/notes.py by tools/generate_sync.py; do not edit.
"""Notes about contacts, for the team alone."""

from __future__ import annotations

from ... import models
from ..._requests import NOT_GIVEN, NotGiven, read, write
from ..pages import Pages
from .base import Resource


class Notes(Resource):
    def list(self, contact_id: str, *, limit: int | None = None, cursor: str | None = None) -> Pages[models.Note]:
        """The notes about a contact, newest first."""
        return self._pages(read("/v1/contacts/{}/notes", contact_id, limit=limit, cursor=cursor), models.Note)

    def get(self, note_id: str) -> models.Note:
        """One note."""
        return self._transport.model(read("/v1/notes/{}", note_id), models.Note)

    def create(
        self,
        contact_id: str,
        *,
        text: str,
        thread_id: str | NotGiven = NOT_GIVEN,
        idempotency_key: str | None = None,
    ) -> models.Note:
        """Write a note about a contact, in a conversation with them if ``thread_id`` names it. ``@name`` tells a
        member."""
        call = write(
            "POST",
            "/v1/contacts/{}/notes",
            contact_id,
            idempotency_key=idempotency_key,
            text=text,
            thread_id=thread_id,
        )
        return self._transport.model(call, models.Note)

    def update(
        self, note_id: str, *, text: str, if_match: str | None = None, idempotency_key: str | None = None
    ) -> models.Note:
        """Replace the text of a note that the key has written; ForbiddenError for any other."""
        call = write("PATCH", "/v1/notes/{}", note_id, idempotency_key=idempotency_key, if_match=if_match, text=text)
        return self._transport.model(call, models.Note)

    def delete(self, note_id: str, *, if_match: str | None = None, idempotency_key: str | None = None) -> None:
        """Delete a note that the key has written; ForbiddenError for any other."""
        call = write("DELETE", "/v1/notes/{}", note_id, idempotency_key=idempotency_key, if_match=if_match)
        self._transport.send(call)
