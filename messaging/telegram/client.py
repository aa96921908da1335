"""Telethon's session and client, adapted. Private names of Telethon are used in this module and its tests only;
Telethon is pinned to the version they were read in."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from telethon import TelegramClient
from telethon.crypto import AuthKey
from telethon.sessions import MemorySession
from telethon.tl.types.updates import State

from crmsolid.core import crypto
from messaging.models import LoginAttempt, TelegramSession
from messaging.telegram import config

RECONNECT_RETRIES = 5
_ACCOUNT_STATE = 0  # Telethon's key for the update state of the account itself; other keys are channels


@dataclass(frozen=True, slots=True)
class UpdateState:
    """How far the account's updates have been read. ``date`` is in Unix seconds."""

    pts: int
    qts: int
    date: int
    seq: int


StoreUpdates = Callable[[Sequence[Any], Sequence[Any], UpdateState], Awaitable[None]]


class Session(MemorySession):
    """A session in memory. ``auth_key`` is the unencrypted key; None means that a new one is negotiated."""

    def __init__(
        self, dc_id: int, host: str, port: int, auth_key: bytes | None = None, state: UpdateState | None = None
    ) -> None:
        super().__init__()
        self.set_dc(dc_id, host, port)
        if auth_key:
            self.auth_key = AuthKey(auth_key)
        if state is not None and state.pts:
            date = datetime.fromtimestamp(state.date, UTC)
            self.set_update_state(_ACCOUNT_STATE, State(state.pts, state.qts, date, state.seq, unread_count=0))

    @property
    def key(self) -> bytes:
        """The unencrypted key; empty if there is none yet."""
        return bytes(self.auth_key.key) if self.auth_key and self.auth_key.key else b""


def session_from_row(row: TelegramSession) -> Session:
    """The session of an account that is logged in."""
    state = UpdateState(row.pts, row.qts, row.date, row.seq)
    return Session(row.dc_id, row.host, row.port, crypto.decrypt(row, "auth_key"), state)


def encrypt_session(attempt: LoginAttempt, session: Session, values: dict[str, Any]) -> bytes:
    """The session without its update state, together with some values, encrypted for this login."""
    connection = {"dc": session.dc_id, "host": session.server_address, "port": session.port, "key": session.key.hex()}
    return crypto.encrypt(attempt, "encrypted_state", json.dumps({**connection, **values}).encode())


def decrypt_session(attempt: LoginAttempt) -> tuple[Session, dict[str, Any]]:
    """The session and the values that were passed to :func:`encrypt_session`."""
    values = json.loads(crypto.decrypt(attempt, "encrypted_state"))
    data_center = values.pop("dc"), values.pop("host"), values.pop("port")
    return Session(*data_center, bytes.fromhex(values.pop("key"))), values


class LoginClient(TelegramClient):
    """For the steps of a login. It needs retries to follow PHONE_MIGRATE to another data center."""

    def __init__(self, session: Session) -> None:
        config.trust_test_key()
        super().__init__(
            session,
            *config.application(),
            connection_retries=2,
            request_retries=2,
            retry_delay=1,
            flood_sleep_threshold=0,
            raise_last_call_error=True,
        )

    async def connect(self) -> None:
        """Connect, and once more if the server closes the connection during the key exchange.

        Telethon's factorization is random and sometimes answers the number itself as its factor. Telegram then closes
        the connection, and Telethon retries other errors only.
        """
        try:
            await super().connect()
        except EOFError:
            await self.disconnect()
            await super().connect()

    async def move_to(self, dc_id: int) -> None:
        """Connect to another data center. The session gets a new key there, which is not logged in."""
        await self._switch_dc(dc_id)


class Client(TelegramClient):
    """The connection of one account.

    Updates are passed to ``store_updates`` in whole batches and in order, before Telethon counts them as processed.
    If ``store_updates`` raises, the client disconnects, and the next connection starts from the state stored last.
    Telethon's event handlers are not used: they lose an update when they raise, and cannot tell which state belongs to
    which update.
    """

    def __init__(self, session: Session, user_id: int, store_updates: StoreUpdates) -> None:
        config.trust_test_key()
        super().__init__(
            session,
            *config.application(),
            connection_retries=RECONNECT_RETRIES,
            retry_delay=1,
            catch_up=True,
            sequential_updates=True,
            raise_last_call_error=True,
        )
        self._store_updates = store_updates
        self._mb_entity_cache.set_self_user(user_id, None, None)

    async def invoke(self, request: Any) -> Any:
        """Send one request once, without retries and without sleeping out flood waits. Its peers must be resolved."""
        return await self._sender.send(request)

    @property
    def is_ready(self) -> bool:
        """Whether the client is connected now. While Telethon reconnects, a request would wait in its queue."""
        return bool(self.is_connected() and self._sender._transport_connected())

    @property
    def failure(self) -> BaseException | None:
        """Why the client disconnected by itself; ``disconnected`` does not tell."""
        error: BaseException | None = self._updates_error
        return error

    async def _preprocess_updates(self, updates: Any, users: Any, chats: Any) -> Any:
        processed = await super()._preprocess_updates(updates, users, chats)
        state, _ = self._message_box.session_state()
        read = UpdateState(state["pts"], state["qts"], int(state["date"].timestamp()), state["seq"])
        await self._store_updates(processed, users, read)
        return processed

    async def _dispatch_update(self, update: Any) -> None:
        """Nothing: the update has been stored already."""

    async def _handle_auto_reconnect(self) -> None:
        """Request the updates missed during the disconnection now, not when the next message arrives."""
        await self.catch_up()


async def disconnect(client: TelegramClient) -> None:
    """Disconnect, and await ``client.disconnected``: asyncio would log the error of a future that nobody awaited."""
    await client.disconnect()
    await asyncio.gather(client.disconnected, return_exceptions=True)
