"""What sequences accept: request bodies and query parameters."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from contacts.models import Stage
from contacts.segments.representations import FILTER_HELP, FilterField
from contacts.segments.schema import CONDITION_COMPONENTS
from contacts.validation import TAG
from crmsolid.api.fields import INT64, Choice, Id, List, PageQuery, StrictSerializer, Text, id_pattern
from crmsolid.api.representations import Representation
from messaging.files.albums import MAX_TOGETHER
from messaging.inputs import TEMPLATE_OR_EMPTY, TEXT_HELP
from messaging.models import Format
from sequences.definition import IF_NOT, MAX_ACCOUNTS, MAX_NAME, MAX_STEPS, MAX_STOP_RULES
from sequences.models import EnrollmentStatus
from sequences.representations import EnrollmentOut, SequenceDetailOut, SequenceOut
from sequences.running.schedule import DAYS, ResumeMode

MAX_ENROLLED = 1000
# What people who are in a sequence do when it is changed.
FINISH, MOVE = "finish", "move"

_N = "[0-9]{1,8}"
_CLOCK = f"{_N}H({_N}M)?({_N}S)?|{_N}M({_N}S)?|{_N}S"
_DURATION = {"type": "string", "pattern": f"^P({_N}W|{_N}D|({_N}D)?T({_CLOCK}))$"}
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_WINDOW = {
    "type": "object",
    "description": "When messages may be sent, in the contact's time zone. It may end after midnight.",
    "required": ["days", "from", "to"],
    "additionalProperties": False,
    "properties": {
        "days": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "enum": list(DAYS)},
            "description": "The days on which it begins.",
        },
        "from": {"type": "string", "pattern": f"^{_TIME}$", "description": "Such as `09:00`."},
        "to": {"type": "string", "pattern": f"^({_TIME}|24:00)$", "description": "Such as `18:00`, exclusive."},
    },
}
_STEP = {
    "type": "object",
    "description": "A message of a sequence.",
    "additionalProperties": False,
    # A text or files; as `not`, of which generators make no type.
    "not": {"properties": {"text": {"not": {}}, "attachments": {"maxItems": 0}}},
    "properties": {
        "id": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]{1,40}$",
            "description": "What the step keeps through all versions. One without gets that of the step that was at "
            "its place, or a new one.",
        },
        "delay": {**_DURATION, "description": "ISO 8601, since the step before or the enrollment."},
        "text": {"type": "string", "pattern": TEMPLATE_OR_EMPTY, "description": TEXT_HELP},
        "format": {"type": "string", "enum": Format.values, "description": "How `text` is written; `plain`."},
        "attachments": {
            "type": "array",
            "maxItems": MAX_TOGETHER,
            "items": Id("file").json_schema(),
            "description": "Files of `POST /v1/files`.",
        },
        "condition": {
            "oneOf": [{"$ref": "#/components/schemas/Condition"}, {"type": "null"}],
            "description": "The step is for those for whom this holds; null: for everybody.",
        },
        "if_not": {
            "type": "string",
            "enum": list(IF_NOT),
            "description": "For the others: `skip` the step, or `stop`.",
        },
    },
}
_ACCOUNTS = {
    "type": "array",
    "maxItems": MAX_ACCOUNTS,
    "uniqueItems": True,
    "items": {"type": "integer", "format": "int64", "minimum": 1, "maximum": INT64 - 1},
}
_STOP_RULES = {
    "type": "array",
    "maxItems": MAX_STOP_RULES,
    "items": {"type": "string", "pattern": f"^(reply|stage:({'|'.join(Stage.values)})|tag:{TAG[1:-1]})$"},
}


class Part(serializers.Field[Any, Any, Any, Any]):
    """A part of a sequence, as it was sent: ``sequences.definition`` reads it, and names what is wrong by its path."""

    def __init__(
        self, schema: Mapping[str, Any], components: Mapping[str, Mapping[str, Any]] | None = None, **options: Any
    ) -> None:
        self.schema, self.components = schema, components or {}
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Any:
        return data

    def json_schema(self) -> dict[str, Any]:
        return dict(self.schema)


class SequenceIn(StrictSerializer):
    """A sequence: what it sends, when, from where, and what stops it."""

    example: ClassVar[Mapping[str, Any]] = {
        "name": "Trial onboarding",
        "account_ids": [7421],
        "stop_on": ["reply", "tag:customer"],
        "steps": [
            {"id": "welcome", "text": "Hi {first_name|there}, your invite is ready."},
            {"id": "nudge", "delay": "P2D", "text": "Any questions so far?"},
        ],
    }
    resource: ClassVar[type[Representation] | None] = SequenceDetailOut

    name = Text(max_length=MAX_NAME, trim_whitespace=True, help_text="No two sequences have the same name.")
    account_ids = Part(_ACCOUNTS, required=False, help_text="The accounts that send; needed to start it.")
    time_zone = Text(required=False, help_text="For contacts without their own; by default that of the workspace.")
    window = Part(
        {"$ref": "#/components/schemas/SendingWindowInput"},
        {"SendingWindowInput": _WINDOW},
        required=False,
        allow_null=True,
        help_text="When it sends; null: always.",
    )
    jitter = Part(_DURATION, required=False, help_text="Each step is later by a random part of it; at most 7 days.")
    stop_on = Part(_STOP_RULES, required=False, help_text="`reply`, `tag:NAME`, `stage:NAME`.")
    ignore_auto_replies = Part({"type": "boolean"}, required=False, help_text="What machines answer does not stop it.")
    pass_on = Part(
        {"type": "boolean"},
        required=False,
        help_text="Contacts who were not written to yet go to another account while theirs cannot send.",
    )
    steps = Part(
        {
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_STEPS,
            "items": {"$ref": "#/components/schemas/SequenceStepInput"},
        },
        {**CONDITION_COMPONENTS, "SequenceStepInput": _STEP},
        help_text="The messages, in their order.",
    )


class InFlight(Choice):
    def __init__(self) -> None:
        help_text = (
            "What those who are in it do: `finish` on the version that they began with, or `move` to this one, where a "
            "step that they got is never sent again."
        )
        super().__init__(choices=[FINISH, MOVE], default=FINISH, help_text=help_text)


def _some_accounts() -> Part:
    """One that is not a draft has an account."""
    return Part({**_ACCOUNTS, "minItems": 1}, required=False, help_text="The accounts that send; a draft needs none.")


class SequencePatch(SequenceIn):
    """What to replace; absent members are kept. `steps` replaces all of them."""

    example = {"stop_on": ["reply"], "in_flight": "move"}

    in_flight = InFlight()

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields | {"account_ids": _some_accounts()}


# What GET answers and no call changes.
READ_ONLY = tuple(SequenceOut().get_fields().keys() - {"name"})


class SequenceReplacementIn(SequenceIn):
    """The whole sequence; absent members have their defaults. What GET answers can be changed and sent back."""

    resource = None

    in_flight = InFlight()

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        schema = {"id": {"type": "string"}, "version": {"type": "integer"}}
        for name in sorted(READ_ONLY):
            part = Part(schema.get(name, {"type": "string"}), required=False, help_text="As GET answers it.")
            fields[name] = part
        return fields


class EnrollIn(StrictSerializer):
    """Whom to enroll: one contact, or many."""

    exactly_one_of = ("contact_id", "contact_ids", "segment_id", "filter")
    example = {"contact_id": "con_01KA3QY5VJ8B6M2T9XZ4R7WDEF"}
    resource = EnrollmentOut

    contact_id = Id("contact", required=False, help_text="This contact: 201, the enrollment.")
    contact_ids = List(
        required=False,
        max_length=MAX_ENROLLED,
        allow_empty=False,
        child=Id("contact", pattern=id_pattern("con")),
        help_text="These contacts: 202, a job.",
    )
    segment_id = Id("segment", required=False, help_text="Everybody in this segment: 202, a job.")
    filter = FilterField(required=False, help_text=f"Everybody who meets it: 202, a job. {FILTER_HELP}")


class SequenceContactIn(StrictSerializer):
    """The contact to preview the sequence for."""

    example = {"contact_id": "con_01KA3QY5VJ8B6M2T9XZ4R7WDEF"}
    resource = EnrollmentOut

    contact_id = Id("contact")


class ResumeIn(StrictSerializer):
    """When the steps that wait are due after the pause."""

    body_required = False
    example = {"mode": "keep_dates"}

    mode = Choice(
        choices=[mode.value for mode in ResumeMode],
        default=ResumeMode.KEEP_DATES.value,
        help_text="`keep_dates`: as planned, at once if that has passed. `restart_delay`: the delay begins now. "
        "`only_active_time`: the pause does not count.",
    )


class SequenceEnrollmentsQuery(PageQuery):
    status = Choice(choices=EnrollmentStatus.values, required=False)
    contact_id = Id("contact", is_filter=True, required=False, help_text="Of this contact.")


class EnrollmentsQuery(SequenceEnrollmentsQuery):
    sequence_id = Id("sequence", required=False, help_text="In this sequence.")
