# Generated from _async/resources/webhooks.py by tools/generate_sync.py; do not edit.
"""Endpoints that receive events, and the log of what was delivered to them."""

from __future__ import annotations

import builtins
import datetime
from collections.abc import Mapping, Sequence

from ... import models
from ..._requests import NOT_GIVEN, NotGiven, read, write
from ..pages import Pages
from .base import Resource


class Webhooks(Resource):
    def list(self, *, limit: int | None = None, cursor: str | None = None) -> Pages[models.Endpoint]:
        """The endpoints."""
        return self._pages(read("/v1/webhooks", limit=limit, cursor=cursor), models.Endpoint)

    def get(self, endpoint_id: str) -> models.Endpoint:
        """An endpoint."""
        return self._transport.model(read("/v1/webhooks/{}", endpoint_id), models.Endpoint)

    def create(
        self,
        *,
        url: str,
        events: Sequence[models.EventTypeIn],
        description: str | NotGiven = NOT_GIVEN,
        account_ids: Sequence[int] | NotGiven = NOT_GIVEN,
        headers: Mapping[str, str] | NotGiven = NOT_GIVEN,
        secret: str | NotGiven = NOT_GIVEN,
        idempotency_key: str | None = None,
    ) -> models.IssuedEndpoint:
        """Register an endpoint. Without a ``secret`` one is generated, which this answer alone has. ``headers`` are
        sent with each delivery, and their values never answered."""
        call = write(
            "POST",
            "/v1/webhooks",
            idempotency_key=idempotency_key,
            url=url,
            events=events,
            description=description,
            account_ids=account_ids,
            headers=headers,
            secret=secret,
        )
        return self._transport.model(call, models.IssuedEndpoint)

    def update(
        self,
        endpoint_id: str,
        *,
        url: str | NotGiven = NOT_GIVEN,
        events: Sequence[models.EventTypeIn] | NotGiven = NOT_GIVEN,
        description: str | NotGiven = NOT_GIVEN,
        account_ids: Sequence[int] | NotGiven = NOT_GIVEN,
        headers: Mapping[str, str | None] | NotGiven = NOT_GIVEN,
        enabled: bool | NotGiven = NOT_GIVEN,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Endpoint:
        """Replace what is given; of the ``headers`` those that are named, and None removes one. ``enabled=True``
        switches on an endpoint that was disabled. With ``if_match``
        PreconditionFailedError if the endpoint has changed since it was read."""
        call = write(
            "PATCH",
            "/v1/webhooks/{}",
            endpoint_id,
            idempotency_key=idempotency_key,
            if_match=if_match,
            url=url,
            events=events,
            description=description,
            account_ids=account_ids,
            headers=headers,
            enabled=enabled,
        )
        return self._transport.model(call, models.Endpoint)

    def delete(self, endpoint_id: str, *, if_match: str | None = None, idempotency_key: str | None = None) -> None:
        """Delete an endpoint."""
        call = write("DELETE", "/v1/webhooks/{}", endpoint_id, idempotency_key=idempotency_key, if_match=if_match)
        self._transport.send(call)

    def deliveries(
        self,
        endpoint_id: str,
        *,
        event: models.EventTypeOrPingIn | None = None,
        status: models.DeliveryStatusIn | None = None,
        since: datetime.datetime | None = None,
        until: datetime.datetime | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[models.Delivery]:
        """The log of deliveries to an endpoint, newest first."""
        call = read(
            "/v1/webhooks/{}/deliveries",
            endpoint_id,
            event=event,
            status=status,
            since=since,
            until=until,
            limit=limit,
            cursor=cursor,
        )
        return self._pages(call, models.Delivery)

    def replay(
        self,
        endpoint_id: str,
        *,
        since: datetime.datetime,
        until: datetime.datetime | NotGiven = NOT_GIVEN,
        idempotency_key: str | None = None,
    ) -> models.Job:
        """Start a job that delivers again all that failed since a time."""
        call = write(
            "POST",
            "/v1/webhooks/{}/replay",
            endpoint_id,
            idempotency_key=idempotency_key,
            since=since,
            until=until,
        )
        return self._transport.model(call, models.Job)

    def rotate_secret(
        self,
        endpoint_id: str,
        *,
        secret: str | NotGiven = NOT_GIVEN,
        overlap_seconds: int | NotGiven = NOT_GIVEN,
        idempotency_key: str | None = None,
    ) -> models.IssuedEndpoint:
        """Replace the secret. The old one stays in force beside it for the overlap, a day by default."""
        call = write(
            "POST",
            "/v1/webhooks/{}/rotate-secret",
            endpoint_id,
            idempotency_key=idempotency_key,
            secret=secret,
            overlap_seconds=overlap_seconds,
        )
        return self._transport.model(call, models.IssuedEndpoint)

    def test(self, endpoint_id: str, *, idempotency_key: str | None = None) -> models.Delivery:
        """Send the event ``ping`` to the endpoint."""
        call = write("POST", "/v1/webhooks/{}/test", endpoint_id, idempotency_key=idempotency_key)
        return self._transport.model(call, models.Delivery)

    def events(self) -> builtins.list[models.EventKind]:
        """The types of events, each with the JSON Schema of its body."""
        page = self._transport.page(read("/v1/webhooks/events"), models.EventKind)
        return page.data
