"""The logins by QR code that a worker holds: a task with a connection for each, on the worker's event loop."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field

from django.db import Error as DatabaseError
from telethon.errors import RPCError
from telethon.tl import functions

from crmsolid.core import crypto
from crmsolid.core.errors import DomainError
from messaging.models import LoginAttempt
from messaging.telegram import leases, login, qr_attempts, qr_login, services
from messaging.telegram.client import LoginClient, Session, decrypt_session
from messaging.telegram.database import DatabaseThreads
from messaging.telegram.login import PasswordNeeded
from messaging.telegram.qr_attempts import LeaseLost
from messaging.telegram.qr_login import QrCode
from messaging.telegram.refusals import TRY_LATER, USE_PHONE, USE_QR

logger = logging.getLogger("crmsolid.telegram")

MOST_AT_ONCE = 20
TICK_SECONDS = 0.5  # the worker's ticks may follow each other much faster
RECONNECT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 60  # a longer one that Telegram asks for ends the login


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
        self._next_tick = now + TICK_SECONDS
        end = self._lease_end()
        if self._held:
            wanted = await self._lease_thread.run(qr_attempts.renew, self._worker, list(self._held))
            for attempt_id, held in self._held.items():
                if attempt_id in wanted:
                    self._end_lease_at(end, held)
                elif not held.is_ending:
                    held.lease_end.cancel()
                    held.task.cancel()
                    held.is_ending = True
        if room := MOST_AT_ONCE - len(self._held):
            for attempt in await self._lease_thread.run(qr_attempts.claim, self._worker, room):
                try:
                    self._start(attempt, end)
                except crypto.Unreadable:
                    logger.exception("a login by QR code cannot be read", extra={"attempt_id": attempt.pk})
                    with contextlib.suppress(DomainError, LeaseLost):  # cancelled meanwhile
                        await self._lease_thread.run(qr_attempts.fail_unreadable, attempt)

    async def close(self) -> None:
        """Disconnect all, and let other workers go on with them."""
        for held in self._held.values():
            if not held.is_ending:
                held.task.cancel()
        await asyncio.gather(*(held.task for held in self._held.values()), return_exceptions=True)
        try:
            await self._lease_thread.run(qr_attempts.release, self._worker)
        except DatabaseError as error:
            logger.warning("logins by QR code wait until their leases expire: %r", error)

    def _start(self, attempt: LoginAttempt, lease_end: float) -> None:
        if attempt.pk in self._held:
            return  # its last connection is still being closed
        session, _ = decrypt_session(attempt)
        held = self._held[attempt.pk] = _Held(attempt, session)
        held.task = asyncio.create_task(self._run(held), name=f"telegram-qr-{attempt.pk}")
        held.lease_end = asyncio.get_running_loop().call_at(lease_end, held.task.cancel)

    def _lease_end(self) -> float:
        """When a lease that is renewed now ends for us: a third early, because clocks differ."""
        return asyncio.get_running_loop().time() + 2 * leases.third().total_seconds()

    def _end_lease_at(self, moment: float, held: _Held) -> None:
        held.lease_end.cancel()
        held.lease_end = asyncio.get_running_loop().call_at(moment, held.task.cancel)

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
                await self._threads.run(qr_attempts.note, held.attempt, said)
                return seconds
            held.is_ending = True
            said = error.detail.replace(USE_QR, USE_PHONE)
            await self._threads.run(qr_attempts.fail, held.attempt, held.session, said)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            return RECONNECT_SECONDS  # Telethon cancels the request in progress when it gives a connection up
        return None

    async def _log_in(self, client: LoginClient, held: _Held) -> None:
        async def show(code: QrCode | None) -> None:
            held.is_ending = code is None
            await self._threads.run(qr_attempts.show_code, held.attempt, client.session, code)

        try:
            result = await qr_login.log_in(client, show)
            held.is_ending = True
            if isinstance(result, PasswordNeeded):
                await self._threads.run(qr_attempts.ask_password, held.attempt, client.session, result.hint)
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
