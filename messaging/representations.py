"""What is shown of messages, threads and accounts: each resource of the API, declared once; the events that carry a
message; the messages in the timeline of a contact."""

from typing import Any, ClassVar

from rest_framework import serializers

from contacts.representations import ContactNameOut
from crmsolid.api.examples import TIME, id_of
from crmsolid.api.people import AuthorOut, MemberNameOut
from crmsolid.api.representations import TEAM, AnyField, Representation
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
    HistoryState,
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

    emoji = serializers.CharField(help_text="The emoji.")
    by = serializers.ChoiceField(
        choices=["contact", "account"], help_text="Whose it is: the contact's, or the account's."
    )


class ChangeOut(Representation):
    example = {"kind": "edit", "status": "queued", "error": None}

    kind = serializers.ChoiceField(
        choices=[kind.value for kind in ChangeKind if kind != ChangeKind.READ], help_text="What is asked for."
    )
    status = serializers.ChoiceField(choices=["queued", "failed"], help_text="`failed`: Telegram has refused it.")
    error = serializers.CharField(allow_null=True, help_text="Why Telegram has refused it, else null.")


class AccountNameOut(Representation):
    """The account, of which ``GET /v1/accounts/{id}`` tells more."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    is_resource = True
    example = {"id": 7421, "name": "Sales"}

    id = serializers.IntegerField(help_text="The account's id.")
    name = serializers.CharField(help_text="The account's name.")


class MessageOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = ("text", "html", "quote", "request_id")
    text_of = "contact_id"
    is_resource = True
    example = {"direction": "out", "status": "sent", "attachments": [], "sent_at": TIME}

    id = serializers.CharField(help_text="The message's id.")
    account_id = serializers.IntegerField(help_text="The account that sends or got it.")
    account = AccountNameOut(help_text="The same account with its name.")
    thread_id = serializers.CharField(help_text="The conversation it is in.")
    contact_id = serializers.CharField(help_text="The contact it goes to or comes from.")
    contact = ContactNameOut(help_text="The same contact with its name.")
    author = AuthorOut(allow_null=True, help_text="Who wrote an outgoing message; null where that is not known.")
    direction = serializers.ChoiceField(
        choices=Direction.values, help_text="`in`: received; `out`: sent by the account."
    )
    kind = serializers.CharField(help_text="`text`, or the kind of its files.")
    status = serializers.ChoiceField(choices=Status.values, help_text="How far it has come.")
    text = serializers.CharField(
        allow_blank=True, help_text="The text without its formatting; empty for files without a caption."
    )
    html = serializers.CharField(allow_null=True, help_text=HTML_HELP)
    attachments = serializers.ListField(child=AttachmentOut(), help_text="Its files, in their order.")
    eta = serializers.DateTimeField(
        allow_null=True, help_text="When it is sent, or was to be; null for one that was received."
    )
    created_at = serializers.DateTimeField(help_text="When it was stored.")
    sent_at = serializers.DateTimeField(
        allow_null=True, help_text="When Telegram took or delivered it; null until then."
    )
    edited_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was changed last on Telegram; null for never."
    )
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
    reactions = serializers.ListField(child=ReactionOut(), help_text="The reactions to it.")
    change = ChangeOut(
        allow_null=True,
        help_text="What is asked of Telegram and not done yet, or was refused: the message is shown as it is there.",
    )
    auto_reply = serializers.BooleanField(help_text="Whether a machine wrote the message, rather than a person.")
    error = serializers.CharField(allow_null=True, help_text="Why it was not sent, as a stable code; null otherwise.")
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

    id = serializers.CharField(help_text="The message's id.")
    status = serializers.ChoiceField(choices=["queued"], help_text="Always `queued`.")
    eta = serializers.DateTimeField(help_text="When it will be sent, as far as is known now.")


class CanceledOut(Representation):
    """The whole message, or ``id`` and ``status`` for a key without read:messages."""

    is_resource = True
    untrusted: ClassVar[tuple[str, ...]] = (
        *(*MessageOut.untrusted, "attachments[].name", "attachments[].type"),
        *("account.name", "contact.name", "contact.username", "author.name"),
    )
    text_of = "contact_id"
    example = {"id": id_of("message"), "status": "canceled"}

    id = serializers.CharField(help_text="The message's id.")
    status = serializers.ChoiceField(choices=Status.values, help_text="`canceled`.")


class ThreadOut(Representation):
    is_resource = True
    example = {"state": "open", "snoozed_until": None, "planned_at": None}

    id = serializers.CharField(help_text="The conversation's id.")
    account_id = serializers.IntegerField(help_text="The account that has it.")
    account = AccountNameOut(help_text="The same account with its name.")
    contact_id = serializers.CharField(help_text="The contact it is with.")
    contact = ContactNameOut(help_text="The same contact with its name.")
    state = serializers.ChoiceField(
        choices=ThreadState.values, help_text="A message of the contact opens a closed or snoozed thread again."
    )
    snoozed_until = serializers.DateTimeField(allow_null=True, help_text="Null unless the thread is snoozed.")
    assignee = MemberNameOut(allow_null=True, help_text="The member who looks after it.")
    unread_count = serializers.IntegerField(help_text="Messages of the contact that nobody has read.")
    waiting_since = serializers.DateTimeField(
        allow_null=True,
        help_text="The time of the contact's first message that nobody has answered; what a sequence or a broadcast "
        "sends is no answer.",
    )
    planned_at = serializers.DateTimeField(allow_null=True, help_text="When the first planned answer is due.")
    last_message_at = serializers.DateTimeField(help_text="The time of its latest message.")
    last_message = MessageOut(allow_null=True, help_text="Its latest message; null if there is none.")
    created_at = serializers.DateTimeField(help_text="When it began.")

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

    id = serializers.CharField(help_text="The conversation's id.")
    unread_count = serializers.IntegerField(help_text="Messages of the contact that nobody has read, now.")


class HistoryOut(Representation):
    """The latest request for older messages of a conversation, which are at Telegram only."""

    example = {"thread_id": id_of("thread"), "state": "asked", "is_complete": False, "reason": None}

    thread_id = serializers.CharField(help_text="The conversation.")
    state = serializers.ChoiceField(
        choices=HistoryState.values, help_text="`asked` until the messages are stored (`done`) or cannot be loaded."
    )
    reason = serializers.CharField(allow_null=True, help_text="Why it has failed; null if it has not.")
    is_complete = serializers.BooleanField(help_text="Whether Telegram has nothing older.")
    requested_at = serializers.DateTimeField(help_text="When they were asked for.")


class AccountErrorOut(Representation):
    example = {"code": "peer_flood", "message": "Telegram limits this account for writing to strangers."}

    code = serializers.CharField(help_text="The stable code of the error.")
    message = serializers.CharField(help_text="The error in words.")
    at = serializers.DateTimeField(help_text="When it happened.")


class AccountOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    example = {"id": 7421, "name": "Sales"}

    id = serializers.IntegerField(help_text="The account's id.")
    name = serializers.CharField(help_text="What it is called.")
    kind = serializers.ChoiceField(choices=AccountKind.values, help_text="`sandbox` accounts reach nobody.")
    state = serializers.ChoiceField(choices=AccountState.values, help_text="Whether it can send, and if not, why.")
    paused_until = serializers.DateTimeField(
        allow_null=True, help_text="When it goes on by itself; null unless it is `paused`."
    )
    daily_limit = serializers.IntegerField(help_text="Messages that it may send in 24 hours.")
    used_today = serializers.IntegerField(
        source="used", help_text="Messages that it has sent in the last 24 hours."
    )  # see querysets.with_usage
    left_today = serializers.IntegerField(help_text="Messages that it may still send now.")
    # Of querysets.with_connection; null for a sandbox account.
    connected_at = serializers.DateTimeField(
        allow_null=True,
        help_text="Since when it is connected to Telegram; null for one that is not, or in the sandbox.",
    )
    heard_at = serializers.DateTimeField(allow_null=True, help_text="When Telegram answered last; null as above.")
    last_error = AccountErrorOut(allow_null=True, help_text="What went wrong last; null for nothing.")
    frozen_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when Telegram has frozen it; null if it has not, or for an unknown time."
    )
    appeal_url = serializers.CharField(
        allow_null=True, help_text="Where to object to the freeze; null if nothing is known."
    )

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

_THREAD = ThreadOut.data_schema()
_MEMBER = {"anyOf": [MemberNameOut.data_schema(), {"type": "null"}]}

THREAD_ASSIGNED = declare(
    "thread.assigned",
    "Another member looks after a conversation, or nobody does any more.",
    thread=_THREAD,
    old_assignee=_MEMBER,
    new_assignee=_MEMBER,
)
THREAD_CLOSED = declare("thread.closed", "An open or snoozed conversation was closed.", thread=_THREAD)
THREAD_REOPENED = declare(
    "thread.reopened", "A closed conversation was opened or snoozed, or the contact has written in it.", thread=_THREAD
)

_STATE = {"enum": AccountState.values}
ACCOUNT_STATE_CHANGED = declare(
    "account.state_changed",
    "An account was paused, frozen, banned, logged out, or is connected again.",
    account=AccountOut.data_schema(),
    old_state=_STATE,
    new_state=_STATE,
)
