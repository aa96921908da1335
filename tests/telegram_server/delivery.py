"""The effects of sending, editing and reading on the two mailboxes of a chat, and the updates they cause."""

import time
from dataclasses import dataclass, replace
from typing import Any

from .mailbox import DeletedMessage, EditedMessage, Event, ReadInbox, ReadOutbox, Reply, StoredMessage
from .media import Media
from .render import pushed_view, short_view
from .serialization import tl_bytes
from .session import Session
from .settings import Settings
from .state import ServerState, User


@dataclass(frozen=True, slots=True)
class Draft:
    text: str
    entities: list[Any] | None = None
    random_id: int | None = None
    date: int | None = None
    offline: bool = False
    via_business_bot_id: int | None = None
    media: Media | None = None
    grouped_id: int | None = None
    noforwards: bool = False
    no_webpage: bool = False
    invert_media: bool = False
    reply: Reply | None = None


# What both copies of a message have in common.
COMMON_FIELDS = (
    "text",
    "entities",
    "offline",
    "via_business_bot_id",
    "media",
    "grouped_id",
    "noforwards",
    "no_webpage",
    "invert_media",
    "reply",
)


class Delivery:
    def __init__(self, state: ServerState, settings: Settings) -> None:
        self._state = state
        self._settings = settings

    def post(self, sender: User, recipient: User, draft: Draft, origin: Session | None = None) -> StoredMessage:
        """Store both copies and push them to every subscribed session except `origin`. Returns the sender's copy.

        Each copy has the date of its owner's clock, unless the draft has one.
        """
        sent = copy_for(sender, recipient, draft)
        sent.is_out, sent.random_id = True, draft.random_id
        copies = [sent]
        if recipient is not sender:
            received = copy_for(recipient, sender, draft)
            received.reply = other_side(draft.reply)
            sent.other_copy, received.other_copy = received, sent
            copies.append(received)
        for copy in copies:
            self._push(copy.owner, copy.owner.mailbox.store(copy), origin)
        return sent

    def edit(self, owner: User, message: StoredMessage, text: str) -> None:
        for reader, copy in ((owner, message), (message.peer, message.other_copy)):
            if copy is not None:
                copy.text, copy.edited_at = text, int(time.time())  # increases, whatever clocks do
                self._push(reader, reader.mailbox.record(EditedMessage(copy)), None)

    def delete(self, owner: User, message: StoredMessage) -> None:
        """Delete both copies, as "delete for both" does."""
        for holder, copy in ((owner, message), (message.peer, message.other_copy)):
            if copy is not None:
                copy.is_deleted = True
                self._push(holder, holder.mailbox.record(DeletedMessage(copy)), None)

    def read(self, reader: User, peer: User, max_id: int, origin: Session | None = None) -> int:
        """Mark `peer`'s messages up to max_id (0: all) as read. Returns the number of events for the reader."""
        unread = reader.mailbox.unread_from(peer)
        now_read = [message for message in unread if not max_id or message.id <= max_id]
        if not now_read:
            return 0
        newest = now_read[0]
        reader.mailbox.read_inbox[peer.id] = newest.id
        change = ReadInbox(peer, newest.id, len(unread) - len(now_read))
        self._push(reader, reader.mailbox.record(change), origin)
        if newest.other_copy is not None:
            peer.mailbox.read_outbox[reader.id] = newest.other_copy.id
            self._push(peer, peer.mailbox.record(ReadOutbox(reader, newest.other_copy.id)), None)
        return 1

    def _push(self, user: User, event: Event, origin: Session | None) -> None:
        self._state.notify()
        listeners = [each for each in self._state.listening_sessions(user) if each is not origin]
        if not listeners:
            return
        short = short_view(event) if self._settings.has_short_updates else None
        view = tl_bytes(pushed_view(self._state, user, event) if short is None else short)
        for session in listeners:
            session.push(view)


def date_of(draft: Draft, owner: User) -> int:
    return int(owner.time()) if draft.date is None else draft.date


def copy_for(owner: User, peer: User, draft: Draft) -> StoredMessage:
    common = {name: getattr(draft, name) for name in COMMON_FIELDS}
    return StoredMessage(owner.mailbox.next_id(), owner, peer, is_out=False, date=date_of(draft, owner), **common)


def other_side(reply: Reply | None) -> Reply | None:
    """The same reply in the other user's mailbox; none if they do not have the message."""
    if reply is None or reply.to.other_copy is None:
        return None
    return replace(reply, to=reply.to.other_copy)
