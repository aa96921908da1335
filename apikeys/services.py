"""Services of API keys: create, rotate with an overlap, revoke, list. Each change writes its audit entry."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from apikeys import tokens
from apikeys.models import ApiKey
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid
from crmsolid.limits.choosing import ChosenLimits, audited
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.limits import Approval
from crmsolid.workspaces.models import Mode, Role, User, Workspace

MAX_NAME = 100
MAX_RATE_LIMIT = 100_000
MAX_LIFETIME = timedelta(days=36_525)
MAPPED_BITS = 96  # length of ::ffff:0:0/96, the prefix under which IPv6 holds IPv4 addresses
MAX_NAMED = 20  # keys that one error message names
WARN_BEFORE = timedelta(days=14)

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,5})([smhd])", re.ASCII)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key with its token, which is known only now. The repr does not show the token."""

    key: ApiKey
    token: str = field(repr=False)


@transaction.atomic
def create_key(
    actor: Actor,
    *,
    name: str,
    scopes: Iterable[Scope],
    expires_at: datetime | None = None,
    rate_limit: int | None = None,
    allowed_networks: Sequence[str] = (),
    account_ids: Collection[int] = (),
    segment_id: str = "",
    daily_sends: int | None = None,
    daily_changes: int | None = None,
    approval: str = Approval.NONE,
    created_by: User | None = None,
    new_id: str | None = None,
) -> IssuedKey:
    """Create a key in the actor's workspace; it is a live or a test key as the workspace is.

    ``rate_limit`` is in requests a minute, ``allowed_networks`` are CIDR networks, ``new_id`` is the id of the new key;
    the five between are as in :class:`ChosenLimits`.
    Errors: ``forbidden`` for anybody but admins and owners; ``validation_failed`` (name, scopes, expires_at,
    rate_limit, allowed_networks, and the limits'); ``invalid_state`` if there is a key with ``new_id`` already.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    name, chosen = _checked_name(name), frozenset(scopes)
    if not chosen:
        raise invalid("scopes", "required", "choose at least one scope")
    if expires_at is not None and expires_at <= clock.now():
        raise invalid("expires_at", "past", "the expiry must lie in the future")
    if expires_at is not None and expires_at > clock.now() + MAX_LIFETIME:
        raise invalid("expires_at", "out_of_range", "a key lasts at most 100 years; or choose one that never expires")
    if rate_limit is not None and not 1 <= rate_limit <= MAX_RATE_LIMIT:
        raise invalid("rate_limit", "out_of_range", f"a rate limit is 1 to {MAX_RATE_LIMIT} requests a minute")
    limits = ChosenLimits(account_ids, segment_id, daily_sends, daily_changes, approval)
    columns = limits.columns(actor.workspace)
    key = ApiKey(
        workspace=actor.workspace,
        name=name,
        scopes=[scope.value for scope in Scope if scope in chosen],
        expires_at=expires_at,
        rate_limit=rate_limit,
        allowed_networks=_normalized_networks(allowed_networks),
        created_by=created_by,
        **columns,
    )
    issued = _issue(key, new_id)
    shown = audited(columns) if limits.is_limited else {}
    audit.record(actor, "key.created", key.id, name=key.name, prefix=key.prefix, scopes=key.scopes, **shown)
    return issued


@transaction.atomic
def rotate_key(
    actor: Actor,
    key_id: str,
    *,
    overlap: timedelta,
    created_by: User | None = None,
    new_id: str | None = None,
) -> IssuedKey:
    """Create a replacement with the same name, scopes and limits. The old key stops working after ``overlap``, or
    earlier if that was decided before.

    Errors: ``forbidden`` for anybody but admins and owners; ``not_found``; ``validation_failed`` (overlap);
    ``invalid_state`` for a key that is revoked or expired, or if there is a key with ``new_id`` already.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    old = _lock_key(actor, key_id)
    if old.state != "active":
        raise DomainError("invalid_state", f"this key is {old.state}; make a new one instead of rotating it")
    if overlap < timedelta(0):
        raise invalid("overlap", "min_value", "the overlap cannot be negative")
    new = ApiKey(
        workspace=actor.workspace,
        name=old.name,
        scopes=old.scopes,
        rate_limit=old.rate_limit,
        allowed_networks=old.allowed_networks,
        account_ids=old.account_ids,
        segment_id=old.segment_id,
        daily_sends=old.daily_sends,
        daily_changes=old.daily_changes,
        approval=old.approval,
        expires_at=old.expires_at,
        created_by=created_by,
        rotated_from=old,
    )
    issued = _issue(new, new_id)
    ends = clock.now() + overlap
    old.revoked_at = ends if old.revoked_at is None else min(ends, old.revoked_at)
    old.save(update_fields=["revoked_at"])
    audit.record(actor, "key.rotated", old.id, replacement=new.id, overlap_seconds=int(overlap.total_seconds()))
    return issued


@transaction.atomic
def rename_key(actor: Actor, key_id: str, *, name: str) -> ApiKey:
    """Give a key another name. It goes on working as before; the name it has already changes nothing.

    Errors: ``forbidden`` for anybody but admins and owners; ``not_found``; ``validation_failed`` (name).
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    new = _checked_name(name)
    key = _lock_key(actor, key_id)
    if key.name != new:
        old, key.name = key.name, new
        key.save(update_fields=["name"])
        audit.record(actor, "key.renamed", key.id, old=old, new=new)
    return key


@transaction.atomic
def revoke_key(actor: Actor, key_id: str) -> ApiKey:
    """Revoke a key from the next request on; doing so again changes nothing.

    Errors: ``forbidden`` for anybody but admins and owners; ``not_found``.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    key, now = _lock_key(actor, key_id), clock.now()
    if key.revoked_at is None or key.revoked_at > now:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        audit.record(actor, "key.revoked", key.id, name=key.name, prefix=key.prefix)
    return key


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or "\0" in name:
        raise invalid("name", "invalid", f"a key needs a name of 1 to {MAX_NAME} characters")
    return name


def _lock_key(actor: Actor, key_id: str) -> ApiKey:
    rows = ApiKey.objects.for_workspace(actor.workspace).select_for_update()
    key: ApiKey = rows.get_or_not_found(key_id)
    return key


def _issue(key: ApiKey, new_id: str | None) -> IssuedKey:
    key.id = new_id or key.id
    key.first_id = key.rotated_from.first_id if key.rotated_from is not None else key.id
    token = tokens.generate(key.workspace.mode)
    key.prefix, key.digest = token.prefix, tokens.digest(token.text)
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError:
        raise DomainError("invalid_state", "this key was made a moment ago; its token was shown then, once") from None
    return IssuedKey(key, token.text)


def _normalized_networks(networks: Sequence[str]) -> list[str]:
    try:
        parsed = [ip_network(network.strip(), strict=False) for network in networks if network.strip()]
    except ValueError:
        raise invalid("allowed_networks", "invalid", "give networks as CIDR, such as 203.0.113.0/24") from None
    for position, network in enumerate(parsed):
        # Requests are compared by their IPv4 address, so ::ffff:203.0.113.0/120 becomes 203.0.113.0/24.
        mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
        if mapped is not None and network.prefixlen >= MAPPED_BITS:
            parsed[position] = IPv4Network((mapped, network.prefixlen - MAPPED_BITS))
    return [str(network) for network in parsed]


def expiring_keys(workspace: Workspace) -> QuerySet[ApiKey]:
    """Keys that work now and expire within ``WARN_BEFORE``, without those that were rotated or revoked."""
    now = clock.now()
    rows: QuerySet[ApiKey] = ApiKey.objects.for_workspace(workspace)
    return rows.filter(expires_at__gt=now, expires_at__lte=now + WARN_BEFORE, revoked_at__isnull=True)


def list_keys(live: Workspace | None = None, *, test_only: bool = False) -> list[ApiKey]:
    """The keys of a live workspace and its test twin, or of all workspaces, newest first. For management commands."""
    keys = ApiKey.unscoped.select_related("workspace", "workspace__live").order_by("-created_at", "-id")
    if live is not None:
        keys = keys.filter(Q(workspace=live) | Q(workspace__live=live))
    if test_only:
        keys = keys.filter(workspace__mode=Mode.TEST)
    return list(keys)


def find_key(text: str) -> ApiKey:
    """The key with that id, prefix (``cs_live_a4f9``) or token, in any workspace. For management commands.

    The beginning of a prefix is not enough: it may fit another key tomorrow. Errors: ``not_found``;
    ``validation_failed`` when a prefix fits several keys, with their names. No error repeats a token.
    """
    keys = ApiKey.unscoped.select_related("workspace", "workspace__live").order_by("created_at")
    prefix = text.rstrip("…").rstrip("_")
    if tokens.is_well_formed(text):
        matches = list(keys.filter(digest=tokens.digest(text)))
    else:
        matches = list(keys.filter(Q(id=text) | Q(prefix=prefix)))
    if len(matches) == 1:
        return matches[0]
    if not matches and prefix.startswith("cs_"):
        matches = list(keys.filter(prefix__startswith=prefix))
    if len(matches) < 2:
        raise DomainError("not_found", "there is no such key; list_api_keys shows their ids and prefixes")
    names = [f"{key.id} ({key.name}, {key.workspace.owner_workspace.slug}, {key.state})" for key in matches[:MAX_NAMED]]
    if len(matches) > MAX_NAMED:
        names.append(f"and {len(matches) - MAX_NAMED} more")
    raise invalid("key", "ambiguous", f"that fits {len(matches)} keys, give the id of one: {'; '.join(names)}")


def record_expired_keys(limit: int = 500) -> int:
    """Write ``key.expired`` to the audit log, once for each key that has expired; return how many. For a periodic task.

    A key that was revoked before its expiry gets no entry: the log has its end already.
    """
    now, recorded = clock.now(), 0
    expired = ApiKey.unscoped.filter(expires_at__lte=now, expiry_recorded_at__isnull=True)
    for key in expired.select_related("workspace").order_by("expires_at")[:limit]:
        with transaction.atomic():
            row = ApiKey.objects.for_workspace(key.workspace).filter(pk=key.pk, expiry_recorded_at__isnull=True)
            revoked_before = row.filter(revoked_at__lte=F("expires_at")).exists()
            if row.update(expiry_recorded_at=now) and not revoked_before:
                audit.record(Actor.system(key.workspace), "key.expired", key.id, name=key.name, prefix=key.prefix)
                recorded += 1
    return recorded


def parse_duration(text: str, field: str) -> timedelta:
    """Parse ``90d``, ``24h``, ``30m``, ``45s`` or ``0``; ``validation_failed`` on anything else."""
    if text == "0":
        return timedelta(0)
    match = _DURATION.fullmatch(text)
    if match is None:
        raise invalid(field, "invalid", f"{text!r} is not a duration; write 90d, 24h, 30m or 0")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
