"""Albums: one message here, and at Telegram as many as it has files, which may be reported one after the other.

Everything here runs under the lock of the contact, so the parts of an album that two transactions store come to one
message.
"""

from collections.abc import Sequence

from django.db.models import Q

from crmsolid.events.publishing import NewEvent, publish_all
from messaging.authors import of_message
from messaging.files import received as files
from messaging.files.received import MAX_PARTS
from messaging.formatting.entities import to_json
from messaging.models import Attachment, Direction, Message, Status
from messaging.representations import MESSAGE_EDITED, MessageOut
from messaging.threads.incoming import Incoming


def find(thread_id: str, incoming: Incoming) -> Message | None:
    """The stored message of the album that the message is, or is a part of."""
    if incoming.grouped_id is None:
        return None
    direction = Direction.OUT if incoming.outgoing else Direction.IN
    return Message.unscoped.filter(thread_id=thread_id, grouped_id=incoming.grouped_id, direction=direction).first()


def extend(message: Message, incoming: Incoming, *, is_past: bool = False) -> Incoming | None:
    """Add the parts of the album that the message lacks. Returns those that it has no room for: Telegram sends at most
    ten, so this is another message for whoever reads it. Of our own send, its files get the ids."""
    if message.direction == Direction.OUT and message.source != "phone":
        learn_parts(message, incoming)
        return None
    known = files.known_ids(message.account_id, incoming.telegram_ids)
    new = files.without(incoming.parts, known)
    if not new:
        return None
    room = MAX_PARTS - Attachment.unscoped.filter(message=message).count()
    added, rest = incoming.with_parts(new).split(room)
    if not added.parts:
        return rest
    files.attach(message, added.parts, is_past=is_past)
    if incoming.text and not message.text:
        message.text, message.entities = incoming.text, to_json(incoming.entities)
        message.save(update_fields=["text", "entities"])
    if not is_past:
        publish_edited(message)
    return rest


def learn_parts(send: Message, incoming: Incoming) -> None:
    """Of our own send, learn which album it is, and once it is sent give its files the ids of these parts, in their
    order: Telegram numbers them so. Those that know their ids keep them. While it is being sent only a ``random_id``
    tells the id of a file: Telegram may take some parts and refuse others."""
    if incoming.grouped_id is not None and send.grouped_id is None:
        Message.unscoped.filter(pk=send.pk).update(grouped_id=incoming.grouped_id)
    if send.status != Status.SENT:
        return
    known = files.known_ids(send.account_id, incoming.telegram_ids)
    unknown = [number for number in incoming.telegram_ids if number not in known]
    rows = Attachment.unscoped.filter(message=send, telegram_message_id=None).order_by("position")
    for attachment, number in zip(rows, unknown, strict=False):
        Attachment.unscoped.filter(pk=attachment.pk).update(telegram_message_id=number)


def find_message(account_id: int, telegram_id: int) -> Message | None:
    """The message that Telegram knows by this id, also if it is a part of an album."""
    return find_messages(account_id, [telegram_id]).get(telegram_id)


def find_messages(account_id: int, telegram_ids: Sequence[int]) -> dict[int, Message]:
    """By Telegram's ids, the messages of the account that have them, also as a part of an album."""
    messages = Message.unscoped.filter(account_id=account_id, telegram_message_id__in=telegram_ids)
    found = {each.telegram_message_id: each for each in messages}
    parts = Attachment.unscoped.filter(account_id=account_id, telegram_message_id__in=telegram_ids)
    found |= {each.telegram_message_id: each.message for each in parts.select_related("message")}
    return {number: message for number, message in found.items() if number is not None}


def find_quoted(thread_id: str, telegram_id: int | None) -> Message | None:
    """The message of the thread that Telegram knows by this id."""
    if telegram_id is None:
        return None
    parts = Attachment.unscoped.filter(message__thread=thread_id, telegram_message_id=telegram_id)
    rows = Message.unscoped.filter(Q(telegram_message_id=telegram_id) | Q(pk__in=parts.values("message_id")))
    return rows.filter(thread=thread_id).first()


def publish_edited(message: Message) -> None:
    """Tell in the same transaction that the message has changed."""
    data, by = {"message": MessageOut.render(message)}, of_message(message)
    event = NewEvent(MESSAGE_EDITED, data, message.contact_id, account_id=message.account_id, by=by)
    publish_all(message.workspace, [event])
