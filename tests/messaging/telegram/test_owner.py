"""An owner in this process, a real MTProto server, the database: sending and receiving for real."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from crmsolid.core import clock
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, AccountLease, Message, MessageAttempt, TelegramSession
from messaging.sending import dispatch
from messaging.telegram import leases
from messaging.telegram.account_worker import Owner
from messaging.telegram.config import DataCentre
from messaging.telegram.gateway import TelegramGateway
from messaging.telegram.login import LoggedIn
from messaging.telegram.services import store_login
from messaging.telegram.session import RowSession, UpdateState
from tests.messaging.telegram.accounts import ANNA, SHOP
from tests.messaging.telegram.sends import send, status
from tests.telegram_server import TelegramServer
from tests.waiting import until


def test_a_message_goes_out_once(shop: Account, owner: Owner, server: TelegramServer, actor: Actor) -> None:
    owner.start()
    message = send(actor, shop, "Hello {first_name|there}")
    sent = status(message, "sent")
    assert [(each.text, each.is_out) for each in server.received(ANNA)] == [("Hello there", False)]
    assert sent.telegram_message_id == server.sent(SHOP)[0].id
    assert server.sent(SHOP)[0].random_id == message.random_id
    assert list(MessageAttempt.unscoped.values_list("number", "outcome")) == [(1, "sent")]
    assert sent.contact.telegram_id == server.find(ANNA).id


def test_an_answer_lands_in_the_thread(shop: Account, owner: Owner, server: TelegramServer, actor: Actor) -> None:
    owner.start()
    message = status(send(actor, shop), "sent")
    began = clock.now()
    server.deliver(ANNA, SHOP, "Yes, please")
    answer = until(lambda: Message.unscoped.filter(direction="in").first())
    assert (answer.text, answer.status, answer.thread_id) == ("Yes, please", "received", message.thread_id)
    event = Event.unscoped.get(type="message.received")
    assert event.created_at - began < timedelta(seconds=2)
    answer.thread.refresh_from_db()
    assert answer.thread.unread_count == 1


def test_what_came_meanwhile_arrives_after_the_start(
    shop: Account, owner: Owner, server: TelegramServer, actor: Actor
) -> None:
    for number in range(20):
        server.deliver(ANNA, SHOP, f"missed {number}")
    owner.start()
    until(lambda: Message.unscoped.filter(direction="in").count() == 20)
    texts = list(Message.unscoped.order_by("telegram_message_id").values_list("text", flat=True))
    assert texts == [f"missed {number}" for number in range(20)]
    assert Event.unscoped.filter(type="message.received").count() == 20
    until(lambda: TelegramSession.unscoped.get().pts == 21)


def test_an_owner_that_cannot_renew_falls_silent_before_its_lease_ends(
    shop: Account,
    owner: Owner,
    server: TelegramServer,
    actor: Actor,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.TELEGRAM_LEASE_SECONDS = 3.0
    owner.start()
    server.wait(lambda: server.connected(SHOP) == 1)  # whose account it is the server learns after the connection

    def unreachable(_: str) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(leases, "renew", unreachable)
    lease_until = AccountLease.unscoped.get().lease_until
    server.wait(lambda: server.connected(SHOP) == 0, 5)
    assert clock.now() < lease_until
    assert owner.ready_accounts == set()
    message = send(actor, shop)
    owner.ring()
    time.sleep(0.5)  # nothing can be waited for: nothing is to happen
    assert (Message.unscoped.get(pk=message.pk).status, server.sent(SHOP)) == ("queued", [])
    monkeypatch.undo()
    status(message, "sent")


def test_a_new_login_replaces_the_connection(shop: Account, owner: Owner, server: TelegramServer, actor: Actor) -> None:
    owner.start()
    until(lambda: owner.ready_accounts)
    fresh = server.authorize(SHOP)
    row = TelegramSession.unscoped.get()
    centre = DataCentre(fresh.dc_id, fresh.host, fresh.port)
    session = RowSession(centre, bytes.fromhex(fresh.auth_key))
    store_login(row, LoggedIn(session, row.user_id, "Shop", UpdateState(1, 0, 1, 1)))
    key_id = session.auth_key.key_id
    until(lambda: server.world.authorizations[fresh.dc_id, key_id].sessions)
    until(lambda: owner.ready_accounts)
    assert server.connected(SHOP) == 1
    status(send(actor, shop), "sent")


def test_a_send_by_somebody_else_pauses_nobody(shop: Account, actor: Actor) -> None:
    """Only the owner sends. Should a ring reach another worker, the message waits a second, the account not at all."""
    message = send(actor, shop)
    assert dispatch.attempt(message.pk, TelegramGateway())
    message.refresh_from_db()
    shop.refresh_from_db()
    assert (message.status, message.error, message.unsettled_since) == ("queued", "not_the_owner", None)
    assert (shop.state, shop.paused_until) == ("connected", None)
