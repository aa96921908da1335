"""How the product reaches Telegram: a proxy, obfuscation, IPv6, a foreign key, and what it says of itself."""

import logging
import socket
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from crmsolid.env import env_proxy
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, LoginAttempt, Message, TelegramSession
from messaging.telegram.account_worker import AccountWorker
from messaging.telegram.client import Session
from tests.messaging.telegram.helpers import ANNA, SHOP, connect_account, received_texts, send, wait_for_status
from tests.messaging.telegram.panel_login import ADD, begin, text
from tests.proxies import PASSWORD, Proxy
from tests.telegram_server import TelegramServer, generate_key, register_public_key
from tests.tenants import Tenants
from tests.waiting import wait_until

HIDDEN = "203.0.113.7:443"  # an address that nobody has
UNREACHABLE_PROXY = "The proxy of this installation (TELEGRAM_PROXY) cannot be reached; nothing is sent around it."

pytestmark = pytest.mark.usefixtures("no_gap")


def both_ways(server: TelegramServer, actor: Actor, account: Account) -> None:
    """A message is sent and one is received."""
    wait_for_status(send(actor, account), "sent", seconds=60)
    server.deliver(ANNA, SHOP, "Yes, please")
    wait_until(lambda: Message.unscoped.filter(direction="in", text="Yes, please").exists(), seconds=60)
    assert received_texts(server) == ["Hello"]


def last_error(account: Account) -> tuple[str, str]:
    row = TelegramSession.unscoped.get(account=account)
    return row.last_error_code, row.last_error_message


def hide(server: TelegramServer, account: Account) -> dict[str, str]:
    """Move the account's data center to an address that only a proxy reaches; returns where the proxy finds it."""
    host, _, port = HIDDEN.partition(":")
    TelegramSession.unscoped.filter(account=account).update(host=host, port=int(port))
    return {HIDDEN: "{}:{}".format(*server.address())}


@pytest.mark.parametrize("scheme", ["socks5", "http"])
def test_account_is_connected_through_the_proxy(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any, scheme: str
) -> None:
    with Proxy(scheme, hide(server, shop)) as proxy:
        settings.TELEGRAM_PROXY = proxy.url
        worker.start()
        both_ways(server, actor, shop)
        worker.stop()
    assert (set(proxy.destinations), proxy.refused) == ({HIDDEN}, 0)


@pytest.mark.parametrize("scheme", ["socks5", "http"])
def test_login_takes_the_proxy(client: Client, server: TelegramServer, settings: Any, scheme: str) -> None:
    real = "{}:{}".format(*server.address())
    settings.TELEGRAM_TEST_DC = f"2@{HIDDEN}"
    with Proxy(scheme, {HIDDEN: real}) as proxy:
        settings.TELEGRAM_PROXY = proxy.url
        step = begin(client, SHOP)
        client.post(step, {"code": server.login_code(SHOP)})
    assert Account.unscoped.filter(kind="telegram").count() == 1
    assert proxy.destinations[0] == HIDDEN and len(proxy.destinations) >= 2


def test_nothing_goes_around_a_proxy_that_is_down(
    shop: Account,
    worker: AccountWorker,
    server: TelegramServer,
    actor: Actor,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with Proxy("socks5") as proxy:
        settings.TELEGRAM_PROXY = proxy.url
    message = send(actor, shop)
    with caplog.at_level(logging.DEBUG):
        worker.start()
        wait_until(lambda: last_error(shop)[0], seconds=60)
        assert last_error(shop) == ("proxy_unreachable", UNREACHABLE_PROXY[0].lower() + UNREACHABLE_PROXY[1:-1])
        assert (server.count("help.getConfig"), server.connected(SHOP)) == (0, 0)
        with proxy:  # it is back
            wait_for_status(message, "sent", seconds=60)
            both = server.connected(SHOP)
        assert (both, received_texts(server)) == (1, ["Hello"])
        worker.stop()
    assert PASSWORD not in caplog.text and "s3cr" not in caplog.text


def test_login_without_the_proxy_says_so(client: Client, server: TelegramServer, settings: Any) -> None:
    with Proxy("http") as proxy:
        settings.TELEGRAM_PROXY = proxy.url
    answer = client.post(ADD, {"phone": SHOP})
    assert UNREACHABLE_PROXY in text(answer) and "s3cr" not in text(answer)
    assert (server.count("auth.sendCode"), LoginAttempt.unscoped.count()) == (0, 0)
    with proxy:
        begin(client, SHOP)
    assert server.count("auth.sendCode") == 1


@pytest.mark.parametrize("scheme", ["socks5", "http"])
def test_wrong_password_of_the_proxy_is_said_without_it(
    shop: Account,
    worker: AccountWorker,
    server: TelegramServer,
    settings: Any,
    scheme: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with Proxy(scheme, password="another") as proxy, caplog.at_level(logging.DEBUG):
        settings.TELEGRAM_PROXY = proxy.url
        worker.start()
        wait_until(lambda: last_error(shop)[0], seconds=60)
        worker.stop()
    assert last_error(shop)[0] == "proxy_refused"
    assert "refuses the connection" in last_error(shop)[1]
    assert proxy.refused >= 1 and server.count("help.getConfig") == 0
    assert PASSWORD not in caplog.text and "s3cr" not in caplog.text


@pytest.mark.parametrize(
    "value", ["10.0.0.1:1080", "socks5://10.0.0.1", "https://u:hidden@10.0.0.1:1", "http://u:hidden@10.0.0.1:port"]
)
def test_address_that_is_no_proxy_is_refused_without_showing_it(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_PROXY", value)
    with pytest.raises(ImproperlyConfigured) as refused:
        env_proxy("TELEGRAM_PROXY")
    assert str(refused.value) == (
        "TELEGRAM_PROXY is no proxy we know; give socks5://user:password@host:port or http://…"
    )


def test_obfuscated_account_sends_and_receives(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    settings.TELEGRAM_OBFUSCATED = True
    worker.start()
    both_ways(server, actor, shop)
    assert server.transports(SHOP) == ["Obfuscated"]


def test_account_is_reached_over_ipv6(
    transactional_db: None, tenants: Tenants, actor: Actor, worker: AccountWorker, settings: Any, client: Client
) -> None:
    if not _has_ipv6():
        pytest.skip("this machine has no IPv6")
    with TelegramServer(host="::1") as server:
        register_public_key(server.key.public_pem)
        settings.TELEGRAM_TEST_DC = server.endpoint()
        server.create_user(SHOP, username="shop")
        server.create_user(ANNA, username="anna_x")
        step = begin(client, ANNA)
        client.post(step, {"code": server.login_code(ANNA)})
        assert TelegramSession.unscoped.get().host == "::1"
        account = connect_account(actor, server.authorize(SHOP), server.find(SHOP).id)
        worker.start()
        both_ways(server, actor, account)
        worker.stop()
        assert server.crashes() == []


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as listener:
            listener.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("ipv6", "stored", "used"),
    [
        (False, "149.154.167.92", "149.154.167.92"),
        (True, "149.154.167.92", "2001:67c:4e8:f004::a"),
        (True, "2001:67c:4e8:f004::b", "2001:67c:4e8:f004::b"),
        (False, "2001:67c:4e8:f004::b", "149.154.167.91"),
    ],
)
def test_account_stays_at_its_data_center_when_ipv6_is_switched(
    settings: Any, ipv6: bool, stored: str, used: str
) -> None:
    """Telethon would connect to another data center then, where the key of the account is unknown."""
    settings.TELEGRAM_TEST_DC, settings.TELEGRAM_IPV6 = "", ipv6
    session = Session(4, stored, 443, b"\x01" * 256)
    assert (session.dc_id, session.server_address) == (4, used)


def test_every_client_says_the_same_of_itself(
    shop: Account,
    worker: AccountWorker,
    client: Client,
    server: TelegramServer,
    actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker on another host must not look like another device."""
    worker.start()
    both_ways(server, actor, shop)
    step = begin(client, ANNA)
    monkeypatch.setattr("platform.uname", lambda: SimpleNamespace(machine="arm64", release="9.9"))
    client.post(step, {"code": server.login_code(ANNA)})
    assert server.identities(SHOP) == [["CRM Solid", "Server", "1.0", "en", "en"]]
    wait_until(lambda: server.identities(ANNA) == server.identities(SHOP), seconds=60)


def test_unknown_key_of_the_server_asks_for_an_update(client: Client, server: TelegramServer, settings: Any) -> None:
    sentence = (
        "Telegram&#x27;s server identifies itself with a key that this version does not know: update the product."
    )
    with TelegramServer(key=generate_key()) as stranger:
        settings.TELEGRAM_TEST_DC = stranger.endpoint()
        assert sentence in text(client.post(ADD, {"phone": SHOP}))
    settings.TELEGRAM_TEST_DC = server.endpoint()
    begin(client, SHOP)
    assert LoginAttempt.unscoped.count() == 1
