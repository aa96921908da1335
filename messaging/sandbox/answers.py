"""What contacts of a sandbox do when a message arrives. The word that their username begins with decides it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from crmsolid.core import clock
from messaging import typing
from messaging.changes import received as changes
from messaging.formatting.entities import Formatted, from_json
from messaging.models import Message, SandboxDelivery
from messaging.sandbox import media
from messaging.sandbox.media import Asset
from messaging.threads import received
from messaging.threads.incoming import Incoming

# The customer of messaging.sandbox.sample, whose answer a person would give.
SAMPLE_CUSTOMER = "reply_sample"
SAMPLE_ANSWER = "Great, that is what I wanted to know. Thank you for the quick answer!"
EDITED = " (edited)"
REACTION = "👍"
# Telegram numbers messages; parts of an album of a sandbox are so far apart that no other message has their ids.
PART_STEP = 2**40
MAX_TEXT = 4096


@dataclass(frozen=True, slots=True)
class Answer:
    """What one kind of contact does: writes ``text``, after which comes what was said unless it is empty, with
    ``files``; nothing if it is None. ``then`` gets the message that arrived and the answer."""

    text: str | None = "You said: "
    files: tuple[Asset, ...] = ()
    is_automatic: bool = False
    then: Callable[[Message, Message | None], None] | None = None


def _read(message: Message, answer: Message | None) -> None:
    changes.contact_reads(message.pk)


def _edit(message: Message, answer: Message | None) -> None:
    if answer is not None:
        changes.contact_edits(answer.pk, (answer.text + EDITED)[:MAX_TEXT])


def _delete(message: Message, answer: Message | None) -> None:
    if answer is not None:
        changes.contact_deletes(answer.pk)


def _react(message: Message, answer: Message | None) -> None:
    changes.contact_reacts(message.pk, REACTION)


def _type(message: Message, answer: Message | None) -> None:
    typing.tell_typing(message.workspace_id, message.thread_id, typing.CONTACT)


_ANSWERS = {
    "@reply": Answer(),
    "@autoreply": Answer(is_automatic=True),
    "@photo": Answer("", media.PHOTO),
    "@voice": Answer("", media.VOICE),
    "@video": Answer("", media.VIDEO),
    "@document": Answer("", media.DOCUMENT),
    "@album": Answer("", media.ALBUM),
    "@read": Answer(None, then=_read),
    "@edit": Answer(then=_edit),
    "@delete": Answer(then=_delete),
    "@react": Answer(None, then=_react),
    "@typing": Answer(None, then=_type),
}


def begins_with(word: str, recipient: str) -> bool:
    """Whether this is the word itself, or a digit, ``_`` or ``-`` ends it: ``@read_me`` reads, ``@reader`` does not."""
    return re.fullmatch(rf"{word}([0-9_-].*)?", recipient, re.IGNORECASE) is not None


def answer_of(recipient: str) -> Answer | None:
    """What this recipient does; None for one who does nothing."""
    return next((answer for word, answer in _ANSWERS.items() if begins_with(word, recipient)), None)


def give(answer: Answer, delivery: SandboxDelivery, storage_names: Sequence[str]) -> None:
    """Do it, in the transaction that holds the locks of the contact and the delivery. ``storage_names`` are those of
    the answer's files, which are kept by the caller."""
    message = delivery.message
    written = None if answer.text is None else _write(answer, delivery, storage_names)
    if answer.then is not None:
        answer.then(message, written)


def _write(answer: Answer, delivery: SandboxDelivery, storage_names: Sequence[str]) -> Message | None:
    message, contact, number = delivery.message, delivery.message.contact, delivery.outgoing_id + 1
    said = _said(answer, message)
    return received.receive(
        message.account,
        Incoming(
            telegram_message_id=number,
            username=contact.username or None,
            telegram_id=contact.telegram_id,
            name=contact.name,
            text=said.text[:MAX_TEXT],
            entities=said.entities,
            at=clock.now(),
            kind=answer.files[0].kind if answer.files else "text",
            reply_to=delivery.outgoing_id,
            is_automatic=answer.is_automatic,
            grouped_id=number if len(answer.files) > 1 else None,
            parts=media.parts(answer.files, storage_names, number, PART_STEP),
        ),
    )


def _said(answer: Answer, message: Message) -> Formatted:
    """The sample customer answers in earnest once, to the first message; later ones show what was said, and how."""
    if message.recipient.lower() == f"@{SAMPLE_CUSTOMER}":
        answered = Message.unscoped.filter(thread=message.thread_id, in_reply_to__isnull=False)
        if not answered.exists():
            return Formatted(SAMPLE_ANSWER)
    if not answer.text:
        return Formatted("")
    entities = [replace(each, offset=len(answer.text) + each.offset) for each in from_json(message.entities)]
    return Formatted(answer.text + (message.text or f"[{message.kind}]"), tuple(entities))
