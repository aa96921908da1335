"""The worker that holds Telegram accounts and logins by QR code: one event loop in a thread, for any number of them.

Every second it renews and acquires leases, and looks for due messages, for older ones that members asked for, for files
to be fetched and for logins by QR code; a wake-up makes it look sooner. All its decisions are stored in the database,
so after a crash at any moment the next worker continues from there.
"""

import asyncio
import contextlib
import logging
import secrets
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import Error
from django.db import Error as DatabaseError
from telethon.errors import RPCError
from telethon.tl import functions

from crmsolid.core import crypto
from crmsolid.core.errors import DomainError
from crmsolid.events import watermark
from messaging import typing
from messaging.models import LoginAttempt
from messaging.telegram import (
    changes,
    database,
    downloading,
    health,
    leases,
    login,
    qr_login,
    requested_history,
    services,
    uploading,
)
from messaging.telegram.client import LoginClient, Session, decrypt_session
from messaging.telegram.connection import Connection
from messaging.telegram.database import DatabaseThreads
from messaging.telegram.errors import TRY_LATER, USE_PHONE, USE_QR
from messaging.telegram.leases import LeasedAccount
from messaging.telegram.login import PasswordNeeded
from messaging.telegram.qr_login import LeaseLost, QrCode

logger = logging.getLogger("crmsolid.telegram")

# Of logins by QR code. The worker's ticks may follow each other much faster.
MOST_AT_ONCE = 20
QR_TICK_SECONDS = 0.5
RECONNECT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 60  # a longer one that Telegram asks for ends the login
# Of the worker.
TICK_SECONDS = 1.0
MIN_TICK_SECONDS = 0.01
DEADLINE_CHECK_SECONDS = 0.2
HUNG_SECONDS = 30.0
START_SECONDS = 10.0
STOP_SECONDS = 60.0


# Which accounts have something to do, and what their connections begin then.
WORK: tuple[tuple[Callable[[list[int]], set[int]], Callable[[Connection], None]], ...] = (
    (database.accounts_with_due_messages, Connection.send_due_messages),
    (requested_history.accounts_with_requests, Connection.load_older_messages),
    (uploading.accounts_with_uploads, Connection.upload_files),
    (downloading.accounts_with_downloads, Connection.fetch_files),
    (changes.accounts_with_changes, Connection.make_changes),
)


@dataclass(eq=False)
class _Held:
    """``is_ending``: the code was scanned, or the row has its last state. Such a login is not cancelled: what Telegram
    has accepted is stored, or logged out again."""

    attempt: LoginAttempt
    session: Session
    task: "asyncio.Task[None]" = field(init=False)
    lease_end: asyncio.TimerHandle = field(init=False)
    is_ending: bool = False


class QrLogins:
    """``worker`` is the id of the account worker, on whose event loop everything runs. Its ``lease_thread`` renews."""

    def __init__(self, worker: str, threads: DatabaseThreads, lease_thread: DatabaseThreads) -> None:
        self._worker, self._threads, self._lease_thread = worker, threads, lease_thread
        self._held: dict[str, _Held] = {}
        self._next_tick = 0.0

    async def tick(self) -> None:
        """Renew the leases, end logins that are no longer wanted, and take those that nobody holds."""
        now = asyncio.get_running_loop().time()
        if now < self._next_tick:
            return
        self._next_tick = now + QR_TICK_SECONDS
        # When a lease that is renewed now ends for us: a third early, because clocks differ.
        end = asyncio.get_running_loop().time() + 2 * leases.third().total_seconds()
        if self._held:
            wanted = await self._lease_thread.run(qr_login.renew, self._worker, list(self._held))
            for attempt_id, held in self._held.items():
                if attempt_id in wanted:
                    held.lease_end.cancel()
                    held.lease_end = asyncio.get_running_loop().call_at(end, held.task.cancel)
                elif not held.is_ending:
                    held.lease_end.cancel()
                    held.task.cancel()
                    held.is_ending = True
        if room := MOST_AT_ONCE - len(self._held):
            for attempt in await self._lease_thread.run(qr_login.claim, self._worker, room):
                try:
                    self._start(attempt, end)
                except crypto.Unreadable:
                    logger.exception("a login by QR code cannot be read", extra={"attempt_id": attempt.pk})
                    with contextlib.suppress(DomainError, LeaseLost):  # cancelled meanwhile
                        await self._lease_thread.run(qr_login.fail_unreadable, attempt)

    async def close(self) -> None:
        """Disconnect all, and let other workers go on with them."""
        for held in self._held.values():
            if not held.is_ending:
                held.task.cancel()
        await asyncio.gather(*(held.task for held in self._held.values()), return_exceptions=True)
        try:
            await self._lease_thread.run(qr_login.release, self._worker)
        except DatabaseError as error:
            logger.warning("logins by QR code wait until their leases expire: %r", error)

    def _start(self, attempt: LoginAttempt, lease_end: float) -> None:
        if attempt.pk in self._held:
            return  # its last connection is still being closed
        session, _ = decrypt_session(attempt)
        held = self._held[attempt.pk] = _Held(attempt, session)
        held.task = asyncio.create_task(self._run(held), name=f"telegram-qr-{attempt.pk}")
        held.lease_end = asyncio.get_running_loop().call_at(lease_end, held.task.cancel)

    async def _run(self, held: _Held) -> None:
        try:
            while (seconds := await self._hold(held)) is not None:
                await asyncio.sleep(seconds)
        except (DatabaseError, LeaseLost) as error:
            logger.warning("a login by QR code is left to another worker: %r", error)
        except DomainError as error:  # while its row was written
            logger.info("a login by QR code was cancelled: %s", error.detail, extra={"attempt_id": held.attempt.pk})
        except Exception:
            logger.exception("a login by QR code failed", extra={"attempt_id": held.attempt.pk})
        finally:
            held.lease_end.cancel()
            del self._held[held.attempt.pk]

    async def _hold(self, held: _Held) -> float | None:
        """Hold one connection. If Telegram cannot be reached, or asks to wait, returns when another try is due."""
        held.is_ending = False
        try:
            await login.with_client(held.session, lambda client: self._log_in(client, held), limits_step=False)
        except DomainError as error:
            if error.code == "not_found":
                return None
            seconds = _seconds_until_retry(error)
            if seconds is not None:
                said = f"{error.detail.removesuffix(TRY_LATER)}; trying again"
                await self._threads.run(qr_login.note, held.attempt, said)
                return seconds
            held.is_ending = True
            said = error.detail.replace(USE_QR, USE_PHONE)
            await self._threads.run(qr_login.fail, held.attempt, held.session, said)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            return RECONNECT_SECONDS  # Telethon cancels the request in progress when it gives a connection up
        return None

    async def _log_in(self, client: LoginClient, held: _Held) -> None:
        async def show(code: QrCode | None) -> None:
            held.is_ending = code is None
            await self._threads.run(qr_login.show_code, held.attempt, client.session, code)

        try:
            result = await qr_login.log_in(client, show)
            held.is_ending = True
            if isinstance(result, PasswordNeeded):
                await self._threads.run(qr_login.ask_password, held.attempt, client.session, result.hint)
            else:
                await self._threads.run(services.finish_qr_login, held.attempt, result)
        except DomainError:
            if held.is_ending:
                with contextlib.suppress(RPCError, OSError):  # not accepted yet, or no answer in time
                    await qr_login.within_limit(client(functions.auth.LogOutRequest()))  # nobody would use the session
            raise


def _seconds_until_retry(error: DomainError) -> float | None:
    """None if the login is over."""
    if error.code == "service_unavailable":
        return RECONNECT_SECONDS
    wait = int(error.headers.get("Retry-After", 0)) if error.code == "rate_limited" else 0
    return float(wait) if 0 < wait <= LONGEST_WAIT_SECONDS else None


class AccountWorker:
    """``name`` is that of the Celery worker: unique among running workers, and the same after a restart."""

    def __init__(self, name: str) -> None:
        self.id = f"{name}/{secrets.token_hex(4)}"
        self._connections: dict[int, Connection] = {}
        self._closing: dict[int, asyncio.Task[None]] = {}
        self._renewed_at = -1e9
        self._went_on_at = -1e9
        # What the database has of our connections.
        self._connected: set[int] = set()
        self._heard: dict[int, datetime] = {}
        self._has_compared = False
        self._typing: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="telegram", daemon=True)
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._wake_up: asyncio.Event

    def start(self) -> None:
        """Start the thread. Raises ``RuntimeError`` if its event loop does not start."""
        self._thread.start()
        if not self._started.wait(START_SECONDS):
            raise RuntimeError("the event loop for Telegram did not start")

    def stop(self) -> None:
        """Finish the sends in progress, disconnect, and release all leases. Does nothing if it was not started."""
        if not self._started.is_set():
            return
        self._stopping = True
        self.wake()
        self._thread.join(STOP_SECONDS)

    def wake(self) -> None:
        """Look for due messages, requests and free accounts now. May be called from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake_up.set)

    def goes_on(self) -> bool:
        """Whether the event loop has run lately. A database that does not answer does not stop it."""
        return time.monotonic() - self._went_on_at < HUNG_SECONDS

    async def _main(self) -> None:
        self._loop, self._wake_up = asyncio.get_running_loop(), asyncio.Event()
        self._threads = DatabaseThreads()
        self._fetch_slots = asyncio.Semaphore(downloading.FETCHES_AT_ONCE)
        # Of its own: a renewal must not wait behind updates being stored, or the database being compared.
        self._lease_thread = DatabaseThreads(1, compare=False)
        self._qr_logins = QrLogins(self.id, self._threads, self._lease_thread)
        self._look_for_typing: asyncio.Future[None] = self._loop.create_future()
        self._look_for_typing.set_result(None)
        self._started.set()
        deadline_check = asyncio.create_task(self._disconnect_at_lease_deadlines())
        comparison = asyncio.create_task(self._compare_database())
        try:
            while not self._stopping:
                await self._tick()
                await self._wait_for_next_tick()
        finally:
            self._close_connections(list(self._connections))
            await asyncio.gather(self._qr_logins.close(), *self._closing.values())
            deadline_check.cancel()
            comparison.cancel()
            await self._try_in_database(leases.remove_worker, self.id)
            self._lease_thread.close()
            self._threads.close()

    async def _tick(self) -> None:
        try:
            await self._renew_leases()
            if not self._has_compared:
                return  # nothing is leased, connected or sent before; the end of the comparison wakes us
            await self._share_accounts()
            self._update_connections(await self._lease_thread.run(leases.leased_accounts, self.id))
            await self._record_connections()
            ready = [pk for pk, connection in self._connections.items() if connection.is_ready]
            for find, start in WORK:
                for account_id in await self._lease_thread.run(find, ready):
                    if connection := self._connections.get(account_id):  # it may have ended meanwhile
                        start(connection)
            self._show_typing(ready)
            await self._qr_logins.tick()
        except Error as error:
            logger.warning("the database cannot be reached, leases may expire: %r", error)
        except Exception:
            logger.exception("a tick failed")  # the next one must run all the same

    def _show_typing(self, account_ids: list[int]) -> None:
        """In the background: a tick waits for no thread that may be busy. What is typed may be lost."""
        if account_ids and self._look_for_typing.done():
            self._look_for_typing = self._show_in_background(self._show_typed(account_ids))

    async def _show_typed(self, account_ids: list[int]) -> None:
        typed: dict[int, set[str]] = {}
        with contextlib.suppress(Error):  # the tick reports it
            typed = await self._threads.run(typing.typed_now, set(account_ids))
        for account_id, thread_ids in typed.items():
            for thread_id in thread_ids:
                if connection := self._connections.get(account_id):
                    self._show_in_background(connection.show_typing(thread_id))

    def _show_in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._typing.add(task)
        task.add_done_callback(self._typing.discard)
        return task

    async def _wait_for_next_tick(self) -> None:
        """Wait a tick's length; less if a message of our accounts is due sooner, or at a wake-up."""
        seconds = None
        with contextlib.suppress(Error):  # the next tick reports it
            seconds = await self._lease_thread.run(database.seconds_until_next_message, list(self._connections))
        seconds = TICK_SECONDS if seconds is None else min(TICK_SECONDS, max(MIN_TICK_SECONDS, seconds))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake_up.wait()
        self._wake_up.clear()

    async def _compare_database(self) -> None:
        """Compare the database with the watermark at the start and as often as leases are renewed, because there may be
        no other worker on this host that does it."""
        while True:
            seconds = TICK_SECONDS
            try:
                await self._threads.run(watermark.check)
                seconds = leases.third().total_seconds()
                if not self._has_compared:
                    self._has_compared = True
                    self._wake_up.set()
            except Error as error:
                logger.warning("the database cannot be compared with the watermark: %r", error)
            except Exception:
                logger.exception("the database cannot be compared with the watermark")
            await asyncio.sleep(seconds)

    async def _renew_leases(self) -> None:
        """Renew our leases when a third of their time has passed."""
        now = time.monotonic()
        if now - self._renewed_at >= leases.third().total_seconds():
            await self._lease_thread.run(leases.renew, self.id)
            self._renewed_at = now
            await self._record_heard()

    async def _record_connections(self) -> None:
        """Store which connections have begun or ended since the last tick."""
        connected = {pk for pk, connection in self._connections.items() if connection.is_connected}
        if begun := connected - self._connected:
            await self._lease_thread.run(health.record_connected, self.id, begun)
        if ended := self._connected & self._connections.keys() - connected:
            await self._lease_thread.run(health.record_disconnected, self.id, ended)
        self._connected = connected

    async def _record_heard(self) -> None:
        """Store when the accounts last heard from Telegram: together, because for each update would be too often."""
        heard = {pk: each.heard_at for pk, each in self._connections.items() if each.heard_at is not None}
        if new := {pk: at for pk, at in heard.items() if self._heard.get(pk) != at}:
            await self._lease_thread.run(health.record_heard, new)
        self._heard = heard

    async def _share_accounts(self) -> None:
        """Acquire or give back accounts up to a fair share."""
        excess = len(self._connections) - await self._lease_thread.run(leases.fair_share)
        if excess > 0:
            self._close_connections(list(self._connections)[:excess])
        elif excess < 0:
            await self._lease_thread.run(leases.acquire, self.id, -excess)

    def _update_connections(self, leased: dict[int, LeasedAccount]) -> None:
        """Connect accounts that we hold; close the connections of others, and those of an older login."""
        # This is too early for a lease that was acquired after the last renewal, which is safe.
        deadline = self._renewed_at + 2 * leases.third().total_seconds()
        self._close_connections([pk for pk, each in self._connections.items() if leased.get(pk) != each.leased])
        for account_id, leased_account in leased.items():
            if account_id in self._connections:
                self._connections[account_id].lease_deadline = deadline
            elif account_id not in self._closing:
                self._connections[account_id] = Connection(leased_account, deadline, self._threads, self._fetch_slots)

    async def _disconnect_at_lease_deadlines(self) -> None:
        """Disconnect in time even if the database or everything else hangs; this uses no database."""
        while True:
            self._went_on_at = time.monotonic()
            await asyncio.sleep(DEADLINE_CHECK_SECONDS)
            expired = [each for each in self._connections.values() if time.monotonic() >= each.lease_deadline]
            await asyncio.gather(*(each.disconnect() for each in expired), return_exceptions=True)

    def _close_connections(self, account_ids: list[int]) -> None:
        """Close these and release their leases, in the background: a tick must not wait for their last sends."""
        for account_id in account_ids:
            connection = self._connections.pop(account_id)
            self._closing[account_id] = asyncio.create_task(self._close(account_id, connection))

    async def _close(self, account_id: int, connection: Connection) -> None:
        try:
            await connection.close()
            await self._try_in_database(health.record_disconnected, self.id, [account_id])
            await self._try_in_database(leases.release, self.id, account_id)
        finally:
            del self._closing[account_id]

    async def _try_in_database(self, function: Callable[..., None], *args: object) -> None:
        """For calls whose failure does no harm: a lease that is not released expires."""
        try:
            await self._lease_thread.run(function, *args)
        except Error as error:
            logger.warning("the database cannot be reached while stopping: %r", error)
