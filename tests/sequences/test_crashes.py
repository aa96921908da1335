"""A worker is killed (kill -9) between any two steps of the engine, then another one goes on: each step of the sequence
is sent once, and nobody is lost."""

from datetime import timedelta

import pytest

from crmsolid.core import clock
from messaging.models import Account, Message, SandboxDelivery
from sequences import services
from sequences.models import StepRun
from tests.crashing import kill_worker_at, run_worker
from tests.sequences.crashing_worker import POINTS
from tests.sequences.helpers import actor, contact, create, enroll, events, state, texts, write_in

WORKER = "tests.sequences.crashing_worker"
STEPS = [{"id": "hello", "text": "Hello"}, {"id": "again", "text": "Hello again"}]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS)
def test_worker_killed_at_any_point_sends_each_step_once(account: Account, point: str) -> None:
    alice = contact(account.workspace)
    enrollment = enroll(create(account, steps=STEPS), alice)
    kill_worker_at(WORKER, point)
    Message.unscoped.filter(status="sending").update(lease_until=clock.now() - timedelta(seconds=1))
    run_worker(WORKER, "end")
    assert texts(alice) == [("sent", "Hello"), ("sent", "Hello again")]
    assert state(enrollment) == ("completed", "", "")
    delivered = SandboxDelivery.unscoped.order_by("id")
    assert [delivery.message.text for delivery in delivered.select_related("message")] == ["Hello", "Hello again"]
    runs = StepRun.unscoped.order_by("id").values_list("step_key", "outcome", "handled")
    assert list(runs) == [("hello", "sent", True), ("again", "sent", True)]
    published = events("message.sent", "sequence.started", "sequence.completed")
    assert [event["event"] for event in published] == [
        "sequence.started",
        "message.sent",
        "message.sent",
        "sequence.completed",
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["claimed", "delivered"])
def test_reply_stops_a_message_that_a_killed_worker_had_claimed(account: Account, point: str) -> None:
    """Whether it had arrived is not known. It is not sent again, and nothing follows."""
    bob = contact(account.workspace, "robert")
    enrollment = enroll(create(account, stop_on=["reply"], steps=STEPS), bob)
    kill_worker_at(WORKER, point)
    Message.unscoped.filter(status="sending").update(lease_until=clock.now() - timedelta(seconds=1))
    write_in(account, bob)
    run_worker(WORKER, "end")
    assert texts(bob) == [("canceled", "Hello")]
    assert state(enrollment) == ("stopped", "reply", "hello")
    assert SandboxDelivery.unscoped.count() == (1 if point == "delivered" else 0)
    assert [(run.step_key, run.outcome, run.handled) for run in StepRun.unscoped.all()] == [("hello", "canceled", True)]
    assert events("sequence.completed") == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["claimed", "delivered"])
@pytest.mark.parametrize("paused", ["sequence", "enrollment"])
def test_pause_does_not_lose_a_message_that_a_killed_worker_had_claimed(
    account: Account, point: str, paused: str
) -> None:
    """Whether it had arrived is not known until it is sent again, with its ``random_id``, after the pause."""
    alice, by = contact(account.workspace), actor(account.workspace)
    sequence = create(account, steps=STEPS)
    enrollment = enroll(sequence, alice)
    kill_worker_at(WORKER, point)
    row = sequence if paused == "sequence" else enrollment
    getattr(services, f"pause_{paused}")(by, row.pk)
    Message.unscoped.filter(status="sending").update(lease_until=clock.now() - timedelta(seconds=1))
    run_worker(WORKER, "end")
    assert texts(alice) == [("queued", "Hello")]
    assert SandboxDelivery.unscoped.count() == (1 if point == "delivered" else 0)
    getattr(services, f"resume_{paused}")(by, row.pk)
    getattr(services, f"pause_{paused}")(by, row.pk)
    getattr(services, f"resume_{paused}")(by, row.pk)
    Message.unscoped.filter(status="queued").update(eta=clock.now())
    run_worker(WORKER, "end")
    assert texts(alice) == [("sent", "Hello"), ("sent", "Hello again")]
    assert (state(enrollment), SandboxDelivery.unscoped.count()) == (("completed", "", ""), 2)
