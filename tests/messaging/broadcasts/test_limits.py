"""What holds a broadcast back or leaves somebody out: limits, pauses, opt-outs, cooldown, erasure, unknown ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.conf import settings

from contacts import walking
from contacts.models import Contact, Segment
from contacts.services import erase_contact, personal_data
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.postgresql.statement_timeout import StatementTimeout
from crmsolid.jobs import runner
from crmsolid.jobs.services import cancel_job
from crmsolid.workspaces.models import Workspace
from messaging.broadcasts import audience, pace, querysets, services
from messaging.broadcasts.models import Broadcast, Recipient
from messaging.models import Account, AccountKind, Message, MessageAttempt, Thread
from messaging.sending import claiming, dispatch
from messaging.sending.gateway import Delivered, Outgoing, SendError
from messaging.services import cancel_message
from tests.messaging.broadcasts.helpers import (
    actor,
    contact,
    contacts,
    counts,
    definition,
    freeze,
    job_of,
    reasons,
    run_job,
    sent_to,
    start,
    stored,
    texts,
    work,
)
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import ScriptedGateway
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db


def queue(broadcast: Broadcast) -> None:
    """Freeze and make the first messages, without sending them."""
    freeze(broadcast)
    run_job(broadcast)


# --- Limits -----------------------------------------------------------------------------------------------------------
def test_limit_an_hour_holds_in_every_hour(account: Account, frozen_time: FrozenTime) -> None:
    contacts(account.workspace, 5)
    broadcast = start(account, per_hour=2)
    work(broadcast)
    assert (counts(broadcast), stored(broadcast).waiting_for) == ({"pending": 4, "sent": 1}, "per_hour")
    frozen_time.forward(minutes=29, seconds=59)
    work(broadcast)
    assert counts(broadcast) == {"pending": 4, "sent": 1}
    for sent in (2, 3, 4):
        frozen_time.forward(seconds=1)
        work(broadcast)
        assert counts(broadcast) == {"pending": 5 - sent, "sent": sent}
        frozen_time.forward(minutes=29, seconds=59)
    frozen_time.forward(seconds=1)
    work(broadcast)
    assert (counts(broadcast), stored(broadcast).status) == ({"sent": 5}, "done")
    assert_at_most(2, timedelta(hours=1), send_times())


def send_times() -> list[datetime]:
    return sorted(at for at in Message.unscoped.values_list("sent_at", flat=True) if at is not None)


def go_on_for(frozen_time: FrozenTime, seconds: int) -> None:
    """Let the workers do what is due, each second."""
    for _ in range(seconds):
        runner.run_due()
        dispatch.dispatch()
        frozen_time.forward(seconds=1)


def apart() -> list[float]:
    """The seconds between the sends, in their order."""
    times = send_times()
    return [(after - before).total_seconds() for before, after in pairwise(times)]


def test_messages_are_spread_evenly_over_accounts_and_over_a_pause(
    tenants: Tenants, account: Account, frozen_time: FrozenTime
) -> None:
    contacts(account.workspace, 12)
    by, broadcast = (
        actor(account.workspace),
        start(account, account_ids=(account.pk, tenants.sandbox().pk), per_hour=600),
    )
    assert stored(broadcast).finishes_at is None
    go_on_for(frozen_time, 34)
    assert (counts(broadcast), apart()) == ({"pending": 6, "sent": 6}, [6.0] * 5)
    assert stored(broadcast).finishes_at == send_times()[0] + timedelta(seconds=66)
    services.pause_broadcast(by, broadcast.pk)
    go_on_for(frozen_time, 3)
    services.resume_broadcast(by, broadcast.pk)
    go_on_for(frozen_time, 40)
    assert (counts(broadcast), stored(broadcast).status) == ({"sent": 12}, "done")
    assert apart() == [6.0] * 5 + [7.0] + [6.0] * 5
    accounts = Message.unscoped.filter(status="sent").order_by("sent_at").values_list("account_id", flat=True)
    assert [pk == account.pk for pk in accounts] == [True, False] * 6


def test_message_that_comes_late_delays_those_after_it(account: Account, frozen_time: FrozenTime) -> None:
    """A worker dies with a message that it has claimed, and nothing runs until its lease is over."""
    contacts(account.workspace, 4)
    broadcast = start(account, per_hour=60)
    queue(broadcast)
    claiming.claim_batch([account.pk], 10)
    frozen_time.forward(seconds=settings.SEND_LEASE_SECONDS + 1)
    run_job(broadcast)
    assert (Message.unscoped.count(), stored(broadcast).waiting_for) == (1, "per_hour")
    go_on_for(frozen_time, 181)
    assert (counts(broadcast), apart()) == ({"sent": 4}, [60.0] * 3)


def test_message_on_its_way_counts_against_the_limit_an_hour(account: Account, frozen_time: FrozenTime) -> None:
    """A message that is sent late, such as after a flood wait, must not meet those of the next hour."""
    contact(account.workspace, "flood_wait_3600")
    contacts(account.workspace, 2)
    broadcast = start(account, per_hour=1)
    work(broadcast)
    assert counts(broadcast) == {"pending": 3}
    frozen_time.forward(hours=1)
    work(broadcast)
    assert counts(broadcast) == {"pending": 2, "sent": 1}


def test_messages_that_an_account_has_put_off_for_long_keep_the_limit_an_hour_too(
    tenants: Tenants, account: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They take no place meanwhile, so there may be many of them, and all are due together."""
    people = contacts(account.workspace, 7)
    until = frozen_time.now + timedelta(hours=3)

    def hold_back(outgoing: Outgoing) -> Delivered | SendError:
        wait = (until - frozen_time.now).total_seconds()
        if wait <= 0:
            return Delivered(int(outgoing.message_id[4:], 36) % 2**31)
        return SendError("peer_flood", retry_after=wait, pauses_account=False, unsent=True)

    ScriptedGateway([hold_back] * 1000).install(monkeypatch)
    broadcast = start(account, per_hour=2)
    work(broadcast)
    assert counts(broadcast) == {"pending": 7}
    for _ in range(24):
        frozen_time.forward(minutes=20)
        work(broadcast)
    assert (counts(broadcast), stored(broadcast).status) == ({"sent": 7}, "done")
    assert_at_most(2, timedelta(hours=1), send_times())
    assert min(apart()) >= 1800
    assert {Message.unscoped.filter(contact=person, status="sent").count() for person in people} == {1}


def assert_at_most(limit: int, window: timedelta, times: list[datetime]) -> None:
    for begin in times:
        assert sum(begin <= at < begin + window for at in times) <= limit


def test_progress_of_the_job_shows_what_is_sent_while_the_rest_waits(tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = tenants.sandbox(daily_limit=12)
    contacts(tenants.workspace, 5)
    broadcast = start(account)
    queue(broadcast)
    runner.run_due()
    assert (stored(broadcast).waiting_for, job_of(broadcast).done) == ("daily_limit", 0)
    dispatch.dispatch()
    frozen_time.forward(seconds=1)
    runner.run_due()
    assert (job_of(broadcast).done, job_of(broadcast).total) == (2, 5)


@pytest.mark.parametrize("state", ["frozen", "needs_login", "banned"])
def test_account_that_cannot_send_leaves_the_limit_an_hour_to_the_others(
    tenants: Tenants, account: Account, frozen_time: FrozenTime, state: str
) -> None:
    other = tenants.sandbox(name="Other")
    people = contacts(account.workspace, 6)
    for person in people[:4]:
        Thread.unscoped.create(workspace=account.workspace, account=account, contact=person)
    broadcast = start(account, account_ids=(account.pk, other.pk), per_hour=2)
    queue(broadcast)
    Account.unscoped.filter(pk=account.pk).update(state=state)
    work(broadcast)
    assert (counts(broadcast), stored(broadcast).waiting_for) == ({"pending": 5, "sent": 1}, "per_hour")
    frozen_time.forward(minutes=30)
    work(broadcast)
    assert sent_to(broadcast) == ["person04", "person05"]
    frozen_time.forward(minutes=30)
    work(broadcast)
    assert stored(broadcast).waiting_for == f"account_{state}"
    Account.unscoped.filter(pk=account.pk).update(state="connected")
    for _ in range(4):
        frozen_time.forward(minutes=30)
        work(broadcast)
    assert (counts(broadcast), stored(broadcast).status) == ({"sent": 6}, "done")
    assert {Message.unscoped.filter(contact=person, status="sent").count() for person in people} == {1}


def test_daily_limit_leaves_sends_for_others_and_the_rest_waits(tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = tenants.sandbox(daily_limit=12)
    contacts(tenants.workspace, 5)
    broadcast = start(account)
    work(broadcast)
    assert (counts(broadcast), stored(broadcast).waiting_for) == ({"pending": 3, "sent": 2}, "daily_limit")
    assert waits_until(broadcast) == frozen_time.now + timedelta(days=1)
    assert stored(broadcast).finishes_at == frozen_time.now + timedelta(days=2)
    frozen_time.forward(days=1)
    work(broadcast)
    assert counts(broadcast) == {"pending": 1, "sent": 4}


def waits_until(broadcast: Broadcast) -> datetime | None:
    row = stored(broadcast)
    querysets.load_waits(row.workspace_id, [row])
    return row.waits_until


def test_telegram_accounts_get_no_messages_far_ahead(tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = Account.unscoped.create(
        workspace=tenants.workspace, name="Phone", kind=AccountKind.TELEGRAM, daily_limit=100
    )
    contacts(tenants.workspace, 20)
    broadcast = start(account)
    queue(broadcast)
    etas = [at for at in Message.unscoped.values_list("eta", flat=True) if at is not None]
    assert len(etas) == 11 and max(etas) == frozen_time.now + pace.LOOK_AHEAD
    run_job(broadcast)
    assert (Message.unscoped.count(), stored(broadcast).waiting_for) == (11, "gap")


@pytest.mark.parametrize("state", ["paused", "frozen", "needs_login", "banned"])
def test_account_that_cannot_send_is_named(account: Account, state: str) -> None:
    contacts(account.workspace, 1)
    Account.unscoped.filter(pk=account.pk).update(state=state)
    broadcast = start(account)
    work(broadcast)
    assert (counts(broadcast), stored(broadcast).waiting_for) == ({"pending": 1}, f"account_{state}")
    assert waits_until(broadcast) is None
    Account.unscoped.filter(pk=account.pk).update(state="connected")
    work(broadcast)
    assert counts(broadcast) == {"sent": 1}


def test_wait_for_a_pause_ends_with_it(account: Account, frozen_time: FrozenTime) -> None:
    contacts(account.workspace, 1)
    until = frozen_time.now + timedelta(hours=3)
    Account.unscoped.filter(pk=account.pk).update(state="paused", paused_until=until)
    broadcast = start(account)
    work(broadcast)
    assert (stored(broadcast).waiting_for, waits_until(broadcast)) == ("account_paused", until)


def test_broadcast_waits_while_the_plan_has_expired(account: Account) -> None:
    contacts(account.workspace, 1)
    broadcast = start(account)
    Workspace.objects.filter(pk=account.workspace_id).update(plan="expired")
    work(broadcast)
    assert (counts(broadcast), stored(broadcast).waiting_for) == ({"pending": 1}, "plan")
    Workspace.objects.filter(pk=account.workspace_id).update(plan="pro")
    work(broadcast)
    assert counts(broadcast) == {"sent": 1}


def test_people_stay_with_the_account_that_wrote_first_and_the_rest_is_shared(
    tenants: Tenants, account: Account
) -> None:
    second, silent = tenants.sandbox(), tenants.sandbox(daily_limit=1)
    people = contacts(tenants.workspace, 6)
    for who in people[:2]:
        Thread.unscoped.create(workspace=tenants.workspace, account=second, contact=who)
        Thread.unscoped.create(workspace=tenants.workspace, account=account, contact=who)
    Thread.unscoped.create(workspace=tenants.workspace, account=silent, contact=people[2])
    broadcast = start(account, account_ids=(account.pk, second.pk))
    work(broadcast)
    accounts = list(Recipient.unscoped.order_by("id").values_list("account_id", flat=True))
    assert accounts[:2] == [second.pk, second.pk]
    assert set(accounts[2:]) <= {account.pk, second.pk}
    assert counts(broadcast) == {"sent": 6}


# --- Who is left out --------------------------------------------------------------------------------------------------
def test_exclusions_have_rows_with_reasons(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience, "CHUNK", 2)
    workspace = account.workspace
    contact(workspace, "annie", name="Ann")
    contact(workspace, "bobby", name="B" * 200)
    contact(workspace, "cecil", name="Cecil", opted_out=True)
    contact(workspace, "nameless")
    nobody = contact(workspace, "dora", name="Dora")
    Contact.unscoped.filter(pk=nobody.pk).update(username="", username_key=None)
    broadcast = start(account, text="x" * 4000 + "{name}")
    work(broadcast)
    assert counts(broadcast) == {"sent": 1, "skipped": 4}
    assert reasons(broadcast) == {"text_length": 1, "opted_out": 1, "missing_value": 1, "no_address": 1}
    assert job_of(broadcast).total == 5


def test_cooldown_leaves_out_who_got_a_broadcast_lately(account: Account, frozen_time: FrozenTime) -> None:
    contacts(account.workspace, 2)
    work(start(account))
    contact(account.workspace, "newcomer")
    frozen_time.forward(days=6)
    again = start(account, cooldown_days=7)
    work(again)
    assert (sent_to(again), reasons(again)) == (["newcomer"], {"cooldown": 2})
    frozen_time.forward(days=2)
    third = start(account, cooldown_days=7)
    work(third)
    assert counts(third) == {"sent": 2, "skipped": 1}


def test_cooldown_is_checked_again_when_the_message_is_made(account: Account) -> None:
    contacts(account.workspace, 1)
    first, second = start(account, cooldown_days=7), start(account, cooldown_days=7)
    freeze(first)
    freeze(second)
    assert counts(second) == {"pending": 1}
    work(first)
    work(second)
    both = [(counts(each), reasons(each)) for each in (first, second)]
    assert sorted(both, key=str) == [({"sent": 1}, {}), ({"skipped": 1}, {"cooldown": 1})]


def test_opt_out_after_the_freeze_is_respected(account: Account) -> None:
    early, late, _ = contacts(account.workspace, 3)
    broadcast = start(account)
    freeze(broadcast)
    Contact.unscoped.filter(pk=early.pk).update(opted_out=True)
    run_job(broadcast)
    Contact.unscoped.filter(pk=late.pk).update(opted_out=True)
    work(broadcast)
    assert (counts(broadcast), reasons(broadcast)) == ({"sent": 1, "skipped": 2}, {"opted_out": 2})
    assert texts(early) == [] and [status for status, _ in texts(late)] == ["failed"]


def test_erased_recipient_is_skipped_and_the_counts_stay(account: Account) -> None:
    waiting, done = contacts(account.workspace, 2)
    broadcast = start(account, per_hour=1)
    freeze(broadcast)
    Recipient.unscoped.filter(contact=done).update(status="sent", settled_at=clock.now())
    data = personal_data(actor(account.workspace), waiting.pk)
    assert [(each["broadcast_id"], each["status"]) for each in data["broadcasts"]] == [(broadcast.pk, "pending")]
    for who in (waiting, done):
        erase_contact(actor(account.workspace), who.pk)
    assert (counts(broadcast), reasons(broadcast)) == ({"sent": 1, "skipped": 1}, {"erased": 1})
    assert not Recipient.unscoped.filter(contact__isnull=False).exists()
    work(broadcast)
    assert (stored(broadcast).status, Message.unscoped.count()) == ("done", 0)


# --- The freeze -------------------------------------------------------------------------------------------------------
def test_audience_that_changes_before_the_freeze_ends_the_broadcast_unsent(account: Account) -> None:
    contacts(account.workspace, 2)
    by = actor(account.workspace)
    preview = services.preview_broadcast(by, definition(account))
    broadcast = start(account, preview.audience_hash)
    contact(account.workspace, "newcomer")
    work_until_ended(broadcast)
    row, job = stored(broadcast), job_of(broadcast)
    assert (row.status, row.reason, job.state) == ("canceled", "audience_changed", "failed")
    assert [error["code"] for error in job.errors] == ["audience_changed"]
    assert not Message.unscoped.exists() and "pending" not in counts(broadcast)


def test_audience_that_takes_too_long_to_find_ends_the_broadcast_unsent(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def too_slow(seconds: float) -> Iterator[None]:
        raise StatementTimeout
        yield

    contacts(account.workspace, 2)
    segment = Segment.unscoped.create(
        workspace=account.workspace, name="VIPs", filter={"field": "tag", "op": "is", "value": "vip"}
    )
    broadcast = start(account, audience={"segment_id": segment.pk})
    monkeypatch.setattr(walking, "statement_timeout", too_slow)
    work_until_ended(broadcast)
    row, job = stored(broadcast), job_of(broadcast)
    assert (row.status, row.reason, job.state) == ("canceled", "filter_too_costly", "failed")
    assert [error["code"] for error in job.errors] == ["filter_too_costly"]
    assert not Message.unscoped.exists() and not Recipient.unscoped.exists()


def test_preview_stops_looking_for_its_audience_after_some_time(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts(account.workspace, 2)
    monkeypatch.setattr(audience, "MAX_READ_SECONDS", 0.0)
    with pytest.raises(DomainError, match="filter_too_costly"):
        audience.evaluate(account.workspace, definition(account), clock.now())


def work_until_ended(broadcast: Broadcast) -> None:
    for _ in range(10):
        run_job(broadcast)


def test_frozen_audience_does_not_change(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience, "CHUNK", 2)
    people = contacts(account.workspace, 5)
    broadcast = start(account)
    freeze(broadcast)
    contact(account.workspace, "newcomer")
    work(broadcast)
    assert sent_to(broadcast) == [person.username for person in people]


# --- Pause, cancel, unknown ends --------------------------------------------------------------------------------------
def test_pause_takes_back_what_is_queued_and_resuming_goes_on(account: Account) -> None:
    people = contacts(account.workspace, 3)
    by, broadcast = actor(account.workspace), start(account)
    queue(broadcast)
    assert counts(broadcast) == {"pending": 3}
    services.pause_broadcast(by, broadcast.pk)
    work(broadcast)
    assert (counts(broadcast), stored(broadcast).status) == ({"pending": 3}, "paused")
    assert [texts(who) for who in people] == [[("canceled", "Hello")]] * 3
    services.resume_broadcast(by, broadcast.pk)
    work(broadcast)
    assert (counts(broadcast), stored(broadcast).status) == ({"sent": 3}, "done")
    assert [texts(who) for who in people] == [[("canceled", "Hello"), ("sent", "Hello")]] * 3


@pytest.mark.parametrize("how", ["broadcast", "job"])
def test_cancel_ends_it_for_everybody_who_waits(account: Account, how: str) -> None:
    contacts(account.workspace, 3)
    by, broadcast = actor(account.workspace), start(account, per_hour=2)
    queue(broadcast)
    if how == "broadcast":
        services.cancel_broadcast(by, broadcast.pk)
    else:
        cancel_job(by, job_of(broadcast).pk)
    assert (counts(broadcast), stored(broadcast).status) == ({"canceled": 3}, "canceled")
    assert dispatch.dispatch() == 0
    assert set(Message.unscoped.values_list("status", flat=True)) == {"canceled"}
    assert job_of(broadcast).state == "canceled"


def test_message_of_unknown_end_needs_attention_until_it_is_settled(account: Account) -> None:
    [who] = contacts(account.workspace, 1)
    by, broadcast = actor(account.workspace), start(account)
    queue(broadcast)
    claiming.claim_batch([account.pk], 10)  # by a worker that dies
    assert counts(broadcast) == {"pending": 1}
    Message.unscoped.update(lease_until=clock.now() - timedelta(seconds=1))
    assert counts(broadcast) == {"needs_attention": 1}
    [row] = services.list_recipients(by, broadcast.pk, status="needs_attention").rows
    assert (row.contact_id, querysets.status_of(row)) == (who.pk, "needs_attention")
    assert services.list_recipients(by, broadcast.pk, status="pending").rows == []
    services.pause_broadcast(by, broadcast.pk)
    dispatch.dispatch()
    assert (counts(broadcast), texts(who)) == ({"needs_attention": 1}, [("queued", "Hello")])
    services.resume_broadcast(by, broadcast.pk)
    Message.unscoped.update(eta=clock.now())
    work(broadcast)
    assert (counts(broadcast), texts(who)) == ({"sent": 1}, [("sent", "Hello")])


def test_retry_leaves_out_whose_message_may_have_arrived(account: Account) -> None:
    contact(account.workspace, "fail_privacy_bob")
    by, broadcast = actor(account.workspace), start(account)
    queue(broadcast)
    claiming.claim_batch([account.pk], 10)  # by a worker that dies, perhaps after it had sent
    Message.unscoped.update(lease_until=clock.now() - timedelta(seconds=1))
    work(broadcast)
    assert counts(broadcast) == {"failed": 1}
    with pytest.raises(DomainError, match="certainly has not arrived"):
        services.retry_failed(by, broadcast.pk)
    assert (counts(broadcast), stored(broadcast).status) == ({"failed": 1}, "done")


def test_canceled_message_of_a_recipient_is_final(account: Account) -> None:
    [who] = contacts(account.workspace, 1)
    broadcast = start(account)
    queue(broadcast)
    cancel_message(actor(account.workspace), Message.unscoped.get(contact=who).pk)
    work(broadcast)
    assert (counts(broadcast), reasons(broadcast)) == ({"canceled": 1}, {"message_canceled": 1})
    assert stored(broadcast).status == "done"


def test_retry_leaves_out_whose_worker_died_and_whose_message_was_then_refused(account: Account) -> None:
    """The message failed unsent at its second claim, and nobody knows what became of the first."""
    [who] = contacts(account.workspace, 1)
    by, broadcast = actor(account.workspace), start(account)
    queue(broadcast)
    claiming.claim_batch([account.pk], 10)
    assert not MessageAttempt.unscoped.exists()
    Message.unscoped.update(status="failed", error="contact_opted_out", lease="", lease_until=None)
    Recipient.unscoped.update(status="failed", reason="contact_opted_out")
    with pytest.raises(DomainError, match="certainly has not arrived"):
        services.retry_failed(by, broadcast.pk)
    assert (counts(broadcast), texts(who)) == ({"failed": 1}, [("failed", "Hello")])
