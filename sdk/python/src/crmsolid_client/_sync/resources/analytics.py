# Generated from _async/resources/analytics.py by tools/generate_sync.py; do not edit.
"""Figures of a period. ``from_`` defaults to 30 days ago, ``to``, which is exclusive, to now. With an ``interval`` the
same figures come for each period too, as ``series``."""

from __future__ import annotations

import datetime
from typing import Literal

from ... import models
from ..._requests import read
from .base import Resource

Interval = Literal["day", "week", "month"]


class Analytics(Resource):
    def funnel(
        self,
        *,
        from_: datetime.datetime | None = None,
        to: datetime.datetime | None = None,
        interval: Interval | None = None,
    ) -> models.Funnel:
        """How many contacts reached each stage, how many of those added, and in what time."""
        call = read("/v1/analytics/funnel", from_=from_, to=to, interval=interval)
        return self._transport.model(call, models.Funnel)

    def sequences(
        self,
        *,
        from_: datetime.datetime | None = None,
        to: datetime.datetime | None = None,
        interval: Interval | None = None,
    ) -> models.Sequences:
        """What came of the messages of sequences, by version and step."""
        call = read("/v1/analytics/sequences", from_=from_, to=to, interval=interval)
        return self._transport.model(call, models.Sequences)

    def broadcasts(
        self,
        *,
        from_: datetime.datetime | None = None,
        to: datetime.datetime | None = None,
        interval: Interval | None = None,
    ) -> models.Broadcasts:
        """What came of the messages of broadcasts."""
        call = read("/v1/analytics/broadcasts", from_=from_, to=to, interval=interval)
        return self._transport.model(call, models.Broadcasts)

    def accounts(
        self,
        *,
        from_: datetime.datetime | None = None,
        to: datetime.datetime | None = None,
        interval: Interval | None = None,
    ) -> models.Accounts:
        """What the accounts sent, what failed, and what came back."""
        call = read("/v1/analytics/accounts", from_=from_, to=to, interval=interval)
        return self._transport.model(call, models.Accounts)
