"""What is deleted when a contact is erased, and what is deleted with time."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scoping import ScopedQuerySet
from messaging import accounts
from messaging.models import LoginAttempt, Message, PeerHash, SandboxDelivery, SpentSlot, Thread
from messaging.sending import claiming, dispatch, gateway
from messaging.tasks import purge
from messaging.threads import state
from tests.tenants import Api, Tenants
from tests.threads import in_background


def test_erasing_a_contact_deletes_messages_but_still_counts_sends(api: Api, tenants: Tenants) -> None:
    account = accounts.create_sandbox_account(Actor.command(tenants.workspace, "tests"), name="ours")
    client = api(tenants.key())
    body = {"account_id": account.pk, "to": "@sarah_miller", "text": "a secret word"}
    sent = client.post("/v1/messages/send", body, idempotency_key="first").json()
    dispatch.dispatch()
    queued = client.post("/v1/messages/send", body).json()
    message = Message.objects.for_workspace(tenants.workspace).get(pk=sent["id"])
    assert message.status == "sent"
    data = client.get(f"/v1/contacts/{message.contact_id}/data").json()
    assert [row["text"] for row in data["messages"]] == ["a secret word", "a secret word"]

    assert client.delete(f"/v1/contacts/{message.contact_id}").status_code == 204

    assert client.get(f"/v1/messages/{sent['id']}").json()["code"] == "not_found"
    assert client.get(f"/v1/messages/{queued['id']}").json()["code"] == "not_found"
    assert not Thread.objects.for_workspace(tenants.workspace).exists()
    assert [row.slot_at for row in SpentSlot.objects.for_workspace(tenants.workspace)] == [message.slot_at]
    assert client.get(f"/v1/accounts/{account.pk}").json()["used_today"] == 1
    assert client.get(f"/v1/accounts/{account.pk}").json()["left_today"] == 49
    assert all(b"secret" not in bytes(event.body) for event in Event.objects.for_workspace(tenants.workspace))
    assert client.post("/v1/messages/send", body, idempotency_key="first").json()["code"] == "erased"
    assert dispatch.dispatch() == 0


def test_erasing_a_contact_still_counts_a_queued_message_that_may_have_arrived(api: Api, tenants: Tenants) -> None:
    account = accounts.create_sandbox_account(Actor.command(tenants.workspace, "tests"), name="ours")
    client = api(tenants.key())
    queued = client.post("/v1/messages/send", {"account_id": account.pk, "to": "@sarah_miller", "text": "hi"}).json()
    Message.unscoped.filter(pk=queued["id"]).update(unsettled_since=clock.now())
    message = Message.unscoped.get(pk=queued["id"])
    assert message.status == "queued"

    assert client.delete(f"/v1/contacts/{message.contact_id}").status_code == 204

    assert [row.slot_at for row in SpentSlot.unscoped.all()] == [message.slot_at]
    assert client.get(f"/v1/accounts/{account.pk}").json()["used_today"] == 1


@pytest.mark.django_db(transaction=True)
def test_sandbox_delivers_nothing_to_a_contact_that_is_being_erased(
    api: Api, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, client = tenants.sandbox(), api(tenants.key())
    body = {"account_id": account.pk, "to": "@sarah_miller", "text": "hi"}
    sent = client.post("/v1/messages/send", body).json()
    [claim] = claiming.claim_batch([account.pk], 10).claims
    deliveries: list[Future[Any]] = []
    keep_slots = ScopedQuerySet.bulk_create

    stack = ExitStack()

    def deliver_meanwhile(queryset: Any, rows: Any) -> Any:
        background = in_background(lambda: gateway.registry["sandbox"].send([claim.outgoing]))
        deliveries.append(stack.enter_context(background))
        wait(deliveries, timeout=0.5)  # it does not end before the erasure does
        return keep_slots(queryset, rows)

    monkeypatch.setattr(ScopedQuerySet, "bulk_create", deliver_meanwhile)
    contact_id = client.get(f"/v1/messages/{sent['id']}").json()["contact_id"]
    with stack:
        assert client.delete(f"/v1/contacts/{contact_id}").status_code == 204
    assert deliveries[0].result() == {}
    assert SandboxDelivery.unscoped.count() == Message.unscoped.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["a claim fails it", "it is canceled"])
def test_erasing_a_contact_waits_for_its_message_and_is_not_waited_for(
    api: Api, tenants: Tenants, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    account, client = tenants.sandbox(), api(tenants.key())
    sent = client.post("/v1/messages/send", {"account_id": account.pk, "to": "@sarah", "text": "hi"}).json()
    contact_id = Message.unscoped.get().contact_id
    erasures: list[Future[Any]] = []
    change: Callable[..., None]
    with ExitStack() as stack:

        def erase() -> None:
            erase_contact(Actor.command(tenants.workspace, "tests"), contact_id)

        def erase_meanwhile(*arguments: Any) -> None:
            erasures.append(stack.enter_context(in_background(erase)))
            wait(erasures, timeout=0.5)
            change(*arguments)

        if what == "it is canceled":
            change = state.find_waiting
            monkeypatch.setattr(state, "find_waiting", erase_meanwhile)
            assert client.post(f"/v1/messages/{sent['id']}/cancel", {}).status_code == 200
        else:
            change = state.record_failed
            monkeypatch.setattr(state, "record_failed", erase_meanwhile)
            Contact.unscoped.update(opted_out=True)
            assert claiming.claim_batch([account.pk], 10).claims == []
    assert len(erasures) == 1
    assert not Message.unscoped.exists() and not Thread.unscoped.exists()


def test_erasing_a_contact_deletes_its_telegram_addresses(api: Api, tenants: Tenants) -> None:
    account = accounts.create_sandbox_account(Actor.command(tenants.workspace, "tests"), name="ours")
    contact = api(tenants.key()).post("/v1/contacts", {"username": "@Sarah_Miller"}).json()
    for peer, username in ((1, "sarah_miller"), (2, "somebody_else")):
        PeerHash.unscoped.create(
            workspace=tenants.workspace, account=account, peer_id=peer, access_hash=5, username=username
        )
    PeerHash.unscoped.create(
        workspace=tenants.other,
        account=accounts.create_sandbox_account(Actor.command(tenants.other, "tests"), name="theirs"),
        peer_id=1,
        access_hash=5,
        username="sarah_miller",
    )
    assert api(tenants.key()).delete(f"/v1/contacts/{contact['id']}").status_code == 204
    remaining = PeerHash.unscoped.order_by("pk").values_list("workspace__slug", "username")
    assert list(remaining) == [("acme", "somebody_else"), ("rival", "sarah_miller")]


def test_purge_deletes_expired_logins_and_old_slots(tenants: Tenants) -> None:
    now, account = clock.now(), tenants.sandbox()
    for minutes in (-1, 1):
        expires_at = now + timedelta(minutes=minutes)
        LoginAttempt.unscoped.create(workspace=tenants.workspace, encrypted_state=b"x", expires_at=expires_at)
    for hours in (-25, -23):
        SpentSlot.unscoped.create(workspace=tenants.workspace, account=account, slot_at=now + timedelta(hours=hours))
    assert purge() == 2
    assert [row.expires_at > now for row in LoginAttempt.unscoped.all()] == [True]
    assert [row.slot_at for row in SpentSlot.unscoped.all()] == [now - timedelta(hours=23)]
    assert purge() == 0


def test_purge_runs_every_hour() -> None:
    assert settings.CELERY_BEAT_SCHEDULE["messaging.purge"]["schedule"] == 3600.0
