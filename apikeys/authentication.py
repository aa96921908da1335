"""From a bearer token to an actor. Every request reads the key with one statement, so a revocation holds at once."""

from dataclasses import dataclass
from functools import cache
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
    """What one statement reads for a request: the key, its workspace and scopes, the plan of the live workspace, and
    the idempotency record of the request's Idempotency-Key, if there is one."""

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


def authenticate(token: str, idempotency_key: str | None = None) -> Credentials:
    """Authenticate a token: its credentials. Errors: ``token_invalid`` (401) for a malformed or unknown one.

    The checksum is verified first, so a mistyped token costs no query.
    """
    if tokens.parse(token) is None:
        raise DomainError("token_invalid")
    digest = tokens.digest(token)
    try:
        credentials = _read(digest, idempotency_key)
    except OperationalError:  # the database has closed the connection meanwhile; nothing was done with it yet
        if connection.in_atomic_block:
            raise
        close_old_connections()
        credentials = _read(digest, idempotency_key)
    if credentials is None:
        raise DomainError("token_invalid")
    return credentials


def check(credentials: Credentials, ip: str | None) -> None:
    """Raise ``token_revoked`` or ``token_expired`` (401), ``ip_not_allowed`` or ``plan_required`` (403)."""
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
    """Whether the address is in one of the CIDR networks. An unknown address is in none."""
    if ip is None:
        return False
    address = ip_address(ip)
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in ip_network(network) for network in networks)


@cache
def _statement() -> str:
    return (
        f"SELECT {_keys.columns('k')}, {_workspaces.columns('w')}, l.plan, l.trial_ends_at,"
        f" {_records.columns('r')} FROM {_keys.name} k JOIN {_workspaces.name} w ON w.id = k.workspace_id"
        f" JOIN {_workspaces.name} l ON l.id = COALESCE(w.live_id, w.id)"
        f" LEFT JOIN {_records.name} r ON r.workspace_id = k.workspace_id AND r.key = %s WHERE k.digest = %s"
    )


def _read(digest: bytes, idempotency_key: str | None) -> Credentials | None:
    with statement_cursor() as cursor:
        cursor.execute(_statement(), [idempotency_key or "", digest])
        row = cursor.fetchone()
    if row is None:
        return None
    end = len(_keys.names) + len(_workspaces.names)
    key, workspace, scopes = _instances(digest, row[:end])
    plan, trial_ends_at, record_values = row[end], row[end + 1], row[end + 2 :]
    record = _records.from_row(record_values) if record_values[0] is not None else None
    plan = effective_plan(plan, _workspaces.convert("trial_ends_at", trial_ends_at))
    return Credentials(key, workspace, scopes, plan, record)


MAX_CACHED = 10_000
_cache: dict[bytes, tuple[tuple[Any, ...], ApiKey, Workspace, frozenset[Scope]]] = {}


def _instances(digest: bytes, values: tuple[Any, ...]) -> tuple[ApiKey, Workspace, frozenset[Scope]]:
    """The instances for the values just read: those of the key's last request if the values are the same.

    Requests share them, so nobody may change them.
    """
    cached = _cache.get(digest)
    if cached is not None and cached[0] == values:
        return cached[1:]
    end = len(_keys.names)
    key, workspace = _keys.from_row(values[:end]), _workspaces.from_row(values[end:])
    key.workspace = workspace
    scopes = frozenset(map(Scope, key.scopes))
    if len(_cache) >= MAX_CACHED:
        _cache.clear()
    _cache[digest] = values, key, workspace, scopes
    return key, workspace, scopes
