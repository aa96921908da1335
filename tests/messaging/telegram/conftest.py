"""A Telegram of the tests' own, and accounts that are logged in at it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from crmsolid.workspaces.actor import Actor
from messaging.models import Account
from messaging.telegram.account_worker import Owner
from tests.cast import Cast
from tests.messaging.telegram.accounts import ANNA, OTHER_DC, SHOP, connect_account
from tests.panel import browser
from tests.telegram_server import Settings, TelegramServer, forget_cached_config, register_public_key


@pytest.fixture
def server(settings: Any) -> Iterator[TelegramServer]:
    """Two data centres; two accounts, @shop and @anna. The product's settings point at it."""
    with TelegramServer({2: 0, OTHER_DC: 0}, settings=Settings()) as server:
        register_public_key(server.key.public_pem)
        forget_cached_config()
        settings.TELEGRAM_TEST_DC = server.endpoint()
        server.create_user(SHOP, username="shop", first_name="Shop")
        server.create_user(ANNA, username="anna_x", first_name="Anna", last_name="Ek")
        yield server
        assert server.crashes() == []
    forget_cached_config()


@pytest.fixture
def client(cast: Cast) -> Client:
    """The owner's browser."""
    return browser(cast.owner)


@pytest.fixture
def actor(cast: Cast) -> Actor:
    return cast.actor()


@pytest.fixture
def shop(transactional_db: None, server: TelegramServer, cast: Cast) -> Account:
    """@shop's account in the workspace, not held by anybody yet."""
    return connect_account(cast.actor(), server.authorize(SHOP), server.find(SHOP).id)


@pytest.fixture
def no_gap(settings: Any) -> None:
    """Messages of one account may follow each other at once."""
    settings.TELEGRAM_GAP_SECONDS = 0.0


@pytest.fixture
def owner(settings: Any, transactional_db: None, server: TelegramServer) -> Iterator[Owner]:
    """A holder of accounts in this process, started by the test; stopped at its end."""
    owner = Owner("tests")
    yield owner
    if owner.is_started:
        owner.stop()
