"""Everything a caller may do with endpoints and read of deliveries; :mod:`webhooks.replays` sends again.

Each service needs ``manage:webhooks`` (``scope_missing``). What changes something writes its audit entry in the same
transaction.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Min

from crmsolid.api.fields import matches
from crmsolid.api.pagination import Page, page
from crmsolid.api.preconditions import Check, unconditional
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.core.http import url_guard
from crmsolid.events.catalogue import subscribable_names, wildcards
from crmsolid.limits import checks
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Workspace
from webhooks import endpoint_health, querysets
from webhooks.accounts import checked_accounts
from webhooks.delivery.schedule import RETRY_DELAYS
from webhooks.delivery.signing import generate_secret
from webhooks.headers import change_headers
from webhooks.models import Attempt, Delivery, DisabledReason, Endpoint
from webhooks.patterns import URL_PATTERN
from webhooks.secrets import EndpointSecrets, check_secret, encrypt_secret

MAX_ENDPOINTS = 100
MAX_DESCRIPTION = 200
_CHANGEABLE = ("url", "events", "description", "account_ids", "headers", "enabled")
DEFAULT_OVERLAP = timedelta(hours=24)
MAX_OVERLAP = timedelta(days=7)
# A queued delivery was made at most this long ago, unless it was replayed: jitter and Retry-After together can make
# each delay 2.4 times as long.
_LONGEST_IN_QUEUE = 3 * sum(RETRY_DELAYS, timedelta())


@dataclass(frozen=True, slots=True)
class IssuedEndpoint:
    """An endpoint and, if it was generated, its new secret in clear. The repr does not show it."""

    endpoint: Endpoint
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndpointOverview:
    """An endpoint with the length of its queue, its newest deliveries, and how it did in the last 24 hours."""

    endpoint: Endpoint
    queue_length: int
    newest_deliveries: list[Delivery]
    performance: querysets.Performance


# --- Reads ------------------------------------------------------------------------------------------------------------
def list_endpoints(actor: Actor, *, limit: int, cursor: str | None = None) -> Page:
    """A page of endpoints, newest first. ``invalid_cursor``."""
    actor.require(Scope.MANAGE_WEBHOOKS)
    return _page(actor, querysets.endpoints(actor.workspace), limit, cursor)


def get_endpoint(actor: Actor, endpoint_id: str) -> Endpoint:
    """``not_found`` if the workspace has no such endpoint, or it was deleted."""
    actor.require(Scope.MANAGE_WEBHOOKS)
    endpoint: Endpoint | None = querysets.endpoints(actor.workspace).filter(pk=endpoint_id).first()
    if endpoint is None:
        raise not_found("webhook endpoint")
    return endpoint


def get_endpoint_overview(actor: Actor, endpoint_id: str, *, deliveries: int) -> EndpointOverview:
    """``deliveries`` is how many of the newest to read. ``not_found``."""
    endpoint = get_endpoint(actor, endpoint_id)
    newest = querysets.delivery_log(actor.workspace, endpoint).order_by("-created_at", "-id")[:deliveries]
    queued = Delivery.objects.for_workspace(actor.workspace).filter(endpoint=endpoint, next_attempt_at__isnull=False)
    performance = querysets.performance(actor.workspace, endpoint)
    return EndpointOverview(endpoint, queued.count(), list(newest), performance)


def endpoint_alerts(actor: Actor) -> querysets.EndpointAlerts:
    """The endpoints that need attention. One query, however many there are."""
    actor.require(Scope.MANAGE_WEBHOOKS)
    return querysets.endpoint_alerts(actor.workspace)


def missed_since(actor: Actor, endpoint_id: str) -> datetime | None:
    """Since when a disabled endpoint may have missed events: since it was failing, or since the oldest delivery that
    was canceled with its queue. None if it is enabled. ``not_found``."""
    endpoint = get_endpoint(actor, endpoint_id)
    began = endpoint.failing_since or endpoint.disabled_at
    if endpoint.enabled or began is None:
        return None
    canceled = Delivery.objects.for_workspace(actor.workspace).filter(
        endpoint=endpoint, created_at__gte=began - _LONGEST_IN_QUEUE, status="canceled", reason="endpoint_disabled"
    )
    oldest: datetime | None = canceled.aggregate(oldest=Min("created_at"))["oldest"]
    return min(began, oldest) if oldest else began


def list_deliveries(
    actor: Actor,
    endpoint_id: str,
    *,
    event: str | None = None,
    status: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page:
    """A page of an endpoint's deliveries, newest first. ``not_found``, ``invalid_cursor``."""
    endpoint = get_endpoint(actor, endpoint_id)
    filters: dict[str, Any] = {"event": event, "status": status, "since": since, "until": until}
    rows = querysets.delivery_log(actor.workspace, endpoint, **filters)
    return _page(actor, rows, limit, cursor, endpoint=endpoint.id, **filters)


def get_delivery(actor: Actor, delivery_id: str) -> Delivery:
    """A delivery with its event and endpoint. ``not_found``, also if the endpoint was deleted."""
    actor.require(Scope.MANAGE_WEBHOOKS)
    rows = Delivery.objects.for_workspace(actor.workspace).filter(pk=delivery_id, endpoint__deleted_at__isnull=True)
    delivery: Delivery | None = rows.select_related("event", "endpoint").first()
    if delivery is None:
        raise not_found("delivery")
    return delivery


def list_attempts(actor: Actor, delivery: Delivery, *, newest: int | None = None) -> list[Attempt]:
    """All attempts at a delivery, oldest first; or only so many of the ``newest``, newest first."""
    actor.require(Scope.MANAGE_WEBHOOKS)
    attempts = Attempt.objects.for_workspace(actor.workspace).filter(delivery=delivery)
    return list(attempts.order_by("number") if newest is None else attempts.order_by("-number")[:newest])


# --- Changes ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def create_endpoint(
    actor: Actor,
    *,
    url: str,
    events: Sequence[str],
    description: str = "",
    account_ids: Sequence[int] = (),
    headers: Mapping[str, str | None] | None = None,
    secret: str | None = None,
    new_id: str | None = None,
) -> IssuedEndpoint:
    """Register an address for these events: names of types, ``<noun>.*`` or ``*``. Without ``secret`` one is generated
    and returned, this once.

    With ``account_ids``, events about other accounts are not delivered; those about no account are. ``headers`` are
    sent beside ours. ``new_id`` is the id to use, if a form reserved one; a second call with it is ``invalid_state``.
    Other errors: ``not_found`` (account), ``validation_failed`` (url, events, description, headers, secret, too many
    endpoints).
    """
    actor.require(Scope.MANAGE_WEBHOOKS)
    # Concurrent calls wait for each other here, so that the count below is exact.
    Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.pk)
    if Endpoint.objects.for_workspace(actor.workspace).filter(deleted_at=None).count() >= MAX_ENDPOINTS:
        raise invalid("url", "too_many", f"a workspace has at most {MAX_ENDPOINTS} endpoints")
    checks.write_about_many(actor)
    new_secret = check_secret(secret) if secret is not None else generate_secret()
    endpoint = Endpoint(workspace=actor.workspace, url=_checked_url(url), events=_checked_events(events))
    endpoint.id = new_id or endpoint.id
    endpoint.description = _checked_description(description)
    endpoint.account_ids = checked_accounts(actor, account_ids)
    change_headers(endpoint, headers or {})
    endpoint.secret = encrypt_secret(endpoint, "secret", new_secret)
    try:
        with transaction.atomic():
            endpoint.save(force_insert=True)
    except IntegrityError:
        detail = "this endpoint was made a moment ago; a generated secret was shown then, once"
        raise DomainError("invalid_state", detail) from None
    audit.record(actor, "webhook.created", endpoint.id, events=endpoint.events)
    return IssuedEndpoint(endpoint, new_secret if secret is None else None)


@transaction.atomic
def update_endpoint(
    actor: Actor,
    endpoint_id: str,
    *,
    url: str | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
    account_ids: Sequence[int] | None = None,
    headers: Mapping[str, str | None] | None = None,
    enabled: bool | None = None,
    check: Check = unconditional,
) -> Endpoint:
    """Change the values that are given. Disabling cancels what is queued; a new ``url`` gets it, with the ``headers``
    as they are by then. Of these, the ones that are named change, and None removes one.

    ``check`` gets the endpoint as it was. A change of ``enabled`` or ``url`` resets ``failing_since``. Errors: as
    :func:`create_endpoint`, and ``not_found``.
    """
    locked = _lock(actor, endpoint_id)
    is_new_url = url is not None and url != locked.url
    new_url = _checked_url(url) if url is not None and is_new_url else locked.url
    new_events = _checked_events(events) if events is not None else locked.events
    new_description = _checked_description(description) if description is not None else locked.description
    new_account_ids = checked_accounts(actor, account_ids) if account_ids is not None else locked.account_ids
    check(locked)
    review_endpoint(actor, locked)
    before = {name: getattr(locked, name) for name in _CHANGEABLE}
    locked.url, locked.events = new_url, new_events
    locked.description, locked.account_ids = new_description, new_account_ids
    if headers:
        change_headers(locked, headers)
    if is_new_url:
        locked.failing_since = None
    if enabled is not None and enabled != locked.enabled:
        locked.enabled = enabled
        locked.disabled_reason = "" if enabled else DisabledReason.MANUAL
        locked.disabled_at = None if enabled else clock.now()
        locked.failing_since = None
        if not enabled:
            endpoint_health.cancel_queue(locked.id, "endpoint_disabled")
    locked.updated_at = clock.now()
    locked.save(update_fields=[*_CHANGEABLE, "disabled_reason", "disabled_at", "failing_since", "updated_at"])
    changed = [name for name in _CHANGEABLE if getattr(locked, name) != before[name]]
    audit.record(actor, "webhook.updated", locked.id, fields=changed)
    return locked


@transaction.atomic
def delete_endpoint(actor: Actor, endpoint_id: str, *, check: Check = unconditional) -> None:
    """Hide the endpoint and its log and cancel its queue; the purge deletes the rows. ``check`` gets the endpoint as it
    was. ``not_found``."""
    locked, now = _lock(actor, endpoint_id), clock.now()
    check(locked)
    review_endpoint(actor, locked)
    Endpoint.objects.for_workspace(actor.workspace).filter(pk=locked.pk).update(
        enabled=False,
        disabled_reason=locked.disabled_reason or DisabledReason.MANUAL,
        disabled_at=locked.disabled_at or now,
        deleted_at=now,
        secret=b"",
        previous_secret=None,
        previous_secret_until=None,
        headers=None,
    )
    endpoint_health.cancel_queue(locked.id, "endpoint_deleted")
    audit.record(actor, "webhook.deleted", locked.id)


@transaction.atomic
def rotate_secret(
    actor: Actor,
    endpoint_id: str,
    *,
    secret: str | None = None,
    overlap: timedelta = DEFAULT_OVERLAP,
    replaces: str | None = None,
) -> IssuedEndpoint:
    """Set a new secret; the one that the receiver checks with stays in force for ``overlap`` (0 to 7 days).

    A second rotation within an overlap keeps that one of the two secrets that the receiver has accepted last.
    ``replaces`` is the :func:`secret_fingerprint` of the secret to replace: ``precondition_failed`` if it is another
    one by now. Other errors: ``validation_failed`` (secret, overlap), ``not_found``.
    """
    locked, now = _lock(actor, endpoint_id), clock.now()
    if replaces is not None and replaces != secret_fingerprint(locked):
        raise DomainError("precondition_failed", "the secret has been replaced in the meantime; look again")
    if not timedelta(0) <= overlap <= MAX_OVERLAP:
        raise invalid("overlap_seconds", "out_of_range", "the overlap is 0 to 604800 seconds (7 days)")
    review_endpoint(actor, locked)
    new_secret = check_secret(secret) if secret is not None else generate_secret()
    in_force = EndpointSecrets.of(locked).in_force(now) if overlap else []
    locked.secret = encrypt_secret(locked, "secret", new_secret)
    locked.previous_secret = encrypt_secret(locked, "previous_secret", in_force[0][1]) if in_force else None
    locked.previous_secret_until = now + overlap if in_force else None
    locked.verified_with = ""
    locked.updated_at = now
    locked.save(update_fields=["secret", "previous_secret", "previous_secret_until", "verified_with", "updated_at"])
    audit.record(actor, "webhook.secret_rotated", locked.id, overlap_seconds=int(overlap.total_seconds()))
    return IssuedEndpoint(locked, new_secret if secret is None else None)


def secret_fingerprint(endpoint: Endpoint) -> str:
    """Identifies the endpoint's current secret without revealing it: a hash of its encrypted form."""
    return hashlib.sha256(bytes(endpoint.secret)).hexdigest()


def review_endpoint(actor: Actor, endpoint: Endpoint) -> None:
    """Say that the write is about the endpoint, which is locked."""
    seen = (endpoint.url, endpoint.events, endpoint.account_ids, endpoint.enabled, secret_fingerprint(endpoint))
    checks.write_about_many(actor, state={"the webhook endpoint": checks.digest(*seen)})


def lock_enabled(actor: Actor, endpoint_id: str) -> Endpoint:
    """The endpoint, its row locked; ``invalid_state`` if it is disabled, ``not_found`` if there is none."""
    locked = _lock(actor, endpoint_id)
    if not locked.enabled:
        raise DomainError("invalid_state", "the endpoint is disabled; enable it first")
    return locked


def _page(actor: Actor, rows: Any, limit: int, cursor: str | None, **filters: Any) -> Page:
    workspace_id = actor.workspace.pk
    return page(rows, sort="-created_at", limit=limit, cursor=cursor, workspace_id=workspace_id, filters=filters)


def _lock(actor: Actor, endpoint_id: str) -> Endpoint:
    actor.require(Scope.MANAGE_WEBHOOKS)
    rows = querysets.endpoints(actor.workspace).filter(pk=endpoint_id).select_for_update(no_key=True)
    endpoint: Endpoint | None = rows.first()
    if endpoint is None:
        raise not_found("webhook endpoint")
    return endpoint


def _checked_url(url: str) -> str:
    try:
        url_guard.check_url(url, allow_private=settings.WEBHOOK_ALLOW_PRIVATE)
    except url_guard.UrlRefused as refused:
        raise invalid("url", refused.code, refused.detail) from None
    if not matches(URL_PATTERN, url):
        raise invalid("url", "url_invalid", "The address is not a URI: percent-encode what is not plain ASCII.")
    return url


def _checked_events(events: Sequence[str]) -> list[str]:
    known = ["*", *wildcards(), *subscribable_names()]
    unknown = [name for name in events if name not in known]
    if unknown:
        raise invalid("events", "unknown_event", f"{unknown[0]!r} is none of: {', '.join(known)}")
    if not events:
        raise invalid("events", "empty", "name at least one event type")
    return list(dict.fromkeys(events))


def _checked_description(description: str) -> str:
    if len(description) > MAX_DESCRIPTION:
        raise invalid("description", "length", f"a description has at most {MAX_DESCRIPTION} characters")
    return description
