"""Reading conversations: requests and their pace, and what was missed while an account was disconnected.

The difference that Telethon requests brings missed messages too. But it can be too long, and then Telegram tells
nothing of what it leaves out. So after every connection the list of conversations is compared with the database, and
the conversations that have something new are read, at the pace of :class:`Pacer`.

**Nothing is missed, however often the connection breaks:** ``TelegramSession.history_since`` is set before a connection
starts, to the time until which the updates were complete, and cleared only when all conversations that have something
new since then were read. The time of the updates (``date``) would not do: it moves on with the first update of a new
connection.

A conversation whose newest message is stored is not read, because then the difference has brought the rest. After a gap
that proves nothing: what was written after the gap may be stored, and what was written in it may not. The same holds
for edits, and for what was read on a phone. There is a gap if no update state is left (``pts`` is 0: Telegram could
not, or cannot, tell the difference), and perhaps if another worker has not finished to read. Then each conversation is
read once.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from telethon import utils
from telethon.errors import RPCError
from telethon.tl import functions, types

from messaging.models import TelegramSession
from messaging.telegram.client import Client
from messaging.telegram.database import DatabaseThreads
from messaging.telegram.errors import SystemicError, classify, ends_session
from messaging.telegram.mapping import Peer, peer_from_user
from messaging.telegram.receiving import Receiver

logger = logging.getLogger("crmsolid.telegram")

# Telethon's documentation gives 10 requests in 30 s for getHistory. A little longer, because a request may travel
# longer than the one after it.
REQUESTS = 10
SECONDS = 32.0
# Until another try after an error that may pass, such as 500.
RETRY_SECONDS = 5.0
PAGE = 100
# In so many conversations the reactions are read after a connection, in as many requests.
MAX_REACTED = 10
# Missed conversations are read from so long before the last news.
OVERLAP = timedelta(minutes=10)


class Pacer:
    """At most ``REQUESTS`` in any ``SECONDS``, and none while Telegram asks to wait. Lives as long as the worker holds
    the account, because Telegram counts over all connections."""

    def __init__(self) -> None:
        self._asked: deque[float] = deque(maxlen=REQUESTS)
        self._not_before = 0.0
        self._turn = asyncio.Lock()

    @property
    def pause_seconds(self) -> float:
        """How long Telegram still asks to wait."""
        return max(0.0, self._not_before - time.monotonic())

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)

    async def wait(self) -> None:
        """Until a request may be made. Who waits first goes first."""
        async with self._turn:
            while True:
                is_full = len(self._asked) == REQUESTS
                not_before = max(self._not_before, self._asked[0] + SECONDS if is_full else 0.0)
                if (seconds := not_before - time.monotonic()) <= 0:
                    break
                await asyncio.sleep(seconds)
            self._asked.append(time.monotonic())


class PacedClient:
    """Makes the requests of a connection as fast as the pacer allows. What Telegram may answer later is asked again
    until it does; other errors are raised."""

    def __init__(self, client: Client, pacer: Pacer) -> None:
        self._client, self._pacer = client, pacer

    async def invoke(self, request: Any) -> Any:
        while True:
            await self._pacer.wait()
            try:
                return await self._client.invoke(request)
            except RPCError as error:
                refusal = classify(error)
                if refusal.retry_after is None and refusal.code != "telegram_trouble":
                    raise
                seconds = refusal.retry_after or RETRY_SECONDS
                logger.warning("conversations are read on in %.0f s: %s", seconds, error)
                self._pacer.pause(seconds)


class Invoker(Protocol):
    """A connection, or one that is paced."""

    async def invoke(self, request: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Conversation:
    """One with a person. ``top_message`` is the id of its newest message, of whatever kind; up to ``read_to`` the
    person's messages are read, and up to ``read_by_them`` the account's."""

    user: Any
    peer: Peer
    top_message: int
    read_to: int
    read_by_them: int


@dataclass(frozen=True, slots=True)
class Reacted:
    """A conversation in which so many messages of the account, without the newest one, have reactions that no phone has
    shown."""

    peer: Peer
    count: int
    top_message: int


@dataclass(slots=True)
class Conversations:
    """By user id, the conversations that were ``found`` on so many ``pages`` of the list; ``users`` are all of these
    pages. Of each conversation on them with a person, ``newest`` has the newest message, ``reacted`` how many have
    reactions."""

    found: dict[int, Conversation]
    users: list[Any]
    pages: int
    newest: list[Any] = field(default_factory=list)
    reacted: list[Reacted] = field(default_factory=list)


async def messages_since(client: Invoker, peer: Peer, since: datetime) -> AsyncIterator[Any]:
    """The messages of the conversation, newest first, back to that time."""
    offset = 0
    while True:
        page = await page_before(client, peer, offset)
        for message in page:
            if message.date < since:
                return
            if isinstance(message, types.Message):
                yield message
        if len(page) < PAGE:
            return
        offset = page[-1].id


async def page_before(client: Invoker, peer: Peer, message_id: int) -> list[Any]:
    """At most ``PAGE`` messages of the conversation that are older than this one, newest first; fewer are the last.

    0 stands for the newest messages. None are a bot's.
    """
    request = functions.messages.GetHistoryRequest(
        peer.to_input(), offset_id=message_id, offset_date=None, add_offset=0, limit=PAGE, max_id=0, min_id=0, hash=0
    )
    answer = await client.invoke(request)
    page: list[Any] = answer.messages
    return [] if any(user.id == peer.id and user.bot for user in answer.users) else page


def _with_newest(answer: Any) -> Iterator[tuple[types.Dialog, Any, Any]]:
    """The dialogs of an answer, each with whom or what it is with, if that is told, and its newest message; without
    those of which that is not told, and without the folder of archived ones."""
    messages = {(utils.get_peer_id(each.peer_id), each.id): each for each in answer.messages if each.peer_id}
    entities = {utils.get_peer_id(each): each for each in [*answer.users, *answer.chats]}
    for dialog in answer.dialogs:
        peer_id = utils.get_peer_id(dialog.peer)
        newest = messages.get((peer_id, dialog.top_message))
        if isinstance(dialog, types.Dialog) and getattr(newest, "date", None) is not None:
            yield dialog, entities.get(peer_id), newest


def _unread_before(dialog: types.Dialog, newest: Any) -> int:
    """How many messages of ours before the newest one have reactions that no phone has shown."""
    reactions = getattr(getattr(newest, "reactions", None), "recent_reactions", None) or []
    return dialog.unread_reactions_count - any(each.unread for each in reactions)


async def conversations_since(client: Invoker, since: datetime) -> Conversations:
    """The conversations with people that have something new since then, newest first."""
    result = Conversations({}, [], 0)
    offset_date: datetime | None = None
    offset_id, offset_peer = 0, types.InputPeerEmpty()
    while True:
        # Pinned ones come first, whatever their age, so they are left out where they would come again.
        request = functions.messages.GetDialogsRequest(
            offset_date, offset_id, offset_peer, limit=PAGE, hash=0, exclude_pinned=bool(offset_id)
        )
        answer = await client.invoke(request)
        result.pages += 1
        result.users += answer.users
        offset_date = None
        for dialog, entity, newest in _with_newest(answer):
            peer = peer_from_user(entity)
            if newest.date >= since and peer is not None:
                read = dialog.read_inbox_max_id, dialog.read_outbox_max_id
                result.found[peer.id] = Conversation(entity, peer, dialog.top_message, *read)
            if peer is not None:
                result.newest.append(newest)
                result.reacted.append(Reacted(peer, _unread_before(dialog, newest), dialog.top_message))
            offset_date, offset_id = newest.date, dialog.top_message
            offset_peer = utils.get_input_peer(entity, check_hash=False) if entity else types.InputPeerEmpty()
        if isinstance(answer, types.messages.Dialogs) or offset_date is None or offset_date < since:
            return result


async def users_of_messages(client: Invoker, message_ids: list[int]) -> list[Any]:
    """The users that these private messages belong to. Telegram numbers all private messages of an account, so this
    request needs no peer; it is the cheapest that tells the access hash of somebody who has written."""
    wanted = [types.InputMessageID(each) for each in message_ids]
    users: list[Any] = (await client.invoke(functions.messages.GetMessagesRequest(wanted))).users
    return users


async def unread_reactions(client: Invoker, peer: Peer) -> list[Any]:
    """The newest messages of the account in the conversation with reactions that no phone has shown."""
    request = functions.messages.GetUnreadReactionsRequest(
        peer.to_input(), offset_id=0, add_offset=0, limit=PAGE, max_id=0, min_id=0
    )
    messages: list[Any] = (await client.invoke(request)).messages
    return messages


class MissedHistory:
    """What an account has still to read. It outlives the connections of the account in this worker, so that reading
    goes on where it stopped."""

    def __init__(self, threads: DatabaseThreads, pacer: Pacer) -> None:
        self._threads, self._pacer = threads, pacer
        self._is_known = False
        self._has_gap = False
        # By user id, the newest message that the conversation had when it was read.
        self._read: dict[int, int] = {}
        self._read_since_gap: set[int] = set()
        # By user id, the conversation when its reactions were read.
        self._reacted: dict[int, Reacted] = {}

    async def begin(self, row: TelegramSession) -> None:
        """Note from when on messages may be missed. To be called before each connection, with the session's row."""
        is_unfinished = row.history_since is not None
        if not row.pts or (is_unfinished and not self._is_known):
            self._has_gap = True
            self._read.clear()  # an edit or a read in the gap leaves the newest message as it was
            self._read_since_gap.clear()
        elif not is_unfinished:
            self._has_gap = False
        if not is_unfinished:
            row.history_since = datetime.fromtimestamp(row.date, UTC) - OVERLAP
            await self._threads.run(_store, row, row.history_since)
        self._is_known = True

    async def read(self, client: Client, receiver: Receiver, row: TelegramSession) -> bool:
        """Read what is missing. Waits as long as Telegram asks to, so this takes from a moment to hours.

        False if Telegram does not let the conversations be read, for a reason that may pass. Raises what ends the
        connection.
        """
        if not self._has_gap:
            await client.wait_until_caught_up()
        # Telegram's times are whole seconds: what is written in the second of the login has the time at its beginning.
        first_login_at = row.logged_in_at.replace(microsecond=0) if row.login_epoch == 1 else None
        since = max(filter(None, [row.history_since, row.history_cutoff, first_login_at]))
        try:
            while await self._read_once(PacedClient(client, self._pacer), receiver, since):
                pass
        except RPCError as error:
            if ends_connection(error):
                raise
            logger.warning("the conversations could not be read: %s", error)
            return False
        await self._threads.run(_store, row, None)
        self._has_gap = False
        return True

    async def _read_once(self, paced: PacedClient, receiver: Receiver, since: datetime) -> bool:
        """Whether to look again: a conversation that moves up while the list is paged is on no page."""
        conversations = await conversations_since(paced, since)
        found = list(conversations.found.values())
        await self._threads.run(receiver.forget_bots, conversations.users)
        stored_ids = await self._threads.run(receiver.stored_ids, [each.top_message for each in found])
        to_read = [each for each in found if not self._is_complete(each, stored_ids)]
        for each in to_read:
            await self._read_conversation(paced, receiver, each, since)
        await self._read_reactions(paced, receiver, conversations)
        return conversations.pages > 1 and bool(to_read)

    def _is_complete(self, conversation: Conversation, stored_ids: set[int]) -> bool:
        user_id, newest = conversation.peer.id, conversation.top_message
        if self._read.get(user_id) == newest:
            return True
        return newest in stored_ids and (not self._has_gap or user_id in self._read_since_gap)

    async def _read_conversation(
        self, paced: PacedClient, receiver: Receiver, conversation: Conversation, since: datetime
    ) -> None:
        try:
            messages = [each async for each in messages_since(paced, conversation.peer, since)]
        except RPCError as error:
            if ends_connection(error):
                raise
            logger.warning("a conversation cannot be read: %s", error)
        else:
            await self._threads.run(receiver.store_history, messages[::-1], [conversation.user])
            await self._threads.run(receiver.apply_read, conversation.peer.id, conversation.read_to)
            await self._threads.run(receiver.apply_receipt, conversation.peer.id, conversation.read_by_them)
        self._read[conversation.peer.id] = conversation.top_message
        self._read_since_gap.add(conversation.peer.id)

    async def _read_reactions(self, paced: PacedClient, receiver: Receiver, conversations: Conversations) -> None:
        """Reactions have no place among the updates that are missed. The list of conversations has those to the newest
        message of each, and says in which there are others: of these, the latest are read."""
        await self._threads.run(receiver.store_reactions, conversations.newest)
        new = [each for each in conversations.reacted if each.count > 0 and self._reacted.get(each.peer.id) != each]
        for each in new[:MAX_REACTED]:
            try:
                messages = await unread_reactions(paced, each.peer)
            except RPCError as error:
                if ends_connection(error):
                    raise
                logger.warning("the reactions in a conversation cannot be read: %s", error)
            else:
                await self._threads.run(receiver.store_reactions, messages)
            self._reacted[each.peer.id] = each


def ends_connection(error: RPCError) -> bool:
    refusal = classify(error)
    return ends_session(refusal) or isinstance(refusal, SystemicError)


def _store(row: TelegramSession, since: datetime | None) -> None:
    """Unless there was another login meanwhile."""
    rows = TelegramSession.unscoped.filter(pk=row.pk, login_epoch=row.login_epoch)
    rows.update(history_since=since)
