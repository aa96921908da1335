"""The verbs of webhooks. Each needs ``manage:webhooks`` and leaves its audit entry with the change."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.core.http import url_guard
from crmsolid.core.sql.table import Table
from crmsolid.events.catalogue import EVENT_TYPES
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from crmsolid.workspaces.scopes import Scope
from webhooks import endpoint_health
from webhooks.delivery.signing import generate_secret
from webhooks.models import DisabledReason, Endpoint
from webhooks.secrets import Keyring, check_secret, seal

MAX_ENDPOINTS = 100
DEFAULT_OVERLAP = timedelta(hours=24)
MAX_OVERLAP = timedelta(days=7)

_endpoints = Table(Endpoint)


@dataclass(frozen=True, slots=True)
class IssuedEndpoint:
    """An endpoint and, if we generated its secret, the one moment it is known. The repr never shows it."""

    endpoint: Endpoint
    secret: str | None = field(repr=False)


@transaction.atomic
def create_endpoint(
    actor: Actor, *, url: str, events: Sequence[str], secret: str | None = None, new_id: str | None = None
) -> IssuedEndpoint:
    """Register an address for these event types. Without ``secret`` one is generated and answered, once.

    ``new_id`` is an id of ours handed out before: asked twice with it, the second time is ``invalid_state``.
    Errors: ``scope_missing``; ``validation_failed`` (url, events, secret, too many endpoints).
    """
    actor.require(Scope.MANAGE_WEBHOOKS)
    Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.pk)  # one after the other, to be counted
    if Endpoint.objects.for_workspace(actor.workspace).filter(deleted_at=None).count() >= MAX_ENDPOINTS:
        raise invalid("url", "too_many", f"a workspace has at most {MAX_ENDPOINTS} endpoints")
    used = check_secret(secret) if secret is not None else generate_secret()
    endpoint = Endpoint(
        workspace=actor.workspace, url=_checked_url(url), events=_checked_events(events), secret=seal(used)
    )
    endpoint.id = new_id or endpoint.id
    try:
        with transaction.atomic():
            endpoint.save(force_insert=True)
    except IntegrityError:
        raise DomainError(
            "invalid_state", "this endpoint was made a moment ago; a generated secret was shown then, once"
        ) from None
    audit.record(actor, "webhook.created", endpoint.id, events=endpoint.events)
    return IssuedEndpoint(endpoint, used if secret is None else None)


@transaction.atomic
def update_endpoint(
    actor: Actor,
    endpoint: Endpoint,
    *,
    url: str | None = None,
    events: Sequence[str] | None = None,
    enabled: bool | None = None,
) -> Endpoint:
    """Change what is given. Disabling cancels the queue; enabling, and another address, start with a clean record.

    What is queued goes to the new address. Errors as in :func:`create_endpoint`, and ``not_found``.
    """
    locked = _locked(actor, endpoint)
    if url is not None and url != locked.url:
        locked.url = _checked_url(url)
        locked.failing_since = None  # that was the other address
    if events is not None:
        locked.events = _checked_events(events)
    if enabled is not None and enabled != locked.enabled:
        _switch(locked, enabled)
    locked.updated_at = clock.now()
    locked.save(update_fields=["url", "events", "enabled", *_SWITCHED, "updated_at"])
    given: dict[str, Any] = {"url": url, "events": events, "enabled": enabled}
    audit.record(actor, "webhook.updated", locked.id, fields=[name for name in given if given[name] is not None])
    return locked


_SWITCHED = ("disabled_reason", "disabled_at", "failing_since")


def _switch(endpoint: Endpoint, enabled: bool) -> None:
    endpoint.enabled = enabled
    endpoint.disabled_reason = "" if enabled else DisabledReason.MANUAL
    endpoint.disabled_at = None if enabled else clock.now()
    endpoint.failing_since = None
    if not enabled:
        endpoint_health.cancel_queue(endpoint.id, "endpoint_disabled")


@transaction.atomic
def delete_endpoint(actor: Actor, endpoint: Endpoint) -> None:
    """The endpoint and its log are gone for everybody, its secrets for good, its queue is canceled. ``not_found``."""
    locked, now = _locked(actor, endpoint), clock.now()
    Endpoint.objects.for_workspace(actor.workspace).filter(pk=locked.pk).update(
        enabled=False,
        disabled_reason=locked.disabled_reason or DisabledReason.MANUAL,
        disabled_at=locked.disabled_at or now,
        deleted_at=now,
        secret=b"",
        previous_secret=None,
        previous_secret_until=None,
    )
    endpoint_health.cancel_queue(locked.id, "endpoint_deleted")
    audit.record(actor, "webhook.deleted", locked.id)


@transaction.atomic
def rotate_secret(
    actor: Actor,
    endpoint: Endpoint,
    *,
    secret: str | None = None,
    overlap: timedelta = DEFAULT_OVERLAP,
    replaces: str | None = None,
) -> IssuedEndpoint:
    """A new secret; the one the receiver checks with stays in force for ``overlap`` (0 to 7 days).

    A second rotation within an overlap keeps, of the two, the one that the receiver was last seen to accept.
    ``replaces`` is the :func:`secret_mark` that was seen: if the secret has another by now, ``precondition_failed``.
    Errors: ``validation_failed`` (secret, overlap), ``not_found``.
    """
    locked, now = _locked(actor, endpoint), clock.now()
    if replaces is not None and replaces != secret_mark(locked):
        raise DomainError("precondition_failed", "the secret has been replaced in the meantime; look again")
    if not timedelta(0) <= overlap <= MAX_OVERLAP:
        raise invalid("overlap_seconds", "out_of_range", "the overlap is 0 to 604800 seconds (7 days)")
    used = check_secret(secret) if secret is not None else generate_secret()
    in_force = Keyring.of(locked).in_force(now) if overlap else []
    locked.secret = seal(used)
    locked.previous_secret = seal(in_force[0][1]) if in_force else None
    locked.previous_secret_until = now + overlap if in_force else None
    locked.verified_with = ""
    locked.updated_at = now
    locked.save(update_fields=["secret", "previous_secret", "previous_secret_until", "verified_with", "updated_at"])
    audit.record(actor, "webhook.secret_rotated", locked.id, overlap_seconds=int(overlap.total_seconds()))
    return IssuedEndpoint(locked, used if secret is None else None)


def secret_mark(endpoint: Endpoint) -> str:
    """Tells one secret of an endpoint from the next. Made of its sealed bytes, so it gives nothing away."""
    return hashlib.sha256(bytes(endpoint.secret)).hexdigest()


def locked_enabled(actor: Actor, endpoint: Endpoint) -> Endpoint:
    """The endpoint under its row lock; ``invalid_state`` if it is disabled: nothing would be delivered."""
    locked = _locked(actor, endpoint)
    if not locked.enabled:
        raise DomainError("invalid_state", "the endpoint is disabled; enable it first")
    return locked


def _locked(actor: Actor, endpoint: Endpoint) -> Endpoint:
    actor.require(Scope.MANAGE_WEBHOOKS)
    rows = _endpoints.select(
        "id = %s AND workspace_id = %s AND deleted_at IS NULL", [endpoint.pk, actor.workspace.pk], lock=True
    )
    if not rows:
        raise not_found("webhook endpoint")
    return rows[0]


def _checked_url(url: str) -> str:
    try:
        url_guard.check_url(url, allow_private=settings.WEBHOOK_ALLOW_PRIVATE)
    except url_guard.UrlRefused as refused:
        raise invalid("url", refused.code, refused.detail) from None
    return url


def _checked_events(events: Sequence[str]) -> list[str]:
    unknown = [name for name in events if name not in EVENT_TYPES]
    if unknown:
        raise invalid("events", "unknown_event", f"{unknown[0]!r} is none of: {', '.join(EVENT_TYPES)}")
    if not events:
        raise invalid("events", "empty", "name at least one event type")
    return list(dict.fromkeys(events))
