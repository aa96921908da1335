"""What the pump writes down: outcomes of deliveries, attempt rows, the health of endpoints. Many at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from crmsolid.core import clock
from crmsolid.core.sql.bulk import datetime_formatter, fetch, ids_clause, row_lock, rows_parameter, rows_source, run
from crmsolid.core.sql.table import datetime_param
from webhooks import endpoint_health
from webhooks.delivery.queue import Target
from webhooks.delivery.schedule import Verdict, next_attempt_at, verdict
from webhooks.delivery.sender import Outcome, Try
from webhooks.models import DeliveryStatus

BUSY_PAUSE = timedelta(seconds=1)

_DELIVERY = {"id": "text", "status": "text", "reason": "text", "attempts": "int", "failures": "int", "next_at": "time"}
_ATTEMPT = {
    "workspace_id": "int",
    "delivery_id": "text",
    "number": "int",
    "at": "time",
    "url": "text",
    "request_headers": "json",
    "signed_with": "text",
    "status": "int",
    "error": "text",
    "duration_ms": "int",
    "answer_headers": "json",
    "answer_body": "text",
    "answer_truncated": "bool",
}


@dataclass(frozen=True, slots=True)
class Settlement:
    """The state a delivery goes into."""

    status: DeliveryStatus
    failures: int
    next_at: datetime | None = None
    reason: str = ""


def settlement(outcome: Outcome, now: datetime) -> Settlement:
    """What an outcome makes of its delivery. Pure but for the jitter of a retry."""
    claim = outcome.claim
    if not claim.body:
        return Settlement(DeliveryStatus.CANCELED, claim.failures, reason="erased")
    if not outcome.tries:
        waiting = DeliveryStatus.FAILED if claim.failures else DeliveryStatus.PENDING
        return Settlement(waiting, claim.failures, now + BUSY_PAUSE)
    answer = outcome.tries[-1].answer
    match verdict(answer.status, answer.error):
        case Verdict.SUCCEEDED:
            return Settlement(DeliveryStatus.SUCCEEDED, claim.failures)
        case Verdict.GONE:
            return Settlement(DeliveryStatus.EXHAUSTED, claim.failures + 1)
    retry = next_attempt_at(claim.failures + 1, now=now, retry_after=answer.headers.get("Retry-After"))
    status = DeliveryStatus.EXHAUSTED if retry is None else DeliveryStatus.FAILED
    return Settlement(status, claim.failures + 1, retry)


def settle(outcomes: Sequence[Outcome], targets: Mapping[str, Target]) -> int:
    """Write the outcomes of claims that are still ours; answers how many were. ``targets``: by endpoint id. In the
    caller's transaction.

    A claim whose lease is gone (it ran out, or its person was erased) leaves no trace: another has it now.
    """
    held = _held(outcomes)
    ours = [outcome for outcome in outcomes if held.get(outcome.claim.id) == outcome.claim.lease]
    if ours:
        _update_deliveries(ours)
        _insert_attempts(ours)
        endpoint_health.note([outcome for outcome in ours if outcome.tries], targets)
    return len(ours)


def _held(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """The leases in force now, their rows locked in the order that everybody locks them in."""
    where, params = ids_clause("id", [outcome.claim.id for outcome in outcomes])
    return dict(
        fetch(f"SELECT id, lease FROM webhooks_delivery WHERE {where} AND lease <> '' ORDER BY id{row_lock()}", params)
    )


def _update_deliveries(outcomes: Sequence[Outcome]) -> None:
    now, text = clock.now(), datetime_formatter()
    rows = [_delivery_row(outcome, settlement(outcome, now), text) for outcome in outcomes]
    run(
        "UPDATE webhooks_delivery SET status = r.status, reason = r.reason, attempts = r.attempts,"
        " failures = r.failures, next_attempt_at = r.next_at, lease = '', lease_until = NULL"
        f" FROM {rows_source(_DELIVERY)} WHERE webhooks_delivery.id = r.id",
        [rows_parameter(rows)],
    )


def _delivery_row(outcome: Outcome, after: Settlement, text: Callable[[datetime | None], str | None]) -> Sequence[Any]:
    """The values of _DELIVERY."""
    attempts = outcome.claim.attempts + len(outcome.tries)
    return outcome.claim.id, after.status.value, after.reason, attempts, after.failures, text(after.next_at)


def _insert_attempts(outcomes: Sequence[Outcome]) -> None:
    text = datetime_formatter()
    rows = [
        _attempt_row(outcome, outcome.claim.attempts + place, each, text(each.at))
        for outcome in outcomes
        for place, each in enumerate(outcome.tries, start=1)
    ]
    if rows:
        _insert_attempt_rows(rows)


def _insert_attempt_rows(rows: Sequence[Sequence[Any]]) -> None:
    names = ", ".join(f'"{name}"' for name in _ATTEMPT)
    run(
        f"INSERT INTO webhooks_attempt ({names}) SELECT {names} FROM {rows_source(_ATTEMPT)}",
        [rows_parameter(rows)],
    )


def _attempt_row(outcome: Outcome, number: int, each: Try, at: str | None) -> Sequence[Any]:
    """The values of _ATTEMPT."""
    claim, answer = outcome.claim, each.answer
    return (
        *(claim.workspace_id, claim.id, number, at),
        *(each.url, each.headers, each.signed_with),
        *(answer.status, answer.error.value if answer.error is not None else "", answer.duration_ms),
        *(answer.headers, answer.body, answer.truncated),
    )


@transaction.atomic
def recover_lost() -> int:
    """Deliveries whose lease ran out go back to the queue, each with an attempt row that says ``lost``."""
    now = clock.now()
    lost = fetch(
        "UPDATE webhooks_delivery SET status = CASE WHEN failures = 0 THEN 'pending' ELSE 'failed' END,"
        " next_attempt_at = %s, attempts = attempts + 1, lease = '', lease_until = NULL WHERE id IN ("
        f" SELECT id FROM webhooks_delivery WHERE lease_until < %s ORDER BY id{row_lock(skip_locked=True)})"
        " RETURNING workspace_id, id, attempts",
        [datetime_param(now), datetime_param(now)],
    )
    if lost:
        at = datetime_formatter()(now)
        # No address, no headers, no answer: whoever posted it is gone.
        _insert_attempt_rows([(*row, at, "", {}, "", None, "lost", 0, {}, "", False) for row in lost])
    return len(lost)
