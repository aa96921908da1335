"""Conversations after a connection: what is missing is read, at a pace that Telegram allows, and nothing else."""

import asyncio
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, HistoryRequest, Message, TelegramSession
from messaging.sending.gateway import SendError
from messaging.telegram import connection, history, requested_history
from messaging.telegram.account_worker import AccountWorker
from messaging.telegram.client import Session, UpdateState
from messaging.telegram.login import LoggedIn
from messaging.telegram.services import store_session
from messaging.threads.services.older_messages import load_history
from tests.messaging.telegram.helpers import ANNA, BOB, SHOP, ready_accounts, send, wait_for_status
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until

CHATS = 40
HOUR_AGO = timedelta(hours=1)


def make_chats(server: TelegramServer, count: int = CHATS) -> list[str]:
    phones = [f"+1555200{number:04}" for number in range(count)]
    for number, phone in enumerate(phones):
        server.create_user(phone, first_name=f"Customer {number}")
    return phones


def deliver_hour_ago(server: TelegramServer, phone: str, text: str) -> None:
    server.deliver(phone, SHOP, text, date=int((clock.now() - HOUR_AGO).timestamp()))


def lose_state(*, hours: int = 2) -> None:
    """As if Telegram could not report a difference any more; the updates were complete until then. The account has been
    logged in for longer."""
    before = clock.now() - timedelta(hours=hours)
    TelegramSession.unscoped.update(pts=0, date=int(before.timestamp()), logged_in_at=before - HOUR_AGO)


def disconnect(worker: AccountWorker) -> None:
    """Break the connection, so that the worker makes a new one."""
    for each in list(worker._connections.values()):
        asyncio.run_coroutine_threadsafe(each.disconnect(), worker._loop).result(60)


def stored_texts() -> list[str]:
    return sorted(Message.unscoped.filter(direction="in").values_list("text", flat=True))


def wait_until_read(server: TelegramServer) -> None:
    server.wait(lambda: server.count("messages.getDialogs") > 0, 60)
    wait_until(lambda: TelegramSession.unscoped.get().history_since is None, "the history", seconds=60)


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reconnect at once, and read as fast as the server answers."""
    monkeypatch.setattr(connection, "FIRST_BACKOFF", 0.05)
    monkeypatch.setattr(connection, "MAX_BACKOFF", 0.1)
    monkeypatch.setattr(history, "REQUESTS", 1000)


def test_busy_conversations_are_not_read_again_with_each_connection(
    shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    """Ten workers take the account one after the other, and 12 customers write all the time."""
    server.limit("messages.getHistory", 10, 30)
    server.limit("messages.getDialogs", 10, 30)
    phones, expected = make_chats(server, 12), []
    for take_over in range(10):
        for phone in phones[take_over % 2 :: 2]:
            expected.append(f"{take_over} from {phone}")
            server.deliver(phone, SHOP, expected[-1])
        holder = AccountWorker(f"worker {take_over}")
        holder.start()
        try:
            wait_until(lambda: Message.unscoped.filter(direction="in").count() == len(expected), seconds=60)
            server.wait(lambda: server.count("messages.getDialogs") == take_over + 1, 60)  # noqa: B023
            wait_until_read(server)
        finally:
            holder.stop()
    assert stored_texts() == sorted(expected)
    assert (server.count("messages.getDialogs"), server.count("messages.getHistory")) == (10, 0)
    assert (server.refused("messages.getDialogs"), server.refused("messages.getHistory")) == (0, 0)


def test_gap_in_40_conversations_is_read_through_ten_broken_connections(
    shop: Account, worker: AccountWorker, server: TelegramServer, fast: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each new connection somebody writes, so that the newest message of their conversation is stored although
    one before it is not; and the date of the updates moves on."""
    monkeypatch.setattr(history, "REQUESTS", 10)
    monkeypatch.setattr(history, "SECONDS", 2.5)
    server.limit("messages.getHistory", 10, 1)
    server.limit("messages.getDialogs", 10, 1)
    phones = make_chats(server)
    for phone in phones:
        deliver_hour_ago(server, phone, f"missed from {phone}")
    lose_state()
    worker.start()
    for number in range(10):
        server.wait(lambda: server.count("messages.getHistory") >= 3 * number, 60)  # noqa: B023
        disconnect(worker)
        wait_until(lambda: ready_accounts(worker), seconds=60)
        text = f"live {number}"
        server.deliver(phones[number], SHOP, text)
        wait_until(lambda: Message.unscoped.filter(text=text).exists(), seconds=60)  # noqa: B023
    wait_until_read(server)
    missed, live = [f"missed from {phone}" for phone in phones], [f"live {number}" for number in range(10)]
    assert stored_texts() == sorted(missed + live)
    assert (server.refused("messages.getDialogs"), server.refused("messages.getHistory")) == (0, 0)
    # One for each conversation, and one more where the connection broke before the answer was stored.
    assert CHATS <= server.count("messages.getHistory") <= CHATS + 10
    server.deliver(ANNA, SHOP, "still there")
    wait_until(lambda: Message.unscoped.filter(text="still there").exists(), seconds=60)


def test_flood_wait_is_slept_out_beside_sends_and_live_messages(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, fast: None
) -> None:
    server.create_user(BOB, username="bob_x", first_name="Bob")
    for phone in (ANNA, BOB):
        deliver_hour_ago(server, phone, f"missed from {phone}")
    lose_state()
    server.fail("messages.getHistory", "FLOOD_WAIT_3600")
    worker.start()
    server.wait(lambda: server.count("messages.getHistory") == 1, 60)
    server.deliver(ANNA, SHOP, "live")
    wait_until(lambda: Message.unscoped.filter(text="live").exists(), seconds=60)
    wait_for_status(send(actor, shop), "sent", seconds=60)
    assert (stored_texts(), server.count("messages.getHistory")) == (["live"], 1)

    worker.stop()  # in the middle of the flood
    server.fail("messages.getHistory", "FLOOD_WAIT_1")
    second = AccountWorker("second")
    second.start()
    try:
        wait_until_read(server)
        assert stored_texts() == ["live", f"missed from {ANNA}", f"missed from {BOB}"]
    finally:
        second.stop()


@pytest.mark.parametrize(
    ("error", "code", "lost", "connections"),
    [
        ("INTERNAL", 500, 0, 1),  # asked again
        ("CONNECTION_NOT_INITED", None, 0, 2),  # asked again by a new connection
        ("SOMETHING_NEW", 400, 1, 1),  # this conversation cannot be read, the other one can
    ],
)
def test_other_refusals_do_not_end_the_reading(
    error: str,
    code: int | None,
    lost: int,
    connections: int,
    shop: Account,
    worker: AccountWorker,
    server: TelegramServer,
    fast: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(history, "RETRY_SECONDS", 0.1)
    server.create_user(BOB, username="bob_x", first_name="Bob")
    deliver_hour_ago(server, ANNA, "missed 2")
    deliver_hour_ago(server, BOB, "missed 1")  # the newest conversation is read first
    lose_state()
    server.fail("messages.getHistory", error, code=code)
    worker.start()
    wait_until_read(server)
    assert stored_texts() == ["missed 1", "missed 2"][lost:]
    assert server.count("messages.getDialogs") == connections
    server.deliver(ANNA, SHOP, "still there")
    wait_until(lambda: "still there" in stored_texts(), seconds=60)


def test_list_that_cannot_be_read_is_asked_for_again(
    shop: Account, worker: AccountWorker, server: TelegramServer, fast: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "UNREADABLE_SECONDS", 0.1)
    deliver_hour_ago(server, ANNA, "missed")
    lose_state()
    server.fail("messages.getDialogs", "SOMETHING_NEW", code=400)
    worker.start()
    wait_until(lambda: stored_texts() == ["missed"], seconds=60)
    wait_until_read(server)
    server.deliver(ANNA, SHOP, "still there")
    wait_until(lambda: stored_texts() == ["missed", "still there"], seconds=60)


def test_login_does_not_hide_what_was_missed_before_it(
    shop: Account, worker: AccountWorker, server: TelegramServer, fast: None
) -> None:
    deliver_hour_ago(server, ANNA, "missed")
    lose_state()
    row = TelegramSession.unscoped.get()
    prepared = server.authorize(SHOP)
    session = Session(prepared.dc_id, prepared.host, prepared.port, bytes.fromhex(prepared.auth_key))
    now = UpdateState(server.find(SHOP).mailbox.pts, 0, int(clock.now().timestamp()), 1)
    store_session(row, LoggedIn(session, row.user_id, "Shop", now))
    worker.start()
    wait_until(lambda: stored_texts() == ["missed"], seconds=60)
    wait_until_read(server)
    server.deliver(ANNA, SHOP, "still there")
    wait_until(lambda: stored_texts() == ["missed", "still there"], seconds=60)


def test_message_of_the_second_of_the_first_login_is_read(
    shop: Account, worker: AccountWorker, server: TelegramServer, fast: None
) -> None:
    second = (clock.now() - HOUR_AGO).replace(microsecond=0)
    before, at_login = second - timedelta(seconds=1), second + timedelta(microseconds=900_000)
    for date, text in ((before, "before the login"), (second, "in its second")):
        server.deliver(ANNA, SHOP, text, date=int(date.timestamp()))
    lose_state()
    TelegramSession.unscoped.update(logged_in_at=at_login)
    worker.start()
    wait_until_read(server)
    assert stored_texts() == ["in its second"]


def test_list_of_conversations_is_read_until_the_date(
    shop: Account, worker: AccountWorker, server: TelegramServer, fast: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE", 20)
    phones = make_chats(server, 45)
    for phone in phones[:3]:
        server.deliver(phone, SHOP, "years ago", date=1_500_000_000)
    for phone in phones[3:]:
        deliver_hour_ago(server, phone, f"missed from {phone}")
    lose_state()
    worker.start()
    wait_until_read(server)
    assert stored_texts() == [f"missed from {phone}" for phone in phones[3:]]
    # Three pages, and three again: a conversation that moves up meanwhile would be on none.
    assert (server.count("messages.getDialogs"), server.count("messages.getHistory")) == (6, 42)


def test_contact_who_is_erased_while_the_history_is_read_does_not_come_back(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, fast: None
) -> None:
    server.deliver(ANNA, SHOP, "forget me")
    worker.start()
    wait_until(lambda: Message.unscoped.exists(), seconds=60)
    wait_until_read(server)
    worker.stop()
    lose_state()
    server.hang("messages.getHistory", 600, when="after")
    second = AccountWorker("second")
    second.start()
    try:
        server.wait(lambda: server.count("messages.getHistory") == 1, 60)
        erase_contact(actor, Contact.unscoped.get().pk)
        server.resume_hanging()
        wait_until_read(server)
        assert (Contact.unscoped.count(), stored_texts()) == (0, [])
        server.deliver(ANNA, SHOP, "me again")
        wait_until(lambda: stored_texts() == ["me again"], seconds=60)
    finally:
        second.stop()


def test_edited_message_is_not_overwritten_by_the_history(
    shop: Account, worker: AccountWorker, server: TelegramServer, fast: None
) -> None:
    server.deliver(ANNA, SHOP, "one")
    worker.start()
    stored = wait_until(lambda: Message.unscoped.first(), seconds=60)
    wait_until_read(server)
    worker.stop()
    Message.unscoped.filter(pk=stored.pk).update(text="as it is stored")
    server.deliver(ANNA, SHOP, "two")
    lose_state()
    second = AccountWorker("second")
    second.start()
    try:
        wait_until(lambda: stored_texts() == ["as it is stored", "two"], seconds=60)
    finally:
        second.stop()


def test_older_messages_wait_for_a_flood_that_the_history_has_met(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, fast: None
) -> None:
    deliver_hour_ago(server, ANNA, "missed")
    lose_state()
    server.fail("messages.getHistory", "FLOOD_WAIT_600")
    worker.start()
    server.wait(lambda: server.count("messages.getHistory") == 1, 60)
    server.deliver(ANNA, SHOP, "today")
    thread_id = wait_until(lambda: Message.unscoped.first(), seconds=60).thread_id
    load_history(actor, thread_id)
    failed = wait_until(lambda: HistoryRequest.unscoped.filter(state="failed").first(), seconds=60)
    assert failed.reason == "Telegram asks to wait 10 minutes. Try again then."
    assert server.count("messages.getHistory") == 1


async def test_page_of_older_messages_does_not_wait_for_a_pause_that_begins_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(requested_history, "MAX_WAIT_SECONDS", 0.1)
    monkeypatch.setattr(history, "REQUESTS", 1)
    pacer = history.Pacer()
    await pacer.wait()
    asked: Any = SimpleNamespace(_client=object(), _pacer=pacer, lease_deadline=time.monotonic() + 600)
    page = asyncio.ensure_future(connection.Connection._read_page(asked, cast(Any, None)))
    await asyncio.sleep(0)
    pacer.pause(3600)
    with pytest.raises(SendError) as raised:
        await asyncio.wait_for(page, 10)
    assert raised.value.code == "flood_wait" and (raised.value.retry_after or 0) > 3000


def test_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten requests at once, the eleventh when the first is old enough, and none during a pause."""
    now = 1000.0
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(round(seconds, 3))
        now += seconds

    async def ask(pacer: history.Pacer, times: int) -> None:
        for _ in range(times):
            await pacer.wait()

    monkeypatch.setattr(history, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(history, "asyncio", SimpleNamespace(sleep=sleep, Lock=asyncio.Lock))

    def run(pacer: history.Pacer, times: int) -> None:
        task = ask(pacer, times)
        with pytest.raises(StopIteration):
            task.send(None)

    pacer = history.Pacer()
    run(pacer, 10)
    assert slept == []
    now += 5
    run(pacer, 11)
    assert slept == [27.0, 32.0]
    pacer.pause(100)
    assert pacer.pause_seconds == 100
    run(pacer, 1)
    assert slept == [27.0, 32.0, 100.0]
