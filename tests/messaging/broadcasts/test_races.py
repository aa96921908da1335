"""Calls that meet each other and the job of a broadcast."""

from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from threading import Event
from typing import Any

import pytest
from django.db import transaction
from psycopg import Cursor

from contacts.models import Contact
from contacts.segments.services import create_segment, tag_segment
from contacts.services import erase_contact
from crmsolid.core.errors import DomainError
from crmsolid.core.sql.prepared_cursor import PreparedCursor
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from messaging.broadcasts import batches, services
from messaging.models import Account, Message
from messaging.sending import dispatch
from tests.messaging.broadcasts.helpers import (
    actor,
    contact,
    contacts,
    counts,
    freeze,
    job_of,
    run_job,
    start,
    stored,
    work,
)
from tests.messaging.conftest import FrozenTime
from tests.tenants import Tenants
from tests.threads import in_background, run_together
from tests.waiting import another_transaction_waits, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_calls_at_once_one_changes_the_state(account: Account) -> None:
    contacts(account.workspace, 2)
    by, broadcast = actor(account.workspace), start(account)
    freeze(broadcast)
    answers: list[str] = []

    def pause() -> None:
        try:
            services.pause_broadcast(by, broadcast.pk)
            answers.append("paused")
        except DomainError as error:
            answers.append(error.code)

    run_together([pause, pause, pause])
    assert sorted(answers) == ["invalid_state", "invalid_state", "paused"]


def test_pause_resume_erasure_and_workers_at_once_lose_nobody(account: Account) -> None:
    people = contacts(account.workspace, 12)
    by, broadcast = actor(account.workspace), start(account)
    freeze(broadcast)

    def pause_and_resume() -> None:
        for _ in range(5):
            for change in (services.pause_broadcast, services.resume_broadcast):
                with suppress(DomainError):
                    change(by, broadcast.pk)

    def send() -> None:
        for _ in range(5):
            runner.run_due(seconds=0)
            dispatch.dispatch()

    def erase() -> None:
        erase_contact(by, people[5].pk)

    run_together([pause_and_resume, send, send, erase])
    with suppress(DomainError):
        services.resume_broadcast(by, broadcast.pk)
    work(broadcast)
    row = counts(broadcast)
    assert (stored(broadcast).status, sum(row.values())) == ("done", 12)
    assert set(row) <= {"sent", "skipped"} and row.get("skipped", 0) <= 1
    for contact_id in Contact.unscoped.values_list("pk", flat=True):
        assert Message.unscoped.filter(contact_id=contact_id, status="sent").count() == 1


def test_person_erased_while_the_failed_are_retried_is_skipped(account: Account) -> None:
    person = contact(account.workspace, "fail_privacy")
    by, broadcast = actor(account.workspace), start(account)
    work(broadcast)
    assert counts(broadcast) == {"failed": 1}
    retried = Event()

    def erase() -> None:
        assert retried.wait(20)
        erase_contact(by, person.pk)

    with in_background(erase), transaction.atomic():
        services.retry_failed(by, broadcast.pk)
        retried.set()
        wait_until(another_transaction_waits, "the erasure waits for the recipient")
    assert counts(broadcast) == {"skipped": 1}


def test_erasure_waits_for_a_copy_of_a_condition_and_takes_the_person_out_of_it(account: Account) -> None:
    person, by = contact(account.workspace, "anna"), actor(account.workspace)
    condition = {"field": "username", "op": "is", "value": "anna"}
    segment = create_segment(by, name="Anna", filter=condition).segment
    copied = Event()

    def erase() -> None:
        assert copied.wait(20)
        erase_contact(by, person.pk)

    with in_background(erase), transaction.atomic():
        broadcast = start(account, audience={"segment_id": segment.pk})
        job = tag_segment(by, segment.pk, add=["news"])
        copied.set()
        wait_until(another_transaction_waits, "the erasure waits for the segment")
    nobody = {**condition, "value": "erased__"}
    assert (stored(broadcast).audience["filter"], Job.unscoped.get(pk=job.pk).params["filter"]) == (nobody, nobody)


def test_of_two_retries_at_once_one_is_refused(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    contact(account.workspace, "fail_privacy")
    by, broadcast = actor(account.workspace), start(account)
    work(broadcast)
    wake = runner.wake

    def retry_first(*arguments: Any) -> bool:
        monkeypatch.setattr(runner, "wake", wake)
        with in_background(lambda: services.retry_failed(by, broadcast.pk)):
            pass
        return wake(*arguments)

    monkeypatch.setattr(runner, "wake", retry_first)
    with pytest.raises(DomainError) as refused:
        services.retry_failed(by, broadcast.pk)
    assert (refused.value.code, counts(broadcast)) == ("invalid_state", {"pending": 1})


def test_no_statement_has_more_than_5000_parameters(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    contacts(account.workspace, 1)
    by = account.workspace
    Contact.unscoped.bulk_create(
        [Contact(workspace=by, username=f"bulk{n}", username_key=f"bulk{n}") for n in range(400)]
    )
    ids = list(Contact.unscoped.values_list("pk", flat=True))
    counted = [0]

    def count(cursor: type[Any]) -> None:
        execute = cursor.execute

        def counting(self: Any, statement: Any, params: Any = None, **options: Any) -> Any:
            counted.append(len(params or ()))
            return execute(self, statement, params, **options)

        monkeypatch.setattr(cursor, "execute", counting)

    count(Cursor)
    count(PreparedCursor)
    broadcast = start(account, audience={"contact_ids": ids})
    work(broadcast)
    run_job(broadcast)
    assert counts(broadcast) == {"sent": 401}
    assert 1000 < max(counted) <= 5000


def test_workers_at_once_keep_the_messages_of_an_hour_apart(tenants: Tenants, account: Account) -> None:
    contacts(account.workspace, 12)
    broadcast = start(account, account_ids=(account.pk, tenants.sandbox().pk), per_hour=36_000)
    freeze(broadcast)

    def send() -> None:
        while stored(broadcast).status != "done":
            run_job(broadcast)
            dispatch.dispatch()

    run_together([send, send, send])
    assert counts(broadcast) == {"sent": 12}
    due = sorted(at for at in Message.unscoped.values_list("eta", flat=True) if at is not None)
    assert min(after - before for before, after in pairwise(due)) >= timedelta(seconds=0.1)


def test_settled_message_wakes_the_job(account: Account, frozen_time: FrozenTime) -> None:
    contacts(account.workspace, 1)
    broadcast = start(account)
    freeze(broadcast)
    run_job(broadcast)
    run_job(broadcast)
    assert job_of(broadcast).next_run_at == frozen_time.now + batches.LOOK_AGAIN
    dispatch.dispatch()
    assert job_of(broadcast).next_run_at == frozen_time.now + runner.SOON


def test_settling_a_message_does_not_wait_for_the_job(account: Account) -> None:
    contacts(account.workspace, 1)
    broadcast = start(account)
    freeze(broadcast)
    run_job(broadcast)
    run_job(broadcast)
    with transaction.atomic():
        Job.unscoped.select_for_update().get(object_id=broadcast.pk)
        with in_background(dispatch.dispatch):
            pass
        assert counts(broadcast) == {"sent": 1}
