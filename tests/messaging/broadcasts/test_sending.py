"""A broadcast from its start to its end: who gets the message, once, and what is written of it."""

import pytest

from messaging.models import Account, Message
from tests.messaging.broadcasts.helpers import (
    contact,
    contacts,
    counts,
    job_of,
    sent_to,
    start,
    stored,
    texts,
    work,
)
from tests.messaging.helpers import events

pytestmark = pytest.mark.django_db


def test_each_recipient_gets_the_message_once(account: Account) -> None:
    people = contacts(account.workspace, 5, name="Ann Lee")
    broadcast = start(account, text="Hello {first_name}")
    assert (broadcast.status, broadcast.starts_at is not None) == ("running", True)
    work(broadcast)
    assert (stored(broadcast).status, counts(broadcast)) == ("done", {"sent": 5})
    assert sent_to(broadcast) == [person.username for person in people]
    assert [texts(person) for person in people] == [[("sent", "Hello Ann")]] * 5
    assert set(Message.unscoped.values_list("source", flat=True)) == {"broadcast"}


def test_job_counts_recipients_and_publishes_its_end(account: Account) -> None:
    contacts(account.workspace, 3)
    contact(account.workspace, "left", opted_out=True)
    broadcast = start(account)
    work(broadcast)
    job = job_of(broadcast)
    assert (job.kind, job.object_id, job.state, job.done, job.total) == ("broadcast", broadcast.pk, "done", 4, 4)
    [event] = events("job.completed")
    assert event["data"]["job"]["object_id"] == broadcast.pk
    assert event["data"]["job"]["result"] == {
        "pending": 0,
        "sent": 3,
        "failed": 0,
        "skipped": 1,
        "needs_attention": 0,
        "canceled": 0,
    }
