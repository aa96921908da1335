"""What controls return: plain values that can be written as JSON."""

from dataclasses import dataclass

from telethon.crypto import AuthKey
from telethon.sessions import MemorySession, StringSession

from .mailbox import StoredMessage
from .state import User


@dataclass(frozen=True, slots=True)
class UserRecord:
    id: int
    phone: str
    username: str | None
    first_name: str
    last_name: str
    dc_id: int


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One user's copy of a message; `date` in Unix seconds."""

    id: int
    peer_id: int
    is_out: bool
    text: str
    date: int
    random_id: int | None


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """The ids of the two copies of a message; equal if a user wrote to themselves."""

    sender_message_id: int
    recipient_message_id: int


@dataclass(frozen=True, slots=True)
class PreparedSession:
    """An address, and a key that is logged in there. `auth_key` is 256 bytes in hexadecimal."""

    dc_id: int
    host: str
    port: int
    auth_key: str

    def fill(self, session: MemorySession) -> MemorySession:
        session.set_dc(self.dc_id, self.host, self.port)
        session.auth_key = AuthKey(bytes.fromhex(self.auth_key))
        return session

    def to_string(self) -> str:
        """For telethon.sessions.StringSession."""
        return str(self.fill(StringSession()).save())


def user_record(user: User) -> UserRecord:
    return UserRecord(user.id, user.phone, user.username, user.first_name, user.last_name, user.dc_id)


def message_record(message: StoredMessage) -> MessageRecord:
    return MessageRecord(message.id, message.peer.id, message.is_out, message.text, message.date, message.random_id)
