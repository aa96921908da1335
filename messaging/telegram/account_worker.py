"""A holder of Telegram accounts: one event loop in a thread, however many accounts.

Every second it looks after its leases and at what is due; a doorbell makes that sooner. What it decides stands in
the database: killed at any moment, it leaves nothing that its successor does not find.
"""

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Callable

from django.db import Error

from messaging.models import AccountKind
from messaging.sending.gateway import gateway_of_kind
from messaging.telegram import accounts, leases
from messaging.telegram.connection import Connection
from messaging.telegram.database import DatabaseThreads
from messaging.telegram.gateway import queue_of

logger = logging.getLogger("crmsolid.telegram")

TICK_SECONDS = 1.0
WATCH_SECONDS = 0.2
START_SECONDS = 10.0
STOP_SECONDS = 60.0


class Owner:
    """``name`` is the worker's: unique among those that live, the same after a restart."""

    def __init__(self, name: str) -> None:
        self.id = f"{name}/{secrets.token_hex(4)}"
        self.queue = queue_of(self.id)
        self._connections: dict[int, Connection] = {}
        self._leaving: dict[int, asyncio.Task[None]] = {}
        self._renewed = -1e9
        self._stopping = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="telegram", daemon=True)
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._bell: asyncio.Event

    def start(self) -> None:
        self._thread.start()
        if not self._started.wait(START_SECONDS):
            raise RuntimeError("the event loop for Telegram did not start")

    @property
    def is_started(self) -> bool:
        return self._started.is_set()

    def stop(self) -> None:
        """End the sends in progress, disconnect, let go of all accounts."""
        self._stopping = True
        self.ring()
        self._thread.join(STOP_SECONDS)

    def ring(self) -> None:
        """Something may be due, or an account free. From any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._bell.set)

    @property
    def ready_accounts(self) -> set[int]:
        """Those that could send now. From any thread."""
        return {account_id for account_id, connection in list(self._connections.items()) if connection.is_ready}

    async def _main(self) -> None:
        self._loop, self._bell, self._database = asyncio.get_running_loop(), asyncio.Event(), DatabaseThreads()
        self._leases = DatabaseThreads(1)  # its own: a renewal must not wait behind what the accounts have to store
        self._started.set()
        watch = asyncio.create_task(self._watch())
        try:
            while not self._stopping:
                await self._tick()
                await self._sleep(await self._pause())
        finally:
            self._let_go(list(self._connections))
            await asyncio.gather(*self._leaving.values())
            watch.cancel()
            await self._quietly(leases.forget_owner, self.id)
            self._leases.close()
            self._database.close()

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            return
        self._bell.clear()

    async def _tick(self) -> None:
        try:
            await self._renew()
            await self._follow(await self._leases.run(leases.holdings, self.id))
            await self._send_due()
        except Error as error:
            logger.warning("the database cannot be reached, leases may run out: %r", error)
        except Exception:
            logger.exception("looking after the accounts failed")  # and has to go on all the same

    async def _pause(self) -> float:
        """Until the next tick: a second, less if a message of ours is due sooner."""
        if not self._connections:
            return TICK_SECONDS
        try:
            eta = await self._leases.run(accounts.next_eta, list(self._connections))
        except Error:
            return TICK_SECONDS
        return TICK_SECONDS if eta is None else min(TICK_SECONDS, max(0.01, eta))

    async def _renew(self) -> None:
        """Each third of a lease: prolong ours, take a fair share of what is free, give back what is more than it."""
        now, third = time.monotonic(), leases.third().total_seconds()
        if now - self._renewed >= third:
            await self._leases.run(leases.note_owner, self.id)
            await self._leases.run(leases.renew, self.id)
            self._renewed = now
        excess = len(self._connections) - await self._leases.run(leases.fair_share)
        if excess > 0:
            self._let_go(list(self._connections)[:excess])
        elif excess < 0:
            await self._leases.run(leases.take, self.id, -excess)

    async def _follow(self, held: dict[int, leases.Held]) -> None:
        """Open what we hold, close what we do not hold any more or by an older login."""
        # A lease taken after the last renewal runs longer than this says: on the safe side.
        stop_at = self._renewed + 2 * leases.third().total_seconds()
        self._let_go([pk for pk, connection in self._connections.items() if held.get(pk) != connection.held])
        for account_id, found in held.items():
            if account_id in self._connections:
                self._connections[account_id].stop_at = stop_at
            elif account_id not in self._leaving:
                way = gateway_of_kind(AccountKind.TELEGRAM)
                self._connections[account_id] = Connection(found, stop_at, self._database, way)

    async def _send_due(self) -> None:
        ready = [pk for pk, connection in self._connections.items() if connection.is_ready]
        for account_id in await self._leases.run(accounts.with_something_due, ready):
            self._connections[account_id].drain()

    async def _watch(self) -> None:
        """Fall silent in time, whatever else is stuck: this touches no database."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            late = [each for each in self._connections.values() if time.monotonic() >= each.stop_at]
            await asyncio.gather(*(each.hang_up() for each in late), return_exceptions=True)

    def _let_go(self, account_ids: list[int]) -> None:
        """Close these, then release their leases; the tick does not wait for the last send of each."""
        for account_id in account_ids:
            connection = self._connections.pop(account_id)
            self._leaving[account_id] = asyncio.create_task(self._leave(account_id, connection))

    async def _leave(self, account_id: int, connection: Connection) -> None:
        try:
            await connection.close()
            await self._quietly(leases.release, self.id, [account_id])
        finally:
            del self._leaving[account_id]

    async def _quietly(self, function: Callable[..., None], *args: object) -> None:
        """What may be left undone: a lease runs out by itself."""
        try:
            await self._leases.run(function, *args)
        except Error as error:
            logger.warning("the database cannot be reached at the end: %r", error)
