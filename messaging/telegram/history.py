"""Reading conversations: to find a send whose result is unknown, messages missed while disconnected, and older ones."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from telethon.tl import functions, types

from messaging.telegram.client import Client
from messaging.telegram.mapping import Peer, peer_from_user

PAGE = 100


async def messages_since(client: Client, peer: Peer, since: datetime) -> AsyncIterator[Any]:
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


async def page_before(client: Client, peer: Peer, message_id: int) -> list[Any]:
    """At most ``PAGE`` messages of the conversation that are older than this one, newest first; fewer are the last.

    0 stands for the newest messages.
    """
    request = functions.messages.GetHistoryRequest(
        peer.to_input(), offset_id=message_id, offset_date=None, add_offset=0, limit=PAGE, max_id=0, min_id=0, hash=0
    )
    page: list[Any] = (await client.invoke(request)).messages
    return page


async def recent_conversations(client: Client, since: datetime) -> AsyncIterator[tuple[list[Any], list[Any]]]:
    """The private conversations, of the newest 100, that have something new since then.

    Yields (messages, oldest first; users) for each.
    """
    dialogs = await newest_dialogs(client)
    private = [each for each in dialogs.messages if isinstance(each.peer_id, types.PeerUser)]
    dates = {(message.peer_id.user_id, message.id): message.date for message in private}
    users = {user.id: user for user in dialogs.users}
    for dialog in dialogs.dialogs:
        if not isinstance(dialog.peer, types.PeerUser):
            continue
        newest_at = dates.get((dialog.peer.user_id, dialog.top_message))
        peer = peer_from_user(users.get(dialog.peer.user_id))
        if newest_at is None or newest_at < since or peer is None:
            continue
        messages = [message async for message in messages_since(client, peer, since)]
        yield messages[::-1], [users[peer.id]]


async def newest_dialogs(client: Client) -> Any:
    """The newest 100 conversations, with their latest messages and their users."""
    request = functions.messages.GetDialogsRequest(
        offset_date=None, offset_id=0, offset_peer=types.InputPeerEmpty(), limit=PAGE, hash=0
    )
    return await client.invoke(request)
