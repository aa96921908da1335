"""Peers: Telegram users as one account addresses them, by id and access hash."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from telethon.tl import types

from messaging.models import Account, PeerHash


@dataclass(frozen=True, slots=True)
class Peer:
    """A user as this account addresses them. ``username`` is empty if they have none."""

    id: int
    access_hash: int
    username: str = ""

    def to_input(self) -> types.InputPeerUser:
        """The form that Telegram's requests take."""
        return types.InputPeerUser(self.id, self.access_hash)


@dataclass(frozen=True, slots=True)
class Person:
    """A peer and the name that Telegram shows for them."""

    peer: Peer
    name: str


def person_from_user(user: Any) -> Person | None:
    """None for users that cannot be addressed: deleted ones, and partial ("min") ones without an access hash."""
    if not isinstance(user, types.User) or user.min or not user.access_hash:
        return None
    active_usernames = [username.username for username in user.usernames or [] if username.active]
    name = " ".join(part for part in (user.first_name, user.last_name) if part)
    peer = Peer(user.id, user.access_hash, user.username or next(iter(active_usernames), ""))
    return Person(peer, without_nul(name))


def without_nul(text: str) -> str:
    """The text without NUL characters, which PostgreSQL does not store."""
    return text.replace("\0", "")


def find_peer(account_id: int, peer_id: int) -> Peer | None:
    """The stored peer; None if the account has never met this user."""
    row = PeerHash.unscoped.filter(account_id=account_id, peer_id=peer_id).first()
    return None if row is None else Peer(row.peer_id, row.access_hash, row.username)


def save_peers(account: Account, peers: Iterable[Peer]) -> None:
    """Store the peers; a known one gets the new access hash and username."""
    rows = [
        PeerHash(
            workspace_id=account.workspace_id,
            account=account,
            peer_id=peer.id,
            access_hash=peer.access_hash,
            username=peer.username,
        )
        for peer in peers
    ]
    PeerHash.unscoped.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account", "peer_id"],
        update_fields=["access_hash", "username"],
    )
