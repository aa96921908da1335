"""Who holds which account: one owner at a time, by conditional updates and the clocks of the machines.

A lease lasts TELEGRAM_LEASE_SECONDS and is renewed in thirds of it. An owner that cannot renew falls silent a third
before its end, and nobody takes an account until a third after it: two clocks may be that far apart.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import F, QuerySet

from crmsolid.core import clock
from messaging.models import AccountKind, AccountLease, AccountOwner, AccountState
from messaging.telegram_models import FREE_SINCE_EVER

LIVE_STATES = (AccountState.CONNECTED, AccountState.PAUSED)


@dataclass(frozen=True, slots=True)
class Held:
    """An account in our hands; ``login_epoch`` says by which login to connect."""

    account_id: int
    epoch: int
    login_epoch: int


def third() -> timedelta:
    return timedelta(seconds=settings.TELEGRAM_LEASE_SECONDS) / 3


def renew(owner: str) -> None:
    """Prolong all leases that are still ours."""
    AccountLease.unscoped.filter(owner=owner).update(lease_until=clock.now() + 3 * third())


def holdings(owner: str) -> dict[int, Held]:
    """What is leased to us and can be connected."""
    rows = _connectable(AccountLease.unscoped.filter(owner=owner))
    found = rows.values_list("account_id", "epoch", "account__telegram_session__login_epoch")
    return {account_id: Held(account_id, epoch, login_epoch) for account_id, epoch, login_epoch in found}


def take(owner: str, wanted: int) -> int:
    """Lease up to so many accounts that nobody holds; how many it became. Two takers never get the same one."""
    now = clock.now()
    free = _connectable(AccountLease.unscoped.filter(lease_until__lt=now - third())).order_by("lease_until")
    taken = 0
    for pk, epoch in free.values_list("pk", "epoch")[: max(0, wanted)]:
        still = AccountLease.unscoped.filter(pk=pk, epoch=epoch, lease_until__lt=now - third())
        taken += still.update(owner=owner, epoch=F("epoch") + 1, lease_until=now + 3 * third())
    return taken


def release(owner: str, account_ids: Iterable[int]) -> None:
    """Let go of accounts whose connections are closed: another owner may take them at once."""
    rows = AccountLease.unscoped.filter(owner=owner, account_id__in=list(account_ids))
    rows.update(owner="", lease_until=FREE_SINCE_EVER)


def _connectable(rows: "QuerySet[AccountLease]") -> "QuerySet[AccountLease]":
    return rows.filter(
        account__kind=AccountKind.TELEGRAM, account__state__in=LIVE_STATES, account__telegram_session__isnull=False
    ).exclude(account__telegram_session__auth_key=b"")


def owner_of(account_id: int) -> str:
    """The owner whose lease runs; empty if nobody's does."""
    rows = AccountLease.unscoped.filter(account_id=account_id, lease_until__gt=clock.now())
    return rows.values_list("owner", flat=True).first() or ""


def note_owner(owner: str) -> None:
    """Say that this owner lives, and forget those that have not been heard of for ten leases."""
    now = clock.now()
    AccountOwner.objects.update_or_create(id=owner, defaults={"seen_at": now})
    AccountOwner.objects.filter(seen_at__lt=now - 30 * third()).delete()


def forget_owner(owner: str) -> None:
    AccountOwner.objects.filter(id=owner).delete()


def is_anybody_alive() -> bool:
    """Whether some worker holds accounts, or would."""
    return bool(AccountOwner.objects.filter(seen_at__gt=clock.now() - 3 * third()).exists())


def fair_share() -> int:
    """How many accounts each living owner should hold, never more than TELEGRAM_ACCOUNTS_PER_WORKER."""
    alive = AccountOwner.objects.filter(seen_at__gt=clock.now() - 3 * third()).count()
    accounts = _connectable(AccountLease.unscoped.all()).count()
    return min(math.ceil(accounts / max(1, alive)), settings.TELEGRAM_ACCOUNTS_PER_WORKER)
