# Generated from _async/resources/analytics.py by tools/generate_sync.py; do not edit.
"""Figures of a period. ``from_`` defaults to 30 days ago, ``to``, which is exclusive, to now. With an ``interval`` the
same figures come for each period too, as ``series``; with ``compare`` those of as many days before, as ``before``."""

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
        compare: bool | None = None,
    ) -> models.Funnel:
        """How many contacts reached each stage, how many of those added, and in what time."""
        call = read("/v1/analytics/funnel", from_=from_, to=to, interval=interval, compare=compare)
        return self._transport.model(call, models.Funnel)

    def sequences(
        self,
        *,
        from_: datetime.datetime | None = None,
        to: datetime.datetime | None = None,
        interval: Interval | None = None,
        compare: bool | None = None,
    ) -> models.Sequences:
        """What came of the messages of sequences, by version and step."""
        call = read("/v1/analytics/sequences", from_=from_, to=to, interval=interval, compare=compare)
        return self._transport.model(call, models.Sequences)

    def broadcasts(
        self,
        *,
        from_: datetime.datetime | None = None,
        to: datetime.datetime | None = None,
        interval: Interval | None = None,
        compare: bool | None = None,
    ) -> models.Broadcasts:
        """What came of the messages of broadcasts."""
        call = read("/v1/analytics/broadcasts", from_=from_, to=to, interval=interval, compare=compare)
        return self._transport.model(call, models.Broadcasts)

    def accounts(
        self,
        *,
        from_: datetime.datetime | None = None,
        to: datetime.datetime | None = None,
        interval: Interval | None = None,
        compare: bool | None = None,
    ) -> models.Accounts:
        """What the accounts sent, what failed, and what came back."""
        call = read("/v1/analytics/accounts", from_=from_, to=to, interval=interval, compare=compare)
        return self._transport.model(call, models.Accounts)

    def enrollments(
        self,
        *,
        from_: datetime.datetime | None = None,
        to: datetime.datetime | None = None,
        interval: Interval | None = None,
        compare: bool | None = None,
    ) -> models.Enrollments:
        """What came of the contacts who were enrolled, by sequence."""
        call = read("/v1/analytics/enrollments", from_=from_, to=to, interval=interval, compare=compare)
        return self._transport.model(call, models.Enrollments)

    def team(
        self,
        *,
        from_: datetime.datetime | None = None,
        to: datetime.datetime | None = None,
        interval: Interval | None = None,
        compare: bool | None = None,
    ) -> models.Team:
        """How many messages members wrote by hand, and how long contacts had waited for them."""
        call = read("/v1/analytics/team", from_=from_, to=to, interval=interval, compare=compare)
        return self._transport.model(call, models.Team)

    def conversations(
        self,
        *,
        from_: datetime.datetime | None = None,
        to: datetime.datetime | None = None,
        interval: Interval | None = None,
        compare: bool | None = None,
    ) -> models.Conversations:
        """How many conversations began, were handled and closed, in what time, and who waits now."""
        call = read("/v1/analytics/conversations", from_=from_, to=to, interval=interval, compare=compare)
        return self._transport.model(call, models.Conversations)

    def hours(
        self,
        *,
        from_: datetime.datetime | None = None,
        to: datetime.datetime | None = None,
        interval: Interval | None = None,
        compare: bool | None = None,
    ) -> models.Hours:
        """When people write: their messages by weekday and hour of the workspace's time zone."""
        call = read("/v1/analytics/hours", from_=from_, to=to, interval=interval, compare=compare)
        return self._transport.model(call, models.Hours)
