"""Telegram through the whole product: an account is connected in the panel, messages are sent with REST, and answers
arrive in the thread, the stream and webhooks. Whatever process dies, the recipient gets each message exactly once."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tests.migrated import create_migrated_database
from tests.servers import drop_database, free_port, own_redis
from tests.system.database import Database
from tests.system.telegram_product import Installation, Panel, Product, Stream
from tests.telegram_server import TelegramServer, forget_cached_config
from tests.waiting import wait_until
from tests.webhooks.receiver import Receiver

SHOP, SAFE, ANNA, LATE = "+15550001", "+15550004", "+15550002", "+15550005"
TWO_STEP = "correct horse 7"
ADD = "/panel/live/messaging/account/add/"


@pytest.fixture(scope="module")
def server() -> Iterator[TelegramServer]:
    with TelegramServer({2: 0, 4: 0}) as server:
        forget_cached_config()
        server.create_user(SHOP, username="shop", first_name="Shop")
        server.create_user(SAFE, username="safe", first_name="Safe", password=TWO_STEP, dc_id=4)
        server.create_user(LATE, username="late", first_name="Late")
        server.create_user(ANNA, username="anna_x", first_name="Anna", last_name="Ek")
        yield server
        assert server.crashes() == []


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("telegram")
    server, name, port = settings.DATABASE_URL.rsplit("/", 1)[0], f"crmsolid_telegram_{os.getpid()}", free_port()
    address = create_migrated_database(server, name)
    with own_redis(port), closing(Database(address)) as database:
        yield Installation(folder, address, f"redis://127.0.0.1:{port}/0", database)
    drop_database(server, name)


@pytest.fixture(scope="module")
def product(installation: Installation, server: TelegramServer) -> Iterator[Product]:
    product = Product(installation, server)
    try:
        product.start()
        yield product
    finally:
        product.close()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def shop(product: Product, server: TelegramServer) -> int:
    return connect(product, server, SHOP)


@pytest.fixture(scope="module")
def safe(product: Product, server: TelegramServer) -> int:
    return connect(product, server, SAFE, TWO_STEP)


@pytest.fixture(autouse=True)
def no_faults(server: TelegramServer) -> None:
    server.clear_faults()


def connect(product: Product, server: TelegramServer, phone: str, password: str = "") -> int:
    """Connect an account in the panel and return its id."""
    panel = Panel(product)
    panel.get(ADD)
    panel.post({"phone": phone})
    assert "Enter the code" in panel.text
    panel.post({"code": server.login_code(phone)})
    if password:
        assert "Two-step password" in panel.text
        panel.post({"password": "wrong"})
        assert "The password is wrong." in panel.text
        panel.post({"password": password})
    assert panel.at.endswith("/connected/"), panel.text
    account = int(panel.at.split("/")[-3])
    wait_until(lambda: server.connected(phone) == 1, "the worker holds the account")
    return account


def texts_received(server: TelegramServer, begins: str) -> list[str]:
    return [each.text for each in server.received(ANNA) if each.text.startswith(begins)]


def sent(product: Product, message_id: str, seconds: float = 90) -> Any:
    """Wait until the message is sent and return it. Polls the database, because a key has 600 requests a minute."""
    wait_until(lambda: product.status(message_id) == ("sent", ""), f"{message_id} is sent", seconds=seconds)
    return product.message(message_id)


def test_account_connected_in_the_panel_sends_and_receives(
    product: Product, server: TelegramServer, shop: int, receiver: Receiver
) -> None:
    product.request(
        "POST", "/v1/webhooks", {"url": receiver.url("/all"), "events": ["message.received", "message.sent"]}
    )
    stream = Stream(product)
    message = product.send(shop, "Hello {first_name|there}")
    message_sent = sent(product, message)
    assert (texts_received(server, "Hello"), product.attempts(message)) == (["Hello there"], ["sent"])
    wait_until(lambda: len(stream.received) == 1, "the send in the stream")
    began = time.monotonic()
    server.deliver(ANNA, SHOP, "Yes, please")
    wait_until(lambda: len(stream.received) == 2 and len(receiver.to("/all")) == 2, "stream and webhook")
    received_at, event, streamed = stream.received[1]
    post = receiver.to("/all")[1]
    assert max(received_at, post.at) - began < 2
    posted = json.loads(post.body)
    (row,) = product.request("GET", f"/v1/threads/{message_sent['thread_id']}/messages?limit=1")["data"]
    assert (row["text"], row["direction"]) == ("Yes, please", "in")
    assert (event, streamed) == ("message.received", posted)
    assert (posted["event"], posted["data"]) == ("message.received", {"message": row})
    stream.close()


def test_login_with_a_two_step_password_in_another_data_center(
    product: Product, server: TelegramServer, safe: int
) -> None:
    sent(product, product.send(safe, "Safely"))
    assert texts_received(server, "Safely") == ["Safely"]
    rows = product.installation.query("SELECT dc_id FROM messaging_telegramsession ORDER BY account_id")
    assert (4,) in rows


@pytest.mark.parametrize("when", ["before", "after"])
def test_worker_killed_during_a_send_sends_once(when: str, product: Product, server: TelegramServer, shop: int) -> None:
    """Killed before Telegram has the message, and after that but before its answer arrives."""
    server.hang("messages.sendMessage", 60, when=when)
    message = product.send(shop, f"Killed {when}")
    wait_until(lambda: server.faults_left() == 0, "the send is at the server")
    product.kill_worker()
    assert product.message(message)["status"] == "sending"
    sent(product, message)
    assert texts_received(server, f"Killed {when}") == [f"Killed {when}"]
    assert product.attempts(message) == ["lost", "sent" if when == "before" else "duplicate"]


def test_worker_killed_before_settlement_sends_once(product: Product, server: TelegramServer, shop: int) -> None:
    server.hang("messages.sendMessage", 60, when="after")
    message = product.send(shop, "Unsettled")
    wait_until(lambda: texts_received(server, "Unsettled"), "the recipient has it")
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with psycopg.connect(product.installation.postgres) as other:
        other.execute("SELECT 1 FROM messaging_message WHERE id = %s FOR UPDATE", [message])
        server.resume_hanging()
        wait_until(lambda: product.installation.query(waiting), "the settlement waits for the row")
        product.kill_worker()
    sent(product, message)
    assert texts_received(server, "Unsettled") == ["Unsettled"]
    assert product.attempts(message) == ["lost", "duplicate"]


def test_lost_answer_of_telegram_sends_once(product: Product, server: TelegramServer, shop: int) -> None:
    wait_until(lambda: server.connected(SHOP) == 1, "the account is connected")
    server.lose("messages.sendMessage", when="after")
    message = product.send(shop, "Answer lost")
    sent(product, message)
    assert texts_received(server, "Answer lost") == ["Answer lost"]
    assert "duplicate" in product.attempts(message)


@pytest.mark.parametrize("when", ["before", "after"])
def test_send_that_telegram_leaves_hanging_is_abandoned_and_sends_once(
    when: str, product: Product, server: TelegramServer, shop: int
) -> None:
    """It hangs for longer than a send may take. The abandoned request must not take effect later."""
    wait_until(lambda: server.connected(SHOP) == 1, "the account is connected")
    server.hang("messages.sendMessage", float(os.environ.get("HANG_SECONDS", "12")), when=when)
    message = product.send(shop, f"Hanging {when}")
    sent(product, message)
    assert texts_received(server, f"Hanging {when}") == [f"Hanging {when}"]
    assert product.attempts(message)[0] == "retry"


def test_flood_wait_delays_the_messages_of_one_account_only(
    product: Product, server: TelegramServer, shop: int, safe: int
) -> None:
    wait_until(lambda: server.connected(SHOP) == server.connected(SAFE) == 1, "both accounts are connected")
    server.fail("messages.sendMessage", "FLOOD_WAIT_30", phone=SHOP)
    held = product.send(shop, "Held")
    wait_until(lambda: product.status(held) == ("queued", "flood_wait"), "back in the queue")
    delayed = product.message(held)
    account = product.request("GET", f"/v1/accounts/{shop}")
    assert (delayed["error"], account["state"], delayed["eta"]) == ("flood_wait", "paused", account["paused_until"])
    wait = (datetime.fromisoformat(delayed["eta"]) - datetime.now(UTC)).total_seconds()
    assert 25 < wait <= 30
    sent(product, product.send(safe, "Not held"), 10)
    assert (texts_received(server, "Held"), texts_received(server, "Not held")) == ([], ["Not held"])
    past = "2020-01-01 00:00:00+00"  # as if the 30 s were over
    product.installation.query(f"UPDATE messaging_account SET paused_until = '{past}' WHERE id = {shop} RETURNING id")
    product.installation.query(
        f"UPDATE messaging_message SET eta = '{past}', slot_at = NULL WHERE id = '{held}' RETURNING id"
    )
    sent(product, held)
    assert texts_received(server, "Held") == ["Held"]


def test_stopping_releases_accounts_and_missed_messages_arrive_after_the_start(
    product: Product, server: TelegramServer, shop: int, installation: Installation
) -> None:
    wait_until(lambda: server.connected(SHOP) == 1, "the account is connected")
    panel = Panel(product)
    panel.get(ADD)
    panel.post({"phone": LATE})
    step = panel.at
    stream = Stream(product)
    assert product.stop() < 15
    assert stream.has_ended()
    stream.close()
    assert installation.query("SELECT worker FROM messaging_accountlease WHERE worker <> ''") == []
    assert server.connected(SHOP) == 0
    for number in range(20):
        server.deliver(ANNA, SHOP, f"missed {number:02}")
    product.start()
    received_rows = (
        "SELECT text FROM messaging_message WHERE direction = 'in' AND text LIKE 'missed %' ORDER BY created_at, id"
    )
    wait_until(lambda: len(installation.query(received_rows)) == 20, "all twenty")
    assert [text for (text,) in installation.query(received_rows)] == [f"missed {number:02}" for number in range(20)]
    events = product.request("GET", "/v1/messages?direction=in&limit=20")["data"]
    assert len({each["id"] for each in events}) == 20

    panel = Panel(product)
    panel.get(step)  # a login continues where it was before the restart
    panel.post({"code": server.login_code(LATE)})
    assert "Late is connected" in panel.text


def test_messages_wait_until_the_account_is_logged_in_again(
    product: Product, server: TelegramServer, shop: int
) -> None:
    wait_until(lambda: server.connected(SHOP) == 1, "the account is connected")
    panel = Panel(product)
    panel.get(f"/panel/live/messaging/account/{shop}/")
    panel.post({"confirm": "on"}, f"/panel/live/messaging/account/{shop}/logout/")
    assert "Shop is logged out." in panel.text
    wait_until(lambda: server.connected(SHOP) == 0, "the worker has disconnected")
    waits = product.send(shop, "After the login")
    panel.get(f"/panel/live/messaging/account/{shop}/")
    panel.post({}, f"/panel/live/messaging/account/{shop}/login/")
    assert product.status(waits) == ("queued", "")
    panel.post({"code": server.login_code(SHOP)})
    assert panel.at == f"/panel/live/messaging/account/{shop}/connected/"
    sent(product, waits)
    assert texts_received(server, "After the login") == ["After the login"]


def test_log_of_the_product_has_no_errors_and_no_secrets(product: Product) -> None:
    product.stop()
    lines = [json.loads(line) for line in product.log().splitlines() if line.startswith("{")]
    errors = [line["message"] for line in lines if line["level"] in ("error", "critical")]
    assert errors == []
    assert "Traceback" not in product.log()
    for secret in (TWO_STEP, product.token.rsplit("_", 1)[1]):
        assert secret not in product.log()
