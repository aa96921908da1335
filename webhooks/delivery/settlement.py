"""Settling: results of deliveries, their attempts and the health of endpoints are written in bulk."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from crmsolid.core import clock
from crmsolid.core.sql.bulk import fetch, rows_parameter, rows_source, run
from crmsolid.core.sql.table import Table
from webhooks import endpoint_health
from webhooks.delivery.queue import EndpointSnapshot
from webhooks.delivery.schedule import Verdict, next_attempt_at
from webhooks.delivery.sender import DeliveryResult
from webhooks.models import Attempt, DeliveryStatus

# When a claim that was not posted is due again.
UNPOSTED_DELAY = timedelta(seconds=1)

_attempts = Table(Attempt)


def settle(results: Sequence[DeliveryResult], endpoints: Mapping[str, EndpointSnapshot]) -> int:
    """Write the results of claims whose delivery still carries their lease, in the caller's transaction.

    Returns how many those were. A claim that has lost its lease writes nothing: the sweep has recovered the delivery,
    or it was canceled because its event was erased.
    """
    # Locked in the order of ids, as everywhere.
    leases = dict(
        fetch(
            "SELECT id, lease FROM webhooks_delivery WHERE id = ANY(%s) AND lease <> '' ORDER BY id FOR NO KEY UPDATE",
            [[result.claim.id for result in results]],
        )
    )
    leased = [result for result in results if leases.get(result.claim.id) == result.claim.lease]
    if leased:
        _update_deliveries(leased)
        _insert_attempts(leased)
        endpoint_health.record_results([result for result in leased if result.attempts], endpoints)
    return len(leased)


def _update_deliveries(results: Sequence[DeliveryResult]) -> None:
    columns = {
        "id": "text",
        "status": "text",
        "reason": "text",
        "attempts": "int",
        "failures": "int",
        "next_at": "time",
    }
    now = clock.now()
    rows = [_new_values(result, now) for result in results]
    run(
        "UPDATE webhooks_delivery SET status = r.status, reason = r.reason, attempts = r.attempts,"
        " failures = r.failures, next_attempt_at = r.next_at, lease = '', lease_until = NULL"
        f" FROM {rows_source(columns)} WHERE webhooks_delivery.id = r.id",
        [rows_parameter(rows)],
    )


def _new_values(result: DeliveryResult, now: datetime) -> tuple[str, str, str, int, int, datetime | None]:
    """The id of the delivery, its status and reason, its attempts and failures, and when the next attempt is due."""
    claim, last = result.claim, result.attempts[-1] if result.attempts else None
    attempts, failures = claim.attempts + len(result.attempts), claim.failures
    if not claim.body:
        return claim.id, DeliveryStatus.CANCELED.value, "erased", attempts, failures, None
    if last is None:
        status = DeliveryStatus.FAILED if failures else DeliveryStatus.PENDING
        return claim.id, status.value, "", attempts, failures, now + UNPOSTED_DELAY
    if last.verdict is Verdict.SUCCEEDED:
        return claim.id, DeliveryStatus.SUCCEEDED.value, "", attempts, failures, None
    failures += 1
    next_at = None
    if last.verdict is Verdict.RETRY:
        next_at = next_attempt_at(failures, now=now, retry_after=last.response.headers.get("Retry-After"))
    status = DeliveryStatus.EXHAUSTED if next_at is None else DeliveryStatus.FAILED
    return claim.id, status.value, "", attempts, failures, next_at


def _insert_attempts(results: Sequence[DeliveryResult]) -> None:
    _attempts.insert_many(
        [
            {
                "workspace_id": result.claim.workspace_id,
                "delivery_id": result.claim.id,
                "number": number,
                "at": attempt.at,
                "url": attempt.url,
                "request_headers": attempt.headers,
                "signed_with": attempt.signed_with,
                "status": attempt.response.status,
                "error": "" if attempt.response.error is None else attempt.response.error.value,
                "duration_ms": attempt.response.duration_ms,
                "answer_headers": attempt.response.headers,
                "answer_body": attempt.response.body,
                "answer_truncated": attempt.response.truncated,
            }
            for result in results
            for number, attempt in enumerate(result.attempts, start=result.claim.attempts + 1)
        ]
    )


@transaction.atomic
def recover_lost() -> int:
    """Put deliveries whose lease ran out back into the queue, each with an attempt row that says ``lost``; returns how
    many there were."""
    now = clock.now()
    lost = fetch(
        "UPDATE webhooks_delivery SET status = CASE WHEN failures = 0 THEN 'pending' ELSE 'failed' END,"
        " next_attempt_at = %s, attempts = attempts + 1, lease = '', lease_until = NULL WHERE id IN ("
        " SELECT id FROM webhooks_delivery WHERE lease_until < %s ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)"
        " RETURNING workspace_id, id, attempts",
        [now, now],
    )
    # The process that posted is gone, and with it the address, the headers and the response.
    unknown: dict[str, Any] = {"at": now, "url": "", "request_headers": {}, "error": "lost", "duration_ms": 0}
    _attempts.insert_many(
        [{"workspace_id": row[0], "delivery_id": row[1], "number": row[2], **unknown} for row in lost]
    )
    return len(lost)
