"""The effects of sending, editing and reading on the two mailboxes of a chat, and the updates they cause."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from telethon.tl import types

from .mailbox import DeletedMessages, EditedMessage, Event, ReadInbox, ReadOutbox, Reply, StoredMessage
from .media import Media
from .render import now, pushed_view, reactions_update, short_view
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
    action: Any = None
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
    "action",
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
            received.reactions = sent.reactions
            copies.append(received)
        for copy in copies:
            self._push(copy.owner, copy.owner.mailbox.store(copy), origin)
        return sent

    def edit(self, message: StoredMessage, origin: Session | None = None, **changes: Any) -> None:
        """Change these fields of both copies. With `edit_hide` the message is not shown as edited."""
        for copy in copies_of(message):
            for name, value in ({"edit_hide": False} | changes).items():
                setattr(copy, name, value)
            copy.edited_at = int(time.time())  # increases, whatever clocks do
            self._push(copy.owner, copy.owner.mailbox.record(EditedMessage(copy)), origin)

    def delete(self, messages: Sequence[StoredMessage], *, is_for_both: bool, origin: Session | None = None) -> None:
        """Delete messages of one user, and the other copies, too, if it is for both."""
        copies = [copy for each in messages for copy in (copies_of(each) if is_for_both else [each])]
        deleted: dict[int, list[StoredMessage]] = {}
        for copy in copies:
            if not copy.is_deleted:  # a message may be named twice
                copy.is_deleted = True
                deleted.setdefault(copy.owner.id, []).append(copy)
        for group in deleted.values():
            event = group[0].owner.mailbox.record(DeletedMessages(group), len(group))
            self._push(group[0].owner, event, origin)

    def react(self, user: User, message: StoredMessage, reactions: list[str], origin: Session | None = None) -> None:
        """Replace the user's reactions to the message. The update has no pts: who is not connected never gets it."""
        message.reactions.pop(user.id, None)
        if reactions:
            message.reactions[user.id] = reactions, int(user.time())
        for copy in copies_of(message):
            if copy.owner is not user and copy.is_out:
                copy.has_unseen_reaction = bool(reactions)
            self.tell(copy.owner, reactions_update(copy), origin)

    def type(self, sender: User, recipient: User, action: Any) -> None:
        """Show the recipient that the sender does something, such as typing."""
        recipient.actions.append((sender.id, type(action).__name__))
        self.tell(recipient, types.UpdateUserTyping(sender.id, action))

    def tell(self, user: User, update: Any, origin: Session | None = None) -> None:
        """Push an update that has no pts."""
        self._state.notify()
        view = tl_bytes(types.UpdateShort(update, now(user)))
        for session in self._state.listening_sessions(user):
            if session is not origin:
                session.push(view)

    def read(self, reader: User, peer: User, max_id: int, origin: Session | None = None) -> int:
        """Mark `peer`'s messages up to max_id (0: all) as read. Returns the number of events for the reader."""
        unread = reader.mailbox.unread_from(peer)
        now_read = [message for message in unread if not max_id or message.id <= max_id]
        if not now_read:
            return 0
        for message in now_read:
            if message.other_copy is not None:
                message.other_copy.read_at = int(peer.time())
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


def copies_of(message: StoredMessage) -> list[StoredMessage]:
    """Those that are not deleted, this one first; a note to oneself has one."""
    return [each for each in (message, message.other_copy) if each is not None and not each.is_deleted]


def copy_for(owner: User, peer: User, draft: Draft) -> StoredMessage:
    common = {name: getattr(draft, name) for name in COMMON_FIELDS}
    return StoredMessage(owner.mailbox.next_id(), owner, peer, is_out=False, date=date_of(draft, owner), **common)


def other_side(reply: Reply | None) -> Reply | None:
    """The same reply in the other user's mailbox; none if they do not have the message."""
    if reply is None or reply.to.other_copy is None:
        return None
    return replace(reply, to=reply.to.other_copy)
