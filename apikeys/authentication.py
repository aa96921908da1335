"""From a bearer token to an actor. Every request reads the key with one statement, so a revocation holds at once.

Each well-formed but unknown token costs a statement. When an address has used up its limit of requests without a valid
key, its tokens are looked up only if they are among the digests of all keys, which this process then reads every few
seconds. So a valid key behind the same address keeps working, also one that was never used before. The digests give no
authority: a token that is among them is looked up like any other.
"""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from ipaddress import ip_address, ip_network
from typing import Any, ClassVar

from django.apps import apps
from django.db import DatabaseError
from django.db.models import Q

from apikeys import tokens
from apikeys.models import ApiKey
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.sql.prepared_cursor import statement_cursor
from crmsolid.core.sql.table import Table
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope, Subject, Surface
from crmsolid.workspaces.edge import narrowed
from crmsolid.workspaces.limits import Limits
from crmsolid.workspaces.models import Workspace, effective_plan

logger = logging.getLogger("crmsolid.apikeys")

DEFAULT_RATE_LIMIT = 600
LAST_USED_INTERVAL = timedelta(seconds=60)
AUDIT_INTERVAL_SECONDS = 60.0
MAX_AUDITED = 10_000
# How old the digests of all keys may be: so long a key that was created a moment ago may be refused behind an address
# that is over its limit.
DIGESTS_SECONDS = 5.0
# The newest keys, about 12 MB. Behind such an address an older key gets 429, if there are more.
MAX_DIGESTS = 100_000
# With more addresses over their limit at once, the first are forgotten until their next refusal.
MAX_ADDRESSES = 10_000

_audited: dict[tuple[str, str], float] = {}  # (subject, reason) -> when it was last written, by the monotonic clock
_audited_lock = threading.Lock()


@dataclass(slots=True)
class Credentials(ABC):
    """What a request is authenticated by: an API key, or at /mcp the token of an OAuth grant. ``row`` is the key or
    grant, ``plan`` the plan in force in the live workspace, ``rate_limit`` in requests a minute."""

    kind: ClassVar[str]

    row: Any
    workspace: Workspace
    scopes: frozenset[Scope]
    plan: str
    rate_limit: int

    @property
    @abstractmethod
    def label(self) -> str:
        """What it is called in the audit log."""

    @property
    def bucket(self) -> str:
        """The rate limit bucket; no secret."""
        return f"{self.kind}:{self.row.id}"

    @property
    def idempotency_namespace(self) -> str:
        """Within which an ``idempotency_key`` of MCP is unique. It outlives the rotation of a key."""
        return self.bucket

    @property
    @abstractmethod
    def holder(self) -> str:
        """Who its limits are counted for."""

    @property
    def limits(self) -> Limits:
        """What narrows it beyond its scopes."""
        limits: Limits = self.row.limits(self.holder)
        return limits

    @abstractmethod
    def check(self, ip: str | None) -> None:
        """Raise ``token_revoked`` or ``token_expired`` (401), or ``ip_not_allowed`` (403)."""

    def actor(self, surface: Surface, ip: str | None, request_id: str = "") -> Actor:
        subject, limits = Subject(self.kind, self.row.id, self.label), self.limits
        workspace = narrowed(self.workspace, limits)
        return Actor(workspace, subject, self.scopes, None, surface, ip, request_id, limits=limits)

    def record_use(self, ip: str | None) -> None:
        """Store when and from where it was last used, with at most one write a minute."""
        row, now = self.row, clock.now()
        if row.last_used_at is not None and now - row.last_used_at < LAST_USED_INTERVAL:
            return
        unused = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USED_INTERVAL)
        rows = type(row).objects.for_workspace(self.workspace).filter(unused, pk=row.pk)
        try:
            rows.update(last_used_at=now, last_used_ip=ip)
            row.last_used_at = now
        except DatabaseError:  # the response is ready, so this must not turn it into an error
            logger.warning("could not record a use", extra={self.kind: row.id}, exc_info=True)

    def record_refusal(self, error: DomainError, surface: Surface, ip: str | None) -> None:
        """Write the refusal to the audit log, at most once a minute for each reason, so that it stays short."""
        reason = str(error.extra.get("required_scope", ip if error.code == "ip_not_allowed" else ""))
        subject, now = (self.row.id, f"{error.code}:{reason}"), time.monotonic()
        with _audited_lock:
            if now - _audited.get(subject, -AUDIT_INTERVAL_SECONDS) < AUDIT_INTERVAL_SECONDS:
                return
            if len(_audited) > MAX_AUDITED:
                _audited.clear()
            _audited[subject] = now
        try:
            audit.record(
                self.actor(surface, ip),
                "key.refused" if self.kind == "key" else "grant.refused",
                self.row.id,
                code=error.code,
                reason=reason,
            )
        except DatabaseError:
            logger.warning("could not audit a refusal", extra={"subject": self.row.id}, exc_info=True)


@dataclass(slots=True)
class KeyCredentials(Credentials):
    """``record`` is the idempotency record of the request's Idempotency-Key, if there is one."""

    kind: ClassVar[str] = "key"

    record: Any = None

    @property
    def key(self) -> ApiKey:
        key: ApiKey = self.row
        return key

    @property
    def label(self) -> str:
        return self.key.name

    @property
    def idempotency_namespace(self) -> str:
        return f"key:{self.key.first_id}"

    @property
    def holder(self) -> str:
        return self.key.first_id

    def check(self, ip: str | None) -> None:
        key, now = self.key, clock.now()
        if key.revoked_at is not None and key.revoked_at <= now:
            raise DomainError("token_revoked")
        if key.expires_at is not None and key.expires_at <= now:
            raise DomainError("token_expired")
        if key.allowed_networks and not address_allowed(key.allowed_networks, ip):
            detail = f"this key may not be used from {ip}; its networks are set in the panel"
            raise DomainError("ip_not_allowed", detail)


def address_allowed(networks: list[str], ip: str | None) -> bool:
    """Whether the address is in one of the CIDR networks. An unknown address is in none."""
    if ip is None:
        return False
    address = ip_address(ip)
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in ip_network(network) for network in networks)


def authenticate(token: str, idempotency_key: str | None = None) -> KeyCredentials:
    """The credentials of a token. Errors: ``token_invalid`` (401); for a malformed one without a query."""
    if not tokens.is_well_formed(token):
        raise DomainError("token_invalid")
    statement, keys, workspaces, records = _statement()
    with statement_cursor() as cursor:
        cursor.execute(statement, [idempotency_key or "", tokens.digest(token)])
        row = cursor.fetchone()
    if row is None:
        raise DomainError("token_invalid")
    own, of_workspace = len(keys.names), len(keys.names) + len(workspaces.names)
    key, workspace = keys.from_row(row[:own]), workspaces.from_row(row[own:of_workspace])
    plan, trial_ends_at, *stored = row[of_workspace:]
    key.workspace = workspace
    record = records.from_row(stored) if stored[0] is not None else None
    scopes, rate_limit = frozenset(map(Scope, key.scopes)), key.rate_limit or DEFAULT_RATE_LIMIT
    return KeyCredentials(key, workspace, scopes, effective_plan(plan, trial_ends_at), rate_limit, record)


def credentials_of_key(workspace: Workspace, first_id: str) -> KeyCredentials | None:
    """Those of the newest key among a key and its replacements that works now, for what it has asked for earlier."""
    now = clock.now()
    rows = ApiKey.objects.for_workspace(workspace).filter(first_id=first_id).order_by("-created_at", "-id")
    working = rows.filter(Q(revoked_at=None) | Q(revoked_at__gt=now), Q(expires_at=None) | Q(expires_at__gt=now))
    key: ApiKey | None = working.first()
    if key is None:
        return None
    key.workspace = workspace
    scopes, rate_limit = frozenset(map(Scope, key.scopes)), key.rate_limit or DEFAULT_RATE_LIMIT
    return KeyCredentials(key, workspace, scopes, workspace.current_plan, rate_limit)


@cache
def _statement() -> tuple[str, Table[ApiKey], Table[Workspace], Table[Any]]:
    """One statement for the key, its workspace, the plan of the live workspace and the record of the Idempotency-Key,
    with the tables of the rows in it."""
    keys, workspaces = Table(ApiKey), Table(Workspace)
    records: Table[Any] = Table(apps.get_model("apikeys", "IdempotencyRecord"))
    text = (
        f"SELECT {keys.columns('k')}, {workspaces.columns('w')}, l.plan, l.trial_ends_at,"
        f" {records.columns('r')} FROM {keys.name} k JOIN {workspaces.name} w ON w.id = k.workspace_id"
        f" JOIN {workspaces.name} l ON l.id = COALESCE(w.live_id, w.id)"
        f" LEFT JOIN {records.name} r ON r.workspace_id = k.workspace_id AND r.key = %s WHERE k.digest = %s"
    )
    return text, keys, workspaces, records


class TokenLookups:
    """Decides which tokens this process looks up. Buckets are those of addresses, as the limiter counts them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._refused: dict[str, float] = {}  # bucket -> the end of its window
        self._digests: frozenset[bytes] = frozenset()
        self._digests_expire = 0.0

    def refuse(self, bucket: str, seconds: int) -> None:
        """From now on look up no unknown token of this address. ``seconds``: until its window ends."""
        with self._lock:
            self._refused.pop(bucket, None)
            if len(self._refused) >= MAX_ADDRESSES:
                del self._refused[next(iter(self._refused))]
            self._refused[bucket] = self._clock() + seconds

    def allowed(self, token: str, bucket: str) -> bool:
        """Whether to ask the database for this token. Costs next to nothing while no address is over its limit."""
        if not self._refused or (end := self._refused.get(bucket)) is None:
            return True
        if end <= self._clock():
            with self._lock:
                self._refused.pop(bucket, None)
            return True
        return tokens.digest(token) in self._read_digests()

    def _read_digests(self) -> frozenset[bytes]:
        """The digests of all keys that are not revoked. Threads that ask at the same time wait for one that reads."""
        with self._lock:
            if self._digests_expire <= self._clock():
                rows = ApiKey.unscoped.filter(Q(revoked_at=None) | Q(revoked_at__gt=clock.now())).order_by("-id")
                self._digests = frozenset(map(bytes, rows.values_list("digest", flat=True)[:MAX_DIGESTS]))
                self._digests_expire = self._clock() + DIGESTS_SECONDS
            return self._digests


@lru_cache(maxsize=1)
def token_lookups() -> TokenLookups:
    """The process's own."""
    return TokenLookups()
