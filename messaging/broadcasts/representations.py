"""What the API shows of broadcasts and their recipients, and the recipients as CSV: each is declared here once."""

import csv
import io
from collections.abc import Iterator
from typing import Any, ClassVar

from rest_framework import serializers

from contacts.export import cell
from contacts.models import name_of
from contacts.representations import ContactNameOut
from crmsolid.api.representations import TEAM, Representation
from crmsolid.core.clock import rfc3339
from crmsolid.events.catalogue import declare
from messaging.broadcasts.audience import preview_hash
from messaging.broadcasts.definition import Definition
from messaging.broadcasts.models import SENDS, Broadcast, BroadcastStatus, BroadcastWaiting, Recipient, RecipientStatus
from messaging.broadcasts.querysets import status_of
from messaging.models import Format
from messaging.representations import HTML_HELP, AccountNameOut

CSV_COLUMNS = (
    *("contact_id", "name", "username", "email", "status", "reason"),
    *("settled_at", "replied_at", "opted_out_at", "message_id"),
)
CSV_CHUNK = 1000


class BroadcastCountsOut(Representation):
    """How many recipients have each status. Their sum is the whole audience, those who were excluded too."""

    pending = serializers.IntegerField(help_text="Who has not got the message yet.")
    sent = serializers.IntegerField(help_text="Who has got it.")
    failed = serializers.IntegerField(help_text="To whom sending has failed.")
    skipped = serializers.IntegerField(help_text="Who was left out.")
    needs_attention = serializers.IntegerField(
        help_text="Nobody knows yet whether their message arrived: the history at Telegram will tell."
    )
    canceled = serializers.IntegerField(help_text="Whose message was canceled.")


class BroadcastOut(Representation):
    """One text to many contacts."""

    untrusted: ClassVar[tuple[str, ...]] = ("name", "text")
    text_of = TEAM
    example = {"name": "June offer", "audience_hash": "9f86d081884c7d65"}

    id = serializers.CharField(help_text="The broadcast's id.")
    name = serializers.CharField(help_text="What people call it.")
    status = serializers.ChoiceField(choices=BroadcastStatus.values, help_text="How far it has come.")
    reason = serializers.CharField(
        allow_null=True, help_text="Why it was canceled if nobody did that, such as `audience_changed`."
    )
    text = serializers.CharField(help_text="The text as it was given, with its variables.")
    format = serializers.ChoiceField(choices=Format.values, help_text="How `text` is written.")
    attachments = serializers.ListField(child=serializers.CharField(), help_text="The ids of the files.")
    account_ids = serializers.ListField(child=serializers.IntegerField(), help_text="The accounts that send.")
    segment_id = serializers.CharField(
        allow_null=True, help_text="The segment that is its audience; null for another audience."
    )
    counts = BroadcastCountsOut(help_text="What came of its messages so far.")
    waiting_for = serializers.ChoiceField(
        choices=BroadcastWaiting.values, allow_null=True, help_text="Why nothing is sent at this moment."
    )
    send_at = serializers.DateTimeField(allow_null=True, help_text="Not before this time; null for at once.")
    per_hour = serializers.IntegerField(
        allow_null=True, help_text="Messages in any hour at most; null for no such limit."
    )
    cooldown_days = serializers.IntegerField(
        allow_null=True, help_text="Who got a broadcast within so many days is left out; null for nobody."
    )
    audience_hash = serializers.CharField(
        allow_null=True, help_text="Stands for the people, the text and the rest; null until the people are known."
    )
    job_id = serializers.CharField(allow_null=True, help_text="The job that works on it: `GET /v1/jobs/{id}`.")
    starts_at = serializers.DateTimeField(
        allow_null=True, help_text="When it begins or has begun; null while that is not known."
    )
    finishes_at = serializers.DateTimeField(allow_null=True, help_text="An estimate; once it has ended, when it did.")
    created_at = serializers.DateTimeField(help_text="When it was started or planned.")

    @staticmethod
    def read_segment_id(broadcast: Broadcast) -> str | None:
        segment_id: str | None = broadcast.audience.get("segment_id")
        return segment_id

    @staticmethod
    def read_counts(broadcast: Broadcast) -> dict[str, int]:
        return broadcast.counts

    @staticmethod
    def read_audience_hash(broadcast: Broadcast) -> str | None:
        people = broadcast.audience_hash
        return preview_hash(people, Definition.of(broadcast)) if people else None

    @staticmethod
    def read_waiting_for(broadcast: Broadcast) -> str | None:
        return (broadcast.waiting_for or None) if broadcast.status in SENDS else None


class BroadcastSampleOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = ("text", "html")
    text_of = "contact_id"

    contact_id = serializers.CharField(help_text="The contact.")
    contact = ContactNameOut(allow_null=True, help_text="Null without `read:contacts`.")
    text = serializers.CharField(allow_null=True, help_text="As this person gets it; null without `read:contacts`.")
    html = serializers.CharField(allow_null=True, help_text=HTML_HELP)


class BroadcastPreviewOut(Representation):
    """What a broadcast would do if it were started now."""

    example = {"total": 124, "eligible": 120, "excluded": {"opted_out": 4}, "audience_hash": "9f86d081884c7d65"}

    total = serializers.IntegerField(help_text="Everybody in the audience: `eligible` and all `excluded` together.")
    eligible = serializers.IntegerField(help_text="How many of them would get the message.")
    excluded = serializers.DictField(child=serializers.IntegerField(), help_text="How many, by reason.")
    sample = serializers.ListField(child=BroadcastSampleOut(), help_text="The first ten who would get the message.")
    audience_hash = serializers.CharField(help_text="Start with it to send exactly this to exactly these people.")
    finishes_at = serializers.DateTimeField(allow_null=True, help_text="An estimate; null if no account can send.")


class RecipientOut(Representation):
    """A contact of the audience of a broadcast."""

    contact_id = serializers.CharField(allow_null=True, help_text="Null once the contact was erased.")
    contact = ContactNameOut(allow_null=True, help_text="Null without `read:contacts`, and once erased.")
    message_id = serializers.CharField(allow_null=True, help_text="The message; null while there is none.")
    account_id = serializers.IntegerField(allow_null=True, help_text="The account that sends; null while that is open.")
    account = AccountNameOut(allow_null=True, help_text="The same account with its name.")
    status = serializers.ChoiceField(choices=RecipientStatus.values, help_text="What came of the message.")
    reason = serializers.CharField(allow_null=True, help_text="Why they were skipped, or why their message failed.")
    settled_at = serializers.DateTimeField(allow_null=True, help_text="When the status became final.")

    @staticmethod
    def read_status(recipient: Recipient) -> str:
        return str(status_of(recipient))


def recipients_csv(rows: Any, *, with_names: bool) -> Iterator[bytes]:
    """A header, then one line a recipient; a chunk is one query. Without names, and for who was erased, their cells are
    empty."""
    yield _lines([CSV_COLUMNS])
    last = 0
    while chunk := list(rows.filter(pk__gt=last).select_related("contact", "message").order_by("pk")[:CSV_CHUNK]):
        yield _lines([_row(each, with_names) for each in chunk])
        last = chunk[-1].pk


def _row(recipient: Recipient, with_names: bool) -> tuple[Any, ...]:
    who = recipient.contact
    names = (name_of(who), who.username, who.email) if who and with_names else (None,) * 3
    return (
        recipient.contact_id,
        *names,
        status_of(recipient),
        recipient.reason,
        rfc3339(recipient.settled_at),
        rfc3339(recipient.replied_at),
        rfc3339(recipient.opted_out_at),
        recipient.message_id,
    )


def _lines(rows: list[tuple[Any, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


_BROADCAST = BroadcastOut.data_schema()

BROADCAST_STARTED = declare(
    "broadcast.started",
    "A broadcast begins to send, at its time; also when those that have failed are tried again.",
    broadcast=_BROADCAST,
)
BROADCAST_COMPLETED = declare(
    "broadcast.completed",
    "Every recipient of a broadcast has a final status. One that was canceled is not completed.",
    broadcast=_BROADCAST,
)
