"""Telethon's client as we use it. Private names of Telethon are touched here and in no other module but its tests;
Telethon is pinned to the version they were read in."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telethon import TelegramClient
from telethon.tl import functions, types

from messaging.telegram import config
from messaging.telegram.session import RowSession, UpdateState

RECONNECT_RETRIES = 5

Keep = Callable[[Sequence[Any], Sequence[Any], UpdateState], Awaitable[None]]


class LoginClient(TelegramClient):
    """For the steps of a login. It follows PHONE_MIGRATE to another data centre, which takes a retry."""

    def __init__(self, session: RowSession) -> None:
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
        """Once more if the other side closes the line while a new key is agreed on: it does so when Telethon finds a
        number to be its own factor, which its random search happens to do, and Telethon tries again for other errors
        only."""
        try:
            await super().connect()
        except EOFError:
            await self.disconnect()
            await super().connect()


class Client(TelegramClient):
    """One account's connection.

    Updates go to ``keep`` in whole batches, in order, before Telethon hears that they are done; if ``keep`` raises,
    the client disconnects, and the next connection starts from the state that was kept last. Handlers of Telethon's
    own would lose what they fail on, and could not tell which state belongs to which update.
    """

    def __init__(self, session: RowSession, user_id: int, keep: Keep) -> None:
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
        self._keep = keep
        self._mb_entity_cache.set_self_user(user_id, None, None)

    async def ask(self, request: Any) -> Any:
        """One request, once: no retries, no sleeping out of flood waits. Its peers must be resolved already."""
        return await self._sender.send(request)

    async def send(self, peer: types.InputPeerUser, text: str, random_id: int) -> Any:
        """``messages.sendMessage`` with our own ``random_id``, which ``send_message`` has no argument for."""
        return await self.ask(functions.messages.SendMessageRequest(peer, text, random_id=random_id))

    @property
    def is_ready(self) -> bool:
        """Connected, and not just trying to be: what is sent meanwhile would lie in a queue of Telethon's."""
        return bool(self.is_connected() and self._sender._transport_connected())

    @property
    def failure(self) -> BaseException | None:
        """Why the client disconnected by itself; ``disconnected`` does not say."""
        error: BaseException | None = self._updates_error
        return error

    def state(self) -> UpdateState:
        state, _ = self._message_box.session_state()
        return UpdateState(state["pts"], state["qts"], int(state["date"].timestamp()), state["seq"])

    async def _preprocess_updates(self, updates: Any, users: Any, chats: Any) -> Any:
        found = await super()._preprocess_updates(updates, users, chats)
        await self._keep(found, users, self.state())
        return found

    async def _dispatch_update(self, update: Any) -> None:
        """Done already."""

    async def _handle_auto_reconnect(self) -> None:
        """What came while the line was cut is asked for at once, not at the next message."""
        await self.catch_up()


async def disconnect(client: TelegramClient) -> None:
    """Disconnect. How the connection ended is known by then: Telethon's own note of it, a future that nobody may have
    looked at, would be logged as an error that was lost."""
    await client.disconnect()
    await asyncio.gather(client.disconnected, return_exceptions=True)
