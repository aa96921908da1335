"""What the inbox shows of a thread: one page of its messages, and the state of the composer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, Self

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from contacts.notes import notes_in_conversation
from contacts.panel.notes import shown_notes
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.core.ids import is_id, new_id
from crmsolid.panel.components.template_tags import moment_text
from crmsolid.panel.components.tenant_page import error_text
from crmsolid.workspaces.actor import Actor
from messaging import services as messages
from messaging.models import (
    AccountKind,
    Format,
    HistoryRequest,
    HistoryState,
    Message,
    Status,
    Thread,
    WaitingFor,
)
from messaging.panel import media, words
from messaging.panel.bubbles import Drawing, Part
from messaging.panel.media import Shown
from messaging.team import PHONE
from messaging.threads.drafts import Content
from messaging.threads.services import actions, answering, older_messages

# HTML of what stands below the latest messages of a conversation, to everybody who sees it; "" for nothing.
below_messages: ExtensionPoint["BelowMessages"] = ExtensionPoint("what stands below the messages")

# By how the ids begin that an address may name: the text to begin an answer with, and its format; None if there is none
# in this conversation.
ComposerText = Callable[[Actor, Thread, str], tuple[str, str] | None]
composer_texts: ExtensionPoint[ComposerText] = ExtensionPoint("texts of the composer")

PAGE = 50
SNOOZES = {"later": "Later today", "tomorrow": "Tomorrow morning", "week": "Next week"}
MORNING = 9
FEW_LEFT = 10
# Of the templates that one text was made from, so many are counted as used.
MAX_COUNTED = 2
# What is loaded within this time needs no explanation.
LATE_AFTER = timedelta(seconds=30)


class BelowMessages(Protocol):
    def __call__(self, request: HttpRequest, actor: Actor, thread: Thread, *, may_change: bool) -> str: ...


@dataclass(slots=True)
class Conversation:
    """The latest messages of a thread, oldest first; ``older`` is the cursor of those before, or None."""

    parts: list[Part]
    messages: list[Message]
    older: str | None

    @property
    def menu_at(self) -> str:
        """The id of the last message with which something can be done: its menu is in the order of Tab."""
        bubbles = (each for part in reversed(self.parts) for each in reversed(part.bubbles))
        return next((each.message.pk for each in bubbles if each.may), "")


def read(
    actor: Actor,
    thread: Thread,
    *,
    cursor: str | None = None,
    until: datetime | None = None,
    may_change: bool = False,
) -> Conversation:
    """One page of the thread's messages, the latest or those before ``until``, with the notes and what members did
    between them. ``may_change``: whether the page lets its reader change notes. Errors: ``invalid_cursor``."""
    found = messages.list_messages(actor, thread_id=thread.pk, until=until, limit=PAGE, cursor=cursor)
    rows: list[Message] = found.rows[::-1]
    # Each page has what happened since the last message before its first one.
    since = _last_before(actor, thread, rows[0].created_at) if rows and found.next_cursor else None
    until = rows[-1].created_at if rows and (cursor or until) else None
    deeds = actions.list_deeds(actor, thread.pk, since=since, until=until)
    written = notes_in_conversation(actor, thread.contact_id, thread.pk, since=since, until=until)
    notes = shown_notes(actor, written, may_change=may_change)
    parts = list(Drawing(actor.workspace, thread, rows).parts(deeds, notes))
    return Conversation(parts, rows, found.next_cursor)


def _last_before(actor: Actor, thread: Thread, time: datetime) -> datetime | None:
    rows = Message.objects.for_workspace(actor.workspace).filter(thread=thread, created_at__lt=time)
    last: datetime | None = rows.order_by("-created_at").values_list("created_at", flat=True).first()
    return last


def read_below(request: HttpRequest, actor: Actor, thread: Thread, *, may_change: bool) -> SafeString:
    """What apps above this one show below the latest messages."""
    parts = (build(request, actor, thread, may_change=may_change) for build in below_messages.values())
    return mark_safe("".join(parts))  # each has made HTML of it


def part_of(actor: Actor, thread: Thread, message_id: str) -> Part:
    """One message as the conversation shows it, as if it were its first."""
    [part] = Drawing(actor.workspace, thread, [messages.get_message(actor, message_id)]).parts(())
    return part


def seen_until(thread: Thread, shown: Conversation) -> datetime:
    """The time of the latest message that somebody has seen who sees this. The thread was read before its messages, so
    one of them may be newer than it says."""
    return max([thread.last_message_at, *(each.sent_at for each in shown.messages if each.sent_at is not None)])


@dataclass(slots=True)
class History:
    """What the beginning of a conversation says of older messages at Telegram. ``reason``: why loading has failed.
    ``is_late``: they have been loading for long."""

    is_loading: bool = False
    is_late: bool = False
    is_complete: bool = False
    reason: str = ""


def history_of(actor: Actor, thread: Thread, shown: Conversation) -> History | None:
    """None where there can be no older messages, or where older ones that are stored come first."""
    is_at_telegram = any(each.telegram_message_id for each in shown.messages)
    if shown.older or thread.account.kind != AccountKind.TELEGRAM or not is_at_telegram:
        return None
    request: HistoryRequest | None = older_messages.find_history_request(actor, thread.pk)
    if request is None:
        return History()
    is_loading = request.state == HistoryState.ASKED
    is_late = is_loading and request.requested_at < clock.now() - LATE_AFTER
    return History(is_loading, is_late, request.is_complete, request.reason)


def snooze_end(choice: str, text: str) -> datetime | None:
    """When a snooze ends, in the reader's time zone; None if ``text`` is no time."""
    now = timezone.localtime(clock.now())
    if choice == "later":
        return now + timedelta(hours=3)
    if choice in SNOOZES:
        days = 1 if choice == "tomorrow" else 7 - now.weekday()
        return (now + timedelta(days=days)).replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return local_time(text)


def local_time(text: str) -> datetime | None:
    """What ``<input type="datetime-local">`` sends, in the reader's time zone; None if it is no time."""
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        return None
    return written if timezone.is_aware(written) else timezone.make_aware(written)


def left_text(account: Any) -> str:
    """How many messages the account may still send, if they are few; it comes from
    :func:`messaging.accounts.get_account`."""
    left = max(0, account.daily_limit - account.used - account.reserved)
    return f"{left} of {account.daily_limit} left in any 24 hours" if left < FEW_LEFT else ""


@dataclass(frozen=True, slots=True)
class Crossing:
    """An answer by somebody else that the member has not seen before sending: its id, who wrote it and when, in words,
    and its beginning."""

    id: str
    said: str
    text: str

    @classmethod
    def of(cls, answer: Message) -> Self:
        media.with_files([answer])
        return cls(
            answer.pk, f"{answer.author_name or 'Somebody'} {_when_answered(answer)}", words.preview_of(answer).text
        )


def _when_answered(answer: Message) -> str:
    if answer.status == Status.QUEUED and answer.delayed_by == WaitingFor.ETA and answer.eta is not None:
        return f"has planned an answer for {moment_text(answer.eta)}"
    at = timezone.localtime(answer.created_at)
    when = f"{at:%H:%M}" if at.date() == timezone.localtime(clock.now()).date() else moment_text(at)
    return f"answered{' on the phone' if answer.source == PHONE else ''} at {when}"


@dataclass(slots=True)
class Draft:
    """What stands in the composer. ``message_id`` is the id that the message gets, and belongs to the draft from its
    first letter on: however often it arrives, one message is sent. ``attachments`` are ids of files, ``preview`` is
    the text as the contact gets it. ``templates`` are the ids of those from which it was made."""

    text: str = ""
    send_at: str = ""
    message_id: str = field(default_factory=lambda: new_id("msg"))
    format: str = Format.PLAIN
    attachments: list[str] = field(default_factory=list)
    send_as: str = ""
    reply_to: str = ""
    quote: str = ""
    no_link_preview: bool = False
    templates: list[int] = field(default_factory=list)
    answer_seen: str | None = None
    crossing: Crossing | None = None
    errors: dict[str, str] = field(default_factory=dict)
    preview: SafeString | None = None
    shown_files: list[Shown] = field(default_factory=list)

    @classmethod
    def of(cls, posted: QueryDict) -> Self:
        """What the form has sent."""
        draft, message_id = cls(posted.get("text", ""), posted.get("send_at", "")), posted.get("message_id", "")
        if is_id("msg", message_id):
            draft.message_id = message_id
        draft.format = posted.get("format") or Format.PLAIN
        draft.attachments = posted.get("attachments", "").split()
        draft.send_as, draft.no_link_preview = posted.get("send_as", ""), bool(posted.get("no_link_preview"))
        draft.reply_to, draft.quote = posted.get("reply_to", ""), posted.get("quote", "")
        given = [int(each) for each in posted.get("templates", "").split() if each.isdecimal() and len(each) < 18]
        draft.templates = given[-MAX_COUNTED:]
        draft.answer_seen = posted.get("answer_seen")
        return draft

    def content(self) -> dict[str, Any]:
        """What of it the services of messages take. Raises ``validation_failed`` if what was typed is no time."""
        content: dict[str, Any] = {"text": self.text, "send_at": self.planned(), "message_id": self.message_id}
        if self.answer_seen is not None:
            content["answer_seen"] = self.answer_seen
        more: dict[str, Any] = {
            "format": self.format if self.format != Format.PLAIN else "",
            "attachments": self.attachments,
            "send_as": self.send_as,
            "reply_to": self.reply_to,
            "quote": self.quote if self.reply_to else "",
            "templates": self.templates,
        }
        content |= {name: value for name, value in more.items() if value}
        return content | {"link_preview": False} if self.no_link_preview else content

    def to_keep(self) -> Content:
        """What of it is kept as the member's draft of the conversation."""
        return Content(
            text=self.text,
            send_at=self.send_at,
            format=self.format,
            attachments=self.attachments,
            send_as=self.send_as,
            reply_to=self.reply_to,
            quote=self.quote,
            no_link_preview=self.no_link_preview,
            templates=" ".join(map(str, self.templates)),
        )

    def planned(self) -> datetime | None:
        """When it is to be sent; None for now. Raises ``validation_failed`` if what was typed is no time."""
        at = local_time(self.send_at) if self.send_at else None
        if self.send_at and at is None:
            raise invalid("send_at", "invalid", "give a date and a time")
        return at

    def refuse(self, error: DomainError) -> None:
        """Show why it is not sent, beside the fields that the error names. If something else was sent under its id, it
        is another answer from then on."""
        if isinstance(error, answering.AnsweredMeanwhile):
            self.crossing = Crossing.of(error.answer)
            return
        if isinstance(error, answering.WrittenBefore):
            self.message_id = new_id("msg")
            self.errors = {
                "text": f"This answer was sent before, as “{error.stored.text}”. What stands here is a new one."
            }
            return
        found = {each.field.partition("[")[0]: f"{each.detail[:1].upper()}{each.detail[1:]}." for each in error.errors}
        self.errors = found or {"": error_text(error)}
