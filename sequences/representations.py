"""What the API shows of sequences, their steps and enrollments: each resource is declared here once."""

from typing import ClassVar

from rest_framework import serializers

from contacts.representations import ContactNameOut
from contacts.segments.representations import FilterField
from crmsolid.api.representations import TEAM, AnyField, Representation
from messaging.models import Format
from messaging.representations import HTML_HELP
from sequences.definition import IF_NOT
from sequences.models import EnrollmentStatus, Reason, SequenceStatus
from sequences.querysets import current_reason


class SequenceOut(Representation):
    """A sequence, in lists and in events."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    is_resource = True
    example = {"name": "Trial onboarding"}

    id = serializers.CharField(help_text="The sequence's id.")
    name = serializers.CharField(help_text="What people call it.")
    status = serializers.ChoiceField(choices=SequenceStatus.values, help_text="Only an `active` one sends.")
    version = serializers.IntegerField(help_text="The number of its latest version, with which new contacts begin.")
    created_at = serializers.DateTimeField(help_text="When it was made.")
    updated_at = serializers.DateTimeField(help_text="When it was changed last.")


class WindowOut(Representation):
    """When messages may be sent, in the contact's time zone. A window that ends before it begins runs over midnight."""

    example = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "18:00"}

    days = serializers.ListField(child=serializers.CharField(), help_text="`mon` to `sun`.")
    # ``from`` is a keyword of Python, so these two are added below.

    def get_fields(self) -> dict[str, AnyField]:
        fields = super().get_fields()
        fields["from"] = serializers.CharField(help_text="Such as `09:00`.")
        fields["to"] = serializers.CharField(help_text="Such as `18:00`, exclusive.")
        return fields


class StepOut(Representation):
    """A message of a sequence."""

    untrusted: ClassVar[tuple[str, ...]] = ("id", "text", "condition")
    text_of = TEAM
    example = {
        "id": "welcome",
        "delay": "P2D",
        "text": "Hi {first_name|there}, your invite is ready.",
        "condition": {"field": "tag", "op": "is", "value": "trial"},
    }

    id = serializers.CharField(help_text="The step's name within the sequence.")
    delay = serializers.CharField(help_text="ISO 8601, since the step before or the enrollment.")
    text = serializers.CharField(help_text="The text with its variables.")
    format = serializers.ChoiceField(choices=Format.values, help_text="How `text` is written.")
    attachments = serializers.ListField(child=serializers.CharField(), help_text="The ids of the files.")
    condition = FilterField(allow_null=True, help_text="The step is for those for whom this holds.")
    if_not = serializers.ChoiceField(choices=IF_NOT, help_text="For the others: skip the step, or stop.")


class SequenceDetailOut(SequenceOut):
    """A sequence with what its latest version says."""

    untrusted: ClassVar[tuple[str, ...]] = ("name", "stop_on")
    example = {"name": "Trial onboarding", "jitter": "PT10M", "stop_on": ["reply"]}

    account_ids = serializers.ListField(child=serializers.IntegerField(), help_text="The accounts that send.")
    time_zone = serializers.CharField(help_text="For contacts without a time zone of their own.")
    window = WindowOut(allow_null=True, help_text="When messages may be sent; null for at any time.")
    jitter = serializers.CharField(help_text="ISO 8601. Each step is later by a random part of it.")
    stop_on = serializers.ListField(child=serializers.CharField(), help_text="`reply`, `tag:NAME`, `stage:NAME`.")
    ignore_auto_replies = serializers.BooleanField(help_text="Whether what a machine answers stops nothing.")
    pass_on = serializers.BooleanField(
        help_text="Contacts who were not written to yet go to another account while theirs cannot send."
    )
    steps = serializers.ListField(child=StepOut(), help_text="Its messages, in their order.")


class EnrollmentOut(Representation):
    """A contact in a sequence."""

    is_resource = True
    untrusted: ClassVar[tuple[str, ...]] = ("step",)
    text_of = TEAM

    id = serializers.CharField(help_text="The enrollment's id.")
    sequence_id = serializers.CharField(help_text="The sequence.")
    version = serializers.IntegerField(source="version.number", help_text="The version of the sequence it is on.")
    contact_id = serializers.CharField(allow_null=True, help_text="Null once the contact was erased.")
    contact = ContactNameOut(allow_null=True, help_text="Null without `read:contacts`, and once erased.")
    status = serializers.ChoiceField(choices=EnrollmentStatus.values, help_text="How far it has come.")
    reason = serializers.ChoiceField(
        choices=Reason.values,
        allow_null=True,
        help_text="Why it waits, or why it has ended. Null once it is completed, while it is paused by itself, and "
        "while its message is on its way.",
    )
    step = serializers.CharField(
        source="step_key", allow_null=True, help_text="The step that is sent next or now; null after the last."
    )
    next_run_at = serializers.DateTimeField(
        allow_null=True, help_text="When the step is due, or tried again; null while its message is on its way."
    )
    created_at = serializers.DateTimeField(help_text="When the contact was enrolled.")
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When it ended; null until then.")

    read_reason = staticmethod(current_reason)


class PreviewStepOut(Representation):
    """A step as one contact would get it."""

    untrusted: ClassVar[tuple[str, ...]] = (
        "step",
        "text",
        "html",
    )

    step = serializers.CharField(help_text="The step's id.")
    planned_at = serializers.DateTimeField(allow_null=True, help_text="Null for a step that would be left out.")
    reason = serializers.ChoiceField(
        choices=["condition", "missing_value"],
        allow_null=True,
        help_text="`condition`: it does not hold. `missing_value`: the text has a variable without value and fallback, "
        "or the contact has neither username nor Telegram id.",
    )
    text = serializers.CharField(
        allow_null=True,
        help_text="Null without `read:contacts`, for a step that would be left out, and if a variable has no value.",
    )
    html = serializers.CharField(allow_null=True, help_text=HTML_HELP)


class PreviewOut(Representation):
    text_of = "contact_id"

    steps = serializers.ListField(child=PreviewStepOut(), help_text="The steps, in their order.")
