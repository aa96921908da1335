"""The event types of webhooks' own, and those of sequences until that app exists, so that receivers can be written."""

from typing import Any

from crmsolid.api.fields import id_pattern
from crmsolid.events.catalogue import declare, object_schema


def _id(prefix: str) -> dict[str, Any]:
    return {"type": "string", "pattern": id_pattern(prefix)}


PING = declare(
    "ping",
    "Sent by POST /v1/webhooks/{id}/test, to that endpoint alone.",
    subscribable=False,
    webhook=object_schema(id={"type": "string"}, url={"type": "string"}),
)

_SEQUENCE = object_schema(id=_id("seq"), name={"type": "string"}, status={"enum": ["draft", "active", "paused"]})
_ENROLLMENT = object_schema(
    id=_id("enr"),
    sequence_id=_id("seq"),
    contact_id=_id("con"),
    status={"enum": ["active", "paused", "completed", "stopped", "failed"]},
    reason={"type": ["string", "null"]},
    step={"type": ["integer", "null"]},
    next_run_at={"type": ["string", "null"], "format": "date-time"},
)

SEQUENCE_STARTED = declare("sequence.started", "A sequence was started: its drips go out.", sequence=_SEQUENCE)
SEQUENCE_PAUSED = declare("sequence.paused", "A sequence was paused: nothing of it goes out.", sequence=_SEQUENCE)
SEQUENCE_COMPLETED = declare(
    "sequence.completed",
    "A contact has come to the end of a sequence.",
    sequence=_SEQUENCE,
    enrollment=_ENROLLMENT,
)
