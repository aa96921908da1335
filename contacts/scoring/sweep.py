"""The sweep of scores: what is due of silences, half-lives and finished sequences.

The rows of ``ScoreTimer`` are the queue. Any number of workers may sweep at once: each works on the contacts that it
can lock, and reads their timers again under the locks.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db.models import QuerySet

from contacts import repository
from contacts.models import Contact, ScoreTimer, ScoringRule
from contacts.scoring import awarding, ledger
from contacts.scoring.models import DECAY, Trigger
from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DATABASE_UNAVAILABLE
from crmsolid.core.sql.bulk import fetch
from crmsolid.core.sql.table import Table
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.events.publishing import publish_all

logger = logging.getLogger("crmsolid.scoring")

TASK = "contacts.score"
RUN_SECONDS = 20.0
# Timers that are looked at together.
BATCH = 200
# What happens while nobody has the contact locked.
OCCURRING = (Trigger.SILENCE, Trigger.SEQUENCE_COMPLETED)
RETRY_AFTER_BUG = timedelta(minutes=10)

_timers, _rules = Table(ScoreTimer), Table(ScoringRule)


def due_timers() -> "QuerySet[ScoreTimer]":
    """The timers of all workspaces that are due."""
    return ScoreTimer.unscoped.filter(due_at__lte=clock.now())


def run_due(*, seconds: float = RUN_SECONDS) -> int:
    """Work on the timers that are due; returns the number of contacts that were worked on.

    After ``seconds`` the run ends and asks for another one.
    """
    ends, done = time.monotonic() + seconds, 0
    for contact_ids in _batches():
        done += _work_on(contact_ids)
        if time.monotonic() > ends:
            doorbell.ring(TASK)
            break
    return done


def _batches() -> Iterator[list[str]]:
    """The contacts of the timers that are due, in the order in which they became due. Those that are locked or fail are
    passed over until the next run."""
    due_at = clock.now()
    after, after_id = None, 0
    while True:
        position = "" if after is None else " AND (due_at, id) > (%s, %s)"
        rows = fetch(
            f"SELECT due_at, id, contact_id FROM {_timers.name} WHERE due_at <= %s{position}"
            " ORDER BY due_at, id LIMIT %s",
            [due_at, *([] if after is None else [after, after_id]), BATCH],
        )
        if not rows:
            return
        after, after_id = rows[-1][:2]
        yield list(dict.fromkeys(contact_id for _, _, contact_id in rows))


def _work_on(contact_ids: Sequence[str]) -> int:
    """Work on these contacts; after a bug, on each of them alone, so that none holds up others."""
    try:
        return _settle(contact_ids)
    except DATABASE_UNAVAILABLE:
        raise
    except Exception:
        logger.exception("a batch of score timers failed")
    done = 0
    for contact_id in contact_ids:
        try:
            done += _settle([contact_id])
        except DATABASE_UNAVAILABLE:
            raise
        except Exception:
            logger.exception("the score of a contact cannot be brought up to date", extra={"contact_id": contact_id})
            due_timers().filter(contact_id=contact_id).update(due_at=clock.now() + RETRY_AFTER_BUG)
    return done


@unit_of_work()
def _settle(contact_ids: Sequence[str]) -> int:
    """Bring the scores of those of these contacts up to date that are not locked; returns their number."""
    locked, now = repository.lock_free(contact_ids), clock.now()
    where, ids = "contact_id = ANY(%s)", [list(locked)]
    timers = _timers.select(f"{where} AND due_at <= %s ORDER BY id", [*ids, now])
    if not timers:
        return 0
    timers_clause, timer_ids = "id = ANY(%s)", [[timer.pk for timer in timers]]
    fetch(f"DELETE FROM {_timers.name} WHERE {timers_clause} RETURNING id", timer_ids)
    _catch_up(locked, timers)
    return len({timer.contact_id for timer in timers})


def _catch_up(locked: dict[str, Contact], timers: Sequence[ScoreTimer]) -> None:
    where, rule_ids = "id = ANY(%s)", [sorted({timer.rule_id for timer in timers})]
    rules = {rule.pk: rule for rule in _rules.select(f"{where} AND archived_at IS NULL", rule_ids)}
    # A rule may have got another trigger after its timer was started.
    occurring = {
        timer.rule_id
        for timer in timers
        if timer.rule_id in rules and timer.key != DECAY and rules[timer.rule_id].trigger in OCCURRING
    }
    missing = ledger.when_due(
        list({timer.contact_id: locked[timer.contact_id] for timer in timers}.values()),
        [rule for rule in rules.values() if rule.pk not in occurring],
        [rule for rule in rules.values() if rule.pk in occurring],
        clock.now(),
    )
    changed = {entry.contact_id for entry in missing.entries}
    people = repository.with_tags([contact for contact in locked.values() if contact.id in changed])
    events = awarding.write({each.contact.id: each for each in people}, missing.entries)
    awarding.start_timers(missing.timers)
    if events:
        publish_all(None, events)
