"""The shapes of endpoints, deliveries and attempts as clients see them, and the events that webhooks declares."""

from typing import Any

from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.events.catalogue import register_event
from webhooks.models import Attempt, Delivery, Endpoint


def endpoint_payload(endpoint: Endpoint) -> dict[str, Any]:
    """An endpoint as ``GET /v1/webhooks/{id}`` returns it; never a secret."""
    overlap = endpoint.previous_secret_until
    in_overlap = overlap is not None and overlap > clock.now()
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": endpoint.events,
        "enabled": endpoint.enabled,
        "disabled_reason": endpoint.disabled_reason or None,
        "disabled_at": rfc3339(endpoint.disabled_at),
        "failing_since": rfc3339(endpoint.failing_since),
        "previous_secret_until": rfc3339(overlap) if in_overlap else None,
        "verified_with": (endpoint.verified_with or None) if in_overlap else None,
        "created_at": rfc3339(endpoint.created_at),
        "updated_at": rfc3339(endpoint.updated_at),
    }


def delivery_payload(delivery: Delivery) -> dict[str, Any]:
    """A delivery as the lists return it."""
    return {
        "id": delivery.id,
        "endpoint_id": delivery.endpoint_id,
        "event_id": delivery.event_id,
        "event": delivery.event_type,
        "status": delivery.status,
        "reason": delivery.reason or None,
        "attempts": delivery.attempts,
        "request_id": delivery.event.request_id or None,
        "next_attempt_at": rfc3339(delivery.next_attempt_at),
        "created_at": rfc3339(delivery.created_at),
    }


def attempt_payload(attempt: Attempt) -> dict[str, Any]:
    """One attempt: the request, whose body is the delivery's, and the receiver's answer."""
    return {
        "number": attempt.number,
        "at": rfc3339(attempt.at),
        "status": attempt.status,
        "error": attempt.error or None,
        "duration_ms": attempt.duration_ms,
        "request": {
            "url": attempt.url,
            "headers": attempt.request_headers,
            "signed_with": attempt.signed_with or None,
        },
        "answer": {
            "headers": attempt.answer_headers,
            "body": attempt.answer_body,
            "truncated": attempt.answer_truncated,
        },
    }


_PLAN = {"enum": ["trial", "pro", "business", "expired"]}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def register_own_events() -> None:
    """The events that no app above describes: of tests, jobs, the plan, and of sequences until these are there."""
    from crmsolid.api.jobs import JobOut
    from crmsolid.api.representations import json_shape

    ping = _object(webhook=_object(id={"type": "string"}, url={"type": "string"}))
    register_event("ping", ping, description="Sent by POST /v1/webhooks/{id}/test, to that endpoint alone.")
    register_event("job.completed", _object(job=json_shape(JobOut)), description="Long work has ended, done or failed.")
    register_event(
        "subscription.upgraded",
        _object(old_plan=_PLAN, plan=_PLAN),
        description="An owner has moved the workspace to a higher plan.",
    )
    _register_drips()


def _register_drips() -> None:
    """What is promised of sequences, so that one can subscribe and write the receiver before the first is made."""
    sequence = _object(id=_id("seq"), name={"type": "string"}, status={"enum": ["draft", "active", "paused"]})
    enrollment = _object(
        id=_id("enr"),
        sequence_id=_id("seq"),
        contact_id=_id("con"),
        status={"enum": ["active", "paused", "completed", "stopped", "failed"]},
        reason={"type": ["string", "null"]},
        step={"type": ["integer", "null"]},
        next_run_at={"type": ["string", "null"], "format": "date-time"},
    )
    of_all = _object(sequence=sequence)
    of_one = _object(sequence=sequence, enrollment=enrollment)
    register_event("sequence.started", of_all, description="A sequence was started: its drips go out.")
    register_event("sequence.paused", of_all, description="A sequence was paused: nothing of it goes out.")
    register_event("sequence.completed", of_one, description="A contact has come to the end of a sequence.")


def _id(prefix: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{prefix}_[0-7][0-9A-HJKMNP-TV-Z]{{25}}$"}
