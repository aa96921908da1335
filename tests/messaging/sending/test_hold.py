"""While sending is held nothing is claimed, sequences and broadcasts make nothing, and messages are accepted."""

from threading import Event

import pytest
from django.db import connection, transaction

from crmsolid.workspaces import sending_hold
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import HoldReason
from messaging.models import Account, AccountKind, Message, WaitingFor
from messaging.sending import claiming, dispatch
from messaging.sending.waiting import waiting_for
from messaging.telegram import database
from sequences.models import StepRun
from sequences.running import runner
from tests.messaging.broadcasts import helpers as broadcasts
from tests.messaging.helpers import ScriptedGateway, send, stored
from tests.sequences import helpers as sequences
from tests.tenants import Api, Tenants
from tests.threads import in_background
from tests.waiting import wait_until


def hold() -> None:
    assert sending_hold.hold(HoldReason.OPERATOR, "a rehearsal", Actor.system)


def release() -> None:
    assert sending_hold.release(Actor.system, mode="resume")


def test_nothing_is_claimed_by_any_way_until_the_release(sandbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = ScriptedGateway().install(monkeypatch)
    message = send(sandbox)
    hold()
    before = stored(message).__dict__ | {"_state": None}
    assert dispatch.dispatch() == 0
    assert claiming.queued_accounts() == []
    assert claiming.claim(message.pk) is None
    assert claiming.claim_batch([sandbox.pk], 10).claims == ()
    assert claiming.claim_from_busy_account(sandbox.pk, 10, 1).claims == ()
    assert stored(message).__dict__ | {"_state": None} == before
    assert gateway.requests == []
    release()
    assert dispatch.dispatch() == 1
    assert [each.message_id for each in gateway.requests] == [message.pk]


def test_an_expired_lease_is_not_recovered(sandbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = ScriptedGateway().install(monkeypatch)
    message = send(sandbox)
    claim = claiming.claim(message.pk)
    assert claim is not None
    Message.unscoped.update(lease_until=message.created_at)
    hold()
    assert dispatch.dispatch() == 0
    assert (stored(message).status, stored(message).lease, gateway.requests) == ("sending", claim.lease, [])


def test_a_telegram_account_has_nothing_to_send(tenants: Tenants) -> None:
    account = Account.unscoped.create(workspace=tenants.workspace, kind=AccountKind.TELEGRAM, name="Sales")
    send(account)
    assert database.accounts_with_due_messages([account.pk]) == {account.pk}
    hold()
    assert database.accounts_with_due_messages([account.pk]) == set()
    assert database.claim_next_message(account.pk) is None


def test_sends_are_accepted_and_say_why_they_wait(tenants: Tenants, api: Api) -> None:
    account = tenants.sandbox()
    hold()
    client = api(tenants.key())
    body = {"account_id": account.pk, "to": "@sarah_miller", "text": "hello"}
    accepted = client.post("/v1/messages/send", body)
    assert (accepted.status_code, accepted.json()["status"]) == (200, "queued")
    message = client.get(f"/v1/messages/{accepted.json()['id']}").json()
    assert (message["status"], message["waiting_for"]) == ("queued", "held")
    assert waiting_for(Message.unscoped.get()) == WaitingFor.HELD
    release()
    assert client.get(f"/v1/messages/{message['id']}").json()["waiting_for"] == "worker"


def test_sequences_and_broadcasts_make_nothing(tenants: Tenants) -> None:
    account = tenants.sandbox()
    enrollment = sequences.enroll(sequences.create(account), sequences.contact(tenants.workspace))
    broadcasts.contacts(tenants.workspace, 2)
    broadcast = broadcasts.start(account)
    hold()
    due_at = sequences.stored(enrollment).next_run_at
    assert runner.run_due() == 0
    broadcasts.freeze(broadcast)
    broadcasts.run_job(broadcast)
    assert (Message.unscoped.count(), StepRun.unscoped.count()) == (0, 0)
    assert sequences.stored(enrollment).next_run_at == due_at
    waiting = broadcasts.stored(broadcast)
    assert (waiting.status, waiting.waiting_for) == ("running", "held")
    release()
    broadcasts.work(broadcast)
    sequences.work()
    assert sorted(Message.unscoped.values_list("source", "status")) == [
        ("broadcast", "sent"),
        ("broadcast", "sent"),
        ("sequence", "sent"),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_hold_waits_for_the_claim_that_has_begun_and_refuses_the_next(tenants: Tenants) -> None:
    """The claim has asked already, and takes its lease before the hold is confirmed."""
    account = tenants.sandbox()
    first, second = send(account), send(account, "@bobby")
    asked, may_end = Event(), Event()

    def claim_slowly() -> str:
        with transaction.atomic():
            assert not sending_hold.refuses_claims()
            asked.set()
            assert may_end.wait(20)
            claim = claiming.claim(first.pk)
        assert claim is not None
        return claim.lease

    with in_background(claim_slowly) as claiming_first:
        assert asked.wait(20)
        with in_background(hold) as holding:
            wait_until(_somebody_waits_for_an_advisory_lock, "the hold waits")
            assert not (holding.done() or sending_hold.is_held())
            may_end.set()
    assert stored(first).lease == claiming_first.result()
    assert sending_hold.is_held()
    assert claiming.claim(second.pk) is None
    assert stored(second).status == "queued"


def _somebody_waits_for_an_advisory_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])
