"""From a bearer token to an actor. Every request reads the key with one statement, so a revocation holds at once."""

import logging
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from ipaddress import ip_address, ip_network

from django.db import DatabaseError

from apikeys import tokens
from apikeys.models import ApiKey, IdempotencyRecord
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.sql.prepared_cursor import statement_cursor
from crmsolid.core.sql.table import Table, datetime_param
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Subject, Surface
from crmsolid.workspaces.models import Plan, Workspace, effective_plan
from crmsolid.workspaces.scopes import Scope

logger = logging.getLogger("crmsolid.apikeys")

DEFAULT_RATE_LIMIT = 600
LAST_USED_INTERVAL = timedelta(seconds=60)
AUDIT_INTERVAL_SECONDS = 60.0
MAX_AUDITED = 10_000

_keys, _workspaces, _records = Table(ApiKey), Table(Workspace), Table(IdempotencyRecord)
_audited: dict[tuple[str, str], float] = {}  # (key, reason) -> when it was last written, by the monotonic clock
_audited_lock = threading.Lock()


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
    """The credentials of a token. Errors: ``token_invalid`` (401); for a malformed one without a query."""
    if not tokens.is_well_formed(token):
        raise DomainError("token_invalid")
    digest = tokens.digest(token)
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
    middle = len(_keys.names)
    end = middle + len(_workspaces.names)
    key, workspace = _keys.from_row(row[:middle]), _workspaces.from_row(row[middle:end])
    key.workspace = workspace
    plan = effective_plan(row[end], _workspaces.convert("trial_ends_at", row[end + 1]))
    record = _records.from_row(row[end + 2 :]) if row[end + 2] is not None else None
    return Credentials(key, workspace, frozenset(map(Scope, key.scopes)), plan, record)


def record_use(key: ApiKey, ip: str | None) -> None:
    """Store when and from where the key was last used, with at most one write a minute for each key."""
    now = clock.now()
    if key.last_used_at is not None and now - key.last_used_at < LAST_USED_INTERVAL:
        return
    try:
        _keys.update(
            {"last_used_at": now, "last_used_ip": ip},
            "id = %s AND (last_used_at IS NULL OR last_used_at < %s)",
            [key.id, datetime_param(now - LAST_USED_INTERVAL)],
        )
        key.last_used_at = now
    except DatabaseError:  # the response is ready, so this must not turn it into an error
        logger.warning("could not record the use of a key", extra={"key": key.id}, exc_info=True)


def record_refusal(credentials: Credentials, error: DomainError, ip: str | None) -> None:
    """Write ``key.refused`` to the audit log, at most once a minute for each key and reason, so that it stays short."""
    reason = str(error.extra.get("required_scope", ip if error.code == "ip_not_allowed" else ""))
    subject, now = (credentials.key.id, f"{error.code}:{reason}"), time.monotonic()
    with _audited_lock:
        if now - _audited.get(subject, -AUDIT_INTERVAL_SECONDS) < AUDIT_INTERVAL_SECONDS:
            return
        if len(_audited) > MAX_AUDITED:
            _audited.clear()
        _audited[subject] = now
    actor = credentials.actor("rest", ip)
    try:
        audit.record(actor, "key.refused", credentials.key.id, code=error.code, reason=reason)
    except DatabaseError:
        logger.warning("could not audit a refusal", extra={"key": credentials.key.id}, exc_info=True)
