"""However many contacts have scores, an event, a sweep and a page of a ledger read a few rows by their indexes."""

from datetime import timedelta

import pytest
from django.db import connection

from contacts import services as contacts
from contacts.models import Contact, ScoreEntry, ScoreTimer
from contacts.scoring import services, sweep
from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from tests.contacts.scoring.helpers import rule, run_jobs
from tests.sequences.test_query_plans import plans_of

PEOPLE = 3000
TABLES = ("contacts_contact", "contacts_scoreentry", "contacts_scoretimer")


@pytest.mark.django_db
def test_nothing_reads_the_scores_of_all_contacts(actor: Actor) -> None:
    workspace = actor.workspace
    vip = rule(actor, "VIP", "tag", "vip", half_life="P30D")
    run_jobs()
    Contact.unscoped.bulk_create(Contact(workspace=workspace, name=f"user {number}") for number in range(PEOPLE))
    common = {"workspace": workspace, "rule": vip}
    made = list(Contact.unscoped.all())
    past = clock.now() - timedelta(days=60)
    ScoreEntry.unscoped.bulk_create(
        ScoreEntry(**common, contact=each, rule_version=1, key="once", points=10, cause="x", occurred_at=past)
        for each in made
    )
    ScoreTimer.unscoped.bulk_create(
        ScoreTimer(**common, contact=each, key="decay", due_at=clock.now() + timedelta(days=each is not made[0]))
        for each in made
    )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(TABLES)}")
    plans = plans_of(lambda: contacts.tag_contact(actor, made[1].pk, add=["vip"]))
    plans += plans_of(sweep.run_due)
    plans += plans_of(lambda: services.get_score(actor, made[2].pk))
    assert ScoreEntry.unscoped.filter(kind="decay").count() == 1
    assert [plan for plan in plans for table in TABLES if f"Seq Scan on {table} " in plan] == []
    assert any("scoretimer_due" in plan for plan in plans)
