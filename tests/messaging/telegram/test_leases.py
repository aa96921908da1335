"""One owner at a time, and the time between two."""

from datetime import datetime, timedelta

import pytest

from crmsolid.core import clock
from messaging.models import Account, AccountLease, TelegramSession
from messaging.telegram import leases
from messaging.telegram.gateway import TelegramGateway


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> "Hands":
    return Hands(monkeypatch)


class Hands:
    """The hands of the clock, in seconds from the start."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._start = clock.now()
        self._monkeypatch = monkeypatch

    def __call__(self, seconds: float) -> datetime:
        moment = self._start + timedelta(seconds=seconds)
        self._monkeypatch.setattr(clock, "now", lambda: moment)
        return moment


def lease() -> tuple[str, int]:
    row = AccountLease.unscoped.get()
    return row.owner, row.epoch


def test_a_free_account_is_taken_once(shop: Account, at: Hands) -> None:
    start = at(0)
    assert (leases.take("a/1", 5), leases.take("b/1", 5)) == (1, 0)
    assert lease() == ("a/1", 1)
    assert AccountLease.unscoped.get().lease_until == start + timedelta(seconds=30)
    assert leases.holdings("a/1") == {shop.pk: leases.Held(shop.pk, epoch=1, login_epoch=1)}


def test_a_dead_owner_s_account_is_taken_after_the_grace(shop: Account, at: Hands) -> None:
    at(0)
    leases.take("a/1", 1)
    at(40)
    assert leases.take("b/1", 1) == 0
    at(40.1)
    assert leases.take("b/1", 1) == 1
    assert (lease(), leases.holdings("a/1")) == (("b/1", 2), {})
    leases.renew("a/1")
    assert lease() == ("b/1", 2)


def test_renewing_keeps_it(shop: Account, at: Hands) -> None:
    at(0)
    leases.take("a/1", 1)
    at(25)
    leases.renew("a/1")
    at(60)
    assert leases.take("b/1", 1) == 0


def test_a_released_account_is_taken_at_once(shop: Account, at: Hands) -> None:
    at(0)
    leases.take("a/1", 1)
    leases.release("b/1", [shop.pk])
    assert lease() == ("a/1", 1)
    leases.release("a/1", [shop.pk])
    assert leases.take("b/1", 1) == 1


@pytest.mark.parametrize("state", ["needs_login", "banned"])
def test_an_account_that_cannot_connect_is_nobody_s(shop: Account, state: str) -> None:
    leases.take("a/1", 1)
    Account.unscoped.update(state=state)
    assert (leases.holdings("a/1"), leases.take("b/1", 1)) == ({}, 0)


def test_an_account_without_a_session_is_not_taken(shop: Account) -> None:
    TelegramSession.unscoped.update(auth_key=b"")
    assert leases.take("a/1", 1) == 0


def test_doorbells_go_to_the_owner_s_queue_while_its_lease_runs(shop: Account, at: Hands) -> None:
    at(0)
    assert TelegramGateway().queue(shop.pk) is None
    leases.take("celery@here/1f", 1)
    assert TelegramGateway().queue(shop.pk) == "telegram.celery@here"
    at(31)
    assert TelegramGateway().queue(shop.pk) is None


def test_a_share_is_fair_and_limited(shop: Account, at: Hands, settings: "pytest.FixtureRequest") -> None:
    at(0)
    leases.note_owner("a/1")
    assert leases.fair_share() == 1
    for number in range(4):
        account = Account(workspace=shop.workspace, kind="telegram", name=str(number))
        account.save()
        row = TelegramSession.unscoped.get(account=shop)
        row.pk, row.account, row.user_id = None, account, number + 1
        row.save(force_insert=True)
        AccountLease.unscoped.create(workspace=shop.workspace, account=account)
    assert leases.fair_share() == 5
    leases.note_owner("b/1")
    assert leases.fair_share() == 3
    settings.TELEGRAM_ACCOUNTS_PER_WORKER = 2  # type: ignore[attr-defined]
    assert leases.fair_share() == 2
    at(31)
    leases.note_owner("b/1")
    settings.TELEGRAM_ACCOUNTS_PER_WORKER = 250  # type: ignore[attr-defined]
    assert leases.fair_share() == 5
