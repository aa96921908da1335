"""The server, the worker and many accounts that play their scenarios at the same time."""

import time
from collections.abc import Sequence
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from django.db import connection as db_connection

from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, Message, TelegramSession
from messaging.sending import settlement
from messaging.telegram import client, connection, database, history
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.helpers import connect_account
from tests.messaging.telegram.interleaving import outcome
from tests.messaging.telegram.interleaving.player import Player
from tests.messaging.telegram.interleaving.scenario import CUSTOMERS
from tests.telegram_server import TelegramServer

ROUND_SECONDS = 0.05
LOOK_SECONDS = 0.3
PATIENCE_SECONDS, PATIENCE_ROUNDS = 60.0, 1000


database_settings: dict[str, Any] = db_connection.settings_dict


def shorten_waits(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the product waits for minutes takes seconds here."""
    settings.TELEGRAM_SEND_SECONDS = 4.0
    settings.SEND_LEASE_SECONDS = 6.0
    settings.TELEGRAM_GAP_SECONDS = 0.0
    waits: dict[ModuleType, dict[str, Any]] = {
        connection: {
            "CONNECT_SECONDS": 8.0,
            "FIRST_BACKOFF": 0.1,
            "MAX_BACKOFF": 0.5,
            "SENDER_SECONDS": 3.0,
        },
        database: {"MAX_RETRY_SECONDS": 0.5},
        history: {  # the overlap is longer than any jump of a clock
            "OVERLAP": timedelta(hours=1),
            "SECONDS": 1.0,
            "RETRY_SECONDS": 0.5,
        },
        client: {"REQUEST_SECONDS": 6.0, "QUIET_SECONDS": 3.0, "ANSWER_SECONDS": 4.0, "CATCH_UP_SECONDS": 4.0},
        settlement: {"FIRST_RETRY_SECONDS": 0.2, "MAX_RETRY_SECONDS": 1.0},
    }
    monkeypatch.setitem(database_settings, "CONN_MAX_AGE", None)  # otherwise each call connects again
    for module, values in waits.items():
        for name, value in values.items():
            monkeypatch.setattr(module, name, value)


class Stage:
    """``looks_back``: the settings do not rely on Telegram to remember a ``random_id`` for longer than a moment."""

    def __init__(self, actor: Actor, server: TelegramServer, worker: AccountWorker, *, looks_back: bool) -> None:
        self.actor, self.server, self.worker, self.looks_back = actor, server, worker, looks_back
        self.patience, self.patient_rounds = PATIENCE_SECONDS, PATIENCE_ROUNDS
        self.absence = timedelta(hours=1)
        self.round = 0
        self.has_sent = False
        self.arrived: set[tuple[int, str]] = set()
        self.ending: set[Player] = set()
        self._expected: set[tuple[int, str]] = set()

    def player(self, seed: int) -> Player:
        """A new account with a channel and customers of its own."""
        phone, *customers = [f"+1{seed:06}{number:03}" for number in range(CUSTOMERS + 1)]
        shop = self.server.create_user(phone, first_name=f"Shop {seed}")
        for number, customer in enumerate(customers):
            self.server.create_user(customer, username=f"customer_{seed}_{number}", first_name=f"C{number}")
        account = connect_account(self.actor, self.server.authorize(phone), shop.id, name=f"Shop {seed}")
        Account.unscoped.filter(pk=account.pk).update(daily_limit=1000)
        # Nothing from before the first login is read, and clocks jump here by more than a scenario takes.
        TelegramSession.unscoped.filter(account=account).update(logged_in_at=clock.now() - timedelta(days=1))
        return Player(seed, self, account, phone, customers, self.server.create_channel("News", [phone]))

    def play(self, players: Sequence[Player]) -> None:
        """Let all play at the same time; afterwards each knows its problems."""
        looked_at = 0.0
        while unfinished := [player for player in players if not player.is_finished]:
            self.round += 1
            if time.monotonic() - looked_at > LOOK_SECONDS:
                self._look()
                looked_at = time.monotonic()
            for player in unfinished:
                player.advance()
            if self.has_sent:
                self.worker.wake()
                self.has_sent = False
            time.sleep(ROUND_SECONDS)
        last = outcome.differences([player for player in players if not player.problems])
        for player, problems in last.items():
            player.problems += problems
        for player in self.ending:
            player.problems += outcome.differences([player])[player]

    def expect(self, account_id: int, text: str) -> None:
        self._expected.add((account_id, text))

    def _look(self) -> None:
        """See which of the expected messages are there, and which accounts are as they must be at the end."""
        if self._expected:
            accounts, texts = {each[0] for each in self._expected}, {each[1] for each in self._expected}
            rows = Message.unscoped.filter(account__in=accounts, text__in=texts, direction="in")
            self.arrived |= set(rows.values_list("account_id", "text"))
            self._expected -= self.arrived
        ending = [player for player in self.ending if not player.problems]
        if ending:
            found = outcome.differences(ending)
            self.ending -= {player for player, problems in found.items() if not problems}
