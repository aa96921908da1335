"""Reading conversations: to find a send whose result is unknown, messages missed while disconnected, and older ones."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from telethon import utils
from telethon.tl import functions, types

from messaging.telegram.mapping import Peer, peer_from_user

PAGE = 100


class Invoker(Protocol):
    """A connection, or one that is paced."""

    async def invoke(self, request: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Conversation:
    """One with a person. ``top_message`` is the id of its newest message, of whatever kind; up to ``read_to`` the
    person's messages are read."""

    user: Any
    peer: Peer
    top_message: int
    read_to: int


@dataclass(slots=True)
class Conversations:
    """By user id, the conversations that were ``found`` on so many ``pages`` of the list; ``users`` are all of these
    pages."""

    found: dict[int, Conversation]
    users: list[Any]
    pages: int


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
        dates = {(utils.get_peer_id(each.peer_id), each.id): each.date for each in answer.messages if each.peer_id}
        entities = {utils.get_peer_id(each): each for each in [*answer.users, *answer.chats]}
        result.pages += 1
        result.users += answer.users
        offset_date = None
        for dialog in answer.dialogs:
            peer_id = utils.get_peer_id(dialog.peer)
            entity, date = entities.get(peer_id), dates.get((peer_id, dialog.top_message))
            if date is None:
                continue
            peer = peer_from_user(entity)
            if date >= since and peer is not None:
                result.found[peer.id] = Conversation(entity, peer, dialog.top_message, dialog.read_inbox_max_id)
            if isinstance(dialog, types.Dialog):  # not the folder of archived ones
                offset_date, offset_id = date, dialog.top_message
                offset_peer = utils.get_input_peer(entity, check_hash=False) if entity else types.InputPeerEmpty()
        if isinstance(answer, types.messages.Dialogs) or offset_date is None or offset_date < since:
            return result


async def users_of_messages(client: Invoker, message_ids: list[int]) -> list[Any]:
    """The users that these private messages belong to. Telegram numbers all private messages of an account, so this
    request needs no peer; it is the cheapest that tells the access hash of somebody who has written."""
    wanted = [types.InputMessageID(each) for each in message_ids]
    users: list[Any] = (await client.invoke(functions.messages.GetMessagesRequest(wanted))).users
    return users
