"""The stream of messages, read by keys that are narrowed to a segment or to accounts."""

import json
from typing import Any

import pytest

from contacts.models import Contact, ContactTag, Segment
from crmsolid.core import clock
from messaging.models import Account
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.messaging.streaming.listener import Listen, run_in_thread
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db(transaction=True)


def write(account: Account, username: str, number: int) -> Any:
    incoming = Incoming(telegram_message_id=number, text=f"{username} {number}", at=clock.now(), username=username)
    return receive(account, incoming)


async def test_stream_has_the_messages_of_contacts_who_are_in_the_segment_by_then(
    tenants: Tenants, sandbox: Account, listen: Listen
) -> None:
    def begin() -> str:
        write(sandbox, "inside", 1)
        write(sandbox, "outside", 2)
        segment = Segment(workspace=tenants.workspace, name="Trial", filter={"field": "tag", "op": "is", "value": "in"})
        segment.save()
        tag("inside")
        return tenants.key(segment_id=segment.pk)

    def tag(username: str) -> Any:
        person = Contact.unscoped.get(username_key=username)
        return ContactTag.unscoped.create(workspace=person.workspace, contact=person, name="in", folded="in")

    listener = await listen(await run_in_thread(begin))
    await listener.frame()
    await run_in_thread(lambda: (write(sandbox, "outside", 3), write(sandbox, "inside", 4)))
    first = await listener.event()
    await run_in_thread(lambda: (tag("outside"), write(sandbox, "outside", 5)))
    second = await listener.event()
    texts = [json.loads(event.data)["data"]["message"]["text"] for event in (first, second)]
    assert texts == ["inside 4", "outside 5"]


async def test_stream_has_the_messages_of_its_accounts_alone_also_of_those_before(
    tenants: Tenants, sandbox: Account, listen: Listen
) -> None:
    def begin() -> tuple[str, Account]:
        other = tenants.sandbox(name="Other")
        write(other, "anna", 1)
        write(sandbox, "anna", 2)
        return tenants.key(account_ids=[sandbox.pk]), other

    token, other = await run_in_thread(begin)
    listener = await listen(token, 0)
    first = await listener.event()
    await run_in_thread(lambda: (write(other, "anna", 3), write(sandbox, "anna", 4)))
    second = await listener.event()
    texts = [json.loads(event.data)["data"]["message"]["text"] for event in (first, second)]
    assert texts == ["anna 2", "anna 4"]
