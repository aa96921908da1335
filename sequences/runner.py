"""The run of a worker: it handles the outcomes of steps, then makes the messages of those that are due.

The rows are the queue. Any number of workers may run at once, and a crash at any point leaves either everything of a
step or nothing.
"""

import logging
import time
from collections import Counter, deque
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DATABASE_UNAVAILABLE
from crmsolid.core.sql.bulk import fetch
from crmsolid.core.sql.table import Table
from sequences import due_steps, outcomes
from sequences.enrollments import BATCH
from sequences.models import Enrollment
from sequences.querysets import due_enrollments, due_sequences, next_run_at, unhandled_runs

logger = logging.getLogger("crmsolid.sequences")

RUN_SECONDS = 20.0
# When to look again at an enrollment that could not be worked on because of a bug.
RETRY_AFTER_BUG = timedelta(minutes=10)

_enrollments = Table(Enrollment)


def run_due(*, seconds: float = RUN_SECONDS) -> int:
    """Work on everything that is due; returns the number of enrollments that were worked on.

    After ``seconds`` the run ends and asks for another one.
    """
    ends = time.monotonic() + seconds
    worked_on = 0
    while (handled := _handle_outcomes()) >= BATCH and time.monotonic() <= ends:
        worked_on += handled
    worked_on += handled
    due, waiting = deque(due_sequences()), Counter[int]()
    while due:
        if time.monotonic() > ends:
            doorbell.ring("sequences.run")
            return worked_on
        sequence_id = due.popleft()
        done = _run_sequence(sequence_id, waiting)
        worked_on += done
        if done >= BATCH:
            due.append(sequence_id)
    _ring_for_next()
    return worked_on


def _handle_outcomes() -> int:
    """Handle a batch of outcomes; after a bug, those of each enrollment alone."""
    try:
        return outcomes.handle_outcomes()
    except DATABASE_UNAVAILABLE:
        raise
    except Exception:
        logger.exception("a batch of outcomes failed")
    for enrollment_id in list(unhandled_runs().values_list("enrollment_id", flat=True)[:BATCH]):
        try:
            outcomes.handle_outcomes(enrollment_id)
        except DATABASE_UNAVAILABLE:
            raise
        except Exception:  # the sweep tries again
            logger.exception("an outcome cannot be handled", extra={"enrollment_id": enrollment_id})
    return 0


def _run_sequence(sequence_id: str, waiting: Counter[int]) -> int:
    """Work on a batch of the sequence; after a bug, on each of its enrollments alone, so that none holds up others."""
    try:
        return due_steps.run_batch(sequence_id, waiting=waiting)
    except DATABASE_UNAVAILABLE:
        raise
    except Exception:
        logger.exception("a batch of a sequence failed", extra={"sequence_id": sequence_id})
    done = 0
    for enrollment_id in list(due_enrollments(sequence_id).values_list("pk", flat=True)[:BATCH]):
        try:
            done += due_steps.run_batch(sequence_id, enrollment_id, waiting=waiting)
        except DATABASE_UNAVAILABLE:
            raise
        except Exception:
            logger.exception("an enrollment cannot be worked on", extra={"enrollment_id": enrollment_id})
            retry_at = clock.now() + RETRY_AFTER_BUG
            Enrollment.unscoped.filter(pk=enrollment_id, status="active").update(next_run_at=retry_at)
            done += 1
    return done


def _ring_for_next() -> None:
    """Ask for a run when the next enrollment becomes due, if that is before the next sweep."""
    next_at, now = next_run_at(), clock.now()
    if next_at is not None and next_at <= now + timedelta(seconds=settings.SWEEP_SECONDS):
        doorbell.ring("sequences.run", after=max(0.1, (next_at - now).total_seconds()))


def wake(contact_ids: Sequence[str]) -> None:
    """Have the runner look at the open enrollments of these contacts: something about them has changed.

    Runs in the transaction of the change, under the locks of the contacts. A signal for promptness: the runner checks
    everything again before each step, woken or not.
    """
    where, params = "contact_id = ANY(%s)", [list(contact_ids)]
    rows = fetch(
        f"UPDATE {_enrollments.name} SET next_run_at = %s WHERE {where} AND status = 'active' RETURNING id",
        [clock.now(), *params],
    )
    if rows:
        transaction.on_commit(lambda: doorbell.ring("sequences.run"))
