"""What the API answers. Generated from docs/openapi.json by tools/generate_models.py; do not edit.

Values of an enumeration that are not listed here are kept: ``Role`` is any text, and ``RoleIn``, which arguments take,
is one of those that are listed. Times are aware. Only ``id``, and the type of an event, must be there. Another member
that is missing, or null although the API does not say so, is empty if it is a text, a list or an object of any members,
else None.
"""

from __future__ import annotations

from typing import Any, Literal

import pydantic

from ._model import ABSENT, EventBase, Model, Time

AccountKindIn = Literal["telegram", "sandbox"]
AccountKind = AccountKindIn | str
AccountStateIn = Literal["connected", "paused", "frozen", "needs_login", "banned"]
AccountState = AccountStateIn | str
AttachmentStateIn = Literal["stored", "on_demand", "too_large", "gone"]
AttachmentState = AttachmentStateIn | str
AuthorTypeIn = Literal["member", "key", "assistant", "sequence", "broadcast", "rule", "telegram"]
AuthorType = AuthorTypeIn | str
BroadcastStatusIn = Literal["draft", "scheduled", "running", "paused", "done", "canceled"]
BroadcastStatus = BroadcastStatusIn | str
BroadcastWaitingForIn = Literal[
    "eta",
    "per_hour",
    "daily_limit",
    "gap",
    "account_paused",
    "account_frozen",
    "account_needs_login",
    "account_banned",
    "plan",
    "held",
]
BroadcastWaitingFor = BroadcastWaitingForIn | str
ContactStageIn = Literal["new", "contacted", "replied", "qualified", "won", "lost"]
ContactStage = ContactStageIn | str
CustomFieldTypeIn = Literal["text", "number", "boolean", "date", "choice"]
CustomFieldType = CustomFieldTypeIn | str
DeliveryStatusIn = Literal["pending", "sending", "succeeded", "failed", "exhausted", "canceled"]
DeliveryStatus = DeliveryStatusIn | str
DirectionIn = Literal["in", "out"]
Direction = DirectionIn | str
DisabledReasonIn = Literal["manual", "gone", "failing"]
DisabledReason = DisabledReasonIn | str
EnrollmentReasonIn = Literal[
    "delay",
    "window",
    "daily_limit",
    "account_paused",
    "account_frozen",
    "account_needs_login",
    "account_banned",
    "missing_value",
    "plan",
    "sequence_paused",
    "reply",
    "tag",
    "stage",
    "condition",
    "opted_out",
    "erased",
    "manual",
    "send_failed",
]
EnrollmentReason = EnrollmentReasonIn | str
EnrollmentStatusIn = Literal["active", "paused", "completed", "stopped", "failed"]
EnrollmentStatus = EnrollmentStatusIn | str
EventTypeIn = Literal[
    "contact.created",
    "contact.erased",
    "contact.opted_in",
    "contact.opted_out",
    "contact.stage_changed",
    "contact.tagged",
    "contact.updated",
    "job.completed",
    "lead.scored",
    "message.deleted",
    "message.edited",
    "message.failed",
    "message.read",
    "message.received",
    "message.sent",
    "sequence.completed",
    "sequence.paused",
    "sequence.started",
    "subscription.upgraded",
    "contact.*",
    "job.*",
    "lead.*",
    "message.*",
    "sequence.*",
    "subscription.*",
    "*",
]
EventType = EventTypeIn | str
EventTypeOrPingIn = Literal[
    "contact.created",
    "contact.erased",
    "contact.opted_in",
    "contact.opted_out",
    "contact.stage_changed",
    "contact.tagged",
    "contact.updated",
    "job.completed",
    "lead.scored",
    "message.deleted",
    "message.edited",
    "message.failed",
    "message.read",
    "message.received",
    "message.sent",
    "sequence.completed",
    "sequence.paused",
    "sequence.started",
    "subscription.upgraded",
    "ping",
]
EventTypeOrPing = EventTypeOrPingIn | str
FileKindIn = Literal["photo", "video", "voice", "video_note", "audio", "document", "sticker", "animation"]
FileKind = FileKindIn | str
FormatIn = Literal["plain", "markdown", "html"]
Format = FormatIn | str
IfNotIn = Literal["skip", "stop"]
IfNot = IfNotIn | str
JobStateIn = Literal["queued", "running", "done", "failed", "canceled"]
JobState = JobStateIn | str
MessageChangeKindIn = Literal["edit", "delete", "react"]
MessageChangeKind = MessageChangeKindIn | str
MessageChangeStatusIn = Literal["queued", "failed"]
MessageChangeStatus = MessageChangeStatusIn | str
MessageStatusIn = Literal["queued", "sending", "sent", "failed", "canceled", "received"]
MessageStatus = MessageStatusIn | str
MessageWaitingForIn = Literal[
    "eta",
    "daily_limit",
    "gap",
    "account_paused",
    "account_frozen",
    "account_needs_login",
    "account_banned",
    "plan",
    "window",
    "held",
    "earlier_message",
    "upload",
    "worker",
]
MessageWaitingFor = MessageWaitingForIn | str
ModeIn = Literal["live", "test"]
Mode = ModeIn | str
PlanIn = Literal["trial", "pro", "business", "expired"]
Plan = PlanIn | str
PreviewReasonIn = Literal["condition", "missing_value"]
PreviewReason = PreviewReasonIn | str
ReactionByIn = Literal["contact", "account"]
ReactionBy = ReactionByIn | str
RecipientStatusIn = Literal["pending", "sent", "failed", "skipped", "needs_attention", "canceled"]
RecipientStatus = RecipientStatusIn | str
RoleIn = Literal["viewer", "agent", "admin", "owner"]
Role = RoleIn | str
ScopeIn = Literal[
    "read:contacts",
    "read:messages",
    "read:analytics",
    "write:messages",
    "write:contacts",
    "manage:sequences",
    "manage:webhooks",
]
Scope = ScopeIn | str
SecretInUseIn = Literal["current", "previous"]
SecretInUse = SecretInUseIn | str
SequenceStatusIn = Literal["draft", "active", "paused"]
SequenceStatus = SequenceStatusIn | str
ThreadStateIn = Literal["open", "snoozed", "closed"]
ThreadState = ThreadStateIn | str
WrittenViaIn = Literal["panel", "rest", "mcp", "phone", "command", "system"]
WrittenVia = WrittenViaIn | str


class WebhookEvent(EventBase):
    """An event as a webhook or the stream of messages delivers it."""

    event: EventTypeOrPing
    id: str
    created_at: Time = ABSENT
    actor: Author | None = None
    """Who caused it; null for the product and for people on Telegram."""
    data: dict[str, Any] = pydantic.Field(default_factory=dict)

    @property
    def contact(self) -> Contact | None:
        """The contact as the API answers it; None if the event has none."""
        return self._member("contact", Contact)

    @property
    def message(self) -> Message | None:
        """The message as the API answers it; None if the event has none."""
        return self._member("message", Message)

    @property
    def sequence(self) -> Sequence | None:
        """The sequence as the API answers it; None if the event has none."""
        return self._member("sequence", Sequence)

    @property
    def enrollment(self) -> Enrollment | None:
        """The enrollment as the API answers it; None if the event has none."""
        return self._member("enrollment", Enrollment)

    @property
    def job(self) -> Job | None:
        """The job as the API answers it; None if the event has none."""
        return self._member("job", Job)


class AccountError(Model):
    code: str = ""
    message: str = ""
    at: Time = ABSENT


class Account(Model):
    id: int
    name: str = ""
    kind: AccountKind = ""
    state: AccountState = ""
    paused_until: Time | None = None
    daily_limit: int = ABSENT
    used_today: int = ABSENT
    left_today: int = ABSENT
    connected_at: Time | None = None
    heard_at: Time | None = None
    last_error: AccountError | None = None
    frozen_until: Time | None = None
    appeal_url: str | None = None


class AccountConversations(Model):
    """The same of an account."""

    new: int = ABSENT
    """A contact began them: with the first message, or by writing after the conversation was closed."""
    new_people: int = ABSENT
    """How many of them with contacts who had never written before."""
    handled: int = ABSENT
    """Somebody wrote to the contact in them, whenever they began."""
    first_answers: int = ABSENT
    """They got their first answer from a person."""
    first_answer_median_seconds: int | None = None
    """From their beginning to it."""
    first_answer_slowest_tenth_seconds: int | None = None
    """The 90th percentile: a tenth took longer."""
    closed: int = ABSENT
    close_median_seconds: int | None = None
    """From their beginning to the closing."""
    close_slowest_tenth_seconds: int | None = None
    """The 90th percentile."""
    account_id: int = ABSENT
    name: str = ""


class AccountFigures(Model):
    """An account."""

    account_id: int = ABSENT
    name: str = ""
    sent: int = ABSENT
    """Those typed on its own phone too."""
    failed: int = ABSENT
    """By the time at which they were to be sent last."""
    replies: int = ABSENT
    """Messages of people that answer one of the account's."""
    auto_replies: int = ABSENT
    """The same of machines."""
    received: int = ABSENT
    """All messages of people, whether they answer one or not."""
    used_today: int = ABSENT
    """Sends in the last 24 hours, whatever the period."""
    daily_limit: int = ABSENT


class AccountName(Model):
    """The account, of which `GET /v1/accounts/{id}` tells more."""

    id: int
    name: str = ""


class AccountsPeriod(Model):
    """All accounts, oldest first."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[AccountFigures] = pydantic.Field(default_factory=list)


class Accounts(Model):
    """All accounts, oldest first."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[AccountFigures] = pydantic.Field(default_factory=list)
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts and the team it is now. For
    sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow.
    For enrollments it is 14 days ago: who was enrolled later counts in no rate."""
    series: list[AccountsPeriod] | None = None
    """The same figures of each period. Null unless `interval` is given."""
    before: AccountsPeriod | None = None
    """The same figures of as many days before. Null unless `compare` is true."""


class Age(Model):
    """Contacts who wait now, by how long they have waited in working hours."""

    below_seconds: int | None = None
    """They have waited for less, and not for less than the age before. Null: for longer."""
    waiting: int = ABSENT
    unassigned: int = ABSENT
    """How many of them in conversations that nobody looks after."""


class Answer(Model):
    headers: dict[str, str] = pydantic.Field(default_factory=dict)
    body: str = ""
    truncated: bool = ABSENT


class Attachment(Model):
    """A file of a message, sent or received as `kind`."""

    id: str
    """The file's."""
    kind: FileKind = ""
    name: str = ""
    type: str = ""
    size: int = ABSENT
    """Bytes."""
    width: int | None = None
    """Pixels."""
    height: int | None = None
    """Pixels."""
    duration: int | None = None
    """Seconds."""
    thumbnail: str | None = None
    """Where a picture of at most 320 pixels is; null if there is none, or none yet."""
    url: str = ""
    """Where the content is."""
    state: AttachmentState = ""
    """`on_demand`: the first request for the content has it fetched from Telegram."""
    deleted_at: Time | None = None
    """When either side has deleted it, alone or with the rest of its message; the content stays."""


class Request(Model):
    url: str = ""
    headers: dict[str, str] = pydantic.Field(default_factory=dict)
    signed_with: SecretInUse | None = None


class Attempt(Model):
    number: int = ABSENT
    at: Time = ABSENT
    status: int | None = None
    error: str | None = None
    duration_ms: int = ABSENT
    request: Request = ABSENT
    answer: Answer = ABSENT


class Author(Model):
    type: AuthorType = ""
    """`assistant`: a key or an OAuth grant over MCP; `telegram`: on the phone."""
    id: str | None = None
    """Of the member (that of `GET /v1/members`), key, grant, sequence or broadcast; null where it is not known."""
    name: str | None = None
    """As it was then."""


class Backlog(Model):
    """The contacts who wait now, without snoozed conversations."""

    waiting: int = ABSENT
    unassigned: int = ABSENT
    """How many of them in conversations that nobody looks after."""
    ages: list[Age] = pydantic.Field(default_factory=list)
    """They end at the aim for answers, 1 hour, 4 hours, and a day (of work, where there are working hours)."""


class BroadcastCounts(Model):
    """How many recipients have each status. Their sum is the whole audience, those who were excluded too."""

    pending: int = ABSENT
    sent: int = ABSENT
    failed: int = ABSENT
    skipped: int = ABSENT
    needs_attention: int = ABSENT
    """Nobody knows yet whether their message arrived: the history at Telegram will tell."""
    canceled: int = ABSENT


class Broadcast(Model):
    """One text to many contacts."""

    id: str
    name: str = ""
    status: BroadcastStatus = ""
    reason: str | None = None
    """Why it was canceled if nobody did that, such as `audience_changed`."""
    text: str = ""
    format: Format = ""
    """How `text` is written."""
    attachments: list[str] = pydantic.Field(default_factory=list)
    """The ids of the files."""
    account_ids: list[int] = pydantic.Field(default_factory=list)
    segment_id: str | None = None
    counts: BroadcastCounts = ABSENT
    waiting_for: BroadcastWaitingFor | None = None
    """Why nothing is sent at this moment."""
    send_at: Time | None = None
    per_hour: int | None = None
    cooldown_days: int | None = None
    audience_hash: str | None = None
    job_id: str | None = None
    """The job that works on it: `GET /v1/jobs/{id}`."""
    starts_at: Time | None = None
    finishes_at: Time | None = None
    """An estimate; once it has ended, when it did."""
    created_at: Time = ABSENT


class Rate(Model):
    """A part of a whole, with both numbers."""

    numerator: int = ABSENT
    denominator: int = ABSENT
    rate: float | None = None
    """Numerator by denominator; null while the denominator is 0."""
    of: str = ""
    """What the denominator counts."""


class BroadcastFigures(Model):
    """A broadcast."""

    sent: int = ABSENT
    failed: int = ABSENT
    replied: int = ABSENT
    """How many of those sent a person has answered up to now."""
    auto_replied: int = ABSENT
    """How many of those sent a machine has answered."""
    opted_out: int = ABSENT
    """How many of those sent were answered with an opt-out word."""
    reply_rate: Rate = ABSENT
    broadcast_id: str = ""
    name: str = ""


class BroadcastSample(Model):
    contact_id: str = ""
    text: str | None = None
    """As this person gets it; null without `read:contacts`."""
    html: str | None = None
    """The text with its formatting, in few and safe tags; null where it is as `text`."""


class BroadcastPreview(Model):
    """What a broadcast would do if it were started now."""

    total: int = ABSENT
    """Everybody in the audience: `eligible` and all `excluded` together."""
    eligible: int = ABSENT
    excluded: dict[str, int] = pydantic.Field(default_factory=dict)
    """How many, by reason."""
    sample: list[BroadcastSample] = pydantic.Field(default_factory=list)
    """The first ten who would get the message."""
    audience_hash: str = ""
    """Start with it to send exactly this to exactly these people."""
    finishes_at: Time | None = None
    """An estimate; null if no account can send."""


class BroadcastsPeriod(Model):
    """The broadcasts of which a message was sent or has failed in the period, newest first."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[BroadcastFigures] = pydantic.Field(default_factory=list)


class Broadcasts(Model):
    """The broadcasts of which a message was sent or has failed in the period, newest first."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[BroadcastFigures] = pydantic.Field(default_factory=list)
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts and the team it is now. For
    sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow.
    For enrollments it is 14 days ago: who was enrolled later counts in no rate."""
    series: list[BroadcastsPeriod] | None = None
    """The same figures of each period. Null unless `interval` is given."""
    before: BroadcastsPeriod | None = None
    """The same figures of as many days before. Null unless `compare` is true."""


class Canceled(Model):
    """The whole message, or `id` and `status` for a key without read:messages."""

    id: str
    status: MessageStatus = ""


class Change(Model):
    kind: MessageChangeKind = ""
    status: MessageChangeStatus = ""
    error: str | None = None
    """Why Telegram has refused it, else null."""


class Contact(Model):
    """A contact, here and in events."""

    id: str
    name: str = ""
    first_name: str = ""
    last_name: str | None = None
    """`""` if there is none, as `name` and `first_name`; null in older events."""
    username: str | None = None
    telegram_id: int | None = None
    email: str | None = None
    phone: str | None = None
    time_zone: str | None = None
    tags: list[str] = pydantic.Field(default_factory=list)
    stage: ContactStage = ""
    score: int = ABSENT
    opted_out: bool = ABSENT
    custom_fields: dict[str, Any] = pydantic.Field(default_factory=dict)
    last_in_at: Time | None = None
    """When the contact last wrote."""
    last_out_at: Time | None = None
    """When the contact was last written to."""
    unanswered_since: Time | None = None
    """When the first message was sent to the contact that none of theirs has followed."""
    created_at: Time = ABSENT
    updated_at: Time = ABSENT


class ContactName(Model):
    """The contact, of whom `GET /v1/contacts/{id}` tells more."""

    id: str
    name: str = ""
    username: str | None = None


class ContactUpserted(Model):
    """As for every write, with `created`."""

    id: str
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    """`""` if there is none, as `name` and `first_name`; null in older events."""
    username: str | None = None
    telegram_id: int | None = None
    email: str | None = None
    phone: str | None = None
    time_zone: str | None = None
    tags: list[str] = pydantic.Field(default_factory=list)
    stage: ContactStage | None = None
    score: int | None = None
    opted_out: bool | None = None
    custom_fields: dict[str, Any] | None = None
    last_in_at: Time | None = None
    """When the contact last wrote."""
    last_out_at: Time | None = None
    """When the contact was last written to."""
    unanswered_since: Time | None = None
    """When the first message was sent to the contact that none of theirs has followed."""
    created_at: Time | None = None
    updated_at: Time | None = None
    created: bool = ABSENT


class ContactWritten(Model):
    """The contact; a key without `read:contacts` gets `id` and the fields it sent."""

    id: str
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    """`""` if there is none, as `name` and `first_name`; null in older events."""
    username: str | None = None
    telegram_id: int | None = None
    email: str | None = None
    phone: str | None = None
    time_zone: str | None = None
    tags: list[str] = pydantic.Field(default_factory=list)
    stage: ContactStage | None = None
    score: int | None = None
    opted_out: bool | None = None
    custom_fields: dict[str, Any] | None = None
    last_in_at: Time | None = None
    """When the contact last wrote."""
    last_out_at: Time | None = None
    """When the contact was last written to."""
    unanswered_since: Time | None = None
    """When the first message was sent to the contact that none of theirs has followed."""
    created_at: Time | None = None
    updated_at: Time | None = None


class ConversationFigures(Model):
    """What became of conversations in the period. Times are counted in the working hours of the workspace."""

    new: int = ABSENT
    """A contact began them: with the first message, or by writing after the conversation was closed."""
    new_people: int = ABSENT
    """How many of them with contacts who had never written before."""
    handled: int = ABSENT
    """Somebody wrote to the contact in them, whenever they began."""
    first_answers: int = ABSENT
    """They got their first answer from a person."""
    first_answer_median_seconds: int | None = None
    """From their beginning to it."""
    first_answer_slowest_tenth_seconds: int | None = None
    """The 90th percentile: a tenth took longer."""
    closed: int = ABSENT
    close_median_seconds: int | None = None
    """From their beginning to the closing."""
    close_slowest_tenth_seconds: int | None = None
    """The 90th percentile."""


class MemberConversations(Model):
    """The same of a member: what they wrote, answered first and closed. Nobody's are `new`."""

    new: int = ABSENT
    """A contact began them: with the first message, or by writing after the conversation was closed."""
    new_people: int = ABSENT
    """How many of them with contacts who had never written before."""
    handled: int = ABSENT
    """Somebody wrote to the contact in them, whenever they began."""
    first_answers: int = ABSENT
    """They got their first answer from a person."""
    first_answer_median_seconds: int | None = None
    """From their beginning to it."""
    first_answer_slowest_tenth_seconds: int | None = None
    """The 90th percentile: a tenth took longer."""
    closed: int = ABSENT
    close_median_seconds: int | None = None
    """From their beginning to the closing."""
    close_slowest_tenth_seconds: int | None = None
    """The 90th percentile."""
    member_id: int | None = None
    """Null for all who are no members: API keys, assistants, the phone, who has left."""
    name: str | None = None


class ConversationsPeriod(Model):
    """Each member who wrote, answered or closed in the period, those with the most conversations first."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[MemberConversations] = pydantic.Field(default_factory=list)
    everyone: ConversationFigures = ABSENT
    """All of them together."""
    accounts: list[AccountConversations] = pydantic.Field(default_factory=list)
    """All accounts, oldest first."""


class Conversations(Model):
    """Each member who wrote, answered or closed in the period, those with the most conversations first."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[MemberConversations] = pydantic.Field(default_factory=list)
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts and the team it is now. For
    sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow.
    For enrollments it is 14 days ago: who was enrolled later counts in no rate."""
    everyone: ConversationFigures = ABSENT
    """All of them together."""
    accounts: list[AccountConversations] = pydantic.Field(default_factory=list)
    """All accounts, oldest first."""
    backlog: Backlog = ABSENT
    """Now, whatever the period."""
    counted_since: Time | None = None
    """Conversations that began before it are in none of these figures, because the workspace is older than
    their counting. Null if all are counted."""
    series: list[ConversationsPeriod] | None = None
    """The same figures of each period. Null unless `interval` is given."""
    before: ConversationsPeriod | None = None
    """The same figures of as many days before. Null unless `compare` is true."""


class CustomField(Model):
    """A field that the workspace has defined for its contacts."""

    key: str = ""
    label: str = ""
    type: CustomFieldType = ""
    choices: list[str] = pydantic.Field(default_factory=list)
    """For type `choice`, else empty."""


class CustomFieldWritten(Model):
    """The custom field; a key without `read:contacts` gets `key` and the members it sent."""

    key: str = ""
    label: str | None = None
    type: CustomFieldType | None = None
    choices: list[str] = pydantic.Field(default_factory=list)
    """For type `choice`, else empty."""


class Delivery(Model):
    id: str
    endpoint_id: str = ""
    event_id: str = ""
    event: EventTypeOrPing = ""
    status: DeliveryStatus = ""
    reason: str | None = None
    attempts: int = ABSENT
    request_id: str | None = None
    next_attempt_at: Time | None = None
    created_at: Time = ABSENT


class DeliveryDetail(Model):
    """With the bytes that are sent, and every attempt."""

    id: str
    endpoint_id: str = ""
    event_id: str = ""
    event: EventTypeOrPing = ""
    status: DeliveryStatus = ""
    reason: str | None = None
    attempts: int = ABSENT
    request_id: str | None = None
    next_attempt_at: Time | None = None
    created_at: Time = ABSENT
    body: str | None = None
    attempt_log: list[Attempt] = pydantic.Field(default_factory=list)


class Endpoint(Model):
    id: str
    url: str = ""
    description: str = ""
    events: list[EventType] = pydantic.Field(default_factory=list)
    account_ids: list[int] = pydantic.Field(default_factory=list)
    """Empty: events of all accounts."""
    header_names: list[str] = pydantic.Field(default_factory=list)
    """Of the headers that are sent too."""
    enabled: bool = ABSENT
    disabled_reason: DisabledReason | None = None
    disabled_at: Time | None = None
    failing_since: Time | None = None
    previous_secret_until: Time | None = None
    verified_with: SecretInUse | None = None
    created_at: Time = ABSENT
    updated_at: Time = ABSENT


class Enrollment(Model):
    """A contact in a sequence."""

    id: str
    sequence_id: str = ""
    version: int = ABSENT
    """The version of the sequence it is on."""
    contact_id: str | None = None
    """Null once the contact was erased."""
    status: EnrollmentStatus = ""
    reason: EnrollmentReason | None = None
    """Why it waits, or why it has ended. Null once it is completed, while it is paused by itself, and while its
    message is on its way."""
    step: str | None = None
    """The step that is sent next or now; null after the last."""
    next_run_at: Time | None = None
    """When the step is due, or tried again; null while its message is on its way."""
    created_at: Time = ABSENT
    ended_at: Time | None = None


class SequenceResults(Model):
    """What came of the contacts who were enrolled in a sequence in the period."""

    sequence_id: str = ""
    name: str = ""
    enrolled: int = ABSENT
    completed: int = ABSENT
    """Got all steps."""
    replied: int = ABSENT
    """A person answered a message of the sequence up to now."""
    won: int = ABSENT
    """Reached the stage `won` after being enrolled."""
    completion_rate: Rate = ABSENT
    reply_rate: Rate = ABSENT
    win_rate: Rate = ABSENT


class EnrollmentsPeriod(Model):
    """The sequences in which contacts were enrolled in the period."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[SequenceResults] = pydantic.Field(default_factory=list)


class Enrollments(Model):
    """The sequences in which contacts were enrolled in the period."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[SequenceResults] = pydantic.Field(default_factory=list)
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts and the team it is now. For
    sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow.
    For enrollments it is 14 days ago: who was enrolled later counts in no rate."""
    series: list[EnrollmentsPeriod] | None = None
    """The same figures of each period. Null unless `interval` is given."""
    before: EnrollmentsPeriod | None = None
    """The same figures of as many days before. Null unless `compare` is true."""


class Event(WebhookEvent):
    """An event as it is delivered, and the `X-Request-Id` of the call that caused it."""

    request_id: str | None = None
    """In the log alone: the `X-Request-Id` of the call that caused it; null if no call did."""


class EventKind(Model):
    type: EventTypeOrPing = ""
    version: int = ABSENT
    description: str = ""
    schema_: dict[str, Any] = pydantic.Field(default_factory=dict, alias="schema")


class Everyone(Model):
    """What people wrote to contacts by hand in the period, and how long contacts had waited for it."""

    written: int = ABSENT
    """Messages, without canceled ones and those that are still planned."""
    answered: int = ABSENT
    """How many of them answered a contact who waited."""
    in_time: Rate = ABSENT
    median_seconds: int | None = None
    """The median of these waits."""
    slowest_tenth_seconds: int | None = None
    """A tenth of these waits was longer."""


class Leaf(Model):
    """One comparison of the filter, for one contact."""

    path: str = ""
    """Where it stands in the filter, such as `all[1].any[0]`; empty for the whole."""
    field: str = ""
    op: str = ""
    value: Any = None
    """What it compares with."""
    actual: Any = None
    """What the contact has; null if there is no value."""
    holds: bool = ABSENT


class Explanation(Model):
    contact_id: str = ""
    matches: bool = ABSENT
    """Whether the contact is in the segment."""
    leaves: list[Leaf] = pydantic.Field(default_factory=list)


class File(Model):
    """A file that was uploaded, until something uses it."""

    id: str
    name: str = ""
    type: str = ""
    """The media type that the content shows."""
    size: int = ABSENT
    """Bytes."""
    sha256: str = ""
    expires_at: Time | None = None
    """When the file is deleted unless something uses it by then; null once something does."""


class FileState(Model):
    """A file whose content is on its way."""

    id: str
    state: AttachmentState = ""


class Stage(Model):
    """A stage of the funnel."""

    stage: ContactStage = ""
    count: int = ABSENT
    """How many contacts reached it for the first time in the period. Who reaches a stage reaches the earlier
    ones with it; `lost` is none of these and implies only `new`."""
    conversion: Rate = ABSENT
    median_days: float | None = None
    """From being added to reaching it, of the people in the numerator of `conversion`."""


class FunnelPeriod(Model):
    """The stages of the funnel, in their order."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    stages: list[Stage] = pydantic.Field(default_factory=list)


class Funnel(Model):
    """The stages of the funnel, in their order."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    stages: list[Stage] = pydantic.Field(default_factory=list)
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts and the team it is now. For
    sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow.
    For enrollments it is 14 days ago: who was enrolled later counts in no rate."""
    series: list[FunnelPeriod] | None = None
    """The same figures of each period. Null unless `interval` is given."""
    before: FunnelPeriod | None = None
    """The same figures of as many days before. Null unless `compare` is true."""


class IssuedEndpoint(Model):
    """With `secret` if it was generated: it is never shown again."""

    id: str
    url: str = ""
    description: str = ""
    events: list[EventType] = pydantic.Field(default_factory=list)
    account_ids: list[int] = pydantic.Field(default_factory=list)
    """Empty: events of all accounts."""
    header_names: list[str] = pydantic.Field(default_factory=list)
    """Of the headers that are sent too."""
    enabled: bool = ABSENT
    disabled_reason: DisabledReason | None = None
    disabled_at: Time | None = None
    failing_since: Time | None = None
    previous_secret_until: Time | None = None
    verified_with: SecretInUse | None = None
    created_at: Time = ABSENT
    updated_at: Time = ABSENT
    secret: str | None = pydantic.Field(default=None, repr=False)


class Job(Model):
    """Long work; the event `job.completed` carries the same object."""

    id: str
    kind: str = ""
    object_id: str | None = None
    """What it works on, such as a broadcast."""
    state: JobState = ""
    done: int = ABSENT
    total: int | None = None
    result: dict[str, Any] = pydantic.Field(default_factory=dict)
    errors: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    created_at: Time = ABSENT
    finished_at: Time | None = None
    author: Author | None = None
    """Who began it; null for the product itself."""


class Key(Model):
    id: str
    name: str = ""
    prefix: str = ""
    expires_at: Time | None = None
    rate_limit: int = ABSENT


class Workspace(Model):
    slug: str = ""
    name: str = ""
    time_zone: str = ""
    """Its days are those of analytics."""


class Me(Model):
    key: Key = ABSENT
    scopes: list[Scope] = pydantic.Field(default_factory=list)
    workspace: Workspace = ABSENT
    mode: Mode = ""
    plan: Plan = ""


class Member(Model):
    id: int
    """Of the person, the same in all workspaces."""
    name: str = ""
    """Without a name, what is before the @ of the e-mail address."""
    role: Role = ""
    on_duty: bool = ABSENT
    """Whether the queue gives this member conversations."""


class MemberName(Model):
    """A member, of whom `GET /v1/members` tells more."""

    id: int
    name: str = ""


class Reaction(Model):
    emoji: str = ""
    by: ReactionBy = ""


class Message(Model):
    id: str
    account_id: int = ABSENT
    thread_id: str = ""
    contact_id: str = ""
    contact: ContactName = ABSENT
    author: Author | None = None
    """Who wrote an outgoing message; null where that is not known."""
    direction: Direction = ""
    kind: str = ""
    status: MessageStatus = ""
    text: str = ""
    html: str | None = None
    """The text with its formatting, in few and safe tags; null where it is as `text`."""
    attachments: list[Attachment] = pydantic.Field(default_factory=list)
    eta: Time | None = None
    created_at: Time = ABSENT
    sent_at: Time | None = None
    edited_at: Time | None = None
    in_reply_to: str | None = None
    """The id of the outgoing message that an incoming one belongs to, else null."""
    reply_to: str | None = None
    """The id of the message of the same conversation that this one quotes, else null."""
    quote: str | None = None
    """The part of its text that is quoted, null for all of it."""
    read_at: Time | None = None
    """When Telegram told that the contact has read an outgoing message."""
    deleted_at: Time | None = None
    """When either side has deleted the message, of an album its last file; text and files stay."""
    reactions: list[Reaction] = pydantic.Field(default_factory=list)
    change: Change | None = None
    """What is asked of Telegram and not done yet, or was refused: the message is shown as it is there."""
    auto_reply: bool = ABSENT
    """Whether a machine wrote the message, rather than a person."""
    error: str | None = None
    request_id: str | None = None
    """The `X-Request-Id` of the request that sent the message."""
    waiting_for: MessageWaitingFor | None = None
    """Why a queued message is not sent yet, else null."""


class Note(Model):
    """What a member, a key or an assistant wrote down about a contact. Nothing of it is sent to anybody."""

    id: str
    text: str = ""
    author: Author | None = None
    """A member, a key or an assistant."""
    contact_id: str = ""
    thread_id: str | None = None
    """The conversation that it was written in, if any."""
    created_at: Time = ABSENT
    edited_at: Time | None = None
    mentions: list[MemberName] = pydantic.Field(default_factory=list)
    """The members whom `@name` in the text means."""


class ScoreEntry(Model):
    """One change of a contact's points. Entries are only added."""

    rule: str | None = None
    """Null for a change by hand."""
    points: int = ABSENT
    at: Time = ABSENT
    cause: str = ""
    """What happened, such as `tag vip`."""


class PersonalData(Model):
    """`contact`, and a section for each kind of thing that is kept about the person."""

    contact: Contact = ABSENT
    """The contact."""
    audit_log: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """What was done to the contact."""
    named_in: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """Segments, steps and the like whose conditions name the person."""
    telegram_addresses: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """What accounts address the person by on Telegram."""
    scores: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """The ledger of the score, oldest first."""
    stages: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """Stages that it came to, oldest first."""
    notes: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """What members noted, oldest first."""
    messages: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """Oldest first, as GET answers them."""
    drafts: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """What members have begun to write to the person and not sent."""
    files: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """Those of the messages, each once."""
    enrollments: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """In sequences, with the steps done."""
    events: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """The events about the contact, oldest first."""
    deliveries: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """To which webhooks they went."""
    broadcasts: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """Whose audience the person was in."""
    failed_imports: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """Rows of imports about the person that failed."""
    stored_answers: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """Answers to writes of the last 24 hours."""


class PreviewStep(Model):
    """A step as one contact would get it."""

    step: str = ""
    planned_at: Time | None = None
    """Null for a step that would be left out."""
    reason: PreviewReason | None = None
    """`condition`: it does not hold. `missing_value`: the text has a variable without value and fallback, or
    the contact has neither username nor Telegram id."""
    text: str | None = None
    """Null without `read:contacts`, for a step that would be left out, and if a variable has no value."""
    html: str | None = None
    """The text with its formatting, in few and safe tags; null where it is as `text`."""


class Preview(Model):
    steps: list[PreviewStep] = pydantic.Field(default_factory=list)


class Queued(Model):
    id: str
    status: Literal["queued"] | str = ""
    eta: Time = ABSENT


class Read(Model):
    id: str
    unread_count: int = ABSENT


class Recipient(Model):
    """A contact of the audience of a broadcast."""

    contact_id: str | None = None
    """Null once the contact was erased."""
    message_id: str | None = None
    account_id: int | None = None
    status: RecipientStatus = ""
    reason: str | None = None
    """Why they were skipped, or why their message failed."""
    settled_at: Time | None = None
    """When the status became final."""


class Score(Model):
    """A contact's score, and the ledger whose sum, between 0 and 100, it is."""

    score: int = ABSENT
    data: list[ScoreEntry] = pydantic.Field(default_factory=list)
    """Newest first."""
    next_cursor: str | None = None


class Segment(Model):
    """A saved filter of contacts."""

    id: str
    name: str = ""
    filter: dict[str, Any] = pydantic.Field(default_factory=dict)
    count: int | None = None
    """Contacts in it now. Null if the filter does not fit the custom fields any more, or takes too long; in a
    list also if counting those before it took two seconds."""
    count_is_estimate: bool = ABSENT
    """Whether `count` was estimated from a sample, because counting takes more than a second."""
    created_at: Time = ABSENT
    updated_at: Time = ABSENT


class SegmentPreview(Model):
    count: int = ABSENT
    count_is_estimate: bool = ABSENT
    """Whether `count` was estimated from a sample, because counting takes more than a second."""
    sample: list[Contact] = pydantic.Field(default_factory=list)
    """The ten newest."""


class SegmentWritten(Model):
    """The segment; a key without `read:contacts` gets `id` and the fields it sent."""

    id: str
    name: str | None = None
    filter: dict[str, Any] | None = None
    count: int | None = None
    """Contacts in it now. Null if the filter does not fit the custom fields any more, or takes too long; in a
    list also if counting those before it took two seconds."""
    count_is_estimate: bool | None = None
    """Whether `count` was estimated from a sample, because counting takes more than a second."""
    created_at: Time | None = None
    updated_at: Time | None = None


class Sequence(Model):
    """A sequence, in lists and in events."""

    id: str
    name: str = ""
    status: SequenceStatus = ""
    version: int = ABSENT
    """The number of its latest version, with which new contacts begin."""
    created_at: Time = ABSENT
    updated_at: Time = ABSENT


class Step(Model):
    """A message of a sequence."""

    id: str
    delay: str = ""
    """ISO 8601, since the step before or the enrollment."""
    text: str = ""
    format: Format = ""
    """How `text` is written."""
    attachments: list[str] = pydantic.Field(default_factory=list)
    """The ids of the files."""
    condition: dict[str, Any] | None = None
    """The step is for those for whom this holds."""
    if_not: IfNot = ""
    """For the others: skip the step, or stop."""


class Window(Model):
    """When messages may be sent, in the contact's time zone. A window that ends before it begins runs over
    midnight."""

    days: list[str] = pydantic.Field(default_factory=list)
    """`mon` to `sun`."""
    from_: str = pydantic.Field(default="", alias="from")
    """Such as `09:00`."""
    to: str = ""
    """Such as `18:00`, exclusive."""


class SequenceDetail(Model):
    """A sequence with what its latest version says."""

    id: str
    name: str = ""
    status: SequenceStatus = ""
    version: int = ABSENT
    """The number of its latest version, with which new contacts begin."""
    created_at: Time = ABSENT
    updated_at: Time = ABSENT
    account_ids: list[int] = pydantic.Field(default_factory=list)
    time_zone: str = ""
    """For contacts without a time zone of their own."""
    window: Window | None = None
    jitter: str = ""
    """ISO 8601. Each step is later by a random part of it."""
    stop_on: list[str] = pydantic.Field(default_factory=list)
    """`reply`, `tag:NAME`, `stage:NAME`."""
    ignore_auto_replies: bool = ABSENT
    pass_on: bool = ABSENT
    """Contacts who were not written to yet go to another account while theirs cannot send."""
    steps: list[Step] = pydantic.Field(default_factory=list)


class StepFigures(Model):
    """A step of a version of a sequence."""

    sent: int = ABSENT
    failed: int = ABSENT
    replied: int = ABSENT
    """How many of those sent a person has answered up to now."""
    auto_replied: int = ABSENT
    """How many of those sent a machine has answered."""
    opted_out: int = ABSENT
    """How many of those sent were answered with an opt-out word."""
    reply_rate: Rate = ABSENT
    step: str = ""
    """The id of the step."""


class VersionFigures(Model):
    """A version of a sequence."""

    sequence_id: str = ""
    name: str = ""
    version: int = ABSENT
    steps: list[StepFigures] = pydantic.Field(default_factory=list)


class SequencesPeriod(Model):
    """The versions of sequences of which a message was sent or has failed in the period."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[VersionFigures] = pydantic.Field(default_factory=list)


class Sequences(Model):
    """The versions of sequences of which a message was sent or has failed in the period."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[VersionFigures] = pydantic.Field(default_factory=list)
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts and the team it is now. For
    sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow.
    For enrollments it is 14 days ago: who was enrolled later counts in no rate."""
    series: list[SequencesPeriod] | None = None
    """The same figures of each period. Null unless `interval` is given."""
    before: SequencesPeriod | None = None
    """The same figures of as many days before. Null unless `compare` is true."""


class WriterFigures(Model):
    """The same of one who wrote."""

    written: int = ABSENT
    """Messages, without canceled ones and those that are still planned."""
    answered: int = ABSENT
    """How many of them answered a contact who waited."""
    in_time: Rate = ABSENT
    median_seconds: int | None = None
    """The median of these waits."""
    slowest_tenth_seconds: int | None = None
    """A tenth of these waits was longer."""
    email: str | None = None
    """Of the member. Null for anybody else, and for members whose account is gone."""
    name: str | None = None
    """Of the member."""
    via: WrittenVia = ""
    """What it was written with."""


class TeamPeriod(Model):
    """Everybody who wrote to contacts in the period, those with the most answers first."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[WriterFigures] = pydantic.Field(default_factory=list)
    everyone: Everyone = ABSENT
    """All of them together."""


class Team(Model):
    """Everybody who wrote to contacts in the period, those with the most answers first."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[WriterFigures] = pydantic.Field(default_factory=list)
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts and the team it is now. For
    sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow.
    For enrollments it is 14 days ago: who was enrolled later counts in no rate."""
    everyone: Everyone = ABSENT
    """All of them together."""
    series: list[TeamPeriod] | None = None
    """The same figures of each period. Null unless `interval` is given."""
    before: TeamPeriod | None = None
    """The same figures of as many days before. Null unless `compare` is true."""


class Template(Model):
    """A text that the workspace keeps for messages. Give `text`, `format` and `attachments` to `POST
    /v1/messages/send`, which fills in the variables."""

    id: int
    name: str = ""
    text: str = ""
    format: Format = ""
    attachments: list[str] = pydantic.Field(default_factory=list)
    """The ids of its files."""
    created_at: Time = ABSENT
    updated_at: Time = ABSENT


class TemplateWritten(Model):
    """The template; a key without `read:messages` gets `id` and the fields it sent."""

    id: int
    name: str | None = None
    text: str | None = None
    format: Format | None = None
    attachments: list[str] = pydantic.Field(default_factory=list)
    """The ids of its files."""
    created_at: Time | None = None
    updated_at: Time | None = None


class Thread(Model):
    id: str
    account_id: int = ABSENT
    account: AccountName = ABSENT
    contact_id: str = ""
    contact: ContactName = ABSENT
    state: ThreadState = ""
    """A message of the contact opens a closed or snoozed thread again."""
    snoozed_until: Time | None = None
    """Null unless the thread is snoozed."""
    assignee: MemberName | None = None
    """The member who looks after it."""
    unread_count: int = ABSENT
    waiting_since: Time | None = None
    """The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is
    no answer."""
    planned_at: Time | None = None
    """When the first planned answer is due."""
    last_message_at: Time = ABSENT
    last_message: Message | None = None
    created_at: Time = ABSENT


class ThreadChanged(Model):
    """The thread; a key without `read:messages` gets `id` alone."""

    id: str
    account_id: int | None = None
    account: AccountName | None = None
    contact_id: str | None = None
    contact: ContactName | None = None
    state: ThreadState | None = None
    """A message of the contact opens a closed or snoozed thread again."""
    snoozed_until: Time | None = None
    """Null unless the thread is snoozed."""
    assignee: MemberName | None = None
    """The member who looks after it."""
    unread_count: int | None = None
    waiting_since: Time | None = None
    """The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is
    no answer."""
    planned_at: Time | None = None
    """When the first planned answer is due."""
    last_message_at: Time | None = None
    last_message: Message | None = None
    created_at: Time | None = None


class ThreadDetail(Model):
    id: str
    account_id: int = ABSENT
    account: AccountName = ABSENT
    contact_id: str = ""
    contact: ContactName = ABSENT
    state: ThreadState = ""
    """A message of the contact opens a closed or snoozed thread again."""
    snoozed_until: Time | None = None
    """Null unless the thread is snoozed."""
    assignee: MemberName | None = None
    """The member who looks after it."""
    unread_count: int = ABSENT
    waiting_since: Time | None = None
    """The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is
    no answer."""
    planned_at: Time | None = None
    """When the first planned answer is due."""
    last_message_at: Time = ABSENT
    last_message: Message | None = None
    created_at: Time = ABSENT
    messages: list[Message] = pydantic.Field(default_factory=list)
    """The latest, newest first, if `messages` asks for them."""
