"""Stores what has changed about messages at Telegram, or in a sandbox, each change once and with its event.

Both sides come here: what the contact does or a phone of the account, which Telegram reports, and what was asked for
here once it is done. Telegram reports the latter as well, so whatever says the same again changes nothing.

Each function runs in a transaction that holds the lock of the contact, as whoever receives, settles or erases does, and
of a message that is passed. :func:`lock_message` takes both.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from contacts import activity
from contacts.models import Contact
from crmsolid.events.publishing import NewEvent, publish_all
from crmsolid.workspaces.authors import NOBODY, Author, kept_author
from messaging import notices, querysets
from messaging.models import (
    Attachment,
    ChangeKind,
    ChangeStatus,
    Direction,
    FileKind,
    Message,
    MessageChange,
    Status,
    Thread,
)
from messaging.representations import MESSAGE_DELETED, MESSAGE_EDITED, MESSAGE_READ, MessageOut

# A conversation that was read for the first time since receipts are stored may have thousands of older messages.
MAX_READ_EVENTS = 100
ACCOUNT, CONTACT = "account", "contact"


def lock_contact(contact_id: str) -> bool:
    """Lock the contact; False if it was erased."""
    rows = Contact.unscoped.select_for_update(no_key=True).filter(pk=contact_id)
    return rows.values_list("pk", flat=True).first() is not None


def lock_message(messages: "QuerySet[Message]") -> Message | None:
    """The first of these messages, locked with its contact; None if there is none any more."""
    found = messages.values_list("pk", "contact_id").first()
    if found is None or not lock_contact(found[1]):
        return None
    return Message.unscoped.filter(pk=found[0]).select_for_update(no_key=True).first()


def is_outdated(message: Message, at: datetime) -> bool:
    """Whether the message was changed after that."""
    return message.edited_at is not None and message.edited_at > at


def record_edit(
    message: Message,
    text: str,
    entities: Sequence[dict[str, Any]],
    at: datetime,
    *,
    has_new_file: bool = False,
    by: Author | None = None,
) -> bool:
    """The message has this text at Telegram since then, which ``by`` has asked for. An older state than the stored one
    changes nothing: False."""
    if is_outdated(message, at):
        return False
    is_new = has_new_file or message.text != text or list(message.entities) != list(entities)
    _write(message, text=text, entities=list(entities), edited_at=at)
    if is_new:
        _publish(MESSAGE_EDITED, [message], by or _asked_by(message, ChangeKind.EDIT))
    return True


def record_deletion(
    message: Message, at: datetime, telegram_ids: Sequence[int] | None = None, *, by: Author | None = None
) -> None:
    """The message is gone at Telegram, or of an album the parts with these ids: the message is, once all of them are.
    Its text and its files stay. ``by`` has asked for it."""
    by = by or _asked_by(message, ChangeKind.DELETE)
    parts = Attachment.unscoped.filter(message=message, deleted_at=None)
    if telegram_ids is not None and message.kind in FileKind.values:
        is_new = parts.filter(telegram_message_id__in=telegram_ids).update(deleted_at=at) > 0
        # A part whose id is not known is still to arrive if the message is being sent; otherwise it never did, or
        # nothing will ever tell that it is deleted.
        is_settled = message.status not in (Status.QUEUED, Status.SENDING)
        if (parts.exclude(telegram_message_id=None) if is_settled else parts).exists():
            if is_new:
                _publish(MESSAGE_EDITED, [message], by)
            return
    if Message.unscoped.filter(pk=message.pk, deleted_at=None).update(deleted_at=at, change=None):
        message.deleted_at, message.change = at, None
        parts.update(deleted_at=at)
        _publish(MESSAGE_DELETED, [message], by)


def record_reactions(message: Message, reactions: Iterable[dict[str, str]]) -> None:
    """These are all reactions to the message. There is no event of them: they are in the message, and pages that show
    it are told."""
    reactions = list(reactions)
    if message.reactions != reactions:
        _write(message, reactions=reactions)
        notices.tell_changed(message.workspace_id, message.thread_id)


def with_reaction(message: Message, by: str, emoji: str) -> list[dict[str, str]]:
    """The reactions to the message once this side has this one, or with an empty ``emoji`` none."""
    others = [each for each in message.reactions if each["by"] != by]
    return [*others, {"emoji": emoji, "by": by}] if emoji else others


def record_read(thread: Thread, max_id: int, at: datetime) -> None:
    """The contact has read the conversation up to Telegram's message of this id, or the sandbox's.

    It is noted in the thread first: a message that is being sent gets its id later than it may be read.
    """
    rows = Thread.unscoped.filter(Q(read_to=None) | Q(read_to__lt=max_id), pk=thread.pk)
    if rows.update(read_to=max_id, last_read_at=at):
        activity.record_read(thread.contact_id, at)
    _mark_read(thread.pk, max_id, at)


def review_reads(thread_id: str, at: datetime) -> None:
    """Mark what was read before its id was known here."""
    read_to = Thread.unscoped.filter(pk=thread_id).values_list("read_to", flat=True).first()
    if read_to is not None:
        _mark_read(thread_id, read_to, at)


def _mark_read(thread_id: str, max_id: int, at: datetime) -> None:
    """Set ``read_at`` of what was not read; there is an event of each of the newest ``MAX_READ_EVENTS``."""
    unread = Message.unscoped.filter(
        thread=thread_id,
        direction=Direction.OUT,
        status=Status.SENT,
        read_at=None,
        telegram_message_id__isnull=False,
        telegram_message_id__lte=max_id,
    )
    newest = list(unread.order_by("-telegram_message_id")[:MAX_READ_EVENTS])
    if not newest:
        return
    unread.update(read_at=at)
    for message in newest:
        message.read_at = at
    _publish(MESSAGE_READ, newest[::-1], NOBODY)


def _asked_by(message: Message, kind: ChangeKind) -> Author:
    """Who has asked for this change, which Telegram reports while it is being made; nobody if it was made there."""
    made_here = MessageChange.unscoped.filter(message=message, kind=kind, status=ChangeStatus.QUEUED).exclude(lease="")
    change = made_here.order_by("pk").first()
    return NOBODY if change is None else kept_author(change)


def _write(message: Message, **values: Any) -> None:
    for name, value in values.items():
        setattr(message, name, value)
    Message.unscoped.filter(pk=message.pk).update(**values)


def _publish(event_type: Any, messages: Sequence[Message], by: Author) -> None:
    querysets.with_names(messages)
    publish_all(
        None,
        [
            NewEvent(
                event_type,
                {"message": MessageOut.render(each)},
                each.contact_id,
                each.request_id,
                each.workspace_id,
                account_id=each.account_id,
                by=by,
            )
            for each in messages
        ],
    )
