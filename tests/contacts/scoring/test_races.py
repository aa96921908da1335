"""Scoring by several at once: a contact's ledger has one writer at a time."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection, transaction

from contacts import services as contacts
from contacts.models import ScoreEntry
from contacts.scoring import rescoring
from crmsolid.core import clock
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from tests.contacts.helpers import published_events
from tests.contacts.scoring.helpers import change, ledger_of, rule, run_jobs, score_of, sums
from tests.tenants import Tenants
from tests.threads import in_background, run_together
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def finish_jobs() -> None:
    """Run the jobs to their end, also those that have put themselves off."""
    runner.open_jobs().update(next_run_at=clock.now())
    run_jobs()
    assert not runner.open_jobs().exists()


def test_once_is_once_and_the_cap_is_kept_while_many_tag_one_contact_and_its_rules_change() -> None:
    actor = Tenants().actor()
    anna = contacts.upsert_contact(actor, {"username": "anna"}).contact
    rule(actor, "Once", "tag", points=5)
    each = rule(actor, "Each", "tag", points=3, times="each", daily_cap=20)
    calls: list[Callable[[], object]] = [partial(change, actor, each, points=4), run_jobs]
    calls += [partial(contacts.tag_contact, actor, anna.pk, add=[f"tag {number}"]) for number in range(8)]
    run_together(calls)
    finish_jobs()
    entries = ledger_of("anna")
    assert [points for name, points, cause in entries if name == "Once"] == [5]
    assert sum(points for name, points, _ in entries if name == "Each") == 20
    assert score_of("anna") == sums(["anna"])["anna"] == 25
    scored = [data for type, data in published_events() if type == "lead.scored"]
    steps = [(data["old_score"], data["new_score"]) for data in scored]
    assert max(new for _, new in steps) == 25  # never what both versions give
    assert sorted(old for old, _ in steps)[1:] == sorted(new for _, new in steps)[:-1]


def test_a_contact_that_is_added_with_the_earlier_rules_while_they_change_is_scored_again() -> None:
    tenants = Tenants()
    actor = tenants.actor()
    vip = rule(actor, "VIP", "tag", "vip", 10)
    run_jobs()
    role = connection.ops.quote_name(f"{connection.settings_dict['NAME']}_plain")
    with connection.cursor() as cursor:  # a role that is not shown when the transactions of others began
        cursor.execute(f"DROP ROLE IF EXISTS {role}")
        cursor.execute(f"CREATE ROLE {role} IN ROLE pg_read_all_data, pg_write_all_data")

    def change_and_score() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {role}")
        change(actor, vip, points=30)
        wait_until(lambda: runner.run_due(seconds=0), "the first chunk")

    with unit_of_work():
        contacts.upsert_contact(actor, {"username": "anna", "tags": ["vip"]})
        with in_background(change_and_score):
            pass
        assert Job.unscoped.filter(kind="contacts.score", state="running").count() == 1
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE {role}")
    finish_jobs()
    assert (score_of("anna"), transaction.get_connection().in_atomic_block) == (30, False)


def test_scoring_does_not_wait_for_others_who_work_on_the_statistics(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = Tenants().actor()
    contacts.upsert_contact(actor, {"username": "anna", "tags": ["vip"]})
    rule(actor, "VIP", "tag", "vip", 10)
    monkeypatch.setattr(rescoring, "STATISTICS_AFTER", (1,))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK {ScoreEntry._meta.db_table} IN SHARE UPDATE EXCLUSIVE MODE")
        with in_background(run_jobs):
            pass
        assert (score_of("anna"), runner.open_jobs().exists()) == (10, False)
