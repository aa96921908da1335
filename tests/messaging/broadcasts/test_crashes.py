"""A worker is killed (kill -9) between any two steps of a broadcast, then another one goes on: everybody gets the
message once, and the counts are right."""

from datetime import timedelta

import pytest

from crmsolid.core import clock
from messaging.broadcasts.models import Recipient
from messaging.models import Account, Message, SandboxDelivery
from tests.crashing import kill_worker_at, run_worker
from tests.messaging.broadcasts.crashing_worker import POINTS
from tests.messaging.broadcasts.helpers import contact, contacts, counts, job_of, start, stored
from tests.messaging.helpers import events

WORKER = "tests.messaging.broadcasts.crashing_worker"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS)
def test_worker_killed_at_any_point_sends_to_everybody_once(account: Account, point: str) -> None:
    contacts(account.workspace, 2)
    contact(account.workspace, "left", opted_out=True)
    broadcast = start(account)
    kill_worker_at(WORKER, point)
    Message.unscoped.filter(status="sending").update(lease_until=clock.now() - timedelta(seconds=1))
    run_worker(WORKER, "end")
    assert (stored(broadcast).status, counts(broadcast)) == ("done", {"sent": 2, "skipped": 1})
    assert (Recipient.unscoped.count(), Message.unscoped.count(), SandboxDelivery.unscoped.count()) == (3, 2, 2)
    assert (job_of(broadcast).done, job_of(broadcast).total) == (3, 3)
    assert len(events("message.sent")) == 2 and len(events("job.completed")) == 1
