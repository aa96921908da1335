"""The events that sequences publish."""

from crmsolid.events.catalogue import declare
from sequences.representations import EnrollmentOut, SequenceOut

_SEQUENCE, _ENROLLMENT = SequenceOut.data_schema(), EnrollmentOut.data_schema()

SEQUENCE_STARTED = declare(
    "sequence.started", "A contact was enrolled in a sequence.", sequence=_SEQUENCE, enrollment=_ENROLLMENT
)
SEQUENCE_PAUSED = declare(
    "sequence.paused",
    "A sequence was paused (`enrollment` is null), or one enrollment in it.",
    sequence=_SEQUENCE,
    enrollment={
        "anyOf": [_ENROLLMENT, {"type": "null"}],
        "description": "The enrollment; null if the whole sequence was paused.",
    },
)
SEQUENCE_COMPLETED = declare(
    "sequence.completed", "A contact has got the last step of a sequence.", sequence=_SEQUENCE, enrollment=_ENROLLMENT
)
