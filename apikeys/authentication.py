"""From a bearer token to an actor: one statement, on every request, so that a revocation holds at once."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from django.db import OperationalError, close_old_connections, connection

from apikeys import tokens
from apikeys.models import ApiKey, IdempotencyRecord
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.sql.prepared_cursor import statement_cursor
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.actor import Actor, Subject, Surface
from crmsolid.workspaces.models import Plan, Workspace, effective_plan
from crmsolid.workspaces.scopes import Scope

DEFAULT_RATE_LIMIT = 600

_keys, _workspaces, _records = Table(ApiKey), Table(Workspace), Table(IdempotencyRecord)


@dataclass(slots=True)
class Credentials:
    """A key that was found, its workspace and scopes, the live workspace's plan, and the answer stored under the
    request's Idempotency-Key, if any: one read serves them all."""

    key: ApiKey
    workspace: Workspace
    scopes: frozenset[Scope]
    plan: str
    record: IdempotencyRecord | None

    @property
    def rate_limit(self) -> int:
        return self.key.rate_limit or DEFAULT_RATE_LIMIT

    def actor(self, surface: Surface, ip: str | None, request_id: str = "") -> Actor:
        subject = Subject("key", self.key.id, self.key.name)
        return Actor(self.workspace, subject, self.scopes, None, surface, ip, request_id)


def find(token: str, idempotency_key: str | None = None) -> Credentials:
    """The credentials of a token. ``token_invalid`` (401) when it is malformed or unknown.

    The checksum is judged first: a mistyped token never costs a query.
    """
    if tokens.parse(token) is None:
        raise DomainError("token_invalid")
    found = _read(tokens.digest(token), idempotency_key)
    if found is None:
        raise DomainError("token_invalid")
    return found


def check(credentials: Credentials, ip: str | None) -> None:
    """Refuse a revoked or expired key (401), a foreign address (403) and an expired plan (403)."""
    key, now = credentials.key, clock.now()
    if key.revoked_at is not None and key.revoked_at <= now:
        raise DomainError("token_revoked")
    if key.expires_at is not None and key.expires_at <= now:
        raise DomainError("token_expired")
    if key.allowed_networks and not address_allowed(key.allowed_networks, ip):
        raise DomainError("ip_not_allowed", f"this key may not be used from {ip}; its networks are set in the panel")
    if credentials.plan == Plan.EXPIRED:
        raise DomainError("plan_required")


def address_allowed(networks: list[str], ip: str | None) -> bool:
    """Whether the address lies in one of the CIDR networks. An unknown address lies in none."""
    if ip is None:
        return False
    address = ip_address(ip)
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in ip_network(network) for network in networks)


MAX_KEPT = 10_000
_kept: dict[bytes, tuple[tuple[Any, ...], ApiKey, Workspace, frozenset[Scope]]] = {}

_SQL = ""


def _sql() -> str:
    global _SQL
    if not _SQL:
        _SQL = (
            f"SELECT {_keys.columns('k')}, {_workspaces.columns('w')}, l.plan, l.trial_ends_at,"
            f" {_records.columns('r')} FROM {_keys.name} k JOIN {_workspaces.name} w ON w.id = k.workspace_id"
            f" JOIN {_workspaces.name} l ON l.id = COALESCE(w.live_id, w.id)"
            f" LEFT JOIN {_records.name} r ON r.workspace_id = k.workspace_id AND r.key = %s WHERE k.digest = %s"
        )
    return _SQL


def _read(digest: bytes, idempotency_key: str | None) -> Credentials | None:
    """The one read. A connection that the database dropped meanwhile is replaced once: nothing has happened yet."""
    try:
        return _read_once(digest, idempotency_key)
    except OperationalError:
        if connection.in_atomic_block:
            raise
        close_old_connections()
        return _read_once(digest, idempotency_key)


def _read_once(digest: bytes, idempotency_key: str | None) -> Credentials | None:
    with statement_cursor() as cursor:
        cursor.execute(_sql(), [idempotency_key or "", digest])
        row = cursor.fetchone()
    if row is None:
        return None
    there = len(_keys.names) + len(_workspaces.names)
    key, workspace, scopes = _instances(digest, row[:there])
    plan, ends, stored = row[there], row[there + 1], row[there + 2 :]
    record = _records.from_row(stored) if stored[0] is not None else None
    trial_end = _workspaces.convert("trial_ends_at", ends)
    return Credentials(key, workspace, scopes, effective_plan(plan, trial_end), record)


def _instances(digest: bytes, values: tuple[Any, ...]) -> tuple[ApiKey, Workspace, frozenset[Scope]]:
    """What the values just read come to; what they came to at the last request if nothing in them has changed.
    Whoever gets it never changes it."""
    kept = _kept.get(digest)
    if kept is not None and kept[0] == values:
        return kept[1:]
    here = len(_keys.names)
    key, workspace = _keys.from_row(values[:here]), _workspaces.from_row(values[here:])
    key.workspace = workspace
    scopes = frozenset(map(Scope, key.scopes))
    if len(_kept) >= MAX_KEPT:
        _kept.clear()
    _kept[digest] = values, key, workspace, scopes
    return key, workspace, scopes
