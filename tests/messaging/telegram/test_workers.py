"""Workers that are killed at the worst moments: what they began is finished once, by the next one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection, transaction

from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, AccountLease, Message
from messaging.telegram import leases
from tests.cast import Cast
from tests.messaging.telegram.accounts import ANNA, BOB, SHOP, connect_account
from tests.messaging.telegram.sends import outcomes, send, status, texts
from tests.messaging.telegram.workers import Worker
from tests.telegram_server import TelegramServer
from tests.waiting import somebody_waits, until

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql" or not configured.REDIS_URL,
    reason="several processes need PostgreSQL (DATABASE_URL) and Redis (REDIS_URL)",
)

Start = Callable[[str], Worker]
SECONDS = 40.0


@pytest.fixture
def rings(doorbell_reaches_broker: None) -> None:
    """Here rings do reach the broker, unlike in the tests of one process."""


@pytest.fixture
def start(shop: Account, server: TelegramServer, tmp_path: Path, settings: Any) -> Iterator[Start]:
    settings.TELEGRAM_GAP_SECONDS = 0.0
    started: list[Worker] = []

    def start(name: str) -> Worker:
        started.append(Worker(name, server, tmp_path))
        return started[-1]

    yield start
    for worker in started:
        worker.close()


def sent(message: Message) -> Message:
    return status(message, "sent", seconds=SECONDS)


def holder(account: Account) -> str:
    return leases.owner_of(account.pk).partition("@")[0]


@pytest.mark.parametrize(("when", "last"), [("before", "sent"), ("after", "duplicate")])
def test_killed_in_a_send(
    when: str, last: str, start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    """Before the message had its effect, and after it but before the answer."""
    server.hang("messages.sendMessage", 60, when=when)
    first = start("one")
    message = send(actor, shop)
    server.wait(lambda: server.count("messages.sendMessage") == 1, seconds=SECONDS)
    first.kill()
    assert Message.unscoped.get(pk=message.pk).status == "sending"
    start("two")
    settled = sent(message)
    assert (texts(server), outcomes(settled)) == (["Hello"], ["lost", last])
    assert settled.telegram_message_id == server.sent(SHOP)[0].id
    assert Event.unscoped.filter(type="message.sent").count() == 1
    assert Message.unscoped.count() == 1


def test_killed_between_answer_and_settlement(
    start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    server.hang("messages.sendMessage", 60, when="after")
    first = start("one")
    message = send(actor, shop)
    server.wait(lambda: server.count("messages.sendMessage") == 1, seconds=SECONDS)
    with transaction.atomic():
        Message.unscoped.select_for_update().get(pk=message.pk)
        server.let_go()
        until(somebody_waits, seconds=SECONDS)
        first.kill()
    start("two")
    settled = sent(message)
    assert (texts(server), outcomes(settled)) == (["Hello"], ["lost", "duplicate"])
    assert Event.unscoped.filter(type="message.sent").count() == 1


def test_killed_before_the_send_was_claimed(start: Start, shop: Account, server: TelegramServer, actor: Actor) -> None:
    first = start("one")
    until(lambda: holder(shop) == "one", seconds=SECONDS)
    first.kill()
    message = send(actor, shop)
    start("two")
    assert (outcomes(sent(message)), texts(server)) == (["sent"], ["Hello"])


def test_two_workers_share_and_one_takes_over(
    start: Start, shop: Account, server: TelegramServer, cast: Cast, actor: Actor
) -> None:
    server.create_user(BOB, username="bob_x")
    second = connect_account(actor, server.authorize(BOB), server.find(BOB).id, name="Bob")
    workers = {name: start(name) for name in ("one", "two")}
    until(lambda: {holder(shop), holder(second)} == {"one", "two"}, seconds=SECONDS)
    for account, text in ((shop, "from shop"), (second, "from bob")):
        sent(send(actor, account, text))
    before = AccountLease.unscoped.get(account=shop).epoch
    dead = holder(shop)
    workers[dead].kill()
    server.deliver(ANNA, SHOP, "while nobody held it")
    heir = ({"one", "two"} - {dead}).pop()
    until(lambda: holder(shop) == heir, seconds=SECONDS)
    until(lambda: Message.unscoped.filter(text="while nobody held it", direction="in").exists(), seconds=SECONDS)
    sent(send(actor, shop, "again"))
    assert sorted(texts(server)) == ["again", "from bob", "from shop"]
    assert AccountLease.unscoped.get(account=shop).epoch > before
    assert (server.peak_connected(SHOP), server.peak_connected(BOB)) == (1, 1)


def test_a_worker_that_stood_still_does_not_send_beside_the_next(
    start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    """It comes back with a send in its hands and a lease that is another's by now."""
    server.hang("messages.sendMessage", 60)
    first = start("one")
    message = send(actor, shop)
    server.wait(lambda: server.count("messages.sendMessage") == 1, seconds=SECONDS)
    first.stop()
    start("two")
    settled = sent(message)
    later = sent(send(actor, shop, "later"))
    before = server.count("messages.sendMessage")
    first.go_on()
    server.wait(lambda: server.connected(SHOP) == 1, seconds=SECONDS)
    assert (holder(shop), outcomes(settled), outcomes(later)) == ("two", ["lost", "sent"], ["sent"])
    sent(send(actor, shop, "last"))
    assert (texts(server), server.count("messages.sendMessage")) == (["Hello", "later", "last"], before + 1)
    assert first.end() == 0  # and it had not died of it


def test_a_worker_that_is_told_to_end_hands_over_at_once(
    start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    first = start("one")
    until(lambda: holder(shop) == "one", seconds=SECONDS)
    server.wait(lambda: server.connected(SHOP) == 1, seconds=SECONDS)
    assert first.end() == 0
    assert (holder(shop), server.connected(SHOP)) == ("", 0)
    start("two")
    sent(send(actor, shop))
    assert texts(server) == ["Hello"]


def test_a_doorbell_reaches_the_owner(start: Start, shop: Account, server: TelegramServer, actor: Actor) -> None:
    """Accepted here, rung through the broker, sent by the owner well before its next look of its own would do it."""
    start("one")
    until(lambda: holder(shop) == "one", seconds=SECONDS)
    server.wait(lambda: server.connected(SHOP) == 1, seconds=SECONDS)
    sent(send(actor, shop, "warm"))
    delays: list[Any] = []
    for number in range(5):
        settled = sent(send(actor, shop, f"number {number}"))
        assert settled.sent_at is not None
        assert settled.eta is not None  # a second after the send before it: the gap, not the doorbell
        delays.append((settled.sent_at - settled.eta).total_seconds())
    assert sorted(delays)[2] < 0.5, delays
