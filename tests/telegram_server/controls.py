"""What a test may do to the server and ask of it. Accounts are named by phone number, "@username" or id."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from telethon.tl import types

from .connection import Connection
from .delivery import Draft
from .errors import failure
from .fault_controls import FaultControls
from .loop_bound import control
from .mailbox import StoredMessage
from .records import DeliveryRecord, MessageRecord, PreparedSession, UserRecord, message_record, user_record
from .rpc import Rpc
from .settings import Duplicates, Settings
from .srp import Verifier
from .state import User, World, digits, new_salt
from .wire import tl_bytes

Who = str | int


class Controls(FaultControls):
    world: World
    rpc: Rpc
    settings: Settings
    connections: Collection[Connection]

    # Accounts

    @control
    def create_user(
        self,
        phone: str,
        *,
        username: str | None = None,
        password: str | None = None,
        first_name: str = "Ada",
        last_name: str = "",
        dc_id: int | None = None,
    ) -> UserRecord:
        """An account as if it had existed for long. Its home is the first data centre unless one is named."""
        home = next(iter(self.rpc.addresses)) if dc_id is None else dc_id
        user = self.world.add_user(phone, home, first_name, last_name)
        user.username = username
        user.verifier = None if password is None else Verifier.of(password)
        return user_record(user)

    @control
    def deactivate(self, who: Who) -> None:
        """The account is deleted: INPUT_USER_DEACTIVATED for those who write to it, its username is free."""
        self.find(who).is_deactivated = True

    @control
    def set_privacy(self, who: Who, *, accepts_messages: bool) -> None:
        """An account that accepts none answers USER_PRIVACY_RESTRICTED."""
        self.find(who).accepts_messages = accepts_messages

    @control
    def authorize(self, who: Who) -> PreparedSession:
        """A new session of the account, logged in, without any traffic."""
        user = self.find(who)
        host, port = self.rpc.addresses[user.dc_id]
        key = self.world.authorize(user, user.dc_id).auth_key.key
        return PreparedSession(user.dc_id, host, port, key.hex())

    @control
    def login_code(self, phone: str) -> str:
        """The code that was sent last. Raises KeyError if none waits."""
        return self.world.login_codes[digits(phone)].code

    @control
    def expire_login_code(self, phone: str) -> None:
        self.world.login_codes[digits(phone)].is_expired = True

    @control
    def revoke(self, who: Who, error: str = "AUTH_KEY_UNREGISTERED") -> int:
        """End all sessions of the account, as "terminate session" does; returns how many.

        A 401 can log in again; AUTH_KEY_DUPLICATED (406) refuses every request of these keys for ever.
        Connected clients get updatesTooLong and so find out.
        """
        refusal = failure(error)
        revoked = self.world.authorizations_of(self.find(who))
        for authorization in revoked:
            authorization.refusal = refusal
            authorization.user = None
            for session in authorization.sessions.values():
                session.push(tl_bytes(types.UpdatesTooLong()))
        return len(revoked)

    @control
    def forget_keys(self, who: Who) -> int:
        """Lose all keys of the account: a client that uses one gets the transport error -404."""
        forgotten = self.world.authorizations_of(self.find(who))
        for authorization in forgotten:
            del self.world.authorizations[authorization.dc_id, authorization.auth_key.key_id]
        return len(forgotten)

    # Messages

    @control
    def deliver(self, sender: Who, recipient: Who, text: str, date: int | None = None) -> DeliveryRecord:
        """A message without a client: from a stranger, or from the account's own phone. Clients of both hear of it."""
        mine = self.rpc.delivery.post(self.find(sender), self.find(recipient), Draft(text, date=date))
        return DeliveryRecord(mine.id, mine.twin.id if mine.twin else mine.id)

    @control
    def edit(self, owner: Who, message_id: int, text: str) -> None:
        """Change the text of a message the owner has sent, by its id in the owner's box."""
        user = self.find(owner)
        self.rpc.delivery.edit(user, user.mailbox.messages[message_id], text)

    @control
    def read(self, reader: Who, peer: Who, max_id: int = 0) -> None:
        """The reader opens the chat on the phone: all up to max_id (0: all) is read."""
        self.rpc.delivery.read(self.find(reader), self.find(peer), max_id)

    @control
    def received(self, who: Who) -> list[MessageRecord]:
        """Incoming messages, oldest first."""
        return self._records(who, lambda message: not message.is_out)

    @control
    def sent(self, who: Who) -> list[MessageRecord]:
        """Outgoing messages, oldest first."""
        return self._records(who, lambda message: message.is_out)

    @control
    def forget_random_ids(self, who: Who) -> None:
        """As if the messages had been sent so long ago that Telegram no longer recognises a repetition."""
        self.find(who).mailbox.random_ids.clear()

    # Behaviour

    @control
    def configure(
        self,
        *,
        duplicates: str | None = None,
        has_short_updates: bool | None = None,
        allows_one_connection: bool | None = None,
        difference_limit: int | None = None,
    ) -> None:
        """Change some of the Settings while the server runs; what is None stays."""
        current = self.settings
        current.duplicates = current.duplicates if duplicates is None else Duplicates(duplicates)
        if has_short_updates is not None:
            current.has_short_updates = has_short_updates
        if allows_one_connection is not None:
            current.allows_one_connection = allows_one_connection
        if difference_limit is not None:
            current.difference_limit = difference_limit

    @control
    def rotate_salts(self) -> None:
        """The next message of every client meets bad_server_salt."""
        for authorization in self.world.authorizations.values():
            authorization.salt = new_salt()

    @control
    def disconnect(self, who: Who | None = None) -> int:
        """Cut the connections of an account, or all; returns how many."""
        user = None if who is None else self.find(who)
        chosen = [each for each in self.connections if user is None or each.serves(user)]
        for connection in chosen:
            connection.cut()
        return len(chosen)

    # Questions

    @control
    def count(self, request: str, phone: str | None = None) -> int:
        """How many requests of that name arrived, e.g. messages.sendMessage; resent ones count again."""
        wanted = None if phone is None else digits(phone)
        counted = self.world.requests.items()
        return sum(number for (name, account), number in counted if name == request and wanted in (None, account))

    @control
    def counts(self) -> dict[str, int]:
        names = {name for name, _ in self.world.requests}
        return {name: self.count(name) for name in sorted(names)}

    @control
    def connected(self, who: Who) -> int:
        """How many connections use the account's keys now."""
        return self.world.connections_of(self.find(who))

    @control
    def peak_connected(self, who: Who) -> int:
        """The most that ever did at the same time."""
        return self.world.peak_connections[self.find(who).phone]

    @control
    def unacknowledged(self, who: Who) -> int:
        """How many messages the server sent to the account's live sessions and no client has acknowledged yet."""
        return sum(len(session.unacknowledged) for session in self.world.sessions_of(self.find(who)))

    @control
    def crashes(self) -> list[str]:
        """Tracebacks of mistakes in the server itself. A test should assert that there are none."""
        return list(self.world.crashes)

    # Waiting

    async def until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Return as soon as the condition holds; it may call controls. Raises TimeoutError."""
        await self.await_in_loop(self._until(condition, seconds))

    def wait(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """`until` for a thread that runs no loop."""
        if self.is_in_loop:
            raise RuntimeError("waiting here would stop the server; await until() instead")
        asyncio.run_coroutine_threadsafe(self._until(condition, seconds), self._loop).result()

    async def _until(self, condition: Callable[[], bool], seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await self.world.change()

    def find(self, who: Who) -> User:
        """Raises KeyError if nobody is called that. Must run in the server's loop."""
        if isinstance(who, int):
            return self.world.users[who]
        user = self.world.user_by_username(who[1:]) if who.startswith("@") else self.world.user_by_phone(who)
        if user is None:
            raise KeyError(who)
        return user

    def _records(self, who: Who, is_wanted: Callable[[StoredMessage], bool]) -> list[MessageRecord]:
        return [message_record(each) for each in self.find(who).mailbox.messages.values() if is_wanted(each)]
