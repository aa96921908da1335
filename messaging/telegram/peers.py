"""Who a message goes to, as the account addresses them."""

from collections.abc import Iterable
from dataclasses import dataclass

from messaging.models import Account, PeerHash


@dataclass(frozen=True, slots=True)
class Peer:
    """A person as this account addresses them. ``username`` is empty where there is none."""

    id: int
    access_hash: int
    username: str = ""


def find(account_id: int, peer_id: int) -> Peer | None:
    """What the account knows of that person."""
    row = PeerHash.unscoped.filter(account_id=account_id, peer_id=peer_id).first()
    return None if row is None else Peer(row.peer_id, row.access_hash, row.username)


def save(account: Account, peers: Iterable[Peer]) -> None:
    """Remember them, the newest hash and username of each."""
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
