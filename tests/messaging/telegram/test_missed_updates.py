"""Whatever disturbs the updates, an account that is connected receives what was written and changed meanwhile."""

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, Message, TelegramSession, Thread
from messaging.telegram import client, connection
from messaging.telegram.account_worker import AccountWorker
from messaging.telegram.history import MissedHistory
from messaging.telegram.receiving import Receiver
from messaging.threads import received
from messaging.threads.services.older_messages import load_history
from tests.messaging.telegram.helpers import ANNA, SHOP
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until

SECONDS = 30.0


@pytest.fixture
def shop(shop: Account) -> Account:
    """Logged in yesterday: what is older than the first login is not read from the history."""
    TelegramSession.unscoped.update(logged_in_at=clock.now() - timedelta(days=1))
    return shop


@pytest.fixture
def connected(shop: Account, worker: AccountWorker, server: TelegramServer) -> AccountWorker:
    """A worker that has connected the account, read its history and received a message."""
    start(worker, server)
    return worker


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quiet account is checked each second."""
    monkeypatch.setattr(client, "QUIET_SECONDS", 1.0)
    monkeypatch.setattr(client, "ANSWER_SECONDS", 3.0)
    monkeypatch.setattr(connection, "MAX_BACKOFF", 1.0)


def start(worker: AccountWorker, server: TelegramServer) -> None:
    worker.start()
    server.deliver(ANNA, SHOP, "first")
    arrives("first")
    server.wait(lambda: server.count("messages.getDialogs") > 0, SECONDS)


def arrives(text: str) -> Message:
    return wait_until(lambda: Message.unscoped.filter(text=text).first(), f"the message {text!r}", seconds=SECONDS)


def texts() -> list[str]:
    return list(Message.unscoped.order_by("telegram_message_id").values_list("text", flat=True))


@pytest.mark.parametrize("events_in_a_difference", [100, 1])
def test_edit_and_read_made_while_no_worker_ran_arrive(
    events_in_a_difference: int, shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    server.configure(difference_limit=events_in_a_difference)
    worker.start()
    edited = server.deliver(ANNA, SHOP, "Helo")
    server.deliver(ANNA, SHOP, "Are you there?")
    arrives("Are you there?")
    wait_until(lambda: TelegramSession.unscoped.get().pts == 3)
    worker.stop()
    server.edit(ANNA, edited.sender_message_id, "Hello")
    server.read(SHOP, ANNA)
    server.deliver(ANNA, SHOP, "last")
    second = AccountWorker("second")
    second.start()
    try:
        arrives("last")
        wait_until(lambda: TelegramSession.unscoped.get().pts == 6)
    finally:
        second.stop()
    assert texts() == ["Hello", "Are you there?", "last"]
    assert Message.unscoped.get(text="Hello").edited_at is not None
    assert Thread.unscoped.get().unread_count == 1  # the last one came after the read


# Requests without an answer


def test_difference_that_is_not_answered_does_not_hold_back_messages(
    shop: Account, worker: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "REQUEST_SECONDS", 3.0)
    server.hang("updates.getDifference", 600)
    worker.start()
    server.wait(lambda: server.count("updates.getDifference") == 1, SECONDS)
    server.deliver(ANNA, SHOP, "Hi")
    arrives("Hi")


@pytest.mark.usefixtures("checks")
def test_check_does_not_wait_for_the_difference_that_is_not_answered(
    connected: AccountWorker, server: TelegramServer
) -> None:
    server.hang("updates.getDifference", 600)
    server.hang("updates.getState", 600)
    server.disconnect(SHOP)
    server.deliver(ANNA, SHOP, "Hi")
    arrives("Hi")


def test_conversations_that_are_not_answered_do_not_hold_back_messages(
    connected: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are asked for when a short update comes from somebody unknown."""
    monkeypatch.setattr(client, "REQUEST_SECONDS", 3.0)
    server.create_user("+15550009", username="carl_x", first_name="Carl")
    server.configure(has_short_updates=True)
    server.hang("messages.getDialogs", 600)
    server.deliver("+15550009", SHOP, "I am new")
    server.deliver(ANNA, SHOP, "Hi")
    arrives("I am new")
    arrives("Hi")
    assert texts() == ["first", "I am new", "Hi"]


# What Telegram no longer knows


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.usefixtures("checks")
def test_state_that_telegram_no_longer_accepts_is_forgotten(
    told: bool, connected: AccountWorker, server: TelegramServer
) -> None:
    """The numbers of updates begin anew, so later messages would look as if they had been handled."""
    for number in range(5):
        server.deliver(ANNA, SHOP, f"before {number}")
    arrives("before 4")
    if told:
        server.push_pts_changed(SHOP)
    else:
        server.restart_pts(SHOP)
    server.deliver(ANNA, SHOP, "after")
    arrives("after")
    server.deliver(ANNA, SHOP, "last")
    arrives("last")
    assert texts()[-2:] == ["after", "last"]


@pytest.mark.parametrize("error", ["PERSISTENT_TIMESTAMP_INVALID", "PERSISTENT_TIMESTAMP_EMPTY"])
def test_stored_state_that_telegram_does_not_accept_is_forgotten(
    error: str, shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    server.deliver(ANNA, SHOP, "missed")
    TelegramSession.unscoped.update(pts=1000)
    server.fail("updates.getDifference", error)
    worker.start()
    arrives("missed")
    wait_until(lambda: TelegramSession.unscoped.get().pts == 2, seconds=SECONDS)
    server.deliver(ANNA, SHOP, "last")
    arrives("last")
    wait_until(lambda: TelegramSession.unscoped.get().pts == 3, seconds=SECONDS)


def test_difference_that_is_too_long_while_connected_is_replaced_by_the_history(
    connected: AccountWorker, server: TelegramServer
) -> None:
    server.lose_pushes(SHOP)
    server.deliver(ANNA, SHOP, "lost")
    server.lose_pushes(SHOP, False)
    server.difference_too_long(SHOP)
    arrives("lost")
    server.deliver(ANNA, SHOP, "last")
    arrives("last")
    assert texts() == ["first", "lost", "last"]


def test_history_that_replaces_the_difference_is_read_by_the_next_worker_if_this_one_is_stopped(
    connected: AccountWorker, server: TelegramServer
) -> None:
    server.lose_pushes(SHOP)
    server.deliver(ANNA, SHOP, "lost")
    server.lose_pushes(SHOP, False)
    server.hang("messages.getDialogs", 600)
    asked = server.count("updates.getDifference")
    server.difference_too_long(SHOP)
    server.wait(lambda: server.count("updates.getDifference") > asked + 2, SECONDS)  # of the new connection
    server.deliver(ANNA, SHOP, "last")
    arrives("last")
    connected.stop()
    assert texts() == ["first", "last"]
    second = AccountWorker("second")
    second.start()
    try:
        arrives("lost")
    finally:
        second.stop()
    assert texts() == ["first", "lost", "last"]


def test_session_that_telegram_has_forgotten_asks_for_what_it_missed(
    connected: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    """The connection stays, and the next request tells the client."""
    server.forget_sessions(SHOP)
    server.deliver(ANNA, SHOP, "while forgotten")
    load_history(actor, Thread.unscoped.get().pk)
    arrives("while forgotten")


@pytest.mark.usefixtures("checks")
def test_session_that_telegram_has_forgotten_is_noticed_without_a_request(
    connected: AccountWorker, server: TelegramServer
) -> None:
    server.forget_sessions(SHOP)
    server.deliver(ANNA, SHOP, "while forgotten")
    arrives("while forgotten")


# Clocks


@pytest.mark.parametrize("seconds", [100, 900, -900])
@pytest.mark.usefixtures("checks")
def test_clock_that_jumps_while_connected(seconds: int, connected: AccountWorker, server: TelegramServer) -> None:
    """Of 31 to 300 seconds behind, no request tells the client: Telegram accepts it, and the answer is dropped."""
    server.shift_clock(SHOP, seconds)
    server.deliver(ANNA, SHOP, "Hi")
    arrives("Hi")
    server.deliver(ANNA, SHOP, "last")
    arrives("last")


def test_clock_that_jumped_is_set_after_an_automatic_reconnection(
    connected: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 3.0)
    server.shift_clock(SHOP, 100)
    server.disconnect(SHOP)
    server.deliver(ANNA, SHOP, "Hi")
    arrives("Hi")


@pytest.mark.parametrize("seconds", [100, 900, -900])
def test_clock_that_is_wrong_from_the_start(
    seconds: int, shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    server.shift_clock(SHOP, seconds)
    worker.start()
    server.deliver(ANNA, SHOP, "Hi")
    arrives("Hi")


# Channels


def test_channel_does_not_hold_back_private_messages(connected: AccountWorker, server: TelegramServer) -> None:
    """Channels are not stored, so their differences are not asked for."""
    channel = server.create_channel("News", [SHOP])
    server.fail("updates.getChannelDifference", "PERSISTENT_TIMESTAMP_OUTDATED", times=100)
    server.post(channel, "one")
    server.lose_pushes(SHOP)
    server.post(channel, "two")
    server.lose_pushes(SHOP, False)
    server.post(channel, "three")
    server.push_channel_too_long(channel)
    server.deliver(ANNA, SHOP, "Hi")
    arrives("Hi")
    server.deliver(ANNA, SHOP, "last")
    arrives("last")
    assert texts() == ["first", "Hi", "last"]
    assert server.count("updates.getChannelDifference") == 0


# What remains


@pytest.mark.usefixtures("checks")
def test_message_whose_update_was_lost_arrives_without_another(
    connected: AccountWorker, server: TelegramServer
) -> None:
    server.lose_pushes(SHOP)
    server.deliver(ANNA, SHOP, "lost")
    arrives("lost")


@pytest.mark.usefixtures("checks")
def test_difference_that_is_flooded_is_asked_for_again_on_the_same_connection(
    connected: AccountWorker, server: TelegramServer
) -> None:
    connections = server.count("help.getConfig")
    server.lose_pushes(SHOP)
    server.deliver(ANNA, SHOP, "lost")
    server.lose_pushes(SHOP, False)
    server.fail("updates.getDifference", "FLOOD_WAIT_4")
    server.deliver(ANNA, SHOP, "last")  # shows the gap
    arrives("last")
    assert texts() == ["first", "lost", "last"]
    assert server.count("help.getConfig") == connections


def test_connection_ends_with_the_task_that_reads_its_updates(
    connected: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telethon takes any cancellation for a disconnection, and would leave the connection open."""
    store_updates, failures = Receiver.store_updates, iter([asyncio.CancelledError()])

    def cancelled(*args: Any) -> None:
        for failure in failures:
            raise failure
        store_updates(*args)

    monkeypatch.setattr(Receiver, "store_updates", cancelled)
    server.deliver(ANNA, SHOP, "Hi")
    arrives("Hi")


@pytest.mark.usefixtures("checks")
def test_batch_that_is_not_stored_in_time_is_stored_by_the_next_connection(
    connected: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, hanging, proceed = received.receive, iter([True]), threading.Event()

    def hang_once(*args: Any) -> Any:
        for _ in hanging:
            proceed.wait(SECONDS)
        return receive(*args)

    monkeypatch.setattr(received, "receive", hang_once)
    try:
        server.deliver(ANNA, SHOP, "stuck")
        server.deliver(ANNA, SHOP, "last")
        arrives("last")
        assert not proceed.is_set()
    finally:
        proceed.set()
    wait_until(lambda: texts() == ["first", "stuck", "last"])


@pytest.mark.usefixtures("checks")
def test_time_of_the_last_news_moves_while_there_are_none(connected: AccountWorker, server: TelegramServer) -> None:
    (held,) = connected._connections.values()
    first = wait_until(lambda: held.heard_at)
    later = wait_until(lambda: held.heard_at if held.heard_at != first else None)
    assert later > first
    server.disconnect(SHOP)
    assert wait_until(lambda: held.heard_at) >= later


def test_history_that_waits_does_not_hide_that_the_connection_has_ended(
    shop: Account, worker: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait_for_ever(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(client, "REQUEST_SECONDS", 3.0)
    monkeypatch.setattr(MissedHistory, "read", wait_for_ever)
    server.hang("updates.getDifference", 600)
    worker.start()
    server.wait(lambda: server.count("updates.getDifference") == 1, SECONDS)
    server.deliver(ANNA, SHOP, "Hi")
    arrives("Hi")
