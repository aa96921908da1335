"""At most one worker holds an account, and the time that must pass between two."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from crmsolid.core import clock
from messaging.models import Account, AccountLease, TelegramSession
from messaging.telegram import leases
from messaging.telegram.celery_worker import queues_of


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> "FakeClock":
    return FakeClock(monkeypatch)


class FakeClock:
    """Sets the time, in seconds from the start of the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._start = clock.now()
        self._monkeypatch = monkeypatch

    def __call__(self, seconds: float) -> datetime:
        moment = self._start + timedelta(seconds=seconds)
        self._monkeypatch.setattr(clock, "now", lambda: moment)
        return moment


def lease() -> tuple[str, int]:
    row = AccountLease.unscoped.get()
    return row.worker, row.epoch


def test_free_account_is_leased_once(shop: Account, at: FakeClock) -> None:
    start = at(0)
    assert (leases.acquire("a/1", 5), leases.acquire("b/1", 5)) == (1, 0)
    assert lease() == ("a/1", 1)
    assert AccountLease.unscoped.get().lease_until == start + timedelta(seconds=30)
    assert leases.leased_accounts("a/1") == {shop.pk: leases.LeasedAccount(shop.pk, epoch=1, login_epoch=1)}


def test_account_of_a_dead_worker_is_leased_a_third_after_the_lease_ended(shop: Account, at: FakeClock) -> None:
    at(0)
    leases.acquire("a/1", 1)
    at(40)
    assert leases.acquire("b/1", 1) == 0
    at(40.1)
    assert leases.acquire("b/1", 1) == 1
    assert (lease(), leases.leased_accounts("a/1")) == (("b/1", 2), {})
    leases.renew("a/1")
    assert lease() == ("b/1", 2)


def test_renewed_lease_is_kept(shop: Account, at: FakeClock) -> None:
    at(0)
    leases.acquire("a/1", 1)
    at(25)
    leases.renew("a/1")
    at(60)
    assert leases.acquire("b/1", 1) == 0


def test_released_account_is_leased_at_once(shop: Account, at: FakeClock) -> None:
    at(0)
    leases.acquire("a/1", 1)
    leases.release("b/1", shop.pk)
    assert lease() == ("a/1", 1)
    leases.release("a/1", shop.pk)
    assert leases.acquire("b/1", 1) == 1


@pytest.mark.parametrize("state", ["needs_login", "banned"])
def test_account_that_cannot_connect_is_not_leased(shop: Account, state: str) -> None:
    leases.acquire("a/1", 1)
    Account.unscoped.update(state=state)
    assert (leases.leased_accounts("a/1"), leases.acquire("b/1", 1)) == ({}, 0)


def test_account_without_a_session_is_not_leased(shop: Account) -> None:
    TelegramSession.unscoped.update(auth_key=b"")
    assert leases.acquire("a/1", 1) == 0


def test_queue_is_that_of_the_worker_while_its_lease_lasts(shop: Account, at: FakeClock) -> None:
    at(0)
    assert queues_of([shop.pk]) == set()
    leases.acquire("celery@here/1f", 1)
    assert queues_of([shop.pk]) == {"telegram.celery@here"}
    at(31)
    assert queues_of([shop.pk]) == set()


def test_fair_share_is_equal_and_limited(shop: Account, at: FakeClock, settings: Any) -> None:
    at(0)
    leases.renew("a/1")
    assert leases.fair_share() == 1
    for number in range(4):
        account = Account(workspace=shop.workspace, kind="telegram", name=str(number))
        account.save()
        row = TelegramSession.unscoped.get(account=shop)
        row.pk, row.account, row.user_id = None, account, number + 1
        row.save(force_insert=True)
        AccountLease.unscoped.create(workspace=shop.workspace, account=account)
    assert leases.fair_share() == 5
    leases.renew("b/1")
    assert leases.fair_share() == 3
    settings.TELEGRAM_ACCOUNTS_PER_WORKER = 2
    assert leases.fair_share() == 2
    at(31)
    leases.renew("b/1")
    settings.TELEGRAM_ACCOUNTS_PER_WORKER = 250
    assert leases.fair_share() == 5
