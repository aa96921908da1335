"""What messaging accepts: request bodies and query parameters."""

from typing import Any

from rest_framework import serializers

from contacts.validation import USERNAME
from crmsolid.api.fields import (
    BLANKS,
    Boolean,
    Choice,
    Id,
    Integer,
    List,
    PageQuery,
    QueryBoolean,
    QueryInteger,
    QuerySerializer,
    StrictSerializer,
    Text,
    Timestamp,
    as_integer,
)
from messaging.accounts import MAX_BIGINT
from messaging.files.albums import MAX_TOGETHER
from messaging.models import Direction, Format, Status, ThreadState
from messaging.representations import MessageOut, ThreadOut

# A template that is not blank: plain text, doubled braces, `{name}` and `{name|fallback}`. This only documents the
# form; the service checks it.
_PART = rf"[^{{}}\u0000{BLANKS}]|\{{\{{|\}}\}}|\{{[A-Za-z_][A-Za-z0-9_]{{0,63}}(\|[^{{}}\u0000]*)?\}}"
TEMPLATE = rf"^[{BLANKS}]*({_PART})([{BLANKS}]|{_PART})*$"
TEMPLATE_OR_EMPTY = rf"{TEMPLATE}|^$"
TEXT_HELP = (
    "1 to 4096 UTF-16 units once `{variables}` are filled in. With `attachments` it is their caption: at most 1024 "
    "units, and it may be left out."
)
RECIPIENT = rf"{USERNAME}|^[1-9][0-9]{{0,17}}$"


class RecipientField(serializers.Field[Any, Any, Any, Any]):
    """``@name``, ``name``, ``https://t.me/name`` or a numeric Telegram id."""

    default_error_messages = {"invalid": "give @name, name, https://t.me/name or a numeric Telegram id"}

    def to_internal_value(self, data: Any) -> str | int:
        recipient = data if isinstance(data, str) else as_integer(data)
        if recipient is None:
            self.fail("invalid")
        return recipient

    def json_schema(self) -> dict[str, Any]:
        number = {"type": "integer", "format": "int64", "minimum": 1, "maximum": MAX_BIGINT}
        return {"anyOf": [{"type": "string", "pattern": RECIPIENT}, number]}


class FormatField(Choice):
    """How a text is written: ``plain`` unless it says otherwise."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("default", Format.PLAIN.value)
        options.setdefault("help_text", "How `text` is written: as plain text, in Markdown, or in HTML.")
        super().__init__(choices=Format.values, **options)


class AttachmentsField(List):
    """The ids of the files of a message."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        options.setdefault(
            "help_text", "Files of `POST /v1/files`, sent as one message; several photos and videos are an album."
        )
        super().__init__(max_length=MAX_TOGETHER, child=Id("file"), **options)


class SendIn(StrictSerializer):
    needs_one_of = ("text", "attachments")
    exactly_one_of = ("to", "contact_id")
    example = {"account_id": 7421, "to": "@sarah_miller", "text": "Hi {first_name|there}, your invite is ready."}
    resource = MessageOut

    account_id = Integer(min_value=1, max_value=MAX_BIGINT, help_text="The account to send from.")
    to = RecipientField(required=False, help_text="`@name`, `name`, `https://t.me/name` or a numeric Telegram id.")
    contact_id = Id("contact", required=False, help_text="In place of `to`.")
    text = Text(
        required=False,
        allow_blank=True,
        max_length=20_000,
        documented_pattern=TEMPLATE_OR_EMPTY,
        help_text=TEXT_HELP,
    )
    attachments = AttachmentsField()
    format = FormatField()
    link_preview = Boolean(default=True, help_text="Whether Telegram shows a preview of an address in the text.")
    send_at = Timestamp(required=False, allow_null=True, help_text="Not before this time (RFC 3339).")
    reply_to = Id("message", required=False, help_text="The message of the same conversation that it quotes.")
    quote = Text(required=False, max_length=1024, help_text="The part of its text that is quoted, as it stands there.")
    # ``as`` is a keyword of Python.
    vars()["as"] = Choice(
        required=False,
        choices=["auto", "document", "voice"],
        help_text="How the files are sent: `auto` by what they are, `document` unchanged, `voice` as a voice message.",
    )


def send_arguments(body: dict[str, Any]) -> dict[str, Any]:
    """The arguments of :func:`messaging.services.send_message` that a validated body describes."""
    arguments = dict(body)
    if "as" in arguments:
        arguments["send_as"] = arguments.pop("as")
    return arguments


class EditIn(StrictSerializer):
    example = {"text": "Hi {first_name|there}, your invite is ready now."}
    resource = MessageOut

    text = Text(
        allow_blank=True,
        max_length=20_000,
        documented_pattern=TEMPLATE_OR_EMPTY,
        help_text="What the message is to say, written as one that is sent; of one with files the caption.",
    )
    format = FormatField()
    send_at = Timestamp(required=False, help_text="The new time of a planned message (RFC 3339).")


class ReactIn(StrictSerializer):
    example = {"emoji": "👍"}
    resource = MessageOut

    emoji = Text(
        max_length=64,
        allow_null=True,
        help_text="One that Telegram has as a reaction, in place of an earlier one; null takes it back.",
    )


class MessageQuery(PageQuery):
    account_id = QueryInteger(required=False, min_value=1, max_value=MAX_BIGINT, help_text="From or to this account.")
    contact_id = Id("contact", is_filter=True, required=False, help_text="From or to this contact.")
    thread_id = Id("thread", is_filter=True, required=False, help_text="Of this thread.")
    direction = Choice(required=False, choices=Direction.values, help_text="`in`: received, `out`: sent by an account.")
    status = Choice(required=False, choices=Status.values)
    since = Timestamp(required=False, help_text="Created at or after this time (RFC 3339).")
    until = Timestamp(required=False, help_text="Created before this time (RFC 3339).")
    search = Text(
        required=False,
        max_length=200,
        help_text="Beginnings of words of the text, all of them, case-blind; of what was sent or received.",
    )
    sort = Choice(required=False, choices=["created_at", "-created_at"], default="-created_at")


class ThreadMessagesQuery(PageQuery):
    sort = Choice(required=False, choices=["created_at", "-created_at"], default="-created_at")


class ThreadQuery(PageQuery):
    state = Choice(required=False, choices=ThreadState.values, help_text="Any without it.")
    assignee = Text(required=False, pattern=r"^(none|[1-9][0-9]{0,17})$", help_text="The id of a member, or `none`.")
    waiting = QueryBoolean(required=False, help_text="True: whose contact waits for an answer; false: does not.")
    waiting_hours = QueryInteger(
        required=False, min_value=0, max_value=8784, help_text="Waits for so many hours, or longer."
    )
    unread = QueryBoolean(required=False, help_text="True: with unread messages; false: without.")
    account_id = QueryInteger(required=False, min_value=1, max_value=MAX_BIGINT, help_text="Of this account.")
    contact_id = Id("contact", is_filter=True, required=False, help_text="With this contact.")
    search = Text(
        required=False,
        max_length=200,
        help_text="Part of the contact's name, username or e-mail address, or words of a message.",
    )
    sort = Choice(
        required=False,
        choices=["-last_message_at", "waiting_since"],
        default="-last_message_at",
        help_text="`waiting_since`: only those who wait, the longest wait first.",
    )


class ThreadDetailQuery(QuerySerializer):
    messages = QueryInteger(
        required=False, min_value=0, max_value=50, default=0, help_text="So many of the latest messages with it."
    )


class ThreadPatch(StrictSerializer):
    example = {"state": "snoozed", "snoozed_until": "2026-06-04T09:00:00Z", "assignee_id": 12}
    resource = ThreadOut

    state = Choice(required=False, choices=ThreadState.values, help_text="Closed: nothing remains to be done.")
    snoozed_until = Timestamp(required=False, allow_null=True, help_text="With the state `snoozed`: until when.")
    assignee_id = Integer(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MAX_BIGINT,
        help_text="A member who may write messages; null: nobody.",
    )
