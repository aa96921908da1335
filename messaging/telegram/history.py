"""Looking into conversations: for a send of unknown end, and for what came while nobody was connected."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime, timedelta
from typing import Any

from telethon.tl import functions, types

from messaging.telegram import mapping
from messaging.telegram.client import Client
from messaging.telegram.peers import Peer

PAGE = 100
CLOCKS_APART = timedelta(seconds=60)


def input_peer(peer: Peer) -> types.InputPeerUser:
    return types.InputPeerUser(peer.id, peer.access_hash)


async def find_sent(client: Client, peer: Peer, text: str, since: datetime, taken: Collection[int]) -> int | None:
    """Telegram's id of our message of this text, sent since then; the oldest one that is not ``taken`` by another."""
    found = None
    async for message in messages_since(client, input_peer(peer), since - CLOCKS_APART):
        if message.out and message.id not in taken and mapping.same_text(text, message.message or ""):
            found = int(message.id)
    return found


async def messages_since(client: Client, peer: types.InputPeerUser, since: datetime) -> AsyncIterator[Any]:
    """The conversation's messages, newest first, back to that moment."""
    offset = 0
    while True:
        page = (await client.ask(_history(peer, offset))).messages
        for message in page:
            if message.date < since:
                return
            if isinstance(message, types.Message):
                yield message
        if len(page) < PAGE:
            return
        offset = page[-1].id


def _history(peer: types.InputPeerUser, offset: int) -> Any:
    return functions.messages.GetHistoryRequest(
        peer, offset_id=offset, offset_date=None, add_offset=0, limit=PAGE, max_id=0, min_id=0, hash=0
    )


async def sweep(client: Client, since: datetime) -> AsyncIterator[tuple[list[Any], list[Any]]]:
    """Batches of (messages, oldest first; users) of the private conversations that had something new since then."""
    answer = await client.ask(_dialogs())
    newest = {(type(each.peer_id), _id(each.peer_id), each.id): each.date for each in answer.messages}
    people = {user.id: user for user in answer.users}
    for dialog in answer.dialogs:
        if not isinstance(dialog.peer, types.PeerUser):
            continue
        at = newest.get((types.PeerUser, dialog.peer.user_id, dialog.top_message))
        person = mapping.person(people.get(dialog.peer.user_id))
        if at is None or at < since or person is None:
            continue
        found = [each async for each in messages_since(client, input_peer(person.peer), since)]
        yield found[::-1], [people[person.peer.id]]


async def recent_people(client: Client) -> list[Any]:
    """The people of the newest conversations."""
    people: list[Any] = (await client.ask(_dialogs())).users
    return people


def _dialogs() -> Any:
    return functions.messages.GetDialogsRequest(
        offset_date=None, offset_id=0, offset_peer=types.InputPeerEmpty(), limit=PAGE, hash=0
    )


def _id(peer: Any) -> int:
    return int(getattr(peer, "user_id", 0) or getattr(peer, "chat_id", 0) or getattr(peer, "channel_id", 0))
