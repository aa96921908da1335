"""Steps are sent when they are due, once each, and an enrollment ends as it should."""

import pytest

from messaging.models import Account, Message
from sequences.models import StepRun
from tests.sequences.helpers import Clock, contact, create, enroll, events, state, stored, texts, work

pytestmark = pytest.mark.django_db


def test_each_step_is_sent_when_it_is_due(account: Account, time: Clock) -> None:
    sequence = create(account)
    alice = contact(account.workspace)
    enrollment = enroll(sequence, alice)
    work()
    assert texts(alice) == [("sent", "Hello")]
    assert state(enrollment) == ("active", "", "again")
    assert stored(enrollment).next_run_at == time.now.replace(day=2)
    time.move(hours=23, minutes=59)
    work()
    assert len(texts(alice)) == 1
    time.move(minutes=1)
    work()
    assert texts(alice) == [("sent", "Hello"), ("sent", "Hello again")]
    assert state(enrollment) == ("completed", "", "")
    assert stored(enrollment).ended_at == time.now
    assert [event["event"] for event in events("sequence.started", "sequence.completed")] == [
        "sequence.started",
        "sequence.completed",
    ]
    runs = StepRun.unscoped.order_by("id")
    assert [(run.step_key, run.outcome, run.handled) for run in runs] == [
        ("hello", "sent", True),
        ("again", "sent", True),
    ]
    assert list(Message.unscoped.values_list("source", flat=True)) == ["sequence", "sequence"]
    assert events("sequence.completed")[0]["data"]["enrollment"]["status"] == "completed"
