"""A Telethon session that starts from our rows. It writes nothing by itself: what is worth keeping is taken from it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from telethon.crypto import AuthKey
from telethon.sessions import MemorySession
from telethon.tl.types.updates import State

from crmsolid.core import crypto
from messaging.models import TelegramSession
from messaging.telegram.config import DataCentre

ACCOUNT = 0  # Telethon's name for the state of the account itself; others are channels


@dataclass(frozen=True, slots=True)
class UpdateState:
    """How far the account's updates have been read. ``date`` in Unix seconds."""

    pts: int
    qts: int
    date: int
    seq: int


class RowSession(MemorySession):
    """In memory; ``auth_key`` is the plain key, None for a new one."""

    def __init__(self, centre: DataCentre, auth_key: bytes | None = None, state: UpdateState | None = None) -> None:
        super().__init__()
        self.set_dc(centre.id, centre.host, centre.port)
        if auth_key:
            self.auth_key = AuthKey(auth_key)
        if state is not None and state.pts:
            date = datetime.fromtimestamp(state.date, UTC)
            self.set_update_state(ACCOUNT, State(state.pts, state.qts, date, state.seq, unread_count=0))

    @property
    def centre(self) -> DataCentre:
        return DataCentre(self.dc_id, self.server_address, self.port)

    @property
    def key(self) -> bytes:
        return bytes(self.auth_key.key) if self.auth_key and self.auth_key.key else b""


def from_row(row: TelegramSession) -> RowSession:
    """The session of an account that is logged in."""
    state = UpdateState(row.pts, row.qts, row.date, row.seq)
    return RowSession(DataCentre(row.dc_id, row.host, row.port), crypto.decrypt(bytes(row.auth_key)), state)


def seal(session: RowSession, **more: str) -> bytes:
    """The session without update state, and some strings, encrypted."""
    centre = session.centre
    values = {"dc": centre.id, "host": centre.host, "port": centre.port, "key": session.key.hex(), **more}
    return crypto.encrypt(json.dumps(values).encode())


def unseal(sealed: bytes) -> tuple[RowSession, dict[str, str]]:
    """What :func:`seal` was given."""
    values = json.loads(crypto.decrypt(sealed))
    centre = DataCentre(values.pop("dc"), values.pop("host"), values.pop("port"))
    return RowSession(centre, bytes.fromhex(values.pop("key"))), values
