"""The verbs of keys: create, rotate with overlap, revoke. Each writes its audit entry with the change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from apikeys import tokens
from apikeys.models import ApiKey
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Mode, Role, User
from crmsolid.workspaces.scopes import Scope

MAX_NAME = 100
MAX_RATE_LIMIT = 100_000
MAPPED_BITS = 96  # of ::ffff:0:0/96, where IPv6 holds IPv4 addresses
MAX_NAMED = 20  # keys in one refusal


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key with its token: the only moment the token is known. The repr never shows it."""

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
    created_by: User | None = None,
    new_id: str | None = None,
) -> IssuedKey:
    """A key in the actor's workspace; the workspace's mode decides live or test. ``forbidden`` for anybody but admins
    and owners, ``validation_failed`` on bad input.

    ``new_id`` is an id of ours handed out before: asked twice with it, the second time is ``invalid_state``.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    key = ApiKey(
        workspace=actor.workspace,
        name=_checked_name(name),
        scopes=_checked_scopes(scopes),
        expires_at=_checked_expiry(expires_at),
        rate_limit=_checked_limit(rate_limit),
        allowed_networks=_checked_networks(allowed_networks),
        created_by=created_by,
    )
    issued = _issue(key, new_id)
    audit.record(actor, "key.created", key.id, name=key.name, prefix=key.prefix, scopes=key.scopes)
    return issued


def _issue(key: ApiKey, new_id: str | None) -> IssuedKey:
    key.id = new_id or key.id
    token = tokens.generate("test" if key.workspace.mode == Mode.TEST else "live")
    key.prefix, key.digest = token.prefix, tokens.digest(token.text)
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError:
        raise DomainError("invalid_state", "this key was made a moment ago; its token was shown then, once") from None
    return IssuedKey(key, token.text)


@transaction.atomic
def rotate_key(
    actor: Actor,
    key: ApiKey,
    *,
    overlap: timedelta,
    created_by: User | None = None,
    new_id: str | None = None,
) -> IssuedKey:
    """A replacement with the same name, scopes and limits. The old key works until ``overlap`` is over, or it is
    revoked. ``forbidden`` as for :func:`create_key`, ``invalid_state`` for a key that works no more. ``new_id`` as in
    :func:`create_key`."""
    actor.require_role(Role.ADMIN, Role.OWNER)
    old = _locked(actor, key)
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
def revoke_key(actor: Actor, key: ApiKey) -> ApiKey:
    """Refused from the next request on, in every process. Revoking twice changes nothing. ``forbidden`` for anybody
    but admins and owners."""
    actor.require_role(Role.ADMIN, Role.OWNER)
    found, now = _locked(actor, key), clock.now()
    if found.revoked_at is None or found.revoked_at > now:
        found.revoked_at = now
        found.save(update_fields=["revoked_at"])
        audit.record(actor, "key.revoked", found.id, name=found.name, prefix=found.prefix)
    return found


def record_expired_keys(limit: int = 500) -> int:
    """``key.expired`` in the audit log, once for each key whose expiry has come; answers how many. For a periodic task.

    A key that had been revoked before is marked but not told of: its end is in the log already.
    """
    now, recorded = clock.now(), 0
    due = ApiKey.unscoped.filter(expires_at__lte=now, expiry_recorded_at__isnull=True)
    for key in due.select_related("workspace").order_by("expires_at")[:limit]:
        recorded += _record_expiry(key, now)
    return recorded


@transaction.atomic
def _record_expiry(key: ApiKey, now: datetime) -> int:
    mine = ApiKey.objects.for_workspace(key.workspace).filter(pk=key.pk, expiry_recorded_at__isnull=True)
    revoked_before = mine.filter(revoked_at__lte=F("expires_at")).exists()
    if not mine.update(expiry_recorded_at=now) or revoked_before:
        return 0
    audit.record(Actor.system(key.workspace), "key.expired", key.id, name=key.name, prefix=key.prefix)
    return 1


def find_key(text: str) -> ApiKey:
    """The key of that id, prefix (``cs_live_a4f9``) or whole token, in any workspace: for who has the machine's shell.

    ``validation_failed`` when a prefix fits several keys, naming them. The beginning of a prefix never picks a key: the
    one that fits today need not be the one that was meant. A token is never repeated in an error.
    """
    candidates = ApiKey.unscoped.select_related("workspace", "workspace__live").order_by("created_at")
    prefix = text.rstrip("…").rstrip("_")
    if tokens.parse(text):
        found = list(candidates.filter(digest=tokens.digest(text)))
    else:
        found = list(candidates.filter(Q(id=text) | Q(prefix=prefix)))
    if len(found) == 1:
        return found[0]
    several = found or (list(candidates.filter(prefix__startswith=prefix)) if prefix.startswith("cs_") else [])
    if len(several) < 2:
        raise DomainError("not_found", "there is no such key; list_api_keys shows their ids and prefixes")
    raise invalid("key", "ambiguous", f"that fits {len(several)} keys, give the id of one: {_named(several)}")


def _named(keys: Sequence[ApiKey]) -> str:
    shown = [f"{key.id} ({key.name}, {key.workspace.owner_workspace.slug}, {key.state})" for key in keys[:MAX_NAMED]]
    return "; ".join([*shown, *([f"and {len(keys) - MAX_NAMED} more"] if len(keys) > MAX_NAMED else [])])


def _locked(actor: Actor, key: ApiKey) -> ApiKey:
    found: ApiKey = ApiKey.objects.for_workspace(actor.workspace).select_for_update().get(pk=key.pk)
    return found


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or "\0" in name:
        raise invalid("name", "invalid", f"a key needs a name of 1 to {MAX_NAME} characters")
    return name


def _checked_scopes(scopes: Iterable[Scope]) -> list[str]:
    chosen = frozenset(scopes)
    if not chosen:
        raise invalid("scopes", "required", "choose at least one scope")
    return [scope.value for scope in Scope if scope in chosen]


def _checked_expiry(expires_at: datetime | None) -> datetime | None:
    if expires_at is not None and expires_at <= clock.now():
        raise invalid("expires_at", "past", "the expiry must lie in the future")
    return expires_at


def _checked_limit(limit: int | None) -> int | None:
    if limit is not None and not 1 <= limit <= MAX_RATE_LIMIT:
        raise invalid("rate_limit", "out_of_range", f"a rate limit is 1 to {MAX_RATE_LIMIT} requests a minute")
    return limit


def _checked_networks(networks: Sequence[str]) -> list[str]:
    try:
        found = [ip_network(network.strip(), strict=False) for network in networks if network.strip()]
    except ValueError:
        raise invalid("allowed_networks", "invalid", "give networks as CIDR, such as 203.0.113.0/24") from None
    return [str(_unmapped(network)) for network in found]


def _unmapped(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """``::ffff:203.0.113.0/120`` is 203.0.113.0/24, as addresses are compared."""
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is None or network.prefixlen < MAPPED_BITS:
        return network
    return IPv4Network((mapped, network.prefixlen - MAPPED_BITS))
