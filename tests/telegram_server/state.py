"""The state of the server: users, authorization keys, login codes and counters. Used in its event loop only."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telethon.crypto import AuthKey

from .errors import RpcFailure
from .files import FileStore
from .login_tokens import LoginTokens
from .mailbox import Mailbox
from .settings import Duplicates, Settings
from .srp import Challenge, Verifier

if TYPE_CHECKING:
    from .channels import Channel
    from .session import Session

FIRST_USER_ID = 1_000_001
FIRST_GROUPED_ID = 13_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Freeze:
    """Times in Unix seconds; 0 and "" are not said."""

    since: int
    until: int
    appeal_url: str


@dataclass(frozen=True, slots=True)
class AlbumFault:
    """What happens to one album: only the items at these positions are accepted (None: all); each item gets a
    grouped_id of its own half if it is split."""

    accepted: list[int] | None = None
    is_split: bool = False


@dataclass(slots=True, eq=False)
class User:
    id: int
    phone: str
    dc_id: int
    first_name: str
    last_name: str = ""
    username: str | None = None
    verifier: Verifier | None = None
    is_bot: bool = False
    hint: str | None = None
    has_unknown_algorithm: bool = False
    is_deactivated: bool = False
    accepts_messages: bool = True
    freeze: Freeze | None = None
    identities: dict[tuple[str, ...], None] = field(default_factory=dict)
    mailbox: Mailbox = field(default_factory=Mailbox)
    clock_offset: int = 0
    loses_pushes: bool = False
    too_long_differences: int = 0
    texts_to_change: int = 0
    duplicates: Duplicates | None = None
    is_premium: bool = False
    hides_read_dates: bool = False
    actions: list[tuple[int, str]] = field(default_factory=list)
    reference_generation: int = 0
    parts_to_drop: list[int] = field(default_factory=list)
    album_faults: list[AlbumFault] = field(default_factory=list)

    def time(self) -> float:
        """Unix time of the server as this user's clients see it, see ``UpdateControl.shift_clock``."""
        return time.time() + self.clock_offset


@dataclass(slots=True, eq=False)
class Authorization:
    """An authorization key of one data center, and the user who is logged in with it. One that was imported from the
    user's home is for files only: nothing is pushed to it."""

    auth_key: Any
    dc_id: int
    salt: int
    user: User | None = None
    awaiting_password: User | None = None
    challenge: Challenge | None = None
    refusal: RpcFailure | None = None
    has_layer: bool = False
    is_imported: bool = False
    sessions: dict[int, Session] = field(default_factory=dict)

    @property
    def clock_offset(self) -> int:
        return 0 if self.user is None else self.user.clock_offset


@dataclass(slots=True)
class CodePlan:
    """How a login code is sent: auth.sentCodeType<kind> with these fields. Without `next_type` there is no other way.
    `code` replaces the five random digits."""

    kind: str = "App"
    fields: dict[str, Any] = field(default_factory=lambda: {"length": 5})
    next_type: str | None = "Sms"
    timeout: int | None = None
    code: str | None = None


@dataclass(slots=True)
class LoginCode:
    code: str
    phone_code_hash: str
    plan: CodePlan
    is_expired: bool = False
    is_confirmed: bool = False


class ServerState:
    def __init__(self, settings: Settings) -> None:
        self.users: dict[int, User] = {}
        self.channels: dict[int, Channel] = {}
        self.authorizations: dict[tuple[int, int], Authorization] = {}
        self.login_codes: dict[str, LoginCode] = {}
        self.code_plans: dict[str, CodePlan] = {}
        self.exported: dict[bytes, tuple[User, int]] = {}
        self.logout_tokens: dict[bytes, User] = {}
        self.login_tokens = LoginTokens()
        self.files = FileStore(settings)
        self.requests: Counter[tuple[str, str]] = Counter()
        self.peak_connections: Counter[str] = Counter()
        self.crashes: list[str] = []
        self._groups = 0
        self._changed = asyncio.Event()
        self._hash_seed = os.urandom(16)

    def notify(self) -> None:
        """Wake those who wait for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self) -> None:
        await self._changed.wait()

    def new_group(self) -> int:
        """The grouped_id of a new album."""
        self._groups += 1
        return FIRST_GROUPED_ID + self._groups

    def add_user(
        self, phone: str, dc_id: int, first_name: str, last_name: str = "", user_id: int | None = None
    ) -> User:
        user = User(user_id or FIRST_USER_ID + len(self.users), digits(phone), dc_id, first_name, last_name)
        if self.user_by_phone(user.phone):
            raise ValueError(f"the phone {user.phone} is taken")
        self.users[user.id] = user
        return user

    def user_by_phone(self, phone: str) -> User | None:
        wanted = digits(phone)
        return next((user for user in self.users.values() if user.phone == wanted), None)

    def user_by_username(self, username: str) -> User | None:
        wanted = username.lower()
        users = (user for user in self.users.values() if user.username and user.username.lower() == wanted)
        return next(users, None)

    def access_hash(self, viewer: User, target: User) -> int:
        """Differs for each viewer, as Telegram's does; never 0."""
        seed = self._hash_seed + f"{viewer.id}:{target.id}".encode()
        return int.from_bytes(hashlib.sha256(seed).digest()[:8], "big") >> 1 | 1

    def add_authorization(self, dc_id: int, auth_key: Any, salt: int) -> Authorization:
        authorization = Authorization(auth_key, dc_id, salt)
        self.authorizations[dc_id, auth_key.key_id] = authorization
        return authorization

    def authorize(self, user: User, dc_id: int) -> Authorization:
        """A key that is already logged in."""
        # The first byte is not 0, see handshake.py on keys with leading zeros.
        authorization = self.add_authorization(dc_id, AuthKey(b"\x01" + os.urandom(255)), new_salt())
        authorization.user = user
        return authorization

    def authorizations_of(self, user: User) -> list[Authorization]:
        return [each for each in self.authorizations.values() if each.user is user]

    def sessions_of(self, user: User) -> list[Session]:
        """Those in the user's home data center."""
        return self._sessions(user, is_imported=False)

    def file_sessions_of(self, user: User) -> list[Session]:
        """Those in other data centers, where files are."""
        return self._sessions(user, is_imported=True)

    def _sessions(self, user: User, *, is_imported: bool) -> list[Session]:
        authorizations = [each for each in self.authorizations_of(user) if each.is_imported is is_imported]
        return [session for each in authorizations for session in each.sessions.values()]

    def listening_sessions(self, user: User) -> list[Session]:
        """Those that a push reaches."""
        return [] if user.loses_pushes else [each for each in self.sessions_of(user) if each.wants_updates]

    def new_login_code(self, phone: str, plan: CodePlan | None = None) -> LoginCode:
        plan = plan or self.code_plans.get(digits(phone)) or CodePlan()
        code = LoginCode(plan.code or f"{secrets.randbelow(100_000):05}", secrets.token_hex(9), plan)
        self.login_codes[digits(phone)] = code
        return code

    def count(self, request: str, phone: str) -> None:
        self.requests[request, phone] += 1
        self.notify()

    def connections_of(self, user: User) -> int:
        return len({id(session.connection) for session in self.sessions_of(user)})

    def update_peak(self, user: User | None) -> None:
        if user is not None:
            self.peak_connections[user.phone] = max(self.peak_connections[user.phone], self.connections_of(user))


def digits(phone: str) -> str:
    return "".join(character for character in phone if character.isdigit())


def new_salt() -> int:
    return secrets.randbits(63)
