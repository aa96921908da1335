# Generated from _async/resources/templates.py by tools/generate_sync.py; do not edit.
"""Templates: texts that the workspace keeps for messages."""

from __future__ import annotations

from collections.abc import Sequence

from ... import models
from ..._requests import NOT_GIVEN, NotGiven, read, write
from ..pages import Pages
from .base import Resource


class Templates(Resource):
    def list(
        self, *, search: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Pages[models.Template]:
        """The templates that the workspace shares, by name; with ``search`` those with these words in name or text."""
        return self._pages(read("/v1/templates", search=search, limit=limit, cursor=cursor), models.Template)

    def get(self, template_id: int) -> models.Template:
        """One template."""
        return self._transport.model(read("/v1/templates/{}", template_id), models.Template)

    def create(
        self,
        *,
        name: str,
        text: str | NotGiven = NOT_GIVEN,
        format: models.FormatIn | NotGiven = NOT_GIVEN,
        attachments: Sequence[str] | NotGiven = NOT_GIVEN,
        idempotency_key: str | None = None,
    ) -> models.TemplateWritten:
        """Keep a text, with the files that it is sent with, for everybody. Names are unique."""
        call = write(
            "POST",
            "/v1/templates",
            idempotency_key=idempotency_key,
            name=name,
            text=text,
            format=format,
            attachments=attachments,
        )
        return self._transport.model(call, models.TemplateWritten)

    def update(
        self,
        template_id: int,
        *,
        name: str | NotGiven = NOT_GIVEN,
        text: str | NotGiven = NOT_GIVEN,
        format: models.FormatIn | NotGiven = NOT_GIVEN,
        attachments: Sequence[str] | NotGiven = NOT_GIVEN,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.TemplateWritten:
        """Replace what is given. Messages that were made from the template stay as they are."""
        call = write(
            "PATCH",
            "/v1/templates/{}",
            template_id,
            idempotency_key=idempotency_key,
            if_match=if_match,
            name=name,
            text=text,
            format=format,
            attachments=attachments,
        )
        return self._transport.model(call, models.TemplateWritten)

    def delete(self, template_id: int, *, if_match: str | None = None, idempotency_key: str | None = None) -> None:
        """Delete a template."""
        call = write("DELETE", "/v1/templates/{}", template_id, idempotency_key=idempotency_key, if_match=if_match)
        self._transport.send(call)
