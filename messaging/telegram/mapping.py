"""Telegram's messages and users in the terms of the product, and the stored addresses of users."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from telethon.tl import types

from messaging.files.received import Part
from messaging.formatting.entities import Entity
from messaging.models import Account, PeerHash, Thread
from messaging.telegram import received_media as media
from messaging.telegram.entities import from_telegram

# Telegram's own accounts, which are no customers: login codes (777000, 42777), the codes that other services send over
# Telegram (489000, "Verification Codes"), mentions in comments (1271266957, "Replies"), and tokens of bots (93372553,
# BotFather, known even where Telegram does not tell that it is a bot). Codes must never reach a thread, an event or a
# webhook.
SERVICE_ACCOUNT_IDS = frozenset({777000, 42777, 489000, 1271266957, 93372553})


@dataclass(frozen=True, slots=True)
class PrivateMessage:
    """A message of a private conversation. ``entities`` are the formatted parts of ``text``. ``edited_at`` is set only
    if the text was changed.

    ``reply_to`` is the id of the message of this conversation that it quotes, ``quote`` the part of its text.
    ``is_automatic``: Telegram sent it for its author, as an away message or a greeting, or a bot that answers for them
    did. Of an album, whose parts are messages of
    their own at Telegram, ``parts`` has those that :func:`merge_albums` found.
    """

    id: int
    peer_id: int
    text: str
    at: datetime
    outgoing: bool
    kind: str
    edited_at: datetime | None = None
    reply_to: int | None = None
    is_automatic: bool = False
    quote: str = ""
    entities: tuple[Entity, ...] = ()
    media_text: str = ""
    grouped_id: int | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Peer:
    """A user as one account addresses them. ``username`` is empty if they have none, ``name`` if it is not known;
    ``last_name`` is the part at its end."""

    id: int
    access_hash: int
    username: str = ""
    name: str = ""
    last_name: str = ""

    def to_input(self) -> types.InputPeerUser:
        """The form that Telegram's requests take."""
        return types.InputPeerUser(self.id, self.access_hash)


def private_message(update: Any, own_id: int) -> PrivateMessage | None:
    """The private message with a person that an update brings or changes, or that a message of the history is.

    None for everything else: groups, channels, most service messages, messages of Telegram's service accounts, and
    notes to oneself (``own_id`` is the account's own user id).
    """
    message = update.message if isinstance(update, types.UpdateNewMessage | types.UpdateEditMessage) else update
    if isinstance(message, types.UpdateShortMessage):
        peer_id = message.user_id
    elif isinstance(message, types.Message | types.MessageService) and isinstance(message.peer_id, types.PeerUser):
        peer_id = message.peer_id.user_id
    else:
        return None
    notice = media.words_of_action(message.action) if isinstance(message, types.MessageService) else None
    if notice == "":
        return None
    if peer_id == own_id or peer_id in SERVICE_ACCOUNT_IDS:
        return None
    edit_is_hidden = getattr(message, "edit_hide", None)  # a reaction, for example, not a new text
    content = getattr(message, "media", None)
    text = without_nul(message.message or media.text_of_page(getattr(message, "rich_message", None)))
    file = media.file_of(content)
    kind, words = "service" if notice else media.kind_of(content), notice or media.words_of(content)
    if kind == "text" and not text:
        kind, words = "other", media.UNKNOWN
    return PrivateMessage(
        id=message.id,
        peer_id=peer_id,
        text=text,
        at=message.date,
        outgoing=bool(message.out),
        kind=kind,
        edited_at=None if edit_is_hidden else getattr(message, "edit_date", None),
        reply_to=_quoted_id(message.reply_to),
        is_automatic=bool(notice or getattr(message, "offline", None) or getattr(message, "via_business_bot_id", None)),
        quote=_quote(message.reply_to),
        entities=from_telegram(text, message.entities),
        media_text=words,
        grouped_id=getattr(message, "grouped_id", None),
        parts=(Part(message.id, file),) if file is not None else (),
    )


def merge_albums(messages: Sequence[PrivateMessage | None]) -> list[PrivateMessage | None]:
    """The messages, each album with all its parts in the place of the first one, and None in the places of the
    others."""
    merged: list[PrivateMessage | None] = []
    places: dict[tuple[int, bool, int], int] = {}
    for message in messages:
        if message is None or message.grouped_id is None or not message.parts:
            merged.append(message)
            continue
        album = message.peer_id, message.outgoing, message.grouped_id
        place = places.setdefault(album, len(merged))
        merged.append(message if place == len(merged) else None)
        first = merged[place]
        if first is not None and first is not message:
            merged[place] = _with_part(first, message)
    return merged


def _with_part(album: PrivateMessage, part: PrivateMessage) -> PrivateMessage:
    """The caption is that of the part that has one."""
    parts = {each.telegram_message_id: each for each in (*album.parts, *part.parts)}
    caption = album if album.text else part
    return replace(
        album,
        text=caption.text,
        entities=caption.entities,
        edited_at=album.edited_at or part.edited_at,
        parts=tuple(parts[number] for number in sorted(parts)),
    )


def _quoted_id(header: Any) -> int | None:
    """None for an answer to a story, or to a message of another conversation, which has ids of its own."""
    if not isinstance(header, types.MessageReplyHeader) or header.reply_to_peer_id or header.reply_to_scheduled:
        return None
    return header.reply_to_msg_id


def _quote(header: Any) -> str:
    is_here = _quoted_id(header) is not None and header.quote
    return without_nul(header.quote_text or "") if is_here else ""


def peer_from_user(user: Any) -> Peer | None:
    """None for users that are no people (bots, Telegram's service accounts), and for those that cannot be addressed:
    deleted ones, and partial ("min") ones without an access hash."""
    if not isinstance(user, types.User) or user.min or not user.access_hash:
        return None
    if user.bot or user.id in SERVICE_ACCOUNT_IDS:
        return None
    active_usernames = [username.username for username in user.usernames or [] if username.active]
    name = " ".join(part for part in (user.first_name, user.last_name) if part)
    username = user.username or next(iter(active_usernames), "")
    return Peer(user.id, user.access_hash, username, without_nul(name), without_nul(user.last_name or ""))


def without_nul(text: str) -> str:
    """The text without NUL characters, which PostgreSQL does not store."""
    return text.replace("\0", "")


def find_peer(account_id: int, peer_id: int) -> Peer | None:
    """The stored peer, without a name; None if the account has never met this user."""
    return find_peers(account_id, [peer_id]).get(peer_id)


def find_peers(account_id: int, peer_ids: Iterable[int]) -> dict[int, Peer]:
    """By id, those of these users whom the account has met."""
    rows = PeerHash.unscoped.filter(account_id=account_id, peer_id__in=peer_ids)
    return {row.peer_id: Peer(row.peer_id, row.access_hash, row.username) for row in rows}


def peer_of_thread(thread_id: str) -> Peer | None:
    """The stored peer of the thread's contact; None if its account has never met them."""
    found = Thread.unscoped.filter(pk=thread_id).values_list("account_id", "contact__telegram_id").first()
    account_id, telegram_id = found or (0, None)
    return None if telegram_id is None else find_peer(account_id, telegram_id)


def save_peers(account: Account, peers: Iterable[Peer]) -> None:
    """Store the peers; a known one gets the new access hash and username."""
    owner = {"workspace_id": account.workspace_id, "account": account}
    PeerHash.unscoped.bulk_create(
        [PeerHash(peer_id=each.id, access_hash=each.access_hash, username=each.username, **owner) for each in peers],
        update_conflicts=True,
        unique_fields=["account", "peer_id"],
        update_fields=["access_hash", "username"],
    )
