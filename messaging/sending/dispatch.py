"""Sends queued messages. Each attempt has three steps, and a crash can happen between any two of them:

claim   (:mod:`messaging.sending.claiming`) takes a lease on the message
send    (:meth:`Gateway.send`) runs outside any transaction, with the message's own ``random_id``
settle  (:mod:`messaging.sending.settlement`) writes the result and its event, only while the lease is still held

The lease of a worker that dies expires. The next run recovers the lost lease: it claims the message again with the same
``random_id``, so that a message which had arrived before counts as sent and is not delivered twice.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings

from crmsolid.core import clock, doorbell
from crmsolid.core.batches import go_on_after_error, together_or_alone
from crmsolid.core.errors import DATABASE_UNAVAILABLE
from messaging import account_workers
from messaging.sending import claiming, gateway, settlement
from messaging.sending.claiming import Batch, QueuedAccount
from messaging.sending.gateway import Delivered, Gateway, Outgoing, SendError
from messaging.sending.settlement import Attempt, Claim

logger = logging.getLogger("crmsolid.messaging")

BATCH = 200
ACCOUNTS_BATCH = 50
RUN_SECONDS = 20.0
# When to look again for due messages that could not be claimed, because their account or thread was in use.
RETRY_SECONDS = 0.1
# How long a run waits for accounts that others have locked, all together.
LOCK_SECONDS = 0.5


def dispatch(*, seconds: float = RUN_SECONDS) -> int:
    """Send what is due on accounts that any worker may send for, and wake the workers of the other accounts.

    Returns the number of messages tried. Each due message is tried once, the oldest first and the accounts in turn.
    After ``seconds`` the run ends and asks for another one.
    """
    queued = claiming.queued_accounts()
    _wake_account_workers(queued)
    accounts = _Accounts([each.id for each in queued if each.kind in gateway.registry and _is_due(each)])
    tried, failed, ends = 0, False, time.monotonic() + seconds
    while accounts.are_left:
        claims = accounts.claim()
        with go_on_after_error(logger, "a batch failed unexpectedly") as attempt:
            tried += send(claims)
        failed = failed or attempt.failed
        if accounts.are_left and time.monotonic() > ends:
            doorbell.ring("messaging.dispatch")
            return tried
    if queued and not (failed or accounts.failed):  # a bug may occur again, so the sweep asks for the next run
        _ring_for_next()
    return tried


@dataclass(slots=True)
class _Accounts:
    """The accounts that a run has still to claim from: first those that are ``waiting``, then those that were
    ``locked``, as long as ``lock_seconds`` are left to wait for them. ``failed``: a bug stopped a claim."""

    waiting: list[int]
    locked: list[int] = field(default_factory=list)
    lock_seconds: float = LOCK_SECONDS
    failed: bool = False

    @property
    def are_left(self) -> bool:
        return bool(self.waiting or self.locked)

    def claim(self) -> list[Claim]:
        """Claim from the next ones."""
        if self.waiting:
            account_ids, self.waiting = self.waiting[:ACCOUNTS_BATCH], self.waiting[ACCOUNTS_BATCH:]
            batches = _claim(account_ids)
            self.failed = self.failed or not (batches and batches[0].is_whole)
        else:
            started = time.monotonic()
            batches = [claiming.claim_from_busy_account(self.locked.pop(0), BATCH, self.lock_seconds)]
            self.lock_seconds -= time.monotonic() - started
        for batch in batches:
            self.waiting += batch.unfinished
            self.locked += batch.locked
        if self.lock_seconds <= 0:
            self.locked.clear()  # left to the next run
        return [claim for batch in batches for claim in batch.claims]


def _claim(account_ids: list[int]) -> list[Batch]:
    """Claim from these accounts together; after a bug from each alone, so that none holds up the others."""
    batches = together_or_alone(
        lambda: [claiming.claim_batch(account_ids, BATCH)],
        account_ids,
        _claim_from_one,
        logger=logger,
        what="account",
    )
    return [batch for of_accounts in batches for batch in of_accounts]


def _claim_from_one(account_id: int) -> list[Batch]:
    """Claim from an account; after a bug each message alone, without regard to the order of a thread. What is left is
    for another run."""
    due = claiming.due_messages().filter(account_id=account_id).order_by("eta", "id").values_list("pk", flat=True)
    batches = together_or_alone(
        lambda: claiming.claim_batch([account_id], BATCH // ACCOUNTS_BATCH),
        due[:BATCH],
        claiming.claim_alone,
        logger=logger,
        what="message",
    )
    return [Batch(batch.claims, is_whole=False) for batch in batches]


def _is_due(account: QueuedAccount) -> bool:
    return account.first_eta <= clock.now()


def _wake_account_workers(queued: Sequence[QueuedAccount]) -> None:
    """Tell the workers that hold account connections that something is due on one of their accounts."""
    account_ids: dict[str, list[int]] = defaultdict(list)
    for account in queued:
        if account.kind in account_workers.queues_of_kind and _is_due(account):
            account_ids[account.kind].append(account.id)
    for kind, ids in account_ids.items():
        account_workers.wake(kind, ids)


def _ring_for_next() -> None:
    """Ask for a run when the next message becomes due, if that is before the next sweep."""
    now = clock.now()
    etas = [
        account.first_eta
        for account in claiming.queued_accounts()
        if account.kind in gateway.registry or account.first_eta > now
    ]
    next_eta = min(etas, default=None)
    if next_eta is not None and next_eta <= now + timedelta(seconds=settings.SWEEP_SECONDS):
        wait = (next_eta - now).total_seconds()
        doorbell.ring("messaging.dispatch", after=wait if wait > 0 else RETRY_SECONDS)


def send(claims: Sequence[Claim]) -> int:
    """Send claimed messages and settle the attempts; returns the number of messages tried."""
    by_kind: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_kind[claim.account.kind].append(claim)
    return sum(_send(gateway.registry[kind], of_kind) for kind, of_kind in by_kind.items())


def _send(account_gateway: Gateway, claims: Sequence[Claim]) -> int:
    started = time.monotonic()
    results = _ask(account_gateway, [claim.outgoing for claim in claims])
    elapsed_ms = int((time.monotonic() - started) * 1000)
    attempts = [
        Attempt(claim, results[claim.message.id], elapsed_ms) for claim in claims if claim.message.id in results
    ]
    # Before the others are released: this pauses the accounts that have to stop.
    settled = settlement.settle(attempts)
    untried = [claim for claim in claims if claim.message.id not in results]
    if untried:
        settlement.release(untried)
    sent = [each.claim.outgoing for each in settled if isinstance(each.result, Delivered)]
    with go_on_after_error(logger, "the gateway failed after it had sent"):
        account_gateway.after_sent(sent)
    return len(attempts)


def _ask(account_gateway: Gateway, batch: Sequence[Outgoing]) -> dict[str, Delivered | SendError]:
    """What the gateway made of each message, by its id."""
    try:
        return account_gateway.send(batch)
    except DATABASE_UNAVAILABLE:
        raise  # the leases end, and then each message is sent again
    except Exception as error:
        message_ids = [outgoing.message_id for outgoing in batch]
        logger.exception("the gateway failed unexpectedly", extra={"message_ids": message_ids})
        if len(batch) == 1:
            return {batch[0].message_id: SendError("internal_error", type(error).__name__)}
    return _ask_alone(account_gateway, batch)


def _ask_alone(account_gateway: Gateway, batch: Sequence[Outgoing]) -> dict[str, Delivered | SendError]:
    """After a bug in the gateway nobody knows which messages arrived, so each is sent again alone, with the same
    ``random_id``."""
    results: dict[str, Delivered | SendError] = {}
    stopped: set[int | tuple[int, str]] = set()
    for outgoing in batch:
        conversation = (outgoing.account_id, outgoing.recipient)
        if outgoing.account_id not in stopped and conversation not in stopped:
            results |= _ask(account_gateway, [outgoing])
            result = results[outgoing.message_id]
            if isinstance(result, SendError) and not result.permanent:
                stopped.add(outgoing.account_id if result.stops_account else conversation)
    return results
