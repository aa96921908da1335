"""Messages missed while an account was disconnected, read from its conversations.

The difference that Telethon requests brings them too. But it can be too long, and then Telegram tells nothing of what
it leaves out. So after every connection the list of conversations is compared with the database, and the conversations
that have something new are read, at the pace of :mod:`messaging.telegram.pacing`.

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

import logging
from datetime import UTC, datetime, timedelta

from telethon.errors import RPCError

from messaging.models import TelegramSession
from messaging.telegram import history
from messaging.telegram.client import Client
from messaging.telegram.database import DatabaseThreads
from messaging.telegram.errors import SystemicError, classify, ends_session
from messaging.telegram.history import Conversation
from messaging.telegram.pacing import PacedClient, Pacer
from messaging.telegram.receiving import Receiver

logger = logging.getLogger("crmsolid.telegram")

OVERLAP = timedelta(minutes=10)


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
        first_login_at = row.logged_in_at if row.login_epoch == 1 else None
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
        conversations = await history.conversations_since(paced, since)
        found = list(conversations.found.values())
        await self._threads.run(receiver.forget_bots, conversations.users)
        stored_ids = await self._threads.run(receiver.stored_ids, [each.top_message for each in found])
        to_read = [each for each in found if not self._is_complete(each, stored_ids)]
        for each in to_read:
            await self._read_conversation(paced, receiver, each, since)
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
            messages = [each async for each in history.messages_since(paced, conversation.peer, since)]
        except RPCError as error:
            if ends_connection(error):
                raise
            logger.warning("a conversation cannot be read: %s", error)
        else:
            await self._threads.run(receiver.store_history, messages[::-1], [conversation.user])
            await self._threads.run(receiver.apply_read, conversation.peer.id, conversation.read_to)
        self._read[conversation.peer.id] = conversation.top_message
        self._read_since_gap.add(conversation.peer.id)


def ends_connection(error: RPCError) -> bool:
    refusal = classify(error)
    return ends_session(refusal) or isinstance(refusal, SystemicError)


def _store(row: TelegramSession, since: datetime | None) -> None:
    """Unless there was another login meanwhile."""
    rows = TelegramSession.unscoped.filter(pk=row.pk, login_epoch=row.login_epoch)
    rows.update(history_since=since)
