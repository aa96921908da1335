"""From a bearer token to an actor. Every request reads the key with one statement, so a revocation holds at once."""

import logging
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Protocol

from django.db import DatabaseError

from apikeys import tokens
from apikeys.models import ApiKey, IdempotencyRecord
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.sql.prepared_cursor import statement_cursor
from crmsolid.core.sql.table import Table
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Subject, Surface
from crmsolid.workspaces.models import Workspace, effective_plan
from crmsolid.workspaces.scopes import Scope

logger = logging.getLogger("crmsolid.apikeys")

DEFAULT_RATE_LIMIT = 600
LAST_USED_INTERVAL = timedelta(seconds=60)
AUDIT_INTERVAL_SECONDS = 60.0
MAX_AUDITED = 10_000

_keys, _workspaces, _records = Table(ApiKey), Table(Workspace), Table(IdempotencyRecord)
_audited: dict[tuple[str, str], float] = {}  # (key, reason) -> when it was last written, by the monotonic clock
_audited_lock = threading.Lock()


class Credentials(Protocol):
    """What a request is authenticated by: an API key, or at /mcp the token of an OAuth grant."""

    @property
    def workspace(self) -> Workspace: ...

    @property
    def plan(self) -> str:
        """The plan in force in the live workspace."""

    @property
    def rate_limit(self) -> int:
        """Requests a minute."""

    @property
    def bucket(self) -> str:
        """The rate limit bucket; no secret."""

    @property
    def idempotency_namespace(self) -> str:
        """Within which an ``idempotency_key`` of MCP is unique. It outlives the rotation of a key."""

    def check(self, ip: str | None) -> None:
        """Raise ``token_revoked`` or ``token_expired`` (401), or ``ip_not_allowed`` (403)."""

    def actor(self, surface: Surface, ip: str | None, request_id: str = "") -> Actor: ...

    def record_use(self, ip: str | None) -> None:
        """Store when and from where it was last used, with at most one write a minute."""

    def record_refusal(self, error: DomainError, surface: Surface, ip: str | None) -> None:
        """Write the refusal to the audit log, at most once a minute for each reason, so that it stays short."""


@dataclass(slots=True)
class KeyCredentials:
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

    @property
    def bucket(self) -> str:
        return f"key:{self.key.id}"

    @property
    def idempotency_namespace(self) -> str:
        return f"key:{self.key.first_id}"

    def actor(self, surface: Surface, ip: str | None, request_id: str = "") -> Actor:
        subject = Subject("key", self.key.id, self.key.name)
        return Actor(self.workspace, subject, self.scopes, None, surface, ip, request_id)

    def check(self, ip: str | None) -> None:
        key, now = self.key, clock.now()
        if key.revoked_at is not None and key.revoked_at <= now:
            raise DomainError("token_revoked")
        if key.expires_at is not None and key.expires_at <= now:
            raise DomainError("token_expired")
        if key.allowed_networks and not address_allowed(key.allowed_networks, ip):
            detail = f"this key may not be used from {ip}; its networks are set in the panel"
            raise DomainError("ip_not_allowed", detail)

    def record_use(self, ip: str | None) -> None:
        key, now = self.key, clock.now()
        if key.last_used_at is not None and now - key.last_used_at < LAST_USED_INTERVAL:
            return
        try:
            _keys.update(
                {"last_used_at": now, "last_used_ip": ip},
                "id = %s AND (last_used_at IS NULL OR last_used_at < %s)",
                [key.id, now - LAST_USED_INTERVAL],
            )
            key.last_used_at = now
        except DatabaseError:  # the response is ready, so this must not turn it into an error
            logger.warning("could not record the use of a key", extra={"key": key.id}, exc_info=True)

    def record_refusal(self, error: DomainError, surface: Surface, ip: str | None) -> None:
        audit_refusal(self.actor(surface, ip), "key.refused", error)


def authenticate(token: str, idempotency_key: str | None = None) -> KeyCredentials:
    """The credentials of a token. Errors: ``token_invalid`` (401); for a malformed one without a query."""
    if not tokens.is_well_formed(token):
        raise DomainError("token_invalid")
    digest = tokens.digest(token)
    credentials = _read(digest, idempotency_key)
    if credentials is None:
        raise DomainError("token_invalid")
    return credentials


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


def _read(digest: bytes, idempotency_key: str | None) -> KeyCredentials | None:
    with statement_cursor() as cursor:
        cursor.execute(_statement(), [idempotency_key or "", digest])
        row = cursor.fetchone()
    if row is None:
        return None
    middle = len(_keys.names)
    end = middle + len(_workspaces.names)
    key, workspace = _keys.from_row(row[:middle]), _workspaces.from_row(row[middle:end])
    key.workspace = workspace
    plan = effective_plan(row[end], row[end + 1])
    record = _records.from_row(row[end + 2 :]) if row[end + 2] is not None else None
    return KeyCredentials(key, workspace, frozenset(map(Scope, key.scopes)), plan, record)


def audit_refusal(actor: Actor, action: str, error: DomainError) -> None:
    """Write a refusal to the audit log as ``action``, at most once a minute for each subject and reason."""
    reason = str(error.extra.get("required_scope", actor.ip if error.code == "ip_not_allowed" else ""))
    subject, now = (actor.subject.id, f"{error.code}:{reason}"), time.monotonic()
    with _audited_lock:
        if now - _audited.get(subject, -AUDIT_INTERVAL_SECONDS) < AUDIT_INTERVAL_SECONDS:
            return
        if len(_audited) > MAX_AUDITED:
            _audited.clear()
        _audited[subject] = now
    try:
        audit.record(actor, action, actor.subject.id, code=error.code, reason=reason)
    except DatabaseError:
        logger.warning("could not audit a refusal", extra={"subject": actor.subject.id}, exc_info=True)
