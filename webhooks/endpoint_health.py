"""The health of endpoints: since when they fail, when they are disabled, which secret their receivers check with."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import takewhile

from django.db import connection

from crmsolid.core import clock
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from webhooks.delivery.queue import EndpointSnapshot
from webhooks.delivery.schedule import Verdict
from webhooks.delivery.sender import AttemptResult, DeliveryResult
from webhooks.models import DisabledReason, Endpoint

FAILING_LIMIT = timedelta(days=5)


def record_results(results: Sequence[DeliveryResult], endpoints: Mapping[str, EndpointSnapshot]) -> None:
    """Update the endpoints of these results, each of which has an attempt; in the caller's transaction."""
    by_endpoint: dict[str, list[AttemptResult]] = defaultdict(list)
    for result in results:
        by_endpoint[result.claim.endpoint_id].append(result.attempts[-1])
    for endpoint_id, attempts in sorted(by_endpoint.items()):
        if endpoint_id in endpoints:
            _record_verified_secret(endpoints[endpoint_id], attempts)
            _record_verdicts(endpoints[endpoint_id], attempts)


def _record_verified_secret(endpoint: EndpointSnapshot, attempts: Sequence[AttemptResult]) -> None:
    """During an overlap, remember which secret was accepted last, unless the secret was rotated again meanwhile."""
    until = endpoint.secrets.previous_until
    if until is None:
        return
    accepted = [each.signed_with for each in attempts if each.verdict is Verdict.SUCCEEDED and each.at < until]
    if accepted:
        row = Endpoint.unscoped.filter(pk=endpoint.id, previous_secret_until=until)
        row.exclude(verified_with=accepted[-1]).update(verified_with=accepted[-1])
        endpoint.secrets.verified_with = accepted[-1]


def _record_verdicts(endpoint: EndpointSnapshot, attempts: Sequence[AttemptResult]) -> None:
    row, verdicts = Endpoint.unscoped.filter(pk=endpoint.id), [attempt.verdict for attempt in attempts]
    failed_since_success = list(takewhile(lambda each: each.verdict is not Verdict.SUCCEEDED, reversed(attempts)))
    if Verdict.SUCCEEDED in verdicts and (endpoint.failing_since is not None or failed_since_success):
        row.update(failing_since=None)
        endpoint.failing_since = None
    if failed_since_success and endpoint.failing_since is None:
        endpoint.failing_since = failed_since_success[-1].at
        row.filter(failing_since__isnull=True).update(failing_since=endpoint.failing_since)
    if Verdict.GONE in verdicts:
        disable(endpoint.id, endpoint.workspace_id, DisabledReason.GONE)
    elif endpoint.failing_since is not None and endpoint.failing_since <= clock.now() - FAILING_LIMIT:
        disable(endpoint.id, endpoint.workspace_id, DisabledReason.FAILING)


def disable(endpoint_id: str, workspace_id: int, reason: DisabledReason) -> bool:
    """Disable an enabled endpoint, cancel its queue and write an audit entry, in the caller's transaction; returns
    whether it was enabled. For FAILING its row must say so too, since another pump may have seen a success."""
    now = clock.now()
    rows = Endpoint.unscoped.filter(pk=endpoint_id, enabled=True)
    if reason is DisabledReason.FAILING:
        rows = rows.filter(failing_since__lte=now - FAILING_LIMIT)
    disabled = rows.update(enabled=False, disabled_reason=reason, disabled_at=now, updated_at=now)
    if disabled:
        cancel_queue(endpoint_id, "endpoint_disabled", skip_locked=True)
        actor = Actor.system(Workspace.objects.get(pk=workspace_id), "webhooks")
        audit.record(actor, "webhook.disabled", endpoint_id, reason=reason.value)
    return bool(disabled)


def cancel_queue(endpoint_id: str, reason: str, *, skip_locked: bool = False) -> int:
    """Cancel what is queued for the endpoint; returns how many deliveries. What is being sent is settled by its sender.

    A caller that holds locks on other deliveries must pass ``skip_locked``, since whoever has locked the queued ones
    may be waiting for them. :func:`cancel_queues_of_disabled_endpoints` cancels what was skipped.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE webhooks_delivery SET status = 'canceled', reason = %s, next_attempt_at = NULL WHERE id IN ("
            " SELECT id FROM webhooks_delivery WHERE endpoint_id = %s AND next_attempt_at IS NOT NULL"
            f" ORDER BY id FOR NO KEY UPDATE{' SKIP LOCKED' if skip_locked else ''})",
            [reason, endpoint_id],
        )
        return cursor.rowcount


def cancel_queues_of_disabled_endpoints() -> int:
    """Cancel what was queued for an endpoint while it was being disabled or deleted; returns how many deliveries."""
    endpoints = Endpoint.unscoped.filter(enabled=False, deliveries__next_attempt_at__isnull=False).distinct()
    return sum(
        cancel_queue(endpoint_id, "endpoint_disabled" if deleted_at is None else "endpoint_deleted")
        for endpoint_id, deleted_at in endpoints.values_list("pk", "deleted_at")
    )
