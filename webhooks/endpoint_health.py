"""The health of endpoints: since when they fail, when they are disabled, which secret their receivers check with."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import connection

from crmsolid.core import clock
from crmsolid.core.sql.bulk import row_lock
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from webhooks.delivery.queue import EndpointSnapshot
from webhooks.delivery.schedule import Verdict, verdict
from webhooks.delivery.sender import DeliveryResult
from webhooks.models import DisabledReason, Endpoint

FAILING_LIMIT = timedelta(days=5)


def record_results(results: Sequence[DeliveryResult], endpoints: Mapping[str, EndpointSnapshot]) -> None:
    """Update the endpoints of these results, each of which has an attempt; in the caller's transaction."""
    by_endpoint: dict[str, list[DeliveryResult]] = defaultdict(list)
    for result in results:
        by_endpoint[result.claim.endpoint_id].append(result)
    for endpoint_id, endpoint_results in sorted(by_endpoint.items()):
        endpoint = endpoints.get(endpoint_id)
        if endpoint is not None:
            verdicts = [_verdict(result) for result in endpoint_results]
            _record_verified_secret(endpoint, endpoint_results, verdicts)
            _record_verdicts(endpoint, endpoint_results, verdicts)


def _verdict(result: DeliveryResult) -> Verdict:
    response = result.attempts[-1].response
    return verdict(response.status, response.error)


def _record_verdicts(
    endpoint: EndpointSnapshot, results: Sequence[DeliveryResult], verdicts: Sequence[Verdict]
) -> None:
    row = Endpoint.unscoped.filter(pk=endpoint.id)
    ends_in_failure = verdicts[-1] is not Verdict.SUCCEEDED
    if Verdict.SUCCEEDED in verdicts and (endpoint.failing_since is not None or ends_in_failure):
        row.update(failing_since=None)
        endpoint.failing_since = None
    if ends_in_failure and endpoint.failing_since is None:
        first_failure = len(verdicts) - 1
        while first_failure and verdicts[first_failure - 1] is not Verdict.SUCCEEDED:
            first_failure -= 1
        endpoint.failing_since = results[first_failure].attempts[-1].at
        row.filter(failing_since__isnull=True).update(failing_since=endpoint.failing_since)
    if Verdict.GONE in verdicts:
        disable(endpoint.id, endpoint.workspace_id, DisabledReason.GONE)
    elif endpoint.failing_since is not None and endpoint.failing_since <= clock.now() - FAILING_LIMIT:
        disable(endpoint.id, endpoint.workspace_id, DisabledReason.FAILING)


def _record_verified_secret(
    endpoint: EndpointSnapshot, results: Sequence[DeliveryResult], verdicts: Sequence[Verdict]
) -> None:
    """During an overlap, remember which secret was accepted last, unless the secret was rotated again meanwhile."""
    until = endpoint.secrets.previous_until
    accepted = [
        result.attempts[-1]
        for result, each in zip(results, verdicts, strict=True)
        if each is Verdict.SUCCEEDED and until is not None and result.attempts[-1].at < until
    ]
    if accepted:
        signed_with = accepted[-1].signed_with
        row = Endpoint.unscoped.filter(pk=endpoint.id, previous_secret_until=until)
        row.exclude(verified_with=signed_with).update(verified_with=signed_with)
        endpoint.secrets.verified_with = signed_with


def disable(endpoint_id: str, workspace_id: int, reason: DisabledReason) -> bool:
    """Disable an enabled endpoint, cancel its queue and write an audit entry; returns whether it was enabled. In the
    caller's transaction.

    For FAILING the endpoint's row must say so too, since another pump may have seen a success.
    """
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
            f" ORDER BY id{row_lock(skip_locked=skip_locked)})",
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
