"""The health of endpoints: failing since when, disabled when it is enough, and which secret the receiver checks."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection

from crmsolid.core import clock
from crmsolid.core.sql.bulk import row_lock
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from webhooks.delivery.queue import Target
from webhooks.delivery.schedule import Verdict, verdict
from webhooks.delivery.sender import Outcome
from webhooks.models import DisabledReason, Endpoint

FAILING_LIMIT = timedelta(days=5)


def note(outcomes: Sequence[Outcome], targets: Mapping[str, Target]) -> None:
    """Keep the endpoints of these outcomes (each with a try) up to date; in the caller's transaction."""
    by_endpoint: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_endpoint[outcome.claim.endpoint_id].append(outcome)
    for endpoint_id, of_endpoint in sorted(by_endpoint.items()):
        target = targets.get(endpoint_id)
        if target is not None:
            _note_verified(target, of_endpoint)
            _note_verdicts(target, of_endpoint)


def _note_verdicts(target: Target, outcomes: Sequence[Outcome]) -> None:
    verdicts = [_verdict(outcome) for outcome in outcomes]
    row = Endpoint.unscoped.filter(pk=target.id)
    if Verdict.SUCCEEDED in verdicts and (target.failing_since is not None or verdicts[-1] is not Verdict.SUCCEEDED):
        row.update(failing_since=None)
        target.failing_since = None
    if verdicts[-1] is not Verdict.SUCCEEDED and target.failing_since is None:
        target.failing_since = _first_of_last_failures(outcomes, verdicts)
        row.filter(failing_since__isnull=True).update(failing_since=target.failing_since)
    if Verdict.GONE in verdicts:
        switch_off(target.id, target.workspace_id, DisabledReason.GONE)
    elif target.failing_since is not None and target.failing_since <= clock.now() - FAILING_LIMIT:
        switch_off(target.id, target.workspace_id, DisabledReason.FAILING)


def _verdict(outcome: Outcome) -> Verdict:
    answer = outcome.tries[-1].answer
    return verdict(answer.status, answer.error)


def _first_of_last_failures(outcomes: Sequence[Outcome], verdicts: Sequence[Verdict]) -> datetime:
    place = len(verdicts)
    while place and verdicts[place - 1] is not Verdict.SUCCEEDED:
        place -= 1
    return outcomes[place].tries[-1].at


def _note_verified(target: Target, outcomes: Sequence[Outcome]) -> None:
    """During an overlap, remember which secret was accepted last; a rotation in the meantime starts anew."""
    keys = target.keys
    if keys.previous_until is None:
        return
    accepted = [outcome.tries[-1] for outcome in outcomes if _verdict(outcome) is Verdict.SUCCEEDED]
    if accepted and accepted[-1].at < keys.previous_until:
        Endpoint.unscoped.filter(pk=target.id, previous_secret_until=keys.previous_until).exclude(
            verified_with=accepted[-1].signed_with
        ).update(verified_with=accepted[-1].signed_with)
        keys.verified_with = accepted[-1].signed_with


def switch_off(endpoint_id: str, workspace_id: int, reason: DisabledReason) -> bool:
    """Disable an enabled endpoint, cancel its queue, and leave an audit entry. In the caller's transaction.

    For failing: only if its row says so too, since another pump may have seen a success.
    """
    now = clock.now()
    rows = Endpoint.unscoped.filter(pk=endpoint_id, enabled=True)
    if reason is DisabledReason.FAILING:
        rows = rows.filter(failing_since__lte=now - FAILING_LIMIT)
    changed = rows.update(enabled=False, disabled_reason=reason, disabled_at=now, updated_at=now)
    if changed:
        cancel_queue(endpoint_id, "endpoint_disabled", patient=False)
        actor = Actor.system(Workspace.objects.get(pk=workspace_id), "webhooks")
        audit.record(actor, "webhook.disabled", endpoint_id, reason=reason.value)
    return bool(changed)


def cancel_queue(endpoint_id: str, reason: str, *, patient: bool = True) -> int:
    """Cancel what is queued for the endpoint. What is being sent is settled by who sends it.

    Whoever holds other deliveries already must not be ``patient``: what somebody else holds is then left to
    :func:`cancel_strays`, since that one may wait for ours.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE webhooks_delivery SET status = 'canceled', reason = %s, next_attempt_at = NULL WHERE id IN ("
            " SELECT id FROM webhooks_delivery WHERE endpoint_id = %s AND next_attempt_at IS NOT NULL"
            f" ORDER BY id{row_lock(skip_locked=not patient)})",
            [reason, endpoint_id],
        )
        return cursor.rowcount


def cancel_strays() -> int:
    """Cancel what came into the queue of an endpoint while it was being switched off or deleted."""
    off = Endpoint.unscoped.filter(enabled=False, deliveries__next_attempt_at__isnull=False).distinct()
    return sum(
        cancel_queue(endpoint_id, "endpoint_disabled" if deleted_at is None else "endpoint_deleted")
        for endpoint_id, deleted_at in off.values_list("pk", "deleted_at")
    )
