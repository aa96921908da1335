"""The sequences that contacts have finished, for the scores that rules give for them."""

from collections.abc import Sequence

from django.db import transaction

from contacts.models import Contact
from contacts.scoring import awarding, occasions
from contacts.scoring.awarding import NewTimer
from contacts.scoring.models import Trigger
from contacts.scoring.occasions import Occasion
from contacts.scoring.sweep import TASK
from crmsolid.core import clock, doorbell
from crmsolid.core.sql.bulk import fetch
from crmsolid.core.sql.table import Table
from sequences.models import Enrollment
from sequences.models import Sequence as SequenceRow

_enrollments, _sequences = Table(Enrollment), Table(SequenceRow)


def completed_by(contacts: Sequence[Contact]) -> list[Occasion]:
    """The sequences that these contacts have finished."""
    by_id = {contact.id: contact for contact in contacts}
    where, contact_ids = "e.contact_id = ANY(%s)", [list(by_id)]
    rows = fetch(
        f"SELECT e.id, e.contact_id, s.name, e.ended_at FROM {_enrollments.name} e"
        f" JOIN {_sequences.name} s ON s.id = e.sequence_id WHERE {where} AND e.status = 'completed'",
        contact_ids,
    )
    return [
        occasions.sequence_completed(by_id[contact_id], enrollment_id, name, ended_at)
        for enrollment_id, contact_id, name, ended_at in rows
    ]


def score_completed(completed: Sequence[Enrollment]) -> None:
    """Have the sweep of scores look at the contacts of these enrollments, which this transaction has completed. The
    contacts' rows need not be locked, but nobody may be erasing them: the timers refer to them."""
    rules = occasions.read_rules({each.workspace_id for each in completed}, [Trigger.SEQUENCE_COMPLETED])
    now = clock.now()
    timers = [
        NewTimer(rule.workspace_id, rule.pk, str(each.contact_id), f"sequence {each.pk}", now)
        for rule in rules
        for each in completed
        if each.workspace_id == rule.workspace_id and each.contact_id is not None
    ]
    if timers:
        awarding.start_timers(timers)
        transaction.on_commit(lambda: doorbell.ring(TASK))
