"""The sweep: silences, finished sequences and half-lives, and contacts that fail."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from contacts import services as contacts
from contacts.models import Contact, ScoreEntry, ScoreTimer
from contacts.scoring import ledger, services, sweep
from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging.models import Account
from messaging.sending import dispatch
from messaging.services import send_message
from tests.contacts.scoring.helpers import NOON, change, ledger_of, receive, rule, run_jobs, score_of
from tests.sequences.helpers import Clock, clock_of_test, create, enroll, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    with clock_of_test(monkeypatch, NOON) as moving:
        yield moving


def send(actor: Actor, account: Account, to: str) -> None:
    send_message(actor, account_id=account.pk, to=to, text="Hello")
    dispatch.dispatch()


def test_silence_gives_its_points_once_it_is_long_enough_and_an_answer_prevents_it(
    actor: Actor, account: Account, time: Clock
) -> None:
    for name in ("anna", "bert", "carl"):
        contacts.upsert_contact(actor, {"username": name})
        services.adjust_score(actor, Contact.unscoped.get(username=name).pk, points=50)
    rule(actor, "Silent", "silence", "P3D", -10, times="each")
    for name in ("anna", "bert"):
        send(actor, account, name)
    time.move(days=1)
    send(actor, account, "anna")  # she still has not answered the first one
    receive(account, "bert")
    time.move(hours=1)
    send(actor, account, "bert")
    time.move(days=1, hours=23)
    assert ScoreTimer.unscoped.count() == 2
    assert sweep.run_due() == 2
    assert [score_of(name) for name in ("anna", "bert", "carl")] == [40, 50, 50]
    assert ScoreTimer.unscoped.get().due_at == NOON + timedelta(days=4, hours=1)  # of what bert has not answered yet
    receive(account, "bert")
    time.move(hours=1)
    send(actor, account, "bert")
    time.move(days=3)
    assert (sweep.run_due(), sweep.run_due()) == (1, 0)
    assert [score_of(name) for name in ("anna", "bert", "carl")] == [40, 40, 50]
    assert ledger_of("bert")[1:] == [("Silent", -10, "silence P3D")]
    assert not ScoreTimer.unscoped.exists()


def test_a_longer_silence_waits_longer_and_a_deleted_rule_gives_nothing(
    actor: Actor, account: Account, time: Clock
) -> None:
    silent = rule(actor, "Silent", "silence", "P1D", 10)
    send(actor, account, "anna")
    change(actor, silent, value="P2D")
    run_jobs()
    time.move(days=1)
    sweep.run_due()
    assert score_of("anna") == 0
    time.move(days=1)
    sweep.run_due()
    assert score_of("anna") == 10
    services.archive_rule(actor, silent.pk)
    run_jobs()
    assert score_of("anna") == 0


def test_a_finished_sequence_gives_points_to_whoever_finished_it(actor: Actor, account: Account, time: Clock) -> None:
    rule(actor, "Welcomed", "sequence_completed", "WELCOME", 7)
    anna = contacts.upsert_contact(actor, {"username": "anna"}).contact
    enroll(create(account, steps=[{"id": "hello", "text": "Hello"}]), anna)
    work()
    assert (ScoreTimer.unscoped.count(), score_of("anna")) == (1, 0)
    sweep.run_due()
    assert ledger_of("anna") == [("Welcomed", 7, "sequence Welcome")]
    rule(actor, "All of it", "sequence_completed", points=1)
    run_jobs()
    assert score_of("anna") == 8


def test_points_halve_by_the_clock_and_the_ledger_says_so(actor: Actor, time: Clock) -> None:
    anna = contacts.upsert_contact(actor, {"username": "anna"}).contact
    rule(actor, "VIP", "tag", "vip", 4, half_life="P1D")
    contacts.tag_contact(actor, anna.pk, add=["vip"])
    scores = []
    for _ in range(8):
        scores.append(score_of("anna"))
        time.move(hours=12, seconds=1)
        sweep.run_due()
    assert scores == [4, 3, 2, 1, 1, 1, 0, 0]
    assert [points for _, points, _ in ledger_of("anna")] == [4, -1, -1, -1, -1]
    assert not ScoreTimer.unscoped.exists()


def test_a_contact_that_fails_is_put_off_and_holds_up_no_other(
    actor: Actor, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(actor, "VIP", "tag", "vip", 4, half_life="P1D")
    ids = {
        name: contacts.upsert_contact(actor, {"username": name, "tags": ["vip"]}).contact.pk
        for name in ("anna", "bert", "carl")
    }
    time.move(days=1)
    when_due = ledger.when_due

    def failing(people: Any, *arguments: Any) -> Any:
        if any(each.id == ids["bert"] for each in people):
            raise RuntimeError("a bug")
        return when_due(people, *arguments)

    with monkeypatch.context() as broken:
        broken.setattr(ledger, "when_due", failing)
        assert sweep.run_due() == 2
        assert sweep.run_due() == 0
    assert [score_of(name) for name in ids] == [2, 4, 2]
    assert ScoreTimer.unscoped.get(contact_id=ids["bert"]).due_at == clock.now() + timedelta(minutes=10)
    time.move(minutes=10)
    sweep.run_due()
    assert [score_of(name) for name in ids] == [2, 2, 2]
    assert ScoreEntry.unscoped.filter(kind="decay").count() == 3
