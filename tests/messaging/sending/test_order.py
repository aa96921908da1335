"""The messages to one person are sent in their order, whatever becomes of an attempt; other people do not wait."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from crmsolid.core import clock
from messaging import services
from messaging.models import Account, Direction, Message, Status, Thread
from messaging.sending import claiming, dispatch, waiting
from messaging.sending.gateway import SendError
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import ScriptedGateway, send, stored
from tests.tenants import Tenants


def unknown_result() -> SendError:
    return SendError("telegram_trouble", "INTERNAL")


def certain_wait() -> SendError:
    return SendError("peer_flood", retry_after=3600.0, pauses_account=False)


@pytest.mark.parametrize("refuse", [unknown_result, certain_wait])
def test_message_waits_until_the_earlier_one_of_the_person_was_sent(
    refuse: Any, sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = ScriptedGateway([refuse()]).install(monkeypatch)
    first = send(sandbox, "@alice", "m0")
    assert dispatch.dispatch() == 1
    second, third, other = (
        send(sandbox, "@alice", "m1"),
        send(sandbox, "@alice", "m2"),
        send(sandbox, "@bobby", "to another person"),
    )
    assert dispatch.dispatch() == 1
    assert claiming.claim(second.pk) is None
    assert [waiting.waiting_for(stored(each)) for each in (first, second, third)] == [
        "eta",
        "earlier_message",
        "earlier_message",
    ]
    assert stored(other).status == "sent"
    frozen_time.forward(hours=1)
    assert [dispatch.dispatch(), dispatch.dispatch()] == [1, 2]
    assert [each.text for each in gateway.requests] == ["m0", "to another person", "m0", "m1", "m2"]


def test_dispatch_is_asked_for_when_the_retry_is_due_and_not_all_the_time(
    sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch, rings: list[Any]
) -> None:
    """A message behind one that waits is due, but there is nothing to do for it."""
    ScriptedGateway([unknown_result()]).install(monkeypatch)
    send(sandbox, "@alice", "m0")
    dispatch.dispatch()
    send(sandbox, "@alice", "m1")
    rings.clear()
    assert dispatch.dispatch() == 0
    assert [ring.after for ring in rings if ring.name == "messaging.dispatch"] in ([], [5.0])


def test_message_planned_for_later_holds_nobody_back(sandbox: Account, frozen_time: FrozenTime) -> None:
    planned = send(sandbox, "@alice", "tomorrow", send_at=frozen_time.now + timedelta(days=1))
    now = send(sandbox, "@alice", "now")
    assert dispatch.dispatch() == 1
    assert (stored(planned).status, stored(now).status) == ("queued", "sent")


@pytest.mark.parametrize("end", ["canceled", "failed"])
def test_message_goes_on_when_the_earlier_one_has_ended(
    end: str, sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch, tenants: Tenants
) -> None:
    ScriptedGateway([certain_wait(), SendError("gone", permanent=True)]).install(monkeypatch)
    first = send(sandbox, "@alice", "m0")
    dispatch.dispatch()
    second = send(sandbox, "@alice", "m1")
    if end == "canceled":
        services.cancel_message(tenants.actor(sandbox.workspace), first.pk)
        assert stored(second).status == "queued"
        monkeypatch.undo()
    else:
        frozen_time.forward(hours=1)
        assert dispatch.dispatch() == 1
    assert dispatch.dispatch() == 1
    assert (stored(first).status, stored(second).status) == (end, "sent")


def test_claim_of_one_behind_another_stays_indexed(sandbox: Account) -> None:
    """A broadcast may queue 100,000 messages on one account, and some of them wait for a retry."""
    workspace = sandbox.workspace
    contacts = Contact.unscoped.bulk_create(Contact(workspace=workspace, name=f"P{n}") for n in range(3000))
    threads = Thread.unscoped.bulk_create(
        Thread(workspace=workspace, account=sandbox, contact=contact) for contact in contacts
    )
    now = clock.now()
    Message.unscoped.bulk_create(
        Message(
            workspace=workspace,
            account=sandbox,
            contact_id=thread.contact_id,
            thread=thread,
            direction=Direction.OUT,
            status=Status.QUEUED,
            text="hello",
            recipient="@p",
            eta=now + timedelta(hours=1) if tried else now - timedelta(minutes=1),
            attempts=int(tried),
        )
        for number, thread in enumerate(threads)
        for tried in ([True, False] if number < 50 else [False])
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_message")
    with CaptureQueriesContext(connection) as captured:
        batch = claiming.claim_batch([sandbox.pk], 20)
    assert len(batch.claims) == 20
    [statement] = [each["sql"] for each in captured if "LATERAL" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "message_due" in plan and "message_tried" in plan and "Seq Scan" not in plan, plan
