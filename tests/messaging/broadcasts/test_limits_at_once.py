"""Limits, pauses and starts of broadcasts, with several workers and callers at the same moment."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from typing import Any

import pytest
from django.db import transaction

from contacts.services import erase_contact, update_contact
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from messaging.broadcasts import services
from messaging.broadcasts.models import Broadcast, Recipient
from messaging.models import Account, Message, SandboxDelivery, Thread
from messaging.sending import dispatch
from messaging.sending.gateway import Delivered, Outgoing, SendError
from messaging.services import send_message
from tests.messaging.broadcasts.helpers import (
    actor,
    contact,
    contacts,
    counts,
    definition,
    freeze,
    job_of,
    start,
    stored,
    work,
)
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import ScriptedGateway
from tests.tenants import Tenants
from tests.threads import in_background, run_together, run_together_catching
from tests.waiting import another_transaction_waits, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


def code_of(result: object) -> str:
    return result.code if isinstance(result, DomainError) else "done"


def send_times(**which: Any) -> list[datetime]:
    return sorted(at for at in Message.unscoped.filter(**which).values_list("sent_at", flat=True) if at is not None)


def sent(broadcast: Broadcast) -> int:
    return counts(broadcast).get("sent", 0)


def most_within(window: timedelta, times: list[datetime]) -> int:
    """The most sends of any such window."""
    return max((sum(begin <= at < begin + window for at in times) for begin in times), default=0)


def wake(broadcast: Broadcast) -> None:
    """Have the job look now: a wait is looked at again after a minute at the latest, and more has passed."""
    Job.unscoped.filter(object_id=broadcast.pk, next_run_at__isnull=False).update(next_run_at=clock.now())


def nobody_twice() -> bool:
    """Whether nobody got two messages of a broadcast."""
    sent = list(SandboxDelivery.unscoped.filter(message__source="broadcast").values_list("message__contact", flat=True))
    return len(sent) == len(set(sent))


WORKERS = 4
# Workers that look again at once would leave hardly any time to the one who moves the clock.
IDLE_SECONDS = 0.02


def run_workers(frozen_time: FrozenTime, broadcast: Broadcast, meanwhile: Callable[[int], object]) -> None:
    """Four workers run the job and send until the broadcast is done, while the clock goes on by ten minutes at a time.
    ``meanwhile`` is called before each of these steps."""
    ended, chunks = Event(), list[int]()

    def make_and_send() -> None:
        while not ended.is_set():
            wake(broadcast)
            chunks.append(runner.run_due(seconds=0))
            if not dispatch.dispatch(seconds=0):
                ended.wait(IDLE_SECONDS)

    def has_settled(before: int) -> bool:
        """Whether the job has looked again since, and nothing that is due waits to be sent. Each worker may have been
        in a chunk that had begun before."""
        is_idle = job_of(broadcast).finished_at is not None or sum(chunks) > before + WORKERS
        due = Message.unscoped.filter(status__in=("queued", "sending"), eta__lte=clock.now())
        return is_idle and not due.filter(account__state="connected").exists()

    def move_the_clock() -> None:
        try:
            for step in range(144):
                meanwhile(step)
                wait_until(partial(has_settled, sum(chunks)), "the workers have nothing to do")
                if stored(broadcast).status == "done":
                    return
                frozen_time.forward(minutes=10)
        finally:
            ended.set()

    run_together([move_the_clock, *[make_and_send] * WORKERS])


def test_workers_at_once_keep_the_limit_an_hour_in_every_hour(
    tenants: Tenants, account: Account, frozen_time: FrozenTime
) -> None:
    """While accounts are told to wait, and the broadcast is paused, resumed and tried again."""
    by, pauses = actor(account.workspace), (services.pause_broadcast, services.resume_broadcast)
    for number in range(18):
        kind = {3: "fail_privacy_", 4: "flood_wait_4000_", 6: "flood_wait_1500_"}.get(number % 9, "person_")
        contact(account.workspace, f"{kind}{number:02}")
    other = tenants.sandbox(daily_limit=1000)
    broadcast = start(account, account_ids=(account.pk, other.pk), per_hour=6)
    freeze(broadcast)

    def disturb(step: int) -> None:
        # Then no more: what is claimed during a pause is made again, and the sandbox has its account wait again.
        if step >= 36:
            return
        for change in (*pauses, *([services.retry_failed] if step % 12 == 11 else [])):
            with suppress(DomainError):
                change(by, broadcast.pk)

    run_workers(frozen_time, broadcast, disturb)
    assert (counts(broadcast), stored(broadcast).status) == ({"sent": 16, "failed": 2}, "done")
    assert most_within(HOUR, send_times(source="broadcast")) <= 6
    assert nobody_twice()


def test_messages_of_several_accounts_that_were_put_off_keep_the_limit_an_hour(
    tenants: Tenants, account: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each account is claimed from by another worker, and all that was put off is due at the same moment."""
    accounts = [account.pk, *(tenants.sandbox(daily_limit=1000).pk for _ in range(2))]
    for person, account_id in zip(contacts(account.workspace, 12), accounts * 4, strict=True):
        Thread.unscoped.create(workspace=account.workspace, account_id=account_id, contact=person)
    until = frozen_time.now + timedelta(hours=3)

    def hold_back(outgoing: Outgoing) -> Delivered | SendError:
        wait = (until - frozen_time.now).total_seconds()
        if wait > 0:
            return SendError("peer_flood", retry_after=wait, pauses_account=False, unsent=True)
        return Delivered(int(outgoing.message_id[4:], 36) % 2**31)

    ScriptedGateway([hold_back] * 1000).install(monkeypatch)
    broadcast = start(account, account_ids=tuple(accounts), per_hour=6)
    freeze(broadcast)
    run_workers(frozen_time, broadcast, lambda _: None)
    assert (counts(broadcast), stored(broadcast).status) == ({"sent": 12}, "done")
    assert most_within(HOUR, send_times()) == 6
    assert sorted(Message.unscoped.values_list("account_id", flat=True)) == sorted(accounts * 4)


def test_workers_at_once_keep_the_daily_limit_and_leave_ten_sends(
    tenants: Tenants, account: Account, frozen_time: FrozenTime
) -> None:
    limited = tenants.sandbox(daily_limit=50)
    by = actor(account.workspace)
    people = contacts(account.workspace, 99)
    writers = [contact(account.workspace, f"direct{number:02}", tags=[]) for number in range(12)]
    first = start(limited, audience={"contact_ids": [each.pk for each in people[:50]]})
    second = start(limited, audience={"contact_ids": [each.pk for each in people[50:]]})
    freeze(first)
    freeze(second)

    def make_and_send() -> None:
        for _ in range(12):
            for broadcast in (first, second):  # one statement for both would lock them in any order
                wake(broadcast)
            runner.run_due(seconds=1)  # a chunk of each: the first is always the first to be due
            dispatch.dispatch()

    run_together([make_and_send] * WORKERS)
    assert (len(send_times()), sent(first) + sent(second)) == (40, 40)
    assert {stored(first).waiting_for, stored(second).waiting_for} == {"daily_limit"}
    direct = [partial(send_message, by, account_id=limited.pk, to=f"@{who.username}", text="Hi") for who in writers]
    calls: list[Callable[[], object]] = [*direct, make_and_send, make_and_send]
    results = run_together_catching(calls)
    assert sorted(map(code_of, results[:12])) == ["account_daily_limit"] * 2 + ["done"] * 10
    make_and_send()
    assert (len(send_times(source="direct")), len(send_times())) == (10, 50)
    frozen_time.forward(hours=23, minutes=59)
    run_together([make_and_send] * WORKERS)
    assert len(send_times()) == 50
    frozen_time.forward(minutes=1)
    run_together([make_and_send] * WORKERS)
    assert most_within(DAY, send_times()) == 50
    assert (len(send_times(source="broadcast")), nobody_twice()) == (80, True)


@pytest.mark.parametrize("stop", [services.pause_broadcast, services.cancel_broadcast])
def test_broadcast_stops_within_a_second_under_several_workers(
    account: Account, stop: Callable[..., Broadcast]
) -> None:
    contacts(account.workspace, 60)
    by, broadcast = actor(account.workspace), start(account, per_hour=72_000)
    freeze(broadcast)
    stopped, ended = list[float](), Event()

    def send() -> None:
        while not ended.is_set():
            runner.run_due(seconds=0)
            dispatch.dispatch(seconds=0)

    def stop_it() -> None:
        try:
            wait_until(SandboxDelivery.unscoped.exists, "something is sent")
            stop(by, broadcast.pk)
            stopped.append(time.time())
            # The workers go on for longer than a second, and find nothing to send.
            wait_until(lambda: time.time() > stopped[0] + 2, "two seconds have passed")
        finally:
            ended.set()

    run_together([stop_it, send, send, send])
    assert max(send_times()).timestamp() < stopped[0] + 1
    assert not Message.unscoped.filter(status__in=("queued", "sending")).exists()
    assert counts(broadcast)["sent"] == SandboxDelivery.unscoped.count() < 60
    assert nobody_twice()


# --- Starts -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def draft(account: Account) -> Broadcast:
    contacts(account.workspace, 2)
    return services.save_draft(actor(account.workspace), definition(account))


def previewed(account: Account) -> str:
    return services.preview_broadcast(actor(account.workspace), definition(account)).audience_hash


def test_of_starts_at_once_one_is_refused(account: Account, draft: Broadcast) -> None:
    begin = partial(services.start_draft, actor(account.workspace), draft.pk, audience_hash=previewed(account))
    results = run_together_catching([begin] * 4)
    assert sorted(map(code_of, results)) == ["done"] + ["invalid_state"] * 3
    assert Job.unscoped.filter(kind="broadcast").count() == 1
    work(draft)
    assert (counts(draft), nobody_twice()) == ({"sent": 2}, True)


def test_start_sees_an_edit_of_the_draft_that_commits_before_it(account: Account, draft: Broadcast) -> None:
    by, audience_hash, edited = actor(account.workspace), previewed(account), Event()

    def begin() -> object:
        assert edited.wait(20)
        [result] = run_together_catching([partial(services.start_draft, by, draft.pk, audience_hash=audience_hash)])
        return result

    with in_background(begin) as started, transaction.atomic():
        services.save_draft(by, definition(account, text="Buy now", per_hour=9), broadcast_id=draft.pk)
        edited.set()
        wait_until(another_transaction_waits, "the start waits for the edit")
    refused = started.result()
    assert isinstance(refused, DomainError)
    assert (refused.code, refused.extra["changed"]) == ("audience_changed", ["text", "per_hour"])
    assert (stored(draft).status, stored(draft).text, Job.unscoped.count()) == ("draft", "Buy now", 0)


def test_edit_of_a_draft_that_comes_after_its_start_is_refused(account: Account, draft: Broadcast) -> None:
    by, audience_hash, begun = actor(account.workspace), previewed(account), Event()

    def edit() -> object:
        assert begun.wait(20)
        change = partial(services.save_draft, by, definition(account, text="Buy now"), broadcast_id=draft.pk)
        [result] = run_together_catching([change])
        return result

    with in_background(edit) as edited, transaction.atomic():
        services.start_draft(by, draft.pk, audience_hash=audience_hash)
        begun.set()
        wait_until(another_transaction_waits, "the edit waits for the start")
    assert code_of(edited.result()) == "invalid_state"
    work(draft)
    assert (counts(draft), set(Message.unscoped.values_list("text", flat=True))) == ({"sent": 2}, {"Hello"})


def test_what_is_sent_is_what_was_previewed_whenever_the_draft_is_edited(account: Account, draft: Broadcast) -> None:
    by, audience_hash = actor(account.workspace), previewed(account)
    edits = [
        partial(services.save_draft, by, definition(account, text=f"Buy {number}"), broadcast_id=draft.pk)
        for number in range(3)
    ]
    begin = partial(services.start_draft, by, draft.pk, audience_hash=audience_hash)
    results = run_together_catching([*edits, begin])
    started = code_of(results[-1])
    assert started in ("done", "audience_changed")
    assert set(map(code_of, results[:-1])) == ({"invalid_state"} if started == "done" else {"done"})
    work_if_started = stored(draft).status == "running"
    assert work_if_started == (started == "done")
    if work_if_started:
        work(draft)
    assert set(Message.unscoped.values_list("text", flat=True)) == ({"Hello"} if work_if_started else set())


def test_retries_at_once_write_to_nobody_twice(account: Account) -> None:
    people = [contact(account.workspace, f"fail_privacy_{number}") for number in range(6)]
    contacts(account.workspace, 6)
    by, broadcast = actor(account.workspace), start(account)
    work(broadcast)
    assert counts(broadcast) == {"failed": 6, "sent": 6}
    for number, who in enumerate(people):
        update_contact(by, who.pk, {"username": f"mended{number}"})
    retry = partial(services.retry_failed, by, broadcast.pk)

    def send() -> None:
        for _ in range(6):
            wake(broadcast)
            runner.run_due(seconds=0)
            dispatch.dispatch()

    calls: list[Callable[[], object]] = [retry, retry, retry, send, send]
    results = run_together_catching(calls)
    assert sorted(map(code_of, results)) == ["done"] * 3 + ["invalid_state"] * 2
    work(broadcast)
    assert (counts(broadcast), stored(broadcast).status, nobody_twice()) == ({"sent": 12}, "done", True)
    assert Job.unscoped.filter(object_id=broadcast.pk).count() == 2


def test_erasures_and_opt_outs_while_it_is_sent_leave_nobody_who_is_written_to_later(account: Account) -> None:
    by, people = actor(account.workspace), contacts(account.workspace, 40)
    broadcast = start(account, per_hour=360_000)
    freeze(broadcast)
    left: dict[str, datetime] = {}
    ended = Event()

    def send() -> None:
        while not ended.is_set():
            runner.run_due(seconds=0)
            dispatch.dispatch(seconds=0)

    def leave() -> None:
        try:
            for number, who in enumerate(people[::-2]):
                if number % 2:
                    erase_contact(by, who.pk)
                else:
                    update_contact(by, who.pk, {"opted_out": True})
                left[who.pk] = clock.now()
        finally:
            ended.set()

    run_together([leave, send, send, send])
    work(broadcast)
    made = Message.unscoped.filter(contact__in=left).values_list("contact_id", "created_at")
    assert [each for each, at in made if at > left[each]] == []
    assert not Recipient.unscoped.filter(contact__isnull=False).exclude(contact__in=[p.pk for p in people]).exists()
    row = counts(broadcast)
    assert (stored(broadcast).status, sum(row.values()), nobody_twice()) == ("done", 40, True)
    assert row["sent"] >= 20 and set(row) <= {"sent", "skipped"}
