"""What is shown of messages, threads and accounts: each resource of the API, declared once; the events that carry a
message; the messages in the timeline of a contact."""

from typing import Any, ClassVar

from rest_framework import serializers

from crmsolid.api.examples import TIME, id_of
from crmsolid.api.people import AuthorOut, MemberNameOut
from crmsolid.api.representations import AnyField, Representation
from crmsolid.core.clock import rfc3339
from crmsolid.events.catalogue import declare
from messaging.authors import of_message
from messaging.files.representations import AttachmentOut, attachments_of
from messaging.models import (
    Account,
    AccountKind,
    AccountState,
    ChangeKind,
    Direction,
    Message,
    Status,
    Thread,
    ThreadState,
    WaitingFor,
    account_state,
)
from messaging.sending import message_text, waiting

HTML_HELP = "The text with its formatting, in few and safe tags; null where it is as `text`."


class ReactionOut(Representation):
    is_resource = True
    example = {"emoji": "👍"}

    emoji = serializers.CharField()
    by = serializers.ChoiceField(choices=["contact", "account"])


class ChangeOut(Representation):
    example = {"kind": "edit", "status": "queued", "error": None}

    kind = serializers.ChoiceField(choices=[kind.value for kind in ChangeKind if kind != ChangeKind.READ])
    status = serializers.ChoiceField(choices=["queued", "failed"])
    error = serializers.CharField(allow_null=True, help_text="Why Telegram has refused it, else null.")


class ContactNameOut(Representation):
    """The contact, of whom ``GET /v1/contacts/{id}`` tells more."""

    untrusted: ClassVar[tuple[str, ...]] = ("name", "username")
    is_resource = True
    example = {"id": id_of("contact"), "name": "Sarah Miller", "username": "sarah_miller"}

    id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    username = serializers.CharField(allow_null=True)


class MessageOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = ("text", "html", "quote", "request_id")
    is_resource = True
    example = {"direction": "out", "status": "sent", "attachments": [], "sent_at": TIME}

    id = serializers.CharField()
    account_id = serializers.IntegerField()
    thread_id = serializers.CharField()
    contact_id = serializers.CharField()
    contact = ContactNameOut()
    author = AuthorOut(allow_null=True, help_text="Who wrote an outgoing message; null where that is not known.")
    direction = serializers.ChoiceField(choices=Direction.values)
    kind = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.values)
    text = serializers.CharField(allow_blank=True)
    html = serializers.CharField(allow_null=True, help_text=HTML_HELP)
    attachments = serializers.ListField(child=AttachmentOut())
    eta = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    edited_at = serializers.DateTimeField(allow_null=True)
    in_reply_to = serializers.CharField(
        source="in_reply_to_id",
        allow_null=True,
        help_text="The id of the outgoing message that an incoming one belongs to, else null.",
    )
    reply_to = serializers.CharField(
        source="reply_to_id",
        allow_null=True,
        help_text="The id of the message of the same conversation that this one quotes, else null.",
    )
    quote = serializers.CharField(allow_null=True, help_text="The part of its text that is quoted, null for all of it.")
    read_at = serializers.DateTimeField(
        allow_null=True, help_text="When Telegram told that the contact has read an outgoing message."
    )
    deleted_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When either side has deleted the message, of an album its last file; text and files stay.",
    )
    reactions = serializers.ListField(child=ReactionOut())
    change = ChangeOut(
        allow_null=True,
        help_text="What is asked of Telegram and not done yet, or was refused: the message is shown as it is there.",
    )
    auto_reply = serializers.BooleanField(help_text="Whether a machine wrote the message, rather than a person.")
    error = serializers.CharField(allow_null=True)
    request_id = serializers.CharField(
        allow_null=True, help_text="The `X-Request-Id` of the request that sent the message."
    )
    waiting_for = serializers.ChoiceField(
        choices=WaitingFor.values, allow_null=True, help_text="Why a queued message is not sent yet, else null."
    )

    read_html = staticmethod(message_text.html_of)
    read_waiting_for = staticmethod(waiting.waiting_for)

    @staticmethod
    def read_author(message: Message) -> dict[str, Any] | None:
        return AuthorOut.of(of_message(message))

    @staticmethod
    def read_change(message: Message) -> dict[str, Any] | None:
        change = message.change
        return change and {"kind": change["kind"], "status": change["status"], "error": change["error"] or None}

    @staticmethod
    def read_reactions(message: Message) -> list[dict[str, str]]:
        return [{"emoji": each["emoji"], "by": each["by"]} for each in message.reactions]

    read_attachments = staticmethod(attachments_of)


class QueuedOut(Representation):
    example = {"id": id_of("message")}

    id = serializers.CharField()
    status = serializers.ChoiceField(choices=["queued"])
    eta = serializers.DateTimeField()


class CanceledOut(Representation):
    """The whole message, or ``id`` and ``status`` for a key without read:messages."""

    is_resource = True
    untrusted: ClassVar[tuple[str, ...]] = (
        *(*MessageOut.untrusted, "attachments[].name", "attachments[].type"),
        *("contact.name", "contact.username", "author.name"),
    )
    example = {"id": id_of("message"), "status": "canceled"}

    id = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.values)


class AccountNameOut(Representation):
    """The account, of which ``GET /v1/accounts/{id}`` tells more."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    is_resource = True
    example = {"id": 7421, "name": "Sales"}

    id = serializers.IntegerField()
    name = serializers.CharField()


class ThreadOut(Representation):
    is_resource = True
    example = {"state": "open", "snoozed_until": None, "planned_at": None}

    id = serializers.CharField()
    account_id = serializers.IntegerField()
    account = AccountNameOut()
    contact_id = serializers.CharField()
    contact = ContactNameOut()
    state = serializers.ChoiceField(
        choices=ThreadState.values, help_text="A message of the contact opens a closed or snoozed thread again."
    )
    snoozed_until = serializers.DateTimeField(allow_null=True, help_text="Null unless the thread is snoozed.")
    assignee = MemberNameOut(allow_null=True, help_text="The member who looks after it.")
    unread_count = serializers.IntegerField()
    waiting_since = serializers.DateTimeField(
        allow_null=True,
        help_text="The time of the contact's first message that nobody has answered; what a sequence or a broadcast "
        "sends is no answer.",
    )
    planned_at = serializers.DateTimeField(allow_null=True, help_text="When the first planned answer is due.")
    last_message_at = serializers.DateTimeField()
    last_message = MessageOut(allow_null=True)
    created_at = serializers.DateTimeField()

    @staticmethod
    def read_snoozed_until(thread: Thread) -> str | None:
        return rfc3339(thread.snoozed_until) if thread.state == ThreadState.SNOOZED else None


class ThreadDetailOut(ThreadOut):
    is_resource = False

    messages = serializers.ListField(
        child=MessageOut(), required=False, help_text="The latest, newest first, if `messages` asks for them."
    )


class ThreadChangedOut(ThreadOut):
    """The thread; a key without ``read:messages`` gets ``id`` alone."""

    def get_fields(self) -> dict[str, AnyField]:
        fields = super().get_fields()
        for name, field in fields.items():
            field.required = name == "id"
        return fields


class ReadOut(Representation):
    example = {"id": id_of("thread"), "unread_count": 0}

    id = serializers.CharField()
    unread_count = serializers.IntegerField()


class AccountErrorOut(Representation):
    example = {"code": "peer_flood", "message": "Telegram limits this account for writing to strangers."}

    code = serializers.CharField()
    message = serializers.CharField()
    at = serializers.DateTimeField()


class AccountOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    example = {"id": 7421, "name": "Sales"}

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=AccountKind.values)
    state = serializers.ChoiceField(choices=AccountState.values)
    paused_until = serializers.DateTimeField(allow_null=True)
    daily_limit = serializers.IntegerField()
    used_today = serializers.IntegerField(source="used")  # see querysets.with_usage
    left_today = serializers.IntegerField()
    # Of querysets.with_connection; null for a sandbox account.
    connected_at = serializers.DateTimeField(allow_null=True)
    heard_at = serializers.DateTimeField(allow_null=True)
    last_error = AccountErrorOut(allow_null=True)
    frozen_until = serializers.DateTimeField(allow_null=True)
    appeal_url = serializers.CharField(allow_null=True)

    read_state = staticmethod(account_state)

    @staticmethod
    def read_paused_until(account: Account) -> str | None:
        return rfc3339(account.paused_until) if account_state(account) == AccountState.PAUSED else None

    @staticmethod
    def read_last_error(account: Any) -> dict[str, Any] | None:
        if account.last_error_at is None:
            return None
        return {
            "code": account.last_error_code,
            "message": account.last_error_message,
            "at": rfc3339(account.last_error_at),
        }

    @staticmethod
    def read_frozen_until(account: Any) -> str | None:
        return rfc3339(account.frozen_until) if account.state == AccountState.FROZEN else None

    @staticmethod
    def read_appeal_url(account: Any) -> str | None:
        return account.appeal_url or None if account.state == AccountState.FROZEN else None

    @staticmethod
    def read_left_today(account: Any) -> int:
        return max(0, account.daily_limit - account.used - account.reserved)


_MESSAGE = MessageOut.data_schema()

MESSAGE_SENT = declare(
    "message.sent", "A message has arrived, or was typed on the account's own phone.", message=_MESSAGE
)
MESSAGE_FAILED = declare("message.failed", "A message will not be sent; `error` says why.", message=_MESSAGE)
MESSAGE_RECEIVED = declare("message.received", "Somebody has written to one of the accounts.", message=_MESSAGE)
MESSAGE_READ = declare("message.read", "The contact has read a message.", message=_MESSAGE)
MESSAGE_DELETED = declare("message.deleted", "A message was deleted, by either side; its text stays.", message=_MESSAGE)
MESSAGE_EDITED = declare(
    "message.edited", "The text or the files of a message were changed, by either side.", message=_MESSAGE
)
