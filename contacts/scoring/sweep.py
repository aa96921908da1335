"""The sweep of scores: what is due of silences, half-lives and finished sequences.

The rows of ``ScoreTimer`` are the queue. Any number of workers may sweep at once: each works on the contacts that it
can lock, and reads their timers again under the locks.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial

from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from contacts import repository
from contacts.models import ScoreTimer, ScoringRule
from contacts.scoring import ledger
from contacts.scoring.models import DECAY, Trigger
from crmsolid.core import clock, doorbell
from crmsolid.core.batches import together_or_alone
from crmsolid.core.unit_of_work import unit_of_work

logger = logging.getLogger("crmsolid.scoring")

TASK = "contacts.score"
RUN_SECONDS = 20.0
# Timers that are looked at together.
BATCH = 200
# What happens while nobody has the contact locked.
OCCURRING = (Trigger.SILENCE, Trigger.SEQUENCE_COMPLETED)
RETRY_AFTER_BUG = timedelta(minutes=10)


def due_timers() -> "QuerySet[ScoreTimer]":
    """The timers of all workspaces that are due."""
    return ScoreTimer.unscoped.filter(due_at__lte=clock.now())


def run_due(*, seconds: float = RUN_SECONDS) -> int:
    """Work on the timers that are due; returns the number of contacts that were worked on.

    After ``seconds`` the run ends and asks for another one.
    """
    ends, done = time.monotonic() + seconds, 0
    for contact_ids in _batches():
        done += sum(
            together_or_alone(
                partial(_settle, contact_ids),
                contact_ids,
                lambda contact_id: _settle([contact_id]),
                logger=logger,
                what="contact",
                after_failure=_put_off,
            )
        )
        if time.monotonic() > ends:
            doorbell.ring(TASK)
            break
    return done


def _batches() -> Iterator[list[str]]:
    """The contacts of the timers that are due, in the order in which they became due. Those that are locked or fail are
    passed over until the next run."""
    due = rest = due_timers().order_by("due_at", "pk")
    while rows := list(rest.values_list("due_at", "pk", "contact_id")[:BATCH]):
        rest = due.filter(TupleGreaterThan(Tuple(F("due_at"), F("pk")), rows[-1][:2]))
        yield list(dict.fromkeys(contact_id for _, _, contact_id in rows))


def _put_off(contact_id: str) -> None:
    due_timers().filter(contact_id=contact_id).update(due_at=clock.now() + RETRY_AFTER_BUG)


@unit_of_work()
def _settle(contact_ids: Sequence[str]) -> int:
    """Bring the scores of those of these contacts up to date that are not locked; returns their number."""
    locked = repository.lock_free(contact_ids)
    timers = list(due_timers().filter(contact__in=locked).order_by("pk"))
    ScoreTimer.unscoped.filter(pk__in=[timer.pk for timer in timers]).delete()
    rules = ScoringRule.unscoped.filter(pk__in={timer.rule_id for timer in timers}, archived_at=None)
    # A rule may have got another trigger after its timer was started.
    waiting = {timer.rule_id for timer in timers if timer.key != DECAY}
    occurring = [rule for rule in rules if rule.pk in waiting and rule.trigger in OCCURRING]
    others = [rule for rule in rules if rule not in occurring]
    due = [locked[contact_id] for contact_id in dict.fromkeys(timer.contact_id for timer in timers)]
    missing = ledger.when_due(due, others, occurring, clock.now())
    ledger.write(due, missing)
    return len(due)
