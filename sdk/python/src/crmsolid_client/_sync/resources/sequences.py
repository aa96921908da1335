# Generated from _async/resources/sequences.py by tools/generate_sync.py; do not edit.
"""Sequences, and the enrollments of contacts in them."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Several
from typing import Any, Literal

from ... import models
from ..._requests import NOT_GIVEN, NotGiven, read, write
from ..pages import Pages
from .base import Resource

ResumeMode = Literal["keep_dates", "restart_delay", "only_active_time"]
InFlight = Literal["finish", "move"]
Step = Mapping[str, Any] | models.Step


class Sequences(Resource):
    def list(self, *, limit: int | None = None, cursor: str | None = None) -> Pages[models.Sequence]:
        """Sequences."""
        return self._pages(read("/v1/sequences", limit=limit, cursor=cursor), models.Sequence)

    def get(self, sequence_id: str) -> models.SequenceDetail:
        """A sequence with the steps of its latest version."""
        return self._transport.model(read("/v1/sequences/{}", sequence_id), models.SequenceDetail)

    def create(
        self,
        *,
        name: str,
        steps: Several[Step],
        account_ids: Several[int] | NotGiven = NOT_GIVEN,
        time_zone: str | NotGiven = NOT_GIVEN,
        window: Mapping[str, Any] | models.Window | NotGiven | None = NOT_GIVEN,
        jitter: str | NotGiven = NOT_GIVEN,
        stop_on: Several[str] | NotGiven = NOT_GIVEN,
        ignore_auto_replies: bool | NotGiven = NOT_GIVEN,
        pass_on: bool | NotGiven = NOT_GIVEN,
        idempotency_key: str | None = None,
    ) -> models.SequenceDetail:
        """Make a sequence, as a draft. A step is ``{"text": ...}``; it may have ``id``, ``delay``, ``format``,
        ``attachments``, ``condition`` and ``if_not``. ``errors`` of ValidationFailedError name each wrong part by its
        path, such as ``steps[2].text``."""
        call = write(
            "POST",
            "/v1/sequences",
            idempotency_key=idempotency_key,
            name=name,
            steps=steps,
            account_ids=account_ids,
            time_zone=time_zone,
            window=window,
            jitter=jitter,
            stop_on=stop_on,
            ignore_auto_replies=ignore_auto_replies,
            pass_on=pass_on,
        )
        return self._transport.model(call, models.SequenceDetail)

    def replace(
        self,
        sequence_id: str,
        *,
        name: str,
        steps: Several[Step],
        account_ids: Several[int] | NotGiven = NOT_GIVEN,
        time_zone: str | NotGiven = NOT_GIVEN,
        window: Mapping[str, Any] | models.Window | NotGiven | None = NOT_GIVEN,
        jitter: str | NotGiven = NOT_GIVEN,
        stop_on: Several[str] | NotGiven = NOT_GIVEN,
        ignore_auto_replies: bool | NotGiven = NOT_GIVEN,
        pass_on: bool | NotGiven = NOT_GIVEN,
        in_flight: InFlight | NotGiven = NOT_GIVEN,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SequenceDetail:
        """Publish the next version, unless it is what the latest one says. What is left out has its default. Steps with
        the same ``id`` are the same. Those who are in the sequence finish on their version, or ``move`` to this one."""
        call = write(
            "PUT",
            "/v1/sequences/{}",
            sequence_id,
            idempotency_key=idempotency_key,
            if_match=if_match,
            name=name,
            steps=steps,
            account_ids=account_ids,
            time_zone=time_zone,
            window=window,
            jitter=jitter,
            stop_on=stop_on,
            ignore_auto_replies=ignore_auto_replies,
            pass_on=pass_on,
            in_flight=in_flight,
        )
        return self._transport.model(call, models.SequenceDetail)

    def update(
        self,
        sequence_id: str,
        *,
        name: str | NotGiven = NOT_GIVEN,
        steps: Several[Step] | NotGiven = NOT_GIVEN,
        account_ids: Several[int] | NotGiven = NOT_GIVEN,
        time_zone: str | NotGiven = NOT_GIVEN,
        window: Mapping[str, Any] | models.Window | NotGiven | None = NOT_GIVEN,
        jitter: str | NotGiven = NOT_GIVEN,
        stop_on: Several[str] | NotGiven = NOT_GIVEN,
        ignore_auto_replies: bool | NotGiven = NOT_GIVEN,
        pass_on: bool | NotGiven = NOT_GIVEN,
        in_flight: InFlight | NotGiven = NOT_GIVEN,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SequenceDetail:
        """As :meth:`replace`; what is left out stays. ``steps`` are all of them."""
        call = write(
            "PATCH",
            "/v1/sequences/{}",
            sequence_id,
            idempotency_key=idempotency_key,
            if_match=if_match,
            name=name,
            steps=steps,
            account_ids=account_ids,
            time_zone=time_zone,
            window=window,
            jitter=jitter,
            stop_on=stop_on,
            ignore_auto_replies=ignore_auto_replies,
            pass_on=pass_on,
            in_flight=in_flight,
        )
        return self._transport.model(call, models.SequenceDetail)

    def start(self, sequence_id: str, *, idempotency_key: str | None = None) -> models.Sequence:
        """Start a draft, so that contacts can be enrolled."""
        call = write("POST", "/v1/sequences/{}/start", sequence_id, idempotency_key=idempotency_key)
        return self._transport.model(call, models.Sequence)

    def pause(self, sequence_id: str, *, idempotency_key: str | None = None) -> models.Sequence:
        """Send none of its messages until it is resumed. Everybody stays in it."""
        call = write("POST", "/v1/sequences/{}/pause", sequence_id, idempotency_key=idempotency_key)
        return self._transport.model(call, models.Sequence)

    def resume(
        self, sequence_id: str, *, mode: ResumeMode | NotGiven = NOT_GIVEN, idempotency_key: str | None = None
    ) -> models.Sequence:
        """Resume a paused sequence. ``keep_dates``, the default, sends what is overdue in order; ``restart_delay``
        begins each delay anew; ``only_active_time`` does not count the time of the pause."""
        call = write("POST", "/v1/sequences/{}/resume", sequence_id, idempotency_key=idempotency_key, mode=mode)
        return self._transport.model(call, models.Sequence)

    def preview(self, sequence_id: str, *, contact_id: str, idempotency_key: str | None = None) -> models.Preview:
        """Each step for a contact with its planned time, and its text for a key that may read contacts. Nothing is
        sent or changed."""
        call = write(
            "POST",
            "/v1/sequences/{}/preview",
            sequence_id,
            idempotency_key=idempotency_key,
            contact_id=contact_id,
        )
        return self._transport.model(call, models.Preview)

    def enroll(self, sequence_id: str, *, contact_id: str, idempotency_key: str | None = None) -> models.Enrollment:
        """Enroll a contact in an active sequence. AlreadyEnrolledError if it is in it already."""
        call = write(
            "POST",
            "/v1/sequences/{}/enroll",
            sequence_id,
            idempotency_key=idempotency_key,
            contact_id=contact_id,
        )
        return self._transport.model(call, models.Enrollment)

    def enroll_many(
        self,
        sequence_id: str,
        *,
        segment_id: str | NotGiven = NOT_GIVEN,
        filter: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        contact_ids: Several[str] | NotGiven = NOT_GIVEN,
        idempotency_key: str | None = None,
    ) -> models.Job:
        """Enroll everybody in a segment, everybody who meets a filter, or up to 1,000 contacts: one of the three. The
        ``result`` of the job is ``{"enrolled": n, "skipped": {reason: n}}``; the reasons are ``already_enrolled``,
        ``contact_opted_out`` and ``not_found``."""
        call = write(
            "POST",
            "/v1/sequences/{}/enroll",
            sequence_id,
            idempotency_key=idempotency_key,
            segment_id=segment_id,
            filter=filter,
            contact_ids=contact_ids,
        )
        return self._transport.model(call, models.Job)

    def enrollments(
        self,
        sequence_id: str,
        *,
        status: models.EnrollmentStatusIn | None = None,
        contact_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[models.Enrollment]:
        """The enrollments of a sequence."""
        call = read(
            "/v1/sequences/{}/enrollments",
            sequence_id,
            status=status,
            contact_id=contact_id,
            limit=limit,
            cursor=cursor,
        )
        return self._pages(call, models.Enrollment)


class Enrollments(Resource):
    def list(
        self,
        *,
        status: models.EnrollmentStatusIn | None = None,
        contact_id: str | None = None,
        sequence_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[models.Enrollment]:
        """Enrollments of all sequences, or of one."""
        call = read(
            "/v1/enrollments",
            status=status,
            contact_id=contact_id,
            sequence_id=sequence_id,
            limit=limit,
            cursor=cursor,
        )
        return self._pages(call, models.Enrollment)

    def get(self, enrollment_id: str) -> models.Enrollment:
        """An enrollment. ``reason`` says why it waits or why it ended."""
        return self._transport.model(read("/v1/enrollments/{}", enrollment_id), models.Enrollment)

    def pause(self, enrollment_id: str, *, idempotency_key: str | None = None) -> models.Enrollment:
        """Send the contact nothing of the sequence until the enrollment is resumed."""
        call = write("POST", "/v1/enrollments/{}/pause", enrollment_id, idempotency_key=idempotency_key)
        return self._transport.model(call, models.Enrollment)

    def resume(
        self, enrollment_id: str, *, mode: ResumeMode | NotGiven = NOT_GIVEN, idempotency_key: str | None = None
    ) -> models.Enrollment:
        """Resume a paused enrollment; see :meth:`Sequences.resume`."""
        call = write("POST", "/v1/enrollments/{}/resume", enrollment_id, idempotency_key=idempotency_key, mode=mode)
        return self._transport.model(call, models.Enrollment)

    def stop(self, enrollment_id: str, *, idempotency_key: str | None = None) -> models.Enrollment:
        """End an enrollment for good. The contact can be enrolled again."""
        call = write("POST", "/v1/enrollments/{}/stop", enrollment_id, idempotency_key=idempotency_key)
        return self._transport.model(call, models.Enrollment)
