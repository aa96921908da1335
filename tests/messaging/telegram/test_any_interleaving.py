"""Whatever happens to messages and connections, and in whatever order: in the end the product has what Telegram has.

Each run plays a scenario that is generated from a seed, see ``interleaving``. ``PROPERTY_RUNS`` is how many are played,
``PROPERTY_SEED`` the first seed.
"""

import os
from typing import Any

import pytest

from crmsolid.workspaces.actor import Actor
from messaging.telegram import client, connection
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.interleaving.player import Player
from tests.messaging.telegram.interleaving.stage import Stage, shorten_waits
from tests.telegram_server import TelegramServer

RUNS = int(os.environ.get("PROPERTY_RUNS", "100"))
FIRST = int(os.environ.get("PROPERTY_SEED", "0"))
AT_ONCE = 50


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # killed connections close nothing
@pytest.mark.parametrize("first", range(FIRST, FIRST + RUNS, AT_ONCE))
def test_everything_is_there_once_whatever_happened(
    first: int,
    server: TelegramServer,
    actor: Actor,
    worker: AccountWorker,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shorten_waits(settings, monkeypatch)
    looks_back = first // AT_ONCE % 2 == 0
    settings.TELEGRAM_LOOK_BACK_AFTER_SECONDS = 0.0 if looks_back else 600.0
    stage = Stage(actor, server, worker, looks_back=looks_back)
    players = [stage.player(seed) for seed in range(first, min(first + AT_ONCE, FIRST + RUNS))]
    worker.start()
    stage.play(players)
    failed = [player for player in players if player.problems]
    report = "\n\n".join(map(describe, failed))
    assert not failed, f"{len(failed)} of {len(players)} scenarios failed:\n{report}"


def test_no_account_is_deaf_for_more_than_two_minutes() -> None:
    """The scenarios prove that an account hears again; with the real waits it does so in this time."""
    assert client.QUIET_SECONDS + client.ANSWER_SECONDS + connection.CONNECT_SECONDS <= 120


def describe(player: Player) -> str:
    """What went wrong, and how to play it again."""
    steps = [f"{number} {' '.join(map(str, step))}" for number, step in enumerate(player.steps, start=1)]
    head = f"PROPERTY_SEED={player.seed} PROPERTY_RUNS=1"
    return "\n".join([head, *player.problems, "  " + "; ".join(steps[: player.position])])
