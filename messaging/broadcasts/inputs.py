"""What broadcasts accept: request bodies and query parameters."""

from typing import Any

from contacts.validation import MAX_TAG
from crmsolid.api.fields import (
    Boolean,
    Choice,
    Id,
    Integer,
    List,
    PageQuery,
    StrictSerializer,
    Text,
    Timestamp,
)
from messaging.accounts import MAX_BIGINT
from messaging.broadcasts.audience import AUDIENCE_HASH, MAX_LENGTH
from messaging.broadcasts.definition import (
    MAX_ACCOUNTS,
    MAX_CONTACT_IDS,
    MAX_COOLDOWN_DAYS,
    MAX_NAME,
    MAX_PER_HOUR,
    MAX_TAGS,
    Definition,
)
from messaging.broadcasts.models import BroadcastStatus, RecipientStatus
from messaging.broadcasts.representations import BroadcastOut
from messaging.inputs import TEMPLATE_OR_EMPTY, TEXT_HELP, AttachmentsField, FormatField


class AudienceIn(StrictSerializer):
    """One of these."""

    exactly_one = True

    segment_id = Id("segment", required=False, help_text="The people of a segment.")
    tags = List(
        required=False,
        max_length=MAX_TAGS,
        allow_empty=False,
        child=Text(max_length=MAX_TAG),
        help_text="The people who have all of these tags, as in `GET /v1/contacts?tag=`.",
    )
    contact_ids = List(
        required=False,
        max_length=MAX_CONTACT_IDS,
        allow_empty=False,
        child=Id("contact"),
        help_text="These people.",
    )


_EXAMPLE: dict[str, Any] = {
    "name": "June webinar",
    "text": "Hi {first_name|there}, we start in an hour.",
    "account_ids": [7421],
    "audience": {"tags": ["webinar-2026-06"]},
}


class BroadcastPreviewIn(StrictSerializer):
    needs_one_of = ("text", "attachments")
    example = _EXAMPLE
    resource = BroadcastOut

    name = Text(max_length=MAX_NAME, trim_whitespace=True, help_text="What people call it.")
    text = Text(
        required=False,
        allow_blank=True,
        max_length=20_000,
        documented_pattern=TEMPLATE_OR_EMPTY,
        help_text=TEXT_HELP,
    )
    format = FormatField()
    attachments = AttachmentsField()
    account_ids = List(
        max_length=MAX_ACCOUNTS,
        allow_empty=False,
        child=Integer(min_value=1, max_value=MAX_BIGINT),
        help_text="The accounts that send. A person stays with the one that wrote first; the others are shared out.",
    )
    audience = AudienceIn(help_text="Who gets the message: exactly one of `segment_id`, `tags` and `contact_ids`.")
    send_at = Timestamp(required=False, allow_null=True, help_text="Not before this time (RFC 3339).")
    per_hour = Integer(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MAX_PER_HOUR,
        help_text="At most so many messages in any hour.",
    )
    cooldown_days = Integer(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MAX_COOLDOWN_DAYS,
        help_text="Leave out who got a broadcast within so many days.",
    )


class BroadcastIn(BroadcastPreviewIn):
    example = {**_EXAMPLE, "preview": True}

    audience_hash = Text(
        required=False,
        allow_null=True,
        max_length=MAX_LENGTH,
        pattern=AUDIENCE_HASH,
        help_text="That of a preview. If the people, the text or anything else but the name has changed since, nothing "
        "is started: `audience_changed`.",
    )
    preview = Boolean(default=False, help_text="As `POST /v1/broadcasts/preview`: store and send nothing.")


def definition_of(body: dict[str, Any]) -> Definition:
    """The broadcast that a validated body describes."""
    return Definition(
        name=body["name"],
        text=body.get("text", ""),
        attachments=tuple(body.get("attachments", ())),
        account_ids=tuple(body["account_ids"]),
        audience=body["audience"],
        send_at=body.get("send_at"),
        per_hour=body.get("per_hour"),
        cooldown_days=body.get("cooldown_days"),
        format=body["format"],
    )


class BroadcastsQuery(PageQuery):
    status = Choice(choices=BroadcastStatus.values, required=False)


class RecipientsQuery(PageQuery):
    status = Choice(choices=RecipientStatus.values, required=False)
