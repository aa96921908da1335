"""The messages of one user and their sequence of events (core.telegram.org/api/updates).

Messages of private chats are numbered per user, so the two copies of one message have different ids.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .media import Media
    from .state import User

# Of each user who has reacted, by their id: the reactions and the time in Unix seconds. Both copies of a message share
# them.
Reactions = dict[int, tuple[list[str], int]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a message answers: a message of the same mailbox, and the part of it that is quoted. `quote_offset` counts
    UTF-16 units."""

    to: StoredMessage
    quote_text: str | None = None
    quote_entities: list[Any] | None = None
    quote_offset: int | None = None


@dataclass(slots=True, eq=False)
class StoredMessage:
    """One user's copy of a message; dates in Unix seconds. `other_copy` belongs to `peer`, the other user.

    `offline` and `via_business_bot_id` are Telegram's marks of messages that no person wrote. One with an `action` is a
    service message, such as about a call.
    """

    id: int
    owner: User
    peer: User
    is_out: bool
    text: str
    date: int
    entities: list[Any] | None = None
    random_id: int | None = None
    edited_at: int | None = None
    other_copy: StoredMessage | None = None
    is_deleted: bool = False
    offline: bool = False
    via_business_bot_id: int | None = None
    media: Media | None = None
    action: Any = None
    grouped_id: int | None = None
    noforwards: bool = False
    no_webpage: bool = False
    invert_media: bool = False
    reply: Reply | None = None
    edit_hide: bool = False
    read_at: int | None = None
    reactions: Reactions = field(default_factory=dict)
    has_unseen_reaction: bool = False


@dataclass(frozen=True, slots=True)
class NewMessage:
    message: StoredMessage


@dataclass(frozen=True, slots=True)
class EditedMessage:
    message: StoredMessage


@dataclass(frozen=True, slots=True)
class DeletedMessages:
    """Messages of any chats of one user; each adds 1 to the pts."""

    messages: list[StoredMessage]


@dataclass(frozen=True, slots=True)
class ReadInbox:
    peer: User
    max_id: int
    still_unread: int


@dataclass(frozen=True, slots=True)
class ReadOutbox:
    peer: User
    max_id: int


Change = NewMessage | EditedMessage | DeletedMessages | ReadInbox | ReadOutbox


@dataclass(frozen=True, slots=True)
class Event:
    """A change and the pts after it, to which it has added `count`."""

    pts: int
    change: Change
    count: int = 1


@dataclass(eq=False)
class Mailbox:
    """All messages and events of one user. Deleted messages keep their numbers."""

    messages: dict[int, StoredMessage] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    random_ids: dict[int, StoredMessage] = field(default_factory=dict)
    first_pts: int = 1
    pts: int = 1  # 0 means "no state known" to clients
    read_inbox: dict[int, int] = field(default_factory=dict)
    read_outbox: dict[int, int] = field(default_factory=dict)

    def store(self, message: StoredMessage) -> Event:
        self.messages[message.id] = message
        if message.random_id is not None:
            self.random_ids[message.random_id] = message
        return self.record(NewMessage(message))

    def record(self, change: Change, count: int = 1) -> Event:
        self.pts += count
        event = Event(self.pts, change, count)
        self.events.append(event)
        return event

    def restart_pts(self, first: int) -> None:
        """Number events from `first` on. What happened before is in no difference any more."""
        self.events.clear()
        self.first_pts = self.pts = first

    def next_id(self) -> int:
        return len(self.messages) + 1

    def events_after(self, pts: int) -> list[Event]:
        return self.events[bisect_right(self.events, pts, key=lambda event: event.pts) :]

    def existing(self) -> list[StoredMessage]:
        """Oldest first."""
        return [message for message in self.messages.values() if not message.is_deleted]

    def chat_with(self, peer: User) -> list[StoredMessage]:
        """Newest first."""
        return [message for message in reversed(self.existing()) if message.peer is peer]

    def unread_from(self, peer: User) -> list[StoredMessage]:
        """Newest first."""
        read_to = self.read_inbox.get(peer.id, 0)
        return [message for message in self.chat_with(peer) if not message.is_out and message.id > read_to]

    def unseen_reactions(self, peer: User) -> list[StoredMessage]:
        """The owner's messages to which the peer has reacted and that no client has shown since, newest first."""
        return [each for each in self.chat_with(peer) if each.is_out and each.has_unseen_reaction]

    def chats(self) -> list[StoredMessage]:
        """The newest message of each chat, newest first."""
        newest: dict[int, StoredMessage] = {}
        for message in self.existing():
            newest.pop(message.peer.id, None)
            newest[message.peer.id] = message
        return list(reversed(newest.values()))
