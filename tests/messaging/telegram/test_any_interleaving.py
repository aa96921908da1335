"""Whatever happens to messages and connections, and in whatever order: in the end the product has what Telegram has.

Each run plays scenarios that are generated from seeds, see ``interleaving``: chosen ones, in which as much happens
as in a hundred in a row. With ``PROPERTY_RUNS`` it plays that many, with ``PROPERTY_SEED`` from this seed on.
"""

import os
from collections.abc import Sequence
from typing import Any

import pytest

from crmsolid.workspaces.actor import Actor
from messaging.telegram import client, connection
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.interleaving.player import Player
from tests.messaging.telegram.interleaving.scenario import CHOSEN, cases
from tests.messaging.telegram.interleaving.stage import Stage, shorten_waits
from tests.telegram_server import TelegramServer

RUNS, FIRST = (os.environ.get(name) for name in ("PROPERTY_RUNS", "PROPERTY_SEED"))
AT_ONCE = 50


def groups() -> list[tuple[Sequence[int], bool]]:
    """The seeds that are played at once, and whether their settings look back."""
    if RUNS is None and FIRST is None:
        return [(CHOSEN[0], True), (CHOSEN[1], False)]
    first = int(FIRST or 0)
    end = first + int(RUNS or 100)
    starts = range(first, end, AT_ONCE)
    return [(range(start, min(start + AT_ONCE, end)), start // AT_ONCE % 2 == 0) for start in starts]


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # killed connections close nothing
@pytest.mark.parametrize(("seeds", "looks_back"), groups())
def test_everything_is_there_once_whatever_happened(
    seeds: Sequence[int],
    looks_back: bool,
    server: TelegramServer,
    actor: Actor,
    worker: AccountWorker,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shorten_waits(settings, monkeypatch)
    settings.TELEGRAM_LOOK_BACK_AFTER_SECONDS = 0.0 if looks_back else 600.0
    stage = Stage(actor, server, worker, looks_back=looks_back)
    players = [stage.player(seed) for seed in seeds]
    worker.start()
    stage.play(players)
    failed = [player for player in players if player.problems]
    report = "\n\n".join(map(describe, failed))
    assert not failed, f"{len(failed)} of {len(players)} scenarios failed:\n{report}"


def test_as_much_happens_in_the_chosen_scenarios_as_in_a_hundred_in_a_row() -> None:
    for chosen in CHOSEN:
        assert len(cases(chosen)) >= len(cases(range(50)))
    assert len(cases([*CHOSEN[0], *CHOSEN[1]])) >= len(cases(range(100)))
    assert {case for case in cases(range(100)) if case[0] == "step"} <= cases([*CHOSEN[0], *CHOSEN[1]])


def test_no_account_is_deaf_for_more_than_two_minutes() -> None:
    """The scenarios prove that an account hears again; with the real waits it does so in this time."""
    assert client.QUIET_SECONDS + client.ANSWER_SECONDS + connection.CONNECT_SECONDS <= 120


def describe(player: Player) -> str:
    """What went wrong, and how to play it again."""
    steps = [f"{number} {' '.join(map(str, step))}" for number, step in enumerate(player.steps, start=1)]
    head = f"PROPERTY_SEED={player.seed} PROPERTY_RUNS=1"
    return "\n".join([head, *player.problems, "  " + "; ".join(steps[: player.position])])
