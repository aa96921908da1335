"""Telethon's session and client, adapted. Private names of Telethon are used in this module and its tests only;
Telethon is pinned to the version they were read in."""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from telethon import TelegramClient
from telethon._updates.messagebox import GapError, MessageBox, PtsInfo
from telethon.crypto import AuthKey
from telethon.errors import (
    FloodWaitError,
    PersistentTimestampEmptyError,
    PersistentTimestampInvalidError,
    RPCError,
    rpc_message_to_error,
)
from telethon.network import mtprotosender
from telethon.sessions import MemorySession
from telethon.tl import functions, types
from telethon.tl.types.updates import State

from crmsolid.core import clock, crypto
from messaging.models import LoginAttempt, TelegramSession
from messaging.telegram import config
from messaging.telegram.transport import client_options

RECONNECT_RETRIES = 5
RETRY_SECONDS = 1.0  # between two tries to connect
CATCH_UP_SECONDS = 60.0
REQUEST_SECONDS = 150.0  # sends and logins have shorter limits of their own
QUIET_SECONDS = 60.0  # an account that has heard nothing for so long is checked
ANSWER_SECONDS = 30.0  # for the answer to the check and for what was missed to be stored
PART_BYTES = 512 * 1024  # of a file, at once; Telegram gives no more
# The parts of an album come one after the other: how long the next one is waited for, and all of them together.
ALBUM_SECONDS, WHOLE_ALBUM_SECONDS = 0.5, 1.0
# An album that is reported later than this is an old one, all of which is reported at once.
ALBUM_AGE_SECONDS = 30.0
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
        self.set_dc(dc_id, config.host_of(dc_id, host), port)
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
        super().__init__(
            session,
            *config.application(),
            **client_options(),
            connection_retries=2,
            request_retries=2,
            retry_delay=RETRY_SECONDS,
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


class AccountMessageBox(MessageBox):
    """Telethon's account of which updates were read, with two changes.

    Telethon drops the edits, deletions and reads of a difference. tdlib applies them, and so does this. Updates of
    channels are passed on in whatever order they come: channels are not stored, and one whose difference cannot be had
    would hold back private messages.
    """

    def __init__(self, log: Any) -> None:
        super().__init__(log)
        self.is_confirmed = False  # a difference was applied since this was last set to False
        self.is_too_long = False
        self.has_caught_up = False  # the latest difference was the last part of it

    def apply_pts_info(self, update: Any, *, reset_deadlines: Any) -> Any:
        if _is_of_channel(update):
            return update
        return super().apply_pts_info(update, reset_deadlines=reset_deadlines)

    def apply_difference(self, diff: Any, chat_hashes: Any) -> Any:
        self.is_too_long = isinstance(diff, types.updates.DifferenceTooLong)
        self.has_caught_up = not isinstance(diff, types.updates.DifferenceSlice)
        self.is_confirmed = not self.is_too_long
        return super().apply_difference(diff, chat_hashes)

    def apply_difference_type(self, diff: Any, chat_hashes: Any) -> Any:
        updates, users, chats = super().apply_difference_type(diff, chat_hashes)
        dropped = [each for each in diff.other_updates if PtsInfo.from_update(each) and not _is_of_channel(each)]
        return [*updates, *dropped], users, chats


def _is_of_channel(update: Any) -> bool:
    numbered = PtsInfo.from_update(update)
    return isinstance(update, types.UpdateChannelTooLong) or (numbered and isinstance(numbered.entry, int))


def _is_of_new_album(update: Any) -> bool:
    message: Any = update.message if isinstance(update, types.UpdateNewMessage) else None
    if message is None or getattr(message, "grouped_id", None) is None:
        return False
    return abs((clock.now() - message.date).total_seconds()) < ALBUM_AGE_SECONDS


class Client(TelegramClient):
    """The connection of one account.

    Updates are passed to ``store_updates`` in whole batches and in order, before Telethon counts them as processed.
    If ``store_updates`` raises, the client disconnects, and the next connection starts from the state stored last.
    Telethon's event handlers are not used: they lose an update when they raise, and cannot tell which state belongs to
    which update.

    The connection ends when the account may miss updates: when a request is not answered in time, when Telegram does
    not accept the state of the updates, and when missed updates do not come. ``heard_at`` is when Telegram last
    reported updates or confirmed that there are none.
    """

    def __init__(self, session: Session, user_id: int, store_updates: StoreUpdates) -> None:
        super().__init__(
            session,
            *config.application(),
            **client_options(),
            connection_retries=RECONNECT_RETRIES,
            retry_delay=RETRY_SECONDS,
            flood_sleep_threshold=0,
            catch_up=True,
            sequential_updates=True,
            raise_last_call_error=True,
        )
        self.heard_at: datetime | None = None
        self._store_updates = store_updates
        self._caught_up = asyncio.Event()
        self._mb_entity_cache.set_self_user(user_id, None, None)
        self._message_box = AccountMessageBox(logging.getLogger("telethon.client.messagebox"))
        self._ended: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()
        self._stored = UpdateState(0, 0, 0, 0)
        self._check_at = 0.0
        self._is_checked = asyncio.Event()
        self._known_session: int | None = None
        self._take_new_session = self._sender._handlers[types.NewSessionCreated.CONSTRUCTOR_ID]
        self._sender._handlers[types.NewSessionCreated.CONSTRUCTOR_ID] = self._new_session_created

    async def connect(self) -> None:
        """Connect and begin to receive updates. :meth:`ended` tells when the connection ends."""
        await super().connect()
        self._stored = self._box_state()
        self._check_at = time.monotonic() + QUIET_SECONDS
        self._watching = asyncio.get_running_loop().create_task(self._watch())
        for task in (asyncio.ensure_future(self.disconnected), self._updates_handle, self._watching):
            task.add_done_callback(self._task_ended)

    async def ended(self) -> None:
        """Return or raise when the connection has ended; the caller disconnects what may be left of it."""
        error = await asyncio.shield(self._ended)
        if error is not None:
            raise error

    def end(self, error: BaseException | None) -> None:
        """Let :meth:`ended` raise this, unless the connection has ended already."""
        if not self._ended.done():
            self._ended.set_result(error)

    def _task_ended(self, task: asyncio.Future[Any]) -> None:
        self.end(self._updates_error or (None if task.cancelled() else task.exception()))

    # Requests

    async def __call__(self, request: Any, ordered: bool = False, flood_sleep_threshold: int | None = None) -> Any:
        """Send a request, repeatedly after errors of the server. Telethon requests differences in this way."""
        try:
            return await self._in_time(super().__call__(request, ordered=ordered))
        except FloodWaitError as error:
            self._check_after(min(error.seconds, QUIET_SECONDS))  # it is another request that has to wait
            raise
        except (PersistentTimestampEmptyError, PersistentTimestampInvalidError) as error:
            if not self._message_box.is_empty():
                await self._forget_state(error)
            raise

    async def invoke(self, request: Any) -> Any:
        """Send one request once, without retries and without sleeping out flood waits. Its peers must be resolved."""
        return await self._in_time(self._sender.send(request))

    async def _in_time(self, answer: Awaitable[Any]) -> Any:
        """Telethon waits for an answer for ever, and so would the updates after it."""
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                return await answer
        except TimeoutError as error:
            self.end(error)
            raise

    async def file_part(self, location: Any, dc_id: int, offset: int) -> bytes:
        """At most ``PART_BYTES`` of a file, from ``offset`` on, from the data center that has it; fewer at its end.
        Repeated after errors of the server; its pace and its time are the caller's."""
        parts = self.iter_download(location, offset=offset, limit=1, request_size=PART_BYTES, dc_id=dc_id)
        try:
            async for part in parts:
                return bytes(part)
            return b""
        except (ConnectionError, asyncio.CancelledError):
            await self._forget_data_center(dc_id)
            raise
        finally:
            with contextlib.suppress(AttributeError):  # Telethon's, if it has not got so far as to have a connection
                await parts.close()

    async def _forget_data_center(self, dc_id: int) -> None:
        """Let the next request to another data center connect anew: Telethon keeps connections that have ended."""
        _, sender = self._borrowed_senders.pop(dc_id, (None, None))
        if sender is not None:
            await sender.disconnect()

    @property
    def is_ready(self) -> bool:
        """Whether the client is connected now. While Telethon reconnects, a request would wait in its queue."""
        return bool(not self._ended.done() and self.is_connected() and self._sender._transport_connected())

    async def wait_until_caught_up(self) -> None:
        """Until all updates from before the connection are stored; at most ``CATCH_UP_SECONDS``."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CATCH_UP_SECONDS):
                await self._caught_up.wait()

    # Updates

    async def _preprocess_updates(self, updates: Any, users: Any, chats: Any) -> Any:
        if any(map(_is_of_new_album, updates)):
            updates, users, chats = await self._with_rest_of_album(updates, users, chats)
        processed = await super()._preprocess_updates(updates, users, chats)
        box, state = self._message_box, self._box_state()
        if box.is_too_long or any(isinstance(update, types.UpdatePtsChanged) for update in processed):
            await self._forget_state(ConnectionError("Telegram does not report all updates"), processed, users)
        elif box.is_confirmed or state.pts != self._stored.pts:
            await self._store_updates(processed, users, state)
            self._stored, box.is_confirmed = state, False
            self._hear()
        else:  # What has no number, such as who is online, does not tell whether something is missing before it.
            await self._store_updates(processed, users, self._stored)
        if box.has_caught_up:
            self._caught_up.set()
        return processed

    async def _with_rest_of_album(self, updates: Any, users: Any, chats: Any) -> tuple[Any, Any, Any]:
        """The updates with those that come within a moment: the other parts of an album among them. They are stored
        together, so nothing is lost if this process dies meanwhile."""
        updates, users, chats = list(updates), list(users), list(chats)
        now = time.monotonic()
        end, until = now + WHOLE_ALBUM_SECONDS, now + ALBUM_SECONDS
        while (seconds := min(end, until) - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(seconds):
                    more = await self._updates_queue.get()
            except TimeoutError:
                break
            found: list[Any] = []
            try:
                more_users, more_chats = self._message_box.process_updates(more, self._mb_entity_cache, found)
            except GapError:  # the difference is requested next, and has it again
                break
            updates, users, chats = updates + found, users + list(more_users), chats + list(more_chats)
            if any(map(_is_of_new_album, found)):
                until = time.monotonic() + ALBUM_SECONDS
        return updates, users, chats

    def _box_state(self) -> UpdateState:
        state, _ = self._message_box.session_state()
        return UpdateState(state["pts"], state["qts"], int(state["date"].timestamp()), state["seq"])

    async def _forget_state(self, error: Exception, updates: Sequence[Any] = (), users: Sequence[Any] = ()) -> None:
        """End, and let the next connection begin at the present and read the conversations since the last news."""
        await self._store_updates(updates, users, UpdateState(0, 0, self._stored.date, 0))
        self.end(error)
        await self.disconnect()

    async def _dispatch_update(self, update: Any) -> None:
        """Nothing: the update has been stored already."""

    # Missed updates

    def _hear(self) -> None:
        self.heard_at = clock.now()
        self._check_at = time.monotonic() + QUIET_SECONDS
        self._is_checked.set()

    async def _watch(self) -> None:
        """Check whether something was missed, whenever nothing was heard for some time."""
        while not self._ended.done():
            await asyncio.wait([self._ended], timeout=max(0.0, self._check_at - time.monotonic()))
            if time.monotonic() >= self._check_at:
                await self._check()

    async def _check(self) -> None:
        """Compare Telegram's state with the stored one. What was missed must be stored in time, or the connection ends:
        a new one has another session, clock offset and queue. A flood is waited out."""
        self._is_checked.clear()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                state = await self._sender.send(functions.updates.GetStateRequest())
                if state.pts == self._stored.pts:
                    self._hear()
                else:
                    await self.catch_up()
                    await self._is_checked.wait()
        except FloodWaitError as error:
            self._check_after(error.seconds)
        except Exception as error:
            self.end(error)

    def _check_after(self, seconds: float) -> None:
        """Telegram asks to wait. Another connection would have to wait, too."""
        self._check_at = time.monotonic() + max(seconds, 1)
        self._is_checked.set()

    async def _handle_auto_reconnect(self) -> None:
        """Look for missed updates now, not when the next message arrives."""
        await self._check()

    async def _new_session_created(self, message: Any) -> None:
        """Telegram has forgotten a session that it knew, and with it what it had to report. tdlib asks for the
        difference then, too."""
        await self._take_new_session(message)
        session = self._sender._state.id
        if session == self._known_session:
            await self.catch_up()
        self._known_session = session


def _with_server_code(refusal: Any, request: Any) -> RPCError:
    """Telethon's error for what the server sent, with the server's own number in ``server_code``: Telethon's class has
    the number of its table, which says 400 for some errors that Telegram sends as 500."""
    error: Any = rpc_message_to_error(refusal, request)
    error.server_code = refusal.error_code
    return error


mtprotosender.rpc_message_to_error = _with_server_code


async def disconnect(client: TelegramClient) -> None:
    """Disconnect, and await ``client.disconnected``: asyncio would log the error of a future that nobody awaited."""
    await client.disconnect()
    await asyncio.gather(client.disconnected, return_exceptions=True)
