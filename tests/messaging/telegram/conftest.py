"""A Telegram test server, and accounts that are logged in to it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import telethon.client.users
from django.test import Client

from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership
from messaging.models import Account, WorkerHeartbeat
from messaging.telegram import account_worker, connection
from messaging.telegram import client as client_module
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.helpers import ANNA, OTHER_DC, SHOP, connect_account
from tests.panel import browser
from tests.telegram_server import Settings, TelegramServer, compute_less, forget_cached_config, register_public_key
from tests.tenants import Tenants
from tests.waiting import wait_until


class ShortSleeps:
    """In the place of ``asyncio`` where Telethon sleeps for two seconds before it repeats a request that the server
    could not answer."""

    @staticmethod
    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / 40)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker in this process looks for work and connects again sooner than in the product, and Telethon, too."""
    monkeypatch.setattr(telethon.client.users, "asyncio", ShortSleeps)
    monkeypatch.setattr(client_module, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(account_worker, "TICK_SECONDS", 0.25)
    monkeypatch.setattr(account_worker, "QR_TICK_SECONDS", 0.0)  # at each tick of the worker
    monkeypatch.setattr(connection, "FIRST_BACKOFF", 0.1)


@pytest.fixture
def server(settings: Any) -> Iterator[TelegramServer]:
    """Two data centers and two users, @shop and @anna_x. The product's settings point at it."""
    with TelegramServer({2: 0, OTHER_DC: 0}, settings=Settings()) as server:
        register_public_key(server.key.public_pem)
        compute_less()
        forget_cached_config()
        settings.TELEGRAM_TEST_DC = server.endpoint()
        server.create_user(SHOP, username="shop", first_name="Shop")
        server.create_user(ANNA, username="anna_x", first_name="Anna", last_name="Ek")
        yield server
        assert server.crashes() == []
    forget_cached_config()


@pytest.fixture
def client(tenants: Tenants) -> Client:
    """The owner's browser."""
    return browser(tenants.owner)


@pytest.fixture
def actor(tenants: Tenants) -> Actor:
    return tenants.actor()


@pytest.fixture
def shop(transactional_db: None, server: TelegramServer, tenants: Tenants) -> Account:
    """The account of @shop in the workspace; no worker holds it yet."""
    return connect_account(tenants.actor(), server.authorize(SHOP), server.find(SHOP).id)


@pytest.fixture
def no_gap(settings: Any) -> None:
    """Messages of one account may follow each other at once."""
    settings.TELEGRAM_GAP_SECONDS = 0.0


@pytest.fixture
def worker(settings: Any, transactional_db: None, server: TelegramServer) -> Iterator[AccountWorker]:
    """An account worker in this process. The test starts it; it is stopped afterwards."""
    worker = AccountWorker("tests")
    yield worker
    worker.stop()


@pytest.fixture
def member(transactional_db: None, tenants: Tenants) -> Actor:
    """The owner, in the panel."""
    return Actor.member(Membership.unscoped.get(user=tenants.owner, workspace=tenants.workspace), tenants.workspace)


@pytest.fixture
def running(worker: AccountWorker) -> AccountWorker:
    """A worker that can take logins."""
    worker.start()
    wait_until(lambda: WorkerHeartbeat.objects.exists())
    return worker
