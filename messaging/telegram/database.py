"""Database work of the event loop: the threads it runs in, and what a connection reads and writes besides messages."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connections
from django.db.models import Case, Model, Q, QuerySet, When

from crmsolid.core import clock
from crmsolid.events import watermark
from messaging.models import Message, Status, TelegramSession
from messaging.sending import claiming
from messaging.sending.settlement import Claim
from messaging.telegram.errors import KEEPING_TURN

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M", bound=Model)

THREADS = 4
MIN_RETRY_SECONDS, MAX_RETRY_SECONDS = 0.01, 5.0
# Until another try at a message that is due but locked.
LOCKED_RETRY_SECONDS = 0.1


class DatabaseThreads:
    """A few threads with database connections of their own. All accounts of a worker share them, because storing a
    batch of updates takes milliseconds and a connection costs the database megabytes.

    Unless ``compare`` is false, the database is compared before a call if that is due
    (:mod:`crmsolid.events.watermark`). What claims messages needs that.
    """

    def __init__(self, threads: int = THREADS, *, compare: bool = True) -> None:
        self._threads, self._compare = threads, compare
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="telegram-db")

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the function in one of the threads; returns its result or raises its exception."""

        def call() -> T:
            close_old_connections()  # a broken connection is replaced
            try:
                if self._compare:
                    watermark.check_if_due()
                return function(*args, **kwargs)
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def close(self) -> None:
        """Wait for running calls, then close the connections of all threads."""
        all_threads = threading.Barrier(self._threads)

        def close_connections() -> None:
            all_threads.wait()  # so that no thread runs this twice
            connections.close_all()

        for _ in range(self._threads):
            self._pool.submit(close_connections)
        self._pool.shutdown(wait=True)


def load_session(account_id: int) -> TelegramSession:
    """The account's session, with its account and workspace."""
    return TelegramSession.unscoped.select_related("account__workspace").get(account_id=account_id)


def claim_next_message(account_id: int) -> Claim | float | None:
    """Claim the oldest message that is due, so that a delay does not change the order; None if none is due. Those that
    were refused for an unknown reason come last, because another refusal of them may let the account pause.

    If it cannot be claimed, the seconds to wait before the account tries again: 0 if this message is no longer to be
    sent. A message that has to wait holds back the messages after it; otherwise they would overtake it.
    """
    was_refused = Q(attempts__gt=0, unsettled_since=None) & ~Q(error__in=["", *KEEPING_TURN])
    last = Case(When(was_refused, then=1), default=0)
    due = claiming.due_messages().filter(account_id=account_id).order_by(last, "created_at", "id")
    message_id = due.values_list("pk", flat=True).first()
    if message_id is None:
        return None
    claimed = claiming.claim(message_id)
    if claimed is not None:
        return claimed
    open_messages = Message.unscoped.filter(pk=message_id, status__in=[Status.QUEUED, Status.SENDING])
    row = open_messages.values_list("status", "eta").first()
    if row is None:
        return 0.0
    status, eta = row
    wait = (eta - clock.now()).total_seconds() if status == Status.QUEUED and eta else MAX_RETRY_SECONDS
    if wait <= 0:
        return LOCKED_RETRY_SECONDS
    return min(max(wait, MIN_RETRY_SECONDS), MAX_RETRY_SECONDS)


def of_accounts(rows: QuerySet[M], account_ids: list[int]) -> QuerySet[M]:
    """Those of the rows that belong to these accounts.

    The ids are one parameter: with one for each of 1,000 accounts, Django took 10 ms to write the statement.
    """
    if not account_ids:
        return rows.none()
    where, params = f'"{rows.model._meta.db_table}"."account_id" = ANY(%s)', [list(account_ids)]
    return rows.extra(where=[where], params=params)


def accounts_with_due_messages(account_ids: list[int]) -> set[int]:
    """The accounts among these that have something to send now."""
    rows = of_accounts(claiming.due_messages(), account_ids).order_by()
    return set(rows.values_list("account_id", flat=True).distinct())


def seconds_until_next_message(account_ids: list[int]) -> float | None:
    """Until the next queued message of these accounts is due; None if none is queued for later."""
    planned = Message.unscoped.filter(status=Status.QUEUED, eta__gt=clock.now(), awaits_upload=False)
    rows = of_accounts(planned, account_ids)
    eta = rows.order_by("eta").values_list("eta", flat=True).first()
    return None if eta is None else (eta - clock.now()).total_seconds()
