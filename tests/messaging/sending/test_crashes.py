"""A worker is killed (kill -9) between any two steps, then another one sweeps: no message is lost or sent twice."""

from datetime import timedelta

import pytest

from crmsolid.core import clock
from messaging.models import Message, MessageAttempt, SandboxDelivery
from tests.crashing import kill_worker_at, run_worker
from tests.messaging.helpers import events, send, stored
from tests.messaging.sending.crashing_worker import POINTS
from tests.tenants import Tenants

WORKER = "tests.messaging.sending.crashing_worker"


def sweep() -> None:
    run_worker(WORKER, "sweep")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS)
def test_worker_killed_at_any_point_loses_and_repeats_nothing(tenants: Tenants, point: str) -> None:
    message = send(tenants.sandbox(), "@reply", "hello")
    kill_worker_at(WORKER, point)
    if stored(message).status == "sending":
        sweep()  # the lease has not expired
        assert stored(message).status == "sending"
        Message.unscoped.update(lease_until=clock.now() - timedelta(seconds=1))
    sweep()
    sweep()
    assert stored(message).status == "sent"
    [delivery] = SandboxDelivery.unscoped.all()
    assert (delivery.message_id, delivery.random_id, delivery.reply_pending) == (
        message.pk,
        message.random_id,
        False,
    )
    assert [event["data"]["message"]["id"] for event in events("message.sent")] == [message.pk]
    assert len(events("message.received")) == 1
    assert Message.unscoped.count() == 2
    outcomes = list(MessageAttempt.unscoped.order_by("number").values_list("outcome", flat=True))
    expected = {"claimed": ["lost", "sent"], "sent": ["lost", "duplicate"], "settling": ["lost", "duplicate"]}
    assert outcomes == expected.get(point, ["sent"])
