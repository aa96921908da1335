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
ApprovalIn = Literal["none", "untrusted", "all"]
Approval = ApprovalIn | str
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
    "account.state_changed",
    "broadcast.completed",
    "broadcast.started",
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
    "proposal.created",
    "proposal.decided",
    "proposal.ended",
    "sequence.completed",
    "sequence.paused",
    "sequence.started",
    "subscription.upgraded",
    "thread.assigned",
    "thread.closed",
    "thread.reopened",
    "account.*",
    "broadcast.*",
    "contact.*",
    "job.*",
    "lead.*",
    "message.*",
    "proposal.*",
    "sequence.*",
    "subscription.*",
    "thread.*",
    "*",
]
EventType = EventTypeIn | str
EventTypeOrPingIn = Literal[
    "account.state_changed",
    "broadcast.completed",
    "broadcast.started",
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
    "proposal.created",
    "proposal.decided",
    "proposal.ended",
    "sequence.completed",
    "sequence.paused",
    "sequence.started",
    "subscription.upgraded",
    "thread.assigned",
    "thread.closed",
    "thread.reopened",
    "ping",
]
EventTypeOrPing = EventTypeOrPingIn | str
FileKindIn = Literal["photo", "video", "voice", "video_note", "audio", "document", "sticker", "animation"]
FileKind = FileKindIn | str
FormatIn = Literal["plain", "markdown", "html"]
Format = FormatIn | str
HistoryStateIn = Literal["asked", "done", "failed"]
HistoryState = HistoryStateIn | str
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
ProposalStatusIn = Literal["pending", "approved", "rejected", "expired", "stale", "failed"]
ProposalStatus = ProposalStatusIn | str
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
WeekdayIn = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Weekday = WeekdayIn | str
WrittenViaIn = Literal["panel", "rest", "mcp", "phone", "command", "system"]
WrittenVia = WrittenViaIn | str


class WebhookEvent(EventBase):
    """An event as a webhook or the stream of messages delivers it."""

    event: EventTypeOrPing
    """The type."""
    id: str
    """The event's id: the same on every retry and replay."""
    created_at: Time = ABSENT
    """When it happened."""
    actor: Author | None = None
    """Who caused it; null for the product and for people on Telegram."""
    data: dict[str, Any] = pydantic.Field(default_factory=dict)
    """What it is about."""

    @property
    def contact(self) -> Contact | None:
        """The contact as the API answers it; None if the event has none."""
        return self._member("contact", Contact)

    @property
    def message(self) -> Message | None:
        """The message as the API answers it; None if the event has none."""
        return self._member("message", Message)

    @property
    def thread(self) -> Thread | None:
        """The thread as the API answers it; None if the event has none."""
        return self._member("thread", Thread)

    @property
    def broadcast(self) -> Broadcast | None:
        """The broadcast as the API answers it; None if the event has none."""
        return self._member("broadcast", Broadcast)

    @property
    def account(self) -> Account | None:
        """The account as the API answers it; None if the event has none."""
        return self._member("account", Account)

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
    """The stable code of the error."""
    message: str = ""
    """The error in words."""
    at: Time = ABSENT
    """When it happened."""


class Account(Model):
    id: int
    """The account's id."""
    name: str = ""
    """What it is called."""
    kind: AccountKind = ""
    """`sandbox` accounts reach nobody."""
    state: AccountState = ""
    """Whether it can send, and if not, why."""
    paused_until: Time | None = None
    """When it goes on by itself; null unless it is `paused`."""
    daily_limit: int = ABSENT
    """Messages that it may send in 24 hours."""
    used_today: int = ABSENT
    """Messages that it has sent in the last 24 hours."""
    left_today: int = ABSENT
    """Messages that it may still send now."""
    connected_at: Time | None = None
    """Since when it is connected to Telegram; null for one that is not, or in the sandbox."""
    heard_at: Time | None = None
    """When Telegram answered last; null as above."""
    last_error: AccountError | None = None
    """What went wrong last; null for nothing."""
    frozen_until: Time | None = None
    """Until when Telegram has frozen it; null if it has not, or for an unknown time."""
    appeal_url: str | None = None
    """Where to object to the freeze; null if nothing is known."""


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
    """Conversations that were closed in the period."""
    close_median_seconds: int | None = None
    """From their beginning to the closing."""
    close_slowest_tenth_seconds: int | None = None
    """The 90th percentile."""
    account_id: int = ABSENT
    """The account."""
    name: str = ""
    """The account's name."""


class AccountFigures(Model):
    """An account."""

    account_id: int = ABSENT
    """The account."""
    name: str = ""
    """The account's name."""
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
    """Messages that it may send in 24 hours."""


class AccountName(Model):
    """The account, of which `GET /v1/accounts/{id}` tells more."""

    id: int
    """The account's id."""
    name: str = ""
    """The account's name."""


class AccountsPeriod(Model):
    """All accounts, oldest first."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[AccountFigures] = pydantic.Field(default_factory=list)
    """The figures, one object each."""


class Accounts(Model):
    """All accounts, oldest first."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[AccountFigures] = pydantic.Field(default_factory=list)
    """The figures, one object each."""
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts, hours and the team it is
    now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
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
    """How many contacts."""
    unassigned: int = ABSENT
    """How many of them in conversations that nobody looks after."""


class Answer(Model):
    headers: dict[str, str] = pydantic.Field(default_factory=dict)
    """The headers of the answer."""
    body: str = ""
    """The beginning of the answer."""
    truncated: bool = ABSENT
    """Whether there was more of it."""


class Attachment(Model):
    """A file of a message, sent or received as `kind`."""

    id: str
    """The file's."""
    kind: FileKind = ""
    """How it is sent or was received."""
    name: str = ""
    """What the file is called; empty if nobody named it."""
    type: str = ""
    """The media type."""
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
    """Where it was posted."""
    headers: dict[str, str] = pydantic.Field(default_factory=dict)
    """The headers that were sent, without signatures."""
    signed_with: SecretInUse | None = None
    """The secret that the receiver accepted; null if that is not known."""


class Attempt(Model):
    number: int = ABSENT
    """From 1."""
    at: Time = ABSENT
    """When it was made."""
    status: int | None = None
    """The HTTP status; null if there was no answer."""
    error: str | None = None
    """Why there was none, as a stable code; null otherwise."""
    duration_ms: int = ABSENT
    """How long it took, in milliseconds."""
    request: Request = ABSENT
    """What was sent."""
    answer: Answer = ABSENT
    """What was answered."""


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
    """How many contacts."""
    unassigned: int = ABSENT
    """How many of them in conversations that nobody looks after."""
    ages: list[Age] = pydantic.Field(default_factory=list)
    """They end at the aim for answers, 1 hour, 4 hours, and a day (of work, where there are working hours)."""


class BroadcastCounts(Model):
    """How many recipients have each status. Their sum is the whole audience, those who were excluded too."""

    pending: int = ABSENT
    """Who has not got the message yet."""
    sent: int = ABSENT
    """Who has got it."""
    failed: int = ABSENT
    """To whom sending has failed."""
    skipped: int = ABSENT
    """Who was left out."""
    needs_attention: int = ABSENT
    """Nobody knows yet whether their message arrived: the history at Telegram will tell."""
    canceled: int = ABSENT
    """Whose message was canceled."""


class Broadcast(Model):
    """One text to many contacts."""

    id: str
    """The broadcast's id."""
    name: str = ""
    """What people call it."""
    status: BroadcastStatus = ""
    """How far it has come."""
    reason: str | None = None
    """Why it was canceled if nobody did that, such as `audience_changed`."""
    text: str = ""
    """The text as it was given, with its variables."""
    format: Format = ""
    """How `text` is written."""
    attachments: list[str] = pydantic.Field(default_factory=list)
    """The ids of the files."""
    account_ids: list[int] = pydantic.Field(default_factory=list)
    """The accounts that send."""
    segment_id: str | None = None
    """The segment that is its audience; null for another audience."""
    counts: BroadcastCounts = ABSENT
    """What came of its messages so far."""
    waiting_for: BroadcastWaitingFor | None = None
    """Why nothing is sent at this moment."""
    send_at: Time | None = None
    """Not before this time; null for at once."""
    per_hour: int | None = None
    """Messages in any hour at most; null for no such limit."""
    cooldown_days: int | None = None
    """Who got a broadcast within so many days is left out; null for nobody."""
    audience_hash: str | None = None
    """Stands for the people, the text and the rest; null until the people are known."""
    job_id: str | None = None
    """The job that works on it: `GET /v1/jobs/{id}`."""
    starts_at: Time | None = None
    """When it begins or has begun; null while that is not known."""
    finishes_at: Time | None = None
    """An estimate; once it has ended, when it did."""
    created_at: Time = ABSENT
    """When it was started or planned."""


class Rate(Model):
    """A part of a whole, with both numbers."""

    numerator: int = ABSENT
    """The part."""
    denominator: int = ABSENT
    """The whole."""
    rate: float | None = None
    """Numerator by denominator; null while the denominator is 0."""
    of: str = ""
    """What the denominator counts."""


class BroadcastFigures(Model):
    """A broadcast."""

    sent: int = ABSENT
    """Messages that were sent in the period."""
    failed: int = ABSENT
    """Messages that have failed in the period."""
    replied: int = ABSENT
    """How many of those sent a person has answered up to now."""
    auto_replied: int = ABSENT
    """How many of those sent a machine has answered."""
    opted_out: int = ABSENT
    """How many of those sent were answered with an opt-out word."""
    reply_rate: Rate = ABSENT
    """`replied` of `sent`."""
    broadcast_id: str = ""
    """The broadcast."""
    name: str = ""
    """The broadcast's name."""


class ContactName(Model):
    """The contact, of whom `GET /v1/contacts/{id}` tells more."""

    id: str
    """The contact's id."""
    name: str = ""
    """The contact's name; empty if there is none."""
    username: str | None = None
    """On Telegram, without `@`; null if there is none."""


class BroadcastSample(Model):
    contact_id: str = ""
    """The contact."""
    contact: ContactName | None = None
    """Null without `read:contacts`."""
    text: str | None = None
    """As this person gets it; null without `read:contacts`."""
    html: str | None = None
    """The text with its formatting, in few and safe tags; null where it is as `text`."""


class BroadcastPreview(Model):
    """What a broadcast would do if it were started now."""

    total: int = ABSENT
    """Everybody in the audience: `eligible` and all `excluded` together."""
    eligible: int = ABSENT
    """How many of them would get the message."""
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
    """The figures, one object each."""


class Broadcasts(Model):
    """The broadcasts of which a message was sent or has failed in the period, newest first."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[BroadcastFigures] = pydantic.Field(default_factory=list)
    """The figures, one object each."""
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts, hours and the team it is
    now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow.
    For enrollments it is 14 days ago: who was enrolled later counts in no rate."""
    series: list[BroadcastsPeriod] | None = None
    """The same figures of each period. Null unless `interval` is given."""
    before: BroadcastsPeriod | None = None
    """The same figures of as many days before. Null unless `compare` is true."""


class Canceled(Model):
    """The whole message, or `id` and `status` for a key without read:messages."""

    id: str
    """The message's id."""
    status: MessageStatus = ""
    """`canceled`."""


class Change(Model):
    kind: MessageChangeKind = ""
    """What is asked for."""
    status: MessageChangeStatus = ""
    """`failed`: Telegram has refused it."""
    error: str | None = None
    """Why Telegram has refused it, else null."""


class Contact(Model):
    """A contact, here and in events."""

    id: str
    """The contact's id."""
    name: str = ""
    """The whole name; empty if there is none."""
    first_name: str = ""
    """The first name; the first word of `name` where none was given."""
    last_name: str | None = None
    """`""` if there is none, as `name` and `first_name`; null in older events."""
    username: str | None = None
    """On Telegram, without `@`; null if there is none."""
    telegram_id: int | None = None
    """The numeric id on Telegram; null while no account knows it."""
    email: str | None = None
    """The e-mail address; null if there is none."""
    phone: str | None = None
    """The phone number; null if there is none."""
    time_zone: str | None = None
    """IANA name, such as `Europe/Berlin`; null if it is not known."""
    tags: list[str] = pydantic.Field(default_factory=list)
    """The names of its tags."""
    stage: ContactStage = ""
    """Where it stands in the funnel."""
    score: int = ABSENT
    """0 to 100, from the rules of scoring."""
    opted_out: bool = ABSENT
    """Whether the person wants no messages."""
    custom_fields: dict[str, Any] = pydantic.Field(default_factory=dict)
    """Values by the keys of the custom fields; a field without a value is missing."""
    last_in_at: Time | None = None
    """When the contact last wrote."""
    last_out_at: Time | None = None
    """When the contact was last written to."""
    unanswered_since: Time | None = None
    """When the first message was sent to the contact that none of theirs has followed."""
    created_at: Time = ABSENT
    """When it was added."""
    updated_at: Time = ABSENT
    """When it was changed last."""


class ContactUpserted(Model):
    """As for every write, with `created`."""

    id: str
    """The contact's id."""
    name: str | None = None
    """The whole name; empty if there is none."""
    first_name: str | None = None
    """The first name; the first word of `name` where none was given."""
    last_name: str | None = None
    """`""` if there is none, as `name` and `first_name`; null in older events."""
    username: str | None = None
    """On Telegram, without `@`; null if there is none."""
    telegram_id: int | None = None
    """The numeric id on Telegram; null while no account knows it."""
    email: str | None = None
    """The e-mail address; null if there is none."""
    phone: str | None = None
    """The phone number; null if there is none."""
    time_zone: str | None = None
    """IANA name, such as `Europe/Berlin`; null if it is not known."""
    tags: list[str] = pydantic.Field(default_factory=list)
    """The names of its tags."""
    stage: ContactStage | None = None
    """Where it stands in the funnel."""
    score: int | None = None
    """0 to 100, from the rules of scoring."""
    opted_out: bool | None = None
    """Whether the person wants no messages."""
    custom_fields: dict[str, Any] | None = None
    """Values by the keys of the custom fields; a field without a value is missing."""
    last_in_at: Time | None = None
    """When the contact last wrote."""
    last_out_at: Time | None = None
    """When the contact was last written to."""
    unanswered_since: Time | None = None
    """When the first message was sent to the contact that none of theirs has followed."""
    created_at: Time | None = None
    """When it was added."""
    updated_at: Time | None = None
    """When it was changed last."""
    created: bool = ABSENT
    """Whether it was added rather than updated."""


class ContactWritten(Model):
    """The contact; a key without `read:contacts` gets `id` and the fields it sent."""

    id: str
    """The contact's id."""
    name: str | None = None
    """The whole name; empty if there is none."""
    first_name: str | None = None
    """The first name; the first word of `name` where none was given."""
    last_name: str | None = None
    """`""` if there is none, as `name` and `first_name`; null in older events."""
    username: str | None = None
    """On Telegram, without `@`; null if there is none."""
    telegram_id: int | None = None
    """The numeric id on Telegram; null while no account knows it."""
    email: str | None = None
    """The e-mail address; null if there is none."""
    phone: str | None = None
    """The phone number; null if there is none."""
    time_zone: str | None = None
    """IANA name, such as `Europe/Berlin`; null if it is not known."""
    tags: list[str] = pydantic.Field(default_factory=list)
    """The names of its tags."""
    stage: ContactStage | None = None
    """Where it stands in the funnel."""
    score: int | None = None
    """0 to 100, from the rules of scoring."""
    opted_out: bool | None = None
    """Whether the person wants no messages."""
    custom_fields: dict[str, Any] | None = None
    """Values by the keys of the custom fields; a field without a value is missing."""
    last_in_at: Time | None = None
    """When the contact last wrote."""
    last_out_at: Time | None = None
    """When the contact was last written to."""
    unanswered_since: Time | None = None
    """When the first message was sent to the contact that none of theirs has followed."""
    created_at: Time | None = None
    """When it was added."""
    updated_at: Time | None = None
    """When it was changed last."""


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
    """Conversations that were closed in the period."""
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
    """Conversations that were closed in the period."""
    close_median_seconds: int | None = None
    """From their beginning to the closing."""
    close_slowest_tenth_seconds: int | None = None
    """The 90th percentile."""
    member_id: int | None = None
    """Null for all who are no members: API keys, assistants, the phone, who has left."""
    name: str | None = None
    """The member's name; null as `member_id`."""


class ConversationsPeriod(Model):
    """Each member who wrote, answered or closed in the period, those with the most conversations first."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[MemberConversations] = pydantic.Field(default_factory=list)
    """The figures, one object each."""
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
    """The figures, one object each."""
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts, hours and the team it is
    now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
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
    """Its name in `custom_fields`."""
    label: str = ""
    """What people see."""
    type: CustomFieldType = ""
    """What its values are."""
    choices: list[str] = pydantic.Field(default_factory=list)
    """For type `choice`, else empty."""


class CustomFieldWritten(Model):
    """The custom field; a key without `read:contacts` gets `key` and the members it sent."""

    key: str = ""
    """Its name in `custom_fields`."""
    label: str | None = None
    """What people see."""
    type: CustomFieldType | None = None
    """What its values are."""
    choices: list[str] = pydantic.Field(default_factory=list)
    """For type `choice`, else empty."""


class Delivery(Model):
    id: str
    """The delivery's id."""
    endpoint_id: str = ""
    """The webhook."""
    event_id: str = ""
    """The event."""
    event: EventTypeOrPing = ""
    """The event's type."""
    status: DeliveryStatus = ""
    """How far it has come."""
    reason: str | None = None
    """Why it has ended without success; null otherwise."""
    attempts: int = ABSENT
    """How often it was tried."""
    request_id: str | None = None
    """The `X-Request-Id` of the call that caused the event; null if no call did."""
    next_attempt_at: Time | None = None
    """When it is tried next; null if it is not."""
    created_at: Time = ABSENT
    """When it was queued."""


class DeliveryDetail(Model):
    """With the bytes that are sent, and every attempt."""

    id: str
    """The delivery's id."""
    endpoint_id: str = ""
    """The webhook."""
    event_id: str = ""
    """The event."""
    event: EventTypeOrPing = ""
    """The event's type."""
    status: DeliveryStatus = ""
    """How far it has come."""
    reason: str | None = None
    """Why it has ended without success; null otherwise."""
    attempts: int = ABSENT
    """How often it was tried."""
    request_id: str | None = None
    """The `X-Request-Id` of the call that caused the event; null if no call did."""
    next_attempt_at: Time | None = None
    """When it is tried next; null if it is not."""
    created_at: Time = ABSENT
    """When it was queued."""
    body: str | None = None
    """The bytes that are sent, as text; null once they are deleted."""
    attempt_log: list[Attempt] = pydantic.Field(default_factory=list)
    """Every attempt, the first one first."""


class Endpoint(Model):
    id: str
    """The webhook's id."""
    url: str = ""
    """Where events are posted."""
    description: str = ""
    """What it is for, in words of yours."""
    events: list[EventType] = pydantic.Field(default_factory=list)
    """The types that are delivered."""
    account_ids: list[int] = pydantic.Field(default_factory=list)
    """Empty: events of all accounts."""
    header_names: list[str] = pydantic.Field(default_factory=list)
    """Of the headers that are sent too."""
    enabled: bool = ABSENT
    """Whether anything is delivered."""
    disabled_reason: DisabledReason | None = None
    """Why not; null while it is enabled."""
    disabled_at: Time | None = None
    """Since when not; null while it is enabled."""
    failing_since: Time | None = None
    """When deliveries began to fail without a success since; null if they do not."""
    previous_secret_until: Time | None = None
    """Until when the secret before signs too; null outside of such an overlap."""
    verified_with: SecretInUse | None = None
    """The secret that the receiver was last known to use in the overlap; null if that is not known."""
    created_at: Time = ABSENT
    """When it was made."""
    updated_at: Time = ABSENT
    """When it was changed last."""


class Enrollment(Model):
    """A contact in a sequence."""

    id: str
    """The enrollment's id."""
    sequence_id: str = ""
    """The sequence."""
    version: int = ABSENT
    """The version of the sequence it is on."""
    contact_id: str | None = None
    """Null once the contact was erased."""
    contact: ContactName | None = None
    """Null without `read:contacts`, and once erased."""
    status: EnrollmentStatus = ""
    """How far it has come."""
    reason: EnrollmentReason | None = None
    """Why it waits, or why it has ended. Null once it is completed, while it is paused by itself, and while its
    message is on its way."""
    step: str | None = None
    """The step that is sent next or now; null after the last."""
    next_run_at: Time | None = None
    """When the step is due, or tried again; null while its message is on its way."""
    created_at: Time = ABSENT
    """When the contact was enrolled."""
    ended_at: Time | None = None
    """When it ended; null until then."""


class SequenceResults(Model):
    """What came of the contacts who were enrolled in a sequence in the period."""

    sequence_id: str = ""
    """The sequence."""
    name: str = ""
    """The sequence's name."""
    enrolled: int = ABSENT
    """Contacts that were enrolled in the period."""
    completed: int = ABSENT
    """Got all steps."""
    replied: int = ABSENT
    """A person answered a message of the sequence up to now."""
    won: int = ABSENT
    """Reached the stage `won` after being enrolled."""
    completion_rate: Rate = ABSENT
    """Who got all steps."""
    reply_rate: Rate = ABSENT
    """Who answered."""
    win_rate: Rate = ABSENT
    """Who reached `won`."""


class EnrollmentsPeriod(Model):
    """The sequences in which contacts were enrolled in the period."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[SequenceResults] = pydantic.Field(default_factory=list)
    """The figures, one object each."""


class Enrollments(Model):
    """The sequences in which contacts were enrolled in the period."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[SequenceResults] = pydantic.Field(default_factory=list)
    """The figures, one object each."""
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts, hours and the team it is
    now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
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
    """The type."""
    version: int = ABSENT
    """Counts the changes of its schema that were more than an addition."""
    description: str = ""
    """What has happened."""
    schema_: dict[str, Any] = pydantic.Field(default_factory=dict, alias="schema")
    """The JSON Schema of a delivered event."""


class Everyone(Model):
    """What people wrote to contacts by hand in the period, and how long contacts had waited for it."""

    written: int = ABSENT
    """Messages, without canceled ones and those that are still planned."""
    answered: int = ABSENT
    """How many of them answered a contact who waited."""
    in_time: Rate = ABSENT
    """Waits that ended within the aim for answers."""
    median_seconds: int | None = None
    """The median of these waits."""
    slowest_tenth_seconds: int | None = None
    """A tenth of these waits was longer."""


class Leaf(Model):
    """One comparison of the filter, for one contact."""

    path: str = ""
    """Where it stands in the filter, such as `all[1].any[0]`; empty for the whole."""
    field: str = ""
    """The field that is compared."""
    op: str = ""
    """How it is compared."""
    value: Any = None
    """What it compares with."""
    actual: Any = None
    """What the contact has; null if there is no value."""
    holds: bool = ABSENT
    """Whether it holds for the contact."""


class Explanation(Model):
    contact_id: str = ""
    """The contact."""
    contact: ContactName = ABSENT
    """The same contact with its name."""
    matches: bool = ABSENT
    """Whether the contact is in the segment."""
    leaves: list[Leaf] = pydantic.Field(default_factory=list)
    """Each comparison of the filter."""


class File(Model):
    """A file that was uploaded, until something uses it."""

    id: str
    """The file's id."""
    name: str = ""
    """What the file is called."""
    type: str = ""
    """The media type that the content shows."""
    size: int = ABSENT
    """Bytes."""
    sha256: str = ""
    """The SHA-256 of the content in hex."""
    expires_at: Time | None = None
    """When the file is deleted unless something uses it by then; null once something does."""


class FileState(Model):
    """A file whose content is on its way."""

    id: str
    """The file's id."""
    state: AttachmentState = ""
    """Where its content is."""


class Stage(Model):
    """A stage of the funnel."""

    stage: ContactStage = ""
    """The stage."""
    count: int = ABSENT
    """How many contacts reached it for the first time in the period. Who reaches a stage reaches the earlier
    ones with it; `lost` is none of these and implies only `new`."""
    conversion: Rate = ABSENT
    """Of those added in the period, who has reached it up to now."""
    median_days: float | None = None
    """From being added to reaching it, of the people in the numerator of `conversion`."""


class FunnelPeriod(Model):
    """The stages of the funnel, in their order."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    stages: list[Stage] = pydantic.Field(default_factory=list)
    """The figures, one object each."""


class Funnel(Model):
    """The stages of the funnel, in their order."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    stages: list[Stage] = pydantic.Field(default_factory=list)
    """The figures, one object each."""
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts, hours and the team it is
    now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow.
    For enrollments it is 14 days ago: who was enrolled later counts in no rate."""
    series: list[FunnelPeriod] | None = None
    """The same figures of each period. Null unless `interval` is given."""
    before: FunnelPeriod | None = None
    """The same figures of as many days before. Null unless `compare` is true."""


class HistoryRequest(Model):
    """The latest request for older messages of a conversation, which are at Telegram only."""

    thread_id: str = ""
    """The conversation."""
    state: HistoryState = ""
    """`asked` until the messages are stored (`done`) or cannot be loaded."""
    reason: str | None = None
    """Why it has failed; null if it has not."""
    is_complete: bool = ABSENT
    """Whether Telegram has nothing older."""
    requested_at: Time = ABSENT
    """When they were asked for."""


class WeekdayFigures(Model):
    """What people wrote on a weekday of the workspace's time zone."""

    weekday: Weekday = ""
    """The day."""
    received: int = ABSENT
    """Messages of people, without those of erased contacts."""
    hours: list[int] = pydantic.Field(default_factory=list)
    """The same of each of its 24 hours, from midnight on."""


class HoursPeriod(Model):
    """The weekdays on which anybody wrote in the period, from Monday on."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[WeekdayFigures] = pydantic.Field(default_factory=list)
    """The figures, one object each."""


class Hours(Model):
    """The weekdays on which anybody wrote in the period, from Monday on."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[WeekdayFigures] = pydantic.Field(default_factory=list)
    """The figures, one object each."""
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts, hours and the team it is
    now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow.
    For enrollments it is 14 days ago: who was enrolled later counts in no rate."""
    series: list[HoursPeriod] | None = None
    """The same figures of each period. Null unless `interval` is given."""
    before: HoursPeriod | None = None
    """The same figures of as many days before. Null unless `compare` is true."""


class IssuedEndpoint(Model):
    """With `secret` if it was generated: it is never shown again."""

    id: str
    """The webhook's id."""
    url: str = ""
    """Where events are posted."""
    description: str = ""
    """What it is for, in words of yours."""
    events: list[EventType] = pydantic.Field(default_factory=list)
    """The types that are delivered."""
    account_ids: list[int] = pydantic.Field(default_factory=list)
    """Empty: events of all accounts."""
    header_names: list[str] = pydantic.Field(default_factory=list)
    """Of the headers that are sent too."""
    enabled: bool = ABSENT
    """Whether anything is delivered."""
    disabled_reason: DisabledReason | None = None
    """Why not; null while it is enabled."""
    disabled_at: Time | None = None
    """Since when not; null while it is enabled."""
    failing_since: Time | None = None
    """When deliveries began to fail without a success since; null if they do not."""
    previous_secret_until: Time | None = None
    """Until when the secret before signs too; null outside of such an overlap."""
    verified_with: SecretInUse | None = None
    """The secret that the receiver was last known to use in the overlap; null if that is not known."""
    created_at: Time = ABSENT
    """When it was made."""
    updated_at: Time = ABSENT
    """When it was changed last."""
    secret: str | None = pydantic.Field(default=None, repr=False)
    """Signs the deliveries. Left out if you gave it."""


class Job(Model):
    """Long work; the event `job.completed` carries the same object."""

    id: str
    """The job's id."""
    kind: str = ""
    """What is done, such as `import`."""
    object_id: str | None = None
    """What it works on, such as a broadcast."""
    state: JobState = ""
    """How far it has come."""
    done: int = ABSENT
    """How many of `total` are done."""
    total: int | None = None
    """How many there are to do; null while that is not known."""
    result: dict[str, Any] = pydantic.Field(default_factory=dict)
    """What it has done so far."""
    errors: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """What went wrong, the first 100."""
    created_at: Time = ABSENT
    """When it was begun."""
    finished_at: Time | None = None
    """When it ended; null until then."""
    author: Author | None = None
    """Who began it; null for the product itself."""


class Key(Model):
    id: str
    """The key's id."""
    name: str = ""
    """What people call it."""
    prefix: str = ""
    """How the key begins."""
    expires_at: Time | None = None
    """When it ends; null for never."""
    rate_limit: int = ABSENT
    """Requests a minute."""


class KeyLimits(Model):
    account_ids: list[int] | None = None
    """The only accounts; null for all."""
    segment_id: str | None = None
    """The only contacts; null for all."""
    daily_sends: int | None = None
    """Messages in 24 hours; null for any number."""
    daily_sends_left: int | None = None
    """Of these, how many are left now."""
    daily_changes: int | None = None
    """Changes in 24 hours; null for any number."""
    daily_changes_left: int | None = None
    """Of these, how many are left now."""
    approval: Approval = ""
    """Which writes wait for an approval."""


class Workspace(Model):
    slug: str = ""
    """Its name in addresses."""
    name: str = ""
    """What people call it."""
    time_zone: str = ""
    """Its days are those of analytics."""


class Me(Model):
    key: Key = ABSENT
    """The key."""
    scopes: list[Scope] = pydantic.Field(default_factory=list)
    """What the key may do."""
    limits: KeyLimits = ABSENT
    """What narrows it further."""
    workspace: Workspace = ABSENT
    """The workspace of the key."""
    mode: Mode = ""
    """`test`: the key works in the test twin."""
    plan: Plan = ""
    """The plan that is in force."""


class Member(Model):
    id: int
    """Of the person, the same in all workspaces."""
    name: str = ""
    """Without a name, what is before the @ of the e-mail address."""
    role: Role = ""
    """What the member may do."""
    on_duty: bool = ABSENT
    """Whether the queue gives this member conversations."""


class MemberName(Model):
    """A member, of whom `GET /v1/members` tells more."""

    id: int
    """The member's id."""
    name: str = ""
    """The member's name."""


class Reaction(Model):
    emoji: str = ""
    """The emoji."""
    by: ReactionBy = ""
    """Whose it is: the contact's, or the account's."""


class Message(Model):
    id: str
    """The message's id."""
    account_id: int = ABSENT
    """The account that sends or got it."""
    account: AccountName = ABSENT
    """The same account with its name."""
    thread_id: str = ""
    """The conversation it is in."""
    contact_id: str = ""
    """The contact it goes to or comes from."""
    contact: ContactName = ABSENT
    """The same contact with its name."""
    author: Author | None = None
    """Who wrote an outgoing message; null where that is not known."""
    direction: Direction = ""
    """`in`: received; `out`: sent by the account."""
    kind: str = ""
    """`text`, or the kind of its files."""
    status: MessageStatus = ""
    """How far it has come."""
    text: str = ""
    """The text without its formatting; empty for files without a caption."""
    html: str | None = None
    """The text with its formatting, in few and safe tags; null where it is as `text`."""
    attachments: list[Attachment] = pydantic.Field(default_factory=list)
    """Its files, in their order."""
    eta: Time | None = None
    """When it is sent, or was to be; null for one that was received."""
    created_at: Time = ABSENT
    """When it was stored."""
    sent_at: Time | None = None
    """When Telegram took or delivered it; null until then."""
    edited_at: Time | None = None
    """When it was changed last on Telegram; null for never."""
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
    """The reactions to it."""
    change: Change | None = None
    """What is asked of Telegram and not done yet, or was refused: the message is shown as it is there."""
    auto_reply: bool = ABSENT
    """Whether a machine wrote the message, rather than a person."""
    error: str | None = None
    """Why it was not sent, as a stable code; null otherwise."""
    request_id: str | None = None
    """The `X-Request-Id` of the request that sent the message."""
    waiting_for: MessageWaitingFor | None = None
    """Why a queued message is not sent yet, else null."""


class Note(Model):
    """What a member, a key or an assistant wrote down about a contact. Nothing of it is sent to anybody."""

    id: str
    """The note's id."""
    text: str = ""
    """What it says."""
    author: Author | None = None
    """A member, a key or an assistant."""
    contact_id: str = ""
    """The contact it is about."""
    contact: ContactName | None = None
    """Null without `read:contacts`."""
    thread_id: str | None = None
    """The conversation that it was written in, if any."""
    created_at: Time = ABSENT
    """When it was written."""
    edited_at: Time | None = None
    """When its text was changed last; null for never."""
    mentions: list[MemberName] = pydantic.Field(default_factory=list)
    """The members whom `@name` in the text means."""


class ScoreEntry(Model):
    """One change of a contact's points. Entries are only added."""

    rule: str | None = None
    """Null for a change by hand."""
    points: int = ABSENT
    """What was added; below 0 for what was taken off."""
    at: Time = ABSENT
    """When that happened."""
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
    proposals: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """Writes that waited for an approval, oldest first."""
    assistant_changes: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    """Changes that can be taken back, oldest first."""


class PreviewStep(Model):
    """A step as one contact would get it."""

    step: str = ""
    """The step's id."""
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
    """The steps, in their order."""


class ProposedCall(Model):
    operation: str = ""
    """The `operationId` of the call."""
    arguments: dict[str, Any] = pydantic.Field(default_factory=dict)
    """Its arguments, those of the path included; times are absolute."""


class ReadText(Model):
    contact: ContactName | None = None
    """Whose text was read; null: of somebody that is not known."""
    read_at: Time = ABSENT
    """When it was answered the last time."""


class Proposal(Model):
    """A write that waits until a member approves it."""

    id: str
    """The proposal's id."""
    status: ProposalStatus = ""
    """`approved` is carried out as soon as a worker can, once `run_at` is set it was; `stale`: what it was made
    for has changed meanwhile, and nothing was done."""
    summary: str = ""
    """What would be done, in words."""
    call: ProposedCall = ABSENT
    """What would be done."""
    contact: ContactName | None = None
    """The contact it is about, if that is one alone."""
    reason: str = ""
    """Why it waits: a code, such as `read_somebody_else`."""
    because: list[ReadText] = pydantic.Field(default_factory=list)
    """Whose text was read before, the latest first."""
    requested_by: Author | None = None
    """The key or assistant that asked."""
    created_at: Time = ABSENT
    """When it was asked for."""
    expires_at: Time = ABSENT
    """Until when it can be approved."""
    decided_by: MemberName | None = None
    """Who approved or rejected it; null until then."""
    decided_at: Time | None = None
    """When; null until then."""
    note: str | None = None
    """What whoever decided says to whoever asked."""
    problem: str | None = None
    """Why it is `stale` or `failed`."""
    run_at: Time | None = None
    """When it was carried out, or could not be."""
    result: dict[str, Any] | None = None
    """What the call has answered."""
    edited_from: str | None = None
    """The proposal that a member edited into this one."""


class Queued(Model):
    id: str
    """The message's id."""
    status: Literal["queued"] | str = ""
    """Always `queued`."""
    eta: Time = ABSENT
    """When it will be sent, as far as is known now."""


class Read(Model):
    id: str
    """The conversation's id."""
    unread_count: int = ABSENT
    """Messages of the contact that nobody has read, now."""


class Recipient(Model):
    """A contact of the audience of a broadcast."""

    contact_id: str | None = None
    """Null once the contact was erased."""
    contact: ContactName | None = None
    """Null without `read:contacts`, and once erased."""
    message_id: str | None = None
    """The message; null while there is none."""
    account_id: int | None = None
    """The account that sends; null while that is open."""
    account: AccountName | None = None
    """The same account with its name."""
    status: RecipientStatus = ""
    """What came of the message."""
    reason: str | None = None
    """Why they were skipped, or why their message failed."""
    settled_at: Time | None = None
    """When the status became final."""


class Score(Model):
    """A contact's score, and the ledger whose sum, between 0 and 100, it is."""

    score: int = ABSENT
    """The score now."""
    data: list[ScoreEntry] = pydantic.Field(default_factory=list)
    """Newest first."""
    next_cursor: str | None = None
    """Give it as `cursor`; null on the last page."""


class Segment(Model):
    """A saved filter of contacts."""

    id: str
    """The segment's id."""
    name: str = ""
    """What people call it."""
    filter: dict[str, Any] = pydantic.Field(default_factory=dict)
    """What a contact must fulfil."""
    count: int | None = None
    """Contacts in it now. Null if the filter does not fit the custom fields any more, or takes too long; in a
    list also if counting those before it took two seconds."""
    count_is_estimate: bool = ABSENT
    """Whether `count` was estimated from a sample, because counting takes more than a second."""
    created_at: Time = ABSENT
    """When it was saved."""
    updated_at: Time = ABSENT
    """When it was changed last."""


class SegmentPreview(Model):
    count: int = ABSENT
    """Contacts that fulfil the filter."""
    count_is_estimate: bool = ABSENT
    """Whether `count` was estimated from a sample, because counting takes more than a second."""
    sample: list[Contact] = pydantic.Field(default_factory=list)
    """The ten newest."""


class SegmentWritten(Model):
    """The segment; a key without `read:contacts` gets `id` and the fields it sent."""

    id: str
    """The segment's id."""
    name: str | None = None
    """What people call it."""
    filter: dict[str, Any] | None = None
    """What a contact must fulfil."""
    count: int | None = None
    """Contacts in it now. Null if the filter does not fit the custom fields any more, or takes too long; in a
    list also if counting those before it took two seconds."""
    count_is_estimate: bool | None = None
    """Whether `count` was estimated from a sample, because counting takes more than a second."""
    created_at: Time | None = None
    """When it was saved."""
    updated_at: Time | None = None
    """When it was changed last."""


class Sequence(Model):
    """A sequence, in lists and in events."""

    id: str
    """The sequence's id."""
    name: str = ""
    """What people call it."""
    status: SequenceStatus = ""
    """Only an `active` one sends."""
    version: int = ABSENT
    """The number of its latest version, with which new contacts begin."""
    created_at: Time = ABSENT
    """When it was made."""
    updated_at: Time = ABSENT
    """When it was changed last."""


class Step(Model):
    """A message of a sequence."""

    id: str
    """The step's name within the sequence."""
    delay: str = ""
    """ISO 8601, since the step before or the enrollment."""
    text: str = ""
    """The text with its variables."""
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
    """The sequence's id."""
    name: str = ""
    """What people call it."""
    status: SequenceStatus = ""
    """Only an `active` one sends."""
    version: int = ABSENT
    """The number of its latest version, with which new contacts begin."""
    created_at: Time = ABSENT
    """When it was made."""
    updated_at: Time = ABSENT
    """When it was changed last."""
    account_ids: list[int] = pydantic.Field(default_factory=list)
    """The accounts that send."""
    time_zone: str = ""
    """For contacts without a time zone of their own."""
    window: Window | None = None
    """When messages may be sent; null for at any time."""
    jitter: str = ""
    """ISO 8601. Each step is later by a random part of it."""
    stop_on: list[str] = pydantic.Field(default_factory=list)
    """`reply`, `tag:NAME`, `stage:NAME`."""
    ignore_auto_replies: bool = ABSENT
    """Whether what a machine answers stops nothing."""
    pass_on: bool = ABSENT
    """Contacts who were not written to yet go to another account while theirs cannot send."""
    steps: list[Step] = pydantic.Field(default_factory=list)
    """Its messages, in their order."""


class StepFigures(Model):
    """A step of a version of a sequence."""

    sent: int = ABSENT
    """Messages that were sent in the period."""
    failed: int = ABSENT
    """Messages that have failed in the period."""
    replied: int = ABSENT
    """How many of those sent a person has answered up to now."""
    auto_replied: int = ABSENT
    """How many of those sent a machine has answered."""
    opted_out: int = ABSENT
    """How many of those sent were answered with an opt-out word."""
    reply_rate: Rate = ABSENT
    """`replied` of `sent`."""
    step: str = ""
    """The id of the step."""


class VersionFigures(Model):
    """A version of a sequence."""

    sequence_id: str = ""
    """The sequence."""
    name: str = ""
    """The sequence's name."""
    version: int = ABSENT
    """The version's number."""
    steps: list[StepFigures] = pydantic.Field(default_factory=list)
    """Its steps, in their order."""


class SequencesPeriod(Model):
    """The versions of sequences of which a message was sent or has failed in the period."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[VersionFigures] = pydantic.Field(default_factory=list)
    """The figures, one object each."""


class Sequences(Model):
    """The versions of sequences of which a message was sent or has failed in the period."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[VersionFigures] = pydantic.Field(default_factory=list)
    """The figures, one object each."""
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts, hours and the team it is
    now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow.
    For enrollments it is 14 days ago: who was enrolled later counts in no rate."""
    series: list[SequencesPeriod] | None = None
    """The same figures of each period. Null unless `interval` is given."""
    before: SequencesPeriod | None = None
    """The same figures of as many days before. Null unless `compare` is true."""


class Tag(Model):
    """A tag. It exists for as long as a contact has it."""

    name: str = ""
    """The tag itself."""
    contacts: int = ABSENT
    """How many contacts have it; counting stops at 10,000."""
    contacts_is_minimum: bool = ABSENT
    """Whether more contacts than that have it."""


class WriterFigures(Model):
    """The same of one who wrote."""

    written: int = ABSENT
    """Messages, without canceled ones and those that are still planned."""
    answered: int = ABSENT
    """How many of them answered a contact who waited."""
    in_time: Rate = ABSENT
    """Waits that ended within the aim for answers."""
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
    """The figures, one object each."""
    everyone: Everyone = ABSENT
    """All of them together."""


class Team(Model):
    """Everybody who wrote to contacts in the period, those with the most answers first."""

    from_: Time = pydantic.Field(default=ABSENT, alias="from")
    """Inclusive."""
    to: Time = ABSENT
    """Exclusive."""
    data: list[WriterFigures] = pydantic.Field(default_factory=list)
    """The figures, one object each."""
    complete_until: Time = ABSENT
    """What happened before this time is counted for good. For the funnel, accounts, hours and the team it is
    now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
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
    """The template's id."""
    name: str = ""
    """What people call it."""
    text: str = ""
    """The text with its variables."""
    format: Format = ""
    """How `text` is written."""
    attachments: list[str] = pydantic.Field(default_factory=list)
    """The ids of its files."""
    created_at: Time = ABSENT
    """When it was made."""
    updated_at: Time = ABSENT
    """When it was changed last."""


class TemplateWritten(Model):
    """The template; a key without `read:messages` gets `id` and the fields it sent."""

    id: int
    """The template's id."""
    name: str | None = None
    """What people call it."""
    text: str | None = None
    """The text with its variables."""
    format: Format | None = None
    """How `text` is written."""
    attachments: list[str] = pydantic.Field(default_factory=list)
    """The ids of its files."""
    created_at: Time | None = None
    """When it was made."""
    updated_at: Time | None = None
    """When it was changed last."""


class Thread(Model):
    id: str
    """The conversation's id."""
    account_id: int = ABSENT
    """The account that has it."""
    account: AccountName = ABSENT
    """The same account with its name."""
    contact_id: str = ""
    """The contact it is with."""
    contact: ContactName = ABSENT
    """The same contact with its name."""
    state: ThreadState = ""
    """A message of the contact opens a closed or snoozed thread again."""
    snoozed_until: Time | None = None
    """Null unless the thread is snoozed."""
    assignee: MemberName | None = None
    """The member who looks after it."""
    unread_count: int = ABSENT
    """Messages of the contact that nobody has read."""
    waiting_since: Time | None = None
    """The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is
    no answer."""
    planned_at: Time | None = None
    """When the first planned answer is due."""
    last_message_at: Time = ABSENT
    """The time of its latest message."""
    last_message: Message | None = None
    """Its latest message; null if there is none."""
    created_at: Time = ABSENT
    """When it began."""


class ThreadChanged(Model):
    """The thread; a key without `read:messages` gets `id` alone."""

    id: str
    """The conversation's id."""
    account_id: int | None = None
    """The account that has it."""
    account: AccountName | None = None
    """The same account with its name."""
    contact_id: str | None = None
    """The contact it is with."""
    contact: ContactName | None = None
    """The same contact with its name."""
    state: ThreadState | None = None
    """A message of the contact opens a closed or snoozed thread again."""
    snoozed_until: Time | None = None
    """Null unless the thread is snoozed."""
    assignee: MemberName | None = None
    """The member who looks after it."""
    unread_count: int | None = None
    """Messages of the contact that nobody has read."""
    waiting_since: Time | None = None
    """The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is
    no answer."""
    planned_at: Time | None = None
    """When the first planned answer is due."""
    last_message_at: Time | None = None
    """The time of its latest message."""
    last_message: Message | None = None
    """Its latest message; null if there is none."""
    created_at: Time | None = None
    """When it began."""


class ThreadDetail(Model):
    id: str
    """The conversation's id."""
    account_id: int = ABSENT
    """The account that has it."""
    account: AccountName = ABSENT
    """The same account with its name."""
    contact_id: str = ""
    """The contact it is with."""
    contact: ContactName = ABSENT
    """The same contact with its name."""
    state: ThreadState = ""
    """A message of the contact opens a closed or snoozed thread again."""
    snoozed_until: Time | None = None
    """Null unless the thread is snoozed."""
    assignee: MemberName | None = None
    """The member who looks after it."""
    unread_count: int = ABSENT
    """Messages of the contact that nobody has read."""
    waiting_since: Time | None = None
    """The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is
    no answer."""
    planned_at: Time | None = None
    """When the first planned answer is due."""
    last_message_at: Time = ABSENT
    """The time of its latest message."""
    last_message: Message | None = None
    """Its latest message; null if there is none."""
    created_at: Time = ABSENT
    """When it began."""
    messages: list[Message] = pydantic.Field(default_factory=list)
    """The latest, newest first, if `messages` asks for them."""
