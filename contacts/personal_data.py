"""What ``GET /v1/contacts/{id}/data`` shows: ``contact``, and the sections that the apps have in
``erasing.kept_data``. The shapes of all sections are here, also of those that apps above this one fill."""

from typing import Any, ClassVar

from rest_framework import serializers

from contacts.models import Stage
from contacts.representations import ContactOut
from contacts.scoring.views import ScoreEntryOut
from contacts.segments.representations import JsonField
from crmsolid.api.representations import ObjectField, Representation


def _list_of(shape: type[Representation] | str, help_text: str) -> Any:
    return serializers.ListField(child=ObjectField(shape), help_text=help_text)


class AuditEntryOut(Representation):
    """Something that was done to the contact."""

    at = serializers.DateTimeField(help_text="When it was done.")
    action = serializers.CharField(help_text="What was done, such as `contact.updated`.")
    surface = serializers.CharField(help_text="What it was done with, such as `panel`, `rest` or `mcp`.")


class NamingOut(Representation):
    """Something that is kept with conditions that name the person."""

    kind = serializers.CharField(help_text="What it is, such as `segment`.")
    id = serializers.CharField(help_text="Its id.")
    named_by = serializers.ListField(child=JsonField(), help_text="The parts of its conditions that name the person.")


class TelegramAddressOut(Representation):
    """What an account addresses the person by on Telegram."""

    account_id = serializers.IntegerField(help_text="The account.")
    peer_id = serializers.IntegerField(help_text="The person's Telegram id.")
    username = serializers.CharField(help_text="The username that the account knows; empty if it knows none.")


class StageChangeOut(Representation):
    """A stage that the contact came to."""

    stage = serializers.ChoiceField(choices=Stage.values, help_text="The stage.")
    at = serializers.DateTimeField(help_text="When the contact came to it.")
    cause = serializers.CharField(help_text="What moved the contact.")


class KeptNoteOut(Representation):
    """A note about the contact."""

    id = serializers.CharField(help_text="The note's id.")
    author = serializers.CharField(help_text="The name of who wrote it.")
    text = serializers.CharField(help_text="What it says.")
    thread_id = serializers.CharField(allow_null=True, help_text="The conversation it was written in; null for none.")
    created_at = serializers.DateTimeField(help_text="When it was written.")
    edited_at = serializers.DateTimeField(allow_null=True, help_text="When its text was changed last; null for never.")


class KeptDraftOut(Representation):
    """What a member has begun to write to the contact."""

    user_id = serializers.IntegerField(help_text="The member, by the `id` of `GET /v1/members`.")
    updated_at = serializers.DateTimeField(help_text="When it was changed last.")
    text = serializers.CharField(help_text="What is written so far.")


class KeptFileOut(Representation):
    """A file of a message."""

    id = serializers.CharField(help_text="The file's id.")
    name = serializers.CharField(help_text="Its name.")
    type = serializers.CharField(help_text="Its media type.")
    size = serializers.IntegerField(help_text="Its size in bytes.")
    sha256 = serializers.CharField(help_text="The SHA-256 of its content in hex; empty while nothing is stored.")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="When it is deleted; null while it is in use.")
    url = serializers.CharField(help_text="Where its content is.")
    state = serializers.CharField(help_text="Where its content is kept, such as `stored` or `on_demand`.")


class StepDoneOut(Representation):
    """A step of a sequence that was done for the contact."""

    step = serializers.CharField(help_text="The id of the step.")
    outcome = serializers.CharField(allow_null=True, help_text="What came of it; null while its message is on its way.")
    at = serializers.DateTimeField(help_text="When it was begun.")


class KeptEnrollmentOut(Representation):
    """An enrollment of the contact with the steps done: an `Enrollment` with `steps`."""

    id = serializers.CharField(help_text="The enrollment's id.")
    sequence_id = serializers.CharField(help_text="The sequence.")
    version = serializers.IntegerField(help_text="The version of the sequence it is on.")
    contact_id = serializers.CharField(allow_null=True, help_text="The contact.")
    status = serializers.CharField(help_text="As that of an `Enrollment`.")
    reason = serializers.CharField(allow_null=True, help_text="As that of an `Enrollment`.")
    step = serializers.CharField(allow_null=True, help_text="The step that is next; null after the last.")
    next_run_at = serializers.DateTimeField(allow_null=True, help_text="When that is due; null if nothing is.")
    created_at = serializers.DateTimeField(help_text="When the contact was enrolled.")
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When it ended; null until then.")
    steps = _list_of(StepDoneOut, "The steps done, in their order.")


class AnswerKeptOut(Representation):
    """What a receiver answered to a delivery."""

    at = serializers.DateTimeField(help_text="When the attempt was made.")
    status = serializers.IntegerField(allow_null=True, help_text="The HTTP status; null if there was no answer.")
    body = serializers.CharField(allow_blank=True, help_text="What was answered.")


class KeptDeliveryOut(Representation):
    """An event about the contact on its way to a webhook."""

    id = serializers.CharField(help_text="The delivery's id.")
    event_id = serializers.CharField(help_text="The event.")
    url = serializers.CharField(help_text="Where it went, or will go.")
    status = serializers.CharField(help_text="As that of a `Delivery`.")
    answers = _list_of(AnswerKeptOut, "What was answered, the first attempt first.")


class KeptBroadcastOut(Representation):
    """A broadcast whose audience the contact was in."""

    broadcast_id = serializers.CharField(help_text="The broadcast.")
    name = serializers.CharField(help_text="Its name.")
    status = serializers.CharField(help_text="What came of the message, as that of a `BroadcastRecipient`.")
    reason = serializers.CharField(allow_null=True, help_text="Why it was not sent; null otherwise.")
    at = serializers.DateTimeField(allow_null=True, help_text="When that was settled; null until then.")


class FailedRowOut(Representation):
    """A row of an import about the contact that could not be imported."""

    created_at = serializers.DateTimeField(help_text="When it was tried.")
    line = serializers.IntegerField(help_text="Its line in the file, from 1.")
    reason = serializers.CharField(help_text="What is wrong with it.")
    cells = serializers.ListField(child=serializers.CharField(), help_text="Its cells as they were.")


class StoredAnswerOut(Representation):
    """The answer to a write about the contact, kept for its Idempotency-Key."""

    created_at = serializers.DateTimeField(help_text="When it was answered.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    body = JsonField(help_text="What was answered; null for an answer with a secret.")


class KeptProposalOut(Representation):
    """A write of a key or an assistant that waited for an approval."""

    id = serializers.CharField(help_text="The proposal's id.")
    operation = serializers.CharField(help_text="The `operationId` of the call.")
    arguments = serializers.DictField(
        allow_null=True, help_text="Its arguments; null if it is about others, and waits because this text was read."
    )
    status = serializers.CharField(help_text="As that of a `Proposal`.")
    read_at = serializers.CharField(
        allow_null=True, help_text="When text of the contact had been read before; null if that is no reason."
    )
    created_at = serializers.DateTimeField(help_text="When it was asked for.")


class KeptChangeOut(Representation):
    """What an assistant or a rule has changed on the contact, while that can be taken back."""

    field = serializers.CharField(help_text="What was changed, such as `stage`.")
    old = JsonField(help_text="What it was.")
    new = JsonField(help_text="What it became.")
    author = serializers.CharField(allow_blank=True, help_text="Who changed it.")


class PersonalDataOut(Representation):
    """``contact``, and a section for each kind of thing that is kept about the person."""

    untrusted: ClassVar[tuple[str, ...]] = (
        "named_in",
        "telegram_addresses",
        "scores",
        "stages",
        "notes",
        "messages",
        "drafts",
        "files",
        "enrollments",
        "events",
        "deliveries",
        "broadcasts",
        "failed_imports",
        "stored_answers",
        "proposals",
        "assistant_changes",
    )
    text_of = "contact_id"

    contact = ContactOut(help_text="The contact.")
    audit_log = _list_of(AuditEntryOut, "What was done to the contact.")
    named_in = _list_of(NamingOut, "Segments, steps and the like whose conditions name the person.")
    telegram_addresses = _list_of(TelegramAddressOut, "What accounts address the person by on Telegram.")
    scores = _list_of(ScoreEntryOut, "The ledger of the score, oldest first.")
    stages = _list_of(StageChangeOut, "Stages that it came to, oldest first.")
    notes = _list_of(KeptNoteOut, "What members noted, oldest first.")
    messages = _list_of("Message", "Oldest first, as GET answers them.")
    drafts = _list_of(KeptDraftOut, "What members have begun to write to the person and not sent.")
    files = _list_of(KeptFileOut, "Those of the messages, each once.")
    enrollments = _list_of(KeptEnrollmentOut, "In sequences, with the steps done.")
    events = _list_of("Event", "The events about the contact, oldest first.")
    deliveries = _list_of(KeptDeliveryOut, "To which webhooks they went.")
    broadcasts = _list_of(KeptBroadcastOut, "Whose audience the person was in.")
    failed_imports = _list_of(FailedRowOut, "Rows of imports about the person that failed.")
    stored_answers = _list_of(StoredAnswerOut, "Answers to writes of the last 24 hours.")
    proposals = _list_of(KeptProposalOut, "Writes that waited for an approval, oldest first.")
    assistant_changes = _list_of(KeptChangeOut, "Changes that can be taken back, oldest first.")
