"""What happens to two mailboxes when people write, edit and read; and who hears of it."""

import time
from dataclasses import dataclass
from typing import Any

from .mailbox import EditedMessage, Event, ReadInbox, ReadOutbox, StoredMessage
from .render import pushed_view, short_view
from .session import Session
from .settings import Settings
from .state import User, World
from .wire import tl_bytes


@dataclass(frozen=True, slots=True)
class Draft:
    text: str
    entities: list[Any] | None = None
    random_id: int | None = None
    date: int | None = None


class Delivery:
    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._settings = settings

    def post(self, sender: User, recipient: User, draft: Draft, origin: Session | None = None) -> StoredMessage:
        """Store both copies and push them to every subscribed session but `origin`. Returns the sender's copy."""
        date = int(time.time()) if draft.date is None else draft.date
        mine = StoredMessage(
            sender.mailbox.next_id(), recipient, True, draft.text, date, draft.entities, draft.random_id
        )
        self._push(sender, sender.mailbox.store(mine), origin)
        if recipient is not sender:
            theirs = StoredMessage(
                recipient.mailbox.next_id(), sender, False, draft.text, date, draft.entities, twin=mine
            )
            mine.twin = theirs
            self._push(recipient, recipient.mailbox.store(theirs), origin)
        return mine

    def edit(self, owner: User, message: StoredMessage, text: str) -> None:
        for reader, copy in ((owner, message), (message.peer, message.twin)):
            if copy is not None:
                copy.text, copy.edited_at = text, int(time.time())
                self._push(reader, reader.mailbox.record(EditedMessage(copy)), None)

    def read(self, reader: User, peer: User, max_id: int, origin: Session | None = None) -> int:
        """Mark `peer`'s messages up to max_id (0: all) as read. Returns the number of events in the reader's box."""
        unread = reader.mailbox.unread_from(peer)
        newly = [message for message in unread if not max_id or message.id <= max_id]
        if not newly:
            return 0
        newest = newly[0]
        reader.mailbox.read_inbox[peer.id] = newest.id
        change = ReadInbox(peer, newest.id, len(unread) - len(newly))
        self._push(reader, reader.mailbox.record(change), origin)
        if newest.twin is not None:
            peer.mailbox.read_outbox[reader.id] = newest.twin.id
            self._push(peer, peer.mailbox.record(ReadOutbox(reader, newest.twin.id)), None)
        return 1

    def _push(self, user: User, event: Event, origin: Session | None) -> None:
        self._world.notify()
        listeners = [each for each in self._world.sessions_of(user) if each.wants_updates and each is not origin]
        if not listeners:
            return
        short = short_view(event) if self._settings.has_short_updates else None
        view = tl_bytes(pushed_view(self._world, user, event) if short is None else short)
        for session in listeners:
            session.push(view)
