"""The event types that no other app declares: of webhooks' own tests, of jobs and of the plan.

Those of sequences are here too, so that receivers can be written and subscribed before the first sequence is made.
"""

from typing import Any

from crmsolid.api.fields import id_pattern
from crmsolid.api.jobs import JobOut
from crmsolid.events.catalogue import declare

_PLAN = {"enum": ["trial", "pro", "business", "expired"]}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _id(prefix: str) -> dict[str, Any]:
    return {"type": "string", "pattern": id_pattern(prefix)}


_SEQUENCE = _object(id=_id("seq"), name={"type": "string"}, status={"enum": ["draft", "active", "paused"]})
_ENROLLMENT = _object(
    id=_id("enr"),
    sequence_id=_id("seq"),
    contact_id=_id("con"),
    status={"enum": ["active", "paused", "completed", "stopped", "failed"]},
    reason={"type": ["string", "null"]},
    step={"type": ["integer", "null"]},
    next_run_at={"type": ["string", "null"], "format": "date-time"},
)

PING = declare(
    "ping",
    "Sent by POST /v1/webhooks/{id}/test, to that endpoint alone.",
    webhook=_object(id={"type": "string"}, url={"type": "string"}),
)
JOB_COMPLETED = declare("job.completed", "Long work has ended, done or failed.", job=JobOut.data_schema())
SUBSCRIPTION_UPGRADED = declare(
    "subscription.upgraded", "An owner has moved the workspace to a higher plan.", old_plan=_PLAN, plan=_PLAN
)
SEQUENCE_STARTED = declare("sequence.started", "A sequence was started: its drips go out.", sequence=_SEQUENCE)
SEQUENCE_PAUSED = declare("sequence.paused", "A sequence was paused: nothing of it goes out.", sequence=_SEQUENCE)
SEQUENCE_COMPLETED = declare(
    "sequence.completed",
    "A contact has come to the end of a sequence.",
    sequence=_SEQUENCE,
    enrollment=_ENROLLMENT,
)
