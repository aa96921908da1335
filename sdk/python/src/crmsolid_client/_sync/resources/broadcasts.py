# Generated from _async/resources/broadcasts.py by tools/generate_sync.py; do not edit.
"""Broadcasts: one text to many contacts."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from ... import models
from ..._requests import NOT_GIVEN, NotGiven, read, write
from ..pages import Pages
from .base import Resource


class Broadcasts(Resource):
    def list(
        self, *, status: models.BroadcastStatusIn | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Pages[models.Broadcast]:
        """Broadcasts, newest first."""
        return self._pages(read("/v1/broadcasts", status=status, limit=limit, cursor=cursor), models.Broadcast)

    def get(self, broadcast_id: str) -> models.Broadcast:
        """A broadcast with the counts of its recipients."""
        return self._transport.model(read("/v1/broadcasts/{}", broadcast_id), models.Broadcast)

    def preview(
        self,
        *,
        name: str,
        text: str | NotGiven = NOT_GIVEN,
        account_ids: Sequence[int],
        audience: Mapping[str, Any],
        format: models.FormatIn | NotGiven = NOT_GIVEN,
        attachments: Sequence[str] | NotGiven = NOT_GIVEN,
        send_at: datetime.datetime | NotGiven | None = NOT_GIVEN,
        per_hour: int | NotGiven | None = NOT_GIVEN,
        cooldown_days: int | NotGiven | None = NOT_GIVEN,
        idempotency_key: str | None = None,
    ) -> models.BroadcastPreview:
        """What :meth:`start` would do now: who gets the message and who is excluded why. Nothing is stored or sent.
        Start with its ``audience_hash`` to send exactly this to exactly these people."""
        call = write(
            "POST",
            "/v1/broadcasts/preview",
            idempotency_key=idempotency_key,
            name=name,
            text=text,
            account_ids=account_ids,
            audience=audience,
            format=format,
            attachments=attachments,
            send_at=send_at,
            per_hour=per_hour,
            cooldown_days=cooldown_days,
        )
        return self._transport.model(call, models.BroadcastPreview)

    def start(
        self,
        *,
        name: str,
        text: str | NotGiven = NOT_GIVEN,
        account_ids: Sequence[int],
        audience: Mapping[str, Any],
        format: models.FormatIn | NotGiven = NOT_GIVEN,
        attachments: Sequence[str] | NotGiven = NOT_GIVEN,
        send_at: datetime.datetime | NotGiven | None = NOT_GIVEN,
        per_hour: int | NotGiven | None = NOT_GIVEN,
        cooldown_days: int | NotGiven | None = NOT_GIVEN,
        audience_hash: str | NotGiven | None = NOT_GIVEN,
        idempotency_key: str | None = None,
    ) -> models.Broadcast:
        """Start a broadcast, or schedule it for ``send_at``. ``format`` says how ``text`` is written, ``attachments``
        are ids of files that go with it. ``audience`` has one of ``segment_id``, ``tags`` and ``contact_ids``.
        AudienceChangedError if it is not what the preview with ``audience_hash`` showed; then nothing was started."""
        call = write(
            "POST",
            "/v1/broadcasts",
            idempotency_key=idempotency_key,
            name=name,
            text=text,
            account_ids=account_ids,
            audience=audience,
            format=format,
            attachments=attachments,
            send_at=send_at,
            per_hour=per_hour,
            cooldown_days=cooldown_days,
            audience_hash=audience_hash,
        )
        return self._transport.model(call, models.Broadcast)

    def pause(self, broadcast_id: str, *, idempotency_key: str | None = None) -> models.Broadcast:
        """Send nothing more of a running broadcast until it is resumed."""
        return self._change("pause", broadcast_id, idempotency_key)

    def resume(self, broadcast_id: str, *, idempotency_key: str | None = None) -> models.Broadcast:
        """Go on with a paused broadcast where it was."""
        return self._change("resume", broadcast_id, idempotency_key)

    def cancel(self, broadcast_id: str, *, idempotency_key: str | None = None) -> models.Broadcast:
        """End a broadcast for good. What is being sent at this moment is sent, nothing after it."""
        return self._change("cancel", broadcast_id, idempotency_key)

    def retry_failed(self, broadcast_id: str, *, idempotency_key: str | None = None) -> models.Broadcast:
        """Send a new message to those whose message failed and certainly has not arrived."""
        return self._change("retry-failed", broadcast_id, idempotency_key)

    def recipients(
        self,
        broadcast_id: str,
        *,
        status: models.RecipientStatusIn | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[models.Recipient]:
        """The recipients, those who were excluded too."""
        call = read("/v1/broadcasts/{}/recipients", broadcast_id, status=status, limit=limit, cursor=cursor)
        return self._pages(call, models.Recipient)

    def _change(self, verb: str, broadcast_id: str, idempotency_key: str | None) -> models.Broadcast:
        call = write("POST", f"/v1/broadcasts/{{}}/{verb}", broadcast_id, idempotency_key=idempotency_key)
        return self._transport.model(call, models.Broadcast)
