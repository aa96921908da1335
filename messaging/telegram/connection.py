"""One leased account: its connection for as long as we hold it, its sends one after the other, its updates in order.

Everything here runs on the owner's event loop; what touches the database goes through ``DatabaseThreads``.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Coroutine, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from telethon.errors import AuthKeyNotFound, RPCError

from crmsolid.core import clock
from messaging.models import TelegramSession
from messaging.sending import dispatch
from messaging.sending.dispatch import Claim
from messaging.sending.gateway import Delivered, Gateway, SendError
from messaging.telegram import accounts, history, sending
from messaging.telegram.client import Client, disconnect
from messaging.telegram.codes import name_of
from messaging.telegram.database import DatabaseThreads
from messaging.telegram.errors import classify
from messaging.telegram.leases import Held
from messaging.telegram.receive import Receiver
from messaging.telegram.sending import Errand
from messaging.telegram.session import UpdateState

logger = logging.getLogger("crmsolid.telegram")

CONNECT_SECONDS = 30.0
CLOSE_SECONDS = 5.0
LEASE_MARGIN = 1.0
LEASE_LOOK_SECONDS = 0.2
FIRST_BACK_OFF = 1.0
LAST_BACK_OFF = 60.0
SWEEP_OVERLAP = timedelta(minutes=10)


class Connection:
    """``stop_at``: the monotonic moment from which nothing may leave any more unless the lease is renewed."""

    def __init__(self, held: Held, stop_at: float, database: DatabaseThreads, way: Gateway) -> None:
        self.held = held
        self.stop_at = stop_at
        self._database = database
        self._way = way
        self._client: Client | None = None
        self._closing = False
        self._wait_until = 0.0
        self._drain: asyncio.Task[None] | None = None
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"telegram-{held.account_id}")

    @property
    def is_ready(self) -> bool:
        """Whether something may be sent now."""
        return (
            not self._closing and time.monotonic() < self.stop_at and self._client is not None and self._client.is_ready
        )

    async def close(self) -> None:
        """Let the send in progress end, then disconnect."""
        self._closing = True
        if self._drain is not None:
            await asyncio.wait([self._drain], timeout=settings.TELEGRAM_SEND_SECONDS)
        await self.hang_up()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def hang_up(self) -> None:
        """Disconnect at once: what Telethon still has in its queues is dropped, never sent."""
        client = self._client
        if client is not None:
            await asyncio.wait([asyncio.ensure_future(client.disconnect())], timeout=CLOSE_SECONDS)

    # The connection

    async def _run(self) -> None:
        """One connection after the other, until we are to close or Telegram has ended the session for good."""
        pause = FIRST_BACK_OFF
        while not self._closing:
            started = time.monotonic()
            if await self._is_last_connection():
                return
            if await self._was_without_lease():
                pause = FIRST_BACK_OFF
                continue
            pause = FIRST_BACK_OFF if time.monotonic() - started > LAST_BACK_OFF else min(pause * 2, LAST_BACK_OFF)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))

    async def _is_last_connection(self) -> bool:
        """Connect and listen until that ends; whether no further connection can succeed."""
        try:
            await self._connect_and_listen()
        except asyncio.CancelledError:
            if _is_cancelled():
                raise  # else somebody hung up, and Telethon cancelled what we were asking
        except Exception as error:
            if await self._is_over(error):
                return True
            logger.warning("no connection: %r", error, extra={"account_id": self.held.account_id})
        return False

    async def _was_without_lease(self) -> bool:
        """Waits for the lease to be ours again; False if it is. Telegram has not failed, so no back-off grows."""
        waited = False
        while time.monotonic() >= self.stop_at and not self._closing:
            waited = True
            await asyncio.sleep(LEASE_LOOK_SECONDS)
        return waited

    async def _connect_and_listen(self) -> None:
        """Returns or raises when the connection has ended."""
        if time.monotonic() >= self.stop_at:
            return
        session, receiver, row = await self._database.run(accounts.load, self.held.account_id)

        async def keep(updates: Sequence[Any], users: Iterable[Any], state: UpdateState) -> None:
            found = [*users, *await self._introduce(client, receiver, updates)]
            await self._database.run(receiver.keep, updates, found, state)

        client = self._client = Client(session, row.user_id, keep)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await client.connect()
            await self._catch_up(client, receiver, row)
            await client.disconnected
            if client.failure is not None:
                raise client.failure
        finally:
            self._client = None
            await asyncio.wait([asyncio.ensure_future(disconnect(client))], timeout=CLOSE_SECONDS)

    async def _catch_up(self, client: Client, receiver: Receiver, row: TelegramSession) -> None:
        """Telethon asks for the difference; beside it the conversations are looked through, for differences can be
        too long to be told."""
        read_to = datetime.fromtimestamp(row.date, UTC) - SWEEP_OVERLAP
        borders = [row.nothing_before, row.logged_in_at if row.login_epoch == 1 else None]
        since = max([read_to, *(each for each in borders if each is not None)])
        try:
            async for messages, users in history.sweep(client, since):
                await self._database.run(receiver.keep_history, messages, users)
        except RPCError as error:
            if classify(error).account_state is not None:
                raise
            logger.warning("the conversations were not looked through: %s", error)

    async def _introduce(self, client: Client, receiver: Receiver, updates: Sequence[Any]) -> list[Any]:
        """Short updates name nobody: for a sender we have not met, the list of conversations does."""
        if not receiver.strangers(updates):
            return []
        try:
            return await history.recent_people(client)
        except RPCError as error:
            logger.warning("a sender stays without a name: %s", error)
            return []

    async def _is_over(self, error: Exception) -> bool:
        """Whether Telegram has ended the session for good; then the account waits for a login."""
        if not isinstance(error, RPCError | AuthKeyNotFound):
            return False
        found = classify(error)
        if found.account_state is None:
            return False
        try:
            await self._lose(found)
        except DatabaseError as away:  # Telegram will say it again at the next connection
            logger.warning(
                "the end of a session could not be noted: %r", away, extra={"account_id": self.held.account_id}
            )
            return False
        return True

    async def _lose(self, found: SendError) -> None:
        state = str(found.account_state)
        await self._database.run(accounts.lose, self.held.account_id, self.held.login_epoch, state, found.detail)

    # Sending

    def drain(self) -> None:
        """Send what is due, unless that is going on already."""
        is_draining = self._drain is not None and not self._drain.done()
        if self.is_ready and not is_draining and time.monotonic() >= self._wait_until:
            self._drain = asyncio.get_running_loop().create_task(self._send_due())

    async def _send_due(self) -> None:
        try:
            while self.is_ready:
                message_id = await self._database.run(accounts.next_due, self.held.account_id)
                if message_id is None or not await self._attempt(message_id):
                    return
        except Exception:
            logger.exception("sending stopped", extra={"account_id": self.held.account_id})

    async def _attempt(self, message_id: str) -> bool:
        """One whole attempt; False if the account has to wait."""
        claimed = await self._database.run(accounts.claim, message_id)
        if isinstance(claimed, float):
            self._wait(claimed)
            return not claimed
        started = time.monotonic()
        result = await self._send(claimed)
        if isinstance(result, SendError) and result.account_state is not None:
            await self._lose(result)
            # What becomes of the account is written by now, unless a newer login has made it wrong.
            result = SendError(result.code, result.detail, unsent=True)
        await self._database.run(dispatch.finish, claimed, self._way, result, time.monotonic() - started)
        return True

    def _wait(self, seconds: float) -> None:
        if seconds:
            self._wait_until = time.monotonic() + seconds
            asyncio.get_running_loop().call_later(seconds, self.drain)

    async def _send(self, claimed: Claim) -> Delivered | SendError:
        try:
            errand = await self._database.run(sending.prepare, claimed.outgoing, claimed.account)
        except SendError as error:
            return error
        try:
            return await self._within_time(claimed, self._ask(errand))
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and _is_cancelled():
                raise
            return await self._database.run(sending.note_refusal, errand, error)

    async def _ask(self, errand: Errand) -> Delivered:
        client, peer = self._client, errand.peer
        if client is None:
            raise ConnectionError("the connection has gone")
        if peer is None:
            peer = await sending.resolve(client, errand)
            await self._database.run(sending.keep_peer, errand, peer)
        try:
            return await sending.deliver(client, errand, peer)
        except RPCError as error:
            if errand.peer is None or not errand.username or name_of(error) != "PEER_ID_INVALID":
                raise
        peer = await sending.resolve(client, errand)  # the address kept was of another time
        await self._database.run(sending.keep_peer, errand, peer)
        return await sending.deliver(client, errand, peer)

    async def _within_time(self, claimed: Claim, asking: Coroutine[Any, Any, Delivered]) -> Delivered:
        """The network's part, within the time that the leases of message and account leave it."""
        until = claimed.message.lease_until or clock.now()
        of_message = (until - clock.now()).total_seconds() - LEASE_MARGIN
        left = min(settings.TELEGRAM_SEND_SECONDS, of_message, self.stop_at - time.monotonic())
        if left <= 0:  # a timeout would let the first request out before it strikes
            asking.close()
            raise SendError("not_the_owner", "the lease is over", retry_after=1.0, pauses_account=False)
        try:
            async with asyncio.timeout(left):
                return await asking
        except TimeoutError:
            await self.hang_up()  # or Telethon would send the abandoned request after its next reconnection
            raise


def _is_cancelled() -> bool:
    """Whether we are to end; a hung-up client cancels the requests it drops, too."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
