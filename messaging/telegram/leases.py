"""Leases on accounts: at most one worker holds an account at any time.

A lease lasts ``TELEGRAM_LEASE_SECONDS`` and is renewed every third of that. A worker that cannot renew disconnects a
third before the lease ends, and no other worker takes the account until a third after the end, because the times of
two workers may differ by that much.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import F, QuerySet

from crmsolid.core import clock
from messaging.models import LIVE_STATES, NEVER_LEASED, AccountKind, AccountLease, TelegramSession, WorkerHeartbeat


@dataclass(frozen=True, slots=True)
class LeasedAccount:
    """An account whose lease a worker holds. ``login_epoch`` tells with which login to connect."""

    account_id: int
    epoch: int
    login_epoch: int


def third() -> timedelta:
    """A third of a lease: the interval of renewals, and the safety margin before and after its end."""
    return timedelta(seconds=settings.TELEGRAM_LEASE_SECONDS) / 3


def renew(worker: str) -> None:
    """Record that the worker is alive, and prolong all leases that it still holds.

    Workers that have been silent for ten leases are deleted.
    """
    now = clock.now()
    WorkerHeartbeat.objects.update_or_create(id=worker, defaults={"seen_at": now})
    WorkerHeartbeat.objects.filter(seen_at__lt=now - 30 * third()).delete()
    AccountLease.unscoped.filter(worker=worker).update(lease_until=now + 3 * third())


def leased_accounts(worker: str) -> dict[int, LeasedAccount]:
    """By account id, the accounts that the worker has leased and that can be connected."""
    rows = _connectable(AccountLease.unscoped.filter(worker=worker))
    values = rows.values_list("account_id", "epoch", "account__telegram_session__login_epoch")
    return {account_id: LeasedAccount(account_id, epoch, login_epoch) for account_id, epoch, login_epoch in values}


def acquire(worker: str, limit: int) -> int:
    """Lease up to ``limit`` accounts that nobody holds; returns how many. Two workers never get the same one."""
    now = clock.now()
    expired = AccountLease.unscoped.filter(lease_until__lt=now - third())
    candidates = _connectable(expired).order_by("lease_until").values_list("pk", "epoch")
    acquired = []
    for pk, epoch in candidates[: max(0, limit)]:
        unchanged = expired.filter(pk=pk, epoch=epoch)
        if unchanged.update(worker=worker, epoch=F("epoch") + 1, lease_until=now + 3 * third()):
            acquired.append(pk)
    # A worker that was killed has left its connections as if they stood.
    left = TelegramSession.unscoped.filter(account__telegram_lease__in=acquired, connected_at__isnull=False)
    left.update(connected_at=None, disconnected_at=now)
    return len(acquired)


def release(worker: str, account_id: int) -> None:
    """Give up the lease of an account whose connection is closed. Another worker may take it at once."""
    rows = AccountLease.unscoped.filter(worker=worker, account_id=account_id)
    rows.update(worker="", lease_until=NEVER_LEASED)


def _connectable(rows: QuerySet[AccountLease]) -> QuerySet[AccountLease]:
    return rows.filter(
        account__kind=AccountKind.TELEGRAM, account__state__in=LIVE_STATES, account__telegram_session__isnull=False
    ).exclude(account__telegram_session__auth_key=b"")


def workers_of(account_ids: Sequence[int]) -> set[str]:
    """The workers that hold an unexpired lease on any of these accounts."""
    rows = AccountLease.unscoped.filter(account_id__in=account_ids, lease_until__gt=clock.now())
    return set(rows.values_list("worker", flat=True))


def remove_worker(worker: str) -> None:
    """Forget a worker that stops: the others share its accounts at once."""
    WorkerHeartbeat.objects.filter(id=worker).delete()


def live_workers() -> QuerySet[WorkerHeartbeat]:
    """The running workers that can hold accounts."""
    return WorkerHeartbeat.objects.filter(seen_at__gt=clock.now() - 3 * third())


def fair_share() -> int:
    """How many accounts each live worker should hold, at most ``TELEGRAM_ACCOUNTS_PER_WORKER``."""
    accounts = _connectable(AccountLease.unscoped.all()).count()
    return min(math.ceil(accounts / max(1, live_workers().count())), settings.TELEGRAM_ACCOUNTS_PER_WORKER)
