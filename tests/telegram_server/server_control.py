"""What tests can change and read on the server. Users are named by phone number, "@username" or id."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from telethon.tl import types

from .account_control import AccountControl
from .action_control import ActionControl
from .connection import Connection
from .delivery import Draft
from .errors import failure
from .event_loop import control
from .limits import LimitControl
from .login_control import LoginControl
from .login_token_control import LoginTokenControl
from .mailbox import StoredMessage
from .records import (
    DeliveryRecord,
    MessageRecord,
    PreparedSession,
    UserRecord,
    delivery_record,
    message_record,
    user_record,
)
from .rpc import Rpc
from .serialization import tl_bytes
from .settings import Answers, Duplicates, Settings
from .srp import Verifier
from .state import ServerState, User, digits, new_salt
from .update_control import Who


class ServerControl(ActionControl, LimitControl, AccountControl, LoginControl, LoginTokenControl):
    state: ServerState
    rpc: Rpc
    settings: Settings
    connections: Collection[Connection]

    # Users

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
        user_id: int | None = None,
        bot: bool = False,
        premium: bool = False,
    ) -> UserRecord:
        """Create a user or a bot, in the first data center unless another is given. Telegram's service accounts have
        fixed ids."""
        home_dc = next(iter(self.rpc.addresses)) if dc_id is None else dc_id
        user = self.state.add_user(phone, home_dc, first_name, last_name, user_id)
        user.username, user.is_bot, user.is_premium = username, bot, premium
        user.verifier = None if password is None else Verifier.of(password)
        return user_record(user)

    @control
    def deactivate(self, who: Who) -> None:
        """Delete the user: messages to them are refused with INPUT_USER_DEACTIVATED, and the username becomes free."""
        self.find(who).is_deactivated = True

    @control
    def set_privacy(self, who: Who, *, accepts_messages: bool) -> None:
        """Messages to a user who accepts none are refused with USER_PRIVACY_RESTRICTED."""
        self.find(who).accepts_messages = accepts_messages

    @control
    def authorize(self, who: Who) -> PreparedSession:
        """A new session that is logged in, without any traffic."""
        user = self.find(who)
        host, port = self.rpc.addresses[user.dc_id]
        key = self.state.authorize(user, user.dc_id).auth_key.key
        return PreparedSession(user.dc_id, host, port, key.hex())

    @control
    def login_code(self, phone: str) -> str:
        """The login code sent last. Raises KeyError if there is none."""
        return self.state.login_codes[digits(phone)].code

    @control
    def expire_login_code(self, phone: str) -> None:
        self.state.login_codes[digits(phone)].is_expired = True

    @control
    def revoke(self, who: Who, error: str = "AUTH_KEY_UNREGISTERED", *, is_pushed: bool = True) -> int:
        """End all sessions of the user, as "terminate session" does; returns how many.

        After a 401 the same key can log in again; after AUTH_KEY_DUPLICATED (406) all its requests are refused.
        Connected clients get updatesTooLong, so they notice, unless it is not pushed.
        """
        refusal = failure(error)
        revoked = self.state.authorizations_of(self.find(who))
        for authorization in revoked:
            authorization.refusal = refusal
            authorization.user = None
            for session in authorization.sessions.values() if is_pushed else ():
                session.push(tl_bytes(types.UpdatesTooLong()))
        return len(revoked)

    @control
    def forget_keys(self, who: Who) -> int:
        """Delete all keys of the user: a client that uses one gets the transport error -404."""
        deleted = self.state.authorizations_of(self.find(who))
        for authorization in deleted:
            del self.state.authorizations[authorization.dc_id, authorization.auth_key.key_id]
        return len(deleted)

    # Messages

    @control
    def deliver(
        self,
        sender: Who,
        recipient: Who,
        text: str,
        date: int | None = None,
        *,
        offline: bool = False,
        via_business_bot_id: int | None = None,
    ) -> DeliveryRecord:
        """Send a message without a client, as from a phone. The clients of both users get the update.

        `offline`: Telegram sent it for the sender, as an away message. `via_business_bot_id`: a bot did.
        """
        draft = Draft(text, date=date, offline=offline, via_business_bot_id=via_business_bot_id)
        return delivery_record(self.rpc.delivery.post(self.find(sender), self.find(recipient), draft))

    @control
    def received(self, who: Who) -> list[MessageRecord]:
        """Incoming messages, oldest first."""
        return self._records(who, lambda message: not message.is_out)

    @control
    def sent(self, who: Who) -> list[MessageRecord]:
        """Outgoing messages, oldest first."""
        return self._records(who, lambda message: message.is_out)

    @control
    def conversation(self, who: Who, peer: Who) -> list[MessageRecord]:
        """The user's messages to and from the peer that are not deleted, oldest first."""
        other = self.find(peer)
        return self._records(who, lambda message: message.peer is other)

    @control
    def forget_random_ids(self, who: Who) -> None:
        """As if the messages had been sent so long ago that Telegram no longer recognizes a duplicate."""
        self.find(who).mailbox.random_ids.clear()

    # Behaviour

    @control
    def configure(
        self,
        *,
        duplicates: str | None = None,
        answers: str | None = None,
        pushes_own_sends: bool | None = None,
        has_short_updates: bool | None = None,
        allows_one_connection: bool | None = None,
        difference_limit: int | None = None,
        allows_one_address: bool | None = None,
        checks_media_first: bool | None = None,
        caption_limit: int | None = None,
        part_limit: int | None = None,
        edit_seconds: int | None = None,
    ) -> None:
        """Change some of the Settings while the server runs; None leaves a setting as it is."""
        current = self.settings
        current.duplicates = current.duplicates if duplicates is None else Duplicates(duplicates)
        current.answers = current.answers if answers is None else Answers(answers)
        others = dict(
            pushes_own_sends=pushes_own_sends,
            has_short_updates=has_short_updates,
            allows_one_connection=allows_one_connection,
            difference_limit=difference_limit,
            allows_one_address=allows_one_address,
            checks_media_first=checks_media_first,
            caption_limit=caption_limit,
            part_limit=part_limit,
            edit_seconds=edit_seconds,
        )
        for name, value in others.items():
            if value is not None:
                setattr(current, name, value)

    @control
    def rotate_salts(self) -> None:
        """The next message of every client is answered with bad_server_salt."""
        for authorization in self.state.authorizations.values():
            authorization.salt = new_salt()

    @control
    def disconnect(self, who: Who | None = None) -> int:
        """Abort the connections of a user, or all; returns how many."""
        user = None if who is None else self.find(who)
        chosen = [each for each in self.connections if user is None or each.serves(user)]
        for connection in chosen:
            connection.abort()
        return len(chosen)

    # Counters

    @control
    def count(self, request: str, phone: str | None = None) -> int:
        """How many requests of this name arrived, such as messages.sendMessage; resent ones count again."""
        wanted = None if phone is None else digits(phone)
        counted = self.state.requests.items()
        return sum(number for (name, account), number in counted if name == request and wanted in (None, account))

    @control
    def counts(self) -> dict[str, int]:
        names = {name for name, _ in self.state.requests}
        return {name: self.count(name) for name in sorted(names)}

    @control
    def connected(self, who: Who) -> int:
        """How many connections use the user's keys now, without those for files."""
        return self.state.connections_of(self.find(who))

    @control
    def connected_for_files(self, who: Who) -> int:
        """How many connections the user's clients have to other data centers, where files are."""
        return len({id(session.connection) for session in self.state.file_sessions_of(self.find(who))})

    @control
    def peak_connected(self, who: Who) -> int:
        """The highest number of connections that used the user's keys at the same time, without those for files."""
        return self.state.peak_connections[self.find(who).phone]

    @control
    def unacknowledged(self, who: Who) -> int:
        """How many messages to the user's open sessions the client has not acknowledged yet."""
        return sum(len(session.unacknowledged) for session in self.state.sessions_of(self.find(who)))

    @control
    def crashes(self) -> list[str]:
        """Tracebacks of errors in the server itself. Tests should assert that there are none."""
        return list(self.state.crashes)

    # Waiting

    async def until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Return as soon as the condition is true; it may call controls. Raises TimeoutError."""
        await self.await_in_loop(self._until(condition, seconds))

    def wait(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Like `until`, for a thread without an event loop."""
        if self.is_in_loop:
            raise RuntimeError("waiting here would stop the server; await until() instead")
        asyncio.run_coroutine_threadsafe(self._until(condition, seconds), self._loop).result()

    async def _until(self, condition: Callable[[], bool], seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await self.state.change()

    def find(self, who: Who) -> User:
        """Raises KeyError if there is no such user. Must run in the server's loop."""
        if isinstance(who, int):
            return self.state.users[who]
        user = self.state.user_by_username(who[1:]) if who.startswith("@") else self.state.user_by_phone(who)
        if user is None:
            raise KeyError(who)
        return user

    def _records(self, who: Who, is_wanted: Callable[[StoredMessage], bool]) -> list[MessageRecord]:
        return [message_record(each) for each in self.find(who).mailbox.existing() if is_wanted(each)]
